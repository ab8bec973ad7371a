"""The package for npm in a project: its names beside Python's, and the example of its README."""

import json
import re
import subprocess

from rnn_names import Model

SEEDS = """
import { namesOf } from "rnn-names";
import model from "rnn-names/models/elvish";
const { sample } = namesOf(model);
for (let seed = 0; seed < COUNT; seed++)
  console.log(JSON.stringify(await sample(2, { seed, minEdits: 1 })));
"""


def expected(model, seeds, count):
    """What Python draws of a bundled model for each seed: names of its list are left out."""
    loaded = Model.load(model)
    return [loaded.sample(count, seed=seed, min_edits=1) for seed in seeds]


def printed(node, folder, script):
    """What a script in a project prints, as lines."""
    (folder / "script.mjs").write_text(script, "utf-8")
    settings = {"cwd": folder, "capture_output": True, "encoding": "utf-8", "timeout": 300}
    done = subprocess.run([str(node), "script.mjs"], **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def check_seeds(node, folder, count):
    """Holds the names of many seeds to those of Python."""
    lines = printed(node, folder, SEEDS.replace("COUNT", str(count)))
    assert [json.loads(line) for line in lines] == expected("elvish", range(count), 2)


def check_readme(node, folder):
    """Runs the example of the README, and holds its first names to Python's."""
    text = (folder / "node_modules" / "rnn-names" / "README.md").read_text("utf-8")
    [script] = re.findall(r"^```js\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    shown = "\n".join(printed(node, folder, script))
    names = Model.load("elvish").sample(4, seed=1, novel=True)
    assert all(f"'{name}'" in shown for name in names), shown
