"""All names of a model above a probability, one plain step of the network after another.

It shares no code with the sampler: it reads the model's arrays, and Python says of each name
whether it meets the conditions.
"""

import re
import unicodedata

import numpy as np

from rnn_names.network import rnn

AT_ONCE = 4096


def most_probable(model, options, wanted, max_prefixes, known=()):
    """The `wanted` most probable names that meet some options, with their logarithms.

    The bound falls until it has as many; where as many different names are known that meet the
    options, these tell how far it must fall. Fewer, perhaps none, where that takes too many
    prefixes.
    """
    bound, goal, best, spent = -9.0, -np.inf, [], 0
    if len(known) >= wanted:
        goal = np.sort(log_probabilities(model, options, known))[-wanted] - 1e-3
        bound = max(bound, goal)
    while spent < max_prefixes:
        found, prefixes = names_above(model, options, bound, wanted, max_prefixes - spent)
        spent += prefixes
        if found is None:
            break
        best = found
        if len(best) >= wanted:
            break
        bound = bound - 1.4 if bound <= goal else max(bound - 1.4, goal)
    return best


def log_probabilities(model, options, names):
    """Of some names, (m,)."""
    characters, (_, prefix) = model.vocabulary.characters, limits(model, options)
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
    x = np.eye(len(model.params["by"]), dtype=np.float32)[last] * (last > 0)[:, None]
    a, _ = rnn.cell_forward(x, a, model.params)
    return a, predictions(rnn.output_layer(a, model.params), options)


def names_above(model, options, bound, wanted, max_prefixes):
    """The most probable names above a bound that meet the options, `wanted` or fewer.

    Depth first, as many prefixes of one length at once as there are, up to `AT_ONCE`; none that is
    below the bound, which rises with the names that are found.

    Returns:
        (name, log-probability) pairs from the most probable down, None where there would be too
        many prefixes; and how many there were.
    """
    holds, (longest, prefix) = conditions(model, options), limits(model, options)
    alphabet = np.array([0, *map(ord, model.vocabulary.characters)], np.uint32)
    prefix, suffix = (
        np.array([1 + model.vocabulary.characters.index(c) for c in text], np.uint16)
        for text in (prefix, options.get("suffix", ""))
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
        if length < len(prefix):  # followed, not drawn
            p[:] = -np.inf
            p[:, prefix[length]] = 0
        p += log_p[:, None]
        ends = np.flatnonzero((p[:, 0] > bound) & may_end(text, suffix, 0))
        found += [
            (name, log_p)
            for name, log_p in zip(_spelled(alphabet[text[ends]]), p[ends, 0], strict=True)
            if holds(name)
        ]
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
    """The probabilities of the next character by temperature, top-k and top-p: (m, n_y)."""
    p = rnn.softmax(logits.astype(float) / options.get("temperature", 1.0))
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


def limits(model, options):
    """The longest name, and how names begin."""
    return options.get("max_length", model.training["longest"]), options.get("prefix", "")


def conditions(model, options):
    """Whether a name meets the options."""
    pattern = re.compile(options.get("match", ".*"))
    shortest = options.get("min_length", min(model.language_model.shortest, 99))
    shortest = min(shortest, options.get("max_length", shortest))
    any_beginning = options.get("prefix") or model.language_model.lower_case_beginnings
    has_capitals_inside = any(pair[-1:] == "A" for pair in model.training.get("pairs", ["A"]))
    words = [word.casefold() for word in options.get("exclude_words", ())]
    names = {name.casefold() for name in options.get("exclude", ())}

    def holds(name):
        return (
            max(shortest, 1) <= len(name)
            and (any_beginning or not name[0].islower())
            and (has_capitals_inside or not re.search(r"[^\W\d_][A-Z]", name))
            and name.endswith(options.get("suffix", ""))
            and all(text in name for text in options.get("contains", ()))
            and pattern.fullmatch(name) is not None
            and not is_excluded(unicodedata.normalize("NFC", name.casefold()))
            and not (options.get("novel") and model.knows([name])[0])
        )

    def is_excluded(folded):
        return folded in names or any(word in folded for word in words)

    return holds
