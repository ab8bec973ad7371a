"""`rnn-names score`: prints how probable each name of a list is."""

import os

import click

from rnn_names.cli.input_checks import check_is_file
from rnn_names.cli.model_options import ModelChoices, choices_or_default, model_option
from rnn_names.cli.options import command, declared_option, flag
from rnn_names.cli.output import ADDED_COLUMNS, Form, NameWriter, output_options
from rnn_names.cli.streams import open_input, print_to_stderr
from rnn_names.errors import plural
from rnn_names.model.selection import find_model_file
from rnn_names.options import BestOptions


@command(
    "Print how probable names are.",
    "rnn-names score others.txt",
    "rnn-names sample -n 1000 | rnn-names score | sort -g | tail",
)
@click.argument("file", default="-", type=click.Path())
@model_option(group="Model")
@flag("--sort", help="Most probable name first, once the whole input is read.")
@declared_option(BestOptions, "rank", group="Output")
@output_options(ADDED_COLUMNS)
def score(file: str, model: ModelChoices, sort: bool, rank: str, form: Form) -> None:
    """Print how probable each name in FILE is.

    FILE is a text file with one name per line; - is standard input. Each line of the output is the
    natural logarithm of a name's probability, a tab, and the name. A name with a character that the
    model does not know gets -inf; a blank line gets the probability of an empty name. A summary
    without blank lines goes to standard error.

    With --rank per-character, the first column is that logarithm divided by the number of
    characters, including the end, and --sort sorts by it.
    """
    import numpy as np

    from rnn_names.corpus.names import Names
    from rnn_names.corpus.reading import read_names
    from rnn_names.model.model import load_chosen

    if not os.path.exists(file) and os.path.exists(find_model_file(file)):
        line = f"echo NAME | rnn-names score -m {file}"
        raise click.UsageError(f"{file} is a model; names come from a file or a pipe: {line}")
    check_is_file(file, "name", "score")
    per_character = rank == "per-character"
    loaded_model = load_chosen(choices_or_default(model))
    out = NameWriter(loaded_model, form, per_character)
    n = n_known = characters = 0
    loss = 0.0
    with open_input(file) as source, out:
        pieces = (names for names, _ in read_names(*source))
        for names in [Names.concatenate([*pieces])] if sort else pieces:
            log_probs = loaded_model.log_prob(names)
            ranks = log_probs / (names.lengths + 1) if per_character else log_probs
            if sort:
                order = np.argsort(-ranks, kind="stable")
                names, log_probs, ranks = names.take(order), log_probs[order], ranks[order]
            nonblank = names.lengths > 0
            known = nonblank & (log_probs > float("-inf"))
            n, n_known = n + int(nonblank.sum()), n_known + int(known.sum())
            characters += int((names.lengths[known] + 1).sum())
            loss -= float(log_probs[known].sum())
            if out.is_text:
                scores = [ranks, log_probs] if per_character else [log_probs]
                columns = [map("{:.6f}".format, column.tolist()) for column in scores]
                lines = map("\t".join, zip(*columns, names.to_strings(), strict=True))
                out.write_records((line,) for line in lines)
            else:
                out.write_names(names, log_probs)
    note = f" ({n - n_known:,} with unknown characters left out)" if n > n_known else ""
    mean = f"{loss / characters:.4f} nats per character" if characters else "nothing to average"
    counted = f"{plural(characters, 'character')} with their ends"
    print_to_stderr(f"{plural(n, 'name')}{note}, {counted}, {mean}")
