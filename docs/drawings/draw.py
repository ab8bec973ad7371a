"""Draws the pictures of docs/: `make pictures`.

Each function gives one picture as the text of an SVG, in colours for light and dark.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import numpy as np

from rnn_names.corpus.names import EOS, Names, Vocabulary
from rnn_names.network.prefix_tree import prefix_tree

STYLE = """
  .card { fill: #fff }
  text { font: 14px system-ui, sans-serif; fill: #24292f; text-anchor: middle }
  .small { font-size: 11px; fill: #57606a }
  .left { text-anchor: start }
  .variable { font-family: math, serif; font-style: italic; font-size: 1.1em }
  .index { font-size: .75em }
  .maths { font-family: ui-monospace, monospace; font-size: 13px }
  .box { fill: #ddf4ff; stroke: #0969da }
  .other { fill: #fff8c5; stroke: #9a6700 }
  .result { fill: #dafbe1; stroke: #1a7f37 }
  path { fill: none; stroke: #57606a; stroke-width: 1.5 }
  path.to { marker-end: url(#arrow) }
  .head { fill: #57606a; stroke: none }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117 }
    text { fill: #e6edf3 }
    .small { fill: #9ea7b3 }
    .box { fill: #0c2d6b; stroke: #58a6ff }
    .other { fill: #3b2300; stroke: #d29922 }
    .result { fill: #04260f; stroke: #3fb950 }
    path { stroke: #9ea7b3 }
    .head { fill: #9ea7b3 }
  }
"""

ARROW = (
    '<marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0,0 10,5 0,10z" class="head"/></marker>'
)


VARIABLE = re.compile(r"([^*]*)(?:\*(.)\*(?:(⟨\d⟩)|_(\w+))?|$)")

# --- Parts ----------------------------------------------------------------------------------------


def picture(width: int, height: int, parts: list[str]) -> str:
    """An SVG on a card, so that it can be read on a page of another colour, too."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}">',
            f"<style>{STYLE}</style>",
            f"<defs>{ARROW}</defs>",
            f'<rect width="{width}" height="{height}" rx="8" class="card"/>',
            *parts,
            "</svg>\n",
        ]
    )


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """A line of text around x, its middle at y."""
    return f'<text x="{x:g}" y="{y:g}" dy=".35em" class="{kind}">{with_variables(words)}</text>'


def with_variables(words: str) -> str:
    """A text with its variables, such as *x*⟨1⟩ or *a*_prev, as equations have them."""
    parts = []
    shift = 0.0  # of what follows, back to the line
    for plain, letter, above, below in VARIABLE.findall(words):
        back = f' dy="{shift:g}"' if shift else ""
        if plain:
            parts.append(f"<tspan{back}>{escape(plain)}</tspan>" if back else escape(plain))
            back = ""
        if letter:
            parts.append(f'<tspan class="variable"{back}>{letter}</tspan>')
            shift = 5 if above else -4 if below else 0
        if index := above or below:
            parts.append(f'<tspan class="index" dy="{-shift:g}">{index}</tspan>')
    return "".join(parts)


def box(x: float, y: float, width: float, height: float, lines: list[str], kind: str) -> str:
    """A box around (x, y) with lines of text, the first larger than the others."""
    parts = [
        f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width:g}" '
        f'height="{height:g}" rx="6" class="{kind}"/>'
    ]
    top = y - 8 * (len(lines) - 1)
    for i, line in enumerate(lines):
        parts.append(text(x, top + 16 * i, line, "small" if i else ""))
    return "".join(parts)


def arrow(*points: tuple[float, float]) -> str:
    """A line through points, with a head."""
    return f'<path class="to" d="M{" ".join(f"{x:g},{y:g}" for x, y in points)}"/>'


# --- Pictures -------------------------------------------------------------------------------------


def network_picture() -> str:
    """The network reads Ada: an input, a state and predictions in each step."""
    parts = [box(62, 94, 60, 40, ["*a*_0", "learned"], "other")]
    inputs, targets = ["0", "A", "d", "a"], ["A", "d", "a", "EOS"]
    for step, (x, y) in enumerate(zip(inputs, targets, strict=True), 1):
        across = 62 + 132 * step
        parts += [
            arrow((across - (102 if step == 1 else 93), 94), (across - 39, 94)),
            text(across, 22, f"*x*⟨{step}⟩ = {x}", "maths"),
            arrow((across, 36), (across, 74)),
            box(across, 94, 78, 40, [f"*a*⟨{step}⟩", "hidden state"], "box"),
            arrow((across, 114), (across, 146)),
            box(across, 166, 78, 40, [f"*ŷ*⟨{step}⟩", "probabilities"], "result"),
            text(across, 206, f"*y*⟨{step}⟩ = {y}", "maths"),
        ]
    return picture(652, 228, parts)


def prefix_tree_picture() -> str:
    """The tree that the program makes of four names, with what follows at each node."""
    names = Names.from_strings(["Maria", "Marie", "Mark", "Mona"])
    vocabulary = Vocabulary.from_names(names)
    codes, lengths = names.padded()
    tree = prefix_tree(vocabulary.encode(codes), lengths, len(vocabulary))
    symbols = ["end", *vocabulary.characters]

    across, down = 132, 60
    spelled, above = [""], [0]
    for level in range(1, len(tree.levels)):
        first = tree.levels[level - 1].start
        for row in range(tree.levels[level].start, tree.levels[level].stop):
            above.append(int(first + tree.parent[row]))
            spelled.append(spelled[above[-1]] + symbols[tree.x[row]])

    # A leaf has a line of its own; a node stands between its first and its last child.
    lines: dict[int, float] = {}
    leaves = [row for row in range(len(spelled)) if tree.y[row, EOS]]
    for line, row in enumerate(sorted(leaves, key=lambda row: spelled[row])):
        lines[row] = line
    for row in reversed(range(len(spelled))):
        if row not in lines:
            below = [lines[child] for child in range(1, len(spelled)) if above[child] == row]
            lines[row] = (min(below) + max(below)) / 2

    def place(row: int) -> tuple[float, float]:
        return 70 + across * len(spelled[row]), 70 + down * lines[row]

    parts = []
    for level in range(len(tree.levels)):
        parts.append(text(70 + across * level, 20, f"step {level + 1}", "small"))
    for row in range(1, len(spelled)):
        (x0, y0), (x1, y1) = place(above[row]), place(row)
        middle = (x0 + x1) / 2
        parts.append(
            f'<path class="to" d="M{x0 + 52:g},{y0:g} C{middle:g},{y0:g} {middle:g},{y1:g} '
            f'{x1 - 52:g},{y1:g}"/>'
        )
    for row, prefix in enumerate(spelled):
        follows = [f"{int(n)} × {symbols[i]}" for i, n in enumerate(tree.y[row]) if n]
        kind = "result" if tree.y[row, EOS] else "box"
        parts.append(box(*place(row), 104, 44, [prefix or "(nothing)", ", ".join(follows)], kind))
    return picture(140 + across * (len(tree.levels) - 1), int(110 + down * 3), parts)


def gru_picture() -> str:
    """One step of the gated recurrent unit."""
    return picture(
        780,
        280,
        [
            text(40, 60, "*a*_prev", "maths"),
            text(40, 245, "*x*", "maths"),
            arrow((75, 60), (613, 60)),
            arrow((55, 245), (490, 245), (490, 183)),
            arrow((160, 245), (160, 183)),
            arrow((310, 245), (310, 183)),
            arrow((140, 60), (140, 137)),
            arrow((290, 60), (290, 137)),
            arrow((450, 60), (450, 137)),
            box(150, 160, 116, 46, ["reset gate *r*", "0 to 1, for each unit"], "other"),
            box(300, 160, 116, 46, ["update gate *z*", "0 to 1, for each unit"], "other"),
            box(480, 160, 176, 46, ["candidate *c*", "tanh(*x* … + *r* ∘ (*a*_prev …))"], "box"),
            arrow((208, 170), (228, 170), (228, 212), (445, 212), (445, 183)),
            text(240, 202, "*r*", "maths"),
            arrow((358, 150), (376, 150), (376, 95), (613, 95)),
            text(388, 84, "*z*", "maths"),
            arrow((568, 160), (690, 160), (690, 107)),
            box(690, 78, 152, 56, ["mix by *z*", "(1 − *z*) ∘ *c* + *z* ∘ *a*_prev"], "result"),
            arrow((690, 50), (690, 18)),
            text(707, 24, "*a*", "maths"),
        ],
    )


def distillation_picture() -> str:
    """The stages of training."""
    return picture(
        760,
        250,
        [
            text(25, 24, "First: learn from the names", "left"),
            box(90, 80, 130, 48, ["names", "of the list"], "box"),
            box(290, 80, 130, 48, ["network", "one character follows"], "result"),
            arrow((155, 80), (225, 80)),
            text(60, 146, "Then: learn from soft targets", "left"),
            box(90, 205, 130, 48, ["n-gram", "counts of the names"], "box"),
            arrow((42, 104), (42, 181)),
            box(290, 205, 150, 48, ["teacher", "√(n-gram · network)"], "other"),
            arrow((155, 205), (215, 205)),
            arrow((290, 104), (290, 181)),
            box(495, 205, 150, 48, ["synthetic names", "with soft targets"], "other"),
            arrow((365, 205), (420, 205)),
            box(682, 205, 124, 48, ["network", "continues from above"], "result"),
            arrow((570, 205), (620, 205)),
            arrow((355, 80), (682, 80), (682, 181)),
            text(590, 68, "its best weights", "small"),
        ],
    )


def look_ahead_picture() -> str:
    """One node under a rare condition: probability, completion, and their product, scaled.

    The numbers are invented: an example.
    """
    rows = [("a", 0.40, 0.00002), ("i", 0.30, 0.004), ("o", 0.20, 0.00001), ("y", 0.10, 0.001)]
    product = np.array([p * completion for _, p, completion in rows])
    share = product / product.sum()
    parts = [
        box(70, 130, 90, 48, ["Tr", "wanted: …nyx"], "box"),
        text(330, 24, "probability *p*", "small"),
        text(475, 24, "completion: that many end so", "small"),
        text(640, 24, "drawn with *q*", "small"),
    ]
    for i, (character, p, completion) in enumerate(rows):
        y = 58 + 48 * i
        kind = "result" if share[i] == share.max() else "other"
        parts += [
            f'<path class="to" d="M115,130 C170,130 170,{y} 212,{y}"/>',
            box(240, y, 54, 32, [f"Tr{character}"], kind),
            f'<rect x="285" y="{y - 8}" width="{200 * p:g}" height="16" class="box"/>',
            text(285 + 200 * p + 22, y, f"{p:.0%}", "small"),
            text(475, y, f"1 in {round(1 / completion):,}", "small"),
            f'<rect x="570" y="{y - 8}" width="{max(110 * share[i], 1):.1f}" height="16" '
            'class="result"/>',
            text(570 + max(110 * share[i], 1) + 26, y, f"{share[i]:.1%}", "small"),
        ]
    return picture(740, 240, parts)


PICTURES = {
    "network": network_picture,
    "prefix-tree": prefix_tree_picture,
    "gru": gru_picture,
    "distillation": distillation_picture,
    "look-ahead": look_ahead_picture,
}

if __name__ == "__main__":
    for name, draw in PICTURES.items():
        Path(__file__).with_name(f"{name}.svg").write_text(draw(), encoding="utf-8")
