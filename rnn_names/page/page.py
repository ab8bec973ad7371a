"""A page that writes names: one HTML file with models in it, for any browser.

The page is `page.html`, filled with the style sheets, the engine (`rnn_names.page.script`), the
scripts of the interface and the models.

A model may come from a stranger. The page contains its texts only escaped or as JSON without the
characters that could end a script element, and its scripts never use texts as markup. A content
security policy allows only the page's scripts and style, by their hashes, and no connections.
"""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import quote

import numpy as np

from rnn_names.errors import RnnNamesError, plural, printable
from rnn_names.model.model import PROGRAM_VERSION, blend
from rnn_names.options import RandomOptions
from rnn_names.page import script
from rnn_names.page.script import PageModel
from rnn_names.report.markup import assets, definitions, filled, isolated
from rnn_names.sampling.stream import names_of_stream

STRICT = '"use strict";\n'  # the first line of each script
SCRIPTS = "engine", "learning", "interface"  # the elements of the scripts in a page
TITLES = 3  # maximum number of models that a title names, as in ui/shares.js
COUNT = 20  # number of names on a page when it opens, or as many as fit
FIRST, FIRST_SEED = 40, 1  # names that a page shows before its scripts run, and their seed
FIRST_BUDGET = 1 << 12  # attempts at these names, since some models hardly write safe ones
AS_IT_OPENS = RandomOptions(
    seed=FIRST_SEED, novel=True, min_edits=2, unique=True, clean=True, boldness="safe"
)
"""The options of these names, which are the settings in `page.html`."""
FOR_LISTS = "Names like yours"  # the title of a page's window where a list is pasted
MODELS_FOR_LISTS = (
    "dinosaurs", "first-names", "norwegian-towns", "japanese-towns", "icelandic-first-names"
)  # fmt: skip
"""The bundled models of a page for pasted lists; it opens with the first of them."""

STARTS = {
    "knight": "Knight", "npc": "NPC", "village": "Villager", "tavern": "Tavern", "ship": "Ship",
    "planet": "Planet",
}  # fmt: skip
"""Bundled casts with a single line that the page offers to start from, and their titles."""

PLACES = {"english-towns", "stars"}  # models of these casts whose names are not people's
NAME_PART = re.compile(r"\{(?:\w+=)?([a-z-]+)(?::[^{}]*)?\}")  # a name of a model
FILE_PART_NAME = re.compile(r"\{\w+=(?=[\w-]+\.txt\})")  # the name of a part that is a file's line
SIR_OR_DAME = re.compile(r"\{\w+=\[Sir (\{person\}\[.*?\])\|Dame \{person\}\[.*?\]\]\}")
SAME_CHOICES = re.compile(r"\{\w+=\[(\{\w+\})\|\1\]\}")  # a choice between two equal parts

PEOPLES = re.compile(r"\w+(?:ish|ian|ese)|dutch|french|german|greek|icelandic|mexican|norse|welsh")
"""The first words of bundled models of peoples; they begin with a capital in titles."""

ADJECTIVE = re.compile("[A-Z][a-z]+")  # a title that stands before "names", as in ui/shares.js
SEXES = re.compile("(^| )(wo)?men$")  # a title that stands after "names of", as in ui/shares.js
LONG_TITLE = 40  # characters; a title that is at least as long is set smaller, as in ui/shares.js

PAGE_STYLES = "colours.css", "controls.css", "page.css", "names.css", "side.css", "notes.css"
STYLES = ["report/style.css", *(f"page/ui/{name}" for name in PAGE_STYLES)]
INDENT = re.compile(r"^\s+", re.MULTILINE)  # and blank lines
COMMENT = re.compile(r"/\*.*?\*/|;(?=\s*\})", re.DOTALL)  # and semicolons that end a rule
SPACE = re.compile(r"\s+(?=[{}])|(?<=[{};,:])\s+")  # around the signs of a style sheet

LETTERS = {
    "latin": ("U+0-FF,U+131,U+152-153,U+2013-2026", ""),
    "latin-ext": ("U+100-24F,U+1E00-1EFF", "[\u0100-\u024f\u1e00-\u1eff]"),
    "cyrillic": ("U+400-45F", "[\u0400-\u045f]"),
    "italic": ("U+20-7E,U+2019", ""),
}
"""The font files of the display face, semi-bold Cormorant: the ranges of their characters, and a
pattern for the characters of models that need the file."""

HUES = {
    r"elv|fae\b|halfling": 150, "orc|goblin": 135, r"sea\b": 225, "norse|iceland": 245,
    "stars|spells": 290, "dragon|demon": 385, "dwar|giant|tavern": 415,
}  # fmt: skip
"""Hues of kinds that suggest a colour, by patterns for the beginnings of models' names."""


def page(
    parts: Sequence[PageModel],
    title: str | None = None,
    subtitle: str | None = None,
    for_lists: bool = False,
    learn: bool = False,
) -> str:
    """The page as HTML; if `for_lists`, it opens with the box for a pasted list.

    It contains the base, which short lists start from, if `for_lists` or `learn`.
    """
    names = [title_of(part) for part in parts]
    texts = [STRICT + text for text in script.scripts(for_lists or learn)]
    unpack = assets("page/ui/unpack.js")
    data: dict[str, Any] = {
        "count": COUNT,
        "program": PROGRAM_VERSION,
        "models": [
            {"title": name, "hue": hue_of(model["name"]), **model}
            for name, model in zip(names, script.described_models(parts), strict=True)
        ],
        "words": {},
    }
    starts = [_start(cast, {part.name for part in parts}, data["words"]) for cast in STARTS]
    if for_lists or learn:
        data["base"] = script.described_base()
    if for_lists or (len(parts) > 2 and len({part.share for part in parts}) == 1):
        for model in data["models"][1:]:
            model["share"] = 0
    hues, shares = ([model[key] for model in data["models"]] for key in ("hue", "share"))
    hue = round(np.average(hues, weights=shares))  # as in ui/shares.js
    writing = [part for part, share in zip(parts, shares, strict=True) if share]
    style = style_of(parts, hue, max(part.model.longest for part in writing))
    shown = [title_of(part) for part in writing]
    heading = _heading(shown, lambda name: f"<em>{isolated(name)}</em>")
    first = [] if for_lists else _first_names(writing)
    if first:
        data["seed"] = FIRST_SEED
    document_title = _heading(names, is_blend=len(shown) > 1)
    own_subtitle = subtitle and isolated(subtitle)
    packed = json.dumps(dict(zip(SCRIPTS, texts, strict=True))).encode()  # for ui/unpack.js
    html = INDENT.sub("", assets("page/ui/page.html"))
    return Template(html).substitute(
        policy=_policy(style, [unpack, *texts]),
        title=escape(printable(title or (FOR_LISTS if for_lists else document_title))),
        heading=isolated(title) if title else filled("page/ui/heading.html", heading=heading),
        heading_class="long" if len(title or _heading(shown)) >= LONG_TITLE else "short",
        subtitle=filled("page/ui/subtitle.html") if subtitle is None else own_subtitle,
        program=escape(PROGRAM_VERSION),
        **_view(names, shares, for_lists),
        starts="".join(starts),
        places="".join(map(_place, first or [""] * COUNT)),
        count=COUNT,
        novel_hint="" if any(part.model.fingerprints is None for part in parts) else " hidden",
        sources="".join(_source(part) for part in parts),
        icon="data:image/svg+xml," + quote(icon_of(hue)),
        style=style,
        packed=base64.b64encode(zlib.compress(packed, 9)).decode(),
        unpack=unpack,
        data=script.as_script_data(data),
    )


def _view(names: Sequence[str], shares: Sequence[float], for_lists: bool) -> dict[str, str]:
    """What the page shows when it opens: names with their controls, or the box for a list."""
    return {
        "view": "own-list" if for_lists else "results",
        "names_selected": str(not for_lists).lower(),
        "list_selected": str(for_lists).lower(),
        "no_names": " hidden" if for_lists else "",
        "no_list": "" if for_lists else " hidden",
        "shares": "" if len(names) == 2 else " hidden",
        "kinds": "" if len(names) > 2 else " hidden",
        "chips": "".join(map(_chip, names, shares)),
    }


def _policy(style: str, scripts: Sequence[str]) -> str:
    """A policy that allows only this style and these scripts, loads nothing and bars markup."""
    digests = (hashlib.sha256(text.encode()).digest() for text in (style, *scripts))
    of_style, *of_scripts = (f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {' '.join(of_scripts)}; style-src {of_style}; "
        "worker-src blob:; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types scripts learning"
    )


def _first_names(writing: Sequence[PageModel]) -> list[str]:
    """The names that the page draws first if its address sets nothing; [] if too few are found."""
    models = [part.model for part in writing]
    try:
        model = models[0] if len(models) == 1 else blend(models, [part.share for part in writing])
        batches = names_of_stream(model, FIRST, AS_IT_OPENS, FIRST_BUDGET)
        return [name for names in batches for name in names.to_strings()]
    except RnnNamesError:  # there are too few, or a model has no fingerprints
        return []


def _place(name: str) -> str:
    """A place for a name, which ui/names.js turns into buttons."""
    return f'<li><b class="name">{isolated(name)}</b>' if name else "<li>"


def _chip(name: str, share: float) -> str:
    """A model above the names, as ui/shares.js shows it."""
    pressed = str(share > 0).lower()
    return f'<button class="chip kind" aria-pressed="{pressed}">{isolated(name)}</button>'


# --- Words --------------------------------------------------------------------------------------


def title_of(part: PageModel) -> str:
    """A model's title in words: "Norwegian towns" for norwegian-towns."""
    words = re.sub(r"(?<=[^\W_])[-_](?=[^\W_])", " ", printable(part.name))
    return words[0].upper() + words[1:] if PEOPLES.fullmatch(words.partition(" ")[0]) else words


def _heading(
    names: Sequence[str], marked: Callable[[str], str] = str, is_blend: bool = True
) -> str:
    """The heading of a page for these kinds of names, each `marked`.

    >>> _heading(["fae"], isolated), _heading(["German women"])
    ('Names like <bdi>fae</bdi>', 'Names of German women')
    >>> _heading(["Elvish", "Norse"]), _heading(["Elvish", "Norse", "Orcish", "Fae"])
    ('Elvish and Norse names', 'Names between Elvish, Norse, Orcish and more')
    """
    has_more = len(names) > TITLES
    *others, last = [*map(marked, names[:TITLES]), *["more"] * has_more]
    listed = f"{', '.join(others)} and {last}" if others else last
    is_kind = not has_more and all(map(ADJECTIVE.fullmatch, names))
    of_one = "of" if SEXES.search(names[0]) else "like"
    where = "between" if others and is_blend else of_one
    return f"{listed} names" if is_kind else f"Names {where} {listed}"


def _start(cast: str, models: set[str], words: dict[str, str]) -> str:
    """A button with the pattern of a bundled cast; adds the lines of its files to `words`.

    {person} and {place} stand for models that the page lacks; the title of a person is Ser.
    """
    folder = "casts/bundled_files"
    text = FILE_PART_NAME.sub("{", assets(f"{folder}/{cast}.txt").rstrip())
    for file in re.findall(r"[\w-]+\.txt", text):
        words[file] = "|".join(assets(f"{folder}/{file}").splitlines())
    general = ("{person}", "{place}")
    pattern = NAME_PART.sub(
        lambda part: part[0] if part[1] in models else general[part[1] in PLACES], text
    )
    pattern = escape(SAME_CHOICES.sub(r"\1", SIR_OR_DAME.sub(r"Ser \1", pattern)))
    pattern = pattern.replace("{person} {place}", "{person} of {place}")  # places are no surnames
    return f'<button class="chip" data-cast="{pattern}">{STARTS[cast]}</button>'


def _source(part: PageModel) -> str:
    """The list that a model learned from, and its network; a stranger's record may be any JSON."""
    facts = part.model.facts()
    training, network = facts["training"], facts["network"]
    rows = []
    if type(training.get("distinct_names")) is int:
        files, learned = training.get("lists"), plural(training["distinct_names"], "name")
        if isinstance(files, list) and files:
            learned += f" of {', '.join(map(str, files[:5]))}"
        rows.append(("Learned from", learned))
    for source in part.model.sources:
        rows.append((source.what, f"{source.origin}, {source.terms}"))
    cell, units = network["cell"].upper(), plural(network["hidden_size"], "unit")
    rows.append(("Network", f"{cell} of {units}, {network['parameters']:,} parameters"))
    listed = definitions((term, isolated(text)) for term, text in rows)
    return f"<div><h3>{isolated(title_of(part))}</h3>{listed}</div>"


# --- Style ----------------------------------------------------------------------------------------


def style_of(parts: Sequence[PageModel], hue: int, longest: int) -> str:
    """The style sheet of a page with these models; names have at most `longest` characters."""
    # Columns have the width of the longest possible name, so that they never move.
    rules = SPACE.sub("", COMMENT.sub("", assets(*STYLES)))
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
    """The hue of a model, from its kind or a hash of its name; never olive, which looks dirty.

    >>> hue_of("elvish-men"), hue_of("dinosaurs") == hue_of("elvish")
    (150, False)
    """
    hues = (hue for kind, hue in HUES.items() if re.match(kind, name))
    return next(hues, 130 + zlib.crc32(printable(name).encode()) % 290)


def icon_of(hue: int) -> str:
    """The icon of a page, as SVG."""
    return filled("page/ui/icon.svg", hue=hue)
