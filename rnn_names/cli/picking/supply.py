"""The names of a model or lines of a cast that `pick` shows, random or like others."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from rnn_names.casts.cast import parsed_pattern
from rnn_names.casts.cast_drawer import CastDrawer
from rnn_names.casts.pattern_files import path_of_named
from rnn_names.casts.redrawing import roundrobin, variants_of
from rnn_names.casts.requests import Line
from rnn_names.conditions.edits import DistantNames
from rnn_names.errors import SamplingError, VocabularyError, printable, shortened
from rnn_names.model.model import load_chosen
from rnn_names.model.selection import ModelChoice
from rnn_names.options import CastOptions, RandomOptions, SampleOptions
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.admission import ENDLESS
from rnn_names.sampling.best import best
from rnn_names.sampling.preview import names_of_attempts
from rnn_names.sampling.stream import names_of_stream

LINES_OF_A_SEED = 100  # lines of a cast that are drawn with each seed
WORD = r"\w[\w'’-]*"
NAMES_BEFORE_TWINS = 200  # similar names that are found before near twins among them are shown
NEAREST = 1000  # maximum number of names that a search finds a few edits from one
PICK_BUDGET = 1 << 13  # attempts until `pick` stops; every 16 names add another budget
ATTEMPTS = 1 << 15  # attempts at names with another's beginning or end: about a second


class NamesToPick:
    """Names of a model."""

    pattern = parts = ""  # names have none

    def __init__(self, models: Sequence[ModelChoice], options: SampleOptions) -> None:
        self._model = load_chosen(models)
        self._seeds = itertools.count(options.seed_or_random())
        self.set(options)

    def set(self, options: SampleOptions) -> None:
        """Sets the conditions of names from now on."""
        self.options, self._draw_options = options, replace(options, unique=True, remember=None)

    def keep(self, names: Iterable[str]) -> None:
        """Does nothing: `seen` already contains kept names."""

    def others(self, seen: Iterable[str]) -> Iterator[str]:
        """An endless stream of unseen names; with boldness safe, none is similar to a seen one."""
        exclude = [*self._draw_options.exclude, *sorted(seen)]
        self._draw_options = replace(self._draw_options, exclude=exclude)
        options = replace(self._draw_options, seed=next(self._seeds))
        pieces = names_of_stream(self._model, ENDLESS, options, PICK_BUDGET)
        return (name for names in pieces for name in names.to_strings())

    def like(self, names: Sequence[str], part: str) -> Iterator[str]:
        """Names a few edits from one of these, alternating with others that begin or end alike."""
        if part:
            raise SamplingError("Only the lines of a cast have parts.")
        options = replace(self._draw_options, exclude=[*self._draw_options.exclude, *names])
        near = options
        if near.boldness == "safe" or near.min_edits:
            near = replace(near, min_edits=1)
        few_edits = roundrobin(self._nearest(replace(near, like=name)) for name in names)
        if options.match or options.prefix or options.suffix:
            return _apart_first(few_edits)
        thirds = [(name, max(len(name) // 3, 2)) for name in names]
        begun = self._attempted(replace(options, prefix=[name[:n] for name, n in thirds]))
        ended = self._attempted(replace(options, suffix=[name[-n:] for name, n in thirds]))
        return _apart_first(roundrobin([few_edits, begun, few_edits, ended]))

    def _nearest(self, options: RandomOptions) -> Iterator[str]:
        """The most probable names under the options; few or none if hardly any meet them."""
        with suppress(SamplingError):
            for names in best(self._model, NEAREST, options):
                yield from names.to_strings()

    def _attempted(self, options: RandomOptions) -> Iterator[str]:
        with suppress(SamplingError, VocabularyError):  # a typed name may have any character
            options = replace(options, seed=next(self._seeds))
            yield from names_of_attempts(self._model, ATTEMPTS, options)


class LinesToPick:
    """Lines of a cast; `file` is the file of its pattern."""

    def __init__(self, options: CastOptions, file: str) -> None:
        self._file, self._first_seed = file, options.seed_or_random() - 1
        self.set(options)
        self.pattern = options.pattern.strip()
        lists = [paths for part in self._pattern.name_parts for paths in part.files.values()]
        part_files = [(part.rules_file, getattr(part, "file", "")) for part in self._pattern.parts]
        named = [*filter(None, itertools.chain(*lists, *part_files))]
        read = (path_of_named(name, file) for name in named)
        self.files = [*filter(None, [file]), *named, *read]  # a new file would hide a bundled one
        self._load = cache(load_chosen)
        self._origins = dict[str, tuple[CastDrawer, Line]]()  # of each text that was shown
        self._kept_words, self._kept_beginnings = set[str](), set[str]()

    def set(self, options: Any) -> None:
        """Sets the conditions of lines from now on; lines that were already shown keep theirs."""
        self.options = options
        self._draw_options = replace(options, count=LINES_OF_A_SEED, remember=None)
        self._first_seed += 1  # the lines of one seed are mostly alike under other conditions
        self._pattern = parsed_pattern(self._draw_options, self._file)

    def keep(self, lines: Iterable[str]) -> None:
        """Notes the words and first lines of kept lines; `others` avoids them."""
        for line in lines:
            self._kept_words.update(re.findall(WORD, line))
            self._kept_beginnings.add(line.partition("\n")[0])

    def others(self, _seen: Iterable[str]) -> Iterator[str]:
        """An endless stream of lines; a line like a kept line is replaced by ""."""
        for seed in itertools.count(self._first_seed):
            options = replace(self._draw_options, seed=seed)
            drawer = CastDrawer(self._pattern, options, self._load)
            with one_blas_thread():
                # A page should not wait for lines of later pages, which may not exist.
                for line in itertools.chain.from_iterable(drawer.lines(growth=2)):
                    yield "" if self._resembles_kept(line) else self._text(drawer, line)

    def _resembles_kept(self, line: Line) -> bool:
        """Whether a line begins like a kept one, or contains a unique name made of kept words."""
        first, line_end, _ = line.texts[0].partition("\n")
        end = self._pattern.text.find("\n")
        parts = [part for part in self._pattern.parts if part.begin < end]
        varies = len(parts) > 1 or bool({*parts} & {*self._pattern.name_parts})
        if line_end and varies and first in self._kept_beginnings:
            return True
        unique = (
            name for source, name in line.names.items() if source.part.options.forbids_repeats
        )
        return any({*re.findall(WORD, name)} <= self._kept_words for name in unique)

    def like(self, lines: Sequence[str], part: str) -> Iterator[str]:
        """Lines that differ in one name, or in `part`, from lines that begin with these texts."""
        column = self._pattern.column_numbers.get(part)
        if column is None:
            raise SamplingError(f"There is no part {shortened(part, 20)}. {self.parts}")
        origins = []
        for line in lines:
            beginning = line.casefold()
            begin = [text for text in self._origins if text.casefold().startswith(beginning)]
            if not begin:
                raise SamplingError(f"No line that was shown begins with {printable(line)}.")
            origins.append(self._origins[line if line in self._origins else begin[-1]])
        if not all(line.names for _, line in origins):
            raise SamplingError("This line has no name to change.")
        return roundrobin(
            (self._text(drawer, new) for new in variants_of(drawer, line, column))
            for drawer, line in origins
        )

    @property
    def parts(self) -> str:
        """The numbers and names of the parts; a part without a name is shown by its beginning."""
        text, named = self._pattern.text, list[str]()
        for number, column in enumerate(self._pattern.columns, 1):
            place = next(part.begin for part in self._pattern.parts if part.label == column)
            begin = re.match(r"\{[^{}:]*\}|\[[^][]{,10}\]", text[place:])
            short = begin[0] if begin else f"{text[place : place + 10]}…"
            named.append(f"{number} {short if column == f'part_{number}' else column}")
        return f"Parts: {', '.join(named)}."

    def _text(self, drawer: CastDrawer, line: Line) -> str:
        text = re.sub(r"\n\s*\n", "\n", line.texts[0])  # an empty line ends an entry in the file
        self._origins[text] = drawer, line
        return text


def _apart_first(names: Iterator[str]) -> Iterator[str]:
    """The names, with near twins of earlier names after most others."""
    apart, twins = DistantNames(2), list[str]()
    for name in itertools.islice(names, NAMES_BEFORE_TWINS):
        if apart.add_if_far(name):
            yield name
        else:
            twins.append(name)
    yield from itertools.chain(twins, names)
