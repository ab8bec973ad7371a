"""Reads the files of casts: patterns, and the files of words and rules that patterns name."""

import os
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from io import BytesIO

from rnn_names.casts.bundled_casts import CASTS, CASTS_FOLDER
from rnn_names.corpus.characters import composed
from rnn_names.corpus.reading import nonblank_lines, opened, read_lines, read_small
from rnn_names.errors import CorpusError, SamplingError, printable, short_repr, with_caret
from rnn_names.files import is_file

_RULE = re.compile(r"(.*?)\s*->\s*((?:[^\\]|\\[1-9](?!\d))*)")


def read_pattern(text: str, path: str | None = None) -> tuple[str, str]:
    """The pattern in a text, a bundled cast or the file `path`, and its file ("" for a text)."""
    word = text.strip().lower()
    if path is None and word in CASTS:
        path = os.path.join(CASTS_FOLDER, f"{word}.txt")
    if path is not None:
        with opened(path) as (title, stream):
            pieces = read_lines(title, BytesIO(read_small(title, stream)))
            lines = [line.removesuffix("\r") for _, piece in pieces for line in piece]
        return composed("\n".join(lines)), path
    if word.isalpha() and (like := get_close_matches(word, CASTS, n=1)):  # not a pattern
        raise SamplingError(f"there is no cast {short_repr(text)}; did you mean {like[0]}?")
    return text, ""


def located(message: str, text: str, file: str, place: int) -> str:
    """A message about a place in a pattern, with its file; the pattern of a cast is not shown."""
    folder, name = os.path.split(file)
    if folder == CASTS_FOLDER:
        return f"{name}: {message}"
    return with_caret(f"{printable(file)}: {message}" if file else message, text, place)


def path_of_named(path: str, pattern_file: str = "") -> str:
    """The path of a file in a pattern: beside the pattern, in the working directory, or bundled."""
    bundled = os.path.join(CASTS_FOLDER, path)
    for place in (os.path.join(os.path.dirname(pattern_file), path), path):
        if is_file(place):
            return place
    return bundled if path in os.listdir(CASTS_FOLDER) else path


def lines_of_file(path: str, pattern_file: str = "") -> list[str]:
    """The lines of a file that a pattern names."""
    with opened(path_of_named(path, pattern_file)) as (title, stream):
        return nonblank_lines(title, stream)


def bundled_lines(path: str) -> list[str]:
    """The lines of a file of the bundled casts; SamplingError for any other file."""
    if path not in os.listdir(CASTS_FOLDER):
        reason = "files are not read here; give the texts as [a|b|c]"
        raise SamplingError(f"{short_repr(path)}: {reason}")
    return lines_of_file(os.path.join(CASTS_FOLDER, path))


def parse_rules(lines: Iterable[str], file: str = "") -> Callable[[str], str]:
    r"""Returns a function that applies the first rule that matches: EXPRESSION -> REPLACEMENT.

    >>> [*map(parse_rules(["(.*)i$ -> \\1a", "$ -> s"]), ["Helgi", "Gunnar"])]
    ['Helga', 'Gunnars']
    """
    rules, where = [], f"{file}: " if file else ""
    for line in lines:
        if line.startswith("#"):
            continue
        if (found := _RULE.fullmatch(line)) is None:
            raise CorpusError(f"{where}{short_repr(line)}: no rule; write EXPRESSION -> TEXT")
        try:
            rules.append((re.compile(found[1]), found[2]))
            re.sub(*rules[-1], "")
        except (re.error, IndexError, RecursionError, OverflowError, ValueError) as error:
            raise CorpusError(f"{where}rule {short_repr(line)}: {error}") from None

    def changed(text: str) -> str:
        try:
            rule = next((rule for rule in rules if rule[0].search(text)), None)
            return text if rule is None else rule[0].sub(rule[1], text, count=1)
        except SystemError as error:  # Python 3.11 raises it for groups in possessive repeats
            message = "this version of Python cannot match a rule"
            raise CorpusError(f"{where}{message}: {error}") from None

    return changed
