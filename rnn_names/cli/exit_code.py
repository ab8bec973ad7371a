"""How an error becomes one line and an exit code."""

import io
import os
import sys
from collections.abc import Callable

import click

from rnn_names.cli.streams import COMPLETE_VARIABLE, ReaderGone, printable, tell, turn_off
from rnn_names.errors import RnnNamesError, missing, shown, worded
from rnn_names.version import __version__


def exit_code(work: Callable[[], int]) -> int:
    """Does some work and gives its exit code; an error becomes one line on stderr."""
    try:
        return work()
    except ReaderGone:
        return 0
    except SystemExit as error:  # Click's own, at the end of completion
        return int(error.code or 0)
    except click.ClickException as error:
        text = io.StringIO()
        error.show(text)
        tell(printable(text.getvalue().removesuffix("\n"), ascii))
        return error.exit_code
    except RnnNamesError as error:
        tell(f"Error: {worded(error)}")
    except MemoryError:
        tell(
            "Error: not enough memory for this; try smaller settings, end other programs, or raise "
            "the limit"
        )
    except OSError as error:
        place = shown(str(error.filename or "standard output"))
        if error.filename is None:  # Click writes help and completions itself
            turn_off(sys.stdout)
        tell(f"Error: {place}: {error.strerror or error}")
    except ModuleNotFoundError as error:
        tell(f"Error: {missing(error)}")
    except ImportError as error:  # NumPy's is a page, and its reason comes last
        reason = " ".join(str(error).split())[-200:]
        tell(f"Error: a module cannot be loaded (is memory short?): {shown(reason)}")
    except Exception as error:
        if COMPLETE_VARIABLE in os.environ:  # a message would come into what is being typed
            return 1
        if sys.flags.dev_mode:
            raise
        tell(
            f"Error: a mistake in rnn-names {__version__}, please report it: "
            f"{shown(f'{type(error).__name__}: {error}'[:200])}"
        )
    return 1
