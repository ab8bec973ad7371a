"""Typesets the equations of the pages: indented blocks such as `a⟨t⟩ = tanh(x⟨t⟩ Waxᵀ + ba)`.

Pages are read as plain text too, so equations are written as one types them. For the site they
become MathML, which browsers draw by themselves. A block is one of equations if each of its lines
has " = " and nothing that an equation has not; three spaces or more divide a line into cells, of
which those that are no equations are remarks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

WORDS = {"tanh", "softmax", "log", "loss", "ahead", "total", "prefix", "EOS"}
"""Names of functions and quantities, set upright."""

SUPERSCRIPTS = {"ᵀ": "<mi mathvariant='normal'>T</mi>", "²": "<mn>2</mn>"}
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

TOKEN = re.compile(
    r"(?P<compound>[a-z]+(?:[-'][a-z]+)+)"  # no variable: "n-gram's"
    r"|(?P<name>[a-zA-Zŷσ]+(?:_(?:prev|logits|\w))?)(?P<index>[₀-₉0-9]*)(?P<prime>'?)"
    r"|(?P<number>\d+)"
    r"|⟨(?P<step>[^⟩]*)⟩"
    r"|(?P<superscript>[ᵀ²])"
    r"|(?P<operator>[=−+·∘/|()\[\],Σ…])"
    r"|(?P<space>\s+)"
)
MATRIX = re.compile(r"(d?)([WUb])([a-z]+)")
DIFFERENTIAL = re.compile(r"d([a-zŷ])(?:_(\w+))?")
AT_STEP = r"[axyŷz]⟨[^⟩\n]+⟩"
FACTOR = rf"(?:{AT_STEP}|W[axy]{{2}}ᵀ?)"
VARIABLE = re.compile(
    r"^ {4}.*$|^<.*$|`[^`\n]*`|\]\([^)]*\)|(?<![\w-])(?P<name>[nT])_(?P<index>[axy])(?!\w)"
    r"|(?<![\w*])\*(?P<letter>[a-zŷ])\*(?![\w*])"
    rf"|(?<!\w)(?P<inline>{AT_STEP}(?: {FACTOR}| [=+·∘] (?:{FACTOR}|b[axy]))*)(?!\w)",
    re.MULTILINE,
)
"""A variable or an equation in running text; or what none stands in."""


class NoEquation(Exception):
    """What is no equation stays as it is."""


def typeset(markdown: str) -> str:
    """A page with its blocks of equations as MathML."""
    fences = re.split(r"(^```.*?^```$)", markdown, flags=re.MULTILINE | re.DOTALL)
    block = re.compile(r"(?<=\n\n)((?: {4}\S.*\n|\n(?= {4}\S.* = ))+)(?=\n)")
    for i in range(0, len(fences), 2):
        fences[i] = block.sub(lambda match: _typeset_block(match[0]), fences[i])
        fences[i] = VARIABLE.sub(_variable, fences[i])
    return "".join(fences)


def _variable(match: re.Match[str]) -> str:
    """A variable in running text, such as n_a or a⟨t⟩; what is code or typeset already stays."""
    if match["inline"]:
        return mathml(match["inline"])
    if match["letter"]:
        return f"<var>{match['letter']}</var>"
    if not match["name"]:
        return match[0]
    return f"<var>{match['name']}<sub>{match['index']}</sub></var>"


def _typeset_block(text: str) -> str:
    try:
        rows = [_row(line) for line in text.splitlines() if line.strip()]
    except NoEquation:
        return text
    return f'<div class="equations" tabindex="0">{"".join(rows)}</div>\n'


def _row(line: str) -> str:
    """A line: equations side by side, and remarks."""
    cells = re.split(r" {3,}", re.sub(r"\s+=\s", " = ", line.strip()))
    if " = " not in cells[0]:
        raise NoEquation
    parts = []
    for cell in cells:
        if " = " in cell or cell.startswith("("):
            parts.append(f"<span>{mathml(cell)}</span>")
        else:
            parts.append(f"<small>{escape(cell)}</small>")
    return f"<div>{''.join(parts)}</div>"


def mathml(text: str) -> str:
    """An equation, or a shape such as (m, n_a), as MathML.

    Raises:
        NoEquation: if it has signs that none has.

    >>> mathml("z = Wyaᵀ")  # doctest: +ELLIPSIS
    '<math ...><mi>z</mi><mo>=</mo><msubsup><mi>W</mi><mi>ya</mi>...</msubsup></math>'
    """
    parts: list[str] = []
    superscripts: list[str] = []
    opened: list[int] = []  # places of brackets among the parts
    group = 0  # where the last closed bracket began

    def finish() -> None:
        """Puts superscripts onto what stands before them, which may be a bracket as a whole."""
        if superscripts:
            begin = group if parts[-1:] in (["<mo>)</mo>"], ["<mo>]</mo>"]) else len(parts) - 1
            base = "".join(parts[begin:]) if begin >= 0 else "<mrow></mrow>"
            base = f"<mrow>{base}</mrow>" if begin < len(parts) - 1 else base
            parts[max(begin, 0) :] = [_raised(base, f"<mrow>{''.join(superscripts)}</mrow>")]
            superscripts.clear()

    for token in _tokens(text):
        if token["step"] is not None:
            superscripts.append(f"<mo>⟨</mo>{_step(token['step'])}<mo>⟩</mo>")
        elif token["superscript"]:
            superscripts.append(SUPERSCRIPTS[token["superscript"]])
        else:
            finish()
            if token["compound"]:
                parts.append(_words(token["compound"]))
            elif token["name"]:
                parts.append(_name(token["name"], token["index"], token["prime"]))
            elif token["number"]:
                parts.append(f"<mn>{token['number']}</mn>")
            elif token["operator"]:
                if token["operator"] in "([":
                    opened.append(len(parts))
                elif token["operator"] in ")]" and opened:
                    group = opened.pop()
                parts.append(_operator(token["operator"]))
    finish()
    return f'<math alttext="{escape(text)}">{"".join(parts)}</math>'


def _tokens(text: str) -> Iterator[re.Match[str]]:
    place = 0
    while place < len(text):
        token = TOKEN.match(text, place)
        if not token:
            raise NoEquation
        place = token.end()
        yield token


def _name(name: str, index: str, prime: str) -> str:
    """A variable with its index: Wya is W with index ya, dba the differential of b with index a."""
    index = index.translate(SUBSCRIPTS)
    matrix, differential = MATRIX.fullmatch(name), DIFFERENTIAL.fullmatch(name)
    if name in WORDS:
        done = f"<mi mathvariant='normal'>{name}</mi>"
    elif matrix:
        before = "<mi mathvariant='normal'>d</mi>" if matrix[1] else ""
        below = f"<mi>{matrix[3]}</mi>" + (f"<mn>{index}</mn>" if index else "")
        done = f"{before}<msub><mi>{matrix[2]}</mi><mrow>{below}</mrow></msub>".replace(
            f"<mrow><mi>{matrix[3]}</mi></mrow>", f"<mi>{matrix[3]}</mi>"
        )
        done = f"<mrow>{done}</mrow>" if before else done
    elif differential:
        done = (
            f"<mi mathvariant='normal'>d</mi>{_indexed(differential[1], differential[2] or index)}"
        )
        done = f"<mrow>{done}</mrow>"
    elif "_" in name:
        done = _indexed(*name.split("_"))
    elif len(name) == 1:
        done = _indexed(name, index)
    else:
        return _words(name)
    return done + ("<mo>′</mo>" if prime else "")


def _words(text: str) -> str:
    return f"<mtext>&nbsp;{escape(text)}&nbsp;</mtext>"


def _raised(base: str, above: str) -> str:
    """A variable with a superscript: beside its index if it has one, else after it."""
    last = re.fullmatch(r"(.*)<msub>(.*)</msub>(</mrow>)?", base)
    if last and "<mo>" not in base:
        before, indexed, after = last.groups("")
        return f"{before}<msubsup>{indexed}{above}</msubsup>{after}"
    return f"<msup>{base}{above}</msup>"


def _indexed(base: str, index: str | None) -> str:
    letter = "<mover><mi>y</mi><mo>^</mo></mover>" if base == "ŷ" else f"<mi>{base}</mi>"
    return f"<msub>{letter}<mi>{index}</mi></msub>" if index else letter


def _step(text: str) -> str:
    """A time step such as t-1."""
    parts = {"-": "<mo>−</mo>", "+": "<mo>+</mo>", "1": "<mn>1</mn>"}
    return "".join(parts.get(sign, f"<mi>{sign}</mi>") for sign in text)


def _operator(sign: str) -> str:
    if sign == "Σ":
        return '<mo largeop="true">∑</mo>'
    return f"<mo>{sign}</mo>"
