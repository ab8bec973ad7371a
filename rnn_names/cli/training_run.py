"""A training run on the command line: its files, its messages, and how it ends."""

import json
import os
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import islice
from typing import Any

from rnn_names.cli import interrupts
from rnn_names.cli.input_checks import check_beginning
from rnn_names.cli.options import DEFAULT_MODEL
from rnn_names.cli.streams import print_to_stderr, progress_bar, terminal_size
from rnn_names.corpus.corpus import Corpus
from rnn_names.errors import TrainingError, network_name, plural, printable
from rnn_names.files import standard_stream, write_all
from rnn_names.model.model import Model
from rnn_names.report.report import Report
from rnn_names.report.terminal import loss_curves
from rnn_names.sampling.preview import preview
from rnn_names.training.checkpoint import Checkpoint
from rnn_names.training.trainer import DIVERGENCE_FACTOR, EpochRecord, Trainer, next_epoch_to_show

LOG_WIDTH = 100  # columns of messages without a terminal
SECONDS_FOR_MESSAGES = 2.0  # seconds for the final messages, whose reader may be gone


class TrainingRun:
    """A training run and the files that it leaves, however it ends."""

    def __init__(
        self, checkpoint: Checkpoint, output: str, progress: "Progress", report: Report | None
    ) -> None:
        self.checkpoint, self.trainer = checkpoint, checkpoint.trainer
        self.output, self.progress, self.report = output, progress, report
        self.last_saved_epoch = self.trainer.epoch  # the trainer may be ahead
        self.model: Model | None = None  # the last model that this run has written
        self.is_finished = False  # whether nothing is left to write but the report

    def train(self, write_log: Callable[[EpochRecord], object]) -> None:
        """Trains to the end. Each epoch updates the model file, then the log, then the state."""
        try:
            with interrupts.critical_section():
                self._save_model()  # the file of a resumed run may be missing
            self.progress.announce_stage()
            for record in self.trainer.epochs(self.progress.batch):
                with interrupts.critical_section():
                    self._save_model()
                # Before the state, since a resumed run drops the log of epochs after its state.
                write_log(record)
                self._save_state(record)
                self.progress.show(record)
                if not self.trainer.position.stage_epoch:
                    self.progress.announce_stage()
            self._finish()
        except TrainingError as error:
            self._finish()
            raise TrainingError(f"{error}; {self._saved_weights()}", error.settings) from None

    def _save_model(self) -> None:
        """Writes the best model so far if it is new; with 0 epochs, the untrained one."""
        model = self.trainer.model  # read once: another thread may replace it meanwhile
        is_due = model.training["epoch"] or not self.trainer.settings.epochs
        if is_due and model is not self.model:
            model.save(self.output)
            if self.model is None and not self.checkpoint.is_resumed:
                self.checkpoint.remove()  # the state that an earlier run left
            self.model = model

    def _save_state(self, record: EpochRecord) -> None:
        with interrupts.critical_section():
            self.checkpoint.keep()
            self.last_saved_epoch = record.epoch
            if self.report is not None:
                self.report.add(record)

    def _finish(self) -> None:
        with interrupts.critical_section():
            if self.model is not None:
                self.checkpoint.remove()
            self.is_finished = True

    def write_report(self) -> str:
        """Writes the report, unless there is nothing to report; returns a message about it."""
        if self.report is None or (self.model is None and self.trainer.settings.epochs):
            return ""
        self.report.save()
        return f"Wrote the training report to {printable(self.report.path)}."

    def interrupted(self) -> None:
        """Writes all files and a message about them; runs in the thread of `interrupts`."""
        try:
            self._save_model()
            self.checkpoint.write()
            wrote = self.write_report()
        finally:
            with suppress(RuntimeError):  # a limit may allow no further thread
                threading.Timer(SECONDS_FOR_MESSAGES, os._exit, [interrupts.INTERRUPTED]).start()
        self.progress.screen_lock.acquire()  # never released, so other threads show nothing more
        self.progress.close()
        last = self.last_saved_epoch
        when = f"after epoch {last}" if self.is_finished else f"in epoch {last + 1}"
        message = f"Interrupted {when}: {self._saved_weights()}"
        if self.checkpoint.written:
            message += "; to continue, give the same command with --resume"
        print_to_stderr(f"{message}.")
        self.progress.say(wrote)

    def _saved_weights(self) -> str:
        if self.model is None:
            return "nothing was saved"
        epoch = self.model.training["epoch"]
        weights = f"the best weights so far (epoch {epoch})" if epoch else "the untrained model"
        return f"{printable(self.output)} holds {weights}"


@contextmanager
def log_file(path: str | None, epochs: int) -> Iterator[Any]:
    """Yields a function that writes an epoch as a line of JSON; without a path, it does nothing.

    The first `epochs` lines of an old log belong to a resumed run; a new epoch removes the others.
    """
    if path is None:
        yield lambda epoch: None
        return
    stream = standard_stream(path) or None  # not 0: standard input is only read
    if stream is None:
        check_beginning(path, "log", b'{"epoch"', "--log")
    with open(path if stream is None else os.dup(stream), "ab", buffering=0) as file:

        def write(record: EpochRecord) -> None:
            try:
                if record.epoch == epochs + 1 and stream is None and os.path.isfile(path):
                    with open(path, "rb") as old:  # a power cut may leave an incomplete line
                        complete = (line for line in islice(old, epochs) if line.endswith(b"\n"))
                        file.truncate(sum(map(len, complete)))
                write_all(file, json.dumps(asdict(record)).encode() + b"\n")
            except OSError as error:
                raise OSError(error.errno, error.strerror, path) from None

        yield write


# --- Messages -------------------------------------------------------------------------------------


class Progress:
    """Shows progress: a bar on a terminal, elsewhere a plain line now and then."""

    def __init__(self, trainer: Trainer, quiet: bool) -> None:
        self.trainer, self.quiet = trainer, quiet
        self.screen_lock = threading.RLock()  # an interrupt writes from another thread
        self.records: list[EpochRecord] = []
        self.next_line = 1  # the earliest epoch that may show a line
        self.began = time.perf_counter()
        self.bar = progress_bar(
            total=trainer.position.characters + trainer.characters_left,
            initial=trainer.position.characters,
            # tqdm would adapt the step between updates, which slows the bar down.
            miniters=1,
            mininterval=0.5,
            smoothing=0.05,  # the time left follows the speed of the last ten seconds
            disable=quiet or not sys.stderr.isatty() or not trainer.settings.epochs,
            # "At most", since a stage may end early.
            bar_format="{desc} {percentage:3.0f}% {bar} {elapsed}, at most {remaining} left"
            "{postfix}",
        )

    def batch(self, characters: int, smoothed_loss: float) -> None:
        """Moves the bar by a minibatch."""
        interrupts.wait_if_ending()
        with self.screen_lock:
            loss = self.trainer.model.training["held_out_loss"]
            held_out = "" if loss is None else f", held-out {loss:.3f}"
            epoch = f"epoch {self.trainer.epoch + 1}/{self.trainer.settings.epochs}"
            self.bar.set_description_str(epoch, refresh=False)
            self.bar.set_postfix_str(f"loss {smoothed_loss:.3f}{held_out}", refresh=False)
            self.bar.update(characters)

    def announce_stage(self) -> None:
        """Announces the distillation stage, which takes a while to prepare."""
        if not self.trainer.is_over and self.trainer.stage.is_distillation:
            self.bar.set_description_str("preparing distillation", refresh=False)
            self.say("Distillation stage: learning a teacher's predictions.")

    def show(self, record: EpochRecord) -> None:
        """Shows a line with a few names after better epochs, at growing intervals."""
        self.records.append(record)
        with self.screen_lock:  # a stage may end early; distillation's size was an estimate
            self.bar.total = self.bar.n + self.trainer.characters_left
        if self.trainer.has_diverged(record.training_loss, record.held_out_loss):
            ends = f"{record.stage.capitalize()} ends with epoch {record.epoch}"
            limit = f"{DIVERGENCE_FACTOR} times that of a uniform guess"
            best = "The best weights so far are kept."
            self.say(f"{ends}, in which its loss exceeded {limit}. {best}")
        if self.quiet or not record.is_best or record.epoch < self.next_line:
            return
        self.next_line = next_epoch_to_show(record.epoch)
        held_out = "" if record.held_out_loss is None else f", held-out {record.held_out_loss:.3f}"
        losses = f"epoch {record.epoch:>3}: loss {record.training_loss:.3f}{held_out}  "
        names = preview(self.trainer.model, 4, record.epoch)
        while len(names) > 1 and len(losses + ", ".join(names)) > _width():
            names.pop()
        self.say(losses + (", ".join(names) or "(no names yet)"))

    def say(self, text: str) -> None:
        """Writes a line to stderr, above the bar; nothing with --quiet."""
        if self.quiet or not text:
            return
        with self.screen_lock:
            self.bar.clear()
            print_to_stderr(text)
            self.bar.refresh()

    def close(self) -> None:
        """Removes the bar from the screen."""
        with self.screen_lock:
            self.bar.close()


def _width() -> int:
    size = terminal_size(sys.stderr)
    return size.columns if size else LOG_WIDTH


def opening(corpus: Corpus, checkpoint: Checkpoint, initial_model: str | None) -> str:
    """The message before training: the list, the network, and the model it starts from."""
    trainer, settings = checkpoint.trainer, checkpoint.trainer.settings
    repeats = f" ({corpus.n_lines:,} with repeats)" if corpus.n_lines > len(corpus) else ""
    if corpus.has_counts:
        repeats = f" with counts ({corpus.n_lines:,} in all; names are drawn in proportion)"
    n_held_out = len(trainer.held_out)
    held_out = f", {n_held_out:,} of them held out for validation" if n_held_out else ""
    network = network_name(settings.cell, settings.hidden_size)
    epochs, batch = plural(settings.epochs, "epoch"), plural(settings.batch_size, "name")
    article = "a" if settings.cell == "gru" else "an"
    training = f"Training {article} {network} for up to {epochs}, {batch} per batch."
    if not settings.epochs:
        training = f"{article.capitalize()} {network}."
    characters = plural(len(trainer.vocabulary) - 1, "character")
    lines = [f"{len(corpus):,} distinct names{repeats}, {characters}{held_out}.", training]
    if initial_model:
        lines.append(f"{'Started' if trainer.epoch else 'Starts'} from {initial_model}.")
    if trainer.epoch:
        lines.append(f"Continuing after epoch {trainer.epoch}.")
    elif os.path.exists(checkpoint.path):
        state = f"{printable(checkpoint.path)} holds an interrupted run, which --resume continues"
        lines.append(f"Note: {state}. This one replaces it after its first epoch.")
    return "\n".join(lines)


def summary(progress: Progress, output: str, started_from: str | None) -> str:
    """The message after training: loss curves, the best epoch, and a command to try."""
    trainer, size = progress.trainer, os.path.getsize(output)
    option = f" -m {printable(shlex.quote(output))}" if output != DEFAULT_MODEL else ""
    model = f"Wrote {printable(output)} ({size / 1e6:.1f} MB). Try: rnn-names sample -n 20{option}"
    if not trainer.epoch:
        weights = f"those of {printable(started_from)}" if started_from else "random"
        return f"No training: the weights are {weights}.\n{model}"
    record = trainer.model.training
    losses = f"training loss {record['training_loss']:.4f}"
    if record["held_out_loss"] is not None:
        losses = f"held-out loss {record['held_out_loss']:.4f}, {losses}"
    n_epochs = len(progress.records)
    more = " more" if n_epochs < trainer.epoch else ""  # than before the run was resumed
    seconds = time.perf_counter() - progress.began
    epochs = f"{plural(n_epochs, 'epoch')}{more} in {seconds:.0f} s"
    best = f"the best was epoch {record['epoch']}:\n{losses} nats per character."
    return "\n".join([*loss_curves(progress.records, _width()), f"{epochs}; {best}", model])
