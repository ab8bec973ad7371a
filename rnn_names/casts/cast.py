"""Reads the pattern of a cast, and draws its lines."""

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from io import BytesIO
from typing import Any

from rnn_names.casts.bundled import CASTS, CASTS_FOLDER, cast_file
from rnn_names.casts.cast_drawer import CastDrawer
from rnn_names.casts.lines import LoadModel, ReadLines, Row
from rnn_names.casts.pattern import OptionsOfParts, Pattern, parse
from rnn_names.casts.redrawing import LineRedrawer
from rnn_names.conditions.options import CastOptions
from rnn_names.corpus.characters import composed
from rnn_names.corpus.corpus import nonblank_lines, opened, read_lines, read_small
from rnn_names.declarations import parameters_of
from rnn_names.errors import OwnFileWarning, RnnNamesError, SamplingError, printable, short_repr
from rnn_names.files import is_file
from rnn_names.model import bundled
from rnn_names.model.model import Model, blended
from rnn_names.model.selection import ModelChoice
from rnn_names.processes.threads import one_blas_thread


@parameters_of(CastOptions)
def cast(*positional: Any, **given: Any) -> list[Any]:
    """Lines of several names that a pattern puts together, such as "{norse} {irish-surnames}".

    In a pattern, {MODEL} is a name from a model, bundled or a file, {A=2+B} one from a blend, and
    {MODEL:option=value,option} one under the options of `sample`. [a|b*3] is one of some patterns,
    the second three times as often, and {FILE.txt} a line of a file. {x=MODEL} is a name that {=x}
    writes again, and {=x:rules=FILE} changed by rules. The rest is text. A backslash makes a
    special character literal. The name of a bundled cast stands for its pattern.

    The lines are texts; with `parts`, tuples of texts.

    Raises:
        SamplingError: for a wrong pattern, or for conditions that cannot be met; a caret shows
            where.
        ModelFileError, BlendError, VocabularyError: as for a single model.

    >>> lines = cast("{norse:prefix=A} of {welsh-towns}", 3, seed=1)
    >>> [line[0] for line in lines], " of " in lines[0]
    (['A', 'A', 'A'], True)
    """
    options = CastOptions(*positional, **given)
    pattern = parsed(options)
    known = options.models or {}
    for name, model in known.items():
        if not isinstance(model, Model):
            message = f"models: {name} is {short_repr(model)}: must be a model"
            raise SamplingError(message, ["models"])
    load = partial(blended, load=lambda path: known.get(path) or Model.load(path))
    rows = [row for batch in draw_rows(pattern, options, load) for row in batch]
    return [row[1:] if options.parts else row[0] for row in rows]


def parsed(options: CastOptions, by_label: OptionsOfParts | None = None) -> Pattern:
    """The parsed pattern of a cast; see `parse`."""
    name = options.pattern.strip("{ }")
    is_model = name in (options.models or ()) or is_file(name) or name in bundled.names()
    if name.isalpha() and options.pattern.startswith("{") and not is_model:
        near = get_close_matches(name.lower(), [*bundled.names(), *CASTS], n=1)
        if {*near} & CASTS.keys():
            is_cast = f"{near[0]} is a cast, not a model: write {near[0]} without braces"
            message = is_cast if near == [name] else f"there is no model {name}; {is_cast}"
            raise SamplingError(message)
    return parse(read_pattern(options.pattern)[0], options.shared, ModelChoice.parse, by_label)


def read_pattern(text: str, path: str | None = None) -> tuple[str, str]:
    """A pattern, given as text, as the name of a bundled cast or in a file; and its file, or ""."""
    word = text.strip().lower()
    if path is not None:
        return _content(path), path
    if word not in CASTS:
        # A single word is no pattern.
        if word.isalpha() and (like := get_close_matches(word, CASTS, n=1)):
            raise SamplingError(f"there is no cast {short_repr(text)}; did you mean {like[0]}?")
        return text, ""
    file = cast_file(f"{word}.txt")
    pattern, is_own = _content(file), file == f"{word}.txt"
    using = "using {} from the current folder, not the bundled one; rename yours to avoid this"
    notes = [using.format(file)] * is_own
    without_comments = re.sub(r"^#.*|\t.*", "", pattern, flags=re.MULTILINE)
    if is_own and not re.search(r"\{|\[[^]]*\|", without_comments):  # lines of the cast, kept there
        notes = [f"{file} has no {{MODEL}} or [a|b], so this is the bundled cast {word}"]
        file = os.path.join(CASTS_FOLDER, file)
        pattern = _content(file)
    for name in sorted({*re.findall(r"[\w-]+\.txt", pattern)}):
        if cast_file(name) == name:
            notes.append(using.format(name))
    for note in notes:
        warnings.warn(note, OwnFileWarning, stacklevel=3)
    return pattern, file


def _content(path: str) -> str:
    with opened(path) as (title, stream):
        pieces = read_lines(title, BytesIO(read_small(title, stream)))
        return composed("\n".join(line.removesuffix("\r") for _, piece in pieces for line in piece))


@contextmanager
def errors_of(file: str) -> Iterator[None]:
    """Adds the file to errors that show its pattern; the pattern of a bundled cast is not shown."""
    try:
        yield
    except RnnNamesError as error:
        message, line_end, place = str(error).partition("\n")
        if not file or not line_end:
            raise
        folder, name = os.path.split(file)
        is_bundled = folder == CASTS_FOLDER
        message = f"{printable(name if is_bundled else file)}: {message.removeprefix('pattern: ')}"
        place = "" if is_bundled else line_end + place
        error.args = (message + place,)
        raise


def path_of_words(path: str, pattern_file: str = "") -> str:
    """The file that a pattern names: beside the pattern's own, in this folder, or bundled."""
    folder = os.path.dirname(pattern_file)
    beside = os.path.join(folder, path)
    return beside if folder not in ("", CASTS_FOLDER) and is_file(beside) else cast_file(path)


def lines_of_file(path: str, pattern_file: str = "") -> list[str]:
    """The lines of a file that a pattern names."""
    with opened(path_of_words(path, pattern_file)) as source:
        return nonblank_lines(*source)


def bundled_lines(path: str) -> list[str]:
    """The lines of a file of the bundled casts; SamplingError for any other file."""
    if path not in os.listdir(CASTS_FOLDER):
        reason = "files are not read here; give the texts as [a|b|c]"
        raise SamplingError(f"{short_repr(path)}: {reason}")
    return lines_of_file(os.path.join(CASTS_FOLDER, path))


def draw_rows(
    pattern: Pattern, options: CastOptions, load: LoadModel, read: ReadLines = lines_of_file
) -> Iterator[list[Row]]:
    """The lines of a pattern with their columns, some lines at a time.

    The lines in `options.redraw` are redrawn, one after another. A line for which nothing else is
    found stays as it was, with FewNewNamesWarning. If too few lines are found, SamplingError comes
    after them; its message shows which part of the pattern is the cause.
    """
    drawer = CastDrawer(pattern, options, load, read)
    with one_blas_thread():
        for lines in LineRedrawer(drawer).redrawn_lines() if options.redraw else drawer.lines():
            yield [line.row for line in lines]
