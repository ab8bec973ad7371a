"""A project's options: rnn-names.toml, or the table [tool.rnn-names] in pyproject.toml.

    [sample]                         # in pyproject.toml: [tool.rnn-names.sample]
    model = ["elvish.npz=2", "norse"]

The file is read from the current folder; the environment and the command line override it. It may
come from a stranger, so it cannot set an output file.
"""

import os
import re
import sys
from importlib import import_module
from typing import Any

import click

from rnn_names.cli.options import OutputPath
from rnn_names.errors import RnnNamesError, printable, short_repr

CONFIG_FILE, PYPROJECT_FILE = "rnn-names.toml", "pyproject.toml"


def apply_defaults(context: click.Context) -> None:
    """Sets the defaults of the command to be run, and `context.obj` to the name of the file."""
    for file in (CONFIG_FILE, PYPROJECT_FILE):
        if os.path.isfile(file) and (tables := _read_tables(file)) is not None:
            context.obj, context.default_map = file, _checked_defaults(context, file, tables)
            return


def _read_tables(file: str) -> dict[str, Any] | None:
    """The tables of commands in a file; None if there are none."""
    with open(file, "rb") as stream:
        text, is_pyproject = stream.read(), file == PYPROJECT_FILE
    if is_pyproject and not re.search(rb"tool\W+rnn-names", text):  # parsing TOML takes time
        return None
    try:
        tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    except ImportError:
        advice = "Python 3.10 needs a package to read it: python -m pip install tomli"
        raise RnnNamesError(f"{file}: {advice}") from None
    try:
        tables: Any = tomllib.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RnnNamesError(f"{file}: not TOML in UTF-8: {printable(str(error))}") from None
    for name in ("tool", "rnn-names") if is_pyproject else ():
        if name not in tables:
            return None
        tables = tables[name]
        if not isinstance(tables, dict):
            raise RnnNamesError(f"{file}: {name}: not a table")
    return dict(tables)


def _checked_defaults(context: click.Context, file: str, tables: dict[str, Any]) -> dict[str, Any]:
    """A file's values for the options of the command, by their names in Python."""
    group: Any = context.command
    for name, options in tables.items():
        if name not in group.commands or not isinstance(options, dict):
            hint = "expected the table of a command, such as sample"
            raise RnnNamesError(f"{file}: {short_repr(name)}: {hint}")
    command = str(context.invoked_subcommand)
    params: Any = getattr(group.get_command(context, command), "params", ())
    known = {option.lstrip("-"): param for param in params for option in param.opts}
    values = {}
    for name, value in tables.get(command, {}).items():
        param = known.get(name)
        place = f"{file}: {command}: {printable(name)}"
        if not isinstance(param, click.Option):
            other = name.replace("_", "-")
            advice = f"; did you mean {other}?" if other in known.keys() - {name} else ""
            raise RnnNamesError(f"{place}: there is no such option{advice}")
        if isinstance(param.type, OutputPath):
            raise RnnNamesError(f"{place}: output files can be set on the command line only")
        items = value if isinstance(value, list) and param.multiple else [value]
        allowed = "true or false" if param.is_flag else "a string or a number"
        types = {bool} if param.is_flag else {str, int, float}
        if not types.issuperset(map(type, items)) or any("\0" in str(item) for item in items):
            raise RnnNamesError(f"{place} = {short_repr(value)}: must be {allowed}")
        texts = items if param.is_flag else [*map(str, items)]
        values[str(param.name)] = texts if param.multiple else texts[0]
    return {command: values}
