"""The names and initials that the lines of a cast have used so far."""

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rnn_names.casts.sources import Line, NameSource
from rnn_names.conditions.edits import DistantNames
from rnn_names.conditions.options import Options
from rnn_names.corpus.characters import initial_of
from rnn_names.errors import RepeatedInitialsWarning, plural


class UsedNames:
    """The names used so far, in pools: a later name has to be far from the names in its pools.

    Pool 0 is for the cast's `min_edits`; the others are for single parts.
    """

    def __init__(self, min_edits: int) -> None:
        self._min_edits = min_edits
        self._pools = [DistantNames(max(min_edits, 1))]
        self.initials = UsedInitials()  # stays empty unless `initials` is "different"

    def pools_for(self, options: Options) -> list[int]:
        """The indices of the pools for a part: its own, which is added if needed, and pool 0.

        Names of a part with fewer `min_edits` than the cast are compared with each other only.
        """
        edits = options.min_edits or 0
        joins_others = edits >= self._min_edits > 0
        is_covered = joins_others and edits == self._min_edits and not options.exclude
        indices = [0] if joins_others else []
        if options.is_unique and not is_covered:
            indices.insert(0, len(self._pools))
            self._pools.append(DistantNames.from_options(options) or DistantNames(1))
        return indices

    def fork(self) -> "UsedNames":
        """A copy to which more can be added; this one stays as it is."""
        other = UsedNames(self._min_edits)
        other._pools = [pool.fork() for pool in self._pools]
        other.initials = self.initials.fork()
        return other

    def are_far(self, names: Mapping[NameSource, str]) -> bool:
        """Whether names of a line are far from all names used, and from each other."""
        among = DistantNames(max(self._min_edits, 1)) if len(names) > 1 else None
        for source, name in names.items():
            if not all(self._pools[index].is_far(name) for index in source.pools):
                return False
            if among and 0 in source.pools and not among.add_if_far(name):
                return False
        return True

    def add(self, names: Mapping[NameSource, str]) -> None:
        """Adds the names of a line."""
        for source, name in names.items():
            for index in source.pools:
                self._pools[index].add([name])


@dataclass
class UsedInitials:
    """How many lines begin with each initial, where `initials` is "different".

    Every initial is used once before any is used twice, and so on.
    """

    counts: Counter[str] = field(default_factory=Counter)
    ruled_out: set[str] = field(default_factory=set)  # with which no further name is found
    warns: bool = True

    def fork(self) -> "UsedInitials":
        """A copy to which more can be added, without a warning; this one stays as it is."""
        return UsedInitials(self.counts.copy(), self.ruled_out.copy(), warns=False)

    def add(self, initial: str) -> None:
        """Counts the initial of a line; warns when the first one repeats."""
        self.counts[initial] += 1
        if self.warns and self.counts[initial] == 2:
            self.warns = False
            letters, line = plural(len(self.counts), "first letter"), len(self.counts) + 1
            message = f"these names have only {letters}: from line {line} on, they repeat"
            warnings.warn(message, RepeatedInitialsWarning, stacklevel=2)

    def recount(self, lines: Iterable[Line]) -> None:
        """Counts again, only the first names of these lines."""
        names = (next(iter(line.names.values()), None) for line in lines)
        self.counts = Counter(initial_of(name) for name in names if name is not None)

    def available(self, source: NameSource) -> dict[str, float]:
        """The initials that a line may have, with their weights: all that came least often."""
        weights = source.likely_initials
        counts = {initial: self.counts[initial] for initial in weights.keys() - self.ruled_out}
        fewest = min(counts.values(), default=0)
        return {initial: p for initial, p in weights.items() if counts.get(initial) == fewest}

    def rule_out(self, source: NameSource) -> bool:
        """Rules out the initials now available; False before the first line: that cannot help."""
        initials = self.available(source) if self.counts else {}
        self.ruled_out.update(initials)
        return bool(initials)
