"""The style of a page: its sheets, its display face, its colour and its icon."""

import base64
import re
import zlib
from collections.abc import Sequence
from importlib.resources import files

from rnn_names.errors import printable
from rnn_names.page.script import PageModel
from rnn_names.report.markup import assets, filled

PAGE_STYLES = "colours.css", "controls.css", "page.css", "names.css", "side.css", "notes.css"
STYLES = ["report/style.css", *(f"page/ui/{name}" for name in PAGE_STYLES)]
INDENT = re.compile(r"^\s+", re.MULTILINE)  # and blank lines
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

LETTERS = {
    "latin": ("U+0-FF,U+131,U+152-153,U+2013-2026", ""),
    "latin-ext": ("U+100-24F,U+1E00-1EFF", "[\u0100-\u024f\u1e00-\u1eff]"),
    "cyrillic": ("U+400-45F", "[\u0400-\u045f]"),
    "italic": ("U+20-7E,U+2019", ""),
}
"""The files of the display face, semi-bold Cormorant: the ranges of their characters, and a pattern
for the characters of models that need the file."""

HUES = {
    r"elv|fae\b|halfling": 150, "orc|goblin": 135, r"sea\b": 225, "norse|iceland": 245,
    "stars|spells": 290, "dragon|demon": 385, "dwar|giant|tavern": 415,
}  # fmt: skip
"""Hues of kinds that suggest a colour, by patterns for the beginnings of models' names."""


def style_of(parts: Sequence[PageModel], hue: int, longest: int) -> str:
    """The style sheet of a page with some models, whose names have at most `longest` characters."""
    # Columns have the width of the longest possible name, so that they never move.
    rules = INDENT.sub("", COMMENT.sub("", assets(*STYLES)))
    return f"{_faces(parts)}{rules}:root{{--hue: {hue};--longest:{longest}}}\n"


def _faces(parts: Sequence[PageModel]) -> str:
    """Style rules with the files of the display face that the models' characters need."""
    known = "".join(part.model.vocabulary.characters for part in parts)
    rules = []
    for file, (letters, needed_by) in LETTERS.items():
        if re.search(needed_by, known):
            font = files("rnn_names").joinpath(f"page/ui/fonts/{file}.woff2").read_bytes()
            rules.append(
                "@font-face { font-family: Cormorant; font-weight: 600; "
                f"font-style: {'italic' if file == 'italic' else 'normal'}; "
                f"src: url(data:font/woff2;base64,{base64.b64encode(font).decode()}); "
                f"unicode-range: {letters}; }}\n"
            )
    return "".join(rules)


def hue_of(name: str) -> int:
    """The hue of a model from its name: that of its kind, or any but olive, which looks dirty.

    >>> hue_of("elvish-men"), hue_of("dinosaurs") == hue_of("elvish")
    (150, False)
    """
    hues = (hue for kind, hue in HUES.items() if re.match(kind, name))
    return next(hues, 130 + zlib.crc32(printable(name).encode()) % 290)


def icon_of(hue: int) -> str:
    """The icon of a page, as SVG."""
    return filled("page/ui/icon.svg", hue=hue)
