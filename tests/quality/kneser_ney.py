"""A character n-gram with interpolated Kneser-Ney smoothing: what `make quality` compares with.

Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling": section 2.7
(Kneser-Ney), 3 (modified Kneser-Ney: three discounts, for counts of one, two, and three or more). A
level k looks at the k - 1 symbols before a character:

    p_k(w | h) = max(c(hw) − D(c(hw)), 0) / c(h)  +  Σ_w' D(c(hw')) / c(h) · p_{k-1}(w | h without
    its first symbol)

At the highest level c counts occurrences; below it c counts the distinct symbols that come before
hw, because a lower level is only asked when a higher one does not know. A name has one START before
it, and nothing comes before START, so that a gram which begins with START keeps its occurrences (as
in KenLM). Level 0 is uniform over the vocabulary and END.

>>> model = KneserNey(["anna", "hanna", "ann"], symbols=4)
>>> float(np.exp(-model.loss(["anna"], order=3, discount=0.5) * 5)) > 0.05
True
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

START, END = "\0", "\n"
DISCOUNTS = np.arange(0.05, 1.0, 0.05)


def grams(names: Iterable[str], max_order: int) -> Iterator[list[str]]:
    """The grams of 1, 2, … max_order symbols that end with each character to predict, END too.

    Fewer where a name has just begun.
    """
    for name in names:
        text = START + name + END
        for end in range(2, len(text) + 1):
            yield [text[end - k : end] for k in range(1, min(max_order, end) + 1)]


class KneserNey:
    """Counts of some names: all models of orders up to `max_order` follow, of any discount.

    Args:
        names: what it learns from.
        symbols: number of distinct characters of the vocabulary, plus one for END.
    """

    def __init__(self, names: Iterable[str], symbols: int, max_order: int = 9) -> None:
        self.symbols, self.max_order = symbols, max_order
        occurrences = Counter(gram for position in grams(names, max_order) for gram in position)
        lower = {gram: count for gram, count in occurrences.items() if gram[0] == START}
        before = Counter(gram[1:] for gram in occurrences if len(gram) > 1)
        self.counts = {"highest": dict(occurrences), "lower": before | lower}
        # For each history: how many counts of one, of two, of more, and the sum of counts.
        self.histories: dict[str, dict[str, list[int]]] = {}
        for kind, counts in self.counts.items():
            table: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
            for gram, count in counts.items():
                row = table[gram[:-1]]
                row[min(count, 3) - 1] += 1
                row[3] += count
            self.histories[kind] = dict(table)

    def count_based_discounts(self, kind: str, k: int) -> np.ndarray:
        """The three discounts of modified Kneser-Ney at level k, from the counts of counts.

        Chen & Goodman 1999, equation 26.
        """
        n = Counter(
            count for gram, count in self.counts[kind].items() if len(gram) == k and count <= 4
        )
        n1, n2 = max(n[1], 0.5), max(n[2], 0.5)
        y = n1 / (n1 + 2 * n2)
        if not all(n[i] for i in (1, 2, 3, 4)):
            return np.full(3, y)  # too little for three: the one of Kneser & Ney 1995
        return np.clip([i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3)], 0.05, [1, 2, 3])

    def _table(self, names: list[str], kind: str) -> np.ndarray:
        """The count of each gram, then the four numbers of its history: (positions, max_order, 5).

        Where there is none, they are zeros.
        """
        positions = list(grams(names, self.max_order))
        table, counts, histories = (
            np.zeros((len(positions), self.max_order, 5)),
            self.counts[kind],
            self.histories[kind],
        )
        for row, position in zip(table, positions, strict=True):
            for level, gram in zip(row, position, strict=False):
                if (history := histories.get(gram[:-1])) is None:
                    break
                level[0], level[1:] = counts.get(gram, 0), history
        return table

    def losses(self, names: list[str]) -> dict[tuple[int, float | None], float]:
        """Nats per character, END counted, for each (order, discount).

        A discount of None stands for modified Kneser-Ney.
        """
        tables = {kind: self._table(names, kind) for kind in self.counts}
        return {
            (order, discount): float(-np.log(self._probabilities(tables, order, discount)).mean())
            for order in range(2, self.max_order + 1)
            for discount in [None, *DISCOUNTS.tolist()]
        }

    def best(self, names: list[str]) -> tuple[float, int, float | None]:
        """The lowest loss on some names, with its order and discount: (loss, order, discount)."""
        return min(
            (loss, order, discount) for (order, discount), loss in self.losses(names).items()
        )

    def loss(self, names: list[str], order: int, discount: float | None) -> float:
        """Nats per character, END counted."""
        tables = {kind: self._table(names, kind) for kind in self.counts}
        return float(-np.log(self._probabilities(tables, order, discount)).mean())

    def probabilities(self, prefix: str, characters: list[str], order: int) -> np.ndarray:
        """Those of some characters, END perhaps, after a prefix, of modified Kneser-Ney."""
        texts = [prefix + character for character in characters]
        tables = {kind: self._table(texts, kind) for kind in self.counts}
        ends = np.cumsum([len(text) + 1 for text in texts])
        return self._probabilities(tables, order, None)[ends - 2]

    def _probabilities(
        self, tables: dict[str, np.ndarray], order: int, discount: float | None
    ) -> np.ndarray:
        """The probability of the character at every position of `_table`."""
        p = np.full(len(tables["lower"]), 1 / self.symbols)
        for k in range(1, order + 1):
            kind = "highest" if k == order else "lower"
            count, *n, total = tables[kind][:, k - 1].T
            d = (
                np.full(3, discount)
                if discount is not None
                else self.count_based_discounts(kind, k)
            )
            own = np.maximum(count - np.append(0, d)[np.minimum(count, 3).astype(int)], 0)
            known = total > 0
            p = np.where(known, (own + (d @ np.array(n)) * p) / np.where(known, total, 1), p)
        return p
