"""What each bundled model writes, as wholes.

The names that its training learned from, beside 20,000 that it draws and as many of a Kneser-Ney
6-gram of the same names. Mean and standard deviation of lengths, in characters; the share of names
with a space, a hyphen or another mark; and the share with two neighbours of kinds that are nowhere
neighbours in the list, as a capital after a small letter. Kinds are Unicode's general categories.

A row is met if the mean length is within 1 % of the list's, or two of its standard errors; the
standard deviation within 4 %, or two of its; and the share with marks within 10 %, or two of its.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from unicodedata import category

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "data"))

import make_models
from two_samples import ngram_names

from rnn_names import Model

DRAWN = 20_000

TITLES = {name: f"`{name}`" for name in make_models.RECIPE}

COLUMNS = (
    "model",
    "mean length: list, drawn",
    "off by",
    "6-gram",
    "standard deviation",
    "off by",
    "6-gram",
    "with marks: list, drawn",
    "6-gram",
    "kinds that meet nowhere in the list",
    "6-gram",
    "met",
)


def has_mark(name: str) -> bool:
    """Whether there is any but letters and what is written on them.

    >>> [has_mark(name) for name in ("Ada", "Abu Bakr", "Åsa-Britt", "O'Neill")]
    [False, True, True, True]
    """
    return any(category(c)[0] not in "LM" for c in name)


def meetings(name: str) -> set[tuple[str, str]]:
    """The kinds that meet in a name, its ends counted.

    >>> sorted(meetings("Ada"))
    [('', 'Lu'), ('Ll', ''), ('Ll', 'Ll'), ('Lu', 'Ll')]
    """
    return {*pairwise(["", *map(category, name), ""])}


def row_of(name: str) -> str:
    """A model's line in the table."""
    model = Model.load(name)
    corpus = make_models.run_of(model, make_models.corpus_of(name)).corpus
    listed = corpus.names.to_strings()  # it splits as it did
    known = set().union(*map(meetings, listed))
    groups = (
        listed,
        model.sample(DRAWN, seed=1),
        ngram_names(corpus.names, DRAWN, seed=1),
    )
    lengths = [np.array([*map(len, names)]) for names in groups]
    mean, deviation = ([of(each) for each in lengths] for of in (np.mean, np.std))
    marks = [np.mean([*map(has_mark, names)]) for names in groups]
    strange = [np.mean([not meetings(each) <= known for each in names]) for names in groups]
    error = deviation[0] / len(listed) ** 0.5
    is_met = (
        abs(mean[1] - mean[0]) <= max(0.01 * mean[0], 2 * error)
        and abs(deviation[1] - deviation[0]) <= max(0.04 * deviation[0], 2 * error / 2**0.5)
        and abs(marks[1] - marks[0])
        <= max(0.1 * marks[0], 2 * (marks[0] * (1 - marks[0]) / len(listed)) ** 0.5)
    )
    cells = [TITLES[name]]
    for list_, drawn, ngram in (mean, deviation):
        cells += [f"{list_:.2f}, {drawn:.2f}", f"{drawn / list_ - 1:+.1%}", f"{ngram:.2f}"]
    cells += [f"{marks[0]:.1%}, {marks[1]:.1%}", f"{marks[2]:.1%}"]
    cells += [f"{strange[1]:.2%}", f"{strange[2]:.2%}", "yes" if is_met else "**no**"]
    return f"| {' | '.join(cells)} |"
