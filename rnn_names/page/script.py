"""The scripts of a page, models in the form that its engine reads, and both as an ES module.

The page and the ES module share one engine, `engine/`, which uses no document. Weights are stored
exactly, and fingerprints as the gaps between their uppermost 44 (or 32) bits. Both are in a Rice
code, which takes about 11 bits per weight in bfloat16, since few exponents are frequent, and 30
bits per name of a long list.
"""

import base64
import json
import math
import os
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.pattern import PART_OPTIONS, SHORT_PART_OPTIONS
from rnn_names.conditions.word_lists import common_words, rude_words
from rnn_names.corpus.fingerprints import MIN_BITS, PACKED_BITS, lowest_kept, upper_bits
from rnn_names.declarations import FLAG, LINES, STRINGS, Number, declarations
from rnn_names.errors import printable
from rnn_names.files import write_atomically
from rnn_names.model.blending import as_gru, scaled, unknown_logit
from rnn_names.model.bundled import BASE_SOURCE, MODELS
from rnn_names.model.model import Model
from rnn_names.options import BOLDNESS, RandomOptions
from rnn_names.report.markup import assets
from rnn_names.training import warm_start
from rnn_names.training.settings import SHORT_LIST
from rnn_names.version import __version__

ENTRIES = ("engine/api.js",), ("learning/worker.js", "learning/npz.js"), ("ui/page.js",)
"""Entry modules of each script: the engine, the learning worker (loaded with the engine), the
interface. A script contains what its entries import, except the modules of earlier scripts."""

IMPORT = re.compile(r'^import [^"]*"(.+)";\n', re.MULTILINE)

NOT_IN_ENGINE = {"like", "edits", "exclude", "remember"}  # options of `sample` that it lacks
MODULE_BEGINNING = "// Written by rnn-names"
REST_BITS = 8, 24  # bits of bfloat16 and float32 besides the exponent: the sign and the fraction
MAX_ALIKE_CODE = 0x1FFF  # the last code point that a page maps to a similar character of the base
UNMARKED = str.maketrans("<>&", ",./")  # replaces the digits of base 85 that are special in markup
NO_ALIKE = "?"  # stands for a character that is not similar to any of the base
MAX_OPENING_SHARE = 50.0  # maximum value of a slider, from 0 to 100, when the page opens


@dataclass(frozen=True)
class PageModel:
    """A model of a page or a module."""

    name: str
    model: Model
    share: float = 1.0  # its share of the blend when the page opens, above 0; only ratios count


def scripts(with_base: bool = True) -> list[str]:
    """The scripts of `ENTRIES`, with or without the code for the base."""
    done = set() if with_base else {"learning/base.js"}
    engine, *others = ("".join(_module(path, done) for path in paths) for paths in ENTRIES)
    whole, parts = rude_words()
    constants = {
        "RUDE_WORDS": {"whole": ",".join(sorted(whole)), "parts": parts},
        "COMMON_WORDS": _coded_prints(common_words()),
        "BOLDNESS": {
            word: {_in_camel(name): value for name, value in options.items()}
            for word, options in BOLDNESS.items()
        },
        **described_options(),
    }
    lines = (f"const {name} = {as_script_data(value)};\n" for name, value in constants.items())
    return [f"{''.join(lines)}{engine}", *others]


def described_options() -> dict[str, Any]:
    """The JSON Schemas of the engine's options, and the options' names in patterns of casts."""
    declared = declarations(RandomOptions).items()
    kinds = {name: declaration.kind for name, declaration in declared if name not in NOT_IN_ENGINE}
    kinds["start"] = Number(0, 1 << 52, whole=True)  # numbers of names stay below 2 ** 53
    in_engine = {FLAG: "true or false", LINES: STRINGS.text}  # others are described as in Python
    options = {
        _in_camel(name): {**(kind.schema or {}), "words": in_engine.get(kind, kind.text)}
        for name, kind in kinds.items()
    }
    words = {name.replace("_", "-"): name for name in PART_OPTIONS} | SHORT_PART_OPTIONS
    part_words = {
        word: _in_camel(PART_OPTIONS[name].new_name or name)
        for word, name in words.items()
        if name in kinds
    }
    return {"OPTIONS": options, "PART_WORDS": part_words}


def _in_camel(name: str) -> str:
    """The name of an option in the engine: minLength for min_length."""
    return re.sub("_(.)", lambda found: found[1].upper(), name)


def _module(path: str, done: set[str]) -> str:
    """A module preceded by the modules that it imports, without those in `done`, as one script."""
    if path in done:
        return ""
    done.add(path)
    text = assets(f"page/{path}")
    paths = (posixpath.normpath(f"{path}/../{imported}") for imported in IMPORT.findall(text))
    before = "".join(_module(imported, done) for imported in paths)
    return before + re.sub("^export ", "", IMPORT.sub("", text), flags=re.MULTILINE)


def described_models(parts: Sequence[PageModel]) -> list[dict[str, Any]]:
    """Models in the form that the engine reads; the largest share is `MAX_OPENING_SHARE`."""
    shares = scaled([part.share for part in parts], len(parts))
    return [
        _described_model(part, MAX_OPENING_SHARE * share / max(shares))
        for part, share in zip(parts, shares, strict=True)
    ]


def _described_model(part: PageModel, share: float) -> dict[str, Any]:
    model = part.model
    known = model.vocabulary.characters
    return {
        "name": printable(part.name),
        "share": share,
        "cell": model.cell,
        "hidden_size": model.hidden_size,
        "vocabulary": known,
        "longest": model.longest,
        "shortest": model.shortest,
        "bars_lower_case": not model.lower_case_beginnings,
        "loss": model.training.get("training_loss"),
        "triples": model.known_triples,
        "pairs": None if model.pairs is None else sorted(model.pairs),
        "unknown_logit": unknown_logit(model),
        **_coded_arrays(as_gru(model.params)),
        "fingerprints": _coded_prints(model.fingerprints),
        "listed": _coded_prints(model.own_list_fingerprints),
        "sources": [source._asdict() for source in model.sources],
    }


def described_base() -> dict[str, Any]:
    """The base for learning/base.js; `alike` maps code points to similar known characters."""
    base = warm_start.Base.load()
    known, codes = base.vocabulary.characters, range(MAX_ALIKE_CODE + 1)
    return {
        "lists": [MODELS[name].source.what for name in base.lists],
        "vocabulary": known,
        "alike": "".join(warm_start.alike(chr(code), known) or NO_ALIKE for code in codes),
        "other": warm_start.OTHER,
        "least_alike": warm_start.MIN_ALIKE_SHARE,
        "short_list": SHORT_LIST,
        "most_fitted": warm_start.MAX_FITTED,
        "steps": warm_start.STEPS,
        "rate": warm_start.RATE,
        "nearness": warm_start.NEARNESS,
        "sources": [BASE_SOURCE._asdict()],
        **_coded_arrays({**base.shared, "vectors": base.vectors}),
    }


def _coded_arrays(arrays: Mapping[str, Array]) -> dict[str, Any]:
    """The names and sizes of arrays and all their numbers in one Rice code.

    `exponents` lists the exponents, the most frequent one first. The code of a number consists of
    the rank of its exponent and `rest` further bits: the sign and the fraction.
    """
    weights = np.concatenate([array.ravel() for array in arrays.values()])
    bits = weights.astype(np.float32).view(np.uint32).astype(np.int64)
    rest_bits = REST_BITS[bool((bits & 0xFFFF).any())]
    exponents, which, counts = np.unique(bits >> 23 & 0xFF, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    rank = np.argsort(order)[which]
    rest = (bits >> 31) << (rest_bits - 1) | (bits & 0x7FFFFF) >> (24 - rest_bits)
    return {
        "arrays": [(name, array.size) for name, array in arrays.items()],
        "rest": rest_bits,
        "exponents": exponents[order].tolist(),
        "weights": rice_code(rank << rest_bits | rest, rest_bits),
    }


def _coded_prints(prints: Array | None) -> dict[str, Any] | None:
    """The uppermost bits of fingerprints in a Rice code: `PACKED_BITS`, or else `MIN_BITS`."""
    if prints is None:
        return None
    kept = PACKED_BITS if lowest_kept(prints) <= 1 << (64 - PACKED_BITS) else MIN_BITS
    gaps = np.diff((upper_bits(prints, kept) >> np.uint64(64 - kept)).astype(np.int64), prepend=0)
    bits = int(math.log2(2**kept / max(len(gaps), 1)))
    return {"kept": kept, "count": len(gaps), "bits": bits, "gaps": rice_code(gaps, bits)}


def rice_code(numbers: Array, bits: int) -> str:
    """Whole numbers in a Rice code, in base 85.

    A number is coded as its upper part in unary, which is ones and a zero, and its lowest `bits`
    bits. With `bits` 2, the code of 6 is 10 10, and the code of 1 is 0 01.

    >>> f"{base64.b85decode(rice_code(np.array([6, 1]), 2))[0]:08b}"
    '10100010'
    """
    upper = numbers >> bits
    ends = np.cumsum(upper + 1 + bits)
    stream = np.ones(ends[-1] if len(ends) else 0, np.uint8)
    stream[ends - 1 - bits] = 0
    for bit in range(bits):
        stream[ends - 1 - bit] = numbers >> bit & 1
    return base64.b85encode(np.packbits(stream).tobytes(), pad=True).decode().translate(UNMARKED)


def as_script_data(value: Any) -> str:
    r"""JSON that can stand inside a script element: ASCII without the characters of markup.

    >>> as_script_data("</script> \u2028 é")
    '"\\u003c/script\\u003e \\u2028 \\u00e9"'
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# --- The module -----------------------------------------------------------------------------------


def save_module(parts: Sequence[PageModel], path: str) -> None:
    """Writes the module to `path` and its types to `types_path`."""
    types = types_path(path)
    write_atomically(types, assets("page/engine/names.d.ts").encode())
    write_atomically(path, module(parts, os.path.basename(types)).encode())


def types_path(path: str) -> str:
    """The path at which TypeScript looks for the types of a module.

    >>> types_path("names.mjs"), types_path("lib/names.js")
    ('names.d.mts', 'lib/names.d.ts')
    """
    root, end = os.path.splitext(path)
    return f"{root}.d.mts" if end == ".mjs" else f"{root}.d.ts"


def module(parts: Sequence[PageModel], types: str) -> str:
    """The module's text; `types` is the name of the file with its types."""
    return f"""{MODULE_BEGINNING}: {__version__}
// @ts-self-types={as_script_data(f"./{types}")}

{scripts()[0]}
const described = {as_script_data(described_models(parts))};
export const {{ sample, score, cast }} = engineOf(modelsIn(described));
export const models = described.map(({{ name, share, sources }}) => ({{ name, share, sources }}));
"""
