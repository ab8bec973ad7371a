"""What `pick` shows: names of a model, or lines of a cast; and others like some of them."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from rnn_names.cli.model_options import blend_of
from rnn_names.cli.options import wrong_usage
from rnn_names.conditions.options import CastOptions, Options
from rnn_names.errors import SamplingError, plural
from rnn_names.model.selection import ModelChoice

LINES_OF_A_SEED = 100  # of a cast, before those of the next seed
NAMES_BEFORE_TWINS = 200  # names like one that are drawn before near twins among them are shown


class NamesToPick:
    """Names of a model."""

    has_blocks = False  # whether lines have line breaks

    def __init__(self, models: Sequence[ModelChoice], wanted: Options) -> None:
        self._model = blend_of(models)
        self._wanted = replace(wanted, unique=True, remember=None)
        self._seeds = itertools.count(wanted.some_seed())

    def others(self, seen: Iterable[str]) -> Iterator[str]:
        """Names without an end, but for those seen; where names are safe, none near them."""
        self._wanted = replace(self._wanted, exclude=[*self._wanted.exclude, *sorted(seen)])
        return self._drawn(self._wanted)

    def like(self, names: Sequence[str], part: str | None = None) -> Iterator[str]:
        """Names that are like one of these; last those that are also near twins of each other."""
        if part:
            raise SamplingError("only the lines of a cast have parts")
        wanted = replace(self._wanted, like=names, exclude=[*self._wanted.exclude, *names])
        if wanted.boldness == "safe" or wanted.min_edits:
            return _apart_first(self._drawn(replace(wanted, min_edits=1)))
        return self._drawn(wanted)

    def _drawn(self, wanted: Options) -> Iterator[str]:
        from rnn_names.sampling.name_queue import ENDLESS
        from rnn_names.sampling.stream import names_of_stream

        parts = names_of_stream(self._model, ENDLESS, replace(wanted, seed=next(self._seeds)))
        return (name for names in parts for name in names.to_strings())


class LinesToPick:
    """Lines of a cast."""

    def __init__(self, wanted: CastOptions) -> None:
        from rnn_names.casts.cast import parsed

        self._wanted = replace(wanted, count=LINES_OF_A_SEED, remember=None)
        with wrong_usage():
            self._pattern = parsed(self._wanted)
        self.has_blocks = "\n" in wanted.pattern.strip()
        self._first_seed, self._load = wanted.some_seed(), cache(blend_of)
        self._origins: dict[str, Any] = {}  # of each line: what drew it, and its parts

    def others(self, _seen: Iterable[str]) -> Iterator[str]:
        """Lines without an end, whatever was seen."""
        from rnn_names.casts.cast import lines_of_file
        from rnn_names.casts.cast_drawer import CastDrawer
        from rnn_names.casts.redrawing import LineRedrawer
        from rnn_names.processes.threads import one_blas_thread

        for seed in itertools.count(self._first_seed):
            wanted = replace(self._wanted, seed=seed)
            drawer = CastDrawer(self._pattern, wanted, self._load, lines_of_file)
            redrawer = LineRedrawer(drawer)
            with one_blas_thread():
                for lines in drawer.lines():
                    yield from (self._text(redrawer, line) for line in lines)

    def like(self, lines: Sequence[str], part: str | None = None) -> Iterator[str]:
        """Lines that differ from one of these in one name; or in a part, by its number or name."""
        from rnn_names.casts.redrawing import in_turn

        columns = self._pattern.columns
        places = {each: n for n, name in enumerate(columns, 1) for each in (str(n), name)}
        if part and part not in places:
            named = ", ".join(f"{n} {name}" for n, name in enumerate(columns, 1))
            raise SamplingError(f"a line has {plural(len(columns), 'part')}: {named}")
        origins = [self._origins[line] for line in lines]
        if not all(line.names for _, line in origins):
            raise SamplingError("nothing here can be alike")
        return in_turn(
            (self._text(redrawer, new) for new in redrawer.alike(line, places[part] if part else 0))
            for redrawer, line in origins
        )

    def _text(self, redrawer: Any, line: Any) -> str:
        self._origins[line.row[0]] = redrawer, line
        return str(line.row[0])


def _apart_first(names: Iterator[str]) -> Iterator[str]:
    """Names, those that are near twins of earlier ones after most others."""
    from rnn_names.conditions.edits import FarApart

    apart, twins = FarApart(1), list[str]()
    with suppress(SamplingError):
        for name in itertools.islice(names, NAMES_BEFORE_TWINS):
            if apart.add_if_far(name):
                yield name
            else:
                twins.append(name)
    yield from itertools.chain(twins, names)
