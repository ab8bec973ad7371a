"""The second part of `make ablation`: what each mechanism of looking ahead brings.

Each order is prepared and drawn from as it is, and again without one mechanism at a time. "Comes
out" is the share of the draws that give a name, "repeats" the share of those that repeat others, as
the sampler measures both at the end of preparation. The seconds are those of preparation and of
2,000 names. Nothing of this depends on the seed.

    python tests/quality/ablation_ahead.py [--without chain …]

ABLATION.md, which `ablation.py` writes, has the table of what there is.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

from rare_orders import ORDERS, spelled
from two_samples import KEPT

from rnn_names import Model
from rnn_names.errors import SamplingError
from rnn_names.lookahead import chain, guide
from rnn_names.options import RandomOptions
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling import preparation
from rnn_names.sampling.rarity import guided_drawer_if_rare
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.stream import names_of_stream

FOLDER = KEPT / "ablation"
COUNT = 2_000

CHOSEN = [
    ("first-names", {"suffix": "pp"}),
    ("first-names", {"contains": ["zq", "x"]}),
    ("first-names", {"match": ".*mm.*tt.*"}),
    ("first-names", {"min_length": 13}),
    ("surnames", {"suffix": "kd"}),
    ("dinosaurs", {"suffix": "odos"}),
    ("german-first-names", {"suffix": "bertina"}),
    ("first-names", {"suffix": "rn", "temperature": 0.1}),
    ("elvish", {"min_length": 20}),
]
"""Of `ORDERS`: endings, texts inside, an expression, a length; and lengths beyond the list's."""

assert all(order in ORDERS for order in CHOSEN[:-1])

Patches = list[tuple[Any, str, Any]]

VARIANTS: dict[str, tuple[str, Patches]] = {
    "nothing": ("nothing", []),
    "chain": (
        "the Markov chain's contexts, but the empty one",
        [(chain, "MAX_CONTEXTS", 1)],
    ),
    "visited": ("the visited prefixes, but a few", [(guide, "MAX_STORED_NUMBERS", 200)]),
    "cooling": (
        "the first rounds at higher temperatures",
        [(preparation, "falling_temperatures", lambda temperature: [temperature])],
    ),
}
"""By what takes the place of an attribute."""


def path_of(number: int, without: str) -> Path:
    """Where a result is kept."""
    return FOLDER / f"order {number} without {without}.json"


def measure(number: int, without: str) -> None:
    """Prepares an order and draws, and keeps the shares and the seconds."""
    model_name, order = CHOSEN[number]
    model, options = Model.load(model_name), RandomOptions(seed=1, **order)
    with ExitStack() as stack:
        for patch in VARIANTS[without][1]:
            stack.enter_context(mock.patch.object(*patch))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(one_blas_thread())
        began = time.process_time()
        guided = guided_drawer_if_rare(Sampler(model, options))
        found = 0
        try:
            for names in names_of_stream(model, COUNT, options):
                found += len(names)
        except SamplingError:
            pass
        seconds = time.process_time() - began
    ready = guided and guided.guide
    shares = {"share": ready.yield_rate, "repeats": ready.repeat_share} if ready else {}
    path = path_of(number, without)
    path.parent.mkdir(parents=True, exist_ok=True)
    result = {"order": spelled(*CHOSEN[number]), **shares, "found": found, "seconds": seconds}
    path.write_text(json.dumps(result), encoding="utf-8")


def tables() -> list[str]:
    """The part of ABLATION.md."""
    lines = []
    for number, order in enumerate(CHOSEN):
        rows = []
        for without, (title, _) in VARIANTS.items():
            if (path := path_of(number, without)).exists():
                found = json.loads(path.read_text(encoding="utf-8"))
                share, repeats = (
                    f"{found[key]:.2%}" if key in found else "" for key in ("share", "repeats")
                )
                names = "" if found["found"] == COUNT else f"{found['found']:,} of {COUNT:,}"
                seconds = f"{found['seconds']:.1f}"
                rows.append(f"| {title} | {share} | {repeats} | {seconds} | {names} |")
        if rows:
            lines += [
                f"### `{spelled(*order)}`",
                "",
                "| left out | comes out | repeats | processor seconds | names, if not all |",
                "|---|---|---|---|---|",
                *rows,
                "",
            ]
    if not lines:
        return []
    about = (__doc__ or "").split("\n\n")[1]
    return ["## Looking ahead", "", about, "", *lines]


def measure_all(wanted: list[str]) -> None:
    """Measures what is not there yet."""
    for number in range(len(CHOSEN)):
        for without in wanted:
            if not path_of(number, without).exists():
                measure(number, without)
                print(spelled(*CHOSEN[number]), without, flush=True)


def main() -> None:
    """Measures what is wanted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--without", nargs="*", choices=VARIANTS, default=[*VARIANTS])
    measure_all(parser.parse_args().without)


if __name__ == "__main__":
    main()
