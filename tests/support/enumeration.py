"""All names of a model, or those above a probability, one plain step of the network after another.

It shares no code with the sampler: it reads the model's arrays, and Python says of each name
whether it meets the options.
"""

import re
import sys
import unicodedata
from dataclasses import replace
from functools import cache
from itertools import pairwise, product

import numpy as np

from rnn_names.corpus.fingerprints import fingerprint
from rnn_names.corpus.names import Names
from rnn_names.network import rnn
from support import plain_bptt
from support.networks import random_model

AT_ONCE = 4096

LETTERS = "abc"
LONGEST = 6
KNOWN = ["a", "b", "ca", "abc", "bab", "ccb"]


def tiny_model(cell="gru", seed=1, letters=LETTERS, **training):
    """A random model of three letters, whose names can all be listed."""
    made = random_model(letters, cell, seed, longest=LONGEST, **training)
    made.params["by"][0] -= 1  # longer names
    known = [name.translate(str.maketrans(LETTERS, letters)) for name in KNOWN]
    return replace(made, fingerprints=np.unique(fingerprint(Names.from_strings(known))))


def all_texts(longest=LONGEST, letters=LETTERS):
    """All texts of some letters, the empty one first."""
    return ["".join(text) for n in range(longest + 1) for text in product(letters, repeat=n)]


def distribution(model, holds=lambda name: True, **options):
    """The probability of every name that meets some options and a condition, given them."""
    exact = {name: array.astype(float) for name, array in model.params.items()}
    found, _ = names_above(replace(model, params=exact), options, -np.inf)
    p = {name: np.exp(log_p) for name, log_p in found if holds(name)}
    total = sum(p.values())
    return {name: each / total for name, each in p.items()}


def ranked(model, holds=lambda name: True, **options):
    """All names that meet some options and a condition, from the most probable down."""
    probabilities = distribution(model, holds, **options)
    return sorted(probabilities, key=probabilities.get, reverse=True)


def most_probable(model, options, wanted, max_prefixes, known=()):
    """The `wanted` most probable names that meet some options, with their logarithms.

    The bound falls until it has as many, or is e⁷ times below the most probable name known; where
    as many different names are known that meet the options, these tell how far it must fall. Fewer,
    perhaps none, where that takes too many prefixes.
    """
    bound, goal, best, spent = -9.0, -np.inf, [], 0
    step = 1.4 / min(options.get("temperature", 1.0), 1.0)
    if len(known):
        rising = np.sort(log_probabilities(model, options, known))
        goal = max(rising[-1] - 7, rising[-wanted] - 1e-3 if len(known) >= wanted else -np.inf)
        bound = max(bound, goal)
    while spent < max_prefixes:
        found, prefixes = names_above(model, options, bound, wanted, max_prefixes - spent)
        spent += prefixes
        if found is None:
            break
        best = found
        if len(best) >= wanted or bound <= goal:
            break
        bound = max(bound - step, goal)
    return best


def log_probabilities(model, options, names):
    """The log-probability of each name under the options: (m,)."""
    characters, prefix = model.vocabulary.characters, options.get("prefix", "")
    texts = np.zeros((len(names), max(map(len, names)) + 1), int)
    for text, name in zip(texts, names, strict=True):
        text[: len(name)] = [1 + characters.index(c) for c in name]
    a, last = np.repeat(np.atleast_2d(model.params["a0"]), len(names), axis=0), 0 * texts[:, 0]
    log_p, goes_on = np.zeros(len(names)), np.ones(len(names), bool)
    for place, now in enumerate(texts.T):
        a, p = step(model, options, a, last)
        if place >= len(prefix):
            with np.errstate(divide="ignore"):
                log_p += np.where(goes_on, np.log(p[np.arange(len(names)), now]), 0)
        last, goes_on = now, goes_on & (now > 0)
    return log_p


def step(model, options, a, last):
    """The states after the last characters, 0 at the start, and what comes next: (m, n_y)."""
    by = model.params["by"]
    x = np.eye(len(by), dtype=by.dtype)[last] * (last > 0)[:, None]
    a = plain_bptt.step(x, a, model.params)["a"]
    return a, predictions(rnn.output_layer(a, model.params), options)


def names_above(model, options, bound, wanted=sys.maxsize, max_prefixes=sys.maxsize):
    """The most probable names above a bound that meet the options, `wanted` or fewer.

    Depth first, as many prefixes of one length at once as there are, up to `AT_ONCE`; none that is
    below the bound, which rises with the names that are found.

    Returns:
        (name, log-probability) pairs from the most probable down, None where there would be too
        many prefixes; and how many there were.
    """
    holds, longest = meets(model, options), options.get("max_length", model.training["longest"])
    alphabet = np.array([0, *map(ord, model.vocabulary.characters)], np.uint32)
    prefix, suffix = (
        np.array([1 + model.vocabulary.characters.index(c) for c in text], np.uint16)
        for text in (_one(options, "prefix"), _one(options, "suffix"))
    )
    start = np.atleast_2d(model.params["a0"]), np.zeros(1, int), np.zeros((1, 0), np.uint16)
    waiting, found, prefixes = {0: [(*start, np.zeros(1))]}, [], 0
    while waiting:
        length = max(waiting)
        a, text, log_p = _taken(waiting, length)
        prefixes += len(text)
        if prefixes > max_prefixes:
            return None, prefixes
        last = text[:, -1] if length else np.zeros(1, int)
        a, p = step(model, options, a, last)
        with np.errstate(divide="ignore"):
            p = np.log(p)
        if length < len(prefix):  # followed, not drawn; top-k and top-p hold for it, too
            is_possible = p[:, prefix[length]] > -np.inf
            p[:] = -np.inf
            p[is_possible, prefix[length]] = 0
        p += log_p[:, None]
        ends = np.flatnonzero((p[:, 0] > bound) & may_end(text, suffix, 0))
        names = _spelled(alphabet[text[ends]])
        rows = zip(names, p[ends, 0], _known_as_asked(model, options, names), strict=True)
        found += [(name, log_p) for name, log_p, is_asked in rows if is_asked and holds(name)]
        if len(found) > 2 * wanted:
            found = _best(found, wanted)
            bound = max(bound, found[-1][1])
        if length < longest:
            rows, characters = np.nonzero(p[:, 1:] > bound)
            grown = np.column_stack([text[rows], characters.astype(np.uint16) + 1])
            kept = may_end(grown, suffix, longest - length - 1)
            rows, grown = rows[kept], grown[kept]
            log_p = p[rows, grown[:, -1]]
            for at in range(0, len(rows), AT_ONCE):
                part = slice(at, at + AT_ONCE)
                waiting.setdefault(length + 1, []).append((a, rows[part], grown[part], log_p[part]))
    return _best(found, wanted), prefixes


def _taken(waiting, length):
    """Takes waiting prefixes of one length: the states before their last characters, their texts
    and log-probabilities.
    """
    parts = waiting[length]
    taken = [parts.pop()]
    while parts and sum(len(rows) for _, rows, _, _ in [*taken, parts[-1]]) <= AT_ONCE:
        taken.append(parts.pop())
    if not parts:
        del waiting[length]
    columns = ((a[rows], text, log_p) for a, rows, text, log_p in taken)
    return [np.concatenate(column) for column in zip(*columns, strict=True)]


def _spelled(codes):
    """The texts of code points, (m, length)."""
    if not codes.size:
        return [""] * len(codes)
    return np.ascontiguousarray(codes).view(f"U{codes.shape[1]}")[:, 0].tolist()


def _best(found, wanted):
    return sorted(found, key=lambda item: (-item[1], item[0]))[:wanted]


def may_end(text, suffix, room):
    """Whether beginnings of names, (m, length), may still end so, with `room` characters more."""
    if room >= len(suffix):
        return np.ones(len(text), bool)
    may = np.zeros(len(text), bool)
    for n in range(len(suffix) - room, len(suffix) + 1):  # characters that are there already
        if n <= text.shape[1]:
            may |= (text[:, text.shape[1] - n :] == suffix[:n]).all(axis=1)
    return may


def predictions(logits, options):
    """The probabilities of the next character by min-p, temperature, top-k, top-p: (m, n_y)."""
    logits = logits - logits.max(axis=1, keepdims=True).astype(float)
    logits[np.exp(logits) < options.get("min_p", 0)] = -np.inf
    p = rnn.softmax(logits / options.get("temperature", 1.0))
    if not {"top_k", "top_p"} & options.keys():
        return p
    order = np.argsort(-p, axis=1)
    falling = np.take_along_axis(p, order, axis=1)
    falling[:, options.get("top_k", p.shape[1]) :] = 0
    falling /= falling.sum(axis=1, keepdims=True)
    before = np.cumsum(falling, axis=1) - falling
    falling[before >= options.get("top_p", 1.1)] = 0
    falling /= falling.sum(axis=1, keepdims=True)
    np.put_along_axis(p, order, falling, axis=1)
    return p


def _one(options, name):
    """The text of an option that has one, in the case that it stands in; else ""."""
    text = options.get(name, "")
    return text if isinstance(text, str) and not options.get("ignore_case") else ""


def _several(options, name):
    texts = options.get(name, ())
    return (texts,) if isinstance(texts, str) else tuple(texts)


@cache
def edits_between(a, b):
    """The Levenshtein distance, the plain way."""
    if not a or not b:
        return len(a) + len(b)
    both = edits_between(a[1:], b[1:]) - (a[0] == b[0])
    return 1 + min(edits_between(a[1:], b), edits_between(a, b[1:]), both)


def meets(model, options):
    """Whether a name meets the options, and has the shape of the model's list where that counts.

    Those about the model's list, `novel` and `listed`, are told of many names at once.
    """
    tests = [*_tests_of_spelling(options), _test_of_exclusions(options)]
    shortest = options.get("min_length", min(model.shortest, options.get("max_length", 99)))
    shortest = max(shortest, 1)
    if not options.get("any_shape") and not options.get("any_beginning"):
        tests.append(_has_shape(model, _one(options, "prefix")))
    if options.get("known_triples"):
        known = model.training["known_triples"].items()
        known = {pair + c for pair, following in known for c in following}
        tests.append(lambda name: _triples(f"\n{name.lower()}\n") <= known)
    return lambda name: shortest <= len(name) and all(test(name) for test in tests)


def _triples(text):
    return {text[i : i + 3] for i in range(len(text) - 2)}


def _tests_of_spelling(options):
    is_any_case = options.get("ignore_case")
    fold = str.casefold if is_any_case else str
    prefix, suffix, contains, match, like = (
        tuple(text if name == "match" else fold(text) for text in _several(options, name))
        for name in ("prefix", "suffix", "contains", "match", "like")
    )
    patterns = [re.compile(each, re.IGNORECASE * bool(is_any_case)) for each in match]
    tests = [lambda name: all(text in fold(name) for text in contains)]
    if prefix:
        tests.append(lambda name: fold(name).startswith(prefix))
    if suffix:
        tests.append(lambda name: fold(name).endswith(suffix))
    if patterns:
        tests.append(lambda name: any(each.fullmatch(name) for each in patterns))
    if like:
        most = options.get("edits", 2)
        tests.append(lambda name: min(edits_between(fold(name), each) for each in like) <= most)
    return tests


def _test_of_exclusions(options):
    words = [word.casefold() for word in options.get("exclude_words", ())]
    names = {name.casefold() for name in options.get("exclude", ())}

    def is_left_in(name):
        folded = unicodedata.normalize("NFC", name.casefold())
        return folded not in names and not any(word in folded for word in words)

    return is_left_in


def _known_as_asked(model, options, names):
    if not (options.get("novel") or options.get("listed")):
        return [True] * len(names)
    return model.knows(names) == bool(options.get("listed"))


def _has_shape(model, prefix):
    """A test for the shape of names: a list's own, or that of the prefix that is asked for."""

    def kinds(text):
        each = ["A" if c.isupper() else "a" if c.islower() else c for c in text]
        each = ["x" if c.isalpha() and c not in "Aa" else c for c in each]
        return [a + b for a, b in pairwise(["\n", *each])]

    def is_odd(pair):
        return pair[0] in "Aax" if pair[1] == "A" else not {*pair} & {*"Aax0123456789"}

    own = model.training.get("pairs")
    allowed = {*(own or ()), *kinds(prefix)}
    lower = model.lower_case_beginnings or bool(prefix)
    return lambda name: (
        (lower or not name[0].islower())
        and (own is None or not any(is_odd(p) and p not in allowed for p in kinds(f"{name}\n")))
    )
