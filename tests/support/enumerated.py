"""A tiny random model, and the distribution of its names: all of them, one step after another."""

import math
from itertools import product

import numpy as np

from rnn_names import Model
from rnn_names.corpus.fingerprints import fingerprints
from rnn_names.corpus.names import Names
from rnn_names.corpus.vocabulary import Vocabulary
from rnn_names.network import rnn
from support.networks import random_params

LETTERS = "abc"
LONGEST = 6
KNOWN = ["a", "b", "ca", "abc", "bab", "ccb"]


def tiny_model(cell="gru", seed=1):
    params = random_params(np.random.default_rng(seed), cell, n_y=len(LETTERS) + 1)
    params["by"][0] -= 1  # longer names
    prints = np.unique(fingerprints(Names.from_strings(KNOWN)))
    return Model(
        Vocabulary(LETTERS),
        {name: a.astype(np.float32) for name, a in params.items()},
        {"longest": LONGEST},
        prints,
    )


def distribution(model, holds=lambda name: True, prefix="", max_length=LONGEST, **options):
    """The probability of every name that meets a condition, given it."""
    found = {}
    _extend(
        model,
        "",
        model.params["a0"][None].astype(float),
        0,
        0.0,
        prefix,
        max_length,
        options,
        found,
    )
    found = {name: p for name, p in found.items() if holds(name)}
    total = sum(found.values())
    return {name: p / total for name, p in found.items()}


def _extend(model, text, a, last, log_p, prefix, longest, options, found):
    x = np.zeros((1, len(LETTERS) + 1))
    x[0, last] = last > 0
    params = {name: array.astype(float) for name, array in model.params.items()}
    a, _ = rnn.cell_forward(x, a, params)
    probabilities = _probabilities((a @ params["Wya"].T + params["by"])[0], **options)
    for index, p in enumerate(probabilities):
        if len(text) < len(prefix):  # followed, not drawn
            p = float(index > 0 and LETTERS[index - 1] == prefix[len(text)])
        if p == 0:
            continue
        if index == 0 and text:
            found[text] = math.exp(log_p) * p
        elif index and len(text) < longest:
            _extend(
                model,
                text + LETTERS[index - 1],
                a,
                index,
                log_p + math.log(p),
                prefix,
                longest,
                options,
                found,
            )


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
