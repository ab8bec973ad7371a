"""The training loop, as a generator: it yields the record of each epoch and decides when to stop.

There are two phases. In the first the network learns from the names, with dropout. In the second it
learns what a teacher predicts for names that an n-gram makes up: the joint opinion of that n-gram
and of itself at its best in the first phase (distillation, Hinton et al. 2015, arXiv:1503.02531). A
network and an n-gram of a short list err differently, and are better together than alone; there is
no end of made-up names to learn it from, so the one network that is saved comes close to it.

What is trained differs a little from what is saved: `Wax` is trained as a product of two factors
(an embedding of the characters and its projection) and multiplied out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.corpus.corpus import Corpus, corpus_from_strings
from rnn_names.corpus.fingerprints import fingerprints, union
from rnn_names.corpus.names import Names
from rnn_names.corpus.vocabulary import Vocabulary
from rnn_names.errors import TrainingError, setting
from rnn_names.model.model import MAX_WEIGHT, Model
from rnn_names.network import rnn
from rnn_names.network.batches import Batches
from rnn_names.network.scoring import mean_loss
from rnn_names.network.threads import worker_threads
from rnn_names.training import optimizers
from rnn_names.training.distillation import DistillationSet, Teacher, repeats
from rnn_names.training.factorization import factor_gradients, factored, multiplied_out
from rnn_names.training.ngram import NGram
from rnn_names.training.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.network.prefix_tree import PrefixTree

    Array = NDArray[Any]

SHARDS = 2
"""Parts that a minibatch is worked on in, each by a thread of its own. Fixed, so that results do
not depend on a machine's cores."""

WORK_TO_SHARE = 60_000
"""A minibatch of fewer numbers (names, times rows of Waa) is worked on as a whole: its array
operations are so short that two threads mostly wait for one another. On two cores, they took 1.2
times as long as one thread for 68 names and a GRU of 192 units, about as long for 256 names and a
plain cell of 128, and 0.6 to 0.9 times as long with twice to four times the names."""

DISTILLATION_BATCH = 272
"""Names per minibatch in the second phase, at least."""

DISTILLATION_RATE = 1.6
"""The learning rate of the second phase, in those of the first: a teacher's opinion is far less
noisy than one character. For two tenths of the dinosaurs, 272 names a batch at 0.015 came to 1.535
nats, at 0.025 to 1.535, and at 0.008 to 1.538."""

MAX_NGRAM_NAMES = 1_000_000
"""Names that the n-gram of the second phase learns from, at most: it takes 200 bytes for each."""

SMOOTHING_CHARACTERS = 20_000
"""The displayed training loss is an exponential average over about as many characters."""

WARM_UP = 0.02
"""The learning rate rises over this share of all steps, before it falls along a half cosine
(Loshchilov & Hutter, arXiv:1608.03983)."""


@dataclass(frozen=True)
class Epoch:
    """What an epoch brought. Losses are in nats per character, end-of-name symbols counted; None
    where nothing is held out.

    Attributes:
        epoch: its number, from 1.
        phase: 1 or 2.
        training_loss: mean over the epoch, with dropout; in the second phase against the teacher's
            predictions.
        smoothed_loss: an exponential average that starts at log(n_y), the loss of a uniform guess.
        held_out_loss: after the epoch, without dropout.
        is_best: whether this epoch's model is the best so far (by held-out loss; else by being the
            newest).
        characters: how many were trained on, end-of-name symbols counted.
        seconds: how long the epoch took.
    """

    epoch: int
    phase: int
    training_loss: float
    smoothed_loss: float
    held_out_loss: float | None
    is_best: bool
    characters: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON can hold it."""
        return asdict(self)


class Trainer:
    """Training of one network on one corpus.

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
        epoch: how many are done.
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
            for name, own in (("cell", init.cell), ("hidden_size", init.hidden_size)):
                if getattr(settings, name) not in (None, own):
                    raise TrainingError(
                        f"{setting(name)} {getattr(settings, name)}: the model to start from has "
                        f"{own}; leave it out"
                    )
            # Its Wax, and columns for new characters, need not be of a low rank.
            settings = replace(
                settings, cell=init.cell, hidden_size=init.hidden_size, embedding_size=0
            )
        self.settings = resolved = settings.resolved(corpus)
        if held_out is None:
            corpus, held_out = corpus.split(
                settings.held_out, np.random.default_rng([settings.seed, 0])
            )
        self.corpus, self.held_out = corpus, held_out
        everything = Names.concatenate([self.corpus.names, self.held_out])
        self.vocabulary = Vocabulary.of(everything)
        rng = np.random.default_rng([settings.seed, 1])
        if init is not None:
            self.vocabulary = init.vocabulary.union(self.vocabulary)
        params = rnn.init_params(rng, len(self.vocabulary), resolved.hidden_size, resolved.cell)
        if init is not None:
            _copy_known(init, self.vocabulary, params)
        self._flat, self._trained = optimizers.flatten(
            factored(params, resolved.embedding_size, rng)
        )
        self.longest, self.shortest = int(everything.lengths.max()), int(everything.lengths.min())
        beginnings = self.vocabulary.encode(everything.codes[everything.offsets[:-1]])
        self.lower_case_beginnings = bool(self.vocabulary.lower_case[beginnings].any())
        self._batches = Batches(
            Names(self.vocabulary.encode(self.corpus.names.codes), self.corpus.names.offsets),
            np.repeat(np.arange(len(self.corpus)), self.corpus.counts),
            len(self.vocabulary),
        )
        self.fingerprints = np.unique(fingerprints(everything))
        if init is not None and init.fingerprints is not None:
            self.fingerprints = union(init.fingerprints, self.fingerprints)
        self.epoch = 0
        self.smoothed_loss = math.log(len(self.vocabulary))
        self.best_epoch, self.best_loss, self._best = 0, math.inf, self._flat.copy()
        self.model = self._current_model()
        self._begin_phase(1)

    def _begin_phase(self, phase: int) -> None:
        """Starts a phase from the best weights so far, with a fresh optimizer."""
        self.phase, self._phase_began = phase, self.epoch
        self._optimizer = optimizers.OPTIMIZERS[self.settings.optimizer](self._flat.size)
        self._teacher: Teacher | None = None
        self._distillation_set: DistillationSet | None = None  # made when it is needed
        if phase == 2:
            self._flat[:] = self._best
            rows = self._batches.rows
            if len(rows) > MAX_NGRAM_NAMES:  # as many are plenty
                rows = np.random.default_rng([self.settings.seed, 4]).choice(
                    rows, MAX_NGRAM_NAMES, replace=False
                )
            names = self._batches.names.take(rows)
            self._teacher = Teacher(NGram(names, len(self.vocabulary)), self.model.params)

    @property
    def characters_done(self) -> int:
        """How many characters were trained on in all epochs so far, end-of-name symbols counted;
        about, in a run taken up again.
        """
        first = self.epoch if self.phase == 1 else self._phase_began
        return self._characters(first, self.epoch - first)

    @property
    def characters_left(self) -> int:
        """About how many will still be, if the phases do not end early."""
        epochs = (
            0 if self._phase_finished else self._phase_epochs - (self.epoch - self._phase_began)
        )
        return (
            self._characters(epochs, self.settings.distil_epochs)
            if self.phase == 1
            else self._characters(0, epochs)
        )

    def _characters(self, first: int, second: int) -> int:
        """Of so many epochs of both phases; what one of the second has is a guess until its names
        are made up.
        """
        corpus = int((self.corpus.counts * (self.corpus.names.lengths + 1)).sum())
        if self._distillation_set is not None:
            lesson = int(
                (self._distillation_set.names.lengths[self._distillation_set.rows] + 1).sum()
            )
        else:
            made_up = self.settings.synthetic_names
            lesson = (
                (repeats(len(self.corpus), made_up) * len(self.corpus) + made_up)
                * corpus
                // self.corpus.n_lines
            )
        return first * corpus + second * lesson

    def epochs(
        self, progress: Callable[[int, float], None] = lambda characters, smoothed_loss: None
    ) -> Iterator[Epoch]:
        """Trains, and yields after each epoch.

        Args:
            progress: called after every minibatch with its characters and the smoothed training
                loss.

        Raises:
            TrainingError: when the loss is no longer a finite number; `model` is then still the
                best one before.
        """
        # New ones each time: the threads of an interrupted run may still be busy in theirs.
        self._works = [rnn.Workspace() for _ in range(SHARDS)]
        with worker_threads(SHARDS) as pool:
            while not self.finished:
                if self.phase == 1 and self._phase_finished:
                    self._begin_phase(2)
                with np.errstate(over="ignore", invalid="ignore"):  # `_diverged` says it in words
                    epoch = self._run_epoch(pool, progress)
                yield epoch

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to do."""
        return self._phase_finished and (self.phase == 2 or not self.settings.distil_epochs)

    @property
    def _phase_finished(self) -> bool:
        """Whether all epochs of the phase are done, or the held-out loss has not fallen for too
        long.
        """
        waited = self.epoch - max(self.best_epoch, self._phase_began) if len(self.held_out) else 0
        return (
            self.epoch - self._phase_began >= self._phase_epochs or waited >= self.settings.patience
        )

    @property
    def _phase_epochs(self) -> int:
        return (
            self.settings.distil_epochs
            if self.phase == 2
            else self.settings.epochs - self.settings.distil_epochs
        )

    @property
    def _batch_size(self) -> int:
        """Names per minibatch."""
        return (
            self.settings.batch_size
            if self.phase == 1
            else max(self.settings.batch_size, DISTILLATION_BATCH)
        )

    def _run_epoch(self, pool: ThreadPoolExecutor, progress: Callable[[int, float], None]) -> Epoch:
        began = time.perf_counter()
        characters, loss = 0, 0.0
        # Everything random in an epoch follows from its number, so a run can be taken up again at
        # any epoch.
        rng, *shard_rngs = (
            np.random.default_rng([self.settings.seed, 2, self.epoch, i]) for i in range(1 + SHARDS)
        )
        if self._teacher is not None and self._distillation_set is None:
            distillation_rng = np.random.default_rng([self.settings.seed, 3])
            self._distillation_set = self._teacher.lesson(
                self._batches.names, self.settings.synthetic_names, distillation_rng
            )
        batches = self._distillation_set or self._batches
        shards = SHARDS if self._batch_size * len(self._trained["Waa"]) >= WORK_TO_SHARE else 1
        for at, trees in batches.minibatches(self._batch_size, rng, shards):
            batch_loss, n = self._step(pool, trees, shard_rngs, self._learning_rate(at))
            if not math.isfinite(batch_loss):
                raise self._diverged(self.epoch + 1)
            loss, characters = loss + batch_loss, characters + n
            self.smoothed_loss += (batch_loss / n - self.smoothed_loss) * -math.expm1(
                -n / SMOOTHING_CHARACTERS
            )
            progress(n, self.smoothed_loss)
        self.epoch += 1
        return self._record(loss / characters, characters, began)

    def _step(
        self,
        pool: ThreadPoolExecutor,
        trees: list[PrefixTree],
        rngs: list[np.random.Generator],
        learning_rate: float,
    ) -> tuple[float, int]:
        """One minibatch: forward, backward, clip, update. Returns the loss in nats and the
        characters that it is over.
        """
        params = multiplied_out(self._trained)
        results = pool.map(partial(self._shard, params), trees, self._works, rngs)
        losses, sizes, gradients = zip(*results, strict=True)
        total = {name: sum(g[name] for g in gradients) for name in params}
        gradient = np.concatenate(
            [g.ravel() for g in factor_gradients(total, self._trained).values()]
        )
        gradient /= sum(sizes)
        optimizers.clip(gradient, self.settings.clip)
        self._optimizer.step(self._flat, gradient, learning_rate)
        return sum(losses), sum(sizes)

    def _shard(
        self,
        params: dict[str, Array],
        tree: PrefixTree,
        work: rnn.Workspace,
        rng: np.random.Generator,
    ) -> tuple[float, int, dict[str, Array]]:
        """The loss of a part of a minibatch, its characters and the gradients."""
        n, n_a = tree.n_characters, self.settings.hidden_size
        first = self.phase == 1  # a teacher's opinion is not overfitted
        unit_mask = _mask(rng, first and self.settings.recurrent_dropout, work("unit_mask", n_a))
        node_mask = _mask(rng, first and self.settings.dropout, work("node_mask", len(tree.x), n_a))
        if unit_mask is not None:
            # The same units are missing at every step, so the mask can go on Waa's columns once.
            params = {**params, "Waa": params["Waa"] * unit_mask}
        loss, gradients = rnn.loss_and_gradients(tree, params, work, node_mask)
        if unit_mask is not None:
            gradients["Waa"] *= unit_mask
        return loss, n, gradients

    def _learning_rate(self, at: float) -> float:
        """The rate at a time within an epoch, from 0 to 1: over the phase, up in a line and down in
        a half cosine.
        """
        progress = (self.epoch - self._phase_began + at) / self._phase_epochs
        highest = self.settings.learning_rate * (1 if self.phase == 1 else DISTILLATION_RATE)
        return highest * min(progress / WARM_UP, 1) * (1 + math.cos(math.pi * progress)) / 2

    def _record(self, training_loss: float, characters: int, began: float) -> Epoch:
        """Measures the network as it is now, and keeps it if it is the best."""
        params = multiplied_out(self._trained)
        held_out_loss = (
            mean_loss(params, self.vocabulary, self.held_out) if len(self.held_out) else None
        )
        # A network that is sure of the wrong thing has gone astray as well as one of infinite
        # weights.
        bounded = all(np.abs(array).max() < MAX_WEIGHT for array in params.values())
        if not (
            max(training_loss, held_out_loss or 0) < 4 * math.log(len(self.vocabulary)) and bounded
        ):
            raise self._diverged(self.epoch)
        is_best = held_out_loss is None or held_out_loss < self.best_loss
        if is_best:
            self.best_epoch, self.best_loss = (
                self.epoch,
                held_out_loss if held_out_loss is not None else math.inf,
            )
            self._best = self._flat.copy()
            self.model = self._current_model(training_loss, held_out_loss)
        seconds = time.perf_counter() - began
        return Epoch(
            self.epoch,
            self.phase,
            training_loss,
            self.smoothed_loss,
            held_out_loss,
            is_best,
            characters,
            seconds,
        )

    def _current_model(
        self, training_loss: float | None = None, held_out_loss: float | None = None
    ) -> Model:
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
        return Model(self.vocabulary, params, training, self.fingerprints)

    def state(self) -> dict[str, Any]:
        """What a run is gone on from after an epoch: arrays, and what JSON can hold, besides
        `model`.

        The rest follows from the corpus and the settings, everything random in an epoch from its
        number.
        """
        return {
            "epoch": self.epoch,
            "phase": self.phase,
            "phase_began": self._phase_began,
            "smoothed_loss": self.smoothed_loss,
            "best_epoch": self.best_epoch,
            "best_loss": self.best_loss,
            **{name: array.copy() for name, array in self._state_arrays().items()},
        }

    @property
    def state_bytes(self) -> int:
        """Of the arrays of a state and its model, when they are most."""
        model, teacher = (
            self.model.arrays.values(),
            self.model.params.values(),
        )  # a teacher only comes with the second phase
        state = [
            array for name, array in self._state_arrays().items() if not name.startswith("teacher_")
        ]
        return sum(array.nbytes for array in (*model, *teacher, *state))

    def _state_arrays(self) -> dict[str, Array]:
        """The arrays of the state, by name, themselves."""
        teacher = self._teacher.params if self._teacher is not None else {}
        return {
            "trained": self._flat,
            "best": self._best,
            **{f"optimizer_{name}": array for name, array in self._optimizer.state.items()},
            **{f"teacher_{name}": array for name, array in teacher.items()},
        }

    def restore(self, state: Mapping[str, Any], model: Model) -> None:
        """Takes up a run with the same corpus and settings where `state()` was asked for; `model`
        was the best then.

        Raises:
            TrainingError: if they do not belong together.
        """
        if state.get("phase") == 2:
            self._begin_phase(2)
        own = self.state()
        if model.vocabulary.characters != self.vocabulary.characters or own.keys() != state.keys():
            raise TrainingError("the state of another kind of run")
        for name, value in own.items():
            if type(state[name]) is not type(value) or np.shape(state[name]) != np.shape(value):
                raise TrainingError(f"`{name}` is of another kind or size than this run's")
        for name, array in self._state_arrays().items():
            array[...] = state[name]
        self.epoch, self.phase, self._phase_began = (
            state["epoch"],
            state["phase"],
            state["phase_began"],
        )
        self.smoothed_loss, self.best_epoch, self.best_loss = (
            state["smoothed_loss"],
            state["best_epoch"],
            state["best_loss"],
        )
        self.model = model

    def _diverged(self, epoch: int) -> TrainingError:
        rate = self.settings.learning_rate
        return TrainingError(
            f"the loss grew beyond all bounds in epoch {epoch}: train again with "
            f"{setting('learning_rate')} below {rate:g}"
        )


def train(
    names: Iterable[str] | Corpus,
    settings: Settings | None = None,
    init: Model | None = None,
    **options: Any,
) -> Model:
    """Trains on some names and gives the best model.

    Args:
        names: a corpus, or names as strings.
        settings: how to train; the default settings follow from the corpus.
        init: a model to start from.
        options: single fields of `Settings`, by name.

    Raises:
        CorpusError: for names that cannot be learned from.
        TrainingError: for settings that make no sense, or if the numbers overflow.
    """
    corpus = names if isinstance(names, Corpus) else corpus_from_strings(names)
    trainer = Trainer(corpus, replace(settings or Settings(), **options), init)
    for _ in trainer.epochs():
        pass
    return trainer.model


def _mask(rng: np.random.Generator, dropout: float | None, out: Array) -> Array | None:
    """Factors of inverted dropout: 0 with the chance `dropout`, else what keeps the mean at 1; None
    for no dropout.
    """
    if not dropout:
        return None
    # Sixteen random bits for each number take a third of the time of a random float.
    random = (
        rng.bit_generator.random_raw(-(-out.size // 4))
        .view(np.uint16)[: out.size]
        .reshape(out.shape)
    )
    np.greater_equal(random, round(dropout * 2**16), out=out, casting="unsafe")
    out *= 1 / (1 - dropout)
    return out


def _copy_known(init: Model, vocabulary: Vocabulary, params: dict[str, Array]) -> None:
    """Puts a model's weights into fresh parameters; only what belongs to characters that it lacks
    stays random.
    """
    known = np.concatenate(([0], vocabulary.encode(init.vocabulary.codes[1:])))
    for name, array in init.params.items():
        if name == "Wax":
            params[name][:, known] = array
        elif name in ("Wya", "by"):
            params[name][known] = array
        else:
            params[name][...] = array
