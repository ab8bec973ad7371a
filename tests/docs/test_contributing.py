"""docs/contributing.md adds an option to `sample` in four edits: the first two are made here."""

import re
import shutil

from support.documents import ROOT
from support.package import PACKAGE
from support.program import python

PLACES = {
    "options.py": "    exclude: Collection[str] =",
    "conditions/conditions.py": "    if options.novel:",
}
"""For each edit: the file, and the line that it goes before."""

PROGRAM = """
import inspect
from rnn_names import Model
from rnn_names.cli.main import cli
from rnn_names.errors import SamplingError
model = Model.load("first-names")
assert "palindrome" in inspect.signature(Model.best).parameters
try:
    model.sample(palindrome="yes")
except SamplingError as error:
    print(error)
print(*model.best(4, palindrome=True, min_length=3))
cli("sample -m first-names -n 9 --palindrome".split(), standalone_mode=False)
cli(["sample", "--help"])
"""


def test_two_edits_add_an_option(tmp_path):
    """A copy of the package in which the page's edits are made."""
    shutil.copytree(PACKAGE, tmp_path / "rnn_names", ignore=shutil.ignore_patterns("__pycache__"))
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    section = page.split("\n## How to add an option to `sample`\n")[1].split("\n## ")[0]
    edits = re.findall(r"^( {7}\S.*\n(?: {7,}.*\n)*)", section, re.MULTILINE)
    for (file, place), edit in zip(PLACES.items(), edits, strict=True):
        path = tmp_path / "rnn_names" / file
        before, line, after = path.read_text(encoding="utf-8").partition(place)
        own = re.sub("^ {3}", "", edit, flags=re.MULTILINE)
        path.write_text(f"{before}{own}{line}{after}", encoding="utf-8")
    done = python(PROGRAM, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    refused, best, *lines = done.stdout.splitlines()
    assert refused == "palindrome 'yes': must be a bool"
    names = [*best.split(), *lines[:9]]
    assert len(names) == 13
    assert all(name.lower() == name.lower()[::-1] for name in names)
    assert "Only names that read the same backwards." in done.stdout
