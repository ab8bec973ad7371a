"""Which settings write names that would go into a book? Sheets to judge blind, and their counts.

    python tests/quality/boldness.py draw FOLDER      draws the names, and writes a sheet a model
    python tests/quality/boldness.py count FOLDER     counts what was judged: a table

A sheet has the names of all settings of a model, shuffled, each once and numbered: who judges it
does not know which settings wrote a name. FOLDER/judged.txt then has a line for each model, the
numbers of the names that would not go into a book: `elvish: 3 17 40`. BOLDNESS.md has what came of
it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from rnn_names import Model
from rnn_names.options import BOLDNESS

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "data"
OWN = "basque"  # a list of 120 names that no bundled model learned from
MODELS = {
    **{name: f"{name}.txt" for name in ("welsh-towns", "scottish-towns", "japanese-towns")},
    "irish-surnames": "irish-surnames.txt",
    "women": "us-women.txt",
    "icelandic-men": "icelandic-men.txt",
    **{name: f"{name}.txt" for name in ("elvish", "orcish", "dragons", "desert", "stars")},
    OWN: "",
}
COUNT, SEED, MANY = 20, 11, 3000

CONDITIONS = {"min_edits": 2, "known_triples": True, "clean": True, "no_words": True}
SETTINGS = {
    "the model's own": {},
    **{f"conditions, t={t}": {**CONDITIONS, "temperature": t} for t in (1.0, 0.8, 0.7)},
    **{
        f"conditions, t={t}, min-p {m}": {**CONDITIONS, "temperature": t, "min_p": m}
        for t, m in ((1.0, 0.1), (1.15, 0.1), (1.3, 0.15))
    },
    "safe": {"boldness": "safe"},
}


def names_of(model, count, settings):
    """Names by some settings."""
    return model.sample(count, seed=SEED, **settings)


def alone(settings):
    """Settings that hold for each name by itself: of many names, nearly all are near others."""
    settings = {**settings, **BOLDNESS.get(settings.get("boldness"), {})}
    return {k: v for k, v in settings.items() if k not in ("min_edits", "boldness")} | {
        "novel": bool(settings)
    }


def model_of(name, folder):
    """A bundled model, or that of the own list, which is trained."""
    if name != OWN:
        return Model.load(name), (DATA / MODELS[name]).read_text("utf-8").splitlines()
    path = folder / f"{OWN}.npz"
    if not path.exists():
        command = [sys.executable, "-m", "rnn_names", "train", str(HERE / f"{OWN}.txt")]
        subprocess.run([*command, "-q", "--seed", "0", "-o", str(path)], check=True)
    return Model.load(path), (HERE / f"{OWN}.txt").read_text("utf-8").splitlines()


def beginnings(names):
    """The shares of the commonest beginning of three letters, and of the three commonest."""
    counts = Counter(name[:3] for name in names).most_common(3)
    return counts[0][1] / len(names), sum(n for _, n in counts) / len(names)


def draw(folder):
    """Draws the names of all models and settings, and writes the sheets."""
    kept = {}
    shuffled = random.Random(SEED)
    for name in MODELS:
        model, listed = model_of(name, folder)
        drawn = {title: names_of(model, COUNT, of) for title, of in SETTINGS.items()}
        many = {}
        for title, of in SETTINGS.items():
            many[title] = beginnings(names_of(model, MANY, alone(of)))
        sheet = sorted({each for names in drawn.values() for each in names})
        shuffled.shuffle(sheet)
        kept[name] = {"drawn": drawn, "sheet": sheet, "many": many, "list": beginnings(listed)}
        numbered = [f"{number} {each}" for number, each in enumerate(sheet, 1)]
        (folder / f"{name}.txt").write_text("\n".join(numbered) + "\n", "utf-8")
        print(name, len(sheet), flush=True)
    (folder / "drawn.json").write_text(json.dumps(kept, ensure_ascii=False), "utf-8")


def count(folder):
    """A row for each setting: usable names of 20 by model, their mean, and the beginnings."""
    kept = json.loads((folder / "drawn.json").read_text("utf-8"))
    bad = {}
    for line in (folder / "judged.txt").read_text("utf-8").splitlines():
        name, _, numbers = line.partition(":")
        sheet = kept[name]["sheet"]
        bad.setdefault(name, set()).update(sheet[int(number) - 1] for number in numbers.split())
    print("| settings |", " | ".join(bad), "| mean | commonest, × the list's | three commonest |")
    print("|---" * (len(bad) + 4) + "|")
    for title in SETTINGS:
        good = [sum(name not in bad[each] for name in kept[each]["drawn"][title]) for each in bad]
        own = np.array([kept[each]["list"] for each in bad])
        ours = np.array([kept[each]["many"][title] for each in bad])
        ratio = ours[:, 0] / own[:, 0]
        cells = [
            title,
            *good,
            f"{np.mean(good):.1f}",
            f"{np.median(ratio):.2f} (to {ratio.max():.2f})",
        ]
        cells.append(f"{ours[:, 1].mean():.1%} ({own[:, 1].mean():.1%})")
        print("|", " | ".join(map(str, cells)), "|")


if __name__ == "__main__":
    task, folder = sys.argv[1], Path(sys.argv[2])
    {"draw": draw, "count": count}[task](folder)
