"""Names like those of the list: none shorter, none in lower case where none of the list is."""

from collections import Counter
from itertools import pairwise

import pytest

from rnn_names import Model, train
from rnn_names.conditions.options import Options
from rnn_names.corpus.vocabulary import Vocabulary
from rnn_names.errors import ModelFileError, SamplingError
from rnn_names.sampling.sampler import Sampler
from support.distributions import assert_drawn_from
from support.enumerated import LONGEST, distribution, tiny_model

AS_WRITTEN = str.maketrans("abc", "ABc")


def small_model(shortest=3, lower_case_beginnings=False):
    """The tiny model of all tests, with letters of both cases."""
    tiny = tiny_model()
    training = {"longest": LONGEST, "shortest": shortest}
    training["lower_case_beginnings"] = lower_case_beginnings
    return Model(Vocabulary("ABc"), tiny.params, training, tiny.fingerprints)


def expected(holds=lambda name: True, **options):
    """The distribution of the small model's names that meet a condition."""
    if "prefix" in options:
        options["prefix"] = options["prefix"].lower()
    return {
        name.translate(AS_WRITTEN): p
        for name, p in distribution(
            tiny_model(), lambda name: holds(name.translate(AS_WRITTEN)), **options
        ).items()
    }


def like_the_list(name):
    return len(name) >= 3 and name[0] != "c"


@pytest.mark.parametrize(
    "options",
    [{}, {"temperature": 0.7}, {"top_k": 3}, {"top_p": 0.9}, {"max_length": 4}],
    ids=str,
)
def test_names_have_the_models_distribution_given_lengths_and_beginnings(options):
    names = small_model().sample(50_000, seed=5, **options)
    assert_drawn_from(Counter(names), expected(like_the_list, **options))


def test_rare_conditions_keep_to_it(monkeypatch):
    """With the sampler that looks ahead, and without."""
    condition = {"suffix": "cBc"}
    sampler = Sampler(small_model().language_model, Options(**condition))
    monkeypatch.setattr("rnn_names.sampling.sampler.LOOK_AHEAD_BELOW", 1.0)
    monkeypatch.setattr("rnn_names.sampling.sampler.GAIN", 0)
    sampler.prepare_if_rare()
    assert sampler.preparation is not None
    names = small_model().sample(20_000, seed=5, **condition)
    wanted = expected(lambda name: like_the_list(name) and name.endswith("cBc"))
    assert_drawn_from(Counter(names), wanted)


def test_the_best_names_keep_to_it():
    wanted = expected(like_the_list)
    assert small_model().best(30) == sorted(wanted, key=wanted.get, reverse=True)[:30]


@pytest.mark.parametrize(
    "options, holds",
    [
        ({"min_length": 1}, lambda name: name[0] != "c"),
        ({"any_shape": True}, lambda name: len(name) >= 3),
        ({"any_beginning": True, "min_length": 1}, lambda name: True),
        ({"prefix": "c"}, lambda name: len(name) >= 3),
        ({"prefix": "A", "max_length": 2}, lambda name: len(name) == 2),
    ],
    ids=lambda value: "" if callable(value) else str(value),
)
def test_what_is_asked_for_wins(options, holds):
    names = small_model().sample(20_000, seed=5, **options)
    limits = {key: options[key] for key in ("prefix", "max_length") if key in options}
    assert_drawn_from(Counter(names), expected(holds, **limits))


def test_a_list_with_lower_case_beginnings_lets_them_come():
    names = small_model(shortest=1, lower_case_beginnings=True).sample(20_000, seed=5)
    assert_drawn_from(Counter(names), expected())


def test_models_from_before_have_the_names_of_before():
    """Their record says neither; a seed's names stay the same."""
    model = Model(small_model().vocabulary, small_model().params, {"longest": LONGEST})
    free = small_model().sample(200, seed=5, min_length=1, any_beginning=True)
    assert model.sample(200, seed=5) == free


@pytest.mark.parametrize("options", [{"match": "c.*"}, {"match": "c.*", "temperature": 0.5}])
def test_a_pattern_that_only_lower_case_beginnings_meet_says_what_lifts_them(options):
    with pytest.raises(SamplingError, match="unless any_shape is set, no name begins"):
        small_model().sample(1, **options)


def test_a_distribution_without_another_beginning_says_so():
    """Of a network that leaves no other first letter, nothing can be drawn."""
    model = small_model()
    model.params["by"][:3] = -100
    with pytest.raises(SamplingError, match="would begin as none of the list does"):
        model.sample(1, top_k=1)


def test_training_records_them():
    names = ["Aber", "Llan", "Pencoed", "Bargoed"]
    record = train(names, epochs=0, hidden_size=4).training
    assert (record["shortest"], record["lower_case_beginnings"], record["pairs"]) == (4, False, [])
    more = ["y Bala", "Ty", "St. Asaph", "McDonald", "Ynys (3rd)", "東Δ"]
    record = train([*names, *more], epochs=0, hidden_size=4, held_out=0.4).training
    assert (record["shortest"], record["lower_case_beginnings"]) == (2, True)
    assert record["pairs"] == [" (", ")\n", ". ", "aA", "xA"]


@pytest.mark.parametrize("pairs", [[], ["aA"], ["AA"], ["--"], ["-\n"], ["\n-", "AA"]], ids=str)
@pytest.mark.parametrize("options", [{}, {"suffix": "B-"}, {"temperature": 3.0}], ids=str)
def test_names_have_the_models_distribution_given_their_shape(pairs, options, monkeypatch):
    """Where conditions are rare, too; and the best names are those of it."""
    if "suffix" in options:
        monkeypatch.setattr("rnn_names.sampling.sampler.LOOK_AHEAD_BELOW", 1.0)
        monkeypatch.setattr("rnn_names.sampling.sampler.GAIN", 0)
    training = {"longest": LONGEST, "shortest": 1, "lower_case_beginnings": False, "pairs": pairs}
    tiny, written = tiny_model(), str.maketrans("abc", "-Bc")
    model = Model(Vocabulary("-Bc"), tiny.params, training)
    kinds = str.maketrans("-Bc", "-Aa")

    def holds(name):
        name = name.translate(written)
        sides = f"\n{name}\n".translate(kinds)
        odd = {
            a + b for a, b in pairwise(sides) if (a in "Aa" and b == "A") or not {a, b} & {*"Aa"}
        }
        return name[0] != "c" and odd <= {*pairs} and name.endswith(options.get("suffix", ""))

    shaping = {key: value for key, value in options.items() if key == "temperature"}
    names = distribution(tiny, holds, **shaping).items()
    wanted = {name.translate(written): p for name, p in names}
    if not wanted:
        with pytest.raises(SamplingError, match="unless any_shape is set"):
            model.sample(1, **options)
        return
    assert_drawn_from(Counter(model.sample(20_000, seed=5, **options)), wanted)
    n = min(30, len(wanted))
    assert model.best(n, **options) == sorted(wanted, key=wanted.get, reverse=True)[:n]


def test_scripts_without_case_have_no_lower_case_beginnings():
    model = train(["東京", "京都", "大阪"], epochs=1, hidden_size=4)
    assert model.training["lower_case_beginnings"] is False
    assert len(model.sample(5)) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        *({"shortest": value} for value in (0, 9, "3", True, None)),
        *({"lower_case_beginnings": value} for value in ("no", 0, None)),
        *({"pairs": value} for value in ("aA", None, [1])),
    ],
    ids=str,
)
def test_a_file_that_says_nonsense_about_them_is_refused(wrong, tmp_path):
    model = small_model()
    Model(model.vocabulary, model.params, {**model.training, **wrong}).save(tmp_path / "a.npz")
    with pytest.raises(ModelFileError, match="how long names are, how they begin"):
        Model.load(tmp_path / "a.npz")


def test_a_welsh_writer_gets_names_like_those_of_the_list(invoke, tmp_path):
    names = [a + b for a in ("Aber", "Llan", "Pont", "Tre") for b in ("gwyn", "dulas", "mawr")]
    (tmp_path / "welsh.txt").write_text("\n".join(names), "utf-8")
    assert invoke("train", "welsh.txt", "--epochs", 2, cwd=tmp_path).returncode == 0
    free = invoke("sample", "-n", 400, "--min-length", 1, "--any-shape", cwd=tmp_path).stdout
    assert any(len(name) < 7 or name[0].islower() for name in free.split())
    done = invoke("sample", "-n", 400, cwd=tmp_path)
    assert (done.returncode, len(done.stdout.split())) == (0, 400)
    assert all(len(name) >= 7 and name[0].isupper() for name in done.stdout.split())
    facts = " ".join(invoke("info", cwd=tmp_path).stdout.split())
    assert "7 to 9 characters long" in facts
    shape = "no lower-case letter at the beginning, no capital right after a letter, no two spaces"
    assert shape in facts


def test_the_old_name_of_any_shape_still_works_and_is_not_shown(invoke, model_file):
    arguments = ["sample", "-m", model_file, "-n", 50, "--seed", 1, "-t", 2]
    lifted, old, held = (
        invoke(*arguments, *more) for more in (["--any-shape"], ["--any-beginning"], [])
    )
    assert lifted.stdout == old.stdout != held.stdout
    assert "--any-beginning" not in invoke("sample", "--help").stdout
