"""`rnn-names cast`: lines of several names, by a pattern."""

from typing import Any

import click

from rnn_names.cli.model_options import blend_of
from rnn_names.cli.options import (
    GroupedCommand,
    Text,
    declared_option,
    options_of,
    read_options,
    wrong_usage,
)
from rnn_names.cli.output import Form, Table, output_options
from rnn_names.cli.streams import warnings_told
from rnn_names.conditions.options import CastOptions
from rnn_names.model.bundled import Given


@click.command(
    cls=GroupedCommand,
    short_help="Write a cast: lines of several names.",
    examples=[
        "rnn-names cast '{norse} {irish-surnames}' -n 30 --initials different",
        "rnn-names cast '[Lord|Lady] {elvish.npz} of {welsh-towns}' -n 5 --seed 4",
        "rnn-names cast '{first-names:prefix=A,max-length=7} {surnames=2+norse}' --novel",
        "rnn-names cast '{first-names} {surnames}' --initials same --format csv",
    ],
)
@click.argument("pattern", type=Text())
@declared_option(CastOptions, "count", group="General")
@options_of(CastOptions)
@output_options("a field for each part of the pattern that is not text")
def cast(pattern: str, form: Form, **options: Any) -> None:
    """Write lines that PATTERN puts together from names of several models.

    \b
    {norse}                         a name from a model, bundled or a file
    {norse=2+elvish.npz}            a name from a blend, with weights as for -m
    {norse:prefix=A,max-length=7}   a name under options of `sample`, written without --
    {norse:novel}                   an option that has no value
    [Lord|Lady|Old]                 one of these; all are used before any repeats
    {trades.txt}                    a line of a file, likewise
    {norse}[ the Red| the Old|]     the same, one of them empty
    of the                          text, as everything else is

    Put PATTERN in single quotes, or the shell interprets some of these characters. A backslash
    makes a special character literal: \\{ or, in the value of an option, \\, and \\}.

    Conditions and options of sampling hold for every name whose part of the pattern does not set
    them itself. Each part has random numbers of its own: with a --seed, a change to one part leaves
    the others as they were, except that --initials same ties them together.
    """  # noqa: D301 - Click's sign for "leave the line breaks" is \b, the character
    from rnn_names.conditions.pattern import parse

    wanted: CastOptions = read_options(CastOptions, {"pattern": pattern, **options})
    with wrong_usage():
        parsed = parse(pattern, wanted.shared, Given.of)

    from rnn_names.model.casts import rows_of

    parts = sum(not isinstance(piece, str) for piece in parsed.pieces)
    fields = ["name", *(f"part_{number}" for number in range(1, parts + 1))]
    out = Table(fields, form, title=pattern)
    with warnings_told():
        for rows in rows_of(parsed, wanted, blend_of):
            out.put((parsed.line(row), *row) for row in rows)
    out.end()
