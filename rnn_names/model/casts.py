"""Casts from Python: the models of a pattern, and its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rnn_names.conditions.options import CastOptions
from rnn_names.conditions.pattern import parse
from rnn_names.declarations import parameters_of
from rnn_names.errors import CorpusError, shown
from rnn_names.model.given import Given
from rnn_names.model.model import Model, blend
from rnn_names.sampling.cast import Part
from rnn_names.sampling.cast import cast as draw

if TYPE_CHECKING:
    from rnn_names.conditions.pattern import Pattern
    from rnn_names.sampling.cast import Row


@parameters_of(CastOptions)
def cast(*positional: Any, **options: Any) -> list[str] | list[tuple[str, ...]]:
    """Lines of several names that a pattern puts together, such as "{norse} {irish-surnames}".

    In a pattern, {MODEL} is a name from a model, bundled or a file, {A=2+B} one from a blend, and
    {MODEL:option=value,option} one under the options of `sample`. [a|b] is one of some texts. The
    rest is text. A backslash makes { } [ ] | , and so on text as well.

    Raises:
        SamplingError: for a wrong pattern, or for conditions that cannot be met; a caret shows
            where.
        ModelFileError, BlendError, VocabularyError: as for a single model.

    >>> lines = cast("{norse:prefix=A} of {welsh-towns}", 3, seed=1, initials="different")
    >>> [line[0] for line in lines], " of " in lines[0]
    (['A', 'Á', 'A'], True)
    """
    wanted = CastOptions(*positional, **options)
    pattern = parse(wanted.pattern, wanted.shared)
    rows = [row for batch in rows_of(pattern, wanted) for row in batch]
    return rows if wanted.parts else list(map(pattern.line, rows))


def given_of(pattern: Pattern) -> list[list[Given]]:
    """The models of each slot of a pattern, with their weights.

    Raises:
        ModelFileError: for a weight that is none.
    """
    given = []
    for slot in pattern.slots:
        with pattern.located(slot.begin):
            given.append([Given.of(model) for model in slot.models])
    return given


def rows_of(
    pattern: Pattern,
    wanted: CastOptions,
    load: Callable[[Sequence[Given]], Model] | None = None,
    read: Callable[[str], list[str]] | None = None,
) -> Iterator[list[Row]]:
    """The parts of the lines of a pattern, as `rnn_names.sampling.cast.cast` gives them.

    Args:
        pattern: which was read.
        wanted: how many lines, and what they must be like.
        load: gives the blend of some models; None for their files or bundled ones.
        read: gives the lines of a file.
    """
    models: dict[tuple[str, ...], Model] = {}
    parts = []
    for slot, given in zip(pattern.slots, given_of(pattern), strict=True):
        with pattern.located(slot.begin):
            if slot.models not in models:
                models[slot.models] = (load or _blend)(given)
            lists: dict[str, Any] = {
                name: [line for path in paths for line in (read or _lines)(path)]
                for name, paths in slot.files.items()
            }
            options = replace(slot.options, **lists)
            parts.append(Part(slot, models[slot.models].language_model, options))
    return draw(pattern, parts, wanted)


def _blend(models: Sequence[Given]) -> Model:
    """The model, or the blend of several."""
    weights = [1.0 if each.weight is None else each.weight for each in models]
    return blend(
        map(Model.load, [each.path for each in models]), weights, [each.title for each in models]
    )


def _lines(path: str) -> list[str]:
    from rnn_names.corpus.reading import full_lines

    try:
        with open(path, "rb") as stream:
            return full_lines(shown(path), stream)
    except (OSError, ValueError) as error:
        raise CorpusError(f"{shown(path)}: cannot be read: {error}") from error
