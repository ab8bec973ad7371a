"""`make rare`: do names under rare conditions come with the model's own probabilities?

For each order of `rare_orders.py`, the 60 most probable names and their exact shares are found by
listing all prefixes above a probability (`tests/support/enumeration.py`, which shares no code with
the sampler).
Then 20,000 names are drawn. The distance is ½ Σ |p − q|, p the exact shares and q those drawn, both
scaled to sum to 1 over those names; beside it what chance alone gives, the mean over 200 simulated
samples of as many names. An order passes where the distance is at most 0.02 more than that, or no
more than the largest of those 200, where hardly any names are among the 60.

Then random tiny models under random conditions, of which all names can be listed: chi-square tests
of the names drawn, with the sampler made to look ahead always, corrected for their number.

    python tests/quality/rare.py [--orders FIRST LAST] [--tiny 500] [--names 20000]

RARE.md beside this file keeps what was measured. It can be made in parts: with `--keep FILE`, what
was measured before is read from that file and added to.
"""

from __future__ import annotations

import argparse
import json
import math
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
from rnn_names.options import RandomOptions
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling import best as best_module
from rnn_names.sampling import rarity
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.stream import names_of_stream
from rnn_names.system import usable_cores
from support.conditions import models_with_random_options
from support.distributions import chi_square_score, distance
from support.enumeration import log_probabilities, most_probable, tiny_model

RESULTS = Path(__file__).resolve().parent / "RARE.md"
TOP = 60
MAX_PREFIXES = 4_000_000
FEW = 10
MARGIN = 0.02


def seconds(work):
    """How long something takes, and what it gives."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def prepared(model, options):
    """The guide; None without one."""
    with one_blas_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", RareConditionsWarning)
        ready = rarity.guided_drawer_if_rare(Sampler(model, options))
    return ready and ready.guide


def drawn(model, options, count):
    """`count` names."""
    parts = names_of_stream(model, count, options)
    return [name for part in parts for name in part.to_strings()]


def study(model_name, options, count):
    """A row of the table, and whether it passes."""
    model = Model.load(model_name)
    wanted = RandomOptions(seed=1, **options)
    first, _ = seconds(lambda: drawn(model, wanted, 20))
    ready = prepared(model, wanted)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RareConditionsWarning)
        names = drawn(model, wanted, count)
    searched, found = seconds(lambda: best_of(model, options))
    expected = most_probable(model, options, TOP, MAX_PREFIXES, sorted(set(names)))
    agrees = [name for name, _ in expected[:20]][: len(found[0])] == found[0][: len(expected)]
    compared = str(len(expected))
    if len(expected) < FEW:
        expected = most_probable_drawn(model, options, count)
        compared = f"{len(expected)} drawn"
    off, simulated, worst = distance(Counter(names), expected)
    is_right = bool(off <= max(simulated.mean() + MARGIN, simulated.max()))
    row = [spelled(model_name, options), f"{off:.3f}", f"{simulated.mean():.3f}", compared]
    row.append(worst if agrees else worst + "; **--best differs**")
    repeats = "no guide" if ready is None else f"{ready.repeat_share:.2%}"
    row += [repeats + (" (said)" if caught else ""), f"{first:.1f} s"]
    row += [f"{found[1]} in {searched:.1f} s"]
    return row, is_right


def most_probable_drawn(model, options, count):
    """The most probable names among those that another seed draws, and their logarithms."""
    names = sorted(set(drawn(model, RandomOptions(seed=2, **options), count)))
    log_p = log_probabilities(model, options, names)
    return [(names[i], log_p[i]) for i in np.argsort(-log_p, kind="stable")[:TOP]]


def best_of(model, options):
    """The 20 most probable names, as many as are certain, and how many that are."""
    names = []
    try:
        for part in best_module.best(model, 20, RandomOptions(**options)):
            names += part.to_strings()
    except SamplingError as error:
        return names, f"{len(names)} {'certain' if 'certain' in str(error) else 'in all'}"
    return names, "20"


def tiny(count):
    """How many random tiny models pass, and the largest of their scores."""
    rarity.RARE, rarity.MIN_GAIN = 1.0, 0.0
    scores = []
    for seed, model, options, expected in models_with_random_options(count, tiny_model):
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
    ), bool(passed == len(scores) and abs(mean) < 4)


COLUMNS = [
    "order",
    "distance",
    "chance alone",
    "names compared",
    "most off",
    "repeats",
    "first 20",
    "--best -n 20",
]


def cores():
    """How many this process may run on, in words."""
    n = usable_cores()
    return "one core" if n == 1 else f"{n} cores"


def page(rows, count, tiny_line):
    """RARE.md."""
    about = __doc__.split("\n\n    python")[0].split("\n", 2)[2]
    lines = [
        "# Names under rare conditions",
        "",
        f"Made by `make rare` on {cores()} ({platform.machine()}), Python "
        f"{platform.python_version()}, NumPy {np.__version__}; {count:,} names an order, "
        f"{len(rows)} of {len(ORDERS)} orders.",
        "",
        about,
        "",
        '"Repeats" is the share of the names that repeat others, as the '
        'sampler measures it on draws of their own; "said": it says so on stderr. '
        '"First 20" is the time to the first 20 names, the model loaded; "certain" names are all '
        "that `--best` gives for sure before it says how to go on; names in all are all that there "
        f"are. Where fewer than {FEW} names can be listed among {MAX_PREFIXES:,} prefixes, those "
        "compared are the most probable ones that another seed has drawn: that shows whether these "
        "come as they should, but not whether any are missing.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
        *(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in (f"`{order}`", *rest)) + " |"
            for order, *rest in rows
        ),
        "",
        "## Tiny models",
        "",
        tiny_line,
        "",
    ]
    return "\n".join(lines)


def main():
    options = arguments()
    measured = (
        json.loads(options.keep.read_text()) if options.keep and options.keep.exists() else {}
    )
    for model, order in ORDERS[slice(*options.orders)]:
        row, is_right = study(model, order, options.names)
        measured[row[0]] = row, is_right
        print(" | ".join(row) + ("" if is_right is not False else "  WRONG"), flush=True)
        keep(options, measured)
    if options.tiny:
        measured["tiny"] = tiny(options.tiny)
        keep(options, measured)
    line, tiny_right = measured.pop("tiny", ("Not run.", True))
    right = [is_right for _, is_right in measured.values()]
    print(f"{sum(right)} of {len(right)} orders pass. Tiny models: {line}")
    sys.exit(not (all(right) and tiny_right))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, nargs=2, default=(0, len(ORDERS)))
    parser.add_argument("--tiny", type=int, default=500, help="random tiny models")
    parser.add_argument("--names", type=int, default=20_000, help="drawn for each order")
    parser.add_argument("--keep", type=Path, help="a file of what was measured so far")
    parser.add_argument("--dry", action="store_true", help="write no RARE.md")
    return parser.parse_args()


def keep(options, measured):
    """Writes what there is so far."""
    if options.keep:
        options.keep.write_text(json.dumps(measured))
    if not options.dry:
        names = [spelled(*order) for order in ORDERS]
        rows = [measured[name][0] for name in names if name in measured]
        line = measured.get("tiny", ["Not run."])[0]
        RESULTS.write_text(page(rows, options.names, line), encoding="utf-8")


if __name__ == "__main__":
    main()
