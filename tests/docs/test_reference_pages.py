"""docs/python.md and docs/log.md leave nothing out, and name nothing that is not there."""

import re
import sys
from dataclasses import fields

import pytest

import rnn_names
from rnn_names import Model
from rnn_names.errors import RnnNamesError, RnnNamesWarning, SamplingError
from rnn_names.training.trainer import EpochRecord
from support.documents import ROOT

sys.path.insert(0, str(ROOT / "docs"))

import update


def names_in_tables(page, title=None):
    """The names in the first column of the tables of a page, or of its section of that title."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    if title is not None:
        text = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(?:Model\.)?(\w+)", cell)}


def field_names(kind):
    return {each.name for each in fields(kind)}


def members(kind):
    """The public names of a class: fields, methods and properties."""
    return field_names(kind) | {name for name in dir(kind) if not name.startswith("_")}


def problems():
    """What users may meet: the kinds of errors, and the warnings."""
    bases = RnnNamesError, SamplingError, RnnNamesWarning
    kinds = [kind for base in bases for kind in base.__subclasses__()]
    return [kind for kind in kinds if kind.__module__ == "rnn_names.errors"]


@pytest.mark.parametrize(
    "title, names",
    [
        ("Names", set(rnn_names.__all__)),
        ("Model", members(Model)),
        ("Errors", {kind.__name__ for kind in problems()}),
    ],
)
def test_python_page_lists_every_name(title, names):
    assert names_in_tables("python.md", title) == names


def test_python_page_shows_options_and_settings_as_they_are_declared():
    """`python docs/update.py docs/python.md` writes them."""
    text = update.PYTHON.read_text(encoding="utf-8")
    assert update.python_page(text) == text


def test_log_page_lists_every_key():
    assert names_in_tables("log.md") == field_names(EpochRecord)


def test_contributing_lists_every_make_target():
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    assert {*targets} - {"help", "clean"} == {*re.findall(r"`make ([a-z-]+)`", page)}


def rows(path, title):
    """The cells of each row of the tables in the section of that title, by the first."""
    text = path.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = (line.strip("|").split("|") for line in text.splitlines() if line.startswith("| "))
    return {first.strip(): [cell.strip() for cell in rest] for first, *rest in lines}


def test_figures_of_quality_equal_the_measured_ones():
    shown = rows(ROOT / "README.md", "How good, how fast")
    measured = rows(ROOT / "tests" / "quality" / "RESULTS.md", "Against Kneser-Ney")
    same = [name for name in shown if name in measured and name != "list"]
    assert len(same) >= 5
    for name in same:
        network, rival, *_ = measured[name]
        new = next(cell for cell in measured[name] if cell.endswith("%"))
        expected = [network, rival.split()[0], f"{float(new[:-1]):.0f} %"]
        assert shown[name] == expected, name
