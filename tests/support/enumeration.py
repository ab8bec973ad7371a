"""All names of a model above a probability, one plain step of the network after another.

It shares no code with the sampler: it reads the model's arrays, and Python says of each name
whether it meets the conditions.
"""

import re
import unicodedata
from itertools import chain

import numpy as np

from rnn_names.network import rnn

AT_ONCE = 4096


def most_probable(model, options, wanted, max_prefixes):
    """At least `wanted` of the most probable names that meet some options, with their logarithms.

    The bound falls until it has as many; fewer, perhaps none, where that takes too many prefixes.
    """
    bound, best = -9.0, []
    spent = 0
    while spent < max_prefixes:
        found, prefixes = names_above(model, options, bound, max_prefixes - spent)
        spent += prefixes
        if found is None:
            break
        best = sorted(found.items(), key=lambda item: -item[1])
        if len(best) >= wanted:
            break
        bound -= 1.4
    return best


def names_above(model, options, bound, max_prefixes):
    """The log-probability of every name above a bound that meets the options, and how many
    prefixes that took; None for the names where they would be too many.
    """
    holds, (longest, prefix) = conditions(model, options), limits(model, options)
    may_end = ending(options.get("suffix", ""), longest)
    alphabet = np.array(["", *model.vocabulary.characters])
    start = (np.atleast_2d(model.params["a0"]), np.zeros(1, int), np.zeros(1), [""])
    waiting, found, prefixes = {0: [start]}, {}, 0
    while waiting:
        length = max(waiting)
        a, last, log_p, texts = _together(waiting.pop(length))
        if len(texts) > AT_ONCE:
            rest = slice(AT_ONCE, None)
            waiting[length] = [(a[rest], last[rest], log_p[rest], texts[rest])]
            a, last, log_p, texts = a[:AT_ONCE], last[:AT_ONCE], log_p[:AT_ONCE], texts[:AT_ONCE]
        prefixes += len(texts)
        if prefixes > max_prefixes:
            return None, prefixes
        x = np.eye(len(alphabet), dtype=np.float32)[last] * (last > 0)[:, None]
        a, _ = rnn.cell_forward(x, a, model.params)
        with np.errstate(divide="ignore"):
            p = np.log(predictions(rnn.output_layer(a, model.params), options))
        if length < len(prefix):  # followed, not drawn
            p[:] = -np.inf
            p[:, 1 + model.vocabulary.characters.index(prefix[length])] = 0
        p += log_p[:, None]
        for i in np.flatnonzero(p[:, 0] > bound):
            if holds(texts[i]):
                found[texts[i]] = float(p[i, 0])
        if length < longest:
            rows, characters = np.nonzero(p[:, 1:] > bound)
            characters += 1
            grown = [texts[i] + alphabet[c] for i, c in zip(rows, characters, strict=True)]
            kept = [i for i, text in enumerate(grown) if may_end(text)]
            if kept:
                rows, characters = rows[kept], characters[kept]
                waiting.setdefault(length + 1, []).append(
                    (a[rows], characters, p[rows, characters], [grown[i] for i in kept])
                )
    return found, prefixes


def _together(parts):
    """Prefixes of one length as one."""
    a, last, log_p, texts = zip(*parts, strict=True)
    return np.concatenate(a), np.concatenate(last), np.concatenate(log_p), [*chain(*texts)]


def ending(suffix, longest):
    """Whether a beginning of a name may still come to end so: the name has `longest` characters."""

    def may_end(text):
        if longest - len(text) >= len(suffix):
            return True
        return any(
            text.endswith(suffix[:n])
            for n in range(len(suffix) + 1)
            if len(text) + len(suffix) - n <= longest
        )

    return may_end


def predictions(logits, options):
    """The probabilities of the next character by temperature, top-k and top-p: (m, n_y)."""
    p = rnn.softmax(logits.astype(float) / options.get("temperature", 1.0))
    order = np.argsort(-p, axis=1)
    falling = np.take_along_axis(p, order, axis=1)
    falling[:, options.get("top_k", p.shape[1]) :] = 0
    falling /= falling.sum(axis=1, keepdims=True)
    before = np.cumsum(falling, axis=1) - falling
    falling[before >= options.get("top_p", 1.1)] = 0
    falling /= falling.sum(axis=1, keepdims=True)
    np.put_along_axis(p, order, falling, axis=1)
    return p


def limits(model, options):
    """The longest name, and how names begin."""
    return options.get("max_length", model.training["longest"]), options.get("prefix", "")


def conditions(model, options):
    """Whether a name meets the options."""
    pattern = re.compile(options.get("match", ".*"))
    shortest = options.get("min_length", min(model.language_model.shortest, 99))
    shortest = min(shortest, options.get("max_length", shortest))
    any_beginning = options.get("prefix") or model.language_model.lower_case_beginnings
    words = [word.casefold() for word in options.get("exclude_words", ())]
    names = {name.casefold() for name in options.get("exclude", ())}

    def holds(name):
        folded = unicodedata.normalize("NFC", name.casefold())
        return (
            max(shortest, 1) <= len(name)
            and (any_beginning or not name[0].islower())
            and name.endswith(options.get("suffix", ""))
            and all(text in name for text in options.get("contains", ()))
            and pattern.fullmatch(name) is not None
            and folded not in names
            and not any(word in folded for word in words)
            and not (options.get("novel") and model.knows([name])[0])
        )

    return holds
