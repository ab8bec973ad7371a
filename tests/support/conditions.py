"""Conditions on the names of a tiny model, random ones among them."""

import numpy as np

from rnn_names.corpus.names import Names
from rnn_names.options import RandomOptions
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.rarity import guided_drawer_if_rare
from rnn_names.sampling.sampler import Sampler
from support.enumeration import distribution


def accepts(automaton, texts, vocabulary):
    """Whether an automaton accepts each of some texts."""
    return automaton.accepts(Names.from_strings(texts), vocabulary).tolist()


def can_look_ahead(options):
    """Whether there is a condition on lengths or on the spelling that an automaton can tell."""
    told = {"suffix", "contains", "match", "like", "min_length", "max_length"} & set(options)
    return bool(told) and options.get("min_length") != 1 and "(?" not in str(options.get("match"))


def random_options(rng):
    """Random conditions, often several, with random options of sampling; of the letters abc."""

    def text(least, most):
        return "".join(rng.choice(list("abc"), int(rng.integers(least, most + 1))))

    kinds = {
        "suffix": lambda: text(1, 3),
        "contains": lambda: [text(1, 3) for _ in range(rng.integers(1, 3))],
        "match": lambda: str(rng.choice(["[ab]+c?", "(a|bc)*", ".*b.*b.*", "[^b]*", "a.*|.*c"])),
        "min_length": lambda: int(rng.integers(2, 7)),
        "max_length": lambda: int(rng.integers(4, 7)),
        "prefix": lambda: text(1, 2),
        "exclude": lambda: [text(1, 4) for _ in range(4)],
        "exclude_words": lambda: [text(2, 3)],
        "novel": lambda: True,
        "temperature": lambda: float(rng.uniform(0.5, 1.5)),
        "min_p": lambda: float(rng.uniform(0, 0.7)),
        "top_k": lambda: int(rng.integers(2, 5)),
        "top_p": lambda: float(rng.uniform(0.6, 1)),
    }
    chosen = rng.choice(list(kinds), int(rng.integers(1, 5)), replace=False)
    return {str(kind): kinds[str(kind)]() for kind in chosen}


def models_with_random_options(n, model_of):
    """The first `n` random options that some names can meet, with a condition to look ahead for.

    Yields:
        a number, a tiny model of that seed, options and the distribution given them.
    """
    number = found = 0
    while found < n:
        number += 1
        rng = np.random.default_rng(number)
        options = random_options(rng)
        if not can_look_ahead(options):
            continue
        model = model_of(str(rng.choice(["rnn", "gru"])), number)
        expected = distribution(model, **options)
        if len(expected) > 1:
            found += 1
            yield number, model, options, expected


def looking_ahead(model, **options):
    return guided_drawer_if_rare(Sampler(model, RandomOptions(**options)))


def first_keys(seed, size):
    """The keys of the first numbers of a seed."""
    return keys_at(seed_key(seed), np.arange(size))
