"""Checks of a user's options, input files and output files before long work."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from rnn_names.cli.streams import open_input
from rnn_names.errors import RnnNamesError, printable, with_options
from rnn_names.files import check_writable


@contextmanager
def as_usage_errors() -> Iterator[None]:
    """Turns errors of the library into usage errors, for use before any file is read."""
    try:
        yield
    except RnnNamesError as error:
        raise click.UsageError(with_options(error)) from None


def read_options(options_class: type, given: dict[str, Any]) -> Any:
    """The options of a command that draws names; their files are read after all other checks."""
    files = {name: given[name] for name in ("exclude", "exclude_words")}
    with as_usage_errors():
        options = options_class(**{name: given[name] for name in given.keys() - files.keys()})
    if options.start and getattr(options, "seed", 0) is None:  # BestOptions have no seed
        raise click.UsageError("--start requires --seed: without one, each run draws new names")
    if [*files.values()].count("-") > 1:
        raise click.UsageError("only one of --exclude and --exclude-words can be read from a pipe")
    lists = dict[str, list[str]]()
    for name, path in files.items():
        if path is not None:
            from rnn_names.corpus.reading import nonblank_lines

            with open_input(path) as (title, stream):
                lists[name] = nonblank_lines(title, stream)
    return replace(options, **lists)


def check_is_file(path: str, noun: str, command: str) -> None:
    """Raises CorpusError, with a correct command, for a name or a key instead of a file."""
    if path.replace("-", "").isalnum() and not os.path.lexists(path):
        from rnn_names.corpus.reading import opened

        pipe = f"a single {noun} goes through a pipe: echo {path} | rnn-names {command} -m MODEL"
        with opened(path, f"; {pipe}"):  # raises CorpusError
            pass


def check_output(path: str, kind: str, beginning: bytes, option: str = "--output") -> None:
    """Raises RnnNamesError before long work if an output file cannot or must not be written."""
    check_writable(path)
    check_beginning(path, kind, beginning, option)


def check_beginning(path: str, kind: str, beginning: bytes, option: str) -> None:
    """Raises RnnNamesError if the file has another beginning (ignoring case): it may be a list."""
    if os.path.isfile(path) and os.path.getsize(path):
        with open(path, "rb") as file:
            if file.read(len(beginning)).upper() != beginning.upper():
                reason = f"already exists and is not a {kind}; give another {option}"
                raise RnnNamesError(f"{printable(path)}: {reason}")
