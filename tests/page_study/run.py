"""Measures the page in Chromium, and compares its names with Python's: `make page-study`.

For each bundled model: the size of its page, the time from opening to the first twenty names, names
a second, how far `score` is from `Model.log_prob`, and whether 20,000 names of a seed are those of
Python, plain and with some options. Where other JavaScript engines
are found (`node`, WebKit's `jsc`), they have to give the same names as Chromium for the same seed.

    python tests/page_study/run.py [NAME…]        all and a blend, or some: a blend is NAME+NAME
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from rnn_names import Model
from rnn_names.model import bundled
from rnn_names.model.model import blend
from rnn_names.page.page import page
from rnn_names.page.script import PageModel, scripts
from support.browser import Browser, missing

NAMES = 20_000
SEED = 1
OPTIONS: list[dict[str, Any]] = [
    {},
    {"temperature": 0.7},
    {"top_k": 8, "temperature": 1.5},
    {"novel": True, "min_length": 4, "suffix": ["a", "e", "n", "s"]},
]

PAGES = [*([name] for name in bundled.MODELS), ["dinosaurs", "first-names"]]
ENGINES = ["node", "jsc"]

FIRST_NAMES = """(function look() {
  const shown = document.querySelectorAll(".name:not([hidden])").length;
  if (shown === 20) window.firstNames = performance.now();
  else requestAnimationFrame(look);
})();"""

DRAW = """async ([count, options]) => {
  const start = performance.now(), names = await rnnNames.sample(count, options);
  return [names, (performance.now() - start) / 1000];
}"""

ALONE = """
const print_ = typeof print === "function" ? print : console.log;
const settings = { seed: 1, shares: data.models.map(() => 1) };
drawNames(modelsIn(data.models), settings, 2000).then(({ names }) => print_(names.join("\\n")));
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
        page([PageModel(*each) for each in zip(names, models, strict=True)]), "utf-8", newline="\n"
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
    whole = blend(models) if len(models) > 1 else models[0]
    for options in OPTIONS:
        given = {camel_case(name): value for name, value in options.items()}
        drawn, seconds = opened.evaluate(DRAW, [NAMES, {"seed": SEED, **given}])
        expected = whole.sample(NAMES, seed=SEED, **options)
        others = sum(a != b for a, b in zip(drawn, expected, strict=True))
        print(
            f"  {options or 'plain'}: {len(drawn) / seconds:,.0f} names a second, {others} of "
            f"{NAMES:,} are not Python's",
            flush=True,
        )
        if others:
            failures.append(f"{names} with {options}: {others} names are not Python's")
        if not options:
            failures += other_engines(path, drawn[:2000])
    opened.context.close()
    return failures


def log_prob_error(model, opened):
    """The largest difference between the page and Python over drawn names, in nats."""
    names = model.sample(1000, seed=2)
    ours = np.array(opened.evaluate("names => names.map(name => rnnNames.score(name))", names))
    return np.abs(ours - model.log_prob(names)).max()


def camel_case(name):
    """The name that an option has in JavaScript."""
    return re.sub("_(.)", lambda found: found[1].upper(), name)


def other_engines(path, expected):
    """What is wrong with the names of JavaScript engines that are found here beside Chromium."""
    html = path.read_text("utf-8")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1]
    program = path.with_suffix(".js")
    program.write_text(f"{OUTSIDE}{scripts()[0]}const data = {data};{ALONE}", "utf-8")
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
