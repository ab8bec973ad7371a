"""A tiny random model, and the distribution of its names: all of them, one step after another."""

from dataclasses import replace
from itertools import product

import numpy as np

from rnn_names.corpus.fingerprints import fingerprints
from rnn_names.corpus.names import Names
from rnn_names.network import rnn
from support.networks import random_model

LETTERS = "abc"
LONGEST = 6
KNOWN = ["a", "b", "ca", "abc", "bab", "ccb"]


def tiny_model(cell="gru", seed=1):
    made = random_model(LETTERS, cell, seed, longest=LONGEST)
    made.params["by"][0] -= 1  # longer names
    return replace(made, fingerprints=np.unique(fingerprints(Names.from_strings(KNOWN))))


def distribution(model, holds=lambda name: True, prefix="", max_length=None, **options):
    """The probability of every name that meets a condition, given it."""
    letters = model.vocabulary.characters
    longest = max_length or getattr(model, "language_model", model).longest
    params = {name: array.astype(float) for name, array in model.params.items()}
    found = {}

    def extend(text, a, p_text):
        x = np.zeros((1, len(letters) + 1))
        if text:
            x[0, 1 + letters.index(text[-1])] = 1
        a, _ = rnn.cell_forward(x, a, params)
        probabilities = _probabilities((a @ params["Wya"].T + params["by"])[0], **options)
        if text and probabilities[0] > 0:
            found[text] = p_text * probabilities[0]
        for letter, p in zip(letters, probabilities[1:], strict=True):
            if p > 0 and len(text) < longest:
                extend(text + letter, a, p_text * p)

    extend("", params["a0"][None], 1.0)
    found = {name: p for name, p in found.items() if name.startswith(prefix) and holds(name)}
    total = sum(found.values())
    return {name: p / total for name, p in found.items()}


def _probabilities(logits, temperature=1.0, top_k=None, top_p=1.0):
    """The probabilities of the next character, the plain way: from the most probable down."""
    weights = np.exp(logits / temperature - (logits / temperature).max())
    p = weights / weights.sum()
    order = np.argsort(-p)[:top_k]
    kept = np.zeros_like(p)
    kept[order] = p[order] / p[order].sum()
    nucleus, so_far = np.zeros_like(p), 0.0
    for index in order:
        if so_far >= top_p:
            break
        nucleus[index] = kept[index]
        so_far += kept[index]
    return nucleus / nucleus.sum()


def all_texts(longest=LONGEST):
    return ["".join(letters) for n in range(longest + 1) for letters in product(LETTERS, repeat=n)]
