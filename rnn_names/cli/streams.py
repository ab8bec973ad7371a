"""Standard output and error, what is read, and how every error ends as one line and an exit
code.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

import click

from rnn_names.errors import CorpusError, RnnNamesError, shown
from rnn_names.version import __version__

PROGRAM = "rnn-names"

COMPLETE_VARIABLE = "_RNN_NAMES_COMPLETE"
"""Set by the scripts of `rnn-names completion`."""


class ReaderGone(Exception):
    """Whoever read our output does so no longer."""


def write(data: bytes) -> None:
    """Writes to stdout at once, whole."""
    if sys.stdout is None:
        raise RnnNamesError("standard output is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        turn_off(sys.stdout)
        if error.errno == errno.EPIPE:
            raise ReaderGone from None
        raise RnnNamesError(f"standard output: {error.strerror or error}") from None


def printable(text: str, escape: Callable[[str], str]) -> str:
    """Lines of text without what could take over a terminal; `escape` gives a character in quotes,
    as a program would write it.
    """
    return "".join(c if c.isprintable() or c == "\n" else escape(c)[1:-1] for c in text)


def tell(text: str) -> None:
    """Writes a line to stderr. If nobody can read it, the work goes on without."""
    try:
        click.echo(text, err=True)
    except OSError:
        turn_off(sys.stderr)


def turn_off(stream: TextIO) -> None:
    """Lets a stream that failed write to nowhere: what it still holds must not be tried again when
    the interpreter ends.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


_screen_encoding = "utf-8"
"""What stderr had before it was made UTF-8: a screen that shows no block characters shows no
picture made of them."""


def screen_encoding() -> str:
    """The encoding that standard error had before it was made UTF-8."""
    return _screen_encoding


def prepare_streams() -> None:
    """Fills in what was closed, and makes messages UTF-8 in any locale, as names are."""
    global _screen_encoding
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(
                os.devnull, os.O_RDWR
            )  # takes the lowest number free; else the next file would, and messages go into it
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs
    elif isinstance(sys.stderr, io.TextIOWrapper):
        _screen_encoding = sys.stderr.encoding
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def opened(path: str) -> Iterator[tuple[str, BinaryIO]]:
    """A text to read, with its title for messages; "-" is stdin."""
    if path == "-":
        if sys.stdin is None:
            raise CorpusError("standard input is closed: give a file, or pipe a list in")
        yield "standard input", sys.stdin.buffer
        return
    try:
        if os.path.isdir(path):
            raise CorpusError(
                f"{shown(path)}: a directory; give a text file with one name per line"
            )
        file = open(path, "rb")  # noqa: SIM115 - errors of opening are told apart from those of reading
    except OSError as error:
        raise CorpusError(f"{shown(path)}: cannot be read: {error.strerror or error}") from error
    with file:
        yield shown(path), file


def listed(path: str | None) -> list[str]:
    """The lines of a file, but for blank ones; none without a path."""
    if path is None:
        return []
    from rnn_names.corpus.reading import read_names

    with opened(path) as (title, stream):
        return [name for part in read_names(title, stream) for name in part.to_strings() if name]


@contextmanager
def files_named() -> Iterator[None]:
    """Within it, an error that nothing has put into words is one of a file: what we write to
    standard output says so itself.
    """
    try:
        yield
    except OSError as error:
        file = shown(error.filename) if isinstance(error.filename, str) else "a file or folder"
        raise RnnNamesError(f"{file}: {error.strerror or error}") from error


def option_name(setting: str) -> str:
    """What the command line calls a setting of the library.

    >>> option_name("hidden_size")
    '--hidden-size'
    """
    return "--" + setting.replace("_", "-")


def exit_code(work: Callable[[], int]) -> int:
    """Does some work, which gives an exit code. Every error of it ends here as one line."""
    try:
        return work()
    except ReaderGone:
        return 0
    except (
        SystemExit
    ) as error:  # Click's own: the end of shell completion; else the reader of the help is gone
        return int(error.code or 0) if COMPLETE_VARIABLE in os.environ else 0
    except click.ClickException as error:
        text = io.StringIO()
        error.show(text)
        tell(printable(text.getvalue().removesuffix("\n"), ascii))
        return error.exit_code
    except RnnNamesError as error:
        tell(f"Error: {error.worded(option_name)}")
    except MemoryError:
        tell("Error: not enough memory for this; try a smaller --hidden-size or --batch-size")
    except OSError as error:  # of help and the like, which Click writes
        if sys.stdout is not None:
            turn_off(sys.stdout)
        tell(f"Error: standard output: {error.strerror or error}")
    except Exception as error:
        if (
            COMPLETE_VARIABLE in os.environ
        ):  # asked by something else than the script of our own, and of no use to whoever types
            return 1
        if sys.flags.dev_mode:
            raise
        tell(
            f"Error: a mistake in rnn-names {__version__}, please report it: "
            f"{shown(f'{type(error).__name__}: {error}'[:200])}"
        )
    return 1
