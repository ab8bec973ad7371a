"""Standard input, output and error, and input files."""

import io
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, TextIO

import click

from rnn_names.cli import interrupts
from rnn_names.errors import CorpusError, RnnNamesError, RnnNamesWarning

PROGRAM = "rnn-names"
COMPLETE_VARIABLE = "_RNN_NAMES_COMPLETE"  # set by the scripts of `rnn-names completion`


class ClosedOutput(io.TextIOBase):
    """Replaces a closed standard output; if it were None, Click would silently write nothing."""

    def write(self, text: str) -> int:
        """Raises RnnNamesError."""
        raise RnnNamesError("standard output is closed")


def in_utf8(text: str) -> str:
    """Decodes an argument as UTF-8; in an ASCII locale, Python replaces its bytes by surrogates."""
    try:
        return text.encode(errors="surrogateescape").decode()
    except UnicodeError:
        raise click.BadParameter(f"{text!r}: not UTF-8") from None


def write(data: bytes) -> None:
    """Writes all of `data` to stdout and flushes it."""
    if hasattr(sys.stdout, "buffer"):
        sys.stdout.buffer.write(data)
    else:  # in a notebook, or a text in memory
        sys.stdout.write(data.decode())
    sys.stdout.flush()


def escape_control_characters(text: str, escape: Callable[[str], str] = ascii) -> str:
    r"""Escapes the control characters in lines of text, which could take over a terminal.

    `escape` returns the escaped character in quotes: `ascii` or `json.dumps`.

    >>> print(escape_control_characters("red: \x1b[31m"))
    red: \x1b[31m
    """
    return "".join(c if c.isprintable() or c in "\n\t" else escape(c)[1:-1] for c in text)


def print_to_stderr(text: str) -> None:
    """Writes a line to stderr; a failure is ignored."""
    try:
        click.echo(text, err=True)
    except OSError:
        turn_off(sys.stderr)


def print_note(text: str) -> None:
    """Writes a note to stderr."""
    print_to_stderr(f"Note: {text}")


def terminal_size(stream: TextIO) -> os.terminal_size | None:
    """The size of the terminal that a stream writes to; None without a terminal or known size."""
    with suppress(OSError, ValueError, AttributeError):
        size = os.get_terminal_size(stream.fileno())
        return size if size.columns else None
    return None


def progress_bar(**settings: Any) -> Any:
    """A progress bar of tqdm that is erased at the end, without tqdm's monitor thread."""
    for name in [name for name in os.environ if name.startswith("TQDM_")]:
        del os.environ[name]  # a wrong value there would end the program
    from tqdm import tqdm

    tqdm.monitor_interval = 0
    return tqdm(dynamic_ncols=True, leave=False, **settings)


@contextmanager
def warnings_on_stderr() -> Iterator[None]:
    """Shows each warning as one line on stderr; warnings of this package are always shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", RnnNamesWarning)
        warnings.showwarning = lambda message, *_, **__: print_note(message)
        yield


def turn_off(stream: TextIO) -> None:
    """Redirects a failed stream to the null device, so that Python can flush it at exit."""
    with suppress(OSError, AttributeError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def prepare_streams() -> None:
    """Opens closed streams, buffers output, and encodes help and messages in UTF-8, like names."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Takes the lowest free number, or messages would go into the next file to be opened.
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
    elif isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        # PYTHONUNBUFFERED: a write may be incomplete without an error.
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(sys.stdout.detach()), "utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the program ends
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def open_input(path: str) -> Iterator[tuple[str, BinaryIO]]:
    """Opens a text file, or stdin for "-"; yields its title for messages and the stream."""
    if path == "-":
        if sys.stdin is None:
            raise CorpusError("standard input is closed: give a file, or pipe a list in")
        if sys.stdin.isatty():
            print_to_stderr(
                "Type the names, one per line; Ctrl-D ends them (in Windows, Ctrl-Z and Enter)"
            )
        yield "standard input", sys.stdin.buffer
        interrupts.wait_if_ending()  # Ctrl-C also ends the writer, so the list is incomplete
        return
    from rnn_names.corpus.reading import opened

    with opened(path) as source:
        yield source
