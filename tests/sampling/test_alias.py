"""Names for keys: they depend on the key, the model, the options and the secret alone."""

import hashlib
import hmac
import random

import numpy as np
import pytest

from rnn_names import Model
from rnn_names.errors import SamplingError
from rnn_names.options import AliasOptions
from rnn_names.sampling import alias
from support.enumeration import tiny_model

KEYS = [f"customer {i}" for i in range(300)]


@pytest.fixture(scope="module")
def model():
    return Model.load("dinosaurs")


def test_a_key_has_the_first_name_of_the_seed_that_is_its_hash(model):
    names = model.alias(KEYS[:9], secret=b"s", min_length=8)
    for key, name in zip(KEYS, names, strict=False):
        digest = hmac.new(b"s", key.encode(), hashlib.sha256).digest()
        seed = int.from_bytes(digest[:8], "little")
        assert model.sample(1, seed=seed, min_length=8) == [name]


@pytest.mark.parametrize("options", [{}, {"novel": True, "match": "[A-M].*"}], ids=str)
def test_a_keys_name_does_not_depend_on_others(options, model, monkeypatch):
    names = dict(zip(KEYS, model.alias(KEYS, secret=b"s", **options), strict=True))
    some = random.Random(1).sample(KEYS, 50)
    monkeypatch.setattr(alias, "KEYS_AT_ONCE", 64)
    assert model.alias([*some, *some[:3]], secret=b"s", **options) == [
        names[key] for key in [*some, *some[:3]]
    ]
    assert model.alias(KEYS, secret=b"t", **options) != [*names.values()]


def test_keys_may_be_an_iterator(model):
    """Regression: the iterator was read twice, so no keys were left to name."""
    assert model.alias(iter(["Anna", "Ben"])) == model.alias(["Anna", "Ben"])


def test_unique_names_do_not_depend_on_the_order_of_keys():
    """Each chooses in the order of the hashes, as a plain loop does."""
    model, keys = tiny_model(), KEYS[:60]
    names = dict(zip(keys, model.alias(keys, unique=True), strict=True))
    assert len({*names.values()}) == 60
    shuffled = random.Random(2).sample(keys, 60)
    assert dict(zip(shuffled, model.alias(shuffled, unique=True), strict=True)) == names
    plain, taken = dict(zip(keys, model.alias(keys), strict=True)), set()
    for key in sorted(keys, key=alias.alias_seed):
        if plain[key] not in taken:
            assert names[key] == plain[key], "nobody before it has its first choice"
        taken.add(names[key])


def test_names_are_as_far_from_excluded_ones_as_from_the_list(model):
    plain = model.alias(KEYS[:50], min_edits=2)
    excluded = [f"{name[:3]}x{name[3:]}" for name in plain[:5]]
    names = model.alias(KEYS[:50], min_edits=2, exclude=excluded)
    assert not {*names} & {*plain[:5]}
    assert len({*names} & {*plain}) > 40, "others keep their names"


@pytest.mark.parametrize("options", [{"match": "[ab]{1,2}"}, {"listed": True}], ids=str)
def test_too_many_keys_for_unique_names_are_an_error(options, monkeypatch):
    monkeypatch.setattr(alias, "MAX_FAILED_ATTEMPTS", 1 << 14)
    with pytest.raises(SamplingError, match="only 6 of 300 keys can have a name of their own"):
        tiny_model().alias(KEYS, unique=True, **options)


@pytest.mark.parametrize(("n", "keys"), [(1, "1 key"), (6, "6 keys")])
def test_without_any_name_no_key_can_have_one(n, keys, monkeypatch):
    monkeypatch.setattr(alias, "MAX_FAILED_ATTEMPTS", 1 << 14)
    for unique, of_their_own in [(False, ""), (True, " of their own")]:
        with pytest.raises(
            SamplingError, match=f"only 0 of {keys} can have a name{of_their_own}: "
        ):
            tiny_model().alias(KEYS[:n], min_mean_p=0.999, unique=unique)


def test_conditions_that_hardly_any_name_meets_are_refused():
    with pytest.raises(SamplingError, match="at most 1 in 200 names can meet suffix 'pp'"):
        Model.load("first-names").alias(["a"], suffix="pp")


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"keys": "abc"}, "keys 'abc': must be a list of strings"),
        ({"keys": np.array("abc")}, "keys array.*: must be a list of strings"),
        ({"keys": [1]}, "key 1: must be a string"),
        ({"keys": ["\ud800"]}, "key .*: must be a string"),
        ({"secret": "s"}, "secret 's': must be bytes"),
        ({"start": 3}, "start: the name of a key depends on the key alone"),
        ({"remember": "file"}, "remember: the name of a key depends on the key alone"),
    ],
)
def test_wrong_values_are_refused(wrong, message):
    with pytest.raises(SamplingError, match=message):
        AliasOptions(**wrong)


def test_keys_and_secrets_exclude_a_byte_order_mark(invoke, tmp_path):
    (tmp_path / "keys.txt").write_bytes("\ufeffanna\nanna\n".encode())
    (tmp_path / "secret.txt").write_bytes("\ufeffs\n".encode())
    options = "alias keys.txt -m dinosaurs --secret-file secret.txt".split()
    names = invoke(*options, cwd=tmp_path).stdout.split()
    assert names == Model.load("dinosaurs").alias(["anna", "anna"], secret=b"s")


def test_keys_and_secret_are_not_both_standard_input(invoke):
    done = invoke("alias", "-m", "dinosaurs", "--secret-file", "-")
    assert done.returncode == 2
    assert "standard input has the keys" in done.stderr


def test_alias_works_at_the_command_line(invoke, tmp_path, model):
    (tmp_path / "keys.txt").write_bytes("anna\r\nØ\n\n+49 1\nanna\n".encode())
    (tmp_path / "secret.txt").write_text("s\n")
    options = "alias keys.txt -m dinosaurs --secret-file secret.txt".split()
    names = model.alias(["anna", "Ø", "+49 1"], secret=b"s")
    done = invoke(*options, cwd=tmp_path)
    assert done.stdout.split("\n") == [names[0], names[1], "", names[2], names[0], ""]
    assert done.stderr == "Note: 1 empty key got no name\n"
    table = invoke(*options, "--format", "tsv", cwd=tmp_path).stdout.split("\n")
    assert table[:2] == ["key\tname", f"anna\t{names[0]}"]
    assert f"+49 1\t{names[2]}" in table
    listed = invoke(*options, "--format", "markdown", cwd=tmp_path).stdout.split("\n")
    assert listed[0] == f"- {names[0]}"
    open_names = invoke(*options[:-2], cwd=tmp_path)
    assert "anyone who guesses a key can check" in open_names.stderr
    assert open_names.stdout.split()[0] == model.alias(["anna"])[0]


def test_a_heading_among_keys_gets_a_note(invoke):
    options = "alias -m dinosaurs".split()
    note = "Note: the first key is customer_id; if that is a heading, leave it out: tail -n +2 FILE"
    assert note in invoke(*options, input="customer_id\nC17\nC18\n").stderr
    assert "heading" not in invoke(*options, input="Anna\nBela\nC18\n").stderr


def test_lines_of_a_table_get_a_note(invoke):
    options, rows = "alias -m dinosaurs".split(), "id,city\nC17,Bonn\nC18,Cardiff\n"
    note = "Note: each line is a key, with its commas; for its first column: cut -d ',' -f 1 FILE"
    assert note in invoke(*options, input=rows).stderr
    assert "with its" not in invoke(*options, input="Bonn, C17\nCardiff\n").stderr


@pytest.mark.parametrize(
    "keys, secret, message",
    [
        (b"a\n\xff\n", b"s", "keys.txt, line 2: not UTF-8 text (byte 0xff)"),
        (b"a\n", b"\n", "secret.txt: contains no secret"),
    ],
)
def test_wrong_files_are_refused(keys, secret, message, invoke, tmp_path):
    (tmp_path / "keys.txt").write_bytes(keys)
    (tmp_path / "secret.txt").write_bytes(secret)
    options = "alias keys.txt -m dinosaurs --secret-file secret.txt".split()
    done = invoke(*options, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
