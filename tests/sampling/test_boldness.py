"""`boldness`: a word for several options; `min_p`, which cuts unlikely characters; `no_words`."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from rnn_names import Model, train
from rnn_names.conditions.boldness import with_boldness
from rnn_names.conditions.conditions import make_conditions
from rnn_names.conditions.edits import DistantNames
from rnn_names.conditions.word_lists import COMMON_WORDS, are_words
from rnn_names.corpus.names import Names
from rnn_names.errors import CaseWarning, SamplingError
from rnn_names.options import BOLDNESS, AliasOptions, BestOptions, RandomOptions
from support.enumeration import tiny_model
from support.numbered import Network

MODEL = Model.load("dwarvish")
SAFE = BOLDNESS["safe"]


@pytest.mark.parametrize("word", BOLDNESS)
def test_boldness_sets_its_options(word):
    assert MODEL.sample(30, seed=1, boldness=word) == MODEL.sample(30, seed=1, **BOLDNESS[word])
    assert MODEL.best(5, boldness=word) == MODEL.best(5, **BOLDNESS[word])
    assert MODEL.alias(["a", "b"], boldness=word) == MODEL.alias(["a", "b"], **BOLDNESS[word])


def test_balanced_is_the_unchanged_model():
    assert MODEL.sample(20, seed=1) == MODEL.sample(20, seed=1, boldness="balanced", temperature=1)


def test_single_options_override_boldness():
    one = MODEL.sample(20, seed=1, boldness="safe", temperature=0.5, min_p=0, min_edits=1)
    same = {**SAFE, "temperature": 0.5, "min_p": 0, "min_edits": 1}
    assert one == MODEL.sample(20, seed=1, **same)
    assert one != MODEL.sample(20, seed=1, boldness="safe")
    safe = {"temperature": 1.6, "min_p": 0, "min_mean_p": 0, "min_edits": 2}
    for flag in ("known_triples", "clean", "no_words"):
        others = {other: True for other in ("known_triples", "clean", "no_words") if other != flag}
        without = MODEL.sample(200, seed=1, boldness="safe", **{**safe, flag: False})
        assert without == MODEL.sample(200, seed=1, **safe, **others), flag


def test_safe_names_are_new_and_far_from_each_other():
    names = MODEL.sample(60, seed=2, boldness="safe")
    assert not MODEL.knows(names).any()
    assert [*filter(DistantNames(2).add_if_far, names)] == names


def test_other_words_for_boldness_are_refused():
    with pytest.raises(SamplingError, match="boldness 'bold': must be one of safe, balanced, wild"):
        MODEL.sample(1, boldness="bold")


def test_boldness_omits_conditions_that_a_model_cannot_check():
    """A model of old, which keeps nothing of its list."""
    bare = replace(MODEL, fingerprints=None, training={})
    known = with_boldness(RandomOptions(boldness="safe"), bare)
    assert (known.min_edits, known.known_triples, known.min_p) == (None, None, SAFE["min_p"])
    assert len(bare.sample(5, boldness="safe", max_length=9)) == 5


def test_after_many_names_new_ones_may_be_near_each_other():
    options = with_boldness(RandomOptions(boldness="safe", seed=1, start=5), MODEL)
    assert options.novel and not options.forbids_repeats
    assert (
        MODEL.sample(3, boldness="safe", seed=1, start=5)
        == (MODEL.sample(8, seed=1, **{**SAFE, "min_edits": None, "novel": True})[5:])
    )
    assert with_boldness(BestOptions(boldness="safe", start=5), MODEL).min_edits == 2
    assert with_boldness(AliasOptions(boldness="safe"), MODEL).min_edits == 2


def test_words_are_excluded_unless_the_list_has_words():
    assert with_boldness(RandomOptions(boldness="safe"), MODEL).no_words
    assert with_boldness(
        RandomOptions(boldness="safe"), Model.load("women")
    ).no_words  # has Grace, Hope
    words = train(["Stone", "River", "House", "Horse"], epochs=0, hidden_size=4)
    assert not with_boldness(RandomOptions(boldness="safe"), words).no_words
    assert with_boldness(RandomOptions(boldness="safe", no_words=True), words).no_words


# --- The tail -------------------------------------------------------------------------------------


def test_min_p_excludes_improbable_characters_before_temperature():
    model = tiny_model()
    logits = model.params["by"]
    first = Counter(name[0] for name in model.sample(4000, seed=1, any_shape=True, min_p=0.6))
    hot = {"temperature": 9.0, "min_p": 0.6}
    assert set(first) == {name[0] for name in model.sample(4000, seed=1, any_shape=True, **hot)}
    assert len(first) < len(logits) - 1
    assert model.sample(50, seed=4, min_p=0) == model.sample(50, seed=4)


def test_min_p_of_1_keeps_only_the_most_probable_character():
    names = MODEL.sample(5, seed=1, min_p=1)
    assert len(set(names)) == 1
    assert names == MODEL.sample(5, seed=1, top_k=1)


def test_min_p_does_not_exclude_a_single_prefix():
    names = MODEL.sample(5, prefix="Zt", boldness="safe")
    assert all(name.startswith("Zt") for name in names)
    with pytest.raises(SamplingError, match="at this min-p, temperature, top-k and top-p"):
        MODEL.sample(1, prefix=["Zt", "Rz"], min_p=0.9)


def probabilities_of(model, name):
    """Those of its characters and of its end, each given what is before."""
    network, found = Network(model, RandomOptions()), []
    state = network.state_after(network.p["a0"], 0)
    for index in [*model.vocabulary.encode(np.array([*map(ord, name)])), 0]:
        found.append(network.next_probabilities(state)[index])
        state = network.state_after(state, index)
    return found


@pytest.mark.parametrize("model", [MODEL, tiny_model()])
def test_min_mean_p_ignores_the_first_three_characters(model):
    names = model.sample(200, seed=1, unique=True)
    counted = [probabilities_of(model, name)[min(3, len(name)) :] for name in names]
    means = [np.exp(np.log(each).mean()) for each in counted]
    least = float(np.median(means)) + 1e-9
    condition = make_conditions(model, RandomOptions(min_mean_p=least))[-1]
    assert condition.test(Names.from_strings(names)).tolist() == [m >= least for m in means]


def test_a_model_that_is_never_sure_has_no_min_mean_p():
    for loss, least in ((2.0, SAFE["min_mean_p"]), (2.5, None), (None, None), ("2", None)):
        model = replace(MODEL, training={**MODEL.training, "training_loss": loss})
        assert with_boldness(RandomOptions(boldness="safe"), model).min_mean_p == least
    blend = MODEL.blend(Model.load("elvish"))
    assert with_boldness(RandomOptions(boldness="safe"), blend).min_mean_p is None


# --- Words ----------------------------------------------------------------------------------------


def test_words_are_excluded_in_any_case():
    names = ["Main", "MAIN", "gore", "Wort", "Mainz", "Main Gore", "Susan", "Ox"]
    assert are_words(Names.from_strings(names)).tolist() == [True] * 3 + [False] * 5


def test_no_name_is_a_word():
    model = Model.load("surnames")
    names = model.sample(300, seed=1, max_length=5)
    assert are_words(Names.from_strings(names)).sum() > 5
    others = model.sample(300, seed=1, max_length=5, no_words=True)
    assert not are_words(Names.from_strings(others)).any()
    assert [name for name in names if name in others[:300]]


def test_the_list_of_common_words_is_small():
    gaps = np.load(COMMON_WORDS)
    assert 7_000 < len(gaps) < 50_000
    assert gaps.nbytes < 200_000
    text = "the main man had some iron and wood near his old house with many horses"
    words = re.findall("[a-z]{3,7}", text)
    assert are_words(Names.from_strings(words)).all()


def test_two_characters_are_known_only_where_a_name_has_them_side_by_side():
    """Regression: a beginning that the list lacks was taken for known; no safe name was found."""
    with pytest.warns(CaseWarning):
        names = Model.load("swedish-towns").sample(3, seed=1, prefix="C", boldness="safe")
    assert len(names) == 3 and all(name.startswith("c") for name in names)
