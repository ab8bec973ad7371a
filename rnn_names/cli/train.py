"""`rnn-names train`: from a list to a model."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from itertools import combinations
from typing import Any

import click

from rnn_names.cli import interrupts
from rnn_names.cli.input_checks import as_usage_errors, check_output
from rnn_names.cli.model_options import INITIAL_MODEL, ModelChoices, word_or_models
from rnn_names.cli.options import DEFAULT_MODEL, command, flag, option, options_of, output_option
from rnn_names.cli.streams import open_input
from rnn_names.errors import RnnNamesError, printable
from rnn_names.files import is_same_file
from rnn_names.training.settings import Settings


@command(
    "Learn from name lists, and write a model.",
    "rnn-names train names.txt",
    "rnn-names train boys.txt girls.txt -o people.npz",
    "sort -u *.txt | rnn-names train - --seed 7",
    "rnn-names train elves.txt --init people.npz -o elves.npz",
)
@click.argument("corpus", nargs=-1, required=True, type=click.Path())
@options_of(Settings)
@option(
    "--init",
    group="Model",
    type=INITIAL_MODEL,
    multiple=True,
    metavar="MODEL[=WEIGHT]",
    callback=word_or_models,
    help="Start from the weights of this model, a file or a bundled one, which also fixes cell and "
    "hidden size. Several models: start from their blend. closest: from the bundled model that "
    "predicts the list best. none: from random weights, even with fewer than 1,000 names.",
)
@flag(
    "--resume",
    group="Training",
    help="Continue an interrupted run, from the end of its last epoch.",
)
@flag(
    "--as-is",
    group="Training",
    help="Learn the lines as they are, even if the file looks like a table.",
)
@output_option("-o", "--output", help="Model file to write.", default=DEFAULT_MODEL)
@output_option("--log", help="Write a line of JSON per epoch to FILE.")
@output_option(
    "--report",
    help="Write a page with loss curves, samples and settings to FILE.html.",
    metavar="FILE.html",
)
@flag("-q", "--quiet", help="Print nothing but errors.")
def train(
    corpus: tuple[str, ...],
    output: str,
    init: tuple[str | None, ModelChoices],
    resume: bool,
    as_is: bool,
    log: str | None,
    report: str | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Learn from CORPUS and write a model.

    CORPUS is one or more text files with one name per line; - is standard input. A name may be
    followed by a tab and a count.

    The weights with the lowest held-out (validation) loss are kept. A stage ends when that loss no
    longer falls. An interrupted run keeps its state in OUTPUT.resume, for --resume; a run that
    finishes removes the file.
    """
    from rnn_names.cli.list_notes import list_notes, refuse_table
    from rnn_names.cli.training_run import Progress, TrainingRun, log_file, opening, summary
    from rnn_names.corpus.corpus import read_corpus
    from rnn_names.model.model import load_chosen
    from rnn_names.model.npz import SIGNATURE
    from rnn_names.report.markup import HTML_BEGINNING
    from rnn_names.report.report import Report
    from rnn_names.training.checkpoint import Checkpoint, state_path
    from rnn_names.training.setup import TrainingSetup
    from rnn_names.training.trainer import Trainer
    from rnn_names.training.warm_start import initial_model

    with as_usage_errors():
        settings = Settings(**options)
    state = state_path(output)
    written = {"--output": output, "--log": log, "--report": report, "the state of the run": state}
    word, models = init
    _check_files(corpus, models, {title: path for title, path in written.items() if path})
    for path in (output, state):
        check_output(path, "model", SIGNATURE)
    if report is not None:
        check_output(report, "report", HTML_BEGINNING, "--report")
    with ExitStack() as stack:
        names = read_corpus([stack.enter_context(open_input(path)) for path in corpus])
    if not as_is:
        refuse_table(names)
    initial = None if models else initial_model(names, settings, word)
    started_from = initial.name if initial else ", ".join(map(str, models)) or None
    if resume:
        checkpoint = Checkpoint.resumed(output, names, settings, started_from)
    else:
        model = initial.model if initial else load_chosen(models) if models else None
        trainer = Trainer(TrainingSetup(names, settings, model))
        checkpoint = Checkpoint(output, trainer, names, started_from)
    trainer = checkpoint.trainer
    with log_file(log, trainer.epoch) as write_log, closing(Progress(trainer, quiet)) as progress:
        titles = ["standard input" if path == "-" else path for path in corpus]
        page = Report(names, trainer, titles, output, report, started_from) if report else None
        run = TrainingRun(checkpoint, output, progress, page)
        lines = [opening(names, checkpoint, initial and initial.message), *list_notes(names)]
        progress.say("\n".join(lines))
        with interrupts.on_interrupt(run.interrupted):
            try:
                run.train(write_log)
                progress.close()
                progress.say(summary(progress, output, started_from))
            finally:
                with interrupts.critical_section():
                    wrote = run.write_report()
                progress.say(wrote)


def _check_files(corpus: Sequence[str], init: ModelChoices, written: Mapping[str, str]) -> None:
    """Raises RnnNamesError if an output would overwrite another file of the run.

    A model may overwrite the one that training started from. `written` maps options to outputs.
    """
    files = [("the list", path) for path in corpus if path != "-"]
    files += [*(("--init", model.path) for model in init), *written.items()]
    for (first, other), (second, path) in combinations(files, 2):
        may_be_same = second not in written or (first, second) == ("--init", "--output")
        if not may_be_same and is_same_file(path, other):
            reason = f"{first} and {second} are the same file; give each its own"
            raise RnnNamesError(f"{printable(path)}: {reason}")
