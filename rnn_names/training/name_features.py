"""Statistics of whole names, and the tilt that gives a teacher's names those of the list.

The names that a teacher draws get the list's means of these features φ of a name:

    its length and the square of it; its first letter; its last; how often it has each letter;
    how often each kind of character follows each (capitals, small letters, spaces, …, both ends)

Letters that the list has at most twice are not fitted, and the other means leave room for them.

Of all distributions with these means, the closest to the teacher's, p, is its exponential tilt
(Csiszár 1975):

    p*(name) ∝ p(name) · w(name),   w(name) = exp(λ · φ(name))

λ is fitted to names that the teacher drew: with the weights w, they have the list's means. All
features but the first two are sums along a name, so w is a product, which `rnn_names.ngram.tilt`
makes factors of the next character (after Khalifa et al. 2021, arXiv:2012.11635).
"""

from unicodedata import category

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import EOS, Names, Vocabulary
from rnn_names.ngram.contexts import transitions
from rnn_names.ngram.tilt import Factors
from rnn_names.training.batches import Batches

SEEN_RARELY = 2  # occurrences of a rare character in the distinct training names, at most
PRIOR_NAMES = 30  # names with the teacher's own means, added to the list's: a short one says little
SEEN_OFTEN = 10  # a feature is fitted if so many draws have it
MAX_FEATURES = 400  # features that are fitted, at most: the most common ones
SPREAD = 1  # standard deviation of the prior of λ; without one, that of rare terms runs away
RIDGE = 1e-3  # of the penalty on λ: a name's letters add up to its length
ENOUGH = 1e-6  # Newton's method ends where another step would gain less, in nats per name
NAMES_AT_A_TIME = 1 << 16  # names whose features are added up together; it bounds the memory


class NameFeatures:
    """The features of names over one vocabulary, and what the training names have of them.

    All but the powers of the length are sums of *terms*, which are numbered: each character of a
    name is a term, and so are its first, its last, and each kind after a kind. Kinds of characters
    are Unicode's general categories; START and EOS are two more.
    """

    def __init__(self, batches: Batches, vocabulary: Vocabulary) -> None:
        names, self._n, self._n_y = batches.names, len(batches.rows), len(vocabulary)
        self._longest = int(names.lengths.max())
        kinds = ["EOS", *map(category, vocabulary.characters), "START"]
        _, self._kinds = np.unique(kinds, return_inverse=True)  # (n_y + 1,)
        self._n_kinds = int(self._kinds.max()) + 1
        self._n_terms = 3 * self._n_y + self._n_kinds**2
        seen = np.bincount(names.codes, minlength=self._n_y)  # in distinct names
        # It is by chance that a list has some rare characters, and not others: none is fitted.
        self._unfitted = np.flatnonzero(seen <= SEEN_RARELY)  # EOS, too
        shares = batches.counts / batches.counts.sum()
        self._mean_powers = shares @ self._powers(names.lengths)
        self._wanted_terms = np.zeros(self._n_terms)  # the mean number of each in a name
        for start in range(0, len(names), NAMES_AT_A_TIME):
            rows = slice(start, start + NAMES_AT_A_TIME)
            of_name, terms = self._terms(names[rows])
            self._wanted_terms += np.bincount(terms, shares[rows][of_name], self._n_terms)
        # Room for characters that the list lacks: their probability is about the share of those
        # that it has once (Good 1953, "The population frequencies of species"), by kind.
        counts, kind = np.repeat(batches.counts, names.lengths), self._kinds[:-1]
        each = np.bincount(names.codes, counts, self._n_y)
        total, once = (np.bincount(kind, n, self._n_kinds) for n in (each, each * (seen == 1)))
        self._wanted_terms[: 3 * self._n_y] *= np.tile(1 - (once / np.maximum(total, 1))[kind], 3)

    def factors(self, drawn: Names) -> Factors:
        """The tilt that gives names that were drawn the list's means."""
        of_name, terms = self._terms(drawn)
        often = np.bincount(terms, minlength=self._n_terms)
        often[: 3 * self._n_y].reshape(3, -1)[:, self._unfitted] = 0
        fitted = np.argsort(-often, kind="stable")[:MAX_FEATURES]
        fitted = fitted[often[fitted] >= SEEN_OFTEN]
        column = np.full(self._n_terms, -1)
        column[fitted] = np.arange(len(fitted))
        of_name, columns = of_name[column[terms] >= 0], column[terms[column[terms] >= 0]]
        counts = np.bincount(of_name * len(fitted) + columns, minlength=len(drawn) * len(fitted))
        features = np.hstack([self._powers(drawn.lengths), counts.reshape(len(drawn), -1)])
        listed = np.append(self._mean_powers, self._wanted_terms[fitted])
        wanted = self._n * listed + PRIOR_NAMES * features.mean(axis=0)
        n = self._n + PRIOR_NAMES
        tilt = fitted_tilt(features, wanted / n, 1 / (SPREAD**2 * n))
        of_terms = np.zeros(self._n_terms)
        of_terms[fitted] = tilt[2:]
        return self._as_factors(tilt[:2], of_terms)

    def _powers(self, lengths: Array) -> Array:
        """Some lengths and their squares: (n, 2)."""
        return np.column_stack([lengths, lengths**2])

    def _terms(self, names: Names) -> tuple[Array, Array]:
        """All terms of the names: the name that each belongs to, and its number."""
        n_y, start = self._n_y, self._n_y
        of_name = np.repeat(np.arange(len(names)), names.lengths + 1)
        before, after = transitions(names, start)
        first, last = before == start, after == EOS
        kinds = self._kinds[before] * self._n_kinds + self._kinds[after]
        terms = [after, n_y + after[first], 2 * n_y + before[last], 3 * n_y + kinds]
        of_names = [of_name, of_name[first], of_name[last], of_name]
        return np.concatenate(of_names), np.concatenate(terms)

    def _as_factors(self, of_powers: Array, of_terms: Array) -> Factors:
        """The factors of a tilt λ."""
        n_y, kinds = self._n_y, self._kinds
        characters, first, last, following = np.split(of_terms, [n_y, 2 * n_y, 3 * n_y])
        following = following.reshape(self._n_kinds, self._n_kinds)
        pairs = characters + following[:, kinds[:n_y]]
        pairs[kinds[n_y]] += first
        ends = np.append(last, 0) + following[kinds, kinds[EOS]]
        lengths = self._powers(np.arange(self._longest + 1)) @ of_powers
        return Factors(kinds, pairs, ends, lengths)


def fitted_tilt(features: Array, wanted: Array, prior: float = 0.0, steps: int = 30) -> Array:
    """λ, (d,), with which the weights exp(λ · φ) give some names the means that are wanted.

    That is where log Σ exp(λ · (φ − wanted)) + ridge · λ² / 2 is least, in nats per name, for
    features φ (n, d). It is convex, and Newton's method finds it, in so many steps at most. `prior`
    is in ridge, with `RIDGE` for stability. Where φ is the same for all names, λ is 0.

    >>> fitted_tilt(np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([0.75, 1.0])).round(1).tolist()
    [1.1, 0.0]
    """
    varies = np.ptp(features, axis=0) > 0
    centred = features[:, varies] - wanted[varies]
    ridge = RIDGE * centred.var(axis=0) + prior

    def value(tilt: Array) -> float:
        return float(np.logaddexp.reduce(centred @ tilt) + ridge @ tilt**2 / 2)

    tilt, lowest = np.zeros(centred.shape[1]), np.log(len(centred))
    for _ in range(steps):
        z = centred @ tilt
        weights = np.exp(z - z.max())
        weights /= weights.sum()
        mean = weights @ centred
        gradient = mean + ridge * tilt
        curvature = (centred * weights[:, None]).T @ centred - np.outer(mean, mean)
        step = np.linalg.solve(curvature + np.diag(ridge), gradient)
        while (lower := value(tilt - step)) > lowest and gradient @ step > ENOUGH:
            step /= 2
        if gradient @ step <= ENOUGH:
            break
        tilt, lowest = tilt - step, lower
    found = np.zeros(len(wanted))
    found[varies] = tilt
    return found
