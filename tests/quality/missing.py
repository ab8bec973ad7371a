"""`make missing`: does looking ahead miss names, without a word, under conditions at random?

`make rare` compares with shares that were listed independently, so it can look only where all names
can be listed. Here a bundled model gets a random ending, inner text, expression or length, and
often min-p or top-k. When preparation has ended, it goes on exploring, several times as long and
with twice as many contexts, and so finds names that it did not know. Each name's share follows from
the network, and its weight from the guide as it was. A name of more than 32 bounds loses what is
above them (`rnn_names/lookahead/guide.py`):

    lost  =  Σ share · max(0, 1 − 32 bounds / weight)

An order fails where more than 2 % are lost and preparation says nothing of repeats. Names that the
longer exploring does not find either are not counted.

    python tests/quality/missing.py [--orders 40] [--seed 1]
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
import warnings
from pathlib import Path
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rare_orders import spelled

from rnn_names import Model
from rnn_names.arrays import LEAST_LOG, log_sum, rows_by_length
from rnn_names.corpus.names import EOS
from rnn_names.errors import RareConditionsWarning, RnnNamesError
from rnn_names.lookahead import chain
from rnn_names.lookahead.guide import MAX_COPIES
from rnn_names.options import RandomOptions
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling import preparation
from rnn_names.sampling.rarity import guided_drawer_if_rare
from rnn_names.sampling.sampler import Sampler

MODELS = (
    "first-names surnames women italian-surnames irish-surnames dinosaurs welsh-towns dutch-towns "
    "norse elvish spells stars"
).split()
TEMPERATURES = 0.1, 0.3, 0.5, 0.5, 0.7, 0.7, 1.0, 1.0, 1.5
MORE_ROUNDS = 4  # of exploring, each like that of the requested temperature
MAX_LOST = 0.02


def random_order(rng):
    """A model's name, and options."""
    name = rng.choice(MODELS)
    letters = [c for c in Model.load(name).vocabulary.characters if c.islower()]

    def text(n):
        return "".join(rng.choices(letters, k=n))

    length = rng.randint(12, 17)
    condition = rng.choice(
        [
            {"suffix": text(2)},
            {"suffix": text(3)},
            {"contains": [text(3)]},
            {"contains": [text(2), text(2)], "min_length": length, "max_length": length},
            {"suffix": text(2), "max_length": rng.randint(5, 9)},
            {"match": f".*{text(1)}.*{text(2)}"},
        ]
    )
    cut = rng.choice([{}, {"min_p": 0.02}, {"min_p": 0.05}, {"top_k": 8}])
    return name, {**condition, **cut, "temperature": rng.choice(TEMPERATURES)}


def study(model, options):
    """The guide, the share lost, and the seconds of preparation; None where names are not rare."""
    used = []

    class Kept(preparation._Preparation):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            used.append(self)

    with mock.patch.object(preparation, "_Preparation", Kept):
        began = time.process_time()
        guided = guided_drawer_if_rare(Sampler(model, options))
        seconds = time.process_time() - began
    if guided is None:
        return None
    [run] = used
    with mock.patch.multiple(chain, MAX_WORK=1 << 25, MAX_CONTEXTS=8000):
        for _ in range(MORE_ROUNDS):
            run.explore()
            run.explore_by_beam_search()
    return guided.guide, lost(guided.guide, run.guide), seconds


def lost(guide, later):
    """The share of names that `guide` loses, among those that a later guide knows."""
    prefixes, n_rows = later.prefixes, len(guide.log_completion_visited)
    row = np.zeros(len(prefixes), int)  # among the prefixes of `guide`, or −1
    product_row = np.repeat(guide.root_product_row, len(prefixes))
    for rows in rows_by_length(prefixes.length)[1:]:
        above, character = prefixes.parent[rows], prefixes.character[rows]
        row[rows] = guide.prefixes.child(row[above], character)
        product_row[rows] = guide.product.next_row[product_row[above], character]
    row[row >= n_rows] = -1
    log_q = np.empty(prefixes.log_probabilities.shape)
    for rows in rows_by_length(prefixes.length):
        length = int(prefixes.length[rows[0]])
        ahead = guide.log_completion_of_next(row[rows], product_row[rows], length)
        terms = prefixes.log_probabilities[rows] + ahead
        log_q[rows] = terms - np.maximum(log_sum(terms.copy()), LEAST_LOG)[:, None]
    may_end = guide.acceptor.may_end[prefixes.length, prefixes.automaton_state]
    log_p = prefixes.log_reach(prefixes.log_probabilities) + prefixes.log_probabilities[:, EOS]
    log_weight = (log_p - prefixes.log_reach(log_q) - log_q[:, EOS])[may_end]
    share = np.exp(log_p[may_end] - max(later.log_p_visited, guide.log_p_visited))
    over = log_weight - guide.log_bound - math.log(MAX_COPIES)
    return float(np.sum(share * -np.expm1(-np.maximum(over, 0)), where=over > 0))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng, shares, failed, said = random.Random(arguments.seed), [], 0, 0
    while len(shares) < arguments.orders:
        name, options = random_order(rng)
        try:
            with one_blas_thread(), warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                found = study(Model.load(name), RandomOptions(**options))
        except RnnNamesError:  # for instance, no name can have the text
            continue
        if found is None:
            continue
        guide, share, seconds = found
        shares.append(share)
        warned = any(issubclass(each.category, RareConditionsWarning) for each in caught)
        said += warned
        is_wrong = share > MAX_LOST and not warned
        failed += is_wrong
        print(
            f"{spelled(name, options)} | lost {share:.2%} | draws that yield a name "
            f"{guide.yield_rate:.0%} | repeats {guide.repeat_share:.2%}{' (said)' * warned} | "
            f"{seconds:.1f} s{'  WRONG' * is_wrong}",
            flush=True,
        )
    print(
        f"{len(shares)} orders: {np.mean(shares):.2%} lost in the mean, {max(shares):.1%} at most; "
        f"{failed} fail, {said} say that names repeat."
    )
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
