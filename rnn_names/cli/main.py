"""The `rnn-names` command: runs a subcommand and exits.

An error becomes one line on stderr and an exit code.

Each subcommand is a module that is imported when it is called. Modules that need NumPy are imported
inside functions, so that --help and shell completion answer at once.
"""

import gc
import io
import os
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import NoReturn

import click

from rnn_names import system
from rnn_names.cli import config, interrupts, streams
from rnn_names.cli.usage_hints import command_hint
from rnn_names.errors import RnnNamesError, missing_module, printable, with_options
from rnn_names.processes.threads import start_blas_with_one_thread
from rnn_names.version import __version__

COMMANDS = (
    "train", "sample", "cast", "pick", "alias", "score",
    "info", "models", "blend", "page", "mcp", "completion",
)  # fmt: skip
"""The subcommands: each is a function in a module of the same name."""


class LazyGroup(click.Group):
    """A group of commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command with this name; None if it is unknown."""
        if name not in COMMANDS:
            if not ctx.resilient_parsing and (hint := command_hint(name)):
                raise click.UsageError(hint, ctx)
            return None
        return getattr(import_module(f"rnn_names.cli.{name}"), name)


@click.group(
    cls=LazyGroup,
    commands=dict.fromkeys(COMMANDS),  # new versions of Click suggest the most similar one
    context_settings={
        "auto_envvar_prefix": "RNN_NAMES",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
)
@click.version_option(
    __version__, "-V", "--version", message="%(prog)s %(version)s", allow_from_autoenv=False
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Learns from a plain list how names are spelled, and writes new ones.

    \b
    rnn-names train names.txt      learn from a list, one name per line
    rnn-names sample -n 20         write twenty new names
    rnn-names COMMAND --help       show options and examples of a command

    Every option can be set in the environment: RNN_NAMES_SAMPLE_COUNT=5 stands for
    `sample --count 5`. A project can set them in rnn-names.toml or pyproject.toml.
    """  # noqa: D301 - Click's sign for "leave the line breaks" is \b, the character
    context.with_resource(streams.warnings_on_stderr())
    try:
        config.apply_defaults(context)
    except RnnNamesError as error:
        if context.invoked_subcommand != "info":  # --system also describes a broken file
            raise
        context.obj = error


def main() -> NoReturn:
    """Runs the command line and exits.

    The exit code is 0 for success, 1 for an error, 2 for wrong usage, and 130 for an interrupt.
    """
    start_blas_with_one_thread()
    system.share_memory_between_threads()  # before the thread that listens for interrupts
    # Importing modules creates many objects and hardly any garbage.
    gc.set_threshold(50_000)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # other libraries' warnings are for developers
    streams.prepare_streams()
    interrupts.listen(exit_code)
    code = exit_code(_command)
    interrupts.stop_listening()
    # A final garbage collection would take longer than drawing twenty names.
    gc.freeze()
    sys.exit(code)


def _command() -> int | None:
    if streams.COMPLETE_VARIABLE in os.environ:
        import_module("rnn_names.cli.completion")  # for PowerShell, which Click does not know
    try:
        return cli.main(
            prog_name=streams.PROGRAM, complete_var=streams.COMPLETE_VARIABLE, standalone_mode=False
        )
    finally:
        interrupts.wait_if_ending()  # an interrupt determines the exit code


def exit_code(work: Callable[[], int | None]) -> int:
    """Calls `work` and returns its exit code, 0 for None; an error becomes one line on stderr."""
    try:
        return work() or 0
    except SystemExit as error:  # Click's own: after completions, or if stdout has no reader
        if error.code:
            streams.turn_off(sys.stdout)
        return int(error.code or 0) if streams.COMPLETE_VARIABLE in os.environ else 0
    except click.ClickException as error:
        text = io.StringIO()
        error.show(text)
        message = text.getvalue().removesuffix("\n")
        streams.print_to_stderr(streams.escape_control_characters(message))
        return error.exit_code
    except RnnNamesError as error:
        message = with_options(error)
    except MemoryError:
        advice = "try smaller settings, end other programs, or raise the limit"
        message = f"not enough memory for this; {advice}"
    except OSError as error:
        file = printable(str(error.filename or "standard output"))
        message = f"{file}: {error.strerror or error}"
        if error.filename is None:
            streams.turn_off(sys.stdout)
            if error.errno in system.READER_GONE:  # on Windows, not only EPIPE
                return 0
    except ModuleNotFoundError as error:
        message = missing_module(error)
    except ImportError as error:  # NumPy's message fills a page and ends with the reason
        reason = " ".join(str(error).split())[-200:]
        message = f"a module cannot be loaded (is memory short?): {printable(reason)}"
    except Exception as error:
        if streams.COMPLETE_VARIABLE in os.environ:  # a message would disturb the command line
            return 1
        if sys.flags.dev_mode:
            raise
        message = f"internal error in rnn-names {__version__}, please report it: "
        message += printable(f"{type(error).__name__}: {error}"[:200])
    streams.print_to_stderr(f"Error: {message}")
    return 1
