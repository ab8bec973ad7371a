"""Pages keep to the line length, and the code that their links name is there."""

import re

import pytest

from support.documents import README, ROOT

FOLDERS = [ROOT / folder for folder in ("data", "docs", "rnn_names", "tests")]
PAGES = [*sorted(ROOT.glob("*.md")), *(page for at in FOLDERS for page in sorted(at.rglob("*.md")))]
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
MAX_COLUMNS = 100


def prose(page):
    """A page without its fences."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@pytest.fixture(params=PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def page(request):
    return request.param


def missing_code(text, folder):
    """The links such as [`rnn.softmax`](../rnn_names/network/rnn.py) whose file does not define
    that name.
    """
    for title, target in re.findall(r"\[`([^\]]*)`\]\(([^)#\s]+\.py)\)", text):
        name = re.fullmatch(r"(?:\w+\.)*(\w+)", title)
        if name and name[1] != "py":
            source = (folder / target).read_text(encoding="utf-8")
            if not re.search(
                rf"^\s*(def|class) {name[1]}\b|^{name[1]}\b.* = ", source, re.MULTILINE
            ):
                yield title


def test_code_that_a_link_names_is_in_that_file(page):
    assert list(missing_code(prose(page), page.parent)) == []


def test_prose_keeps_to_the_line_length(page):
    too_long = [
        line
        for line in prose(page).splitlines()
        if len(line) > MAX_COLUMNS and not line.startswith(("|", "    ", "  <", "<"))
    ]
    made_by_studies = {"benchmarks", "quality"} & {*page.parts}
    assert not too_long or made_by_studies


def test_the_readme_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200
