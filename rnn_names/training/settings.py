"""Settings of a training run, defaults that depend on the corpus, and the stages of a run."""

import math
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from rnn_names.declarations import POSITIVE, CheckedOptions, Number, one_of, option_field
from rnn_names.errors import TrainingError

SHORT_LIST = 1_000  # names; lists with fewer start from the base, without held-out names
LONG_LIST = 50_000  # names; from this length on, lists have the largest network and few epochs
MIN_DISTILLATION_BATCH = 272  # minimum batch size of the distillation stage
MIN_DISTILLATION_BATCH_FROM_64 = 408  # the same if batch_size is 64 or more
WITHOUT_EFFECT = "embedding_size", "teacher_networks"  # settings of earlier versions
DISTILLATION_RATE = 1.6  # factor of the learning rate, since soft targets are less noisy
SHARE_AT_HIGHEST_RATE = 0.7  # of each stage, unless a short list starts from a model

_COUNT = Number(0, whole=True)
_POSITIVE_COUNT = Number(1, whole=True)
_SHARE = Number(0, 1, max_open=True)

_training = partial(option_field, group="Training")
_by_size = partial(option_field, None, unset="by corpus size")
_training_by_size = partial(_by_size, group="Training")


@dataclass(frozen=True)
class ResolvedSettings:
    """The settings of a run: the fields of `Settings`, each with a value."""

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
    patience: int
    seed: int


@dataclass(frozen=True, kw_only=True)
class Settings(CheckedOptions):
    """Settings of a training run; None stands for a default that depends on the corpus.

    If training starts from a model, the model determines `cell` and `hidden_size`. The distillation
    stage has no dropout.

    Raises:
        TrainingError: for values that are not allowed.
    """

    cell: str | None = option_field(
        None, one_of("gru", "rnn"), "GRU, or vanilla (Elman) RNN.", group="Model", unset="gru"
    )
    hidden_size: int | None = _by_size(Number(1, 4096, whole=True), "Hidden units.", group="Model")
    epochs: int | None = _training_by_size(
        _COUNT, "Maximum number of epochs, including distillation; 0 gives the untrained model."
    )
    distil_epochs: int | None = _training_by_size(
        _COUNT,
        "Number of epochs in the distillation stage, in which the network learns a teacher's "
        "predictions for synthetic names; 0 leaves the stage out.",
    )
    teacher_networks: int | None = _training(
        None,
        Number(1, 99, whole=True),
        "Has no effect since version 0.2: one network is trained.",
        hidden=True,
    )
    synthetic_names: int | None = _by_size(
        _COUNT,
        "Number of names that the teacher draws for the distillation stage; each epoch of the "
        "stage learns from all of them and from the real names.",
    )
    batch_size: int | None = _training_by_size(
        _POSITIVE_COUNT,
        f"Names per minibatch. The distillation stage uses at least {MIN_DISTILLATION_BATCH}, or "
        f"at least {MIN_DISTILLATION_BATCH_FROM_64} if this is 64 or more.",
    )
    optimizer: str = _training("adam", one_of("adam", "sgd"), "Optimizer.")
    learning_rate: float | None = _training(
        None,
        POSITIVE,
        f"Initial learning rate; {DISTILLATION_RATE} times as high in the distillation stage.",
        unset="by optimizer; a little lower where a short list starts from a model",
    )
    clip: float = _training(5.0, POSITIVE, "Clip each element of the gradient to ±X.")
    held_out: float | None = _training(
        None,
        _SHARE,
        "Fraction of the distinct names to hold out for validation (at most 2,000 names); 0 trains "
        "on all.",
        unset=f"0.1; none of fewer than {SHORT_LIST:,} names that start from a model",
    )
    dropout: float | None = _by_size(
        _SHARE, "Dropout rate between hidden state and output.", group="Regularisation"
    )
    recurrent_dropout: float | None = _by_size(
        _SHARE, "Dropout rate between one hidden state and the next.", group="Regularisation"
    )
    embedding_size: int = option_field(
        0, _COUNT, "Has no effect since version 0.2: Wax is trained as it is."
    )
    patience: int | None = option_field(
        None,
        _POSITIVE_COUNT,
        "Epochs without a lower held-out loss after which a stage ends.",
        unset="half the epochs of the first stage, at least 16",
    )
    seed: int = _training(0, _COUNT, "Random seed.")

    error = TrainingError

    def resolved(self, n_names: int, warm_start: bool = False) -> ResolvedSettings:
        """The settings with a value for every None; arguments as in `defaults_for`."""
        values = defaults_for(n_names, self.optimizer, warm_start)
        if self.epochs is not None:  # distillation keeps its share of the epochs
            share = values["distil_epochs"] / values["epochs"]
            values["distil_epochs"] = round(share * self.epochs)
        given = {name: value for name, value in asdict(self).items() if name not in WITHOUT_EFFECT}
        values |= {name: value for name, value in given.items() if value is not None}
        # A teacher needs a trained network.
        values["distil_epochs"] = min(values["distil_epochs"], max(values["epochs"] - 1, 0))
        values.setdefault("patience", max(16, (values["epochs"] - values["distil_epochs"]) // 2))
        return ResolvedSettings(**values)


def defaults_for(n_names: int, optimizer: str, warm_start: bool = False) -> dict[str, Any]:
    """The default settings for a list of `n_names` distinct names, including held-out ones.

    A `warm_start`, that is, a short list that starts from a model, has less to learn:

        n_names               900 warm     100     900   1,200   5,000   27,000   87,000   1,000,000
        hidden_size                192     128     192     192     256      256      384         384
        epochs                      63     113      95      83      43       21       11          11
        distil_epochs                3       3       3       3       3        3        3           3
        synthetic_names          6,000  24,223  50,019  55,000  88,083  153,668  200,000     200,000
        batch_size                  53      16      53      64     166      510      768         768
        dropout                   0.55    0.70    0.63    0.60    0.46     0.30     0.19        0.15
        recurrent_dropout         0.45    0.60    0.53    0.50    0.36     0.20     0.09        0.05
    """
    ratio = max(n_names, 100) / 1200  # 1,200 is about the length of the list of dinosaurs
    first_epochs = 8 if n_names >= LONG_LIST else min(round(80 / ratio**0.48), 110)
    rate = {"adam": 0.009, "sgd": 1.0}[optimizer]
    synthetic_names = min(round(55_000 * ratio**0.33), 200_000)
    if warm_start:
        first_epochs, rate, synthetic_names = 60, rate * 8 / 9, 6_000
    distil_epochs = 3
    recurrent_dropout = min(max(0.5 - 0.095 * math.log(ratio), 0.05), 0.45 if warm_start else 0.6)
    sizes = {500: 128, 5_000: 192, LONG_LIST: 256}
    return {
        "cell": "gru",
        "hidden_size": next((size for below, size in sizes.items() if n_names < below), 384),
        "epochs": first_epochs + distil_epochs,
        "distil_epochs": distil_epochs,
        "synthetic_names": synthetic_names,
        "batch_size": min(max(round(64 * ratio ** (2 / 3)), 16), 768),
        "learning_rate": round(rate, 4),
        "held_out": 0.0 if warm_start else 0.1,
        "dropout": round(recurrent_dropout + 0.1, 3),
        "recurrent_dropout": round(recurrent_dropout, 3),
    }


@dataclass(frozen=True)
class Stage:
    """A stage of a run: the network learns from the names, or from a teacher in distillation.

    The first stage starts from a model or random weights, distillation from the best so far.
    """

    name: str  # for the user
    is_distillation: bool
    epochs: int  # maximum number of epochs
    batch_size: int  # names of a minibatch
    highest_rate: float  # the highest learning rate
    dropout: float  # as in `Settings`
    recurrent_dropout: float  # as in `Settings`
    share_at_highest: float = 0.0  # the share of the stage with the highest rate, before it falls

    def learning_rate(self, share_done: float) -> float:
        """The rate after a share of the stage, from 0 to 1: the highest, then half a cosine.

        A constant rate that falls at the end is that of Hägele et al. 2024 (arXiv:2405.18392).
        """
        share_of_fall = max(share_done - self.share_at_highest, 0) / (1 - self.share_at_highest)
        return self.highest_rate * (1 + math.cos(math.pi * share_of_fall)) / 2


def make_stages(settings: ResolvedSettings, warm_start: bool = False) -> list[Stage]:
    """The stages of a run that have epochs, in order; `warm_start` as in `defaults_for`."""
    n_distil, share = settings.distil_epochs, 0.0 if warm_start else SHARE_AT_HIGHEST_RATE
    batch_size, rate = settings.batch_size, settings.learning_rate
    dropout = settings.dropout, settings.recurrent_dropout
    network = Stage("network", False, settings.epochs - n_distil, batch_size, rate, *dropout, share)
    least = MIN_DISTILLATION_BATCH_FROM_64 if batch_size >= 64 else MIN_DISTILLATION_BATCH
    batch_size, rate = max(batch_size, least), rate * DISTILLATION_RATE
    # Without dropout, since a network does not overfit to soft targets.
    distillation = Stage("distillation", True, n_distil, batch_size, rate, 0, 0, share)
    return [stage for stage in (network, distillation) if stage.epochs]
