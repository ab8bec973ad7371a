"""A blend is the normalised weighted geometric mean of its parts, as one network and one model."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_names import Model, blend
from rnn_names.corpus.fingerprints import fingerprint
from rnn_names.corpus.names import Names
from rnn_names.errors import BlendError, SamplingError
from rnn_names.model.blending import MAX_HIDDEN_SIZE, scaled, unknown_logit
from rnn_names.model.bundled import Source
from rnn_names.network.cells import block_product, diagonal_blocks, step_weights
from support import networks, plain_bptt
from support.enumeration import all_texts
from support.networks import CELLS


def random_model(seed, cell="gru", characters="abc", n_a=4, longest=6, names=()):
    """A model of random weights that knows some characters, and some names by fingerprints."""
    prints = np.unique(fingerprint(Names.from_strings(list(names))))
    made = networks.random_model(characters, cell, seed, n_a, longest=longest)
    return replace(made, fingerprints=prints)


# --- The geometric mean, the plain way, in float64 ------------------------------------------------


def log_probabilities(model, unknown, prefix, characters):
    """A part's log p of EOS and each of `characters` after a prefix, one step after another.

    What it does not know is passed over when it is read, and has the logit `unknown` when it is
    asked.
    """
    params = {name: array.astype(float) for name, array in model.params.items()}
    own = model.vocabulary.characters
    a = plain_bptt.step(np.zeros((1, len(own) + 1)), params["a0"][None], params)["a"]
    for character in prefix:
        if character in own:
            x = np.eye(len(own) + 1)[[own.index(character) + 1]]
            a = plain_bptt.step(x, a, params)["a"]
    logits = (a @ params["Wya"].T + params["by"])[0]
    joint = [logits[own.index(c) + 1] if c in own else unknown for c in characters]
    joint = np.array([logits[0], *joint])
    return joint - np.logaddexp.reduce(joint)


def geometric_mean(parts, weights, prefix, characters):
    """Logarithms of p of the normalised weighted geometric mean, from the separate models.

    Each part is a model and its logit of what it does not know.
    """
    weights = np.array(weights) / sum(weights)
    parts = [log_probabilities(*part, prefix, characters) for part in parts]
    total = sum(w * part for w, part in zip(weights, parts, strict=True))
    return total - np.logaddexp.reduce(total)


def assert_geometric_mean(models, weights, longest):
    """Holds a blend to the mean at every prefix of at most `longest` characters."""
    mixed = blend(models, weights)
    parts = [(model, unknown_logit(model)) for model in models]
    characters = mixed.vocabulary.characters
    assert set(characters) == set().union(*(model.vocabulary.characters for model in models))
    for n in range(longest + 1):
        for prefix in itertools.product(characters, repeat=n):
            expected = geometric_mean(parts, weights, prefix, characters)
            found = log_probabilities(mixed, None, prefix, characters)
            assert np.abs(np.exp(found) - np.exp(expected)).max() < 1e-4
            assert np.abs(found - expected).max() < 1e-3


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 10_000),
            st.sampled_from(CELLS),
            st.sampled_from(["abc", "ab", "bcd", "cabø", "aé"]),
            st.integers(1, 6),
            st.floats(0.01, 100),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_a_blend_predicts_the_weighted_geometric_mean_at_every_prefix(parts):
    models = [random_model(seed, cell, characters, n_a) for seed, cell, characters, n_a, _ in parts]
    letters = [set(model.vocabulary.characters) for model in models]
    if len(models) > 1 and not all(
        own & set().union(*letters[:i], *letters[i + 1 :]) for i, own in enumerate(letters)
    ):
        with pytest.raises(BlendError, match="no letter in common"):
            blend(models)
    else:
        assert_geometric_mean(models, [weight for *_, weight in parts], longest=2)


def test_plain_cells_of_one_alphabet_stay_plain():
    same = blend([random_model(1, "rnn"), random_model(2, "rnn")])
    other = blend([random_model(1, "rnn"), random_model(2, "rnn", "abd")])
    assert (same.cell, other.cell) == ("rnn", "gru")


def test_an_unknown_character_keeps_the_state():
    """However large the weights that the gates get from elsewhere are."""
    for cell in CELLS:
        part = random_model(1, cell, "ab", n_a=6)
        for name in ("Waa", "ba"):
            part.params[name][...] *= 50
        mixed = blend([part, random_model(2, "gru", "abc", n_a=3)])
        x = np.eye(4, dtype=np.float32)[[3]]
        before = np.random.default_rng(5).uniform(-1, 1, (1, 9)).astype(np.float32)
        after = plain_bptt.step(x, before, mixed.params)["a"]
        assert np.abs(after - before)[:, :6].max() < 1e-6
        assert np.abs(after - before)[:, 6:].max() > 1e-3


# --- Weights --------------------------------------------------------------------------------------


def test_a_blend_of_one_model_is_the_model():
    model = random_model(1)
    assert blend([model], [3]) is model
    assert model.blend() is model


@given(st.lists(st.floats(1e-300, 1e308), min_size=1, max_size=20))
def test_weights_are_scaled_to_sum_to_1(weights):
    shares = scaled(weights, len(weights))
    assert math.fsum(shares) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in shares)


ONE, TWO = random_model(1), random_model(2)
LARGE = replace(ONE, params={"Waa": np.zeros((MAX_HIDDEN_SIZE // 2 + 1,) * 2, np.float32)})
REFUSED = [
    *(
        ({"models": [ONE, TWO], "weights": [1, weight]}, "must be a finite number above 0")
        for weight in (0, -1, math.nan, math.inf, 10**400, "a", None)
    ),
    ({"models": [ONE, TWO], "weights": [1]}, "1 weight for 2 models"),
    ({"models": []}, "nothing to blend"),
    ({"models": None}, "models None: give one for each part"),
    ({"models": [ONE, TWO], "titles": 5}, "titles 5: give one for each part"),
    ({"models": [ONE, TWO], "titles": ["elves"]}, "1 title for 2 models"),
    ({"models": [ONE, TWO], "weights": 3}, "weights 3: give one for each model"),
    ({"models": [ONE, TWO], "titles": ["elves", 7]}, "title 7: not a text"),
    ({"models": ["dinosaurs"]}, r"'dinosaurs': not a Model; Model\.load reads one"),
    ({"models": [ONE, "dinosaurs"]}, "'dinosaurs': not a Model"),
    ({"models": [LARGE, LARGE]}, "4,098 hidden units"),
    ({"models": [random_model(1, n_a=1)] * 65}, "65 models"),
]


@pytest.mark.parametrize("arguments, message", REFUSED)
def test_invalid_blends_are_refused(arguments, message):
    with pytest.raises(BlendError, match=message):
        blend(**arguments)


# --- Unknown characters ---------------------------------------------------------------------------


def test_an_unknown_character_has_a_mean_probability_of_1e_4():
    """Over other names than those that it was measured on."""
    model = Model.load("norwegian-towns")
    params, logit, losses = model.params, unknown_logit(model), []
    for text in model.sample(300, seed=99):
        a = params["a0"][None]
        for index in [0, *model.vocabulary.encode(np.array([*map(ord, text)], int))]:
            x = np.eye(len(model.vocabulary), dtype=np.float32)[[index]] * (index > 0)
            a = plain_bptt.step(x, a, params)["a"]
            logits = (a @ params["Wya"].T + params["by"])[0].astype(float)
            losses.append(np.exp(logit - np.logaddexp.reduce(logits)))
    assert np.mean(losses) == pytest.approx(1e-4, rel=0.15)


def test_random_weights_whose_names_hardly_end_can_be_blended():
    model = random_model(1)
    model.params["by"][0] = -50
    assert math.isfinite(unknown_logit(model))


def test_models_of_two_scripts_have_no_blend():
    latin, greek = random_model(1, characters=" -ab"), random_model(2, characters=" -αβ")
    with pytest.raises(BlendError, match=r"model 1 has no letter in common.*no names lie between"):
        blend([latin, greek])
    with pytest.raises(BlendError, match="c has no letter in common"):
        blend([latin, latin, greek], titles=["a", "b", "c"])
    assert blend([latin, greek, random_model(3, characters="aα")]).hidden_size == 12
    assert blend([random_model(seed, characters="♥★☂") for seed in (1, 2)]).hidden_size == 8


# --- All that a model can -------------------------------------------------------------------------


def test_new_names_are_in_none_of_the_lists():
    mixed = blend([random_model(1, names=["ab", "c"]), random_model(2, names=["b", "c"])])
    assert mixed.knows(["ab", "b", "c", "a"]).tolist() == [True, True, True, False]
    assert not {"ab", "b", "c"} & set(mixed.sample(200, seed=1, novel=True))
    forgetful = replace(random_model(2), fingerprints=None)
    with pytest.raises(SamplingError, match="no fingerprints"):
        blend([random_model(1), forgetful]).sample(1, novel=True)


# --- What its file says ---------------------------------------------------------------------------


def test_a_blend_is_saved_and_loaded(tmp_path):
    parts = [random_model(1, longest=5), random_model(2, "rnn", "bcd", longest=9)]
    mixed = blend(parts, titles=["elves", "trolls.npz"])
    assert mixed.training["longest"] == 9
    mixed.save(tmp_path / "mixed.npz")
    again = Model.load(tmp_path / "mixed.npz")
    assert again.sample(9, seed=1) == mixed.sample(9, seed=1)
    assert again.facts() == mixed.facts()
    parts = [(e["model"], e["weight"], e["network"]["cell"]) for e in again.training["blend"]]
    assert parts == [("elves", 0.5, "gru"), ("trolls.npz", 0.5, "rnn")]


def test_blends_of_blends_record_their_original_models():
    a, b, c = (random_model(seed) for seed in (1, 2, 3))
    nested, flat = blend([blend([a, b], [3, 1]), c]), blend([a, b, c], [3, 1, 4])
    weights = [part["weight"] for part in nested.training["blend"]]
    assert weights == pytest.approx([0.375, 0.125, 0.5])
    names = [name for name in all_texts(3) if name]
    assert np.allclose(nested.log_prob(names), flat.log_prob(names), atol=1e-4)
    assert_geometric_mean([blend([a, b], [3, 1]), random_model(4, "rnn", "bd")], [1, 2], longest=2)


def test_a_blend_has_each_source_once():
    towns, elves = Source("towns", "somebody", "CC BY 4.0"), Source("elves", "us", "CC0")
    a = replace(random_model(1), sources=(towns,))
    b = replace(random_model(2), sources=(elves, towns))
    assert blend([a, b]).sources == (towns, elves)


# --- The product over blocks ----------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_separate_products_of_a_blends_blocks_give_the_same_result(cell):
    mixed = blend([random_model(1, cell, n_a=5), random_model(2, cell, n_a=3)])
    weights = step_weights(mixed.params)
    assert weights.bounds == [0, 5, 8]
    a = np.random.default_rng(1).standard_normal((6, 8)).astype(np.float32)
    apart = np.full((len(weights.Waa), 6, 8), np.nan, np.float32)
    block_product(a, weights.Waa, weights.bounds, out=apart)
    assert np.abs(np.matmul(a, weights.Waa) - apart).max() < 1e-5


@given(st.integers(0, 1000), st.lists(st.integers(1, 5), min_size=1, max_size=5))
def test_blocks_of_a_blend_are_found(seed, sizes):
    rng = np.random.default_rng(seed)
    bounds = np.cumsum([0, *sizes]).tolist()
    Waa = np.zeros((2, bounds[-1], bounds[-1]))
    for start, stop in itertools.pairwise(bounds):
        Waa[:, start:stop, start:stop] = rng.standard_normal((2, stop - start, stop - start))
    assert diagonal_blocks(Waa) == bounds
    Waa[1, 0, -1] = 1  # one weight that links the first to the last
    assert diagonal_blocks(Waa) == [0, bounds[-1]]
