"""Options in groups, commands with examples, and the options that several commands share."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rnn_names.cli.streams import files_named, tell
from rnn_names.model import bundled

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEFAULT_MODEL = "names.npz"


class GroupedOption(click.Option):
    """An option that stands in a group of its command's help."""

    def __init__(self, *args: Any, group: str = "Options", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group


class GroupedCommand(click.Command):
    """A command whose help shows options by group, and its examples as they are typed."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        with files_named():
            return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options, group by group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(
                param, click.Option
            ):  # the text tells of the arguments
                groups.setdefault(getattr(param, "group", "Other"), []).append(record)
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


def option(*names: str, group: str, **kwargs: Any) -> Callable[[_F], _F]:
    """A grouped option that shows its default."""
    return click.option(
        *names,
        cls=GroupedOption,
        group=group,
        show_default=kwargs.pop("show_default", True),
        **kwargs,
    )


FILE = click.Path()
"""An argument that shells complete to file names."""


class ModelPath(click.Path):
    """A model file, or the name of a model in the box."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Names in the box and what is in the folder; elsewhere files, as the shell completes
        them.
        """
        from click.shell_completion import CompletionItem

        names = [name for name in bundled.MODELS if name.startswith(incomplete)]
        if not names:
            return super().shell_complete(ctx, param, incomplete)
        # Shells do not agree on what else to offer beside names that we offer, so all of it comes
        # from here.
        with suppress(OSError):
            for entry in sorted(os.scandir(), key=lambda entry: entry.name):
                offered = entry.name.isprintable() and not entry.name.startswith(
                    "."
                )  # lines of UTF-8 hold no other names
                if offered and entry.name.startswith(incomplete):
                    names.append(f"{entry.name}/" if entry.is_dir() else entry.name)
        return [CompletionItem(name) for name in dict.fromkeys(names)]


class Number(click.FloatRange):
    """A number within bounds; "nan", which no comparison keeps out, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number that a text stands for."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


MODEL = ModelPath()


def model_option(command: _F) -> _F:
    """Which model to use: --model."""
    default = f"{DEFAULT_MODEL}, or {bundled.DEFAULT} if there is none"
    help_text = "A model file, or the name of a model in the box."
    return option(
        "-m",
        "--model",
        group="What",
        type=MODEL,
        default=DEFAULT_MODEL,
        metavar="MODEL",
        show_default=default,
        help=help_text,
    )(command)


def was_given(name: str) -> bool:
    """Whether an option of the current command comes from the user."""
    source = click.get_current_context().get_parameter_source(name)
    return source not in (
        click.core.ParameterSource.DEFAULT,
        click.core.ParameterSource.DEFAULT_MAP,
    )


def chosen(model: str) -> str:
    """The model to use: the one given; else the default file; else, if there is none, one in the
    box, with a note that says so.
    """
    if was_given("model") or os.path.lexists(model):
        return model
    tell(
        f"Note: there is no {model} here, so this is {bundled.DEFAULT}, one of the models in the "
        "box (rnn-names models)."
    )
    return bundled.DEFAULT


def output_options(command: _F) -> _F:
    """How names are written: --format and --null."""
    command = option(
        "-0",
        "--null",
        group="Output",
        is_flag=True,
        callback=_only_text,
        help="End names with NUL, for xargs -0.",
    )(command)
    kinds = click.Choice(["text", "jsonl", "csv", "tsv"])
    help_text = "The others have name, log_prob (nats) and novel (unknown without fingerprints)."
    return option(
        "--format", group="Output", type=kinds, default="text", is_eager=True, help=help_text
    )(command)


def _only_text(context: click.Context, parameter: click.Parameter, value: bool) -> bool:
    if value and context.params.get("format") != "text":
        raise click.UsageError("--null goes with --format text only")
    return value
