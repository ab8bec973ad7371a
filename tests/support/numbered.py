"""Names by number as they are defined: one name at a time, in float64, one line per step.

`rnn_names.sampling` and the page's engine compute the same names for many numbers at once, and
tests hold them equal.
"""

from itertools import count, islice

import numpy as np

from rnn_names.conditions.boldness import with_boldness
from rnn_names.conditions.conditions import make_conditions
from rnn_names.corpus.names import Names
from rnn_names.options import CommonOptions

GAMMA, MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1


def mix(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def subkey(key, k):
    return mix((key + (k + 1) * GAMMA) & MASK)


def seed_key(seed):
    key = subkey(0, seed & MASK)
    while seed := seed >> 64:
        key = subkey(key, seed & MASK)
    return key


def uniform(key, t):
    return (subkey(key, t) >> 32) * 2.0**-32


def draw(p, u):
    cumulated = np.cumsum(p)
    return int(np.argmax(u * cumulated[-1] < cumulated))


class Network:
    """The network of a model in float64, on one state."""

    def __init__(self, model, options):
        self.p = {name: array.astype(np.float64) for name, array in model.params.items()}
        self.temperature, self.min_p = options.temperature or 1, options.min_p or 0
        self.top_k, self.top_p = options.top_k, options.top_p

    def state_after(self, a, x):
        """x: the index of the character read, 0 for nothing read yet."""
        p, n = self.p, len(a)
        in_x = p["ba"] + (p["Wax"][:, x] if x else 0)
        in_a = p["Waa"] @ a
        if "bn" not in p:
            return np.tanh(in_x + in_a)

        def sigmoid(v):
            return 0.5 + 0.5 * np.tanh(0.5 * v)

        r, z = sigmoid(in_x[:n] + in_a[:n]), sigmoid(in_x[n : 2 * n] + in_a[n : 2 * n])
        c = np.tanh(in_x[2 * n :] + r * (in_a[2 * n :] + p["bn"]))
        return (1 - z) * c + z * a

    def next_probabilities(self, a):
        logits = self.p["Wya"] @ a + self.p["by"]
        p = np.exp(logits - logits.max())
        p = np.where(p < self.min_p, 0, np.exp((logits - logits.max()) / self.temperature))
        p /= p.sum()
        if self.top_k is not None and self.top_k < len(p):
            p[p < np.sort(p)[-self.top_k]] = 0
            p /= p.sum()
        if self.top_p is not None and self.top_p < 1:
            falling = np.sort(p)[::-1]
            last = min(int((np.cumsum(falling) < self.top_p * falling.sum()).sum()), len(p) - 1)
            p[p < falling[last]] = 0
            p /= p.sum()
        return p


def attempt(network, seed, i, a, max_length, roots=((),)):
    """The indices of attempt `a` at name `i`; None where it is too long."""
    key = subkey(subkey(seed_key(seed), i), a)

    def after(root):
        h, probability = network.state_after(network.p["a0"], 0), 1.0
        for c in root:
            probability *= network.next_probabilities(h)[c]
            h = network.state_after(h, c)
        return h, probability

    begun = [after(root) for root in roots]
    chosen = draw([p for _, p in begun], uniform(key, 0)) if len(roots) > 1 else 0
    text, h = [*roots[chosen]], begun[chosen][0]
    while True:
        c = draw(network.next_probabilities(h), uniform(key, len(text)))
        if c == 0:
            return text
        if len(text) == max_length:
            return None
        text.append(c)
        h = network.state_after(h, c)


def names_by_number(model, seed, roots=("",), start=0, **options):
    """The names of a seed from number `start` on, without an end; prefixes are given as `roots`."""
    options = with_boldness(CommonOptions(**options), model)
    network = Network(model, options)
    index = {c: i for i, c in enumerate(model.vocabulary.characters, 1)}
    begun = sorted(tuple(index[c] for c in root) for root in roots)
    shortest = options.min_length or min(model.shortest, options.max_length or model.shortest)
    shortest = max(shortest, min(map(len, begun)), 1)
    longest = options.max_length or max(model.longest, shortest)
    shape, conditions = model.shape, make_conditions(model, options)
    for root in begun:
        shape = shape and shape.allowing(root)

    def passes(text):
        if text is None or len(text) < shortest:
            return False
        if not options.any_shape and shape and not shape.fits([*text, 0]):
            return False
        name = Names.from_strings([spelled(text)])
        return all(condition.test(name)[0] for condition in conditions)

    def spelled(text):
        return "".join(model.vocabulary.characters[c - 1] for c in text)

    for number in count(start):
        attempts = (attempt(network, seed, number, a, longest, begun) for a in count())
        yield spelled(next(filter(passes, attempts)))


def first_names(model, n, seed, **options):
    """The first of them."""
    return [*islice(names_by_number(model, seed, **options), n)]
