"""Interpolated Kneser-Ney with three discounts, from the equations: a reference for the n-gram."""

from collections import Counter

START = "start"


class PlainKneserNey:
    """Of names as lists of indices from 1; index 0 ends a name."""

    def __init__(self, names, n_y, order):
        self.n_y = n_y
        texts = [(START, *name, 0) for name in names]
        grams = {
            k: Counter(
                text[i - k + 1 : i + 1] for text in texts for i in range(max(k - 1, 1), len(text))
            )
            for k in range(1, order + 1)
        }
        self.order = max(k for k in grams if grams[k])
        self.counts = {self.order: grams[self.order]}
        for k in range(1, self.order):
            before = Counter(gram[1:] for gram in grams[k + 1])
            of_start = {gram: n for gram, n in grams[k].items() if gram[0] == START}
            self.counts[k] = {gram: before[gram] for gram in grams[k]} | of_start
        of_counts = {k: Counter(counts.values()) for k, counts in self.counts.items()}
        self.discounts = {k: self._discounts(n) for k, n in of_counts.items()}

    @staticmethod
    def _discounts(n):
        n1, n2 = max(n[1], 0.5), max(n[2], 0.5)
        y = n1 / (n1 + 2 * n2)
        if not (n[1] and n[2] and n[3] and n[4]):
            return dict.fromkeys((1, 2, 3), y)
        return {i: min(max(i - (i + 1) * y * n[i + 1] / n[i], 0.05), i) for i in (1, 2, 3)}

    def probability(self, prefix, character, k=None):
        """Of a character after a prefix."""
        k = self.order if k is None else k
        if k == 0:
            return 1 / self.n_y
        text = (START, *prefix)
        history = text[len(text) - k + 1 :] if k > 1 else ()
        lower = self.probability(prefix, character, k - 1)
        after = {
            gram[-1]: n
            for gram, n in self.counts[k].items()
            if gram[:-1] == history and len(text) >= k - 1
        }
        if not after:
            return lower
        discount = {w: self.discounts[k][min(n, 3)] for w, n in after.items()}
        total = sum(after.values())
        own = (after[character] - discount[character]) / total if character in after else 0
        return own + sum(discount.values()) / total * lower
