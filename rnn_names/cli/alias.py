"""`rnn-names alias`: a name for each key, always the same."""

import codecs
import os
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

import click

from rnn_names.cli.formats import Verbatim
from rnn_names.cli.input_checks import check_is_file, read_options
from rnn_names.cli.model_options import ModelChoices, choices_or_default, model_option
from rnn_names.cli.options import command, option, options_of
from rnn_names.cli.output import Form, RecordWriter, output_options
from rnn_names.cli.streams import open_input, print_note
from rnn_names.errors import CorpusError, plural, printable
from rnn_names.options import AliasOptions

KEYS_READ_AT_ONCE = 1 << 17  # keys whose names are drawn together
MAX_KEYS_FOR_NOTE = 1000  # first keys that are examined for a note


@command(
    "Write a name for each key, always the same.",
    "rnn-names alias -m first-names customers.txt --secret-file secret.txt",
    "tail -n +2 orders.csv | cut -d, -f1 | rnn-names alias -m surnames --clean --format tsv",
)
@click.argument("file", default="-", type=click.Path())
@model_option(group="General")
@option(
    "--secret-file",
    type=click.Path(),
    metavar="FILE",
    group="General",
    help="File with a secret; a line break at its end is ignored. Without a secret, anyone who "
    "guesses a key can check whether a name belongs to it.",
)
@options_of(AliasOptions, without=("start", "remember"))
@output_options("the key")
def alias(
    file: str, model: ModelChoices, secret_file: str | None, form: Form, **given: Any
) -> None:
    """Write a name for each key in FILE: test data, or pseudonyms that are the same in all tables.

    FILE has a key on each line, such as a customer's id; - is standard input. With the same model,
    options and secret, a key always has the same name, on any machine and beside any other keys.
    Different keys may have the same name, unless --unique is given.
    """
    from rnn_names.corpus.reading import read_lines
    from rnn_names.model.model import load_chosen
    from rnn_names.sampling.alias import Aliases

    if "{" in file and not os.path.lexists(file):
        raise click.UsageError("a key gets a name, not a pattern: give a model, as in -m men")
    check_is_file(file, "key", "alias")
    if secret_file == file == "-":
        raise click.UsageError("standard input has the keys: give --secret-file a file")
    given["secret"] = _read_secret(secret_file)
    options: AliasOptions = read_options(AliasOptions, given)
    if secret_file is None:
        print_note(
            "without --secret-file, anyone who guesses a key can check whether a name belongs to it"
        )
    loaded_model = load_chosen(choices_or_default(model))
    if form.format not in ("text", "markdown") and form.columns is None:
        form = form._replace(columns="key,name")
    out = RecordWriter(["name", "key"], form)
    with open_input(file) as source, out:
        aliases = Aliases(loaded_model, options)
        lines = (line.rstrip("\r") for _, piece in read_lines(*source) for line in piece)
        n_keys = n_blank = 0
        while keys := list(lines if options.unique else islice(lines, KEYS_READ_AT_ONCE)):
            nonblank = [key for key in keys if key]
            if not n_keys and (note := _note_on_keys(nonblank[:MAX_KEYS_FOR_NOTE])):
                print_note(note)
            n_keys, n_blank = n_keys + len(keys), n_blank + len(keys) - len(nonblank)
            names = dict(zip(nonblank, aliases.names_for(nonblank), strict=True))
            out.write_records((names.get(key, ""), Verbatim(key)) for key in keys)
    if n_blank:
        print_note(f"{plural(n_blank, 'empty key')} got no name")


def _note_on_keys(keys: Sequence[str]) -> str:
    """A note on keys that may be lines of a table or begin with a heading; "" for others."""
    from rnn_names.cli.list_notes import SEPARATORS, separator_of_table

    if separator := separator_of_table(keys, least=1):
        cut = f"cut -d '{separator}' -f 1 FILE | rnn-names alias"
        return f"each line is a key, with its {SEPARATORS[separator]}; for its first column: {cut}"
    # A heading is a word, while the other keys contain digits or signs.
    first, *others = [re.fullmatch(r"[^\W\d]+", key) for key in keys] or [None]
    if first is None or len(others) < 2 or any(others):
        return ""
    others_only = "tail -n +2 FILE | rnn-names alias"
    return f"the first key is {first[0]}; if that is a heading, leave it out: {others_only}"


def _read_secret(path: str | None) -> bytes:
    if path is None:
        return b""
    from rnn_names.corpus.reading import read_small

    with open_input(path) as (title, stream):
        secret = read_small(title, stream).removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    if not secret:
        raise CorpusError(f"{printable(title)}: contains no secret")
    return secret
