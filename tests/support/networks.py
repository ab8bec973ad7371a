"""Random networks and models, names and trees; those for the tests of the maths in float64."""

from dataclasses import replace

import numpy as np

from rnn_names import Model
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.network import rnn
from rnn_names.network.prefix_tree import PrefixTree, prefix_tree

CELLS = ["rnn", "gru"]

SYLLABLES = "ab aba abba bab b cab ca acca baba abc bcab ccc a cabac".split()
"""A few letters and short names, so that all names and their probabilities can be listed."""

QUICK = {"epochs": 12, "learning_rate": 0.012, "seed": 1}
QUICK |= {"dropout": 0.0, "recurrent_dropout": 0.0, "held_out": 0, "distil_epochs": 0}
"""Settings of a small network that is trained in a second."""


def random_params(rng, cell, n_y=5, n_a=4):
    """Parameters of which none is zero, so that no term of a gradient is missed."""
    rows = {"rnn": 1, "gru": 3}[cell] * n_a
    shapes = {"Wax": (rows, n_y), "Waa": (rows, n_a), "Wya": (n_y, n_a)}
    shapes |= {"ba": rows, "by": n_y, "a0": n_a, **({"bn": n_a} if cell == "gru" else {})}
    return {name: rng.standard_normal(shape) * 0.7 for name, shape in shapes.items()}


def random_model(characters, cell="gru", seed=0, n_a=4, **training):
    """A model of random parameters."""
    params = random_params(np.random.default_rng(seed), cell, 1 + len(characters), n_a)
    params = {name: array.astype(np.float32) for name, array in params.items()}
    return Model(Vocabulary(characters), params, training)


def at_temperature(model, temperature):
    """A model that is at temperature 1 what another is at this one: logits / temperature."""
    colder = {name: model.params[name] / np.float32(temperature) for name in ("Wya", "by")}
    return Model(model.vocabulary, model.params | colder, model.training)


def bytes_of(model):
    """A model's parameters, to the last bit."""
    return {name: array.tobytes() for name, array in model.params.items()}


def random_names(rng, n_y=5, count=9, longest=5):
    """Names that share beginnings; one is empty, one a duplicate, one the beginning of another."""
    names = [rng.integers(1, n_y, rng.integers(1, longest + 1)).tolist() for _ in range(count)]
    return [*names, [], names[0], names[1][: len(names[1]) // 2]]


def indexed(names):
    """Lists of indices as `Names`."""
    codes = np.array([c for name in names for c in name], np.int32)
    return Names(codes, np.cumsum([0, *map(len, names)]))


def spelled(name):
    """A list of indices as a text; index 0 ends a line."""
    return "".join(chr(256 + index % 2**16) if index else "\n" for index in name)


def tree_of(names, n_y=5):
    """The prefix tree of some lists of indices, and those lists in the tree's order."""
    names = sorted(names)
    lengths = np.array([len(name) for name in names])
    indices = np.zeros((len(names), max(lengths.max(), 1)), int)
    for row, name in zip(indices, names, strict=True):
        row[: len(name)] = name
    tree = prefix_tree(indices, lengths, n_y)
    return replace(tree, y=tree.y.astype(np.float64)), names


def branch(x):
    """A tree that is one branch of the characters x, the first one at its root."""
    n = len(x)
    return PrefixTree(
        x=np.array(x),
        y=np.zeros((n, n)),
        parent=np.zeros(n, int),
        levels=[slice(t, t + 1) for t in range(n)],
        siblings=[[np.zeros(1, int)]] * n,
        paths=np.arange(n)[:, None],
        ends=np.array([n - 1]),
    )


def assert_gradients(function, arrays, gradients, rng, directions=2, h=1e-3):
    """Holds `gradients` of `function(arrays)` to central differences along random directions.

    They are of fourth order: their error is below the tolerance for any h that keeps rounding below
    it, too.
    """
    assert set(gradients) == set(arrays)
    for name, array in arrays.items():
        assert gradients[name].shape == array.shape
        for _ in range(directions):
            direction = rng.standard_normal(array.shape)
            direction /= np.linalg.norm(direction)
            steps = [array + step * h * direction for step in (-2, -1, 1, 2)]
            low, below, above, high = (function({**arrays, name: moved}) for moved in steps)
            numeric = (8 * (above - below) - (high - low)) / (12 * h)
            exact = float(np.vdot(gradients[name], direction))
            difference = abs(numeric - exact)
            assert difference < 1e-6 * max(abs(numeric), abs(exact)), f"{name}: {exact}, {numeric}"


def tilt_weight(factors, name):
    """What the factors of a tilt multiply the probability of a name by."""
    kinds = factors.kinds[[-1, *name]]  # START is the last symbol
    steps = sum(factors.pairs[kind, c] for kind, c in zip(kinds, name, strict=False))
    return np.exp(factors.lengths[len(name)] + steps + factors.ends[name[-1]])


def prefixes_of(tree):
    """The prefix that each node stands for, spelled from x and parent."""
    prefixes = [()]
    for above, rows in zip(tree.levels, tree.levels[1:], strict=False):
        prefixes += [
            (*prefixes[above.start + tree.parent[row]], int(tree.x[row]))
            for row in range(rows.start, rows.stop)
        ]
    return prefixes


def never_ending(rare=-1e4):
    """A network that never, or rarely, ends a name."""
    params = rnn.init_params(np.random.default_rng(0), 3, 4)
    params["by"][0] = rare
    return Model(Vocabulary("ab"), params, {"longest": 4})
