"""The function `cast`, and the steps that the commands share with it."""

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from typing import Any

from rnn_names.casts.bundled_casts import CASTS
from rnn_names.casts.cast_drawer import CastDrawer
from rnn_names.casts.pattern import Pattern, parse
from rnn_names.casts.pattern_files import read_pattern
from rnn_names.casts.redrawing import redrawn_lines
from rnn_names.declarations import parameters_of
from rnn_names.errors import SamplingError, short_repr
from rnn_names.files import is_file
from rnn_names.model import bundled
from rnn_names.model.model import Model, load_chosen
from rnn_names.options import CastOptions
from rnn_names.processes.threads import one_blas_thread


@parameters_of(CastOptions)
def cast(*positional: Any, **given: Any) -> list[Any]:
    """Lines of several names that a pattern puts together, such as "{norse} {irish-surnames}".

    In a pattern, {MODEL} is a name from a bundled model or a model file, {A=2+B} a name from a
    blend, and {MODEL:option=value,option} a name under options of `sample`. [a|b*3] is one of
    several patterns, the second three times as often. {FILE.txt} is a line of a file. {x=MODEL}
    labels a name; {=x} repeats it, and {=x:rules=FILE} changes it by rules. Everything else is
    text. A backslash escapes a special character. A bundled cast's name stands for its pattern.

    The lines are strings; with `parts`, each line is a tuple of the texts of its parts.

    Raises:
        SamplingError: for a wrong pattern, or for conditions that cannot be met, with a caret
            under the place.
        ModelFileError, BlendError, VocabularyError: as for a single model.

    >>> lines = cast("{norse:prefix=A} of {welsh-towns}", 3, seed=1)
    >>> [line[0] for line in lines], " of " in lines[0]
    (['A', 'A', 'A'], True)
    """
    options = CastOptions(*positional, **given)
    text, file = read_pattern(options.pattern)
    options = replace(options, pattern=text)
    pattern = parsed_pattern(options, file)
    known = options.models or {}
    for name, model in known.items():
        if not isinstance(model, Model):
            message = f"models: {name} is {short_repr(model)}: must be a model"
            raise SamplingError(message, ["models"])
    load = partial(load_chosen, load=lambda path: known.get(path) or Model.load(path))
    drawer = CastDrawer(pattern, options, load)
    lines = [texts for batch in texts_of_lines(drawer) for texts in batch]
    return [texts[1:] if options.parts else texts[0] for texts in lines]


def parsed_pattern(options: CastOptions, file: str = "") -> Pattern:
    """The parsed pattern, from `file`; raises SamplingError for a bundled cast's name in braces."""
    name = options.pattern.strip("{ }")
    is_model = name in (options.models or ()) or is_file(name) or name in bundled.names()
    if name.isalpha() and options.pattern.startswith("{") and not is_model:
        near = get_close_matches(name.lower(), [*bundled.names(), *CASTS], n=1)
        if {*near} & CASTS.keys():
            is_cast = f"{near[0]} is a cast, not a model: write {near[0]} without braces"
            message = is_cast if near == [name] else f"there is no model {name}; {is_cast}"
            raise SamplingError(message)
    return parse(options.pattern, options.shared, file)


def texts_of_lines(drawer: CastDrawer) -> Iterator[list[tuple[str, ...]]]:
    """Yields the texts of lines and their columns, in batches; redraws some if asked to.

    If too few lines are found, raises SamplingError after them, with a caret under the cause.
    """
    with one_blas_thread():
        for lines in redrawn_lines(drawer) if drawer.options.redraw else drawer.lines():
            yield [line.texts for line in lines]
