"""The state of an interrupted run, in a file beside its model.

A run writes its state after the latest epoch to `<output>.resume`, every few seconds and when it is
interrupted. The file is a model file with additional arrays, whose names begin with `state_`, and
one more entry in `meta`:

    run        corpus (a digest of the list), init, settings as resolved for the list, and
               state, the numbers of the trainer
"""

import hashlib
import os
import time
from contextlib import suppress
from copy import deepcopy
from dataclasses import asdict
from typing import Any

import numpy as np

from rnn_names.corpus.corpus import Corpus
from rnn_names.errors import ModelFileError, RnnNamesError, TrainingError, printable
from rnn_names.model import npz as archive
from rnn_names.model.file_checks import ARRAYS
from rnn_names.model.model import PROGRAM_VERSION, Model
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer

SECONDS_BETWEEN_WRITES = 5.0
_STATE = "state_"  # the prefix of the names of the state's arrays


class Checkpoint:
    """A run that writes the model file `output` and its state in the file `path`."""

    def __init__(self, output: str, trainer: Trainer, corpus: Corpus, init: str | None) -> None:
        self.path, self.trainer = state_path(output), trainer
        self.written = self.is_resumed = False
        settings = asdict(trainer.settings)
        self._run: dict[str, Any] = {"corpus": digest(corpus), "init": init, "settings": settings}
        self._state: tuple[Model, dict[str, Any]] | None = None
        self._last_write = time.monotonic()

    @classmethod
    def resumed(
        cls, output: str, corpus: Corpus, settings: Settings, init: str | None
    ) -> "Checkpoint":
        """Restores an interrupted run; the arguments must be the same as in that run."""
        path = state_path(output)
        if not os.path.exists(path):
            reason = "there is no interrupted run to continue; train without resume"
            raise TrainingError(f"{printable(path)}: {reason}", settings=["resume"])
        meta, arrays = archive.read(path, allowed_types)
        model_arrays = {name: arrays.pop(name) for name in ARRAYS if name in arrays}
        state_arrays = {name.removeprefix(_STATE): array for name, array in arrays.items()}
        try:
            model, run = Model.from_contents(meta, model_arrays), _run_in(meta)
            # The best model so far replaces the initial model, which has the same cell, size and
            # vocabulary. `restore` sets fingerprints and sources.
            initial = model if run.get("init") is not None else None
            trainer = Trainer(TrainingSetup(corpus, settings, initial))
            checkpoint = cls(output, trainer, corpus, init)
            checkpoint._check_is_like(run)
            checkpoint.trainer.restore({**run["state"], **state_arrays}, model)
        except RnnNamesError as error:
            message = f"{printable(path)}: {error}; or train without resume"
            raise type(error)(message, settings=[*error.settings, "resume"]) from None
        checkpoint.written = checkpoint.is_resumed = True
        return checkpoint

    def _check_is_like(self, run: dict[str, Any]) -> None:
        """Raises TrainingError unless the run had the same list, settings and initial model."""
        if run.get("corpus") != self._run["corpus"]:
            raise TrainingError("that run learned from other names: give the same list")
        had, now = (
            {**record["settings"], "init": record.get("init")} for record in (run, self._run)
        )
        others = [name for name in had | now if now.get(name) != had.get(name)]
        if len(others) > 1 and "init" in others:
            others.remove("init")  # the default init depends on the settings
        if others:
            differences = ", and ".join(
                f"{name} {printable(str(had.get(name))[:60])}, not {printable(str(now.get(name)))}"
                for name in others
            )
            raise TrainingError(f"that run had {differences}: give the same", settings=others)

    def keep(self) -> None:
        """Copies the trainer's state after an epoch and writes it every few seconds."""
        # A copy, since training continues and an interrupt may write the state at any moment.
        self._state, self.written = (self.trainer.model, deepcopy(self.trainer.state())), False
        if time.monotonic() - self._last_write >= SECONDS_BETWEEN_WRITES:
            self.write()

    def write(self) -> None:
        """Writes the state if it is not written yet."""
        if self._state is None or self.written:
            return
        model, state = self._state
        arrays = {name: value for name, value in state.items() if isinstance(value, np.ndarray)}
        numbers = {name: value for name, value in state.items() if name not in arrays}
        meta = {**model.meta, "run": {**self._run, "state": numbers}}
        state_arrays = {_STATE + name: array for name, array in arrays.items()}
        archive.write(self.path, meta, {**model.arrays, **state_arrays})
        self.written, self._last_write = True, time.monotonic()

    def remove(self) -> None:
        """Removes the file, since there is nothing to continue."""
        self._state, self.written = None, False
        with suppress(OSError):
            os.unlink(self.path)


def state_path(output: str) -> str:
    """The file for the state of a run that writes the model `output`."""
    return f"{output}.resume"


def allowed_types(name: str) -> tuple[str, ...]:
    """The allowed types of an array in the file; none for an unknown name."""
    return ("<f4", "<i8") if name.startswith(_STATE) else ARRAYS.get(name, ())


def _run_in(meta: dict[str, Any]) -> dict[str, Any]:
    """The run in `meta`, or ModelFileError if this program did not write it."""
    run = meta.get("run")
    if not isinstance(run, dict) or not (
        isinstance(run.get("settings"), dict) and isinstance(run.get("state"), dict)
    ):
        raise ModelFileError("not the state of an interrupted run")
    if meta.get("program") != PROGRAM_VERSION:
        wrote = printable(str(meta.get("program")))
        reason = f"written by {wrote}, but this is {PROGRAM_VERSION}: continue with the former"
        raise ModelFileError(reason)
    return run


def digest(corpus: Corpus) -> str:
    """The SHA-256 digest of a corpus, over its names and their counts."""
    sha = hashlib.sha256()
    has_counts = np.array([corpus.has_counts])
    for array in (corpus.names.codes, corpus.names.offsets, corpus.counts, has_counts):
        sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()
