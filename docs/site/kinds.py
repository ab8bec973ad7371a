"""Shows what the bundled models write: a card for each kind of names, with three of them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from rnn_names.model import bundled
from rnn_names.page.page import hue_of

ROOT = Path(__file__).resolve().parents[2]

GROUPS = {
    "Fantasy": "Invented peoples, from no book or game, and their world.",
    "Creatures": "From the bones in museums to what nobody has seen.",
    "People": "First names and surnames, as they are given today and as the sagas have them.",
    "Places": "Towns and villages of 21 countries and peoples.",
}
CREATURES = {"demons", "dinosaurs", "dragons", "giants"}
TITLES = {"first-names": "US first names", "women": "US women", "men": "US men"}
TITLES |= {"surnames": "US surnames", "sea": "Sea people", "desert": "Desert people"}
TITLES |= {"goblin": "Goblins", "halfling": "Halflings", "stars": "Planets and stars"}
ON_FIRST_PAGE = ["dragons", "italian-women", "finnish-towns", "orcish", "norse-men", "stars"]
"""Other kinds than the page in the frame has: those can be tried there."""

ALSO = {
    "elvish": "elf elves", "dwarvish": "dwarf dwarves", "norse": "viking", "icelandic": "viking",
    "halfling": "hobbit", "orcish": "orcs", "fae": "fairy fairies", "stars": "space sci-fi",
    "taverns": "inns pubs", "spells": "magic", "sea": "mermaid", "giants": "trolls",
}  # fmt: skip
"""Other words by which people look for kinds, by how these begin."""

OTHERS = 3  # kinds that the page of a kind leads to

LEARNED, SHOWN = "elvish", 5
"""The list that the first page shows beside what was learned, and how many names of it."""


def page() -> str:
    """The page of all kinds, in Markdown."""
    parts = [
        "---\nhide: [navigation]\n---",
        "# Kinds of names",
        f"{len(bundled.MODELS)} kinds come with the program. Each card shows three names that are "
        "on no list. Open one, and the network that learned from its list writes more.",
        "[Mix kinds in your browser](index.md){ .md-button .md-button--primary }\n"
        "[Blends, in the terminal](blending.md){ .aside }",
        '<div class="find">'
        '<input type="search" id="find-kind" placeholder="Find a kind" aria-label="Find a kind">'
        f'<p class="jump">{"".join(map(_way_to, GROUPS))}</p></div>'
        '<p role="status"><span id="no-kind" hidden>There is no such kind. '
        '<a href="index.html">Learn it from a list of yours</a>.</span></p>',
    ]
    for group, words in GROUPS.items():
        names = [name for name in bundled.MODELS if group_of(name) == group]
        parts += ['<div class="group" markdown>', f"## {group}", words, cards(names), "</div>"]
    parts.append(
        "The command line takes kinds by name, as in `rnn-names sample -m dragons`.\n"
        "[The lists, their names, where they came from, and their terms](../data/README.md)."
    )
    return "\n\n".join(parts)


def first_page() -> str:
    """The cards that the first page shows, and the way to the others."""
    words = f"All {len(bundled.MODELS)} kinds of names"
    return f"{cards(ON_FIRST_PAGE)}\n\n[{words}](kinds.md){{ .md-button }}"


def list_and_names() -> str:
    """Names of a list beside those that its model writes, as a picture on the first page."""
    listed = (ROOT / "data" / f"{LEARNED}.txt").read_text("utf-8").split("\n")[:SHOWN]
    sides = [f"<ul>{_items(names)}</ul>" for names in (listed, bundled.MODELS[LEARNED].samples)]
    return f'<div class="learned" aria-hidden="true">{"<b>→</b>".join(sides)}</div>'


def some_names() -> list[str]:
    """A name of each kind that the first page shows."""
    return [escape(bundled.MODELS[name].samples[0]) for name in ON_FIRST_PAGE]


def group_of(name: str) -> str:
    """The group of a model on the page."""
    return "Creatures" if name in CREATURES else bundled.MODELS[name].group.capitalize()


def title_of(name: str) -> str:
    """What a model writes, in a few words.

    >>> title_of("welsh-towns"), title_of("women")
    ('Welsh towns', 'US women')
    """
    words = name.replace("-", " ")
    return TITLES.get(name, words[0].upper() + words[1:])


def address_of(name: str) -> str:
    """Where the site has the page that writes names of a model."""
    return f"names/{name}.html"


def others_like(name: str) -> str:
    """Links from the page of a kind to the next ones of its group, and to all."""
    group = [each for each in bundled.MODELS if group_of(each) == group_of(name)]
    at = group.index(name)
    following = (group[at + 1 :] + group[:at])[:OTHERS]
    links = [f'<a href="{each}.html">{title_of(each)}</a>' for each in following]
    links.append(f'<a href="../kinds.html">All {len(bundled.MODELS)} kinds</a>')
    return f'<p class="others hint">Also: {" · ".join(links)}</p>'


def cards(names: list[str]) -> str:
    """A card for each of some models, in the colour of its page; site.css makes it all the link."""
    found = []
    for name in names:
        link = (
            f'<a href="{address_of(name)}" aria-label="Draw more: {title_of(name)}">Draw more</a>'
        )
        samples = _items(bundled.MODELS[name].samples)
        card = f"<h3>{title_of(name)}</h3><ul>{samples}</ul><p>{link}</p>"
        also = " ".join(words for kind, words in ALSO.items() if name.startswith(kind))
        found.append(f'<li style="--h: {hue_of(name)}" data-also="{also}">{card}</li>')
    return f'<ul class="kinds">{"".join(found)}</ul>'


def _way_to(group: str) -> str:
    return f'<a href="#{group.lower()}">{group}</a>'


def _items(names: Iterable[str]) -> str:
    return "".join(f"<li>{escape(name)}</li>" for name in names)
