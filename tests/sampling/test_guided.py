"""Names under rare conditions: their distribution, and the groups that they come in."""

import math
import string
import warnings
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from rnn_names import Model, train
from rnn_names.errors import RareConditionsWarning, SamplingError
from rnn_names.lookahead import chain
from rnn_names.lookahead import guide as guide_module
from rnn_names.sampling import preparation, stream
from rnn_names.sampling.guided import GuidedWalk
from rnn_names.sampling.name_groups import GROUP_SIZE, NameGroups
from rnn_names.sampling.random_keys import seed_key
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.stream import DEFAULT_BUDGET
from support.conditions import first_keys, looking_ahead, models_with_random_options
from support.distributions import assert_drawn_from, chi_square_score, distance
from support.enumeration import (
    all_texts,
    distribution,
    log_probabilities,
    most_probable,
    tiny_model,
)
from support.networks import at_temperature, random_model

TEXTS = all_texts()


def poor(monkeypatch):
    """A guide that knows next to nothing: no contexts, few prefixes, little learned from."""
    monkeypatch.setattr(chain, "MAX_CONTEXTS", 1)
    monkeypatch.setattr(guide_module, "MAX_STORED_NUMBERS", 20)
    monkeypatch.setattr(preparation, "DRAW_SIZES", (64, 8))
    monkeypatch.setattr(preparation, "TEST_SIZES", [1 << k for k in range(6, 24)])
    monkeypatch.setattr(preparation, "MAX_VISITS", 1)


def log_weights(guided, size):
    """The log weights of names drawn with a guide."""
    walk = GuidedWalk(guided.float64_predictor, first_keys(3, size), guided.guide)
    walk.run(guided.roots)
    return walk.log_weights


def log_mean(weights):
    """The logarithm of the mean of weights that are given as logarithms."""
    return np.logaddexp.reduce(weights) - math.log(len(weights))


def groups(guided, numbers, seed=1, budget=DEFAULT_BUDGET):
    """The names of some groups of a seed."""
    sampler = Sampler(guided._model, guided._options)
    drawn = NameGroups(sampler, guided, seed_key(seed), budget)
    return drawn.names_of_groups(np.array(numbers))[0].to_strings()


# --- Names and their probabilities ----------------------------------------------------------------


@pytest.mark.no_cover
def test_random_models_under_random_conditions_pass_a_chi_square_test(always_look_ahead):
    """The threshold allows for the number of scores; `make rare` tests many more conditions."""
    scores = []
    for seed, model, options, expected in models_with_random_options(24, tiny_model):
        names = Counter(model.sample(4096, seed=seed, **options))
        assert set(names) <= set(expected), options
        score, freedom = chi_square_score(names, expected)
        if freedom:
            scores.append(score)
    assert len(scores) > 15
    assert max(map(abs, scores)) < 3.6
    assert abs(np.mean(scores)) < 4 / math.sqrt(len(scores))


def test_a_name_that_top_k_excludes_after_most_prefixes_has_its_probability(always_look_ahead):
    """Its end is certain after one prefix, and impossible after the others that end like it.

    When the chain counted names, not prefixes, one proposal gave 1,350 copies of it, or none.
    """
    options = {"top_k": 3, "temperature": 0.642, "match": ".*b.*b.*"}
    model = tiny_model("gru", 902)
    names = Counter(model.sample(4000, seed=2, **options))
    assert_drawn_from(names, distribution(model, **options))


@pytest.mark.no_cover
def test_preparation_ends_where_top_p_excludes_all_names_that_meet_the_conditions():
    """At the higher temperature where preparation begins, top-p does not exclude them."""
    options = {"temperature": 0.7, "top_p": 0.9, "match": "Ghelmikha|Brasharud"}
    with pytest.raises(SamplingError, match="only 0 of 300"):
        Model.load("orcish").sample(300, seed=1, **options)


@pytest.mark.no_cover
def test_shares_of_a_bundled_model_are_exact():
    """A small `make rare`: the distance from the exact shares is within 0.02 of that by chance."""
    model, options = Model.load("orcish"), {"suffix": "zz", "max_length": 5}
    expected = most_probable(model, options, 60, 300_000)
    assert len(expected) == 60
    assert model.best(60, **options) == [name for name, _ in expected]
    off, simulated, worst = distance(Counter(model.sample(4000, seed=2, **options)), expected)
    assert off < simulated.mean() + 0.02, worst
    assert off > simulated.mean() / 3, "no closer than independent draws are"


@pytest.mark.parametrize("bound", [64, 0.4], ids=["few repeats", "many repeats"])
@pytest.mark.filterwarnings("ignore::rnn_names.errors.RareConditionsWarning")
def test_expected_shares_are_exact_for_any_estimate(bound, always_look_ahead, monkeypatch):
    poor(monkeypatch)
    monkeypatch.setattr(guide_module, "MAX_BOUND", bound)
    model, options = tiny_model(), {"suffix": "cb", "contains": ["a"]}
    guided, size = looking_ahead(model, **options), 60_000
    names, rows, copies = guided.propose(first_keys(8, size))
    names = Counter(names.take(np.repeat(np.arange(len(rows)), copies[rows])).to_strings())
    expected = distribution(model, **options)
    total = sum(names.values())
    most = max(np.exp(log_weights(guided, size).max() - guided.guide.log_bound), 1)
    for name, p in expected.items():
        deviation = math.sqrt(total * p * most)  # no name comes more than `most` times at once
        assert abs(names[name] - total * p) < 4.5 * deviation + 10, name
    assert (most > 8) == (bound == 0.4), "there are repeats"


def test_an_estimate_that_is_far_too_low_for_one_initial_does_not_make_it_rare(always_look_ahead):
    """A cast with `initials` takes at most one copy, so the estimate is raised beforehand."""
    model, options = tiny_model(), {"suffix": "b", "max_length": 4}
    expected = distribution(model, **options)
    guided = looking_ahead(model, **options)
    initial = max(expected, key=expected.get)[0]
    [index] = np.flatnonzero(model.vocabulary.codes == ord(initial))
    log_completion = guided.guide.log_completion_visited.copy()
    log_completion[0, index] -= 5
    guided.guide = replace(guided.guide, log_completion_visited=log_completion)
    names, _ = guided.rooted_at_first_characters().draw(first_keys(1, 40_000))
    assert_drawn_from(Counter(names.to_strings()), expected)


@pytest.mark.parametrize("temperature", [1.0, 0.3])
def test_the_mean_weight_is_the_probability_of_the_conditions(
    temperature, always_look_ahead, monkeypatch
):
    poor(monkeypatch)
    model, options = tiny_model(), {"suffix": "cb", "contains": ["a"], "temperature": temperature}
    guided = looking_ahead(model, **options)
    meet = [name for name in TEXTS if name.endswith("cb") and "a" in name]
    p = np.exp(log_probabilities(model, options, meet))
    weights = log_weights(guided, 30_000)
    assert log_mean(weights) == pytest.approx(math.log(p.sum()), abs=0.06)
    assert weights.std() > 0.4, "the estimate is poor"


def test_common_conditions_need_no_look_ahead():
    for options in ({}, {"suffix": "a"}, {"exclude_words": ["cc"]}):
        assert looking_ahead(tiny_model(), **options) is None


# --- Low temperatures -----------------------------------------------------------------------------

LOW = [
    ("norse", {"max_length": 2, "temperature": 0.08}),  # regression: only improbable ones
    ("norse", {"max_length": 2, "temperature": 0.04}),  # regression: no names at all
]


@pytest.mark.parametrize(("model", "options"), LOW, ids=str)
def test_the_most_probable_names_are_drawn_if_steps_are_nearly_certain(model, options):
    loaded = Model.load(model)
    expected = most_probable(loaded, options, 5, 100_000)
    off, _, worst = distance(Counter(loaded.sample(300, seed=1, **options)), expected)
    assert off < 0.1, worst


SCATTERED = [  # two whole names; regression: only one of them was drawn
    {"match": "Davendre|Sonasheen"},
    {"match": "Davendre|Sonasheen", "temperature": 3},
    {"suffix": ["davendre", "sonasheen"], "ignore_case": True},
]


@pytest.mark.slow
@pytest.mark.parametrize("options", SCATTERED, ids=str)
def test_scattered_names_are_drawn_in_proportion(options):
    model, names = Model.load("elvish"), ["Davendre", "Sonasheen"]
    shares = np.exp(at_temperature(model, options.get("temperature", 1)).log_prob(names))
    drawn = model.sample(400, seed=1, **options)
    expected = (drawn.count(names[0]) + drawn.count(names[1])) * shares[0] / shares.sum()
    assert abs(drawn.count(names[0]) - expected) < 4 * np.sqrt(expected) and expected > 100


def test_a_prefix_after_which_few_names_end_in_time_is_looked_ahead_for():
    """Regression: of a million draws, none had a length that the list has."""
    model = Model.load("elvish-women")
    drawn = model.sample(300, seed=1, prefix="Disdisdis", temperature=0.05)
    names = ["Disdisdise", "Disdisdishi", "Disdisdisha"]
    shares = np.exp(at_temperature(model, 0.05).log_prob(names))
    expected = 300 * shares / shares.sum()
    counts = np.array([drawn.count(name) for name in names])
    assert ((counts - expected) ** 2 <= 16 * np.maximum(expected, 1)).all() and counts.sum() > 290


@pytest.mark.slow
@pytest.mark.parametrize(
    "model_name, options, names, may_miss",
    [
        (
            "first-names",
            {"suffix": "pp", "max_length": 8, "temperature": 0.5},
            "Philipp Filipp Phillipp",
            False,
        ),
        (
            "elvish",
            {"suffix": "nmh", "temperature": 0.3},
            "Sharrolenmh Mendrolenmh Rundrolenmh",
            True,
        ),
        (
            "spells",
            {"contains": ["byp"], "temperature": 0.5},
            "Lullabypers Lullabyper Abypers",
            False,
        ),
    ],
)
def test_names_with_unusual_endings_have_their_shares(model_name, options, names, may_miss):
    """Regression: Phillipp and Mendrolenmh were never drawn.

    For other names that contain "byp", estimates are far too high; unless they are reduced, nine in
    ten names are repeats. Of the model's names, one in a million or more ends in "pp", so there is
    no warning.
    """
    model, each = Model.load(model_name), names.split()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        drawn = Counter(model.sample(800, seed=1, **options))
    assert ["may be missing" in str(each.message) for each in caught] == [True] * may_miss
    log_p = at_temperature(model, options["temperature"]).log_prob(each)
    shares = np.exp(log_p - np.logaddexp.reduce(log_p))
    assert_drawn_from({name: drawn[name] for name in each}, dict(zip(each, shares, strict=True)))


def test_names_with_underflowing_probabilities_are_drawn():
    """Regression: all were "da", whose share is e^−460.

    All possible names are visited, so none is missing.
    """
    model, options = random_model("abcd", seed=15, longest=7), {"match": "..", "any_shape": True}
    for name in ("Wya", "by"):
        model.params[name] *= 40
    pairs = [name for name in all_texts(2, "abcd") if len(name) == 2]
    log_p = at_temperature(model, 0.03).log_prob(pairs)
    likeliest = pairs[log_p.argmax()]
    assert log_p.max() < -745, "its probability is 0 in float64"
    for temperature in (0.03, 0.0005, 1e-30):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            names = model.sample(300, seed=1, temperature=temperature, **options)
        assert {*names} == {likeliest}


@pytest.mark.slow
def test_memorised_names_are_drawn_in_proportion():
    """Regression: the likeliest of eight names, of a share of 0.495, was 28 of 300 names."""
    names = ["Anabelladonna", "Bertramius", "Cunigundula", "Dagobertus"]
    names += ["Elisabethina", "Friedegundis", "Gottholdian", "Hildebrandus"]
    model = train(names, hidden_size=24, epochs=150, batch_size=4, learning_rate=0.02, seed=1)
    options = {"temperature": 0.5, "contains": ["und"]}
    expected = most_probable(model, options, 20, 300_000)
    off, simulated, worst = distance(Counter(model.sample(300, seed=1, **options)), expected)
    assert off < simulated.max() + 0.02, worst


def test_a_nearly_impossible_beginning_is_possible():
    """At a temperature at which floats have no numbers for its probability."""
    model = random_model("abcd", seed=15, longest=7)
    model.params["by"][4] -= 40
    assert at_temperature(model, 0.02).log_prob(["d"]) < -745, "0 in float64"
    names = model.sample(3, match="d...", temperature=0.02, any_shape=True)
    assert {name[0] for name in names} == {"d"}


def test_a_name_with_a_billion_copies_needs_no_memory(always_look_ahead):
    """Copies are bounded. Regression: all of them together took petabytes."""
    guided = looking_ahead(tiny_model(), suffix="cb")
    log_bound = guided.guide.log_bound - 40  # e^40 copies of each name
    guided.guide = replace(guided.guide, log_bound=log_bound)
    assert len(groups(guided, [0])) == GROUP_SIZE


@pytest.mark.slow
def test_names_of_60_characters_differ_or_a_warning_tells_of_repeats(monkeypatch):
    """They are next to impossible."""
    monkeypatch.setattr(chain, "MAX_CONTEXTS", 1)
    monkeypatch.setattr(preparation, "DRAW_SIZES", (256, 64))
    monkeypatch.setattr(preparation, "BEAM_PREDICTIONS", 1)
    monkeypatch.setattr(preparation, "TEST_SIZES", [1 << k for k in range(9, 24)])
    monkeypatch.setattr(preparation, "MAX_VISITS", 1)
    model = random_model("abcdefgh", seed=2, n_a=8, longest=8)
    model.params["by"][0] += 3  # short names
    with pytest.warns(RareConditionsWarning, match="are repeats"):
        guided = looking_ahead(model, min_length=60, max_length=60)
    assert log_mean(log_weights(guided, 500)) < -100
    names = groups(guided, [0])
    assert [len(name) for name in names] == [60] * GROUP_SIZE
    assert len(set(names)) > 1


def test_names_with_a_probability_of_1e_6_are_drawn():
    model = random_model(string.ascii_lowercase, seed=1, longest=8)
    guided = looking_ahead(model, suffix="zxqj")
    names = groups(guided, [0, 1])
    assert len(names) == 2 * GROUP_SIZE
    assert all(name.endswith("zxqj") for name in names)
    weights = log_weights(guided, 4000)
    assert log_mean(weights) < math.log(1e-6), "the share without a guide"
    assert guided.guide.yield_rate > 1 / 65, "the share with a guide"


@pytest.mark.slow
def test_few_names_are_all_drawn_where_min_p_rules_out_most():
    """Draws alone miss one, of a share of 0.4. Others may be missing, so there is a warning."""
    with pytest.warns(RareConditionsWarning, match="that some may be missing and the others too"):
        names = Model.load("spells").sample(100, seed=1, suffix="oys", min_p=0.05)
    assert {"Blind Cleoys", "Velvet Eoroys", "Pale Cleoys"} <= {*names}


# --- Groups of names ------------------------------------------------------------------------------


def test_a_group_is_a_function_of_the_seed_and_its_number(always_look_ahead):
    guided = looking_ahead(tiny_model(), suffix="cb", contains=["a"], novel=True)
    alone = [groups(guided, [number]) for number in range(6)]
    assert [len(names) for names in alone] == [GROUP_SIZE] * 6
    assert groups(guided, [0, 1, 2, 3, 4, 5]) == [name for each in alone for name in each]
    assert groups(guided, [4, 1]) == alone[4] + alone[1]
    assert len(set(map(tuple, alone))) == 6
    assert groups(guided, [0], seed=2) != alone[0]


def test_when_names_run_out_a_group_ends_as_if_it_were_alone():
    """Regression: groups shared a budget, so names changed with how many were drawn together."""
    guided = looking_ahead(random_model(string.ascii_lowercase, seed=1, longest=8), suffix="zxqj")
    budget = int(0.99 * GROUP_SIZE / guided.guide.yield_rate)  # not enough for all of them
    alone = [groups(guided, [number], budget=budget) for number in range(8)]
    last = [len(names) < GROUP_SIZE for names in alone].index(True)
    assert last < 7 and any(len(names) == GROUP_SIZE for names in alone)
    expected = [name for names in alone[: last + 1] for name in names]
    assert groups(guided, range(8), budget=budget) == expected


def test_a_stream_is_its_groups_one_after_another_and_start_cuts_into_them(always_look_ahead):
    model, options = tiny_model(), {"suffix": "cb", "contains": ["a"]}
    names = groups(looking_ahead(model, **options), range(4), seed=7)
    for start, count in ((0, 4 * GROUP_SIZE), (GROUP_SIZE, 1), (GROUP_SIZE - 1, 2), (45, 60)):
        wanted = names[start : start + count]
        assert model.sample(count, seed=7, start=start, **options) == wanted


def test_repeats_come_after_all_other_names_of_their_group(monkeypatch):
    monkeypatch.setattr(guide_module, "MAX_BOUND", 0.2)
    monkeypatch.setattr(preparation, "MAX_VISITS", 1)
    model = random_model(string.ascii_lowercase, seed=1, longest=8)
    for array in model.params.values():
        array *= 0.3  # enough names that no two draws give the same one
    with pytest.warns(RareConditionsWarning, match="are repeats"):
        guided = looking_ahead(model, suffix="zx", min_length=7)
    for number in range(8):
        names = groups(guided, [number])
        different = len(set(names))
        assert 1 < different < GROUP_SIZE
        assert len(set(names[:different])) == different


# --- What cannot be helped is said ----------------------------------------------------------------


def test_excluded_words_and_a_rare_length_are_looked_ahead_for_together(monkeypatch):
    """Regression: few names are so long, and hardly any of these has no a, so none was found."""
    monkeypatch.setattr(stream, "DEFAULT_BUDGET", 1 << 14)
    model = random_model("abcd", "gru", 2, longest=14)
    names = model.sample(30, seed=1, exclude_words=["a"], min_length=12)
    assert len(names) == 30 and all(len(name) >= 12 and "a" not in name for name in names)


@pytest.mark.filterwarnings("ignore::rnn_names.errors.FewNewNamesWarning")
def test_a_shortage_of_unique_names_does_not_blame_a_pattern(always_look_ahead, monkeypatch):
    monkeypatch.setattr(stream, "WINDOW", 1 << 12)
    with pytest.raises(SamplingError, match=r"the tightest condition was unique \(met by 1 in"):
        tiny_model().sample(300, seed=1, match=".*ccb.*", unique=True, temperature=0.3)


def test_the_command_line_warns_of_repeats_in_one_line(
    always_look_ahead, monkeypatch, invoke, tmp_path
):
    poor(monkeypatch)
    monkeypatch.setattr(guide_module, "MAX_BOUND", 1.0)
    tiny_model().save(tmp_path / "tiny.npz")
    done = invoke("sample", "-m", tmp_path / "tiny.npz", "-n", 40, "--suffix", "cb", "--seed", 1)
    assert (done.returncode, done.stdout.count("\n")) == (0, 40)
    assert done.stderr.startswith("Note: so few names meet the conditions that about ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("options", [{"top_k": 1}, {"min_p": 0.5}])
def test_conditions_that_top_k_excludes_end_with_an_error(options, monkeypatch):
    monkeypatch.setattr(stream, "DEFAULT_BUDGET", 1 << 16)
    model = random_model("abc", "rnn", seed=1, longest=4)
    with pytest.raises(SamplingError, match="only 0 of 2 names found"):
        model.sample(2, seed=1, suffix="cc", any_shape=True, **options)
