"""Options that a project always sets: rnn-names.toml, or [tool.rnn-names] in pyproject.toml.

    [sample]                         # in pyproject.toml: [tool.rnn-names.sample]
    model = ["elvish.npz=2", "norse"]
    max-length = 9

That of the current folder counts, less than the environment and the command line. Since it may be
another's, an option that names a file to write cannot be set in it.
"""

import os
import sys
from typing import Any

import click

from rnn_names.cli.options import is_output
from rnn_names.errors import RnnNamesError, quoted, shown

FILES = {"rnn-names.toml": (), "pyproject.toml": ("tool", "rnn-names")}  # and where it is in each


def read(context: click.Context) -> None:
    """Gives the command that is about to run its defaults, and `context.obj` the file's name."""
    for name, place in FILES.items():
        table: Any = _table(name, b".".join(key.encode() for key in place))
        for key in place:
            table = table.get(key) if isinstance(table, dict) else None
        if table is not None:
            context.obj, context.default_map = name, _defaults(context, name, table)
            return


def _table(name: str, sign: bytes) -> dict[str, Any] | None:
    if not os.path.isfile(name):
        return None
    with open(name, "rb") as file:
        text = file.read()
    if sign not in text:  # most of them have nothing for us, and reading TOML takes time
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text.decode())
    except ValueError as error:
        raise RnnNamesError(f"{name}: not TOML in UTF-8: {shown(str(error))}") from None


def _defaults(context: click.Context, file: str, table: Any) -> dict[str, Any]:
    group, called = context.command, context.invoked_subcommand
    assert isinstance(group, click.Group) and called
    for name, options in table.items() if isinstance(table, dict) else [("", None)]:
        if name not in group.commands or not isinstance(options, dict):
            raise RnnNamesError(f"{file}: {quoted(name)}: give tables of commands, such as sample")
    command = group.get_command(context, called)
    assert command is not None
    known = {each.lstrip("-"): param for param in command.params for each in param.opts}
    values = {}
    for name, value in table.get(called, {}).items():
        param, place = known.get(name), f"{file}: {called}: {shown(name)}"
        if not isinstance(param, click.Option):
            raise RnnNamesError(f"{place}: there is no such option")
        if is_output(param):
            raise RnnNamesError(f"{place}: what is to be written is said on the command line only")
        several = value if isinstance(value, list) and param.multiple else [value]
        if not all(
            isinstance(each, bool if param.is_flag else str | int | float) for each in several
        ):
            kind = "true or false" if param.is_flag else "a text or a number"
            raise RnnNamesError(f"{place} = {quoted(value)}: must be {kind}")
        texts = several if param.is_flag else [str(each) for each in several]
        values[str(param.name)] = texts if param.multiple else texts[0]
    return {called: values}
