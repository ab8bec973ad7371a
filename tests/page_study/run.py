"""Measures the page in Chromium, and compares its names with Python's: `make page-study`.

For each bundled model: the size of its page, the time from opening to the first twenty names, names
a second, how far `score` is from `Model.log_prob`, and whether first characters and lengths of
20,000 names are distributed as Python's are, at two temperatures. Where other JavaScript engines
are found (`node`, WebKit's `jsc`), they have to give the same names as Chromium for the same seed.

    python tests/page_study/run.py [NAME…]        all and a blend, or some: a blend is NAME+NAME
"""

import hashlib
import math
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from rnn_names import Model
from rnn_names.model import bundled
from rnn_names.views.engine import Part, engine
from rnn_names.views.page import page
from support.browser import Browser, missing

NAMES = 20_000
PYTHON_NAMES = 200_000
TEMPERATURES = (1.0, 0.7)
BOUND = 4.5
"""Standard deviations that a chi-square may be off by."""

PAGES = [*([name] for name in bundled.MODELS), ["dinosaurs", "first-names"]]
ENGINES = ["node", "jsc"]

FIRST_NAMES = """(function look() {
  const shown = document.querySelectorAll(".name:not([hidden])").length;
  if (shown === 20) window.firstNames = performance.now();
  else requestAnimationFrame(look);
})();"""

DRAW = """async ([count, temperature]) => {
  const start = performance.now(), names = await rnnNames.sample(count, { seed: 1, temperature });
  return [names, (performance.now() - start) / 1000];
}"""

ALONE = """
const print_ = typeof print === "function" ? print : console.log;
const { blend, parts } = blendOf(modelsIn(data.models), data.models.map(() => 1));
drawNames(blend, parts, { seed: 1 }, 2000).then(({ names }) => print_(names.join("\\n")));
"""
"""Draws names outside of a browser."""


def main():
    if missing():
        sys.exit(f"no browser: {missing()}")
    with Browser() as browser, tempfile.TemporaryDirectory() as folder:
        pages = [names.split("+") for names in sys.argv[1:]] or PAGES
        failures = [failure for names in pages for failure in studied(names, browser, Path(folder))]
    sys.exit("\n".join(failures) or 0)


def studied(names, browser, folder):
    """Prints what is found of one page, and gives what is wrong."""
    models = [Model.load(name) for name in names]
    path = folder / f"{'-'.join(names)}.html"
    path.write_text(
        page([Part(*each) for each in zip(names, models, strict=True)]), "utf-8", newline="\n"
    )
    opened = browser.open(path, before=FIRST_NAMES)
    print(
        f"{' and '.join(names)}: {path.stat().st_size:,} bytes, "
        f"first names after {opened.evaluate('firstNames'):.0f} ms",
        flush=True,
    )
    failures = []
    if len(models) == 1:
        print(f"  score: off by {log_prob_error(models[0], opened):.1e} nats at most", flush=True)
    for temperature in TEMPERATURES:
        drawn, seconds = opened.evaluate(DRAW, [NAMES, temperature])
        print(
            f"  temperature {temperature}: {len(drawn) / seconds:,.0f} names a second",
            end="",
            flush=True,
        )
        if len(models) == 1:
            scores = distances(
                drawn, models[0].sample(PYTHON_NAMES, temperature=temperature, seed=1)
            )
            print(
                "; "
                + ", ".join(
                    f"{what} off by {score:+.1f} standard deviations"
                    for what, score in scores.items()
                ),
                end="",
            )
            failures += [
                f"{names} at {temperature}: {what}"
                for what, score in scores.items()
                if abs(score) > BOUND
            ]
        print(flush=True)
        if temperature == 1:
            failures += other_engines(path, drawn[:2000])
    opened.context.close()
    return failures


def log_prob_error(model, opened):
    """The largest difference between the page and Python over drawn names, in nats."""
    names = model.sample(1000, seed=2)
    ours = np.array(opened.evaluate("names => names.map(name => rnnNames.score(name))", names))
    return np.abs(ours - model.log_prob(names)).max()


def distances(drawn, expected):
    """How far two samples are apart, in standard deviations of a chi-square."""
    return {
        "first characters": distance(
            Counter(name[0] for name in drawn), Counter(name[0] for name in expected)
        ),
        "lengths": distance(Counter(map(len, drawn)), Counter(map(len, expected))),
    }


def distance(a, b):
    """Chi-square of two samples, rare classes together, as a normal (Wilson & Hilferty)."""
    n, m = sum(a.values()), sum(b.values())
    common = [key for key in a | b if (a[key] + b[key]) * n / (n + m) >= 10]
    pairs = [(a[key], b[key]) for key in common]
    pairs.append((n - sum(x for x, _ in pairs), m - sum(y for _, y in pairs)))
    pairs = [(x, y) for x, y in pairs if x + y]
    chi_square = sum((x * math.sqrt(m / n) - y * math.sqrt(n / m)) ** 2 / (x + y) for x, y in pairs)
    freedom = len(pairs) - 1
    return ((chi_square / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(
        2 / (9 * freedom)
    )


def other_engines(path, expected):
    """What is wrong with the names of JavaScript engines that are found here beside Chromium."""
    html = path.read_text("utf-8")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1]
    program = path.with_suffix(".js")
    program.write_text(f"{OUTSIDE}{engine()}const data = {data};{ALONE}", "utf-8")
    failures = []
    for name in filter(shutil.which, ENGINES):
        done = subprocess.run(
            [name, str(program)], capture_output=True, encoding="utf-8", check=True, timeout=120
        )
        same = done.stdout.split("\n")[:-1] == expected
        digest = hashlib.sha256(done.stdout.encode()).hexdigest()[:12]
        print(f"  {name}: {'the same names' if same else 'OTHER NAMES'} ({digest})", flush=True)
        failures += [] if same else [f"{path.stem}: {name} draws other names"]
    return failures


OUTSIDE = """
globalThis.performance ??= { now: Date.now };
globalThis.MessageChannel ??= class {
  port1 = { close() {} };
  port2 = { postMessage: () => Promise.resolve().then(() => this.port1.onmessage()) };
};
globalThis.atob ??= (text) => {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bytes = [];
  let bits = 0, count = 0;
  for (const digit of text.replaceAll("=", "")) {
    bits = ((bits << 6) | digits.indexOf(digit)) & 0xfff;
    count += 6;
    if (count >= 8) bytes.push(String.fromCharCode((bits >> (count -= 8)) & 255));
  }
  return bytes.join("");
};
"""
"""What a browser has and an engine alone may lack."""


if __name__ == "__main__":
    main()
