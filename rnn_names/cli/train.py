"""`rnn-names train`: from a list to a model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from rnn_names.cli import interrupts
from rnn_names.cli.options import (
    DEFAULT_MODEL,
    FILE,
    MODEL,
    GroupedCommand,
    Number,
    option,
    was_given,
)
from rnn_names.cli.progress import Progress, opening, summary
from rnn_names.cli.streams import exit_code, files_named, opened, tell
from rnn_names.errors import RnnNamesError, TrainingError, shown

if TYPE_CHECKING:
    from rnn_names.corpus.corpus import Corpus
    from rnn_names.model.model import Model
    from rnn_names.training.checkpoint import Checkpoint
    from rnn_names.training.trainer import Epoch
    from rnn_names.views.report import Report

SECONDS_TO_SPEAK = 2.0
"""How long an interrupted training tries to say so: whoever should read it may have stopped
reading."""


@click.command(
    cls=GroupedCommand,
    short_help="Learn from name lists, and write a model.",
    examples=[
        "rnn-names train names.txt",
        "rnn-names train boys.txt girls.txt -o people.npz",
        "sort -u *.txt | rnn-names train - --seed 7",
        "rnn-names train elves.txt --init people.npz -o elves.npz",
    ],
)
@click.argument("corpus", nargs=-1, required=True, type=FILE)
@option(
    "--cell",
    group="Model",
    type=click.Choice(["gru", "rnn"]),
    show_default="gru",
    help="GRU, or vanilla (Elman) RNN.",
)
@option(
    "--hidden-size",
    group="Model",
    type=click.IntRange(1, 4096),
    metavar="N",
    show_default="by corpus size",
    help="Hidden units.",
)
@option(
    "--init",
    group="Model",
    type=MODEL,
    metavar="MODEL",
    help="Start from the weights of this model, a file or a bundled one; cell and hidden size are "
    "then its own.",
)
@option(
    "--epochs",
    group="Training",
    type=click.IntRange(0),
    metavar="N",
    show_default="by corpus size",
    help="Most epochs to train for, of both phases together; 0 writes the untrained model.",
)
@option(
    "--distil-epochs",
    group="Training",
    type=click.IntRange(0),
    metavar="N",
    show_default="by corpus size",
    help="How many of those belong to the second phase, distillation: the network learns a "
    "teacher's predictions for synthetic names. 0 leaves it out.",
)
@option(
    "--batch-size",
    group="Training",
    type=click.IntRange(1),
    metavar="N",
    show_default="by corpus size",
    help="Names per minibatch (in the second phase at least 272).",
)
@option(
    "--optimizer",
    group="Training",
    type=click.Choice(["adam", "sgd"]),
    default="adam",
    help="Optimizer.",
)
@option(
    "--learning-rate",
    group="Training",
    type=Number(0, min_open=True),
    metavar="X",
    show_default="by optimizer",
    help="Peak learning rate of the first phase; that of the second is 1.6 times as high.",
)
@option(
    "--clip",
    group="Training",
    type=Number(0, min_open=True),
    default=5.0,
    metavar="X",
    help="Clip gradients to ±X, elementwise.",
)
@option(
    "--held-out",
    group="Training",
    type=Number(0, 1, max_open=True),
    default=0.1,
    metavar="FRACTION",
    help="Fraction of the names held out for validation (at most 2,000 names); 0 trains on all.",
)
@option(
    "--seed",
    group="Training",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Random seed.",
)
@option(
    "--resume",
    group="Training",
    is_flag=True,
    help="Go on with an interrupted run, from the end of its last epoch.",
)
@option(
    "--dropout",
    group="Regularisation",
    type=Number(0, 1, max_open=True),
    metavar="P",
    show_default="by corpus size",
    help="Dropout rate between hidden state and output.",
)
@option(
    "--recurrent-dropout",
    group="Regularisation",
    type=Number(0, 1, max_open=True),
    metavar="P",
    show_default="by corpus size",
    help="Dropout rate between one hidden state and the next.",
)
@option(
    "-o",
    "--output",
    group="Output",
    type=FILE,
    default=DEFAULT_MODEL,
    metavar="FILE",
    help="Model file to write.",
)
@option(
    "--log",
    group="Output",
    type=FILE,
    metavar="FILE",
    help="Write a line of JSON per epoch to FILE.",
)
@option(
    "--report",
    group="Output",
    type=FILE,
    metavar="FILE.html",
    help="Write a page with loss curves, samples and settings to FILE.html.",
)
@option("-q", "--quiet", group="Output", is_flag=True, help="Print nothing but errors.")
def train(
    corpus: tuple[str, ...],
    output: str,
    init: str | None,
    resume: bool,
    log: str | None,
    report: str | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Learn from CORPUS and write a model.

    CORPUS is one or more text files with one name per line; - is standard input.

    The weights with the lowest held-out (validation) loss are kept. Training stops when that loss
    no longer falls. An interrupted run keeps its state in OUTPUT.resume, for --resume; that file is
    removed when the run has finished.
    """
    from rnn_names.model.atomic import check_writable, clear_litter
    from rnn_names.model.model import Model
    from rnn_names.training.checkpoint import Checkpoint, path_of
    from rnn_names.training.settings import Settings
    from rnn_names.training.trainer import Trainer

    _check_files(
        corpus,
        init,
        [
            ("--output", output),
            ("--log", log),
            ("--report", report),
            ("the state of the run", path_of(output)),
        ],
    )
    check_writable(output)
    check_writable(path_of(output))
    if report is not None:
        check_writable(report)
    names = _read_corpus(corpus)
    if resume:
        checkpoint = Checkpoint.resumed(
            output, names, init, {name: options[name] for name in options if was_given(name)}
        )
    else:
        trainer = Trainer(
            names, Settings(**options), init=None if init is None else Model.load(init)
        )
        checkpoint = Checkpoint(output, trainer, names, init)
    clear_litter(output)
    clear_litter(checkpoint.path)
    trainer = checkpoint.trainer
    with _log_file(log, trainer.epoch) as write_log, Progress(trainer, quiet) as progress:
        run = _Run(
            checkpoint, output, progress, _new_report(report, names, checkpoint, corpus, output)
        )
        progress.say(opening(names, checkpoint))
        with interrupts.on_interrupt(lambda: exit_code(run.interrupted)):
            try:
                run.go(write_log)
                curves = progress.curves()
                progress.close()
                progress.say("\n".join([*curves, summary(progress, output)]))
            finally:
                with interrupts.critical_section():
                    wrote = run.write_report()
                progress.say(wrote)


class _Run:
    """A training, and what it leaves on disk however it ends."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        output: str,
        progress: Progress,
        report: tuple[str, Report] | None,
    ) -> None:
        self.checkpoint, self.output, self.progress, self.report = (
            checkpoint,
            output,
            progress,
            report,
        )
        self.trainer = checkpoint.trainer
        self.epoch = (
            self.trainer.epoch
        )  # the last one kept; the trainer's own may be of one that is still measured
        self.model: Model | None = None  # as in the file; none before this run has written one
        self.over = False

    def go(self, write_log: Callable[[Epoch], object]) -> None:
        """Trains to the end.

        Raises:
            RnnNamesError: if the numbers overflow or a file cannot be written.
        """
        try:
            if self.trainer.best_epoch or not self.trainer.settings.epochs:
                self._save()
            for epoch in self.trainer.epochs(self.progress.batch):
                if epoch.is_best:
                    self._save()
                write_log(epoch)  # before the state: --resume leaves out lines that are too many
                self._keep(epoch)
                self.progress.epoch(epoch)
            self._finish()
        except TrainingError as error:
            self._finish()
            raise TrainingError(f"{error.message}; {self._saved()}") from None

    def _save(self) -> None:
        with interrupts.critical_section():
            self._save_model()

    def _save_model(self) -> None:
        model = self.trainer.model  # another one may be there by the time that this one is written
        if model is not self.model:
            model.save(self.output)
            self.model = model

    def _keep(self, epoch: Epoch) -> None:
        with interrupts.critical_section():
            self.checkpoint.keep()
            self.epoch = epoch.epoch
            if self.report is not None:
                self.report[1].add(epoch)

    def _finish(self) -> None:
        with interrupts.critical_section():
            self.checkpoint.remove()
            self.over = True

    def write_report(self) -> str:
        """Writes the report, if there is to be one, and says so."""
        if self.report is None:
            return ""
        path, report = self.report
        report.save(path)
        return f"Wrote {shown(path)}, the report of this training."

    def interrupted(self) -> int:
        """The last words: writes what is not on disk yet, and says what is."""
        try:
            with files_named():
                if self.trainer.model.training["epoch"]:
                    self._save_model()
                self.checkpoint.write()
                wrote = self.write_report()
        finally:
            interrupts.end_within(SECONDS_TO_SPEAK)
        self.progress.screen.acquire()  # for good: nothing comes after this
        self.progress.close()
        when = f"after epoch {self.epoch}" if self.over else f"in epoch {self.epoch + 1}"
        go_on = "; to go on, give the same command with --resume" if self.checkpoint.written else ""
        tell(f"Interrupted {when}: {self._saved()}{go_on}.")
        self.progress.say(wrote)
        return interrupts.INTERRUPTED

    def _saved(self) -> str:
        if self.model is None:
            return "nothing was saved"
        epoch = self.model.training["epoch"]
        return f"{shown(self.output)} holds " + (
            f"the best weights so far (epoch {epoch})" if epoch else "the untrained model"
        )


def _check_files(
    corpus: Sequence[str], init: str | None, written: Sequence[tuple[str, str | None]]
) -> None:
    """Refuses, before anything is touched, files of which one would overwrite another; a model may
    take the place of its beginning.

    Raises:
        RnnNamesError: if there are any.
    """
    files = [("the list", path) for path in corpus if path != "-"] + [("--init", init)]
    for title, path in written:
        for other_title, other in files:
            if (
                path
                and other
                and (other_title, title) != ("--init", "--output")
                and _is_same_file(path, other)
            ):
                raise RnnNamesError(
                    f"{shown(path)}: {other_title} and {title} are one file; give each its own"
                )
        files.append((title, path))


def _is_same_file(path: str, other: str) -> bool:
    """Whether two paths lead to one file, there already or not; devices and pipes do not count."""
    if os.path.exists(path) and os.path.exists(other):
        return os.path.isfile(path) and os.path.samefile(path, other)
    return os.path.realpath(path) == os.path.realpath(other)


def _read_corpus(paths: Sequence[str]) -> Corpus:
    from contextlib import ExitStack

    from rnn_names.corpus.corpus import read_corpus

    with ExitStack() as stack:
        return read_corpus([stack.enter_context(opened(path)) for path in paths])


@contextmanager
def _log_file(path: str | None, epochs: int) -> Iterator[Any]:
    """A function that writes an epoch's record as a line of JSON; it does nothing without a path.

    Of a log that is there already, the lines of a resumed run's first `epochs` stay.
    """
    import json

    if path is None:
        yield lambda epoch: None
        return

    def write(data: bytes) -> None:
        with _log_errors(path):
            while data:  # what does not fit on a disk is left out without an error at first
                data = data[file.write(data) :]

    with _log_errors(path):
        kept = b""
        if epochs and os.path.isfile(path):
            with open(path, "rb") as old:
                kept = b"".join(old.readlines()[:epochs])
        file = open(path, "wb", buffering=0)  # noqa: SIM115 - errors of what is done meanwhile are none of the log
    with file:
        write(kept)
        yield lambda epoch: write(json.dumps(epoch.as_dict()).encode() + b"\n")


@contextmanager
def _log_errors(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RnnNamesError(
            f"{shown(path)}: the log cannot be written: {error.strerror or error}"
        ) from error


def _new_report(
    path: str | None, names: Corpus, checkpoint: Checkpoint, sources: Sequence[str], output: str
) -> tuple[str, Report] | None:
    """A report, and where it is to be written; nothing without a path."""
    if path is None:
        return None
    from rnn_names.views.report import Report

    titles = ["standard input" if source == "-" else source for source in sources]
    return path, Report(names, checkpoint.trainer, titles, output, checkpoint.init)
