"""`rnn-names sample`: from a model to names."""

from __future__ import annotations

from typing import Any

import click

from rnn_names.cli.options import (
    FILE,
    GroupedCommand,
    Number,
    chosen,
    model_option,
    option,
    output_options,
)
from rnn_names.cli.output import Output
from rnn_names.cli.streams import listed


@click.command(
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
@option(
    "-n",
    "--count",
    group="What",
    type=click.IntRange(0),
    default=20,
    metavar="N",
    help="How many names.",
)
@model_option
@option(
    "--best",
    group="What",
    is_flag=True,
    help="The most probable names instead of random ones, exactly; best first.",
)
@option(
    "-t",
    "--temperature",
    group="Law",
    type=float,
    default=1.0,
    metavar="X",
    help="Below 1 safer names, above 1 wilder ones.",
)
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
@option(
    "--start",
    group="Stream",
    type=click.IntRange(0),
    default=0,
    metavar="K",
    help="Skip the first K names of the stream.",
)
@option(
    "--prefix",
    group="Conditions",
    default="",
    metavar="TEXT",
    show_default=False,
    help="How every name begins.",
)
@option(
    "--suffix",
    group="Conditions",
    default="",
    metavar="TEXT",
    show_default=False,
    help="How every name ends.",
)
@option(
    "--contains",
    group="Conditions",
    multiple=True,
    metavar="TEXT",
    help="What is in every name; may be given several times.",
)
@option(
    "--match",
    group="Conditions",
    metavar="REGEX",
    help="What every name is as a whole, in Python's syntax.",
)
@option(
    "--min-length",
    group="Conditions",
    type=click.IntRange(1, 200),
    default=1,
    metavar="N",
    help="In characters.",
)
@option(
    "--max-length",
    group="Conditions",
    type=click.IntRange(1, 200),
    metavar="N",
    show_default="the longest trained on",
    help="In characters.",
)
@option(
    "--novel",
    group="Conditions",
    is_flag=True,
    help="Only names that are not in the list that the model learned from.",
)
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

    What comes out has the model's law given the conditions; --temperature, --top-k and --top-p
    change the law. A seed fixes an endless stream of names, of which the first COUNT are written:
    the same seed and conditions give the same names, on any number of cores. If there are too few
    names that meet the conditions, those found are written, and the exit code is 1.
    """
    from rnn_names.model.model import Model
    from rnn_names.sampling.options import Options
    from rnn_names.sampling.stream import sample

    loaded = Model.load(chosen(model))
    wanted = Options(exclude=listed(exclude), exclude_words=listed(exclude_words), **options)
    if best:
        from rnn_names.sampling.best import best as draw
    else:
        draw = sample
    out = Output(loaded, format, null)
    for names in draw(loaded.language_model, count, wanted):
        out.names(names)
    out.end()
