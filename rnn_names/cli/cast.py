"""`rnn-names cast`: lines of several names, by a pattern."""

import re
import shlex
from typing import TYPE_CHECKING, Any

import click

from rnn_names.casts.bundled_casts import CASTS
from rnn_names.cli.input_checks import as_usage_errors, read_options
from rnn_names.cli.options import command, declared_option, flag, option, options_of
from rnn_names.cli.output import Form, RecordWriter, output_options
from rnn_names.cli.streams import in_utf8, print_note, write
from rnn_names.errors import as_option
from rnn_names.model import bundled
from rnn_names.options import CastOptions

if TYPE_CHECKING:
    from rnn_names.casts.pattern import Pattern


@command(
    "Write a cast: lines of several names.",
    "rnn-names cast village -n 10",
    "rnn-names cast tavern --show",
    "rnn-names cast '[Lord {norse-men}*2|Lady {norse-women}] of {elvish}' --boldness safe",
    "rnn-names cast '{men} and {women} {irish-surnames}' -n 30 --initials different",
    "rnn-names cast '{first-names:prefix=A,max-length=7} {family=surnames}' --format csv",
    "rnn-names cast --file household.txt -n 3 --seed 4",
)
@click.argument("pattern", type=in_utf8, nargs=-1, metavar="[PATTERN]")
@declared_option(CastOptions, "count", group="General")
@option("--file", group="General", type=click.Path(), help="Read the pattern from this file.")
@flag("--show", group="General", help="Print the pattern and exit.")
@options_of(CastOptions)
@output_options("a field for each part of the pattern that is not text")
def cast(pattern: tuple[str, ...], file: str | None, show: bool, form: Form, **given: Any) -> None:
    """Write lines that PATTERN puts together from names of several models.

    \b
    {norse}                         a name from a model, bundled or a file
    {norse=2+elvish.npz}            a name from a blend, with weights as for -m
    {norse:prefix=A,max-length=7}   a name under options of `sample`, written without --
    {norse:novel}                   an option that has no value
    [Lord|Lady|Old]                 one of these; all are used before any repeats
    [Sir {men}*3|Dame {women}]      one of several patterns, the first three times as often
    {men}[ the Old|*3]              an addition, left out three times in four
    {trades.txt}                    a line of a file
    {family=surnames}               a label for a name, a line or [a|b]
    {=family}                       the same again
    {=family:rules=FILE}            the same, changed by the first rule that matches in a file with
                                    lines EXPRESSION -> REPLACEMENT
    of the                          text, like everything else, including line breaks

    PATTERN may be the name of a bundled cast (see `rnn-names models`). Put it in single quotes, or
    the shell interprets some of these characters. A backslash makes a special character literal:
    \\{ or, in the value of an option, \\, and \\}.

    Conditions and sampling options apply to every name whose part of the pattern does not set them
    itself. Each part has random numbers of its own: with a --seed, changing one part leaves the
    others as they were, unless --initials same ties them together.
    """  # noqa: D301 - Click's sign for "leave the line breaks" is \b, the character
    from rnn_names.casts.cast import parsed_pattern, texts_of_lines
    from rnn_names.casts.cast_drawer import CastDrawer
    from rnn_names.casts.pattern_files import read_pattern
    from rnn_names.model.model import load_chosen

    _check_arguments(pattern, file)
    text, pattern_file = read_pattern("".join(pattern), file)
    if show:
        write(f"{text}\n".encode())
        return
    options: CastOptions = read_options(CastOptions, {"pattern": text, **given})
    with as_usage_errors():
        parsed = parsed_pattern(options, pattern_file)
    _note_oddities(parsed, options)
    out = RecordWriter(["name", *parsed.columns], form, title=file or "".join(pattern))
    with out:
        for rows in texts_of_lines(CastDrawer(parsed, options, load_chosen)):
            if form.format != "text":  # only readers need the empty line after a cast
                rows = [(line.rstrip("\n"), *texts) for line, *texts in rows]
            out.write_records(rows)


def _check_arguments(pattern: tuple[str, ...], file: str | None) -> None:
    """Raises UsageError unless there is one PATTERN or one --file; suggests what was meant."""
    if len(pattern) > 1:
        if {*map(str.lower, pattern)} <= CASTS.keys():
            raise click.UsageError(f"one cast at a time: rnn-names cast {pattern[0]}")
        named = bundled.names()
        words = (f"{{{word}}}" if word in named else word for word in pattern)
        meant = shlex.quote(" ".join(words))
        if pattern[1].isdecimal():
            meant = f"{shlex.quote(pattern[0])} -n {pattern[1]}"
        raise click.UsageError(f"PATTERN is one argument: rnn-names cast {meant}")
    if bool(pattern) == (file is not None):
        example = "rnn-names cast '{men} of {welsh-towns}'"
        message = f"give a PATTERN or --file: {example}, or a bundled cast: {', '.join(CASTS)}"
        raise click.UsageError(message)
    if {*pattern} & (bundled.names() - CASTS.keys()):
        model = pattern[0]
        raise click.UsageError(f"{model} is a model: rnn-names sample -m {model}, or '{{{model}}}'")


def _note_oddities(pattern: "Pattern", options: CastOptions) -> None:
    """Prints notes on what may be meant differently in a pattern, and on options without effect."""
    parts = pattern.name_parts
    if r"\n" in pattern.text:
        print_note(r"\n is text: press Enter within the quotes, or give a file (--file)")
    if weight := re.search(r"[]}](\*\d+)(?!\s*[]|\d])", pattern.text):
        what = "is plain text here; a weight goes inside the brackets, as in [Lord*3|Lady]"
        print_note(f"{weight[1]} {what}")
    for name in options.shared:
        if parts and all(name in part.options_set for part in parts):
            print_note(f"{as_option(name)} changes nothing: each name of this cast sets its own")
