"""A training at the command line: what it writes as it goes, and how it ends."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from rnn_names.cli import interrupts
from rnn_names.cli.streams import tell
from rnn_names.errors import TrainingError, shown
from rnn_names.model.atomic import standard_stream

if TYPE_CHECKING:
    from rnn_names.cli.progress import Progress
    from rnn_names.model.model import Model
    from rnn_names.training.checkpoint import Checkpoint
    from rnn_names.training.stages import Epoch
    from rnn_names.views.report import Report

SECONDS_TO_SPEAK = 2.0  # for what an interrupted training says: its reader may be gone


class TrainingRun:
    """A training, and what it leaves on disk however it ends."""

    def __init__(
        self, checkpoint: Checkpoint, output: str, progress: Progress, report: Report | None
    ) -> None:
        self.checkpoint, self.trainer = checkpoint, checkpoint.trainer
        self.output, self.progress, self.report = output, progress, report
        self.epoch = self.trainer.epoch  # the last that was kept; the trainer may be further
        self.model: Model | None = None  # as it is in the file, once this run has written it
        self.over = False  # whether only the report is still to be written

    def go(self, write_log: Callable[[Epoch], object]) -> None:
        """Trains to the end."""
        try:
            # The model of a resumed run may be missing; without epochs, the untrained one is saved.
            if self.trainer.model.training["epoch"] or not self.trainer.settings.epochs:
                with interrupts.critical_section():
                    self._save()
            self.progress.announce_stage()
            for epoch in self.trainer.epochs(self.progress.batch):
                if epoch.is_best:
                    with interrupts.critical_section():
                        self._save()
                # Before the state: a resumed run drops the lines of epochs that it does again.
                write_log(epoch)
                self._keep(epoch)
                self.progress.epoch(epoch)
                self.progress.announce_stage()
            self._finish()
        except TrainingError as error:
            self._finish()
            raise TrainingError(f"{error}; {self._saved()}", settings=error.settings) from None

    def _save(self) -> None:
        model = self.trainer.model  # the trainer may have a better one before this one is written
        if model is not self.model:
            model.save(self.output)
            if self.model is None and not self.checkpoint.is_resumed:
                self.checkpoint.remove()  # the state of an earlier run, of another model
            self.model = model

    def _keep(self, epoch: Epoch) -> None:
        with interrupts.critical_section():
            self.checkpoint.keep()
            self.epoch = epoch.epoch
            if self.report is not None:
                self.report.add(epoch)

    def _finish(self) -> None:
        with interrupts.critical_section():
            if self.model is not None:
                self.checkpoint.remove()
            self.over = True

    def write_report(self) -> str:
        """Writes the report, if there is to be one and something to report, and says so."""
        if self.report is None or (self.model is None and self.trainer.settings.epochs):
            return ""
        self.report.save()
        return f"Wrote {shown(self.report.path)}, the report of this training."

    def interrupted(self) -> int:
        """Writes what is not on disk yet, in a thread of its own, and says what is."""
        try:
            if self.trainer.model.training["epoch"]:
                self._save()
            self.checkpoint.write()
            wrote = self.write_report()
        finally:
            with suppress(RuntimeError):  # a limit may allow no further thread
                threading.Timer(SECONDS_TO_SPEAK, os._exit, [interrupts.INTERRUPTED]).start()
        self.progress.screen.acquire()  # never released: nothing is to be shown after this
        self.progress.close()
        when = f"after epoch {self.epoch}" if self.over else f"in epoch {self.epoch + 1}"
        told = f"Interrupted {when}: {self._saved()}"
        if self.checkpoint.written:
            told += "; to continue, give the same command with --resume"
        tell(f"{told}.")
        self.progress.say(wrote)
        return interrupts.INTERRUPTED

    def _saved(self) -> str:
        if self.model is None:
            return "nothing was saved"
        epoch = self.model.training["epoch"]
        return f"{shown(self.output)} holds " + (
            f"the best weights so far (epoch {epoch})" if epoch else "the untrained model"
        )


@contextmanager
def log_file(path: str | None, epochs: int) -> Iterator[Any]:
    """A function that writes an epoch's record as a line of JSON; without a path it does nothing.

    The first `epochs` lines of an old log are those of a resumed run, and stay. The others go with
    the first epoch, since until then there may be the state of an earlier run.
    """
    if path is None:
        yield lambda epoch: None
        return
    stream = standard_stream(path)
    with open(path if stream is None else os.dup(stream), "ab", buffering=0) as file:

        def write(epoch: Epoch) -> None:
            try:
                if epoch.epoch == epochs + 1 and stream is None and os.path.isfile(path):
                    with open(path, "rb") as old:
                        kept = sum(map(len, islice(old, epochs)))
                    file.truncate(kept)
                data = json.dumps(asdict(epoch)).encode() + b"\n"
                while data:  # a full disk takes a part without an error, and refuses the next one
                    data = data[file.write(data) :]
            except OSError as error:
                raise OSError(error.errno, error.strerror, path) from None

        yield write
