"""docs/contributing.md adds an option to `sample` in four edits: the first two are made here."""

import re
import shutil
import subprocess
import sys

import pytest

from support.documents import ROOT
from support.package import PACKAGE
from support.program import unmeasured

PLACES = {
    "conditions/options.py": "    exclude: Collection[str] =",
    "conditions/conditions.py": "    if options.novel:",
}
"""For each edit: the file, and the line that it goes before."""

PROGRAM = """
import inspect
from rnn_names import Model
from rnn_names.errors import SamplingError
model = Model.load("first-names")
assert "palindrome" in inspect.signature(Model.best).parameters
try:
    model.sample(palindrome="yes")
except SamplingError as error:
    print(error)
print(*model.best(4, palindrome=True, min_length=3))
"""


@pytest.fixture
def run(tmp_path):
    """Runs Python with a copy of the package in which the page's edits are made."""
    shutil.copytree(PACKAGE, tmp_path / "rnn_names", ignore=shutil.ignore_patterns("__pycache__"))
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    section = page.split("\n## How to add an option to `sample`\n")[1].split("\n## ")[0]
    edits = re.findall(r"^( {7}\S.*\n(?: {7,}.*\n)*)", section, re.MULTILINE)
    for (file, place), edit in zip(PLACES.items(), edits, strict=True):
        path = tmp_path / "rnn_names" / file
        before, line, after = path.read_text(encoding="utf-8").partition(place)
        own = re.sub("^ {3}", "", edit, flags=re.MULTILINE)
        path.write_text(f"{before}{own}{line}{after}", encoding="utf-8")

    def run(*arguments):
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=unmeasured(),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_an_option_is_there_after_two_edits(run):
    refused, best = run("-c", PROGRAM).splitlines()
    assert refused == "palindrome 'yes': must be a bool"
    drawn = run(*"-m rnn_names sample -m first-names -n 9 --palindrome".split())
    for names in best.split(), drawn.split():
        assert len(names) in (4, 9)
        assert all(name.lower() == name.lower()[::-1] for name in names)
    assert "Only names that read the same backwards." in run(*"-m rnn_names sample --help".split())
