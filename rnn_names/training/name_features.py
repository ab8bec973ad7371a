"""Features of whole names, and the tilt that gives a teacher's names the means of the list.

    p*(name) ∝ p(name) · w(name),   w(name) = exp(λ · φ(name))

The features φ of a name are its length and squared length, its first and last letter, the count of
each letter, and the count of each pair of adjacent kinds (capitals, spaces, …, both ends). λ is
fitted so that names drawn from the teacher, p, have the list's means under the weights w. No other
distribution with these means is closer to p (Csiszár 1975). `rnn_names.ngram.tilt` turns w into
factors of the next character (after Khalifa et al. 2021, arXiv:2012.11635).
"""

from unicodedata import category

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import EOS, Names, Vocabulary
from rnn_names.ngram.contexts import transitions
from rnn_names.ngram.tilt import LogFactors
from rnn_names.training.batches import Batches

SEEN_RARELY = 2  # maximum occurrences of a rare character in the distinct training names
PRIOR_NAMES = 30  # weight of the teacher's own means, in names: short lists tell little
SEEN_OFTEN = 10  # minimum occurrences of a fitted term in the drawn names
MAX_FEATURES = 400  # maximum number of fitted features; the most frequent are fitted
PRIOR_SPREAD = 1  # standard deviation of the prior of λ, which bounds λ of rare terms
RIDGE = 1e-3  # penalty on λ, since a name's letters add up to its length
MAX_NEWTON_STEPS = 30
MIN_NEWTON_GAIN = 1e-6  # minimum gain of a step of Newton's method, in nats per name
NAMES_AT_A_TIME = 1 << 16  # names whose features are added together, to bound the memory


class NameFeatures:
    """The features of names over one vocabulary and their means over the training names.

    All features but the powers of the length count numbered *terms*: each character of a name, its
    first, its last, and each pair of adjacent kinds (Unicode's general categories, START and EOS).
    """

    def __init__(self, batches: Batches, vocabulary: Vocabulary) -> None:
        names, self._n, self._n_y = batches.names, len(batches.rows), len(vocabulary)
        self._longest = int(names.lengths.max())
        kinds = ["EOS", *map(category, vocabulary.characters), "START"]
        _, self._kinds = np.unique(kinds, return_inverse=True)  # (n_y + 1,)
        self._n_kinds = int(self._kinds.max()) + 1
        self._n_terms = 3 * self._n_y + self._n_kinds**2
        seen = np.bincount(names.codes, minlength=self._n_y)  # in distinct names
        # Rare characters occur by chance, so they are not fitted.
        self._unfitted = np.flatnonzero(seen <= SEEN_RARELY)  # EOS, too
        shares = batches.counts / batches.counts.sum()
        self._mean_powers = shares @ self._powers(names.lengths)
        self._mean_terms = np.zeros(self._n_terms)  # the mean number of each term in a name
        for start in range(0, len(names), NAMES_AT_A_TIME):
            rows = slice(start, start + NAMES_AT_A_TIME)
            row, terms = self._terms(names[rows])
            self._mean_terms += np.bincount(terms, shares[rows][row], self._n_terms)
        # Leaves room for characters that the list lacks. Their probability within a kind is about
        # the share of characters seen once (Good 1953, "The population frequencies of species").
        counts, kind = np.repeat(batches.counts, names.lengths), self._kinds[:-1]
        each = np.bincount(names.codes, counts, self._n_y)
        total, once = (np.bincount(kind, n, self._n_kinds) for n in (each, each * (seen == 1)))
        self._mean_terms[: 3 * self._n_y] *= np.tile(1 - (once / np.maximum(total, 1))[kind], 3)

    def factors(self, drawn: Names) -> LogFactors:
        """The tilt that gives drawn names the list's means."""
        row, terms = self._terms(drawn)
        often = np.bincount(terms, minlength=self._n_terms)
        often[: 3 * self._n_y].reshape(3, -1)[:, self._unfitted] = 0
        fitted = np.argsort(-often, kind="stable")[:MAX_FEATURES]
        fitted = fitted[often[fitted] >= SEEN_OFTEN]
        column = np.full(self._n_terms, -1)
        column[fitted] = np.arange(len(fitted))
        row, columns = row[column[terms] >= 0], column[terms[column[terms] >= 0]]
        counts = np.bincount(row * len(fitted) + columns, minlength=len(drawn) * len(fitted))
        features = np.hstack([self._powers(drawn.lengths), counts.reshape(len(drawn), -1)])
        listed = np.append(self._mean_powers, self._mean_terms[fitted])
        sums = self._n * listed + PRIOR_NAMES * features.mean(axis=0)
        n = self._n + PRIOR_NAMES
        tilt = fitted_tilt(features, sums / n, 1 / (PRIOR_SPREAD**2 * n))
        term_factors = np.zeros(self._n_terms)
        term_factors[fitted] = tilt[2:]
        return self._as_factors(tilt[:2], term_factors)

    def _powers(self, lengths: Array) -> Array:
        return np.column_stack([lengths, lengths**2])

    def _terms(self, names: Names) -> tuple[Array, Array]:
        """For each term in the names, the row of its name and the number of the term."""
        n_y, start = self._n_y, self._n_y
        row = np.repeat(np.arange(len(names)), names.lengths + 1)
        before, after = transitions(names, start)
        first, last = before == start, after == EOS
        kinds = self._kinds[before] * self._n_kinds + self._kinds[after]
        terms = [after, n_y + after[first], 2 * n_y + before[last], 3 * n_y + kinds]
        rows = [row, row[first], row[last], row]
        return np.concatenate(rows), np.concatenate(terms)

    def _as_factors(self, power_factors: Array, term_factors: Array) -> LogFactors:
        n_y, kinds = self._n_y, self._kinds
        characters, first, last, following = np.split(term_factors, [n_y, 2 * n_y, 3 * n_y])
        following = following.reshape(self._n_kinds, self._n_kinds)
        pairs = characters + following[:, kinds[:n_y]]
        pairs[kinds[n_y]] += first
        ends = np.append(last, 0) + following[kinds, kinds[EOS]]
        lengths = self._powers(np.arange(self._longest + 1)) @ power_factors
        return LogFactors(kinds, pairs, ends, lengths)


def fitted_tilt(features: Array, means: Array, prior: float = 0.0) -> Array:
    """λ, (d,), such that names with the weights exp(λ · φ) have the given means of the features.

    Minimises the convex function log Σ exp(λ · (φ − means)) + ridge · λ² / 2 for features φ (n, d),
    in nats per name, by Newton's method. `ridge` is `prior` plus, for stability, `RIDGE` times the
    variance of φ. If a feature is the same for all names, its λ is 0.

    >>> fitted_tilt(np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([0.75, 1.0])).round(1).tolist()
    [1.1, 0.0]
    """
    varies = np.ptp(features, axis=0) > 0
    centred = features[:, varies] - means[varies]
    ridge = RIDGE * centred.var(axis=0) + prior

    def value(tilt: Array) -> float:
        return float(np.logaddexp.reduce(centred @ tilt) + ridge @ tilt**2 / 2)

    tilt, lowest = np.zeros(centred.shape[1]), np.log(len(centred))
    for _ in range(MAX_NEWTON_STEPS):
        z = centred @ tilt
        weights = np.exp(z - z.max())
        weights /= weights.sum()
        mean = weights @ centred
        gradient = mean + ridge * tilt
        curvature = (centred * weights[:, None]).T @ centred - np.outer(mean, mean)
        step = np.linalg.solve(curvature + np.diag(ridge), gradient)
        while (lower := value(tilt - step)) > lowest and gradient @ step > MIN_NEWTON_GAIN:
            step /= 2
        if gradient @ step <= MIN_NEWTON_GAIN:
            break
        tilt, lowest = tilt - step, lower
    result = np.zeros(len(means))
    result[varies] = tilt
    return result
