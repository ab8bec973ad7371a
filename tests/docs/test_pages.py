"""Pages keep to the line length. Their links lead to a file, to a heading if they say one, and to
the code that they name.
"""

import re
from functools import cache

import pytest

from support.documents import README, ROOT

FOLDERS = [ROOT / folder for folder in ("data", "docs", "rnn_names", "tests")]
PAGES = [*sorted(ROOT.glob("*.md")), *(page for at in FOLDERS for page in sorted(at.rglob("*.md")))]
MAX_COLUMNS = 100

LINK = re.compile(
    r"\]\(\s*<?([^)>\s]+)>?[^)]*\)"  # [text](target "title") and ![picture](target)
    r"|(?:src|srcset|href)=\"([^\"]+)\""
    r"|^\[[^\]]+\]:\s*(\S+)",  # [text]: target
    re.MULTILINE,
)
CODE = re.compile(r"^( *)(```|~~~).*?^\1\2", re.MULTILINE | re.DOTALL)
ELSEWHERE = re.compile(r"[a-z]+:|//")
MADE_WITH_THE_SITE = "names.html"


def prose(page):
    """A page without its fences."""
    return CODE.sub("", page.read_text(encoding="utf-8"))


def links(text):
    """The targets of the links and pictures of some prose, those of code left out."""
    text = re.sub(r"`[^`\n]*`", "", text)
    return ["".join(match) for match in LINK.findall(text)]


@cache
def anchors(path):
    """What a link can say after "#" to reach each heading, made as GitHub does."""
    text, found = prose(path), []
    for heading in re.findall(r"^#{1,6} +(.*?) *#* *$", text, re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        found.append(slug if slug not in found else f"{slug}-{found.count(slug)}")
    return {*found, *re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text)}


@pytest.fixture(params=PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def page(request):
    return request.param


def test_links_are_valid(page):
    for target in links(prose(page)):
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        is_there = path.exists() and (not anchor or anchor in anchors(path))
        assert is_there or ELSEWHERE.match(target) or file == MADE_WITH_THE_SITE, target


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


def test_code_named_by_a_link_is_in_its_file(page):
    assert list(missing_code(prose(page), page.parent)) == []


def test_prose_keeps_to_the_line_length(page):
    too_long = [
        line
        for line in prose(page).splitlines()
        if len(line) > MAX_COLUMNS and not line.startswith(("|", "    ", "  <", "<"))
    ]
    made_by_studies = {"benchmarks", "quality"} & {*page.parts}
    assert not too_long or made_by_studies


def test_the_readme_is_short_and_has_links():
    assert len(links(prose(README))) > 20
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200
