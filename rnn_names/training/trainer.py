"""The training loop: goes through the stages of a run and yields the record of each epoch."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from rnn_names.arrays import rounded
from rnn_names.errors import TrainingError
from rnn_names.model.file_checks import MAX_WEIGHT
from rnn_names.model.model import Model
from rnn_names.network.language_model import mean_loss
from rnn_names.processes.helper import Helper, SharedArray
from rnn_names.processes.threads import one_blas_thread
from rnn_names.training.batches import Batches
from rnn_names.training.distillation import REAL_PER_SYNTHETIC, Teacher, distillation_set
from rnn_names.training.gradients import GradientWorker, gradients_of_epoch
from rnn_names.training.optimizers import OPTIMIZERS, views
from rnn_names.training.settings import Stage, make_stages
from rnn_names.training.setup import FOR_EPOCH, FOR_SYNTHETIC_NAMES, FOR_TEACHER, TrainingSetup

SMOOTHING_CHARACTERS = 20_000  # span of the smoothed training loss
WARM_START_SHARE = 0.7  # share of the network in the teacher, if a short list started from a model
# A stage ends when its loss reaches this many times the loss of a uniform guess. The run fails if
# no earlier epoch was kept.
DIVERGENCE_FACTOR = 4
DECAY_TO_START = 2.4  # decay towards the initial weights, times the number of names


@dataclass
class Position:
    """The position of a run between two epochs, as numbers that JSON can store."""

    smoothed_loss: float  # as in `EpochRecord`
    stage_index: int = 0  # of the stage that the next epoch belongs to
    stage_epoch: int = 0  # finished epochs of that stage
    epoch: int = 0  # finished epochs in total
    characters: int = 0  # trained on so far, including end-of-name symbols


@dataclass(frozen=True)
class EpochRecord:
    """The record of an epoch. Losses are in nats per character, including end-of-name symbols.

    The training loss is the mean over the epoch, measured with dropout or, in distillation, against
    soft targets. The smoothed loss is an exponential average.
    """

    epoch: int
    stage: str
    training_loss: float
    smoothed_loss: float
    held_out_loss: float | None
    is_best: bool
    characters: int
    seconds: float


def next_epoch_to_show(epoch: int) -> int:
    """The earliest epoch to show after this one, if it is better; the intervals grow."""
    return epoch + max(epoch // 2, 1)


class Trainer:
    """Trains a network, stage by stage."""

    def __init__(self, setup: TrainingSetup) -> None:
        self.setup, self.settings, self.vocabulary = setup, setup.settings, setup.vocabulary
        self.corpus, self.held_out = setup.corpus, setup.held_out
        self._model_fields = setup.model_fields
        self._distillation_set: Batches | None = None  # created when needed
        self.stages = make_stages(setup.settings, setup.is_warm_start)
        # The loss before the first epoch is about that of a uniform guess.
        self.position = Position(smoothed_loss=math.log(len(self.vocabulary)))

        first = setup.first_weights()
        self._shapes = {name: array.shape for name, array in first.items()}
        self._initial_weights = np.concatenate([*map(np.ravel, first.values())])  # (n,)
        self._best_network_weights = self._initial_weights.copy()  # where distillation starts
        self._memory = SharedArray(2, len(self._initial_weights))  # shared with the helper process
        self._weights = self._memory.array[0]  # `model` stores the best so far, as bfloat16
        self._begin_stage()
        self.model = self._current_model()

    @property
    def epoch(self) -> int:
        """The number of finished epochs."""
        return self.position.epoch

    @property
    def is_over(self) -> bool:
        """Whether all stages have ended."""
        return self.position.stage_index == len(self.stages)

    @property
    def stage(self) -> Stage:
        """The stage that the next epoch belongs to, unless the run is over."""
        return self.stages[self.position.stage_index]

    def _begin_stage(self) -> None:
        self._weights[:] = self._best_network_weights  # in place: gradients are computed from it
        self._optimizer = OPTIMIZERS[self.settings.optimizer](self._weights)

    @property
    def characters_left(self) -> int:
        """About how many characters are left to train on if no stage ends early."""
        position = self.position
        stages = self.stages[position.stage_index :]
        left = sum(stage.epochs * self._characters(stage) for stage in stages)
        return left if self.is_over else left - position.stage_epoch * self._characters(self.stage)

    def _characters(self, stage: Stage) -> int:
        """The characters of an epoch of a stage; an estimate before distillation begins."""
        if not stage.is_distillation:
            return self.setup.batches.characters
        if self._distillation_set is not None:
            return self._distillation_set.characters
        count = self.settings.synthetic_names
        count += max(round(REAL_PER_SYNTHETIC * count), len(self.setup.batches.names))
        # Assumes that names have the mean length.
        return count * self.setup.batches.characters // len(self.setup.batches.rows)

    def epochs(
        self, progress: Callable[[int, float], None] = lambda characters, smoothed_loss: None
    ) -> Iterator[EpochRecord]:
        """Trains and yields the record of each epoch.

        Calls `progress` with each minibatch's characters and the smoothed training loss. Raises
        TrainingError if the loss diverges; `model` is then the best model so far.
        """
        check = GradientWorker.reference_result
        helper = Helper(GradientWorker, self._shapes, check=check, memory=self._memory)
        with one_blas_thread(), helper:
            while not self.is_over:
                # No warnings of NumPy: overflow ends in a TrainingError.
                with np.errstate(over="ignore", invalid="ignore"):
                    epoch = self._run_epoch(helper, progress)
                yield epoch

    def _run_epoch(self, helper: Helper, progress: Callable[[int, float], None]) -> EpochRecord:
        began = time.perf_counter()
        characters, loss = 0, 0.0
        position, stage, batches = self.position, self.stage, self._batches_of_stage(helper)
        seed = [self.settings.seed, FOR_EPOCH, position.epoch]
        minibatches = gradients_of_epoch(helper, batches, stage, seed, self.characters_left)
        for middle, batch_loss, n, gradient in minibatches:
            np.clip(gradient, -self.settings.clip, self.settings.clip, out=gradient)
            rate = stage.learning_rate((position.stage_epoch + middle) / stage.epochs)
            self._optimizer.step(self._weights, gradient, rate)
            if self.setup.is_warm_start and not stage.is_distillation:
                decay = DECAY_TO_START / max(len(self.corpus), 100) * rate / stage.highest_rate
                self._weights += decay * (self._initial_weights - self._weights)
            loss, characters = loss + batch_loss, characters + n
            if not math.isfinite(loss):
                break
            weight = -math.expm1(-n / SMOOTHING_CHARACTERS)  # 1 − e^(−n / SMOOTHING_CHARACTERS)
            position.smoothed_loss += (batch_loss / n - position.smoothed_loss) * weight
            progress(n, position.smoothed_loss)
        position.epoch += 1
        position.stage_epoch += 1
        position.characters += characters
        return self._end_epoch(loss / characters, characters, began)

    def _batches_of_stage(self, helper: Helper) -> Batches:
        """The batches of the stage; distillation draws its names when it begins, within seconds."""
        if not self.stage.is_distillation:
            return self.setup.batches
        if self._distillation_set is None:
            setup, batches = self.setup, self.setup.batches
            network = views(self._best_network_weights, self._shapes)
            share = WARM_START_SHARE if setup.is_warm_start else 0.5
            rng = setup.generator(FOR_TEACHER)
            teacher = Teacher.for_run(batches, setup.vocabulary, network, rng, share)
            rng = setup.generator(FOR_SYNTHETIC_NAMES)
            count = self.settings.synthetic_names
            submit = partial(helper.begin, GradientWorker.call)
            self._distillation_set = distillation_set(teacher, batches.names, count, rng, submit)
        return self._distillation_set

    def _end_epoch(self, training_loss: float, characters: int, began: float) -> EpochRecord:
        """Measures the weights, keeps them if they are the best so far, and may end the stage."""
        position, stage = self.position, self.stage
        weights = rounded(self._weights)
        held_out_loss = None
        if len(self.held_out):
            params, counts = views(weights, self._shapes), self.setup.held_out_counts
            held_out_loss = mean_loss(params, self.vocabulary, self.held_out, counts)
        has_diverged = self.has_diverged(training_loss, held_out_loss)
        are_finite = math.isfinite(training_loss) and math.isfinite(held_out_loss or 0)
        is_sound = are_finite and np.abs(weights).max() < MAX_WEIGHT
        if not is_sound or (has_diverged and not self.model.training["epoch"]):
            advice = f"train again with learning_rate below {self.settings.learning_rate:g}"
            message = f"the loss diverged in epoch {position.epoch}: {advice}"
            raise TrainingError(message, settings=["learning_rate"])
        lowest = self.model.training["held_out_loss"]
        is_lowest = held_out_loss is None or lowest is None or held_out_loss < lowest
        is_best = is_lowest and not has_diverged
        if is_best:
            self.model = self._current_model(training_loss, held_out_loss)
            if not stage.is_distillation:
                self._best_network_weights[:] = self._weights
        if has_diverged or self._is_stuck(held_out_loss) or position.stage_epoch >= stage.epochs:
            position.stage_index, position.stage_epoch = position.stage_index + 1, 0
            self._begin_stage()
        losses = training_loss, position.smoothed_loss, held_out_loss
        seconds = time.perf_counter() - began
        return EpochRecord(position.epoch, stage.name, *losses, is_best, characters, seconds)

    def has_diverged(self, training_loss: float, held_out_loss: float | None) -> bool:
        """Whether a loss reaches `DIVERGENCE_FACTOR` times log n_y, the loss of a uniform guess."""
        uniform = math.log(len(self.vocabulary))
        return max(training_loss, held_out_loss or 0) >= DIVERGENCE_FACTOR * uniform

    def _is_stuck(self, held_out_loss: float | None) -> bool:
        """Whether the best epoch or the beginning of the stage was `patience` epochs ago."""
        position = self.position
        since_best = min(position.epoch - self.model.training["epoch"], position.stage_epoch)
        return held_out_loss is not None and since_best >= self.settings.patience

    def _current_model(
        self, training_loss: float | None = None, held_out_loss: float | None = None
    ) -> Model:
        losses = {"training_loss": training_loss, "held_out_loss": held_out_loss}
        settings = {"settings": asdict(self.settings)}
        training = {"epoch": self.epoch, **losses, **self.setup.list_facts, **settings}
        params = views(rounded(self._weights), self._shapes)
        return Model(self.vocabulary, params, training, **self._model_fields)

    def state(self) -> dict[str, Any]:
        """The state to resume from, besides `model`: JSON values and arrays, as in the file."""
        return {
            **vars(self.position),
            "weights": self._weights,
            "initial_weights": self._initial_weights,
            "weights_after_network": self._best_network_weights,
            **{f"optimizer_{name}": array for name, array in self._optimizer.state.items()},
        }

    def restore(self, state: Mapping[str, Any], model: Model) -> None:
        """Restores the `state()` and the best model of a run with the same list and settings."""
        ours, theirs = {**self.model.params, **self.state()}, {**model.params, **state}
        is_alike = model.vocabulary.characters == self.vocabulary.characters
        if not (is_alike and _types_and_shapes(theirs) == _types_and_shapes(ours)):
            raise TrainingError("not a state that this program writes for this run")
        self.position = Position(**{name: state[name] for name in vars(self.position)})
        for name, array in self.state().items():
            if isinstance(array, np.ndarray):
                array[...] = state[name]  # in place, as in `_begin_stage`
        self.model = model
        self._model_fields = {name: getattr(model, name) for name in self._model_fields}


def _types_and_shapes(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: (type(value), getattr(value, "shape", None)) for name, value in state.items()}
