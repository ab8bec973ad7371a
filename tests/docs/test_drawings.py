"""The pictures of docs/ are those that `make pictures` draws."""

import runpy
from xml.etree import ElementTree

import pytest

from support.documents import ROOT

FOLDER = ROOT / "docs" / "drawings"
PICTURES = runpy.run_path(str(FOLDER / "draw.py"))["PICTURES"]


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_up_to_date(name):
    drawn = PICTURES[name]()
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert (FOLDER / f"{name}.svg").read_text(encoding="utf-8") == drawn


def test_every_drawing_is_tested():
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(PICTURES)
