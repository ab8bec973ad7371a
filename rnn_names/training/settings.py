"""How to train: what a caller asks for, and what follows from the corpus where nothing is asked.

`Settings` is what is asked: None leaves a value to the rule. `ResolvedSettings` is what a run uses:
every value is there. The rule is `defaults_for`.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from rnn_names.errors import TrainingError
from rnn_names.network import rnn
from rnn_names.training import optimizers

if TYPE_CHECKING:
    from rnn_names.corpus.corpus import Corpus


@dataclass(frozen=True)
class Settings:
    """What is asked for: None stands for a value that follows from the corpus.

    Attributes:
        cell: "gru" or "rnn". None: that of the model that training starts from, else "gru".
        hidden_size: n_a, hidden units, at least 1. None: that of the model that training starts
            from, else by the corpus.
        epochs: of both phases together, at most. 0 gives the untrained model.
        distil_epochs: how many of them belong to the distillation phase. 0 leaves it out. The first
            phase has at least one.
        teacher_networks: how many networks learn from the names in the first phase, one after
            another, from 1 to 99. With an n-gram they are the teacher of the distillation phase; so
            without that phase there is one. They share the epochs of the first phase. None: by the
            corpus; but 1 where `epochs` is given.
        synthetic_names: how many names the n-gram writes for the distillation phase, at least 0.
            Each of its epochs learns from all of them, and from the real names.
        batch_size: names per minibatch, at least 1. The distillation phase takes more if it is
            small (`phases.DISTILLATION_BATCHES`).
        optimizer: "adam" or "sgd".
        learning_rate: its highest value in the first phase, above 0. That of the distillation phase
            is `phases.DISTILLATION_RATE` times as high.
        clip: gradients are clipped to [−clip, clip], elementwise; above 0. They are those of the
            mean loss per character, in nats.
        held_out: fraction of the distinct names set aside for validation, from 0 to below 1. 0
            trains on all names.
        dropout: probability that a unit is left out on its way to the output layer, at the end of
            the first phase, from 0 to below 1. Below 0.6 it begins lower and rises (`Phase.at`).
            The distillation phase has none. It is drawn for each prefix of a minibatch.
        recurrent_dropout: probability that a unit is left out on its way to the next step, from 0
            to below 1; it rises by the same shares. It is drawn for each part of a minibatch, and
            the same at all its steps (Gal & Ghahramani 2016, arXiv:1512.05287).
        embedding_size: rank of Wax while it is trained, in numbers per character. 0 trains Wax as
            it is.
        patience: a phase or, in the first, the turn of a network ends after so many epochs without
            a lower held-out loss, at least 1.
        seed: of all random numbers, at least 0.

    Raises:
        TrainingError: for values of other types or outside these ranges.
    """

    cell: str | None = None
    hidden_size: int | None = None
    epochs: int | None = None
    distil_epochs: int | None = None
    teacher_networks: int | None = None
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
        """Refuses values of other types or outside the ranges."""
        for name in _BOUNDS:
            # NumPy's numbers become Python's, which a model file can keep.
            object.__setattr__(self, name, _checked(name, getattr(self, name)))
        for name, choices in (("cell", rnn.CELLS), ("optimizer", optimizers.OPTIMIZERS)):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, str) and value in choices):
                raise TrainingError(
                    f"{name} {value!r}: must be one of {', '.join(choices)}", [name]
                )

    def resolved(self, corpus: Corpus) -> ResolvedSettings:
        """The same settings with a value in place of every None.

        Where `epochs` leaves no room for so many networks and epochs of distillation, there are
        fewer; and no more epochs than the networks can share evenly.
        """
        asked = {name: value for name, value in asdict(self).items() if value is not None}
        if self.distil_epochs == 0:  # there is nobody to teach
            asked["teacher_networks"] = 1
        elif self.epochs is not None:
            asked.setdefault("teacher_networks", 1)
        defaults = defaults_for(len(corpus), self.optimizer, asked.get("teacher_networks"))
        if self.epochs is not None:
            # Distillation keeps its share of the epochs; several networks need one to teach in.
            share = defaults["distil_epochs"] / defaults["epochs"]
            least = 1 if defaults["teacher_networks"] > 1 else 0
            defaults["distil_epochs"] = max(round(share * self.epochs), least)
        values = {**defaults, **asked}
        # A teacher needs a first phase, and each of its networks an epoch there.
        distil_epochs = max(min(values["distil_epochs"], values["epochs"] - 1), 0)
        first = values["epochs"] - distil_epochs
        networks = min(values["teacher_networks"], first) if distil_epochs else 1
        values["teacher_networks"], values["distil_epochs"] = networks, distil_epochs
        values["epochs"] = first // networks * networks + distil_epochs
        return ResolvedSettings(**values)


@dataclass(frozen=True)
class ResolvedSettings:
    """How a run trains: the fields of `Settings`, each with a value."""

    cell: str
    hidden_size: int
    epochs: int
    distil_epochs: int
    teacher_networks: int
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


SHORT_LIST = 1_000
"""Names below which a list has a teacher of several networks. There they learn in seconds; for the
1,318 dinosaurs, a second one would be worth 0.004 nats and take a third longer."""

LONG_LIST = 50_000
"""Names from which on a list has the largest network, which needs few epochs."""


def defaults_for(names: int, optimizer: str, teacher_networks: int | None = None) -> dict[str, Any]:
    """The rule: what a list of so many distinct names, held-out ones included, is trained with.

    `teacher_networks`, where it is given, takes the place of the rule's.

    The longer the list, the larger the network and the minibatches, and the fewer epochs and the
    less dropout it needs:

        names                   100    1,200    5,000   27,000   87,000   1,000,000
        hidden_size             128      192      256      256      384         384
        epochs                  453      113       51       21       11          11
        distil_epochs             3        3        3        3        3           3
        teacher_networks          3        1        1        1        1           1
        synthetic_names      24,223   55,000   88,083  153,668  200,000     200,000
        batch_size               16       64      166      510      768         768
        dropout                0.70     0.60     0.46     0.30     0.19        0.15
        recurrent_dropout      0.60     0.50     0.36     0.20     0.09        0.05
        patience                 75       55       24       16       16          16

    It was found by trial on parts of the dinosaurs (1,186 names to train on), on US first names
    (26,724) and on US surnames (86,799), and drawn as lines through them. `make quality` does not
    report on those parts. What was seen, in nats per character:

    - For the dinosaurs, 256 units were no better than 192, in twice the time, and 160 worse by
      0.01. 68 epochs in the first phase instead of 113 cost 0.006 (three seeds), and 84 instead
      of 110 0.003. Three epochs of distillation over 55,000 synthetic names were better by 0.001
      than five over 33,000 (three seeds), which learn from as many names; and two over 82,500 no
      better still.
    - Of first names, minibatches of 544 made a teacher worse by 0.001 than 272, in two thirds of
      the time. Three epochs of distillation over 153,000 synthetic names were better by 0.001 than
      five over 92,000, and a sixth brought nothing. 18 epochs with a dropout that rises from
      0.15 to 0.30 cost 0.003 more than 24 with 0.29 throughout (two splits, 0.001 and 0.004), in
      three quarters of the time.
    - On 15 cuts of 100 to 400 names, 128 units were 0.010 better than 192 in the mean, and 2.5
      times the epochs no better. `make short-lists` says what three networks are worth there.
    - On surnames, 256 units stay 0.02 behind their teacher, however long they learn. 320 end 0.007
      lower, and 384 lower by another 0.005 (two splits), with fewer epochs in the first phase.
    """
    ratio = max(names, 100) / 1200  # to a list as long as the dinosaurs
    first_epochs = 8 if names >= LONG_LIST else min(round(110 / ratio**0.58), 150)
    distil_epochs = 3
    if teacher_networks is None:
        teacher_networks = 3 if names < SHORT_LIST else 1
    recurrent_dropout = min(max(0.5 - 0.095 * math.log(ratio), 0.05), 0.6)
    return {
        "cell": "gru",
        "hidden_size": _hidden_size(names),
        "epochs": teacher_networks * first_epochs + distil_epochs,
        "distil_epochs": distil_epochs,
        "teacher_networks": teacher_networks,
        "synthetic_names": min(round(55_000 * ratio**0.33), 200_000),
        "batch_size": min(max(round(64 * ratio ** (2 / 3)), 16), 768),
        "learning_rate": {"adam": 0.009, "sgd": 1.0}[optimizer],
        "dropout": round(recurrent_dropout + 0.1, 3),
        "recurrent_dropout": round(recurrent_dropout, 3),
        "patience": max(16, first_epochs // 2),
    }


def _hidden_size(names: int) -> int:
    for below, units in ((500, 128), (5_000, 192), (LONG_LIST, 256)):
        if names < below:
            return units
    return 384


_COUNT = (0, math.inf, "at least 0")
_POSITIVE_COUNT = (1, math.inf, "at least 1")
_POSITIVE = (math.ulp(0.0), math.inf, "a finite number above 0")
_SHARE = (0, 1, "at least 0 and below 1")

_BOUNDS: dict[str, tuple[float, float, str]] = {
    **dict.fromkeys(("epochs", "distil_epochs", "synthetic_names"), _COUNT),
    **dict.fromkeys(("embedding_size", "seed"), _COUNT),
    **dict.fromkeys(("hidden_size", "batch_size", "patience"), _POSITIVE_COUNT),
    "teacher_networks": (1, 100, "from 1 to 99"),
    **dict.fromkeys(("learning_rate", "clip"), _POSITIVE),
    **dict.fromkeys(("held_out", "dropout", "recurrent_dropout"), _SHARE),
}
"""For each number among the settings: its least value, what it must stay below, both in words."""

TYPES = {name: get_args(hint) or (hint,) for name, hint in get_type_hints(Settings).items()}
"""The types that each setting may have; of an `int | None`, they are int and NoneType."""


def _checked(name: str, value: Any) -> float | None:
    """A setting that is a number, or None where that is allowed.

    Raises:
        TrainingError: if it is neither, or outside its range.
    """
    if value is None and NoneType in TYPES[name]:
        return None
    least, below, what = _BOUNDS[name]
    kind: Any = Real
    if float not in TYPES[name]:
        kind, what = Integral, f"a whole number of {what}"
    # A comparison with NaN is false, so NaN is refused, too.
    if not isinstance(value, kind) or isinstance(value, bool) or not least <= value < below:
        raise TrainingError(f"{name} {value!r:.60}: must be {what}", settings=[name])
    return float(value) if kind is Real else int(value)
