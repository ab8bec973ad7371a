"""Options in groups, commands with examples, and options that several commands share."""

import math
import re
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import click

from rnn_names.cli.streams import in_utf8
from rnn_names.cli.usage_hints import BALANCED, remedy_for, usage_hint
from rnn_names.declarations import FLAG, LINE_NUMBERS, LINES, PATH, STRINGS, Number, declarations
from rnn_names.errors import SamplingError, as_option, short_repr

DEFAULT_MODEL = "names.npz"


class GroupedOption(click.Option):
    """An option under a heading, `group`, in the help of its command."""

    def __init__(self, *args: Any, group: str = "Output", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """The value in the environment; Click would split a repeatable option's value at spaces."""
        value = self.resolve_envvar_value(ctx)
        return (value,) if self.multiple and value is not None else super().value_from_envvar(ctx)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its help; a default in words is shown without parentheses."""
        record = super().get_help_record(ctx)
        if record is not None and isinstance(self.show_default, str):
            record = record[0], record[1].replace(f"({self.show_default})", self.show_default)
        return record


class GroupedCommand(click.Command):
    """A command whose help shows its options by group, then the examples in its `epilog`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses the command line; errors name a configuration file or suggest a correction."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            param = getattr(error, "param", None)
            source = param and ctx.get_parameter_source(param.name)
            if source is click.core.ParameterSource.DEFAULT_MAP:
                raise click.UsageError(f"{ctx.find_root().obj}: {error.format_message()}") from None
            if hint := usage_hint(self, error):
                raise click.UsageError(hint, ctx) from None
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; an error that names a condition set by boldness also names boldness."""
        try:
            return super().invoke(ctx)
        except SamplingError as error:
            from rnn_names.options import BOLDNESS

            word = ctx.params.get("boldness", "balanced")
            set_by_boldness = BOLDNESS[word].keys() & {*error.settings}
            if not any(re.search(rf"\b{name}\b", str(error)) for name in set_by_boldness):
                raise
            message = f"{error}; boldness {word} asks for some of these"
            if remedy := remedy_for(error, ctx.params):
                fewer = "" if remedy == BALANCED else "ask for fewer, or "
                message += f": {fewer}add {remedy}"
            raise SamplingError(message, [*error.settings, "boldness"]) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options, group by group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)):
                groups.setdefault(getattr(param, "group", "Other"), []).append(record)
        if len(groups) == 1:
            groups = {"Options": groups.popitem()[1]}
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the examples."""
        with formatter.section("Examples"):
            for example in str(self.epilog).splitlines():
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")


def command(short_help: str, *examples: str) -> Callable[..., GroupedCommand]:
    """A decorator that makes a function a command; `short_help` is for the list of commands."""
    return click.command(cls=GroupedCommand, short_help=short_help, epilog="\n".join(examples))


option = partial(click.option, cls=GroupedOption, show_default=True)
flag = partial(option, is_flag=True)


class NumberParam(click.FloatRange):
    """A number of a declared kind; the help shows its bounds."""

    def __init__(self, kind: Number) -> None:
        maximum = None if kind.maximum == math.inf else kind.maximum
        super().__init__(kind.minimum, maximum, min_open=kind.min_open, max_open=kind.max_open)
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parses the number."""
        try:
            return self.kind.read(value)
        except ValueError:
            self.fail(f"{short_repr(value)} is not {self.kind}.", param, ctx)


class OutputPath(click.Path):
    """The path of a file or folder to write."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; "-" is refused."""
        if value == "-":
            self.fail("standard output is for names; give the name of a file", param, ctx)
        return super().convert(value, param, ctx)


output_option = partial(option, type=OutputPath(), metavar="FILE")


def declared_option(options_class: Any, name: str, **more: Any) -> Callable[..., Any]:
    """The command-line option of a dataclass's field; `more` overrides its declaration."""
    field = declarations(options_class)[name]
    kind: Any = field.kind
    help = re.sub(r"`(\w+)`", lambda match: as_option(match[1]), field.help)
    settings: dict[str, Any] = {"group": field.group, "help": help, "hidden": field.hidden}
    settings["metavar"] = field.metavar or kind.metavar
    if kind is FLAG:
        settings |= {"is_flag": True, "default": field.default, "show_default": False}
    elif kind is LINES:
        settings |= {"type": click.Path(), "help": f"{help} FILE has one per line."}
    elif kind in (STRINGS, LINE_NUMBERS):
        settings |= {"type": in_utf8, "multiple": True, "help": f"{help} May be repeated."}
    elif kind is PATH:
        settings["type"] = OutputPath()
    else:
        settings |= {"default": field.default, "show_default": field.unset or True}
        words = kind.schema.get("enum")
        settings["type"] = click.Choice(words) if words else NumberParam(kind)
    names = [*filter(None, [field.short]), as_option(name)]
    return option(*names, **{**settings, **more})


def options_of(options_class: Any, without: Collection[str] = ()) -> Callable[..., Any]:
    """A decorator that adds the options of a dataclass's fields that have a group."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name, declaration in reversed(declarations(options_class).items()):
            if declaration.group and name not in without:
                command = declared_option(options_class, name)(command)
        return command

    return decorate
