"""Can names that were drawn be told from names of the list? And are they as long?

Telling draws from held-out names by cross-validation measures something else as well: two halves of
a list differ by chance (names in Kayl-: 0.11 % of one half of the first names, 0.27 % of the
other), and a classifier learns that. Here it can't. Each list is split in two halves, three times,
and a network learns one of them with default settings. The classifier then learns to tell

    that half          from as many draws          (what it learns from)
    the other half     from as many further draws  (what it is measured by)

What it measures is the area under the curve: how probable it is that a draw gets a higher score
than a name of the list. It is 0.5 where they can't be told apart, and 1 where they always can.

The classifier is a logistic regression on the character n-grams of 1 to 5 in "^name$", hashed, and
on the length. Without the length, it could hardly tell the names of a 6-gram: those have the
list's n-grams, but are too short and too long. Two samples of one network show that it finds
nothing where there is nothing.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rnn_names import Model
from rnn_names.arrays import structured
from rnn_names.conditions.automaton import Acceptor, any_text
from rnn_names.corpus.corpus import Corpus, corpus_from_file
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.sampling.frontier import Children
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.sampler import MAX_BATCH
from rnn_names.sampling.walk import Roots, Walk
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "data"
KEPT = ROOT / "build" / "quality"
"""What was trained and measured before; `make clean` removes it."""

PACKAGE = ROOT / "rnn_names"
CODE = sorted(
    path
    for name in ("corpus", "network", "ngram", "training")
    for path in (PACKAGE / name).glob("*.py")
)
"""What trains."""

SEEDS = range(3)
"""Of the splits, and of the training on each."""

LENGTHS_DRAWN = 10_000
LONGEST = 40
"""Longer names have the same column as those of this length."""


@dataclass(frozen=True)
class List:
    """A list of which one half is learned; it is a file in data/.

    Attributes:
        title: what the tables call it.
        bar: what the area under the curve must not exceed; None where nothing was promised.
        size: how many names are taken, by a fixed seed; None for all.
    """

    title: str
    bar: float | None = None
    size: int | None = None


TOLD_APART = {
    "us-first-names": List("first names", 0.525),
    "english-towns": List("English towns", 0.54),
    "dinosaurs": List("dinosaurs", 0.57),
    "german-first-names": List("German first names"),
    "us-surnames": List("8,000 of the surnames", size=8_000),
}

MEASURED = TOLD_APART | {
    "welsh-towns": List("Welsh towns"),
    "icelandic-first-names": List("Icelandic first names"),
    "polish-towns": List("Polish towns"),
}
"""The lists of which lengths are compared."""

MEAN_BAR, DEVIATION_BAR = 0.05, 0.10
"""How far the mean and the standard deviation of lengths may be off, in shares of the list's."""


def halves(name: str, seed: int) -> tuple[Corpus, list[str]]:
    """The half of a list that is learned, and the other, by the seed of a split."""
    corpus = corpus_from_file(DATA / f"{name}.txt")
    rows = np.random.default_rng([25, seed]).permutation(len(corpus))[: MEASURED[name].size]
    middle = len(rows) // 2
    other = corpus.names.take(np.sort(rows[middle:]))
    return corpus.take(np.sort(rows[:middle])), other.to_strings()


def digest_of(corpus: Corpus, *others: object) -> str:
    """Names a result: a digest of the code that trains, the names, and what else it depends on."""
    digest = hashlib.sha256(f"{np.__version__} {others}".encode())
    digest.update(_code().encode())
    digest.update("\n".join(corpus.names.to_strings()).encode())
    return digest.hexdigest()[:24]


@cache
def _code() -> str:
    """All code that trains; read once, since a page needs hundreds of digests."""
    return "\n".join(map(_without_docstrings, CODE))


def _without_docstrings(path: Path) -> str:
    """What a module does: its code without docstrings, comments and layout."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            node.body = [each for each in node.body if not _is_text(each)]
    return ast.dump(tree)


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def trained(corpus: Corpus, seed: int) -> Model:
    """The network that default training makes of a list; one that was made before is taken."""
    path = KEPT / f"{digest_of(corpus, seed)}.npz"
    if not path.exists():
        trainer = Trainer(TrainingSetup(corpus, Settings(seed=seed)))
        for _ in trainer.epochs():
            pass
        path.parent.mkdir(parents=True, exist_ok=True)
        trainer.model.save(path)
    return Model.load(path)


class NGramSteps:
    """A bare n-gram, as a `Walk` asks it; a state is a history."""

    dtype, nodes_at_once = np.int64, 4096

    def __init__(self, ngram: NGram) -> None:
        self.ngram, self.n_y = ngram, ngram.n_y

    def next_probabilities(
        self, states: NDArray[Any], _: object
    ) -> tuple[NDArray[np.float64], float]:
        """Of the next character after each history, by column; with no error to speak of."""
        return self.ngram.probabilities(states).T.copy(), 0.0

    def states_after(self, children: Children, _: object) -> NDArray[Any]:
        """The histories after one more character."""
        return self.ngram.extend(children.parent_states[children.parent], children.character)


def ngram_names(names: Names, count: int, seed: int) -> list[str]:
    """Names of the 6-gram that distillation learns from, as it is: without the list's lengths."""
    vocabulary = Vocabulary.from_names(names)
    ngram = NGram(Names(vocabulary.encode(names.codes), names.offsets), len(vocabulary))
    acceptor = Acceptor(any_text(ngram.n_y), 1, int(names.lengths.max()))
    roots = Roots(
        [()], np.array([ngram.start]), np.ones(1), structured(automaton_state=np.zeros(1, np.int32))
    )
    found, first, size = list[str](), 0, min(count, MAX_BATCH)
    while len(found) < count:  # those that are too long are left out
        walk = Walk(NGramSteps(ngram), acceptor, keys_at(seed_key(seed), first + np.arange(size)))
        walk.run(roots)
        found += Names(vocabulary.codes[walk.completed.codes], walk.completed.offsets).to_strings()
        first += size
    return found[:count]


def area_under_curve(negative, positive):
    """How probable it is that a positive one has a higher score than a negative one.

    Two that are equal count as half. It is the area under the curve of a classifier with these
    scores (receiver operating characteristic), from the ranks of all scores (Mann & Whitney 1947).

    >>> area_under_curve([1, 2], [2, 3])  # of 4 pairs, 3 are in order and one is equal
    0.875
    >>> area_under_curve([2, 2], [2]), area_under_curve([5], [1, 1])
    (0.5, 0.0)
    """
    n, m = len(negative), len(positive)
    _, which, often = np.unique(
        np.concatenate([negative, positive]), return_inverse=True, return_counts=True
    )
    ranks = np.cumsum(often) - (often - 1) / 2  # of equal scores, the mean of their ranks from 1
    return float((ranks[which[n:]].sum() - m * (m + 1) / 2) / (n * m))


def told_apart(learned: list[str], other: list[str], draw: Callable[[int], list[str]]) -> float:
    """The area under the curve.

    Args:
        learned: names to learn from.
        other: names to be measured by.
        draw: gives this many names of a generator.
    """
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression

    grams = HashingVectorizer(
        analyzer="char",
        ngram_range=(1, 5),
        lowercase=False,
        n_features=1 << 18,
        alternate_sign=False,
        preprocessor="^{}$".format,
    )

    def features(names: list[str]) -> csr_matrix:
        """(n, features): the n-grams, and a one in the column of the length."""
        lengths = np.minimum([*map(len, names)], LONGEST)
        return hstack([grams.transform(names), csr_matrix(np.eye(LONGEST + 1)[lengths])]).tocsr()

    drawn = draw(len(learned) + len(other))
    first, further = drawn[: len(learned)], drawn[len(learned) :]
    classifier = LogisticRegression(max_iter=1000)
    classifier.fit(features(learned + first), np.repeat([0, 1], [len(learned), len(first)]))
    scores = classifier.decision_function(features(other + further))
    return area_under_curve(scores[: len(other)], scores[len(other) :])


def areas(name: str, seed: int) -> dict[str, float]:
    """The areas under the curve of one split of a list, by the columns of the table."""
    corpus, other = halves(name, seed)
    learned, model = corpus.names.to_strings(), trained(corpus, seed)

    def of(**options: float) -> float:
        return told_apart(learned, other, lambda n: model.sample(n, seed=1, **options))

    def of_itself() -> float:
        """Two samples of one network, in place of the halves of the list."""
        own = model.sample(len(learned) + len(other), seed=2)
        first, further = own[: len(learned)], own[len(learned) :]
        return told_apart(first, further, lambda n: model.sample(n, seed=1))

    return {
        **{title: of(**ways) for title, ways in WAYS.items()},
        "6-gram (Kneser-Ney)": told_apart(
            learned, other, lambda n: ngram_names(corpus.names, n, seed)
        ),
        "two samples of one network": of_itself(),
    }


WAYS: dict[str, dict[str, float]] = {
    "all draws": {},
    "only names not in the half": {"novel": True},
    "temperature 0.9": {"temperature": 0.9},
    "temperature 0.8": {"temperature": 0.8},
    "top-p 0.95": {"top_p": 0.95},
}
"""How a network is sampled."""

COLUMNS = (
    "one half of each list",
    "all draws: each split",
    "mean",
    "bar",
    "met",
    *[*WAYS][1:],
    "6-gram (Kneser-Ney)",
    "two samples of one network",
)


def row_of_areas(name: str) -> str:
    """A list's line in the table of areas under the curve."""
    splits, bar = [areas(name, seed) for seed in SEEDS], MEASURED[name].bar
    found = {title: [split[title] for split in splits] for title in splits[0]}
    each = found.pop("all draws")
    cells = [
        MEASURED[name].title,
        ", ".join(f"{area:.3f}" for area in each),
        f"{np.mean(each):.3f}",
        "" if bar is None else f"{bar}",
        "" if bar is None else "yes" if np.mean(each) <= bar else "**no**",
        *(f"{np.mean(values):.3f}" for values in found.values()),
    ]
    return f"| {' | '.join(cells)} |"


LENGTH_COLUMNS = (
    "one half of each list",
    "mean of the halves",
    "drawn: each split",
    "off by",
    "standard deviation of the halves",
    "drawn: each split",
    "off by",
    "met",
)


def row_of_lengths(name: str) -> str:
    """A list's line in the table of lengths: those of the half that is learned, and of draws."""
    corpora = [halves(name, seed)[0] for seed in SEEDS]
    drawn = [
        np.array([*map(len, trained(corpus, seed).sample(LENGTHS_DRAWN, seed=1))])
        for seed, corpus in enumerate(corpora)
    ]
    cells, is_met = [MEASURED[name].title], True
    for statistic, bar in ((np.mean, MEAN_BAR), (np.std, DEVIATION_BAR)):
        wanted = np.mean([statistic(corpus.names.lengths) for corpus in corpora])
        found = [*map(statistic, drawn)]
        off = float(np.mean(found) / wanted - 1)
        is_met &= abs(off) <= bar
        cells += [f"{wanted:.2f}", ", ".join(f"{each:.2f}" for each in found), f"{off:+.1%}"]
    return f"| {' | '.join([*cells, 'yes' if is_met else '**no**'])} |"
