"""The long form of the fault tests: kills, interrupts and damages for many minutes.

    python tests/torture/run.py

It prints what it tried and how it went, and ends with an error at the first thing that is not as
promised. `--kills`, `--interrupts`, `--share` and `--edits` say how much; `--seconds` bounds the
whole.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from torture.faults import DELICATE, edits, flips, interrupts, kills, places


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--interrupts", type=int, default=60)
    parser.add_argument(
        "--share", type=int, default=4, metavar="N", help="interrupt at every N-th place"
    )
    parser.add_argument("--edits", type=int, default=30_000)
    parser.add_argument("--seconds", type=float, default=900, help="at most so long in all")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    rng, began = random.Random(options.seed), time.monotonic()
    until = began + options.seconds
    print(f"seed {options.seed}", flush=True)
    for title, wanted, torment in (
        ("runs killed", options.kills, lambda folder: kills(options.kills, folder, rng, until)),
        (
            "runs interrupted",
            options.interrupts,
            lambda folder: interrupts(options.interrupts, folder, rng, until),
        ),
        ("places interrupted at", None, lambda folder: places(options.share, DELICATE, until)),
        ("bits flipped", None, lambda folder: flips(folder, until)),
        ("random edits", options.edits, lambda folder: edits(options.edits, folder, rng, until)),
    ):
        with tempfile.TemporaryDirectory() as folder:
            found = torment(Path(folder))
        done = sum(found.values())
        short = f" of {wanted:,}: the time is up" if wanted and done < wanted else ""
        details = ", ".join(f"{n:,} {what}" for what, n in found.most_common())
        print(f"{done:,} {title}{short}: {details} ({time.monotonic() - began:.0f} s)", flush=True)
    print("All as promised.")


if __name__ == "__main__":
    main()
