"""Measures how the page learns from lists and finds rare names, in Chromium.

    python tests/page_study/learning.py [LIST…]      lists of data/, by default elvish and dinosaurs

For each list: the seconds to the first names and to the end, and the held-out loss beside that of
Python on the same split. Before them, orders that are rarely met. Seconds are those of the clock,
which are more on a busy machine, and those of processors, as the browser counts them.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rnn_names import Model
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.page.page import page
from rnn_names.page.script import PageModel
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer
from support.browser import Browser, missing
from support.documents import ROOT

LISTS = ["elvish", "dinosaurs"]
RARE = [
    {"prefix": "Zq", "suffix": "oun"},
    {"contains": "zz"},
    {"suffix": ["raptor", "ops"], "contains": ["y", "z"], "minLength": 14},
]

FIRST = """([names, heldOut]) => {
  window.learner = new Learner(names, [], { heldOut });
  window.epochs = learner.epochs();
  while (!epochs.next().value.isBest);
}"""
REST = """() => {
  for (const _ of epochs);
  return { epoch: learner.best.epoch, loss: learner.best.loss };
}"""
DRAW = "(options) => rnnNames.sample(20, { seed: 1, ...options })"


def main():
    if missing():
        sys.exit(f"no browser: {missing()}")
    with Browser() as browser, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(
            page([PageModel("dinosaurs", Model.load("dinosaurs"))]), "utf-8", newline="\n"
        )
        opened = browser.open(path)
        for order in RARE:
            names, seconds = timed(opened, DRAW, order)
            print(f"{order}: {len(names)} names in {seconds}: {', '.join(names[:5])}")
        for name in sys.argv[1:] or LISTS:
            learned(name, opened)


def learned(name, opened):
    """Prints how a list is learned, beside Python."""
    lines = (ROOT / "data" / f"{name}.txt").read_text("utf-8").split("\n")
    names = [line.strip() for line in lines if line.strip()]
    began = time.process_time()
    trainer = Trainer(TrainingSetup(corpus_from_strings(names), Settings(distil_epochs=0)))
    for _ in trainer.epochs():
        pass
    best = trainer.model.training
    print(f"{name}: Python {best['held_out_loss']:.3f} in epoch {best['epoch']}, ", end="")
    print(f"{time.process_time() - began:.0f} s of one core", flush=True)
    _, first = timed(opened, FIRST, [names, trainer.held_out.to_strings()])
    found, rest = timed(opened, REST)
    print(f"  page {found['loss']:.3f} in epoch {found['epoch']}, ", end="")
    print(f"first names after {first}, and all in {rest} more", flush=True)


def timed(opened, function, *given):
    """What a function gives in the page, and the seconds that it took, in words."""
    used = renderer_seconds(opened)
    start = time.perf_counter()
    result = opened.evaluate(function, *given)
    seconds = time.perf_counter() - start
    return result, f"{seconds:.1f} s ({renderer_seconds(opened) - used:.1f} s of processors)"


def renderer_seconds(opened):
    """The processor time of all pages so far."""
    session = opened.context.browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(each["cpuTime"] for each in processes if each["type"] == "renderer")


if __name__ == "__main__":
    main()
