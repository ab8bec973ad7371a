"""The engine of the page as one ES module, with its types beside it; models are JSON in ASCII."""

import os
from collections.abc import Sequence

from rnn_names.model.atomic import write_atomically
from rnn_names.model.model import PROGRAM_VERSION
from rnn_names.views.engine import Part, as_script_data, described, engine
from rnn_names.views.markup import assets

MODULE_BEGINNING = "// Written by rnn-names"  # what every module begins with


def save(parts: Sequence[Part], path: str) -> None:
    """Writes the module, and its types into `types_path`."""
    write_atomically(types_path(path), assets("javascript/names.d.ts").encode())
    write_atomically(path, module(parts, os.path.basename(types_path(path))).encode())


def types_path(path: str) -> str:
    """Where TypeScript looks for the types of a module.

    >>> types_path("names.mjs"), types_path("lib/names.js")
    ('names.d.mts', 'lib/names.d.ts')
    """
    root, end = os.path.splitext(path)
    return f"{root}.d.mts" if end == ".mjs" else f"{root}.d.ts"


def module(parts: Sequence[Part], types: str) -> str:
    """The module's text; `types` is the name of the file with its types."""
    version = PROGRAM_VERSION.rpartition(" ")[2]
    return f"""{MODULE_BEGINNING}: {version}
// @ts-self-types={as_script_data(f"./{types}")}

{engine()}
const described = {as_script_data(described(parts))};
export const {{ sample, score, cast }} = engineOf(modelsIn(described));
export const models = described.map(({{ name, share, sources }}) => ({{ name, share, sources }}));
"""
