"""Draws the lines of a cast.

An example, from the pattern to the texts of a line:

    pattern     [Lord {men}|Lady {women}] of {home=welsh-towns}
    parts       the choice, men, women and home, each with a path in the pattern, and a source
    new_lines   in line 7, the choice takes its second alternative: women and home need a name
    _complete   gets one request per missing name from requests_for, to the sources of women and
                home; draw_candidates draws candidate 0 of each, by attempts until one passes;
                women: candidate 0, Ada, was used before (with `min_edits`); candidate 1, Eve, fits
                home: candidate 0, Llanfa, fits
    texts_of    ("Lady Eve of Llanfa", "Lady Eve", "Llanfa"): the line, then its columns

The random numbers of a candidate depend only on the seed, the path of its part, and the numbers of
its line and round. Changing one part does not change the candidates of others unless they share an
initial. Which candidate fits depends on the earlier lines.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import cache, partial
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.initials import SameInitialSource
from rnn_names.casts.pattern import (
    ChoicePart,
    NamePart,
    Part,
    Pattern,
    Piece,
    ReferencePart,
    errors_at,
)
from rnn_names.casts.pattern_files import lines_of_file
from rnn_names.casts.requests import (
    Candidate,
    DifferentInitialRequest,
    Line,
    Request,
    UsedInitials,
    UsedNames,
    draw_candidates,
)
from rnn_names.casts.sources import (
    MOSTLY_REPEATS,
    ChoiceSource,
    LoadModel,
    NameSource,
    PartSource,
    ReadLines,
    Shortage,
)
from rnn_names.corpus.characters import in_one_line, initial_of
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError, TooFewNamesError
from rnn_names.options import CastOptions
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.admission import WINDOW, Admission

FIRST_LINES, LINES_GROWTH = 1 << 3, 16  # lines in the first batch; the growth of later batches
MAX_INDEPENDENT_LINES = 1 << 14  # maximum number of lines in a batch
MAX_DEPENDENT_LINES = 1 << 11  # the same if lines depend on earlier ones
MAX_SKIPPED = 10**7  # maximum number of lines that are drawn only to be skipped
MAX_TO_DRAW = 1 << 13  # approximate maximum number of candidates drawn together for all lines


class CastDrawer:
    """Draws the lines of a cast; `used` and `used_initials` are those of earlier lines."""

    def __init__(
        self, pattern: Pattern, options: CastOptions, load: LoadModel, read: ReadLines | None = None
    ) -> None:
        self.pattern, self.options = pattern, options
        self.used, self.used_initials = UsedNames(options.min_edits or 0), UsedInitials()
        self._seed = options.seed_or_random()
        self._source_with_same_initial = cache(partial(SameInitialSource, self._seed))
        self.source_of = dict[Part, PartSource]()
        load, read = cache(load), cache(read or partial(lines_of_file, pattern_file=pattern.file))
        with one_blas_thread():
            for part in pattern.parts:
                with errors_at(pattern, part.begin):
                    self.source_of[part] = self._source(part, load, read)
        sources = self.source_of.values()
        self._name_sources = [source for source in sources if isinstance(source, NameSource)]
        if options.initials and not self._name_sources:
            raise SamplingError("initials: there is no {MODEL} in the pattern", ["initials"])
        is_compared = any(source.pools for source in self._name_sources)
        self._depends_on_earlier = options.initials == "different" or is_compared
        if options.start > MAX_SKIPPED and self._depends_on_earlier:
            reason = f"lines depend on earlier lines, so at most {MAX_SKIPPED:,} can be skipped"
            raise SamplingError(f"start {options.start:,}: {reason}", ["start"])

    def _source(self, part: Part, load: LoadModel, read: ReadLines) -> PartSource:
        if isinstance(part, NamePart):
            source = NameSource(part, self._seed, read, load, bool(self.options.initials))
            source.pools = self.used.add_pools_for(source.options)
            return source
        kind: Any = ChoiceSource if isinstance(part, ChoicePart) else PartSource
        return kind(part, self._seed, read)

    def lines(self, growth: int | None = None) -> Iterator[list[Line]]:
        """Yields the lines of the cast in batches.

        If too few lines are found, raises SamplingError after them, with a caret under the cause.
        """
        options, start = self.options, self.options.start
        lines_are_unique = options.unique or options.remember is not None  # min_edits is for names
        sources = self._name_sources if lines_are_unique else []
        # A smaller window if names take many attempts.
        window = min([WINDOW, *(source.max_candidates(WINDOW) for source in sources)])
        admission = Admission(options.count, lines_are_unique, options.remember, window)
        first = 0 if self._depends_on_earlier else start
        max_size = MAX_DEPENDENT_LINES if self._depends_on_earlier else MAX_INDEPENDENT_LINES
        size, shortage = FIRST_LINES, None
        while admission.n_admitted < admission.count and not shortage:
            n_to_skip = max(start - first, 0)
            size = min(size, n_to_skip + admission.n_to_draw())
            numbers = np.arange(first, first + size)
            lines, shortage = self._complete(self.new_lines(numbers, np.zeros_like(numbers), {}))
            lines = lines[n_to_skip:]
            for line in lines:
                line.texts = self.texts_of(line)
            texts = Names.from_strings([in_one_line(line.texts[0]) for line in lines])
            yield [lines[k] for k in admission.admit(texts).tolist()]
            if admission.is_exhausted:
                shortage = Shortage(None, MOSTLY_REPEATS)
            first += size
            size = min(size * (growth or LINES_GROWTH), max_size)
        n_found, count = admission.n_admitted, admission.count
        if shortage and n_found < count:
            source, why, tightest = shortage
            message = f"only {n_found:,} of {count:,} lines found: {why}"
            with errors_at(self.pattern, source.part.begin) if source else nullcontext():
                raise TooFewNamesError(message, n_found=n_found, tightest=tightest)

    def new_lines(
        self, numbers: Array, rounds: Array, unchanged: dict[PartSource, Any]
    ) -> list[Line]:
        """Makes lines by number and round, (m,) each; names not in `unchanged` are None."""
        lines = [*map(Line, numbers.tolist(), rounds.tolist())]
        choice_at = dict[tuple[int, ...], Array]()  # by path: (m,) alternative; −1 where absent
        for part, source in self.source_of.items():
            rows = np.arange(len(lines))  # of the lines with this part
            if part.enclosing_choice is not None:
                choice, alternative = part.enclosing_choice
                rows = np.flatnonzero(choice_at[choice] == alternative)
            if isinstance(source, NameSource):
                for row in rows.tolist():
                    lines[row].names[source] = unchanged.get(source)
            elif isinstance(source, ChoiceSource):
                new = unchanged.get(source)
                if new is None:
                    new = source.alternatives_of(numbers[rows], rounds[rows])
                choice_at[part.path] = alternatives = np.full(len(lines), -1)
                alternatives[rows] = new
                for row in rows.tolist():
                    lines[row].choices[source] = int(alternatives[row])
        return lines

    def requests_for(self, lines: Sequence[Line]) -> list[Request]:
        """Requests for the names that lines lack."""
        requests = list[Request]()
        for line in lines:
            names = line.names
            missing = [source for source, name in names.items() if name is None]
            if missing and self.options.initials == "same":
                allowed = frozenset(initial_of(name) for name in names.values() if name is not None)
                source = self._source_with_same_initial(tuple(missing), allowed)
                requests.append(Request(line, source))
                continue
            if missing and self.options.initials == "different" and missing[0] is next(iter(names)):
                requests.append(DifferentInitialRequest(line, missing.pop(0)))
            requests += [Request(line, source) for source in missing]
        return requests

    def _complete(self, lines: list[Line]) -> tuple[list[Line], Shortage | None]:
        """Fills in the names that lines lack, line by line, with the first candidates that fit.

        Returns all lines and None, or the lines before the first one without a fit, and why.
        """
        requests = deque(self.requests_for(lines))
        while requests:
            request = requests[0]
            candidate = request.next_candidate(self.used, self.used_initials)
            if candidate in request.drawn:  # drawn already, so it fits
                names = request.drawn[candidate]
                request.line.names.update(names)
                self.used.add(names)
                self.used_initials.add(candidate.initial)
                requests.popleft()
                continue
            to_draw = [] if request.shortage else self._candidates_to_draw(requests)
            if to_draw:
                draw_candidates(to_draw)
                continue
            shortage = request.give_up(self.used_initials)
            if shortage:
                return lines[: lines.index(request.line)], shortage
        return lines, None

    def _candidates_to_draw(self, requests: Iterable[Request]) -> list[tuple[Request, Candidate]]:
        """The candidates to draw next, for as many requests as fit; none if the first has no more.

        Each request assumes that earlier ones get the initials of their next candidates.
        """
        initials, to_draw = self.used_initials.tentative_copy(), list[tuple[Request, Candidate]]()
        for k, request in enumerate(requests):
            candidate = request.next_candidate(self.used, initials)
            if candidate and candidate not in request.drawn:
                batch = request.next_batch(candidate, initials, waits=k > 0)
                to_draw += [(request, each) for each in batch]
            if not to_draw or len(to_draw) >= MAX_TO_DRAW:
                break
            if candidate:
                initials.add(candidate.initial)
        return to_draw

    def texts_of(self, line: Line) -> tuple[str, ...]:
        """The text of a line and the texts of its columns."""
        columns = dict.fromkeys(self.pattern.columns, "")
        return (self._joined_text(self.pattern.pieces, line, columns), *columns.values())

    def _joined_text(self, pieces: Sequence[Piece], line: Line, columns: dict[str, str]) -> str:
        """Joins the texts of the pieces; stores the text of each labelled part in `columns`."""
        texts = list[str]()
        for piece in pieces:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            source: Any = self.source_of[piece]
            if isinstance(piece, ReferencePart):
                text = columns[piece.refers_to]
            elif isinstance(piece, ChoicePart):
                text = self._joined_text(source.alternatives[line.choices[source]], line, columns)
            else:
                text = line.names[source]
            if piece.label:
                columns[piece.label] = text
            texts.append(text and source.apply_rules(text))
        return "".join(texts)
