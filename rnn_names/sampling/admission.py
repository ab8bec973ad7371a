"""Counts the names of a stream that were tested and admitted; leaves out repeats if asked to."""

from dataclasses import dataclass

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.edits import DistantNames
from rnn_names.corpus.fingerprints import among, fingerprint
from rnn_names.corpus.names import Names
from rnn_names.errors import FewNewNamesWarning, warn
from rnn_names.sampling.remembered import Remembered

ENDLESS = 1 << 62  # the number of names of an endless stream
WINDOW = 1 << 16  # tested names; a stream ends after a window with fewer than 1 new name in 4,096


@dataclass
class Admission:
    """Admits up to `count` names of a stream."""

    count: int
    forbids_repeats: bool  # whether a name is admitted only once
    remember: str | None  # the path of the file of names that were given out earlier
    window: int  # tested names; fixed, so that the end of a stream does not depend on batches
    far_apart: DistantNames | None = None  # admits only names that are far from all earlier ones

    def __post_init__(self) -> None:
        self.n_tested = self.n_admitted = 0
        self.is_exhausted = False  # whether hardly any name of the last window was new
        self.seen = np.zeros(0, np.uint64)  # the fingerprints of earlier names, sorted
        self._admitted_before = 0  # names admitted before this window
        self._has_warned = False
        self._file = None if self.remember is None else Remembered(self.remember)

    def admit(self, names: Names) -> Array:
        """Admits names and adds them to the shared file, if any; returns their rows."""
        if self._file is None:
            return self._rows_admitted(names)
        with self._file.locked() as (others, added):
            if self.far_apart is None:
                self.seen = np.union1d(self.seen, fingerprint(others))
            else:
                self.far_apart.add(others.to_strings())
            rows = self._rows_admitted(names)
            added.append(names.take(rows))
            return rows

    def _rows_admitted(self, names: Names) -> Array:
        rows, begin = [np.zeros(0, np.intp)], 0
        while begin < len(names) and not self.is_exhausted:
            part = names[begin : begin + self.window - self.n_tested % self.window]
            rows.append(begin + self._rows_of_new(part))
            begin += len(part)
            self.n_tested += len(part)
            self.n_admitted += len(rows[-1])
            if self.n_tested % self.window == 0:
                self.is_exhausted = self.n_admitted - self._admitted_before < self.window / 4096
                self._admitted_before = self.n_admitted
        return np.concatenate(rows)

    def _rows_of_new(self, names: Names) -> Array:
        if not self.forbids_repeats:
            rows = np.arange(len(names))
        elif self.far_apart is None:
            prints, first = np.unique(fingerprint(names), return_index=True)
            new = ~among(prints, self.seen)
            self.seen = np.insert(self.seen, np.searchsorted(self.seen, prints[new]), prints[new])
            rows = np.sort(first[new])
        else:
            is_new = map(self.far_apart.add_if_far, names.to_strings())
            rows = np.flatnonzero(np.fromiter(is_new, bool, len(names)))
        return rows[: self.count - self.n_admitted]

    def n_to_draw(self) -> int:
        """About how many more names must be drawn, with a reserve for later repeats."""
        missing = self.count - self.n_admitted
        if not self.forbids_repeats:
            return missing
        return missing * (self.n_tested + 1) // (self.n_admitted + 1) * 17 // 16 + 8

    def warn_if_few_are_new(self) -> None:
        """Warns once, with FewNewNamesWarning, if most names are rejected."""
        is_due = self.forbids_repeats and self.n_tested >= self.window // 2 and not self._has_warned
        if is_due and self.n_admitted < self.n_tested / 4:
            self._has_warned = True
            reason = "so far, three in four drawn names were rejected as repeats or near copies"
            warn(f"{reason}; few new names may remain", FewNewNamesWarning)
