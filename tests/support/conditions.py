"""Conditions on the names of a tiny model, said in Python, and the distribution given them."""

import re

from support.enumerated import KNOWN, distribution

OF_SAMPLING = ("prefix", "temperature", "top_k", "top_p")


def holds(options):
    """Whether a name meets the conditions among some options."""
    tests = {
        "suffix": lambda name, end: name.endswith(end),
        "contains": lambda name, texts: all(text in name for text in texts),
        "match": lambda name, pattern: re.fullmatch(pattern, name) is not None,
        "min_length": lambda name, n: len(name) >= n,
        "max_length": lambda name, n: len(name) <= n,
        "exclude": lambda name, names: name.lower() not in [each.lower() for each in names],
        "exclude_words": lambda name, words: not any(word.lower() in name for word in words),
        "novel": lambda name, wanted: name not in KNOWN,
    }
    return lambda name: all(
        tests[key](name, value) for key, value in options.items() if key in tests
    )


def given_conditions(model, **options):
    """The probability of every name that meets the conditions, given them."""
    of_sampling = {key: options[key] for key in OF_SAMPLING if key in options}
    return distribution(model, holds(options), **of_sampling)


COMBINATIONS = [
    {"suffix": "ab"},
    {"suffix": "a", "prefix": "a"},
    {"contains": ["ab", "ba"]},
    {"contains": ["aa"], "suffix": "ac", "temperature": 1.3},
    {"match": "[ab]+c?"},
    {"match": "(?i)A.*B"},
    {"suffix": "b", "contains": ["c"], "match": ".{3,5}", "min_length": 4},
    {"exclude": ["A", "bB", "cab"]},
    {"exclude_words": ["AB", "cc"]},
    {"novel": True},
    {"novel": True, "max_length": 2},
    {"top_k": 2},
    {"top_k": 3, "prefix": "b"},
    {"top_p": 0.6},
    {
        "top_p": 0.95,
        "top_k": 3,
        "temperature": 1.5,
        "novel": True,
        "exclude_words": ["bb"],
        "min_length": 2,
    },
    {"prefix": "ab", "suffix": "ba", "contains": ["bc"], "exclude": ["abcba"], "novel": True},
]


def can_look_ahead(options):
    """Whether there is a condition on lengths or on the spelling that an automaton can tell."""
    told = {"suffix", "contains", "match", "min_length", "max_length"} & set(options)
    return bool(told) and "(?i)" not in options.get("match", "")


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
        "top_k": lambda: int(rng.integers(2, 5)),
        "top_p": lambda: float(rng.uniform(0.6, 1)),
    }
    chosen = rng.choice(list(kinds), int(rng.integers(1, 5)), replace=False)
    return {str(kind): kinds[str(kind)]() for kind in chosen}


def random_orders(n, model_of):
    """The first `n` random orders that some names can meet, with a condition to look ahead for.

    Yields:
        a number, a tiny model of that seed, options and the distribution given them.
    """
    import numpy as np

    number = found = 0
    while found < n:
        number += 1
        rng = np.random.default_rng(number)
        options = random_options(rng)
        if not can_look_ahead(options):
            continue
        model = model_of(str(rng.choice(["rnn", "gru"])), number)
        expected = given_conditions(model, **options)
        if len(expected) > 1:
            found += 1
            yield number, model, options, expected
