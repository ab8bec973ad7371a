"""Conditions that are typed at the prompt of `pick`, as options on the command line."""

from collections.abc import Mapping, Set
from shlex import quote, split
from typing import Any

import click

from rnn_names.conditions.options import Options
from rnn_names.declarations import FLAG, declarations

CONDITIONS = declarations(Options).keys() - {"any_shape", "unique", "remember", "seed", "start"}
FLAGS = {name for name, option in declarations(Options).items() if option.kind is FLAG}
TYPED_OPTIONS = CONDITIONS - {"exclude", "exclude_words"} | {"any_shape", "count"}


def typed_options(typed: str) -> tuple[dict[str, Any], Set[str]]:
    """The values of options that were typed, by their names in Python; and the dropped options.

    An option without the value that it needs is dropped; by -- alone, all are.
    """
    dropped = TYPED_OPTIONS & {typed[2:].replace("-", "_")} - FLAGS
    if dropped or typed == "--":
        return {}, dropped or TYPED_OPTIONS
    context = click.get_current_context()
    arguments, no_help = split(typed), list[str]()  # --help would end the program
    read = context.command.make_context(
        context.info_name, arguments, context.parent, help_option_names=no_help
    )
    given = {
        name: value
        for name, value in read.params.items()
        if read.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    }
    for name in given.keys() - TYPED_OPTIONS:
        raise click.UsageError(f"--{name.replace('_', '-')}: end, and start again with it")
    return given, set()


def as_typed(given: Mapping[str, Any]) -> str:
    """Some options as one types them at the prompt.

    >>> as_typed({"prefix": ["El", "Gal a"], "novel": True, "max_length": 7, "clean": False})
    "--prefix El --prefix 'Gal a' --novel --max-length 7"
    """
    words = list[str]()
    for name in (name for name in given if name in TYPED_OPTIONS - {"count"}):
        if given[name] is False:  # from a configuration file: it cannot be typed
            continue
        value, option = given[name], f"--{name.replace('_', '-')}"
        values = value if isinstance(value, list | tuple) else [value]
        words += [option] if value is True else [f"{option} {quote(str(each))}" for each in values]
    return " ".join(words)
