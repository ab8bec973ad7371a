"""Casts from Python: the models of a pattern, and its lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from rnn_names.conditions.options import CastOptions
from rnn_names.conditions.pattern import Pattern, located, parse
from rnn_names.corpus.corpus import full_lines, opened
from rnn_names.declarations import parameters_of
from rnn_names.model.bundled import Given
from rnn_names.model.model import Model, blend
from rnn_names.sampling.cast import Part, Row
from rnn_names.sampling.cast import cast as lines_of_cast


@parameters_of(CastOptions)
def cast(*positional: Any, **options: Any) -> list[Any]:
    """Lines of several names that a pattern puts together, such as "{norse} {irish-surnames}".

    In a pattern, {MODEL} is a name from a model, bundled or a file, {A=2+B} one from a blend, and
    {MODEL:option=value,option} one under the options of `sample`. [a|b] is one of some texts, and
    {FILE.txt} a line of a file. The rest is text. A backslash makes a sign text where it would mean
    something.

    The lines are texts; with `parts`, tuples of texts.

    Raises:
        SamplingError: for a wrong pattern, or for conditions that cannot be met; a caret shows
            where.
        ModelFileError, BlendError, VocabularyError: as for a single model.

    >>> lines = cast("{norse:prefix=A} of {welsh-towns}", 3, seed=1)
    >>> [line[0] for line in lines], " of " in lines[0]
    (['A', 'A', 'A'], True)
    """
    wanted = CastOptions(*positional, **options)
    pattern = parse(wanted.pattern, wanted.shared, Given.of)
    load = partial(_blend, known=wanted.models or {})
    rows = [row for batch in rows_of(pattern, wanted, load) for row in batch]
    return rows if wanted.parts else list(map(pattern.line, rows))


def _blend(models: Sequence[Given], known: Mapping[str, Model]) -> Model:
    parts = [known.get(each.path) or Model.load(each.path) for each in models]
    return blend(parts, [each.share for each in models], [each.title for each in models])


def _lines(path: str) -> list[str]:
    with opened(path) as source:
        return full_lines(*source)


def rows_of(
    pattern: Pattern,
    wanted: CastOptions,
    load: Callable[[Sequence[Given]], Model],
    read: Callable[[str], Sequence[str]] = _lines,
) -> Iterator[list[Row]]:
    """The parts of the lines of a pattern, some lines at a time.

    `load` gives a blend of models, and `read` the lines of a file.
    """
    pattern, models = pattern.with_lines(read), dict[tuple[Given, ...], Model]()
    parts = []
    for slot in pattern.slots:
        with located(pattern.text, slot.begin):
            if slot.models not in models:
                models[slot.models] = load(slot.models)
            lists: dict[str, Any] = {
                name: [line for path in paths for line in read(path)]
                for name, paths in slot.files.items()
            }
            options = replace(slot.options, **lists)
            parts.append(Part(slot, models[slot.models], options))
    return lines_of_cast(pattern, parts, wanted)
