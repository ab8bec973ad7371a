"""Names for keys: the same key, model, options and secret give the same name.

The name of a key is name 0 of a seed: the first 8 bytes of HMAC-SHA256(secret, key), little-endian.
`sample --seed` draws it again, unless `unique` makes it depend on the other keys.
"""

import hmac
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.edits import DistantNames
from rnn_names.conditions.tally import Tally
from rnn_names.errors import SamplingError, plural
from rnn_names.network.language_model import LanguageModel
from rnn_names.options import AliasOptions
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.attempts import NoAttemptPassed, first_passing_results
from rnn_names.sampling.random_keys import keys_at, subkeys
from rnn_names.sampling.rarity import RARE, share_accepted
from rnn_names.sampling.sampler import make_sampler

KEYS_AT_ONCE = 1 << 18
MAX_FAILED_ATTEMPTS = 1 << 20  # failed attempts for one key after which an error is raised


def alias_seed(key: str, secret: bytes = b"") -> int:
    """The seed whose first name is the alias of a key.

    >>> alias_seed("customer 17", b"secret")
    13862366244174327588
    """
    return int.from_bytes(hmac.digest(secret, key.encode(), "sha256")[:8], "little")


class Aliases:
    """Gives each key a name; raises SamplingError if too few names meet the conditions."""

    def __init__(self, model: LanguageModel, options: AliasOptions) -> None:
        with one_blas_thread():
            self._sampler, self._options = make_sampler(model, options), options
            if self._sampler.may_be_rare and share_accepted(self._sampler, RARE) <= RARE:
                title = self._sampler.acceptor_title
                reason = f"at most 1 in {1 / RARE:,.0f} names can meet {title}"
                hint = "too few to give each key a name; use fewer conditions"
                raise SamplingError(f"{reason}: {hint}", options.non_defaults)

    def names_for(self, keys: Sequence[str]) -> list[str]:
        """The names of the keys, in order.

        If `unique`, different keys get different names: when two draw the same name, the one with
        the smaller seed gets it and the other draws again. The order of the keys does not matter.
        """
        seeds = {key: alias_seed(key, self._options.secret) for key in keys}
        in_order = sorted(seeds, key=seeds.__getitem__)
        seed = np.array([seeds[key] for key in in_order], np.uint64)
        with one_blas_thread():
            names = self._first_free_names(keys_at(np.zeros(1, np.uint64), seed, 0))
        named = dict(zip(in_order, names, strict=True))
        return [named[key] for key in keys]

    def _first_free_names(self, name_keys: Array) -> list[str]:
        """A name for each key, (n,), from its first attempt that passes with a free name.

        If several keys draw a name, the first of them gets it, even if a later key already has it.
        The result is as if the keys had chosen in turn (Gale & Shapley 1962).
        """
        n, unique = len(name_keys), self._options.unique
        names = [""] * n  # of each key
        owners = dict[str, int]()  # the row of the key that has each name
        waiting = np.arange(n)  # keys without a name
        next_attempt = np.zeros(n, np.int64)  # of each key
        options = self._sampler.options
        far_apart = DistantNames.from_options(options) if options.exclude else None

        def is_free(name: str, row: int) -> bool:  # not if an earlier key has the name
            is_first = not unique or owners.get(name, n) > row
            return is_first and (far_apart is None or far_apart.is_far(name))

        def make_attempts(numbers: Array, attempts: Array) -> tuple[Sequence[Any], Array, Tally]:
            rows = waiting[numbers]  # of the keys
            attempts = attempts + next_attempt[rows]
            drawn, passing, tally = self._sampler.draw_tested(subkeys(name_keys[rows], attempts))
            results = [*zip(drawn.to_strings(), attempts[passing].tolist(), strict=True)]
            row_of = rows[passing].tolist()
            free = [k for k, (name, _) in enumerate(results) if is_free(name, row_of[k])]
            return [results[k] for k in free], passing[free], tally

        if unique and n > self._sampler.n_possible:
            raise self._shortage(n, self._sampler.n_possible)
        while len(waiting):
            try:
                results = first_passing_results(
                    make_attempts, len(waiting), KEYS_AT_ONCE, MAX_FAILED_ATTEMPTS
                )
            except NoAttemptPassed as error:
                drawn = [result[0] for result in error.results if result]
                n_named = len({*owners, *drawn} if unique else drawn)
                raise self._shortage(n, n_named) from None
            again = list[int]()
            for row, (name, attempt) in zip(waiting.tolist(), results, strict=True):
                next_attempt[row] = attempt + 1
                owner = owners.get(name, n) if unique else n  # n: no key
                winner, loser = sorted((row, owner))
                names[winner], owners[name] = name, winner
                if loser < n:
                    again.append(loser)
            waiting = np.array(sorted(again), np.intp)
        return names

    def _shortage(self, n_keys: int, n_possible: float) -> SamplingError:
        """The error for more keys than possible names."""
        have_one = "can have a name" + " of their own" * self._options.unique
        only = f"only {min(n_possible, n_keys):,.0f} of {plural(n_keys, 'key')} {have_one}"
        message = f"{only}: too few names meet the conditions"
        return SamplingError(message, self._options.non_defaults)
