"""Options in groups, commands with examples, and the options that several commands share."""

from __future__ import annotations

import math
import os
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rnn_names import declarations as declared
from rnn_names.cli.streams import worded
from rnn_names.errors import RnnNamesError, quoted, shown

if TYPE_CHECKING:  # only `sample` and `cast` have these options
    from rnn_names.conditions.options import Options

DEFAULT_MODEL = "names.npz"


class GroupedOption(click.Option):
    """An option with a heading in the help of its command."""

    def __init__(self, *args: Any, group: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """The value in the environment; Click would cut that of a repeatable option at spaces."""
        value = self.resolve_envvar_value(ctx)
        return (value,) if self.multiple and value is not None else super().value_from_envvar(ctx)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its help; a default in words has no parentheses."""
        record = super().get_help_record(ctx)
        if record is None or not isinstance(self.show_default, str):
            return record
        names, text = record
        return names, text.replace(f"({self.show_default})", self.show_default)


class GroupedCommand(click.Command):
    """A command whose help shows options by group, and examples."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads the command line."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            options = {name for each in self.params for name in each.opts}
            is_json = isinstance(error, click.NoSuchOption) and error.option_name == "--json"
            if is_json and "--format" in options:
                raise click.NoSuchOption("--json", None, ["--format jsonl"], ctx) from None
            found = re.fullmatch(r"Got unexpected extra argument \((.*)\)", error.message)
            if found is None or "--model" not in options:
                raise
            what, option = ("number", "-n") if found[1].isdecimal() else ("model", "-m")
            advice = f"if it is a {what}, put {option} before it: {option} {shlex.quote(found[1])}"
            raise click.UsageError(f"{error.message}; {advice}", ctx) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options, group by group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                groups.setdefault(getattr(param, "group", "Other"), []).append(record)
        if len(groups) == 1:
            groups = {"Options": groups.popitem()[1]}
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the examples."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")


_F = TypeVar("_F", bound=Callable[..., Any])

option = partial(click.option, cls=GroupedOption, show_default=True)
FILE = click.Path()  # an argument that shells complete to file names


class Text(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A text in UTF-8, as names are; in another locale, Python gives its bytes as surrogates."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text."""
        try:
            return value.encode(errors="surrogateescape").decode()
        except UnicodeError:
            self.fail(f"{value!r}: not UTF-8", param, ctx)


class Number(click.FloatRange):
    """A number as it is declared; the help shows its bounds."""

    def __init__(self, kind: declared.Number) -> None:
        most = None if kind.most == math.inf else kind.most
        super().__init__(kind.least, most, min_open=kind.min_open, max_open=kind.max_open)
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number that a text stands for."""
        try:
            return self.kind.read(value)
        except ValueError:
            self.fail(f"{quoted(value)} is not {self.kind}.", param, ctx)


def output_option(name: str, what: str, help: str, **more: Any) -> Callable[[_F], _F]:
    """An option for a file to write; not "-", since standard output is for names."""
    names = ["-o"] * (name == "--output") + [name]
    settings = {"type": FILE, "metavar": "FILE", "callback": _refuse_stdout(what), **more}
    return option(*names, group="Output", help=help, **settings)


def _refuse_stdout(what: str) -> Callable[..., Any]:
    def refuse(context: click.Context, option: click.Parameter, path: str | None) -> Any:
        if path == "-":
            raise click.BadParameter(f"the {what} goes to a file: give its name")
        return path

    return refuse


def check_output(path: str, what: str, signature: bytes) -> None:
    """Raises RnnNamesError, before long work, if an output cannot be written.

    A file with another signature is left alone: a list, say, that a pipe is reading.
    """
    from rnn_names.model.atomic import check_writable

    if os.path.isfile(path) and os.path.getsize(path):
        with open(path, "rb") as file:
            if file.read(len(signature)).upper() != signature:
                raise RnnNamesError(
                    f"{shown(path)}: is there already, and is no {what}: give another --output"
                )
    check_writable(path)


@contextmanager
def wrong_usage() -> Iterator[None]:
    """Turns an error of the library into a usage error, for use before any file is read."""
    try:
        yield
    except RnnNamesError as error:
        raise click.UsageError(worded(error)) from None


def check_start(options: Options) -> None:
    """Refuses a start without a seed."""
    if options.start and options.seed is None:
        raise click.UsageError(
            "--start goes with --seed: without one, the stream is another each time"
        )


def declared_option(owner: Any, name: str, **more: Any) -> Callable[[_F], _F]:
    """The option of a field of a dataclass; `more` comes before what its declaration says."""
    each = declared.declarations(owner)[name]
    kind: Any = each.kind
    settings: dict[str, Any] = {"group": each.group, "help": each.help}
    settings |= {"metavar": each.metavar or kind.metavar, "hidden": bool(each.new_name)}
    if isinstance(kind, declared.Flag):
        settings["is_flag"] = True
    elif isinstance(kind, declared.Lines):
        settings |= {"type": FILE, "help": f"{each.help} FILE has one on each line."}
    elif isinstance(kind, declared.Texts):
        settings |= {"type": Text(), "multiple": True, "help": f"{each.help} May be repeated."}
    elif isinstance(kind, declared.File):
        settings |= {"type": FILE, "callback": _refuse_stdout("list")}
    else:
        settings |= {"default": each.default, "show_default": each.unset or True}
        is_choice = isinstance(kind, declared.Choice)
        settings["type"] = click.Choice(kind.words) if is_choice else Number(kind)
    names = [*filter(None, [each.short]), f"--{name.replace('_', '-')}"]
    return option(*names, **{**settings, **more})


def options_of(owner: Any) -> Callable[[_F], _F]:
    """The options of all fields of a dataclass that have a group."""

    def decorate(command: _F) -> _F:
        for name, each in reversed(declared.declarations(owner).items()):
            command = declared_option(owner, name)(command) if each.group else command
        return command

    return decorate


def output_options(more: str, azgaar: bool = False) -> Callable[[_F], _F]:
    """How names are written: --format, --columns and --null; `more` is what text leaves out."""
    formats = ["text", "jsonl", "csv", "tsv", "excel", *["azgaar"] * azgaar]
    line = " azgaar is one line for Azgaar's map generator: a name base." * azgaar
    format = option(
        "--format",
        group="Output",
        type=click.Choice(formats),
        default="text",
        metavar="FORMAT",
        is_eager=True,
        help=f"text, jsonl, csv, tsv or excel. All except text add {more}. excel is CSV with a "
        f"byte-order mark, so that spreadsheets read accents right.{line}",
    )
    columns = option(
        "--columns",
        group="Output",
        metavar="NAME,…",
        callback=_fits_format,
        help="Only these columns of jsonl, csv, tsv or excel, in this order, such as "
        "name,log_prob.",
    )
    null = option(
        "-0",
        "--null",
        group="Output",
        is_flag=True,
        callback=_fits_format,
        help="End each name with NUL instead of a line feed, for xargs -0.",
    )
    return lambda command: format(columns(null(command)))


OF_NAMES = "log_prob (in nats) and novel to each name"  # what formats other than text add


def _fits_format(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    kind = context.params.get("format")
    if value and parameter.name == "null" and kind != "text":
        raise click.UsageError("--null goes with --format text only")
    if value and parameter.name == "columns" and kind in ("text", "azgaar"):
        raise click.UsageError("--columns goes with --format jsonl, csv, tsv or excel")
    return value
