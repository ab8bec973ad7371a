"""Input at the prompt of `pick`: commands, and conditions typed as options."""

import re
from collections.abc import Mapping, Sequence, Set
from shlex import quote, split
from typing import Any

import click

from rnn_names.declarations import FLAG, declarations
from rnn_names.errors import RnnNamesError, as_option, short_repr
from rnn_names.options import NOT_OF_PARTS, RandomOptions

NUMBER = r"\d{1,6}(?:--?\d{1,6})?"
PAGE = "(|n|next|b|back|p|page)"
NUMBERS = rf"({NUMBER}(?:[\s,]+{NUMBER})*)"
LISTED = rf"-\s*({NUMBER}(?:[\s,]+-?{NUMBER})*)"
LIKE = rf"\+\s*(?:({NUMBER}(?:[\s,]+[+]?{NUMBER})*)(?:\.([\w-]+))?|([^\s\d].*))"
CONDITION = r"(--(?:(?!help)[a-z].*)?|-(?-i:[a-z])\s+\S.*)"  # but -D Arcy takes out D Arcy
TYPED_COMMANDS = (
    ("1 4 7", "keep these; 2-5 is a range", NUMBERS, "keep_numbered"),
    ("Enter", "show others", PAGE, "turn"),
    ("b", "go back a page", PAGE, "turn"),
    ("p", "show this page again", PAGE, "turn"),
    ("+4", "show some like the fourth", LIKE, "show_like"),
    ("+4.2", "change its second part", LIKE, "show_like"),
    ("+ NAME", "show some like this one", LIKE, "show_like"),
    ("--prefix E", "set a condition", CONDITION, "set_conditions"),
    ("--prefix", "drop it; -- drops all", CONDITION, "set_conditions"),
    ("= NAME", "keep a name of your own", r"()=\s*(\S.*)", "keep_typed"),
    ("3 = NAME", "in place of the third", r"(\d{1,6})\s*=\s*(\S.*)", "keep_typed"),
    ("l", "list what is kept", "l|list", "kept.show"),
    ("-3 -5-7", "take these out of the list", LISTED, "kept.take_out_numbered"),
    ("- NAME", "take out this one", r"-(?!\w$)\s*([^\s-].*)", "kept.take_out"),
    ("u", "undo what you did last", "u|undo", "kept.undo"),
    ("?", "show these commands", r"\?|h|(?:--)?help", "help"),
    ("q", "end", "q|quit|exit", "end"),
)
"""Examples of commands, their help, regular expressions, and the methods that get the groups."""
NEEDED = {
    "+": "+ and a number of this page, or a name",
    "-": "- and a number of the list (l), or a name",
    "=": "= and what to keep",
}

CONDITIONS = declarations(RandomOptions).keys() - NOT_OF_PARTS - {"any_shape", "unique"}
FLAGS = {name for name, option in declarations(RandomOptions).items() if option.kind is FLAG}
TYPED_OPTIONS = CONDITIONS - {"exclude", "exclude_words"} | {"any_shape", "count"}


def command_table(of_casts: bool) -> str:
    """The commands and their help, one per line."""
    shown = (command for command in TYPED_COMMANDS if of_casts or "." not in command[0])
    return "\n".join(f"{typed:12}{help}" for typed, help, *_ in shown)


def command_of(typed: str) -> tuple[str, Sequence[str]]:
    """The method for a typed command and its arguments; the method is "" if there is none."""
    for _, _, expression, method in TYPED_COMMANDS:
        if found := re.fullmatch(expression, typed, re.IGNORECASE):
            return method, found.groups()
    return "", ()


def not_understood(typed: str, page: Sequence[str]) -> str:
    """The answer to a line that is not a command."""
    if typed in page:
        return f"To keep {typed}, type {page.index(typed) + 1}."
    if no_number := re.match(r"\d.*?([^\s,\d-][^\s,]*)", typed):
        return f"{short_repr(no_number[1])} is not a number; nothing was kept"
    return NEEDED.get(typed, f"{short_repr(typed)}: not understood; ? for help")


def conditions_in(error: RnnNamesError, options: RandomOptions) -> list[str]:
    """The conditions named by an error that are set, as options."""
    named = (name for name in error.settings if name in CONDITIONS)
    return [as_option(name) for name in named if getattr(options, name)]


def typed_options(typed: str) -> tuple[dict[str, Any], Set[str]]:
    """The values of the typed options, by their names in Python, and the options to drop.

    An option typed without its value is dropped; -- alone drops all.
    """
    dropped = TYPED_OPTIONS & {typed[2:].replace("-", "_")} - FLAGS
    if dropped or typed == "--":
        return {}, dropped or TYPED_OPTIONS
    context, no_help = click.get_current_context(), list[str]()  # --help would end the program
    read = context.command.make_context(
        context.info_name, split(typed), context.parent, help_option_names=no_help
    )
    command_line = click.core.ParameterSource.COMMANDLINE
    given = {k: v for k, v in read.params.items() if read.get_parameter_source(k) is command_line}
    for name in given.keys() - TYPED_OPTIONS:
        raise click.UsageError(f"{as_option(name)}: quit, and start again with it")
    return given, set()


def as_typed(given: Mapping[str, Any]) -> str:
    """Options as they are typed at the prompt.

    >>> as_typed({"prefix": ["El", "Gal a"], "novel": True, "max_length": 7, "clean": False})
    "--prefix El --prefix 'Gal a' --novel --max-length 7"
    """
    words = list[str]()
    for name, value in given.items():
        # A false value cannot be typed; it comes from a configuration file.
        if name not in TYPED_OPTIONS - {"count"} or value is False:
            continue
        values = value if isinstance(value, list | tuple) else [value]
        texts = [""] if value is True else [f" {quote(str(text))}" for text in values]
        words += [as_option(name) + text for text in texts]
    return " ".join(words)
