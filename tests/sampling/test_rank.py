"""Ranking names per character: the short ones are not the first."""

import numpy as np
import pytest

from rnn_names import Model
from rnn_names.corpus.names import Vocabulary
from rnn_names.errors import LongNamesWarning
from rnn_names.options import RandomOptions
from rnn_names.sampling import best
from rnn_names.sampling.sampler import Sampler
from support.enumeration import LONGEST, all_texts, tiny_model
from support.networks import at_temperature


def ranked(model, names):
    """Names by falling log-probability per character, the end counted."""
    scores = model.log_prob(names) / (np.array([len(name) for name in names]) + 1)
    return [names[i] for i in np.argsort(-scores, kind="stable")]


@pytest.mark.parametrize("count", [1, 5, 60])
def test_the_best_per_character_are_the_first_of_all_ranked_names(count):
    model = tiny_model()
    assert model.best(count, rank="per-character") == ranked(model, all_texts()[1:])[:count]


@pytest.mark.parametrize(
    "options, holds",
    [
        ({"suffix": "ab"}, lambda name: name.endswith("ab")),
        ({"min_length": 3, "max_length": 4}, lambda name: 3 <= len(name) <= 4),
        ({"prefix": ["ab", "c"]}, lambda name: name.startswith(("ab", "c"))),
        ({"start": 4}, lambda name: True),
    ],
    ids=lambda value: "" if callable(value) else str(value),
)
def test_conditions_hold_in_the_ranking(options, holds):
    model = tiny_model()
    wanted = ranked(model, [name for name in all_texts()[1:] if holds(name)])
    start = options.get("start", 0)
    assert model.best(8, rank="per-character", **options) == wanted[start : start + 8]


def test_a_temperature_ranks_by_its_own_distribution():
    model = tiny_model()
    wanted = ranked(at_temperature(model, 0.6), all_texts()[1:])[:20]
    assert model.best(20, rank="per-character", temperature=0.6) == wanted
    assert model.best(20, rank="per-character") != wanted


def test_excluded_beginnings_do_not_shift_the_ranking():
    """Names are ranked by what `score` shows, not given how they begin."""
    tiny = tiny_model()
    training = {"longest": LONGEST, "shortest": 1, "lower_case_beginnings": False}
    model = Model(Vocabulary("ABc"), tiny.params, training)
    names = [name.translate(str.maketrans("ab", "AB")) for name in all_texts()[1:]]
    wanted = ranked(model, [name for name in names if name[0] != "c"])
    assert model.best(30, rank="per-character") == wanted[:30]


def test_a_single_prefix_is_left_out():
    model = tiny_model()
    names = [name for name in all_texts()[1:] if name.startswith("ca")]
    to_come = (
        model.log_prob(names)
        - Sampler(model, RandomOptions(prefix="ca")).unguided_drawer.roots.log_relative_p
    )
    scores = to_come / (np.array([len(name) for name in names]) - 2 + 1)
    wanted = [names[i] for i in np.argsort(-scores, kind="stable")]
    assert model.best(30, rank="per-character", prefix="ca") == wanted[:30]
    assert ranked(model, names)[:30] != wanted[:30]


def test_names_out_of_reach_are_left_out_with_a_warning(monkeypatch):
    monkeypatch.setattr(best, "FIRST_BOUND", -4.0)
    monkeypatch.setattr(best, "MAX_PER_CHARACTER", 10)
    model = tiny_model()
    with pytest.warns(LongNamesWarning, match=r"names of at most (\d) characters") as warned:
        found = model.best(3, rank="per-character")
    longest = int(str(warned[0].message).split(" characters")[0][-1])
    assert longest < LONGEST
    short = [name for name in all_texts()[1:] if len(name) <= longest]
    assert found == ranked(model, short)[:3]
    # Whoever says how long names may be gets them all.
    everything = model.best(3, rank="per-character", max_length=LONGEST)
    assert everything == ranked(model, all_texts()[1:])[:3]


@pytest.mark.parametrize("prefix, longest", [("c", 4), ("ca", 5)])
def test_the_longer_a_prefix_the_longer_names_are_in_reach(prefix, longest, monkeypatch):
    monkeypatch.setattr(best, "FIRST_BOUND", -4.0)
    monkeypatch.setattr(best, "MAX_PER_CHARACTER", 10)
    with pytest.warns(LongNamesWarning, match=f"names of at most {longest} characters"):
        tiny_model().best(3, rank="per-character", prefix=prefix)


def test_score_shows_both_ranks_and_sorts_by_the_given_one(invoke, model_file, model, tmp_path):
    names = ["Allosaurus", "Abel", "Alb", "Abelisaurus"]
    (tmp_path / "list.txt").write_text("\n".join(names), "utf-8")
    options = ("score", "-m", model_file, "list.txt", "--sort")
    total = invoke(*options, cwd=tmp_path).stdout.splitlines()
    both = invoke(*options, "--rank", "per-character", cwd=tmp_path).stdout.splitlines()
    rows = [line.split("\t") for line in both]
    assert [row[2] for row in rows] == ranked(model, names)
    assert sorted(f"{log_prob}\t{name}" for _, log_prob, name in rows) == sorted(total)
    for per_character, log_prob, name in rows:
        assert float(per_character) == pytest.approx(float(log_prob) / (len(name) + 1), abs=1e-5)
