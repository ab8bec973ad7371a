"""What is ahead of a name that has come so far: one recursion, from the longest names down.

    ahead(name so far)  =  Σ_c p(c | name so far) · ahead(name so far + c)

over all next characters c and the end of the name. The value of an ended name decides what the
result means: 1 if it meets a condition and else 0, and it is the probability that the condition
will be met; with p = 1 as well, it is how many names meet it.

It also makes the steps of a distribution that is p given the condition, or p times the value:

    q(c | name so far)  =  p(c | name so far) · ahead(name so far + c) / ahead(name so far)

In the product along a name, each ahead but the first is once a numerator and once a denominator.

An example: after each character, a coin ends the name, or after three at the latest. The value of a
name is 0 with one character, 7/4 with two, and 7/2 with three. By the number of characters so far,

    ahead(3) = ½ · 7/2 = 7/4                     no name goes on
    ahead(2) = ½ · 7/4 + ½ · ahead(3) = 7/4      so q(end | 2) = ½ · 7/4 / ahead(2) = ½
    ahead(1) = ½ · 0 + ½ · ahead(2) = 7/8        and q(end | 1) = 0
"""

from collections.abc import Callable

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import EOS

LEAST_LOG = -1e300  # in place of −∞ where that is subtracted: −∞ − −∞ would be no number


def value_table(
    probabilities: Callable[[int], Array], after: Array, value: Array, *, logs: bool = False
) -> Array:
    """What is ahead by length and state: (longest + 2, …); 0 in the last row, of too long names.

    `probabilities` gives those of the next character, (…, n_y), in each state at a length; `after`,
    (…, n_y), is the state after each state and character, numbered as if in one row; `value`,
    (longest + 1, …), that of a name that ends. With `logs`, all numbers are natural logarithms.
    """
    ahead = np.full((len(value) + 1, *after.shape[:-1]), -np.inf if logs else 0, value.dtype)
    for length in range(len(value) - 1, -1, -1):
        next_ahead = ahead[length + 1].ravel()[after]
        next_ahead[..., EOS] = value[length]
        if logs:
            ahead[length] = log_expected(probabilities(length), next_ahead)
        else:
            np.einsum("...c,...c->...", probabilities(length), next_ahead, out=ahead[length])
    return ahead


def log_expected(log_probabilities: Array, log_ahead: Array) -> Array:
    """The logarithm of Σ p · ahead over the last axis, of numbers of any size."""
    return log_sum(log_probabilities + log_ahead)


def log_sum(terms: Array) -> Array:
    """The logarithm of Σ exp(terms) over the last axis, of any size; `terms` are overwritten."""
    top = np.maximum(terms.max(axis=-1), LEAST_LOG)
    terms -= top[..., None]
    np.exp(terms, out=terms)
    with np.errstate(divide="ignore"):
        return np.log(terms.sum(axis=-1)) + top


def sharpened(log_probabilities: Array, power: float) -> Array:
    """Logarithms of p to a power, scaled so that each row sums to 1: (m, n_y) to (m, n_y)."""
    powers = log_probabilities * power
    return powers - log_sum(powers.copy())[:, None]
