"""The package for npm, in build/npm: the engine as a module, and a module for each bundled model.

    make npm && npm pack ./build/npm

A program imports the models that it uses, and a bundle holds no others. The weights in them are
those of the Python package, so the same seed brings the same names. In place of fingerprints, a
module has the names of its list, which is public: 88,799 surnames take half as much, packed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from itertools import pairwise, takewhile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, f"{sys.path[0]}/data")

from make_models import corpus_of

from rnn_names.corpus.fingerprints import PACKED_BITS, fingerprint, upper_bits
from rnn_names.model import bundled
from rnn_names.model.model import Model
from rnn_names.page.script import (
    MODULE_BEGINNING,
    PageModel,
    as_script_data,
    described_models,
    scripts,
)
from rnn_names.report.markup import assets
from rnn_names.version import __version__

ROOT = Path(__file__).resolve().parents[2]
HERE, TARGET = Path(__file__).parent, ROOT / "build" / "npm"
OLDEST_NODE = 18
HEAD = f"{MODULE_BEGINNING} {__version__}"

NAMES_OF = """
/** What one model writes, or the blend of several. */
export function namesOf(...modules) {
  const described = modules.map((each) => each?.default ?? each);
  if (!described.length || described.some((each) => !each?.weights))
    throw new TypeError('namesOf: give it models: import elvish from "rnn-names/models/elvish"');
  const names = engineOf(modelsIn(described));
  const models = described.map(({ name, share, sources }) => ({ name, share, sources }));
  return { sample: names.sample, score: names.score, cast: names.cast, models };
}
"""


def build(names: list[str], target: Path = TARGET) -> Path:
    """Writes the package with some bundled models into a folder, which is made anew."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "models").mkdir(parents=True)
    write(target / "index.js", f"{HEAD}\n\n{scripts()[0]}{NAMES_OF}")
    write(target / "index.d.ts", types())
    for name in names:
        write(target / "models" / f"{name}.js", f"{HEAD}\nexport default {module_of(name)};\n")
        what = bundled.MODELS[name].source
        write(
            target / "models" / f"{name}.d.ts",
            f'import type {{ ModelData }} from "../index.js";\n'
            f"/** {what.what[0].upper()}{what.what[1:]} ({what.origin}, {what.terms}). */\n"
            "declare const model: ModelData;\nexport default model;\n",
        )
    for other, name in bundled.OTHER_NAMES.items():
        if name in names:
            renamed = f"export default {{ ...model, name: {json.dumps(other)} }};\n"
            write(target / "models" / f"{other}.js", f'import model from "./{name}.js";\n{renamed}')
            write(
                target / "models" / f"{other}.d.ts", f'export {{ default }} from "./{name}.js";\n'
            )
    shutil.copy(ROOT / "LICENSE", target)
    models = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    write(target / "MODELS.md", re.sub(r"\[([^]]+)\]\((?!https:)[^)]+\)", r"\1", models))
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    readme = readme.replace("../../data/README.md", "MODELS.md")
    write(target / "README.md", readme.replace("MODELS_HERE", ", ".join(sorted(bundled.names()))))
    write(target / "package.json", json.dumps(manifest(), indent=2, ensure_ascii=False) + "\n")
    return target


def module_of(name: str) -> str:
    """A bundled model as the engine reads it, with the names of its list."""
    model, names = Model.load(bundled.path_of(name)), corpus_of(name).names
    assert np.array_equal(upper_bits(fingerprint(names), PACKED_BITS), model.fingerprints), name
    in_list = {"names": shortened(names.to_strings())}
    data = {**described_models([PageModel(name, model)])[0], "fingerprints": in_list}
    return as_script_data(data)


def shortened(names: list[str]) -> str:
    """Sorted names in a row: how many letters each shares with the one before, and its others.

    >>> shortened(["Ada", "Adam", "Bo"])
    '0Ada3m0Bo'
    """
    assert not any(character.isdigit() for name in names for character in name)
    row = ""
    for before, name in pairwise(["", *names]):
        same = takewhile(lambda pair: pair[0] == pair[1], zip(before, name, strict=False))
        shared = min(len([*same]), 9)
        row += f"{shared}{name[shared:]}"
    return row


def write(path: Path, text: str) -> None:
    """Writes a text as UTF-8, its line ends as they are."""
    path.write_bytes(text.encode())


def types() -> str:
    """The types of a module, with its functions as those of what `namesOf` gives."""
    options, functions = assets("page/engine/names.d.ts").split("/** Draws names;")
    functions = f"/** Draws names;{functions}".replace("export function ", "")
    functions = functions.replace("export const models", "readonly models")
    indented = re.sub(r"^(?=.)", "  ", functions, flags=re.MULTILINE)
    options = options.partition("\n")[2]
    return f"""{HEAD}
{options}/** A model: what a module below rnn-names/models has. */
export interface ModelData {{
  readonly name: string;
  readonly [field: string]: unknown;
}}

/** What writes names. */
export interface Names {{
{indented}}}

/** What one model writes, or the blend of several. */
export function namesOf(...models: [ModelData, ...ModelData[]]): Names;
"""


def manifest() -> dict[str, object]:
    """What package.json says; the address of the repository is known where a release is made."""
    address = os.environ.get("REPOSITORY_URL", "")
    repository = {"repository": {"type": "git", "url": f"git+{address}.git"}} if address else {}
    return {
        "name": "rnn-names",
        "version": __version__,
        "description": "New names that are spelled like real ones: first names, surnames, towns, "
        "elves, dinosaurs. Seeded, without dependencies, in browsers and Node.",
        "keywords": ["names", "name-generator", "random", "fantasy", "faker", "seed", "game"],
        "license": "MIT",
        **repository,
        "type": "module",
        "sideEffects": False,
        "engines": {"node": f">={OLDEST_NODE}"},
        "exports": {
            ".": {"types": "./index.d.ts", "default": "./index.js"},
            "./models/*": {"types": "./models/*.d.ts", "default": "./models/*.js"},
            "./package.json": "./package.json",
        },
        "files": ["index.js", "index.d.ts", "models", "MODELS.md"],
    }


if __name__ == "__main__":
    print(build(list(bundled.MODELS)))
