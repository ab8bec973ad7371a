"""The same names under every kernel of BLAS: `make seeds`.

usage: python tests/quality/seeds.py [COUNT]

For each kernel that OPENBLAS_CORETYPE names and this processor runs, the digests of COUNT names
(default: 100,000) of five models under ten sets of options, in a process of its own. All must be
equal. Other processors: run `python tests/support/seeds.py COUNT` there, and compare.
"""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

KERNELS = "Prescott Core2 Nehalem Sandybridge Haswell Zen SkylakeX Cooperlake".split()
SEEDS = Path(__file__).resolve().parent.parent / "support" / "seeds.py"
WHICH = "import numpy, threadpoolctl as t; print(t.threadpool_info()[0]['architecture'])"


def main() -> int:
    """Runs all kernels; 0 if all agree."""
    count = sys.argv[1] if len(sys.argv) > 1 else "100000"
    found: dict[str, dict[str, dict[str, str]]] = {}
    for kernel in KERNELS:
        run = partial(
            subprocess.run,
            env={**os.environ, "OPENBLAS_CORETYPE": kernel},
            capture_output=True,
            text=True,
        )
        which = run([sys.executable, "-c", WHICH]).stdout.strip()
        if which in found or not which:
            continue
        done = run([sys.executable, str(SEEDS), count])
        if done.returncode:
            print(f"{kernel} ({which}): does not run here")
            continue
        found[which] = json.loads(done.stdout)
        reference = next(iter(found.values()))
        differ = [
            f"{title} {options}"
            for title, digests in found[which].items()
            for options, digest in digests.items()
            if digest != reference[title][options]
        ]
        print(f"{which}: {'differs: ' + '; '.join(differ) if differ else 'the same'}", flush=True)
        if differ:
            return 1
    print(f"{len(found)} kernels, {count} names of each of 5 models under 10 sets of options")
    return 0


if __name__ == "__main__":
    sys.exit(main())
