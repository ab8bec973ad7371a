"""`rnn-names pick`: shows names and keeps those that the user chooses."""

import os
from inspect import cleandoc
from typing import Any

import click

from rnn_names.casts.bundled_casts import CASTS
from rnn_names.cli.input_checks import as_usage_errors, read_options
from rnn_names.cli.model_options import ModelChoices, choices_or_default, model_option
from rnn_names.cli.options import command, declared_option, option, options_of, output_option
from rnn_names.cli.picking.commands import command_table
from rnn_names.cli.streams import in_utf8
from rnn_names.errors import SamplingError, printable
from rnn_names.files import is_same_file
from rnn_names.model import bundled
from rnn_names.options import CastOptions, RandomOptions, SampleOptions


@command(
    "Look at names and keep the best.",
    "rnn-names pick -m elvish -o elves.txt",
    "rnn-names pick '{norse} of {welsh-towns}' -o cast.txt",
    "rnn-names pick -m dwarvish --max-length 7 -n 20",
)
@click.argument("pattern", type=in_utf8, required=False)
@option("--file", group="General", type=click.Path(), help="Read the pattern from this file.")
@declared_option(
    SampleOptions,
    "count",
    group="General",
    default=10,
    type=click.IntRange(1),
    help="Number of names on a page.",
)
@model_option(group="General")
@output_option("-o", "--output", default="kept.txt", group="General", help="File of kept names.")
@declared_option(RandomOptions, "boldness", group="General", default="safe")
@options_of(RandomOptions, without=("boldness", "start", "unique"))
def pick(
    pattern: str | None, file: str | None, model: ModelChoices, output: str, **given: Any
) -> None:
    """Show names, a page at a time, and keep those whose numbers you type.

    Names are written to the output file as soon as you keep them, one per line, and are not shown
    again, in this run or the next. You may edit that file: lines that begin with #, and text after
    a tab, are comments. Commands can also be piped in. With a PATTERN, pick shows lines as `cast`
    writes them: +4 shows others that differ from line 4 in one name; +4.town changes only its part
    town. If entries of a cast have several lines, an empty line follows each entry in the file.
    """
    from rnn_names.casts.pattern_files import read_pattern
    from rnn_names.cli.picking.session import PickSession
    from rnn_names.cli.picking.supply import LinesToPick, NamesToPick

    if pattern is not None and file is not None:
        raise click.UsageError("give a PATTERN or --file")
    if pattern is None and file is None:
        options = read_options(SampleOptions, given)
        supply: NamesToPick | LinesToPick = NamesToPick(choices_or_default(model), options)
    elif model:
        raise click.UsageError("a pattern names its own models: leave out --model")
    else:
        word = pattern or ""
        if word in bundled.names() - CASTS.keys() or word.endswith(".npz"):
            raise click.UsageError(f"{word} is a model: rnn-names pick -m {word}")
        if os.path.splitext(output)[1].lower() in (".csv", ".tsv"):
            advice = "give a .txt, or take rnn-names cast --format csv for a table"
            message = f"--output {printable(output)}: kept lines are plain text; {advice}"
            raise click.UsageError(message)
        text, pattern_file = read_pattern(word, file)
        options = read_options(CastOptions, {"pattern": text, **given})
        with as_usage_errors():
            supply = LinesToPick(options, pattern_file)
        for used_file in supply.files:
            if is_same_file(output, used_file):
                what = "is the pattern" if used_file == pattern_file else "has words of the pattern"
                message = f"{printable(output)} {what}; give another file, as in -o chosen.txt"
                raise click.UsageError(message)
    if options.remember and is_same_file(options.remember, output):
        message = "is the file of kept names; give another file for the names that were shown"
        raise SamplingError(f"{printable(output)} {message}", ["remember"])
    PickSession(supply, output).run()


pick.help = cleandoc(f"{pick.help}").replace(
    "\n\n", f"\n\n\b\n{command_table(of_casts=True)}\n\n", 1
)
