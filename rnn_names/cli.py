"""The command line: it parses, calls and prints.

Names and scores go to stdout and nothing else does; progress, notes and errors go to stderr. The rooms that need NumPy are imported
inside the commands, so that --help and shell completion answer at once.
"""

from __future__ import annotations

import errno
import gc
import io
import math
import os
import shlex
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TextIO, TypeVar

import click

from rnn_names import __version__, boxed, interrupts
from rnn_names.errors import CorpusError, ModelFileError, RnnNamesError, TrainingError, shortened, shown
from rnn_names.workers import start_blas_with_one_thread

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from numpy.typing import NDArray

    from rnn_names.checkpoint import Checkpoint
    from rnn_names.corpus import Corpus, Names
    from rnn_names.model import Model
    from rnn_names.report import Report
    from rnn_names.training import Epoch, Trainer

PROGRAM = "rnn-names"
COMPLETE_VARIABLE = "_RNN_NAMES_COMPLETE"
"""Set by the scripts of `rnn-names completion`."""

DEFAULT_MODEL = "names.npz"

SECONDS_TO_SPEAK = 2.0
"""How long an interrupted training tries to say so: whoever should read it may have stopped reading."""

LINES_AT_ONCE = 1 << 13
"""Lines made up and written together."""

LOG_WIDTH = 100
"""Columns of what `train` prints where there is no terminal."""


# --- Help with grouped options and examples ------------------------------------------------------------------------------------


class GroupedOption(click.Option):
    """An option that stands in a group of its command's help."""

    def __init__(self, *args: Any, group: str = "Options", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group


class GroupedCommand(click.Command):
    """A command whose help shows options by group, and its examples as they are typed."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        with _files_named():
            return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options, group by group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):  # the text tells of the arguments
                groups.setdefault(getattr(param, "group", "Other"), []).append(record)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the examples."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")


@contextmanager
def _files_named() -> Iterator[None]:
    """Within it, an error that nothing has put into words is one of a file: what we write to standard output says so itself."""
    try:
        yield
    except OSError as error:
        file = shown(error.filename) if isinstance(error.filename, str) else "a file or folder"
        raise RnnNamesError(f"{file}: {error.strerror or error}") from error


_F = TypeVar("_F", bound=Callable[..., Any])


def option(*names: str, group: str, **kwargs: Any) -> Callable[[_F], _F]:
    """A grouped option that shows its default."""
    return click.option(*names, cls=GroupedOption, group=group, show_default=kwargs.pop("show_default", True), **kwargs)


FILE = click.Path()
"""An argument that shells complete to file names."""


class ModelPath(click.Path):
    """A model file, or the name of a model in the box."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Names in the box and what is in the folder; elsewhere files, as the shell completes them."""
        from click.shell_completion import CompletionItem

        names = [name for name in boxed.MODELS if name.startswith(incomplete)]
        if not names:
            return super().shell_complete(ctx, param, incomplete)
        # Shells do not agree on what else to offer beside names that we offer, so all of it comes from here.
        with suppress(OSError):
            for entry in sorted(os.scandir(), key=lambda entry: entry.name):
                offered = entry.name.isprintable() and not entry.name.startswith(".")  # lines of UTF-8 hold no other names
                if offered and entry.name.startswith(incomplete):
                    names.append(f"{entry.name}/" if entry.is_dir() else entry.name)
        return [CompletionItem(name) for name in dict.fromkeys(names)]


class Number(click.FloatRange):
    """A number within bounds; "nan", which no comparison keeps out, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number that a text stands for."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


MODEL = ModelPath()


def model_option(command: _F) -> _F:
    """Which model to use: --model."""
    default = f"{DEFAULT_MODEL}, or {boxed.DEFAULT} if there is none"
    help_text = "A model file, or the name of a model in the box."
    return option(
        "-m", "--model", group="What", type=MODEL, default=DEFAULT_MODEL, metavar="MODEL", show_default=default, help=help_text
    )(command)


def _chosen(model: str) -> str:
    """The model to use: the one given; else the default file; else, if there is none, one in the box, with a note that says so."""
    if _was_given("model") or os.path.lexists(model):
        return model
    _tell(f"Note: there is no {model} here, so this is {boxed.DEFAULT}, one of the models in the box (rnn-names models).")
    return boxed.DEFAULT


def output_options(command: _F) -> _F:
    """How names are written: --format and --null."""
    command = option("-0", "--null", group="Output", is_flag=True, callback=_only_text, help="End names with NUL, for xargs -0.")(
        command
    )
    kinds = click.Choice(["text", "jsonl", "csv", "tsv"])
    help_text = "The others have name, log_prob (nats) and novel (unknown without fingerprints)."
    return option("--format", group="Output", type=kinds, default="text", is_eager=True, help=help_text)(command)


def _only_text(context: click.Context, parameter: click.Parameter, value: bool) -> bool:
    if value and context.params.get("format") != "text":
        raise click.UsageError("--null goes with --format text only")
    return value


@click.group(context_settings={"auto_envvar_prefix": "RNN_NAMES", "help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s")
def cli() -> None:
    """Learns from a plain list how names are spelled, and writes new ones.

    \b
    rnn-names train names.txt      learn from a list, one name per line
    rnn-names sample -n 20         write twenty new names
    rnn-names score other.txt      how likely is each name of a list?
    rnn-names info names.npz       what a model is, and how it was trained
    rnn-names models               the models that are there from the start

    Every option can be set in the environment: RNN_NAMES_SAMPLE_COUNT=5 stands for `sample --count 5`.
    """  # noqa: D301 - Click's sign for "leave the line breaks" is the character, not the backslash


# --- train ---------------------------------------------------------------------------------------------------------------------


@cli.command(
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
@option("-o", "--output", group="Model", type=FILE, default=DEFAULT_MODEL, metavar="FILE", help="The model file to write.")
@option("--cell", group="Model", type=click.Choice(["gru", "rnn"]), show_default="gru", help="Gated unit, or the plain one.")
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
    help="Start from the weights of this model, a file or one in the box; cell and size are then those of it.",
)
@option(
    "--epochs",
    group="Training",
    type=click.IntRange(0),
    metavar="N",
    show_default="by corpus size",
    help="Epochs in all, at most; 0 writes the untrained model.",
)
@option(
    "--distil-epochs",
    group="Training",
    type=click.IntRange(0),
    metavar="N",
    show_default="by corpus size",
    help="How many of them learn from a teacher, over names that an n-gram makes up; 0 leaves that out.",
)
@option(
    "--batch-size",
    group="Training",
    type=click.IntRange(1),
    metavar="N",
    show_default="by corpus size",
    help="Names per minibatch (in the second phase, at least 272).",
)
@option("--optimizer", group="Training", type=click.Choice(["adam", "sgd"]), default="adam", help="How weights follow gradients.")
@option(
    "--learning-rate",
    group="Training",
    type=Number(0, min_open=True),
    metavar="X",
    show_default="by optimizer",
    help="The highest step size of the first phase; that of the second is 1.6 times as high.",
)
@option(
    "--clip",
    group="Training",
    type=Number(0, min_open=True),
    default=5.0,
    metavar="X",
    help="Bound of every gradient component.",
)
@option(
    "--dropout",
    group="Training",
    type=Number(0, 1, max_open=True),
    metavar="P",
    show_default="by corpus size",
    help="Share of units left out on the way to the output.",
)
@option(
    "--recurrent-dropout",
    group="Training",
    type=Number(0, 1, max_open=True),
    metavar="P",
    show_default="by corpus size",
    help="Share of units left out on the way to the next step.",
)
@option(
    "--held-out",
    group="Training",
    type=Number(0, 1, max_open=True),
    default=0.1,
    metavar="FRACTION",
    help="Share of the names kept aside to measure by (at most 2,000); 0 trains on all.",
)
@option("--seed", group="Training", type=click.IntRange(0), default=0, metavar="N", help="Of everything random.")
@option("--resume", group="Training", is_flag=True, help="Go on with an interrupted run, from where it stopped.")
@option("--log", group="Output", type=FILE, metavar="FILE", help="Write a JSON line per epoch.")
@option("--report", group="Output", type=FILE, metavar="FILE.html", help="Write a page with curves, samples and settings.")
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
    """Learn from CORPUS, one or more text files with one name per line (- is stdin), and write a model.

    The best weights by held-out loss are kept, and training stops when it no longer falls. An interrupted run leaves what --resume
    needs in OUTPUT.resume; a finished one leaves the model alone.
    """
    from rnn_names.archive import check_writable, clear_litter
    from rnn_names.checkpoint import Checkpoint, path_of
    from rnn_names.model import Model
    from rnn_names.training import Settings, Trainer

    _check_files(
        corpus, init, [("--output", output), ("--log", log), ("--report", report), ("the state of the run", path_of(output))]
    )
    check_writable(output)
    check_writable(path_of(output))
    if report is not None:
        check_writable(report)
    names = _read_corpus(corpus)
    if resume:
        checkpoint = Checkpoint.resumed(output, names, init, {name: options[name] for name in options if _was_given(name)})
    else:
        trainer = Trainer(names, Settings(**options), init=None if init is None else Model.load(init))
        checkpoint = Checkpoint(output, trainer, names, init)
    clear_litter(output)
    clear_litter(checkpoint.path)
    trainer = checkpoint.trainer
    with _log_file(log, trainer.epoch) as write_log, _Progress(trainer, quiet) as progress:
        run = _Run(checkpoint, output, progress, _new_report(report, names, checkpoint, corpus, output))
        progress.say(_opening(names, checkpoint))
        with interrupts.last_words(lambda: _exit_code(run.interrupted)):
            try:
                run.go(write_log)
                curves = progress.curves()
                progress.close()
                progress.say("\n".join([*curves, _summary(progress, output)]))
            finally:
                with interrupts.uncut():
                    wrote = run.write_report()
                progress.say(wrote)


class _Run:
    """A training, and what it leaves on disk however it ends."""

    def __init__(self, checkpoint: Checkpoint, output: str, progress: _Progress, report: tuple[str, Report] | None) -> None:
        self.checkpoint, self.output, self.progress, self.report = checkpoint, output, progress, report
        self.trainer = checkpoint.trainer
        self.epoch = self.trainer.epoch  # the last one kept; the trainer's own may be of one that is still measured
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
            raise TrainingError(f"{error}; {self._saved()}") from None

    def _save(self) -> None:
        with interrupts.uncut():
            self._save_model()

    def _save_model(self) -> None:
        model = self.trainer.model  # another one may be there by the time that this one is written
        if model is not self.model:
            model.save(self.output)
            self.model = model

    def _keep(self, epoch: Epoch) -> None:
        with interrupts.uncut():
            self.checkpoint.keep()
            self.epoch = epoch.epoch
            if self.report is not None:
                self.report[1].add(epoch)

    def _finish(self) -> None:
        with interrupts.uncut():
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
            with _files_named():
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
        _tell(f"Interrupted {when}: {self._saved()}{go_on}.")
        self.progress.say(wrote)
        return interrupts.INTERRUPTED

    def _saved(self) -> str:
        if self.model is None:
            return "nothing was saved"
        epoch = self.model.training["epoch"]
        return f"{shown(self.output)} holds " + (f"the best weights so far (epoch {epoch})" if epoch else "the untrained model")


def _check_files(corpus: Sequence[str], init: str | None, written: Sequence[tuple[str, str | None]]) -> None:
    """Refuses, before anything is touched, files of which one would overwrite another; a model may take the place of its beginning.

    Raises:
        RnnNamesError: if there are any.
    """
    files = [("the list", path) for path in corpus if path != "-"] + [("--init", init)]
    for title, path in written:
        for other_title, other in files:
            if path and other and (other_title, title) != ("--init", "--output") and _is_same_file(path, other):
                raise RnnNamesError(f"{shown(path)}: {other_title} and {title} are one file; give each its own")
        files.append((title, path))


def _is_same_file(path: str, other: str) -> bool:
    """Whether two paths lead to one file, there already or not; devices and pipes do not count."""
    if os.path.exists(path) and os.path.exists(other):
        return os.path.isfile(path) and os.path.samefile(path, other)
    return os.path.realpath(path) == os.path.realpath(other)


def _was_given(name: str) -> bool:
    """Whether an option of the current command comes from the user."""
    source = click.get_current_context().get_parameter_source(name)
    return source not in (click.core.ParameterSource.DEFAULT, click.core.ParameterSource.DEFAULT_MAP)


def _read_corpus(paths: Sequence[str]) -> Corpus:
    from contextlib import ExitStack

    from rnn_names.corpus import read_corpus

    with ExitStack() as stack:
        return read_corpus([stack.enter_context(_opened(path)) for path in paths])


@contextmanager
def _opened(path: str) -> Iterator[tuple[str, BinaryIO]]:
    """A text to read, with its title for messages; "-" is stdin."""
    if path == "-":
        if sys.stdin is None:
            raise CorpusError("standard input is closed: give a file, or pipe a list in")
        yield "standard input", sys.stdin.buffer
        return
    try:
        if os.path.isdir(path):
            raise CorpusError(f"{shown(path)}: a directory; give a text file with one name per line")
        file = open(path, "rb")  # noqa: SIM115 - errors of opening are told apart from those of reading
    except OSError as error:
        raise CorpusError(f"{shown(path)}: cannot be read: {error.strerror or error}") from error
    with file:
        yield shown(path), file


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
        raise RnnNamesError(f"{shown(path)}: the log cannot be written: {error.strerror or error}") from error


def _new_report(
    path: str | None, names: Corpus, checkpoint: Checkpoint, sources: Sequence[str], output: str
) -> tuple[str, Report] | None:
    """A report, and where it is to be written; nothing without a path."""
    if path is None:
        return None
    from rnn_names.report import Report

    titles = ["standard input" if source == "-" else source for source in sources]
    return path, Report(names, checkpoint.trainer, titles, output, checkpoint.init)


def _opening(corpus: Corpus, checkpoint: Checkpoint) -> str:
    trainer, settings = checkpoint.trainer, checkpoint.trainer.settings
    repeats = f" ({corpus.n_lines:,} with repeats)" if corpus.n_lines > len(corpus) else ""
    held_out = f", {len(trainer.held_out):,} of them held out to measure by" if len(trainer.held_out) else ""
    lines = [
        f"{len(corpus):,} distinct names{repeats}, {len(trainer.vocabulary) - 1} characters{held_out}.",
        f"Training a {settings.cell.upper()} of {settings.hidden_size} units for up to {settings.epochs} epochs, "
        f"{settings.batch_size} names a batch.",
    ]
    if trainer.epoch:
        lines.append(f"Going on after epoch {trainer.epoch}.")
    elif os.path.exists(checkpoint.path):
        lines.append(
            f"Note: {shown(checkpoint.path)} holds an interrupted run; this one will replace it. --resume goes on with it."
        )
    return "\n".join(lines)


def _summary(progress: _Progress, output: str) -> str:
    trainer = progress.trainer
    size = os.path.getsize(output)
    model = f"Wrote {shown(output)} ({size / 1e6:.1f} MB). Try: rnn-names sample -n 20" + (
        f" -m {shown(shlex.quote(output))}" if output != DEFAULT_MODEL else ""
    )
    if not trainer.epoch:
        return f"No training: the weights are random.\n{model}"
    record = trainer.model.training
    losses = f"training loss {record['training_loss']:.4f}"
    if record["held_out_loss"] is not None:
        losses = f"held-out loss {record['held_out_loss']:.4f}, {losses}"
    return (
        f"{_trained(progress.before, trainer.epoch)} in {progress.seconds:.0f} s; the best was epoch {trainer.best_epoch}:\n"
        f"{losses} nats per character.\n{model}"
    )


def _trained(before: int, last: int) -> str:
    """The epochs of this process; a resumed run has others.

    >>> _trained(0, 40), _trained(33, 40), _trained(39, 40), _trained(40, 40)
    ('40 epochs', 'Epochs 34 to 40', 'Epoch 40', 'No epoch more than the 40 done before')
    """
    if not before:
        return f"{last} epoch{'s' * (last != 1)}"
    if last == before:
        return f"No epoch more than the {last} done before"
    return f"Epochs {before + 1} to {last}" if last > before + 1 else f"Epoch {last}"


class _Progress:
    """What `train` shows: a bar on a terminal, elsewhere a plain line now and then."""

    def __init__(self, trainer: Trainer, quiet: bool) -> None:
        self.trainer, self.quiet = trainer, quiet
        self.screen = threading.RLock()  # an interrupt speaks from a thread of its own
        self.epochs: list[Epoch] = []
        self.before = trainer.epoch
        self.next_line = self.phase = 1
        self.began = time.perf_counter()
        self.bar: Any = None
        if not quiet and sys.stderr.isatty() and trainer.settings.epochs:
            from tqdm import tqdm

            self.bar = tqdm(
                total=trainer.characters_done + trainer.characters_left,
                initial=trainer.characters_done,
                unit=" chars",
                unit_scale=True,
                dynamic_ncols=True,
                leave=False,
                bar_format="{percentage:3.0f}% {bar} {elapsed}<{remaining}, {rate_fmt}{postfix}",
            )

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self.began

    @property
    def width(self) -> int:
        """Columns of the terminal; of another output, or where the terminal is gone meanwhile, enough for a line of log."""
        if self.bar is not None:
            with suppress(OSError):
                return os.get_terminal_size(sys.stderr.fileno()).columns
        return LOG_WIDTH

    def batch(self, characters: int, smoothed_loss: float) -> None:
        interrupts.pause()
        if self.trainer.phase > self.phase:
            self.phase = self.trainer.phase
            self._reckon_anew()
            self.say("Second phase: learning from a teacher, over names that an n-gram makes up.")
        with self.screen:
            if self.bar is not None:
                held_out = (
                    f", held-out {self.trainer.best_loss:.3f}" if self.trainer.best_epoch and len(self.trainer.held_out) else ""
                )
                self.bar.set_postfix_str(f"loss {smoothed_loss:.3f}{held_out}", refresh=False)
                self.bar.update(characters)

    def epoch(self, epoch: Epoch) -> None:
        """A line with a few names at epochs that brought something better; each comes half as late again as the one before."""
        self.epochs.append(epoch)
        self._reckon_anew()
        if self.quiet or not epoch.is_best or epoch.epoch < self.next_line:
            return
        self.next_line = epoch.epoch + max(epoch.epoch // 2, 1)
        held_out = "" if epoch.held_out_loss is None else f", held-out {epoch.held_out_loss:.3f}"
        losses = f"epoch {epoch.epoch:>3}: loss {epoch.training_loss:.3f}{held_out}  "
        self.say(losses + self._few_names(self.width - len(losses)))

    def _reckon_anew(self) -> None:
        """The end of the bar: a phase may have ended early, and what the second one is over is only a guess before it begins."""
        with self.screen:
            if self.bar is not None:
                self.bar.total = self.bar.n + self.trainer.characters_left

    def curves(self) -> list[str]:
        """The losses of all epochs, as a picture for the terminal."""
        from rnn_names.curve import BLOCKS, loss_curves

        try:
            BLOCKS.encode(_screen_encoding)
            plain = False
        except UnicodeEncodeError:
            plain = True
        return loss_curves(self.epochs, self.width, plain)

    def _few_names(self, room: int) -> str:
        """Some names of the best model so far, at most four, as many as go into a line."""
        from rnn_names.sampling import glimpse

        names = glimpse(self.trainer.model, 4, self.trainer.epoch)
        while len(names) > 1 and len(", ".join(names)) > room:
            names.pop()
        return ", ".join(names) or "(no names yet)"

    def say(self, text: str) -> None:
        if self.quiet or not text:
            return
        with self.screen:
            if self.bar is not None:
                self.bar.clear()
            _tell(text)
            if self.bar is not None:
                self.bar.refresh()

    def close(self) -> None:
        with self.screen:
            if self.bar is not None:
                self.bar.close()
                self.bar = None


# --- sample --------------------------------------------------------------------------------------------------------------------


@cli.command(
    cls=GroupedCommand,
    short_help="Write new names.",
    examples=[
        "rnn-names sample -n 20",
        "rnn-names sample --prefix Mar --max-length 7 --temperature 0.8",
        "rnn-names sample --suffix saurus --novel --unique",
        "rnn-names sample --match '[AEIOU].*(ix|us)' --format jsonl",
        "rnn-names sample --best -n 50",
        "rnn-names sample -n 100000 | grep 'saurus$' | sort -u | head",
    ],
)
@option("-n", "--count", group="What", type=click.IntRange(0), default=20, metavar="N", help="How many names.")
@model_option
@option("--best", group="What", is_flag=True, help="The most probable names instead of random ones, exactly; best first.")
@option("-t", "--temperature", group="Law", type=float, default=1.0, metavar="X", help="Below 1 safer names, above 1 wilder ones.")
@option(
    "--top-k",
    group="Law",
    type=click.IntRange(1),
    metavar="K",
    show_default="all",
    help="Only the K most probable next characters are possible.",
)
@option(
    "--top-p",
    group="Law",
    type=Number(0, 1, min_open=True),
    metavar="P",
    show_default="1",
    help="Only the most probable next characters that make up P are possible.",
)
@option(
    "--seed",
    group="Stream",
    type=click.IntRange(0),
    metavar="N",
    show_default="another each time",
    help="Fixes the stream of names.",
)
@option("--start", group="Stream", type=click.IntRange(0), default=0, metavar="K", help="Skip the first K names of the stream.")
@option("--prefix", group="Conditions", default="", metavar="TEXT", show_default=False, help="How every name begins.")
@option("--suffix", group="Conditions", default="", metavar="TEXT", show_default=False, help="How every name ends.")
@option("--contains", group="Conditions", multiple=True, metavar="TEXT", help="What is in every name; may be given several times.")
@option("--match", group="Conditions", metavar="REGEX", help="What every name is as a whole, in Python's syntax.")
@option("--min-length", group="Conditions", type=click.IntRange(1, 200), default=1, metavar="N", help="In characters.")
@option(
    "--max-length",
    group="Conditions",
    type=click.IntRange(1, 200),
    metavar="N",
    show_default="the longest trained on",
    help="In characters.",
)
@option("--novel", group="Conditions", is_flag=True, help="Only names that are not in the list that the model learned from.")
@option("--unique", group="Conditions", is_flag=True, help="No name twice (not with --start).")
@option(
    "--exclude",
    group="Conditions",
    type=FILE,
    metavar="FILE",
    help="A list of names that must not come out, in upper or lower case.",
)
@option(
    "--exclude-words",
    group="Conditions",
    type=FILE,
    metavar="FILE",
    help="A list of texts that must not be anywhere in a name, likewise.",
)
@output_options
def sample(
    count: int,
    model: str,
    best: bool,
    exclude: str | None,
    exclude_words: str | None,
    format: str,
    null: bool,
    **options: Any,
) -> None:
    """Write new names, one per line.

    What comes out has the model's law given the conditions; --temperature, --top-k and --top-p change the law. A seed fixes an endless
    stream of names, of which the first COUNT are written: the same seed and conditions give the same names, on any number of cores.
    If there are too few names that meet the conditions, those found are written, and the exit code is 1.
    """
    from rnn_names.model import Model
    from rnn_names.sampling import Options, sample

    loaded = Model.load(_chosen(model))
    wanted = Options(exclude=_listed(exclude), exclude_words=_listed(exclude_words), **options)
    if best:
        from rnn_names.best import best as draw
    else:
        draw = sample
    out = _Output(loaded, format, null)
    for names in draw(loaded, count, wanted):
        out.names(names)
    out.end()


def _listed(path: str | None) -> list[str]:
    """The lines of a file, but for blank ones; none without a path."""
    if path is None:
        return []
    from rnn_names.corpus import read_names

    with _opened(path) as (title, stream):
        return [name for part in read_names(title, stream) for name in part.to_strings() if name]


class _Output:
    """Writes names to stdout as --format and --null say."""

    def __init__(self, model: Model, kind: str, null: bool) -> None:
        self.model, self.kind = model, kind
        self.line_end = "\0" if null else "\n"
        self.header = b""  # goes with the first names: there may be none, for an option or a file that is wrong
        if kind != "text":
            from rnn_names.formats import header

            self.header = header(kind)

    def names(self, names: Names) -> None:
        """Writes drawn names."""
        for part in _parts(names):
            self._put(part.to_lines().replace(b"\n", self.line_end.encode()) if self.kind == "text" else self._records(part, None))

    def scores(self, names: Names, log_probs: NDArray[Any]) -> None:
        """Writes names with their log-probabilities."""
        from rnn_names.formats import scored

        for part in _parts(names):
            scores, log_probs = log_probs[: len(part)], log_probs[len(part) :]
            self._put(scored(part, scores, self.line_end) if self.kind == "text" else self._records(part, scores))

    def end(self) -> None:
        """Writes what a list has even if it is empty."""
        if self.header:
            self._put(b"")

    def _put(self, data: bytes) -> None:
        _write(self.header + data)
        self.header = b""

    def _records(self, names: Names, log_probs: NDArray[Any] | None) -> bytes:
        from rnn_names.formats import records

        return records(self.kind, self.model, names, log_probs)


def _parts(names: Names) -> Iterator[Names]:
    for start in range(0, len(names), LINES_AT_ONCE):
        yield names[start : start + LINES_AT_ONCE]


# --- score ---------------------------------------------------------------------------------------------------------------------


@cli.command(
    cls=GroupedCommand,
    short_help="Say how likely names are.",
    examples=["rnn-names score others.txt", "rnn-names sample -n 1000 | rnn-names score | sort -g | tail"],
)
@click.argument("file", default="-", type=FILE)
@model_option
@option("--sort", group="Output", is_flag=True, help="The most probable name first; the whole input is read before.")
@output_options
def score(file: str, model: str, sort: bool, format: str, null: bool) -> None:
    """Print the natural logarithm of the probability of each line of FILE (- is stdin), a tab, and the line.

    A name with a character that the model does not know gets -inf. A summary goes to stderr.
    """
    from rnn_names.model import Model

    loaded = Model.load(_chosen(model))
    summary = _ScoreSummary()
    scores = _scores(loaded, file, summary)
    out = _Output(loaded, format, null)
    for names, log_probs in _sorted(scores) if sort else scores:
        out.scores(names, log_probs)
    out.end()
    interrupts.pause()  # the end of the list may be that of an interrupted pipeline
    _tell(str(summary))


def _scores(model: Model, path: str, summary: _ScoreSummary) -> Iterator[tuple[Names, NDArray[Any]]]:
    """The lines of a file and their log-probabilities, in parts as they are read."""
    from rnn_names.corpus import read_names

    with _opened(path) as (title, stream):
        for names in read_names(title, stream):
            log_probs = model.log_prob(names)
            summary.add(names, log_probs)
            yield names, log_probs


def _sorted(scores: Iterator[tuple[Names, NDArray[Any]]]) -> Iterator[tuple[Names, NDArray[Any]]]:
    """All parts as one, by falling log-probability, and in the order of the input where that is equal."""
    import numpy as np

    from rnn_names.corpus import Names

    parts = list(scores)
    if parts:
        names, log_probs = Names.concatenate([names for names, _ in parts]), np.concatenate([values for _, values in parts])
        order = np.argsort(-log_probs, kind="stable")
        yield names.take(order), log_probs[order]


class _ScoreSummary:
    """What `score` says at the end; blank lines do not count."""

    def __init__(self) -> None:
        self.names = self.unknown = self.characters = 0
        self.loss = 0.0

    def add(self, names: Names, log_probs: NDArray[Any]) -> None:
        """Takes in a part of the names."""
        real = names.lengths > 0
        known = real & (log_probs > float("-inf"))
        self.names, self.unknown = self.names + int(real.sum()), self.unknown + int((real & ~known).sum())
        self.characters += int((names.lengths[known] + 1).sum())
        self.loss -= float(log_probs[known].sum())

    def __str__(self) -> str:
        mean = f"{self.loss / self.characters:.4f} nats per character" if self.characters else "nothing to average"
        note = f" ({self.unknown:,} with unknown characters left out)" if self.unknown else ""
        return f"{self.names:,} names{note}, {self.characters:,} characters, {mean}"


# --- info ----------------------------------------------------------------------------------------------------------------------


@cli.command(
    cls=GroupedCommand,
    short_help="Show what a model is and how it was trained.",
    examples=["rnn-names info", "rnn-names info people.npz --json | jq .training.held_out_loss"],
)
@click.argument("model", type=MODEL, default=DEFAULT_MODEL)
@option("--json", group="Output", is_flag=True, help="As JSON.")
def info(model: str, json: bool) -> None:
    """Show MODEL, a file or one in the box: its network, vocabulary, the list it learned from, and the record of its training."""
    from rnn_names.model import Model

    model = _chosen(model)
    facts = Model.load(model).facts()
    facts = {"file": model, "bytes": os.path.getsize(boxed.located(model)), **facts}
    _write(f"{_as_json(facts) if json else _described(facts)}\n".encode())


def _as_json(facts: dict[str, Any]) -> str:
    """The facts of a model for a program, which gets them as they are; a terminal gets nothing that could take it over."""
    import json

    try:
        text = json.dumps(facts, ensure_ascii=False, indent=2, allow_nan=False)
    except ValueError:
        raise ModelFileError(f"{shown(facts['file'])}: its training record has a number that JSON cannot hold") from None
    return _printable(text, json.dumps)


def _described(facts: dict[str, Any]) -> str:
    """The facts of a model for a person to read. The record of its training may be a stranger's: any JSON, any characters."""
    training, network = facts["training"], facts["network"]
    settings = training.get("settings")
    rows = [
        ("file", f"{shown(facts['file'])}, {facts['bytes']:,} bytes"),
        ("network", f"{network['cell'].upper()} of {network['hidden_size']} units, {network['parameters']:,} parameters"),
        ("vocabulary", f"{len(facts['vocabulary'])} characters: {shortened(facts['vocabulary'], 200)}"),
        ("corpus", _corpus_described(training)),
        ("training", _training_described(training)),
        ("settings", _settings_described(settings) if isinstance(settings, dict) else ""),
        ("fingerprints", f"{facts['fingerprints']:,} names" if facts["fingerprints"] else "none: the model cannot tell new names"),
    ]
    return "\n".join(f"{title:<13} {text}" for title, text in rows if text)


def _value(value: Any) -> str:
    """What a model file has in a place where a number or a word belongs, whatever it is."""
    from reprlib import repr as short_repr

    return shown(shortened(value if isinstance(value, str) else short_repr(value), 40))


def _settings_described(settings: dict[str, Any], most: int = 40) -> str:
    return ", ".join(f"{_value(name)} {_value(settings[name])}" for name in list(settings)[:most])


def _corpus_described(training: dict[str, Any]) -> str:
    parts = [
        (training.get("distinct_names"), "distinct names trained on"),
        (training.get("names"), "with repeats"),
        (training.get("held_out_names"), "held out"),
    ]
    counts = [f"{n:,} {what}" for n, what in parts if type(n) is int]
    return ", ".join([*counts, f"the longest of {training['longest']} characters"])


def _training_described(training: dict[str, Any]) -> str:
    losses = [("held_out_loss", "held-out loss"), ("training_loss", "training loss")]
    parts = [f"{title} {training[key]:.4f}" for key, title in losses if isinstance(training.get(key), float)]
    if not training.get("epoch"):
        return "none: the weights are random"
    return f"epoch {_value(training['epoch'])}" + (f": {', '.join(parts)} nats per character" if parts else "")


# --- models --------------------------------------------------------------------------------------------------------------------


@cli.command(
    cls=GroupedCommand,
    short_help="List the models in the box.",
    examples=[
        "rnn-names models",
        "rnn-names sample -n 20 -m dinosaurs",
        "rnn-names train elves.txt --init first-names -o elves.npz",
    ],
)
def models() -> None:
    """List the models in the box: they come with the program, and -m, --init and `info` take them by name.

    Each with the names that it learned from and the characters that it knows, its held-out loss in nats per character, its size, and
    the list with its source and terms. A file of that name in the folder is taken first.
    """
    from rnn_names.model import Model

    rows = [("name", "names", "characters", "held-out loss", "size", "list")]
    for name, (what, origin, terms) in boxed.MODELS.items():
        facts, size = Model.load(boxed.path_of(name)).facts(), os.path.getsize(boxed.path_of(name)) / 1e6
        names, loss = facts["training"]["distinct_names"], facts["training"]["held_out_loss"]
        count = f"{len(facts['vocabulary'])}"
        rows.append((name, f"{names:,}", count, f"{loss:.3f}", f"{size:.1f} MB", f"{what}; {origin}, {terms}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *map(str.rjust, row[1:-1], widths[1:-1]), row[-1]]
        _write(f"{'  '.join(cells)}\n".encode())


# --- completion ----------------------------------------------------------------------------------------------------------------


@cli.command(
    cls=GroupedCommand,
    short_help="Print what makes a shell complete our commands.",
    examples=[
        """eval "$(rnn-names completion bash)"        # in ~/.bashrc""",
        """eval "$(rnn-names completion zsh)"         # in ~/.zshrc, after compinit""",
        """rnn-names completion fish | source         # in ~/.config/fish/config.fish""",
    ],
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script for SHELL after which the Tab key completes commands, options, their values and file names."""
    from click.shell_completion import get_completion_class

    shell_complete = get_completion_class(shell)
    assert shell_complete is not None
    _write(shell_complete(cli, {}, PROGRAM, COMPLETE_VARIABLE).source().encode())


# --- Streams and exits ---------------------------------------------------------------------------------------------------------


class _ReaderGone(Exception):
    """Whoever read our output does so no longer."""


def _write(data: bytes) -> None:
    """Writes to stdout at once, whole."""
    if sys.stdout is None:
        raise RnnNamesError("standard output is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        _turn_off(sys.stdout)
        if error.errno == errno.EPIPE:
            raise _ReaderGone from None
        raise RnnNamesError(f"standard output: {error.strerror or error}") from None


def _printable(text: str, escape: Callable[[str], str]) -> str:
    """Lines of text without what could take over a terminal; `escape` gives a character in quotes, as a program would write it."""
    return "".join(c if c.isprintable() or c == "\n" else escape(c)[1:-1] for c in text)


def _tell(text: str) -> None:
    """Writes a line to stderr. If nobody can read it, the work goes on without."""
    try:
        click.echo(text, err=True)
    except OSError:
        _turn_off(sys.stderr)


def _turn_off(stream: TextIO) -> None:
    """Lets a stream that failed write to nowhere: what it still holds must not be tried again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


_screen_encoding = "utf-8"
"""What stderr had before it was made UTF-8: a screen that shows no block characters shows no picture made of them."""


def _prepare_streams() -> None:
    """Fills in what was closed, and makes messages UTF-8 in any locale, as names are."""
    global _screen_encoding
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number free; else the next file would, and messages go into it
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs
    elif isinstance(sys.stderr, io.TextIOWrapper):
        _screen_encoding = sys.stderr.encoding
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")


def main() -> NoReturn:
    """Runs the command line, and exits: 0 done, 1 could not, 2 wrong usage, 130 interrupted."""
    start_blas_with_one_thread()
    gc.set_threshold(50_000)  # reading modules makes many objects and hardly any garbage: look for it more rarely
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # they are for developers
    _prepare_streams()
    interrupts.listen()
    code = _exit_code(_command)
    interrupts.stop_listening()
    gc.freeze()  # what is left ends with the process: looking for garbage in it takes longer than drawing twenty names
    sys.exit(code)


def _command() -> int:
    try:
        result = cli.main(prog_name=PROGRAM, complete_var=COMPLETE_VARIABLE, standalone_mode=False)
    finally:
        interrupts.pause()  # how it went does not count any more
    return result if isinstance(result, int) else 0


def _exit_code(work: Callable[[], int]) -> int:
    """Does some work, which gives an exit code. Every error of it ends here as one line."""
    try:
        return work()
    except _ReaderGone:
        return 0
    except SystemExit as error:  # Click's own: the end of shell completion; else the reader of the help is gone
        return int(error.code or 0) if COMPLETE_VARIABLE in os.environ else 0
    except click.ClickException as error:
        text = io.StringIO()
        error.show(text)
        _tell(_printable(text.getvalue().removesuffix("\n"), ascii))
        return error.exit_code
    except RnnNamesError as error:
        _tell(f"Error: {error}")
    except MemoryError:
        _tell("Error: not enough memory for this; try a smaller --hidden-size or --batch-size")
    except OSError as error:  # of help and the like, which Click writes
        if sys.stdout is not None:
            _turn_off(sys.stdout)
        _tell(f"Error: standard output: {error.strerror or error}")
    except Exception as error:
        if COMPLETE_VARIABLE in os.environ:  # asked by something else than the script of our own, and of no use to whoever types
            return 1
        if sys.flags.dev_mode:
            raise
        _tell(f"Error: a mistake in rnn-names {__version__}, please report it: {shown(f'{type(error).__name__}: {error}'[:200])}")
    return 1
