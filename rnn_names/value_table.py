"""The completion value of a prefix: one recursion, from the longest prefixes to the shortest.

    completion(prefix)  =  Σ_c p(c | prefix) · completion(prefix + c)

over all next characters c and the end of the name. The recursion begins with values of whole names.
If the value is 1 for each name that meets a condition, else 0, the result is the probability that
the condition will be met, the *completion probability* (the backward probability of a hidden Markov
model; the value function of reinforcement learning). With these values and p = 1 everywhere, the
result is the number of names that meet the condition.

The recursion also gives the distribution in proportion to p times the value (p given a condition):

    q(c | prefix)  =  p(c | prefix) · completion(prefix + c) / completion(prefix)

In the product along a name, all factors `completion` but the first cancel.

An example: after each character, a coin decides whether the name ends. The value of a name with
one, two or three characters is 0, 7/4 or 7/2; longer names have the value 0. By the number of
characters so far:

    completion(3) = ½ · 7/2 = 7/4                       longer names add nothing
    completion(2) = ½ · 7/4 + ½ · completion(3) = 7/4   q(end | 2) = ½ · 7/4 / completion(2) = ½
    completion(1) = ½ · 0 + ½ · completion(2) = 7/8     q(end | 1) = 0
"""

from collections.abc import Callable

import numpy as np

from rnn_names.arrays import Array, log_sum
from rnn_names.corpus.names import EOS


def value_table(
    probabilities: Callable[[int], Array], next_index: Array, value: Array, *, logs: bool = False
) -> Array:
    """Completion values by length and state: (longest + 2, …); 0 in the last row, for longer names.

    `probabilities` returns p of the next character, (…, n_y), for a length. `next_index`, (…, n_y),
    is the flat index of the next state. `value`, (longest + 1, …), is that of a name that ends.
    With `logs`, probabilities, values and the result are natural logarithms.
    """
    shape = len(value) + 1, *next_index.shape[:-1]
    completion = np.full(shape, -np.inf if logs else 0, value.dtype)
    for length in range(len(value) - 1, -1, -1):
        next_completion = completion[length + 1].ravel()[next_index]
        next_completion[..., EOS] = value[length]
        p = probabilities(length)
        if logs:
            completion[length] = log_sum(p + next_completion)
        else:
            np.einsum("...c,...c->...", p, next_completion, out=completion[length])
    return completion
