"""A tilt of whole names, as factors of an n-gram's next character."""

from itertools import product

import numpy as np
import pytest

from rnn_names.corpus.names import EOS
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.ngram.tilt import LogFactors, Tilt
from support.networks import indexed, tilt_weight

N_Y, LONGEST = 4, 4


@pytest.mark.parametrize(
    "known, kinds", [(3, [0, 1, 1, 2, 3]), (2, [0, 1, 1, 1, 2])], ids=["all", "one unknown"]
)
def test_the_tilted_n_gram_multiplies_each_name_by_its_factors(known, kinds):
    """Of all possible names up to the longest: those before, times w, scaled to sum to 1.

    A character that no name of the n-gram has counts as the others do in the mean.
    """
    rng = np.random.default_rng(1)
    names = [rng.integers(1, known + 1, rng.integers(1, LONGEST + 1)).tolist() for _ in range(30)]
    ngram = NGram(indexed(names), N_Y)
    factors = LogFactors(
        kinds=np.array(kinds),
        pairs=rng.normal(size=(4, N_Y)),
        ends=rng.normal(size=N_Y + 1) if known == 3 else np.full(N_Y + 1, 1.5),
        lengths=np.append(-np.inf, rng.normal(size=LONGEST)),  # no empty name
    )
    tilt = Tilt(ngram, factors)

    def probability(name, tilted):
        history, p = np.array([ngram.start]), 1.0
        for length, character in enumerate([*name, EOS]):
            at = history, np.array([length])
            row = ngram.probabilities(history)[0]
            if tilted:
                row = row * tilt.of_next(*at)[0]
            p *= row[character] / row.sum()
            history = ngram.extend(history, np.array([character]))
        return p

    every = [name for n in range(1, LONGEST + 1) for name in product(range(1, N_Y), repeat=n)]
    before, after = (np.array([probability(name, way) for name in every]) for way in (False, True))
    w = np.array([tilt_weight(factors, name) for name in every])
    np.testing.assert_allclose(after, before * w / (before @ w), rtol=1e-4)


def test_after_any_character_the_factors_are_the_mean_of_all():
    factors = LogFactors(
        kinds=np.array([0, 1, 2, 2, 3]),
        pairs=np.log([[9, 9, 9, 9], [9, 1, 2, 3], [9, 4, 5, 6], [9, 9, 9, 9]]),
        ends=np.log([9, 1, 2, 4, 9]),
        lengths=np.zeros(LONGEST + 1),
    )
    mean = factors.after_any(np.array([0.2, 0.4, 0.1, 0.3]))  # of EOS, and of three characters
    np.testing.assert_allclose(mean, [(0.4 + 0.2 + 1.2) / 0.8, 2.5, 3.5, 4.5])
