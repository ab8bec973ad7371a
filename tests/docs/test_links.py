"""Every relative link of every document leads to a file, and to a heading if it says one."""

import re
from functools import cache

from support.program import ROOT

FOLDERS = ("", "docs/**/", "data/", "tests/**/")
DOCUMENTS = sorted(path for folder in FOLDERS for path in ROOT.glob(f"{folder}*.md"))

LINK = re.compile(
    r"\]\(\s*<?([^)>\s]+)>?[^)]*\)"  # [text](target "title") and ![picture](target)
    r"|(?:src|href)=\"([^\"]+)\""
    r"|^\[[^\]]+\]:\s*(\S+)",  # [text]: target
    re.MULTILINE,
)
CODE = re.compile(r"^( *)(```|~~~).*?^\1\2", re.MULTILINE | re.DOTALL)
ELSEWHERE = re.compile(r"[a-z]+:|//")


def links(text):
    """The targets of a document's links and pictures, those of code left out."""
    text = re.sub(r"`[^`\n]*`", "", CODE.sub("", text))
    return ["".join(match) for match in LINK.findall(text)]


@cache
def anchors(path):
    """What a link can say after "#" to reach each heading, made as GitHub does."""
    text = CODE.sub("", path.read_text(encoding="utf-8"))
    found = []
    for heading in re.findall(r"^#{1,6} +(.*?) *#* *$", text, re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        found.append(slug if slug not in found else f"{slug}-{found.count(slug)}")
    return {*found, *re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text)}


def broken(document):
    """The links of a document that lead nowhere."""
    for target in links(document.read_text(encoding="utf-8")):
        if ELSEWHERE.match(target):
            continue
        file, _, anchor = target.partition("#")
        path = (document.parent / file).resolve() if file else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            yield target


def test_links_lead_somewhere():
    assert sum(len(links(path.read_text(encoding="utf-8"))) for path in DOCUMENTS) > 100
    assert [(path.name, link) for path in DOCUMENTS for link in broken(path)] == []
