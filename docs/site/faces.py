"""The display face of the page that writes names, for the style sheet of the site."""

from __future__ import annotations

from rnn_names.page.page import LETTERS

FACES = ["latin", "latin-ext"]
"""Its files that the site needs."""


def rules() -> str:
    """The rules that load them."""
    return "".join(
        f"@font-face {{ font-family: Cormorant; font-weight: 600; src: url({face}.woff2); "
        f"unicode-range: {LETTERS[face][0]}; }}\n"
        for face in FACES
    )
