"""Names like those of the list: none shorter, none in lower case where none of the list is."""

import pytest

from rnn_names import Model, train
from rnn_names.errors import SamplingError
from support.enumeration import LONGEST, tiny_model

LISTED = {"letters": "ABc", "shortest": 3, "lower_case_beginnings": False}


def test_old_models_keep_their_names():
    """Their record says neither; a seed's names stay the same."""
    listed = tiny_model(**LISTED)
    model = Model(listed.vocabulary, listed.params, {"longest": LONGEST})
    free = listed.sample(200, seed=5, min_length=1, any_beginning=True)
    assert model.sample(200, seed=5) == free


@pytest.mark.parametrize("options", [{"match": "c.*"}, {"match": "c.*", "temperature": 0.5}])
def test_an_error_names_the_option_that_allows_lower_case_beginnings(options):
    with pytest.raises(SamplingError, match="without any_shape, a name may not begin"):
        tiny_model(**LISTED).sample(1, **options)


def test_an_error_tells_that_only_lower_case_beginnings_are_possible():
    """Of a network that leaves no other first letter, nothing can be drawn."""
    model = tiny_model(**LISTED)
    model.params["by"][:3] = -100
    with pytest.raises(SamplingError, match="no name can begin in a way that the list's names do"):
        model.sample(1, top_k=1)


KNOWN = {"known_triples": {"\na": "b", "ab": "c\n", "bc": "\n"}}


def test_errors_tell_of_missing_or_too_strict_triples():
    with pytest.raises(SamplingError, match="known_triples: the model has no record"):
        tiny_model().sample(1, known_triples=True)
    for option in ({"prefix": ["b", "Aa"]}, {"suffix": "cb"}, {"contains": ["bc", "cc"]}):
        with pytest.raises(
            SamplingError, match="three characters in a row that no name in the list has"
        ):
            tiny_model(letters="Abc", **KNOWN).sample(1, known_triples=True, **option)
    names = tiny_model(letters="Abc", **KNOWN).sample(20, known_triples=True)
    assert {*names} == {"Ab", "Abc"}


@pytest.mark.parametrize("option", [{"suffix": "ΟΣ"}, {"contains": ["Ος"]}, {"suffix": "σ"}])
def test_known_triples_and_texts_are_compared_in_any_case(option):
    """Regression: Capital sigma is two small letters, of which only one was compared."""
    known = {"known_triples": {"\nα": "ο", "αο": "ς", "ος": "\n"}}
    model = tiny_model(letters="Αος", **known)
    names = model.sample(3, seed=1, known_triples=True, ignore_case=True, **option)
    assert names == ["Αος"] * 3


def test_models_with_a_large_alphabet_have_no_triples(tmp_path):
    names = [chr(0x4E00 + i) + chr(0x5E00 + i) for i in range(200)]
    train(names, epochs=0, hidden_size=4).save(tmp_path / "m.npz")
    model = Model.load(tmp_path / "m.npz")
    assert model.training["known_triples"] is None
    with pytest.raises(SamplingError, match="known_triples: the model has no record"):
        model.blend(train(names[:9], epochs=0, hidden_size=4)).sample(1, known_triples=True)


def test_a_blend_knows_the_triples_of_all_its_parts():
    lists = ["ab", "Abb"], ["c", "bca"]
    first, second = (train(names, epochs=0, hidden_size=4) for names in lists)
    found = first.blend(second).training["known_triples"]
    at_begin = {"\na": "b", "\nb": "c", "\nc": "\n"}
    assert found == at_begin | {"ab": "\nb", "bb": "\n", "bc": "a", "ca": "\n"}


def test_training_records_triples():
    names = ["Aber", "Llan", "Pencoed", "Bargoed"]
    record = train(names, epochs=0, hidden_size=4).training
    assert (record["shortest"], record["lower_case_beginnings"], record["pairs"]) == (4, False, [])
    more = ["y Bala", "Ty", "St. Asaph", "McDonald", "Ynys (3rd)", "東Δ"]
    record = train([*names, *more], epochs=0, hidden_size=4, held_out=0.4).training
    assert (record["shortest"], record["lower_case_beginnings"]) == (2, True)
    assert record["pairs"] == [" (", ")\n", ". ", "aA", "xA"]


def test_scripts_without_case_have_no_lower_case_beginnings():
    model = train(["東京", "京都", "大阪"], epochs=1, hidden_size=4)
    assert model.training["lower_case_beginnings"] is False
    assert len(model.sample(5)) == 5


def test_the_old_name_of_any_shape_still_works_and_is_not_shown(invoke, model_file):
    arguments = ["sample", "-m", model_file, "-n", 9, "--seed", 1, "-t", 2]
    ways = (["--any-shape"], ["--any-beginning"], [])
    lifted, old, held = (invoke(*arguments, *way) for way in ways)
    assert lifted.stdout == old.stdout != held.stdout
    assert "--any-beginning" not in invoke("sample", "--help").stdout
