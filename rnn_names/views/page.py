"""A page that writes names: one HTML file with models in it, for any browser.

The page is `page.html` with the style sheets, the scripts and the models set into it; the scripts
run the networks. Weights travel as bfloat16 and fingerprints as four bytes a name, both in base64.

A model may come from a stranger. What it holds is in the page as escaped text, or as JSON in which
no character can end the element around it, and the scripts only ever set it as text. A content
security policy allows the page's own script and style, by their hashes, and no connection.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from rnn_names.corpus.fingerprints import upper_halves
from rnn_names.errors import shown
from rnn_names.model.atomic import write_atomically
from rnn_names.model.blend import scaled, unknown_logit
from rnn_names.model.model import PROGRAM_VERSION, Model
from rnn_names.views.markup import assets, definitions, isolated

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNT = 20
"""Names that are there when the page opens."""

LARGEST_OPENING_SHARE = 50.0
"""Of a slider that goes to 100: there is room on both sides."""

STYLES = ("style.css", "controls.css", "page.css")
SCRIPTS = (
    "network.js",
    "fingerprints.js",
    "sampler.js",
    "models.js",
    "form.js",
    "favourites.js",
    "likelihood.js",
    "page.js",
)
"""In the order in which a page has them: a later one may use what an earlier one defines."""

ARRAYS_IN_PAGE = ("Wax", "Waa", "Wya", "ba", "by", "a0", "bn")
"""The parameters in the order in which the page has them; the last only of a GRU."""

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="3" fill="#2f7fd1"/>
<path d="M4 12V4l8 8V4" fill="none" stroke="#fff" stroke-width="2"/></svg>"""


@dataclass(frozen=True)
class Part:
    """A model of a page.

    Attributes:
        name: what it is called there.
        model: the model itself.
        share: its share of the blend as the page opens, above 0; only ratios count.
    """

    name: str
    model: Model
    share: float = 1.0


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
    script = '"use strict";\n' + assets(*SCRIPTS)
    characters = set().union(*(part.model.vocabulary.characters for part in parts))
    shares = _opening_shares(parts)
    models = [
        _described(part, share, characters) for part, share in zip(parts, shares, strict=True)
    ]
    data = {"count": COUNT, "models": models}
    return Template(assets("page.html")).substitute(
        policy=_policy(style, script),
        title=escape(shown(_title(parts))),
        lead=escape(_lead(parts)),
        program=escape(PROGRAM_VERSION),
        shares=_sliders(parts, shares),
        places="<li></li>" * COUNT,
        count=COUNT,
        novel_hint="" if any(part.model.fingerprints is None for part in parts) else " hidden",
        sources="".join(_source(part) for part in parts),
        icon="data:image/svg+xml," + quote(ICON),
        style=style,
        script=script,
        data=as_script_data(data),
    )


def _policy(style: str, script: str) -> str:
    """A policy that runs and applies only these texts, makes no text markup, and loads nothing."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def as_script_data(value: Any) -> str:
    r"""JSON that can stand inside a script element: ASCII without the characters of markup.

    >>> as_script_data("</script> \u2028 é")
    '"\\u003c/script\\u003e \\u2028 \\u00e9"'
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# --- Models -------------------------------------------------------------------------------------


def _described(part: Part, share: float, characters: set[str]) -> dict[str, Any]:
    """A model as the scripts read it; `characters` are those of all models of the page."""
    model, language_model = part.model, part.model.language_model
    known, prints = model.vocabulary.characters, model.fingerprints
    arrays = [(name, model.params[name]) for name in ARRAYS_IN_PAGE if name in model.params]
    weights = np.concatenate([bfloat16(array).ravel() for _, array in arrays])
    return {
        "name": shown(part.name),
        "share": share,
        "cell": model.cell,
        "hidden_size": model.hidden_size,
        "vocabulary": known,
        "longest": language_model.longest,
        "shortest": language_model.shortest,
        "lower_case": "".join(filter(str.islower, known)),
        "bars_lower_case": not language_model.lower_case_beginnings,
        "unknown_logit": unknown_logit(language_model) if characters - set(known) else None,
        "arrays": [(name, array.size) for name, array in arrays],
        "weights": _base64(weights.astype("<u2")),
        "fingerprints": None if prints is None else _base64(upper_halves(prints).astype("<u4")),
    }


def bfloat16(weights: NDArray[np.float32]) -> NDArray[np.uint16]:
    """The upper 16 bits of each weight, as float32, rounded to nearest, half way up.

    >>> [f"{bits:04x}" for bits in bfloat16(np.array([1, 1 / 3, -2], np.float32)).tolist()]
    ['3f80', '3eab', 'c000']
    """
    return ((weights.view(np.uint32) + np.uint32(1 << 15)) >> np.uint32(16)).astype(np.uint16)


def _base64(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode()


# --- Words --------------------------------------------------------------------------------------


def _title(parts: Sequence[Part]) -> str:
    """The names of the models as a person would list them."""
    *others, last = [part.name for part in parts]
    return f"{', '.join(others)} and {last}" if others else last


def _lead(parts: Sequence[Part]) -> str:
    if len(parts) > 1:
        return f"New names from a blend of {len(parts)} networks, written letter by letter."
    return "New names, written letter by letter by a network that learned from a list."


def _opening_shares(parts: Sequence[Part]) -> list[float]:
    """Where the sliders stand as the page opens: the largest share at half of its slider."""
    shares = scaled([part.share for part in parts], len(parts))
    return [LARGEST_OPENING_SHARE * share / max(shares) for share in shares]


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
