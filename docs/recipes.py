"""Recipes for Homebrew and conda-forge, made from pyproject.toml and a finished sdist.

    REPOSITORY_URL=https://example.org/us/rnn-names python docs/recipes.py dist/SDIST

It writes build/recipes/rnn-names.rb and build/recipes/recipe.yaml.

The formula is for a tap, and the other is a recipe of rattler-build's kind, as conda-forge takes
them. Both name the sdist that the repository's release has, by its digest. A formula lists all that
Python packages need, too, but for NumPy, which Homebrew has: pip says where those sdists are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FROM_HOMEBREW = {"numpy"}
PYTHON = "3.13"

FORMULA = """\
class RnnNames < Formula
  include Language::Python::Virtualenv

  desc "{description}"
  homepage "{homepage}"
  url "{url}"
  sha256 "{digest}"
  license "{license}"

{dependencies}
{resources}
  def install
    virtualenv_install_with_resources
    generate_completions_from_executable(bin/"rnn-names", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/rnn-names --version")
    assert_equal 3, shell_output("#{{bin}}/rnn-names sample -n 3 --seed 1").lines.count
  end
end
"""

RESOURCE = """\
  resource "{name}" do
    url "{url}"
    sha256 "{digest}"
  end
"""

CONDA = """\
schema_version: 1

context:
  version: "{version}"

package:
  name: rnn-names
  version: ${{{{ version }}}}

source:
  url: {url}
  sha256: {digest}

build:
  noarch: python
  number: 0
  script: ${{{{ PYTHON }}}} -m pip install . -vv --no-deps --no-build-isolation
  python:
    entry_points:
      - rnn-names = rnn_names.__main__:main

requirements:
  host:
    - python ${{{{ python_min }}}}.*
    - pip
    - hatchling
    - click
    - numpy
  run:
    - python >=${{{{ python_min }}}}
{run}

tests:
  - python:
      imports: [rnn_names]
      pip_check: true
      python_version: ${{{{ python_min }}}}.*
  - script:
      - rnn-names sample -n 3 --seed 1

about:
  homepage: {homepage}
  license: {license}
  license_file: [LICENSE, data/README.md]
  summary: {description}
"""


def main(sdist: Path, folder: Path) -> None:
    """Writes both recipes."""
    project = project_table()
    version = re.fullmatch(r"rnn_names-(.+)\.tar\.gz", sdist.name)
    if version is None:
        sys.exit(f"{sdist}: not an sdist of rnn-names")
    repository = os.environ.get("REPOSITORY_URL", "").rstrip("/")
    if not repository:
        sys.exit("REPOSITORY_URL is not set: the recipes name the release of a repository")
    facts = {
        "version": version[1],
        "description": project["description"].partition(", on ")[0],
        "license": project["license"],
        "homepage": repository,
        "url": f"{repository}/releases/download/v{version[1]}/{sdist.name}",
        "digest": digest(sdist),
    }
    needs = project["dependencies"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rnn-names.rb").write_text(formula(facts, resources(needs)), encoding="utf-8")
    (folder / "recipe.yaml").write_text(conda_recipe(facts, needs), encoding="utf-8")


def project_table() -> dict[str, Any]:
    """The table `project` of pyproject.toml."""
    import tomllib

    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def name_of(requirement: str) -> str:
    """The name of the package that a requirement is of."""
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0]


def formula(facts: dict[str, str], needed: list[dict[str, str]]) -> str:
    """The formula for Homebrew; `needed` has the name, url and digest of each sdist."""
    dependencies = [*sorted(FROM_HOMEBREW), f"python@{PYTHON}"]
    return FORMULA.format(
        **facts,
        dependencies="\n".join(f'  depends_on "{each}"' for each in dependencies) + "\n",
        resources="\n".join(RESOURCE.format(**each) for each in needed),
    )


def conda_recipe(facts: dict[str, str], needs: list[str]) -> str:
    """The recipe for conda-forge."""
    run = (f"    - {name_of(each)} {each[len(name_of(each)) :]}" for each in needs)
    return CONDA.format(**facts, run="\n".join(run))


def resources(needs: list[str]) -> list[dict[str, str]]:
    """What a formula lists: the newest sdists of what Homebrew does not have."""
    wanted = [each for each in needs if name_of(each) not in FROM_HOMEBREW]
    pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--report",
        "-",
    ]
    sdists = ["--no-binary", ",".join(map(name_of, wanted))]
    done = subprocess.run([sys.executable, *pip, *sdists, *wanted], check=True, capture_output=True)
    return [
        {
            "name": each["metadata"]["name"],
            "url": each["download_info"]["url"],
            "digest": each["download_info"]["archive_info"]["hashes"]["sha256"],
        }
        for each in json.loads(done.stdout)["install"]
    ]


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), ROOT / "build" / "recipes")
