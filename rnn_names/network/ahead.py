"""What is ahead of a name that has come so far: one recursion, from the longest names down.

    ahead(name so far)  =  Σ_c p(c | name so far) · ahead(name so far + c)

over all next characters c and the end of the name. What an ended name is worth decides what the
result means: 1 if it meets a condition and else 0, and it is the probability that the condition
will be met; with p = 1 as well, it is how many names meet it.

It also makes the steps of a distribution that is p given the condition, or p times the worth:

    q(c | name so far)  =  p(c | name so far) · ahead(name so far + c) / ahead(name so far)

In the product along a name, each ahead but the first is once a numerator and once a denominator.

An example: after each character, a coin ends the name, or after three at the latest. A name of one
character is worth 0, one of two 7/4, and one of three 7/2. By the number of characters so far,

    ahead(3) = ½ · 7/2 = 7/4                     no name goes on
    ahead(2) = ½ · 7/4 + ½ · ahead(3) = 7/4      so q(end | 2) = ½ · 7/4 / ahead(2) = ½
    ahead(1) = ½ · 0 + ½ · ahead(2) = 7/8        and q(end | 1) = 0
"""

from collections.abc import Callable

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import EOS

LEAST_LOG = -1e300  # in place of −∞ where that is subtracted: −∞ − −∞ would be no number


def by_length(
    probabilities: Callable[[int], Array], after: Array, worth: Array, *, logs: bool = False
) -> Array:
    """What is ahead by length and state: (longest + 2, …); 0 in the last row, of too long names.

    `probabilities` gives those of the next character, (…, n_y), in each state at a length; `after`,
    (…, n_y), is the state after each state and character, numbered as if in one row; `worth`,
    (longest + 1, …), that of a name that ends. With `logs`, all numbers are natural logarithms.
    """
    expected, nothing = (log_expected, -np.inf) if logs else (_expected, 0)
    ahead = np.full((len(worth) + 1, *after.shape[:-1]), nothing, worth.dtype)
    for length in range(len(worth) - 1, -1, -1):
        next_ahead = ahead[length + 1].ravel()[after]
        next_ahead[..., EOS] = worth[length]
        ahead[length] = expected(probabilities(length), next_ahead)
    return ahead


def on_tree(
    log_probabilities: Array, log_ahead: Array, parent: Array, character: Array, length: Array
) -> Array:
    """The logarithm of what is ahead of each prefix of a tree, (N,), of these lengths, (N,).

    The probabilities are those of the next character, (N, n_y). `log_ahead`, (N, n_y), is
    overwritten where a character leads to a prefix: one that goes on from row `parent` with
    `character`, (N,).
    """
    values = np.zeros(len(parent))
    for rows in by_level(length)[::-1]:
        values[rows] = log_expected(log_probabilities[rows], log_ahead[rows])
        below = rows[rows > 0]
        log_ahead[parent[below], character[below]] = values[below]
    return values


def _expected(probabilities: Array, ahead: Array) -> Array:
    """Σ p · ahead over the last axis."""
    value: Array = np.einsum("...c,...c->...", probabilities, ahead)
    return value


def log_expected(log_probabilities: Array, log_ahead: Array) -> Array:
    """The logarithm of Σ p · ahead over the last axis, of numbers of any size."""
    terms = log_probabilities + log_ahead
    top = np.maximum(terms.max(axis=-1), LEAST_LOG)
    terms -= top[..., None]
    np.exp(terms, out=terms)
    with np.errstate(divide="ignore"):
        return np.log(terms.sum(axis=-1)) + top


def by_level(length: Array) -> list[Array]:
    """The rows of each length, from the shortest on."""
    order = np.argsort(length, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(length[order])) + 1)
