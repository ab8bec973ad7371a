"""Names for keys: always the same name for the same key, model, options and secret.

The name of a key is name 0 of a seed: the first 64 bits of HMAC-SHA256(secret, key), as a number.
So it does not depend on which other keys there are, and `sample --seed` can draw it again.
"""

import hmac
from collections.abc import Sequence

import numpy as np

from rnn_names.arrays import Array, changes
from rnn_names.conditions.options import AliasOptions
from rnn_names.corpus.fingerprints import fingerprints
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError, counted
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.numbers import child
from rnn_names.sampling.sampler import sampler_of, settled

KEYS_AT_ONCE = 1 << 18
MOST_IN_VAIN = 1 << 20  # in a row without a name for any key


def seed_of(key: str, secret: bytes = b"") -> int:
    """The seed whose first name is the alias of a key.

    >>> seed_of("customer 17", b"secret")
    13862366244174327588
    """
    return int.from_bytes(hmac.digest(secret, key.encode(), "sha256")[:8], "little")


class Aliases:
    """Gives each key a name; `SamplingError` where conditions are too rare for that."""

    def __init__(self, model: LanguageModel, options: AliasOptions) -> None:
        self._options = settled(options, model)
        self._sampler = sampler_of(model, self._options)
        if self._sampler.may_be_rare:
            from rnn_names.sampling.guided import RARE, shares_met

            if shares_met(self._sampler, RARE)[1] <= RARE:
                raise SamplingError(
                    f"fewer than 1 in {1 / RARE:,.0f} names meets {self._sampler.title}: too few "
                    "to give each key one; ask for less",
                    options.given,
                )

    def of(self, keys: Sequence[str]) -> Names:
        """The names of some keys, in order. With `unique`, no two different keys share one.

        Of two keys whose first choice is the same name, the one with the smaller seed has it, and
        the other one its next; so the order of keys does not matter, but which there are does.
        """
        different = [*dict.fromkeys(keys)]
        seeds = np.array([seed_of(key, self._options.secret) for key in different], np.uint64)
        order = np.argsort(seeds)
        with one_blas_thread():
            states = child(child(np.zeros(1, np.uint64), seeds[order]), 0)
            names = self._matched(states)
        place = np.empty(len(order), np.intp)
        place[order] = np.arange(len(order))
        row = dict(zip(different, place.tolist(), strict=True))
        return names.take(np.array([row[key] for key in keys], np.intp))

    def _drawn(self, states: Array) -> tuple[Names, Array]:
        """The names of some attempts that meet the conditions, and their rows."""
        parts, rows = [Names.from_strings([])], [np.zeros(0, np.intp)]
        for start in range(0, len(states), KEYS_AT_ONCE):
            names, passing, _ = self._sampler.drawn(states[start : start + KEYS_AT_ONCE])
            parts.append(names)
            rows.append(start + passing)
        return Names.concatenate(parts), np.concatenate(rows)

    def _matched(self, states: Array) -> Names:
        """The name of each state, (n,): of its first attempt that passes and that is left to it.

        Every round, states without a name try again. A name that several want goes to the first of
        them, whoever had it before: so all end up as if each had chosen in turn (Gale & Shapley
        1962).
        """
        n, unique = len(states), self._options.unique
        attempt, in_vain, most = np.zeros(n, np.int64), 0, 1  # the next one; in a row; in a round
        waiting, had = np.arange(n), np.zeros(0, np.intp)  # states without a name, and with one
        names, prints = Names.from_strings([]), np.zeros(0, np.uint64)  # of those with one
        may_be = not unique or n <= self._sampler.n_possible
        while len(waiting) and in_vain < MOST_IN_VAIN and may_be:
            each = max(min(most, KEYS_AT_ONCE // len(waiting)), 1)  # attempts of each key together
            most *= 2
            which = np.repeat(waiting, each)
            attempts = attempt[which] + np.tile(np.arange(each), len(waiting))
            drawn, rows = self._drawn(child(states[which], attempts))
            new = fingerprints(drawn) if unique else np.zeros(len(drawn), np.uint64)
            if unique:
                left = np.flatnonzero(_is_left(new, which[rows], prints, had))
                drawn, rows, new = drawn.take(left), rows[left], new[left]
            first = np.flatnonzero(changes(which[rows]))
            rows = rows[first]
            attempt[waiting] += each
            attempt[which[rows]] = attempts[rows] + 1
            names = Names.concatenate([names, drawn.take(first)])
            prints, had = np.append(prints, new[first]), np.append(had, which[rows])
            if unique:
                order = np.lexsort((had, prints))
                kept = np.sort(order[changes(prints[order])])
                names, prints, had = names.take(kept), prints[kept], had[kept]
            in_vain = 0 if len(rows) else in_vain + len(which)
            is_waiting = np.ones(n, bool)
            is_waiting[had] = False
            waiting = np.flatnonzero(is_waiting)
        if len(waiting):
            possible = len(had) if may_be else self._sampler.n_possible
            raise SamplingError(
                f"only {possible:,.0f} of {counted(n, 'key')} "
                "can have a name of their own: too few names meet the conditions",
                self._options.given,
            )
        return names.take(np.argsort(had))


def _is_left(new: Array, states: Array, prints: Array, had: Array) -> Array:
    """Whether each new name is left to the state that drew it, (m,): not had by one before it.

    `prints` are the names that states `had`, (k,); one before a state never gives a name to it.
    """
    if not len(prints):
        return np.ones(len(new), bool)
    order = np.argsort(prints)
    at = order[np.minimum(np.searchsorted(prints, new, sorter=order), len(prints) - 1)]
    return (prints[at] != new) | (had[at] > states)
