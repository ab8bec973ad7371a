"""`rnn-names pick`: look at names, and keep those that please."""

import os
from inspect import cleandoc
from typing import Any

import click

from rnn_names.cli.model_options import model_option, models_or_default
from rnn_names.cli.options import (
    FILE,
    command,
    declared_option,
    in_utf8,
    option,
    options_of,
    output_option,
    read_options,
)
from rnn_names.cli.pick_sources import LinesToPick, NamesToPick
from rnn_names.cli.picking import Picking, action_table
from rnn_names.cli.streams import is_same_file
from rnn_names.conditions.options import CastOptions, Options, SampleOptions
from rnn_names.errors import shown
from rnn_names.model import bundled
from rnn_names.model.selection import ModelChoice


@command(
    "Look at names, and keep some.",
    "rnn-names pick -m elvish -o elves.txt",
    "rnn-names pick '{norse} of {welsh-towns}' -o cast.txt",
    "rnn-names pick -m dwarvish --max-length 7 -n 20",
)
@click.argument("pattern", type=in_utf8, required=False)
@option("--file", group="General", type=FILE, help="Read the pattern from this file.")
@declared_option(
    SampleOptions,
    "count",
    group="General",
    default=10,
    type=click.IntRange(1),
    help="Names on a page.",
)
@model_option(group="General")
@output_option("-o", "--output", default="kept.txt", group="General", help="File of kept names.")
@declared_option(Options, "boldness", group="General", default="safe")
@options_of(Options, without=("boldness", "start", "unique"))
def pick(
    pattern: str | None,
    file: str | None,
    count: int,
    model: tuple[ModelChoice, ...],
    output: str,
    **options: Any,
) -> None:
    """Show names, a page at a time, and keep those whose numbers you type.

    Kept names are in the output file at once, one a line, and are not shown again, in this run or
    the next. You may edit that file: a line with # in front, and what comes after a tab, are
    remarks. Commands may come over a pipe. With a PATTERN, lines of `cast` are shown; those like
    one differ from it in a single name, or in a part, by its number or name: +4.town. Where a cast
    has several lines, an empty line comes after each in the file.
    """
    if pattern is not None and file is not None:
        raise click.UsageError("give a PATTERN or --file")
    is_cast = pattern is not None or file is not None
    if is_cast and model:
        raise click.UsageError("the models of a pattern stand in it: leave out --model")
    if not is_cast:
        wanted: Options = read_options(Options, options)
        source: NamesToPick | LinesToPick = NamesToPick(models_or_default(model), wanted)
    else:
        from rnn_names.casts.bundled import CASTS
        from rnn_names.casts.cast import read_pattern

        if file is None and pattern in bundled.names() - CASTS.keys():
            raise click.UsageError(f"{pattern} is a model: rnn-names pick -m {pattern}")
        if os.path.splitext(output)[1].lower() in (".csv", ".tsv"):
            raise click.UsageError(
                f"--output {shown(output)}: kept lines are plain text; give a .txt, or take "
                "rnn-names cast --format csv for a table"
            )
        text, source_file = read_pattern(pattern or "", file)
        of_cast: CastOptions = read_options(CastOptions, {"pattern": text, **options})
        wanted, source = of_cast, LinesToPick(of_cast, source_file)
        for each in source.files:
            if is_same_file(output, each):
                what = "is the pattern" if each == source_file else "has words of the pattern"
                raise click.UsageError(
                    f"{shown(output)} {what}; give another file for what is kept, as in "
                    "-o chosen.txt"
                )
    Picking(source, count, output, wanted).run()


pick.help = cleandoc(f"{pick.help}").replace("\n\n", f"\n\n\b\n{action_table(True)}\n\n", 1)
