"""The training loop, as a generator: it yields the record of each epoch and decides when to stop.

There are two phases:

    phase 1   network 1, 2, …, K   each: random weights, epochs over the names, its best weights
    phase 2   the best of them     learns soft targets of the teacher: an n-gram and all K networks

For a long list there is one network. Phase 2 is called distillation. Kept is what has the lowest
held-out loss; that of phase 2 may be a little higher than that of phase 1 (`phases.tolerance`).

What is trained differs a little from what is saved: `Wax` is trained as a product of two factors
(`rnn_names.training.factorization`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.corpus.corpus import Corpus
from rnn_names.corpus.fingerprints import fingerprints, union
from rnn_names.corpus.names import Names
from rnn_names.corpus.vocabulary import Vocabulary
from rnn_names.errors import TrainingError
from rnn_names.model.model import MAX_WEIGHT, Model
from rnn_names.network.batches import Batches
from rnn_names.network.scoring import mean_loss
from rnn_names.processes.shared_array import SharedArray
from rnn_names.processes.threads import one_blas_thread
from rnn_names.training import optimizers
from rnn_names.training.distillation import DistillationSet, Teacher, copies_of_each
from rnn_names.training.epoch import Epoch
from rnn_names.training.factorization import multiplied_out
from rnn_names.training.parts import Parts
from rnn_names.training.phases import Phase, tolerance
from rnn_names.training.settings import Settings
from rnn_names.training.warm_start import first_weights, settings_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SMOOTHING_CHARACTERS = 20_000
"""The displayed training loss is an exponential average over about as many characters."""

LOST = 4
"""Times the loss of a uniform guess, from which on a phase ends with the best weights so far.

It shows that the learning rate is far too high or, on a list of a few names, that the network is
sure of the wrong ones."""

_SPLIT, _WEIGHTS, _EPOCH, _SYNTHETIC_NAMES, _NGRAM_NAMES = range(5)
"""What random numbers are for. Each use has a generator of its own, made from the seed and this
number; those of an epoch from the epoch's number, too. So a run can go on from any epoch."""

_NUMBERS = (
    *("epoch", "phase", "phase_began", "network", "is_lost", "smoothed_loss"),
    *("best_epoch", "best_loss", "network_best_epoch", "network_best_loss"),
)
"""The attributes of a `Trainer` that are part of its state, beside arrays."""


class Trainer:
    """Training on one corpus: of one network or more, and of the one that is kept.

    Attributes:
        asked: the settings as they were given.
        settings: the same as resolved for the corpus.
        corpus, held_out: what is trained on and what is measured on.
        vocabulary: the characters of both, and those of the model that training starts from.
        longest, shortest: characters of the longest and the shortest name of both.
        lower_case_beginnings: whether any name of both begins with a lower-case letter.
        model: the best model so far.
        best_epoch, best_loss: its epoch and its held-out loss in nats per character; 0 and infinity
            before the first.
        smoothed_loss: see `Epoch`.
        phase: 1 or 2.
        network: number, from 1, of the network that phase 1 trains or trained last.
        network_best_epoch, network_best_loss: as `best_epoch` and `best_loss`, of that network.
        phase_began: how many epochs were done when phase 2 or, in phase 1, the network began.
        is_lost: whether a loss of the last epoch was `LOST` times that of a uniform guess or more.
        epoch: how many are done.
        sources: those of the model that training starts from.
        fingerprints: of all names, held-out ones and those of the model that training starts from
            included.
    """

    def __init__(
        self,
        corpus: Corpus,
        settings: Settings,
        init: Model | None = None,
        held_out: Names | None = None,
    ) -> None:
        """Gets ready.

        Args:
            corpus: the names.
            settings: how to train.
            init: a model to start from; characters that it lacks are added.
            held_out: names to measure by, none of them in the corpus; by default some of the corpus
                are set aside.

        Raises:
            CorpusError: if holding names out leaves none to train on.
            TrainingError: for settings that the model to start from contradicts.
        """
        self.asked = settings
        if init is not None:
            settings = settings_for(init, settings)
        self.settings = settings.resolved(corpus)
        self._held_out_counts: NDArray[np.int64] | None = None
        if held_out is None:
            corpus, aside = corpus.split(self.settings.held_out, self._generator(_SPLIT))
            held_out = aside.names
            self._held_out_counts = aside.counts if aside.has_counts else None
        self.corpus, self.held_out = corpus, held_out
        self._tolerance = tolerance(len(held_out.codes) + len(held_out)) if len(held_out) else 0.0
        self._describe(Names.concatenate([corpus.names, held_out]), init)
        self._batches = Batches.of(corpus, self.vocabulary)
        self.sources = init.sources if init is not None else ()
        # (networks, n): what each network of phase 1 starts from, and later its best weights.
        uses = [(_WEIGHTS,), *((_WEIGHTS, i) for i in range(1, self.settings.teacher_networks))]
        starts = [
            first_weights(self._generator(*use), self.settings, self.vocabulary, init)
            for use in uses
        ]
        self._shapes = {name: array.shape for name, array in starts[0].items()}
        self._networks = np.stack([optimizers.flatten(start)[0] for start in starts])
        # Both are the numbers that are trained: `_flat` one vector, `_trained` arrays, views of it.
        self._flat = self._networks[0].copy()
        self._trained = optimizers.views(self._flat, self._shapes)
        self.epoch = 0
        self.best_epoch, self.best_loss, self._best = 0, math.inf, self._flat.copy()
        self.model = self._current_model()
        self._begin_network(1)

    def _generator(self, *use: int) -> np.random.Generator:
        """Random numbers for a use: one of the constants above, and more numbers if need be."""
        return np.random.default_rng([self.settings.seed, *use])

    def _describe(self, names: Names, init: Model | None) -> None:
        """What a model says of its list: of all names, and of those that `init` learned from."""
        self.vocabulary = Vocabulary.of(names)
        self.fingerprints = np.unique(fingerprints(names))
        self.longest, self.shortest = int(names.lengths.max()), int(names.lengths.min())
        beginnings = self.vocabulary.encode(names.codes[names.offsets[:-1]])
        self.lower_case_beginnings = bool(self.vocabulary.lower_case[beginnings].any())
        if init is not None:
            self.vocabulary = init.vocabulary.union(self.vocabulary)
            if init.fingerprints is not None:
                self.fingerprints = union(init.fingerprints, self.fingerprints)

    # --- Phases -----------------------------------------------------------------------------------

    def _begin_phase(self, number: int, start: Array) -> None:
        """Starts phase 2 or, in phase 1, another network, with a fresh optimizer."""
        self.phase, self.phase_began, self.is_lost = number, self.epoch, False
        self._flat[:] = start  # in place: the arrays of `_trained` are views of `_flat`
        self._optimizer = optimizers.OPTIMIZERS[self.settings.optimizer](self._flat.size)
        self._teacher: Teacher | None = None
        self._distillation_set: DistillationSet | None = None  # made when it is needed

    def _begin_network(self, number: int) -> None:
        """Starts network `number` of phase 1, from 1."""
        self.network, self.network_best_epoch, self.network_best_loss = number, 0, math.inf
        # Before the first epoch, the loss is about that of a uniform guess.
        self.smoothed_loss = math.log(len(self.vocabulary))
        self._begin_phase(1, self._networks[number - 1])
        # Until it has a good epoch. If it never has, the best network is asked in its place.
        self._networks[number - 1] = self._best

    def _begin_distillation(self) -> None:
        """Starts phase 2, from the best weights; where nothing is held out, from the newest."""
        self._begin_phase(2, self._best if len(self.held_out) else self._networks[-1])
        networks = [multiplied_out(optimizers.views(flat, self._shapes)) for flat in self._networks]
        self._teacher = Teacher.of(self._batches, networks, self._generator(_NGRAM_NAMES))

    @property
    def _phase(self) -> Phase:
        """How the phase trains."""
        return Phase.of(self.phase, self.settings)

    @property
    def _phase_finished(self) -> bool:
        """Whether the phase has had its epochs, or too many that brought nothing, or is lost."""
        if self.is_lost or self.epoch - self.phase_began >= self._phase.epochs:
            return True
        if not len(self.held_out):
            return False
        # Counted from the best epoch, but from the phase's beginning if that was before it.
        best = self.network_best_epoch if self.phase == 1 else self.best_epoch
        return self.epoch - max(best, self.phase_began) >= self.settings.patience

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to do."""
        return self._phase_finished and (self.phase == 2 or not self.settings.distil_epochs)

    @property
    def network_is_next(self) -> bool:
        """Whether the next epoch is the first of another network of phase 1."""
        is_last = self.network == self.settings.teacher_networks
        return self.phase == 1 and self._phase_finished and not is_last

    @property
    def distillation_is_next(self) -> bool:
        """Whether the next epoch is the first of phase 2. It begins with making its targets."""
        is_over = self.phase == 1 and self._phase_finished
        return is_over and not (self.finished or self.network_is_next)

    @property
    def characters_done(self) -> int:
        """How many characters were trained on so far, end-of-name symbols counted.

        In a run that was resumed in its distillation phase, it is an estimate at first.
        """
        if self.phase == 1:
            return self._characters(self.epoch, 0)
        return self._characters(self.phase_began, self.epoch - self.phase_began)

    @property
    def characters_left(self) -> int:
        """About how many are left, if no phase ends early from now on."""
        epochs = 0
        if not self._phase_finished:
            epochs = self._phase.epochs - (self.epoch - self.phase_began)
        if self.phase == 1:
            epochs += (self.settings.teacher_networks - self.network) * self._phase.epochs
            return self._characters(epochs, self.settings.distil_epochs)
        return self._characters(0, epochs)

    def _characters(self, first: int, second: int) -> int:
        """The characters of `first` epochs of phase 1 and `second` epochs of phase 2."""
        corpus = self._batches.characters
        if self._distillation_set is not None:
            distillation = self._distillation_set.characters
        else:  # an estimate, as if its names were as long as those of the list on average
            count = self.settings.synthetic_names
            drawn = copies_of_each(len(self.corpus), count) * len(self.corpus) + count
            distillation = drawn * corpus // len(self._batches.rows)
        return first * corpus + second * distillation

    # --- The loop ---------------------------------------------------------------------------------

    def epochs(
        self, progress: Callable[[int, float], None] = lambda characters, smoothed_loss: None
    ) -> Iterator[Epoch]:
        """Trains, and yields after each epoch.

        A long run uses the helper process, and leaves it at the end of this generator.

        Args:
            progress: called after every minibatch with its characters and the smoothed training
                loss.

        Raises:
            TrainingError: when the loss is no longer a finite number; `model` is then still the
                best one before.
        """
        # What is trained is meanwhile in memory that the helper process can share.
        memory = SharedArray(2, self._flat.size)
        flat = memory.array[0]
        try:
            with one_blas_thread(), Parts(memory, self._shapes) as parts:
                while not self.finished:
                    if self._flat is not flat:  # at first, and after another loop
                        self._move_to(flat)
                    if self.network_is_next:
                        self._begin_network(self.network + 1)
                    elif self.distillation_is_next:
                        self._begin_distillation()
                    # An overflow is no warning of NumPy's, but the error that `_diverged` words.
                    with np.errstate(over="ignore", invalid="ignore"):
                        epoch = self._run_epoch(parts, progress)
                    yield epoch
        finally:
            if self._flat is flat:
                self._move_to(np.empty_like(flat))

    def _move_to(self, flat: Array) -> None:
        """Keeps what is trained in another vector from now on."""
        flat[:] = self._flat
        self._flat, self._trained = flat, optimizers.views(flat, self._shapes)

    def _run_epoch(self, parts: Parts, progress: Callable[[int, float], None]) -> Epoch:
        began = time.perf_counter()
        characters, loss = 0, 0.0
        phase, batches = self._phase, self._training_set(parts)
        parts.begin_phase(batches, phase, self.characters_left)
        order = self._generator(_EPOCH, self.epoch)
        middles, minibatches = zip(*batches.epoch(phase.batch_size, order), strict=True)
        parts.begin_epoch(minibatches, [self.settings.seed, _EPOCH, self.epoch])
        for step, middle in enumerate(middles):
            share_over = (self.epoch - self.phase_began + middle) / phase.epochs
            batch_loss, n = self._step(parts, step, phase, share_over)
            if not math.isfinite(batch_loss):
                raise self._diverged(self.epoch + 1)
            loss, characters = loss + batch_loss, characters + n
            weight = -math.expm1(-n / SMOOTHING_CHARACTERS)  # 1 − e^(−n / SMOOTHING_CHARACTERS)
            self.smoothed_loss += (batch_loss / n - self.smoothed_loss) * weight
            progress(n, self.smoothed_loss)
        self.epoch += 1
        return self._record(loss / characters, characters, began)

    def _training_set(self, parts: Parts) -> Batches:
        """What the phase trains on. `parts` may share the making of it."""
        if self._teacher is None:
            return self._batches
        if self._distillation_set is None:
            self._distillation_set = self._teacher.distillation_set(
                self._batches.names,
                self.settings.synthetic_names,
                self._generator(_SYNTHETIC_NAMES),
                parts.both,
            )
        return self._distillation_set

    def _step(self, parts: Parts, step: int, phase: Phase, share_over: float) -> tuple[float, int]:
        """One minibatch: forward, backward, clip, update, when a share of `phase` is over.

        Returns:
            the loss in nats, and the characters that it is a sum over.
        """
        loss, characters, gradient = parts.gradient(step, share_over)
        optimizers.clip(gradient, self.settings.clip)
        self._optimizer.step(self._flat, gradient, phase.learning_rate(share_over))
        return loss, characters

    def _record(self, training_loss: float, characters: int, began: float) -> Epoch:
        """Measures the network as it is now, and keeps it if it is the best."""
        params = multiplied_out(self._trained)
        held_out_loss = None
        if len(self.held_out):
            held_out_loss = mean_loss(params, self.vocabulary, self.held_out, self._held_out_counts)
        losses = [training_loss] if held_out_loss is None else [training_loss, held_out_loss]
        # A uniform guess has a loss of log n_y. NaN is not below any number, and so is lost, too.
        self.is_lost = not max(losses) < LOST * math.log(len(self.vocabulary))
        bounded = all(np.abs(array).max() < MAX_WEIGHT for array in params.values())
        has_good = self.best_epoch > 0 or not self.is_lost
        if not (all(map(math.isfinite, losses)) and bounded and has_good):
            raise self._diverged(self.epoch)
        is_best = not self.is_lost and self._keep_best(training_loss, held_out_loss)
        return Epoch(
            epoch=self.epoch,
            phase=self.phase,
            network=self.network if self.phase == 1 else None,
            training_loss=training_loss,
            smoothed_loss=self.smoothed_loss,
            held_out_loss=held_out_loss,
            is_best=is_best,
            characters=characters,
            seconds=time.perf_counter() - began,
        )

    def _keep_best(self, training_loss: float, held_out_loss: float | None) -> bool:
        """Keeps what is the best of its network, or of all so far. True if it is that of all."""
        is_newest = held_out_loss is None  # and then the best
        loss = math.inf if held_out_loss is None else held_out_loss
        if self.phase == 1 and (is_newest or loss < self.network_best_loss):
            self.network_best_epoch, self.network_best_loss = self.epoch, loss
            self._networks[self.network - 1] = self._flat
        of_phase_1 = self.phase == 2 and self.best_epoch <= self.phase_began
        is_best = loss < self.best_loss + (self._tolerance if of_phase_1 else 0)
        if is_newest:  # of later networks, the first epochs are no better than what is there
            is_best = self.phase == 2 or self.network == 1
        if is_best:
            self.best_epoch, self.best_loss, self._best = self.epoch, loss, self._flat.copy()
            self.model = self._current_model(training_loss, held_out_loss)
        return is_best

    def _diverged(self, epoch: int) -> TrainingError:
        below = f"learning_rate below {self.settings.learning_rate:g}"
        text = f"the loss grew beyond all bounds in epoch {epoch}: train again with {below}"
        return TrainingError(text, ["learning_rate"])

    def _current_model(
        self, training_loss: float | None = None, held_out_loss: float | None = None
    ) -> Model:
        """The network as it is now, with a record of its training."""
        training = {
            "epoch": self.epoch,
            "training_loss": training_loss,
            "held_out_loss": held_out_loss,
            "names": self.corpus.n_lines,
            "distinct_names": len(self.corpus),
            "held_out_names": len(self.held_out),
            "longest": self.longest,
            "shortest": self.shortest,
            "lower_case_beginnings": self.lower_case_beginnings,
            "settings": asdict(self.settings),
        }
        params = {name: array.copy() for name, array in multiplied_out(self._trained).items()}
        return Model(self.vocabulary, params, training, self.fingerprints, self.sources)

    # --- The state, to go on from -----------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What a run goes on from after an epoch, besides `model`: arrays, and what JSON can hold.

        The rest follows from the corpus, the settings and the epoch's number.
        """
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return {**numbers, **{name: a.copy() for name, a in self._state_arrays().items()}}

    def _state_arrays(self) -> dict[str, Array]:
        """The arrays of the state, by name, themselves."""
        return {
            "trained": self._flat,
            "best": self._best,
            "networks": self._networks,
            **{f"optimizer_{name}": array for name, array in self._optimizer.state.items()},
        }

    @property
    def state_bytes(self) -> int:
        """The size of the arrays of a state and its model."""
        return sum(a.nbytes for a in (*self.model.arrays.values(), *self._state_arrays().values()))

    def restore(self, state: Mapping[str, Any], model: Model) -> None:
        """Goes on where `state()` was called, in a run with the same corpus and settings.

        Args:
            state: what it returned.
            model: the best model then.

        Raises:
            TrainingError: if they do not belong together.
        """
        own = self.state()
        kinds = [
            (each.vocabulary.characters, {name: a.shape for name, a in each.params.items()})
            for each in (model, self.model)
        ]
        if kinds[0] != kinds[1] or own.keys() != state.keys():
            raise TrainingError("the state of another kind of run")
        for name, value in own.items():
            if type(state[name]) is not type(value) or np.shape(state[name]) != np.shape(value):
                raise TrainingError(f"`{name}` is of another kind or size than this run's")
        if state["phase"] == 2:
            self._networks[...] = state["networks"]
            self._begin_distillation()  # makes the teacher again
        for name, array in self._state_arrays().items():
            array[...] = state[name]  # in place, as in `_begin_phase`
        for name in _NUMBERS:
            setattr(self, name, state[name])
        self.model = model
