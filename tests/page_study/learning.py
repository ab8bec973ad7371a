"""Measures how the page learns from lists and finds rare names, in Chromium.

    python tests/page_study/learning.py [LIST…]      lists of data/, by default elvish and dinosaurs

For each list: the seconds to the first names and to the end, and the held-out loss beside that of
Python on the same split. Then the seconds for orders that are rarely met. On a machine that is
busy, seconds are longer.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rnn_names import Model
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.training.settings import Settings
from rnn_names.training.trainer import Trainer
from rnn_names.views.engine import Part
from rnn_names.views.page import page
from support.browser import Browser, missing
from support.documents import ROOT

LISTS = ["elvish", "dinosaurs"]
RARE = [
    {"prefix": "Zq", "suffix": "oun"},
    {"contains": "zz"},
    {"suffix": ["raptor", "ops"], "contains": ["y", "z"], "minLength": 14},
]

LEARN = """([names, heldOut]) => {
  const learner = new Learner(names, [], { heldOut });
  const start = performance.now();
  let first;
  for (const step of learner.epochs()) first ??= step.isBest && performance.now() - start;
  const seconds = (performance.now() - start) / 1000;
  return { first: first / 1000, seconds, epoch: learner.best.epoch, loss: learner.best.loss };
}"""

DRAW = """async (options) => {
  const start = performance.now();
  const names = await rnnNames.sample(20, { seed: 1, ...options });
  return [names, (performance.now() - start) / 1000];
}"""


def main():
    if missing():
        sys.exit(f"no browser: {missing()}")
    with Browser() as browser, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page([Part("dinosaurs", Model.load("dinosaurs"))]), "utf-8", newline="\n")
        opened = browser.open(path)
        for order in RARE:
            names, seconds = opened.evaluate(DRAW, order)
            print(f"{order}: {len(names)} names in {seconds:.1f} s: {', '.join(names[:5])}")
        for name in sys.argv[1:] or LISTS:
            learned(name, opened)


def learned(name, opened):
    """Prints how a list is learned, beside Python."""
    lines = (ROOT / "data" / f"{name}.txt").read_text("utf-8").split("\n")
    names = [line.strip() for line in lines if line.strip()]
    began = time.process_time()
    trainer = Trainer(corpus_from_strings(names), Settings(teacher_networks=1, distil_epochs=0))
    for _ in trainer.epochs():
        pass
    best = trainer.position.best
    print(f"{name}: Python {best.loss:.3f} in epoch {best.epoch}, ", end="")
    print(f"{time.process_time() - began:.0f} s of one core", flush=True)
    found = opened.evaluate(LEARN, [names, trainer.held_out.to_strings()])
    print(f"  page {found['loss']:.3f} in epoch {found['epoch']}, ", end="")
    print(f"first names after {found['first']:.1f} s, finished after {found['seconds']:.0f} s")


if __name__ == "__main__":
    main()
