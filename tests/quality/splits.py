"""A split of a list, and on it a network of default training beside Kneser-Ney at its best."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kneser_ney import KneserNey

from rnn_names.corpus.corpus import MAX_HELD_OUT, Corpus
from rnn_names.corpus.names import Names
from rnn_names.model.model import Model
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer


@dataclass(frozen=True)
class SplitCorpus(Corpus):
    """The training part of a list; `split` gives it and the names that are held out already."""

    held_out: Corpus | None = None

    def split(self, fraction: float, rng: np.random.Generator) -> tuple[Corpus, Corpus]:
        assert self.held_out is not None
        return Corpus(self.names, self.counts), self.held_out


def trainer_of(
    corpus: Corpus, held_out: Names, settings: Settings, init: Model | None = None
) -> Trainer:
    """A run on one part of a list, with its held-out loss on another."""
    others = Corpus(held_out, np.ones(len(held_out), np.int64))
    return Trainer(
        TrainingSetup(SplitCorpus(corpus.names, corpus.counts, held_out=others), settings, init)
    )


def split(corpus: Corpus, fold: int, size: int | None = None) -> tuple[Corpus, Names]:
    """The training part of a list and a tenth that is held out.

    Another tenth for each fold, another subset where `size` is given.
    """
    if size is not None:
        rows = np.sort(np.random.default_rng([1, fold]).choice(len(corpus), size, replace=False))
        corpus, fold = Corpus(corpus.names.take(rows), corpus.counts[rows]), 0
    n = len(corpus)
    held = min(max(round(n / 10), 1), MAX_HELD_OUT)
    rows = np.random.default_rng(0).permutation(n)[fold * held : (fold + 1) * held]
    rest = np.setdiff1d(np.arange(n), rows)
    return Corpus(corpus.names.take(rest), corpus.counts[rest]), corpus.names.take(np.sort(rows))


@dataclass(frozen=True)
class Compared:
    """What one split brought; losses in nats per character of the names held out.

    Attributes:
        trainer: of the network, when it is done.
        seconds: that training took.
        network: its loss.
        rival: that of Kneser-Ney.
        order: of Kneser-Ney.
    """

    trainer: Trainer
    seconds: float
    network: float
    rival: float
    order: int


def compared(corpus: Corpus, held_out: Names) -> Compared:
    """Trains as the command line does; for Kneser-Ney, chooses the best order and discount.

    Both are chosen on the names held out, as the network's best epoch is.
    """
    trainer = trainer_of(corpus, held_out, Settings(held_out=0.1))
    began = time.perf_counter()
    for _ in trainer.epochs():
        pass
    seconds = time.perf_counter() - began
    rival = KneserNey(corpus.names.to_strings(), len(trainer.vocabulary))
    loss, order, _ = rival.best(held_out.to_strings())
    return Compared(trainer, seconds, trainer.model.training["held_out_loss"], loss, order)
