"""`make rare`: do names under rare conditions come with the model's own probabilities?

For each order of `rare_orders.py`, the 60 most probable names and their exact shares are found by
listing all prefixes above a probability (`tests/support/enumeration.py`, which shares no code with
the sampler).
Then 20,000 names are drawn. The distance is ½ Σ |p − q|, p the exact shares and q those drawn, both
scaled to sum to 1 over those names; beside it what chance alone gives, the mean over 200 simulated
samples of as many names. An order passes where the distance is at most 0.02 more than that.

Then random tiny models under random conditions, of which all names can be listed: chi-square tests
of the names drawn, with the sampler made to look ahead always, corrected for their number.

    python tests/quality/rare.py [--orders FIRST LAST] [--tiny 500] [--names 20000]

RARE.md beside this file keeps what was measured.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from statistics import NormalDist

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rare_orders import ORDERS, spelled

from rnn_names import Model
from rnn_names.errors import RareConditionsWarning, SamplingError
from rnn_names.network.threads import one_blas_thread
from rnn_names.sampling import best as best_module
from rnn_names.sampling import sampler as sampling
from rnn_names.sampling.options import Options
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.stream import sample
from support.conditions import random_orders
from support.distributions import chi_square_score, distance
from support.enumerated import tiny_model
from support.enumeration import most_probable

RESULTS = Path(__file__).resolve().parent / "RARE.md"
TOP = 60
MAX_PREFIXES = 1_500_000
MARGIN = 0.02


def seconds(work):
    """How long something takes, and what it gives."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def prepared(model, options):
    """The time that all preparation takes, and the share of repeats in the end."""
    with one_blas_thread():
        sampler = Sampler(model.language_model, options)
        sampler.look_ahead()
        if sampler.preparation is None:
            return None
        return sampler.preparation.after(99)


def drawn(model, options, count):
    """`count` names."""
    parts = sample(model.language_model, count, options)
    return [name for part in parts for name in part.to_strings()]


def study(model_name, options, count):
    """A row of the table, and whether it passes; None where too few names can be listed."""
    model = Model.load(model_name)
    wanted = Options(seed=1, **options)
    first, _ = seconds(lambda: drawn(model, wanted, 20))
    preparation, ready = seconds(lambda: prepared(model, wanted))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RareConditionsWarning)
        took, names = seconds(lambda: drawn(model, wanted, count))
    rate = count / max(took - preparation, 1e-3)
    searched, found = seconds(lambda: best_of(model, options))
    expected = most_probable(model, options, TOP, MAX_PREFIXES)[:TOP]
    row = [spelled(model_name, options)]
    is_right = None
    if len(expected) >= 10:
        off, chance, worst = distance(Counter(names), expected)
        is_right = off <= chance + MARGIN
        row += [f"{off:.3f}", f"{chance:.3f}", f"{len(expected)}", worst]
        listed = [name for name, _ in expected[: len(found[0])]]
        if listed != found[0][: len(listed)]:
            row[-1] += "; **--best differs**"
    else:
        row += ["–", "–", f"{len(expected)}", ""]
    repeats = "no look-ahead" if ready is None else f"{ready.repeats:.2%}"
    row += [repeats + (" (said)" if caught else ""), f"{rate:,.0f}", f"{first:.1f} s"]
    row += [f"{found[1]} in {searched:.1f} s"]
    return row, is_right


def best_of(model, options):
    """The 20 most probable names, as many as are certain, and how many that are."""
    names = []
    try:
        for part in best_module.best(model.language_model, 20, Options(**options)):
            names += part.to_strings()
    except SamplingError as error:
        return names, f"{len(names)} {'certain' if 'certain' in str(error) else 'in all'}"
    return names, "20"


def tiny(count):
    """How many random tiny models pass, and the largest of their scores."""
    sampling.RARE, sampling.GAIN = 1.0, 0.0
    scores = []
    for seed, model, options, expected in random_orders(count, tiny_model):
        names = Counter(model.sample(4000, seed=seed, **options))
        assert set(names) <= set(expected), options
        score, freedom = chi_square_score(names, expected)
        if freedom:
            scores.append(score)
    # Two-sided, for an error of 1 % in all of them together.
    bound = NormalDist().inv_cdf(1 - 0.005 / len(scores))
    passed = sum(abs(score) < bound for score in scores)
    mean = float(np.mean(scores)) * math.sqrt(len(scores))
    return (
        f"{passed} of {len(scores)} pass (a score below {bound:.1f} in size); the largest is "
        f"{max(map(abs, scores)):.1f}, and all together are {mean:+.1f} standard deviations off."
    ), passed == len(scores) and abs(mean) < 4


COLUMNS = [
    "order",
    "distance",
    "chance alone",
    "names compared",
    "most off",
    "repeats",
    "names/s",
    "first 20",
    "--best -n 20",
]


def page(rows, count, tiny_line):
    """RARE.md."""
    about = __doc__.split("\n\n    python")[0].split("\n", 2)[2]
    lines = [
        "# Names under rare conditions",
        "",
        f"Made by `make rare` on {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, NumPy {np.__version__}; {count:,} names an order, "
        f"{len(rows)} of {len(ORDERS)} orders.",
        "",
        about,
        "",
        '"Repeats" is the share of the names that are repeats of others for their weight, as the '
        'sampler measures it on draws of their own; "said": it says so on stderr. Names per '
        "second are without the preparation, on as many threads as there are cores; the first 20 "
        "are with it. Where fewer than ten names can be listed among "
        f"{MAX_PREFIXES:,} prefixes, nothing is compared.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
        *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows),
        "",
        "## Tiny models",
        "",
        tiny_line,
        "",
    ]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, nargs=2, default=(0, len(ORDERS)))
    parser.add_argument("--tiny", type=int, default=500, help="random tiny models")
    parser.add_argument("--names", type=int, default=20_000, help="drawn for each order")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    options = parser.parse_args()
    rows, wrong, compared = [], 0, 0
    for model, order in ORDERS[slice(*options.orders)]:
        row, is_right = study(model, order, options.names)
        rows.append(row)
        compared += is_right is not None
        wrong += is_right is False
        print(" | ".join(row) + ("" if is_right is not False else "  WRONG"), flush=True)
        if not options.dry:  # what there is so far is kept
            RESULTS.write_text(page(rows, options.names, "Not yet run."), encoding="utf-8")
    line, is_right = tiny(options.tiny) if options.tiny else ("not run", True)
    print(f"{compared - wrong} of {compared} orders within {MARGIN} of chance. Tiny models: {line}")
    if not options.dry:
        RESULTS.write_text(page(rows, options.names, line), encoding="utf-8")
    sys.exit(bool(wrong or not is_right))


if __name__ == "__main__":
    main()
