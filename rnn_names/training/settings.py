"""How to train: what a user asks for, and what follows from the corpus where nothing is asked."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from rnn_names.errors import TrainingError, setting
from rnn_names.network import rnn
from rnn_names.training import optimizers

if TYPE_CHECKING:
    from rnn_names.corpus.corpus import Corpus

_COUNT = (0, math.inf, "at least 0")

_POSITIVE_COUNT = (1, math.inf, "at least 1")

_POSITIVE = (math.ulp(0.0), math.inf, "a finite number above 0")

_SHARE = (0, 1, "at least 0 and below 1")

_BOUNDS: dict[str, tuple[float, float, str]] = {
    **dict.fromkeys(
        ("epochs", "distil_epochs", "synthetic_names", "embedding_size", "seed"), _COUNT
    ),
    **dict.fromkeys(("hidden_size", "batch_size", "patience"), _POSITIVE_COUNT),
    **dict.fromkeys(("learning_rate", "clip"), _POSITIVE),
    **dict.fromkeys(("held_out", "dropout", "recurrent_dropout"), _SHARE),
}
"""For each setting that is a number: the least that it can be, what it must stay below, and both in
words."""


_REAL = {"learning_rate", "clip", "held_out", "dropout", "recurrent_dropout"}
"""The others are whole numbers."""

_OPEN = _BOUNDS.keys() - {"clip", "held_out", "embedding_size", "seed"}
"""What may be None, and then follows from the corpus."""


@dataclass(frozen=True)
class Settings:
    """What is asked for: None stands for a value that follows from the corpus.

    Attributes:
        cell: "gru" or "rnn"; None for that of the model that training starts from, or else "gru".
        hidden_size: n_a, the number of hidden units; None for that of the model that training
            starts from, or else by the corpus.
        epochs: epochs of both phases, at most; 0 gives the untrained model.
        distil_epochs: how many of them belong to the second phase; 0 leaves it out.
        synthetic_names: names that the n-gram makes up for each epoch of the second phase, besides
            those of the corpus.
        batch_size: names per minibatch; in the second phase, at least `DISTILLATION_BATCH`.
        optimizer: "adam" or "sgd".
        learning_rate: its highest value in the first phase; in the second it is `DISTILLATION_RATE`
            times as high.
        clip: bound of every component of the gradient of the mean loss per character.
        held_out: fraction of the distinct names set aside to measure by; 0 trains on everything.
        dropout: chance that a unit is left out on its way to the output layer, drawn for each node.
        recurrent_dropout: chance that a unit is left out on its way to the next step, drawn for
            each shard of a minibatch and the same at all its steps (Gal & Ghahramani 2016,
            arXiv:1512.05287).
        embedding_size: rank of Wax while it is trained; 0 trains it as it is.
        patience: epochs without a lower held-out loss after which a phase ends.
        seed: of everything random.
    """

    cell: str | None = None
    hidden_size: int | None = None
    epochs: int | None = None
    distil_epochs: int | None = None
    synthetic_names: int | None = None
    batch_size: int | None = None
    optimizer: str = "adam"
    learning_rate: float | None = None
    clip: float = 5.0
    held_out: float = 0.1
    dropout: float | None = None
    recurrent_dropout: float | None = None
    embedding_size: int = 24
    patience: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuses what cannot be.

        Raises:
            TrainingError: for values that make no sense.
        """
        for name, (least, below, what) in _BOUNDS.items():
            value = getattr(self, name)
            if value is None and name in _OPEN:
                continue
            kind = Real if name in _REAL else Integral
            is_number = isinstance(value, kind) and not isinstance(value, bool)
            if not (is_number and least <= value < below):
                what = what if kind is Real else f"a whole number of {what}"
                raise TrainingError(f"{setting(name)} {value!r:.60}: must be {what}")
            # NumPy's numbers become Python's, which a model file can keep.
            object.__setattr__(self, name, float(value) if kind is Real else int(value))
        for name, choices in (("cell", rnn.CELLS), ("optimizer", optimizers.OPTIMIZERS)):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, str) and value in choices):
                raise TrainingError(
                    f"{setting(name)} {value!r}: must be one of {', '.join(choices)}"
                )

    def resolved(self, corpus: Corpus) -> ResolvedSettings:
        """The same settings with a value in place of every None."""
        # Found by trial on parts of the dinosaurs (1,186 names to train on), US first names
        # (26,724) and US surnames (86,799) that `make quality` does not report, and drawn as a line
        # through them: the longer the list, the larger the network and the batches, and the fewer
        # passes and the less dropout it needs. For the dinosaurs, a recurrent dropout of 0.5 and
        # 110 epochs, rather than 0.4 and 34, made a teacher better by 0.01 nats, if not a better
        # network; 256 units made none better than 192, in twice the time. Of first names, 544 at a
        # time made a teacher worse by 0.001 than 272, in two thirds of the time. On surnames, 256
        # units stay 0.02 behind their teacher, however long they learn: 320 end 0.007 lower, with
        # half the epochs in the first phase.
        ratio = max(len(corpus), 100) / 1200
        recurrent_dropout = min(max(0.5 - 0.1 * math.log(ratio), 0.05), 0.6)
        distil_epochs = min(round(5 + ratio / 25), 8)
        first_epochs = min(max(round(113 / math.sqrt(ratio)), 8), 150)
        rule: dict[str, Any] = {
            "cell": "gru",
            "hidden_size": 192 if len(corpus) < 5_000 else 256 if len(corpus) < 50_000 else 320,
            "epochs": distil_epochs + first_epochs,
            "distil_epochs": distil_epochs,
            "synthetic_names": round(33_000 * ratio**0.33),
            "batch_size": min(max(round(64 * ratio ** (2 / 3)), 16), 768),
            "learning_rate": {"adam": 0.009, "sgd": 1.0}[self.optimizer],
            "recurrent_dropout": round(recurrent_dropout, 3),
            "dropout": round(recurrent_dropout + 0.1, 3),
            "patience": max(16, first_epochs // 2),
        }
        if self.epochs is not None:  # the second phase keeps its share
            rule["distil_epochs"] = distil_epochs * self.epochs // rule["epochs"]
        asked = {name: value for name, value in asdict(self).items() if value is not None}
        values = {**rule, **asked}
        # A teacher needs a first phase.
        values["distil_epochs"] = max(min(values["distil_epochs"], values["epochs"] - 1), 0)
        return ResolvedSettings(**values)


@dataclass(frozen=True)
class ResolvedSettings:
    """How a run trains: the fields of `Settings`, each with a value."""

    cell: str
    hidden_size: int
    epochs: int
    distil_epochs: int
    synthetic_names: int
    batch_size: int
    optimizer: str
    learning_rate: float
    clip: float
    held_out: float
    dropout: float
    recurrent_dropout: float
    embedding_size: int
    patience: int
    seed: int
