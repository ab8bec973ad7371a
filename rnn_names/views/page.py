"""A page that writes names: one HTML file with models in it, for any browser.

The page is `page.html` with the style sheets, the engine (`rnn_names.views.engine`), the scripts of
the interface and the models set into it.

A model may come from a stranger. What it holds is in the page as escaped text, or as JSON in which
no character can end the element around it, and the scripts only ever set it as text. A content
security policy allows the page's own script and style, by their hashes, and no connection.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from string import Template
from typing import Any
from urllib.parse import quote

from rnn_names.errors import shown
from rnn_names.model.atomic import write_atomically
from rnn_names.model.model import PROGRAM_VERSION
from rnn_names.views.engine import Part, as_script_data, described, engine, learning
from rnn_names.views.markup import assets, definitions, isolated

PAGE_BEGINNING = "<!DOCTYPE html>"
"""What every page begins with."""

STRICT = '"use strict";\n'
"""What each script of the page begins with."""

COUNT = 20
"""Names that are there when the page opens."""

STYLES = ("style.css", "controls.css", "page.css")
SCRIPTS = (
    "elements.js",
    "form.js",
    "favourites.js",
    "likelihood.js",
    "page.js",
)
"""Of the interface, in an order in which a later one may use what an earlier one defines."""

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="3" fill="#2f7fd1"/>
<path d="M4 12V4l8 8V4" fill="none" stroke="#fff" stroke-width="2"/></svg>"""


def save(parts: Sequence[Part], path: str) -> None:
    """Writes the page, whole or not at all.

    Raises:
        RnnNamesError: if it cannot be written, or as `page`.
    """
    write_atomically(path, page(parts).encode())


def page(parts: Sequence[Part]) -> str:
    """The whole page as HTML.

    Raises:
        BlendError: for shares that are no finite numbers above 0.
    """
    # The width of columns, from the longest name there can be: known at once, so nothing moves.
    longest = max(part.model.language_model.longest for part in parts)
    style = assets(*STYLES) + f":root {{ --longest: {longest}; }}\n"
    scripts = [STRICT + text for text in (engine(), learning(), assets(*SCRIPTS))]
    data: dict[str, Any] = {
        "count": COUNT,
        "program": PROGRAM_VERSION,
        "models": described(parts),
    }
    return Template(assets("page.html")).substitute(
        policy=_policy(style, scripts),
        title=escape(shown(_title(parts))),
        lead=escape(_lead(parts)),
        program=escape(PROGRAM_VERSION),
        shares=_sliders(parts, [model["share"] for model in data["models"]]),
        places="<li></li>" * COUNT,
        count=COUNT,
        novel_hint="" if any(part.model.fingerprints is None for part in parts) else " hidden",
        sources="".join(_source(part) for part in parts),
        icon="data:image/svg+xml," + quote(ICON),
        style=style,
        engine=scripts[0],
        learning=scripts[1],
        script=scripts[2],
        data=as_script_data(data),
    )


def _policy(style: str, scripts: Sequence[str]) -> str:
    """A policy that runs and applies only these texts, makes no text markup, and loads nothing.

    The worker that learns from a list is made from the page's own text.
    """
    allowed = " ".join(f"'{_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src '{_hash(style)}'; "
        "worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types learning"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# --- Words --------------------------------------------------------------------------------------


def _title(parts: Sequence[Part]) -> str:
    """The names of the models as a person would list them."""
    *others, last = [part.name for part in parts]
    return f"{', '.join(others)} and {last}" if others else last


def _lead(parts: Sequence[Part]) -> str:
    if len(parts) > 1:
        return f"New names from a blend of {len(parts)} networks, written letter by letter."
    return "New names, written letter by letter by a network that learned from a list."


def _sliders(parts: Sequence[Part], shares: Sequence[float]) -> str:
    """A slider for each model's share; that of a single model is hidden."""
    rows = [
        f'<div><label for="share-{i}">{isolated(part.name)}</label> '
        f'<output id="share-{i}-value" for="share-{i}"></output> '
        f'<input type="range" id="share-{i}" min="0" max="100" step="1" value="{share:.0f}"></div>'
        for i, (part, share) in enumerate(zip(parts, shares, strict=True))
    ]
    hidden = "" if len(parts) > 1 else " hidden"
    legend = "<legend>Blend</legend>"
    return f'<fieldset id="shares" class="dial"{hidden}>{legend}{"".join(rows)}</fieldset>'


def _source(part: Part) -> str:
    """A section about a model."""
    rows = definitions((what, isolated(text)) for what, text in _about(part))
    return f"<div><h3>{isolated(part.name)}</h3>{rows}</div>"


def _about(part: Part) -> list[tuple[str, str]]:
    """What a model learned from, and what it is. Its record may be a stranger's: any JSON."""
    facts = part.model.facts()
    training, network = facts["training"], facts["network"]
    rows = []
    if type(training.get("distinct_names")) is int:
        rows.append(("Learned from", f"{training['distinct_names']:,} names"))
    for source in part.model.sources:
        rows += [("List", source.what), ("Source", source.origin), ("Terms", source.terms)]
    cell, units = network["cell"].upper(), network["hidden_size"]
    rows.append(("Network", f"{cell} of {units:,} units, {network['parameters']:,} parameters"))
    return rows
