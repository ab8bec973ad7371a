"""Tells the page that writes names when the first page of the site shows it in a frame.

There it has no title of its own, since the site has one, and its tabs stand at the left.
"""

from __future__ import annotations

import base64
import hashlib

SCRIPT = 'document.documentElement.classList.toggle("framed", self !== top);'
"""Off too: a copy that somebody saves from within the frame opens without one."""

STYLE = """
@media screen {
  .framed header { display: none; }
}
@media screen and (min-width: 46.001rem) and (min-height: 30.001rem) {
  :root.framed { --head: 3.25rem; }
  .framed #views {
    grid-column: 1 / -1;
    justify-content: start;
    padding-inline: calc(var(--margin) - 0.75rem);
  }
}
/* What of the settings lies below the frame's end fades there. */
@media screen and (min-width: 78.001rem) {
  .framed #settings {
    padding-top: 1.25rem;
    animation: below linear;
    animation-timeline: scroll(self);
  }
}
@keyframes below {
  from, 95% { mask: linear-gradient(#000 calc(100% - 1.25rem), transparent); }
}
"""


def with_frame(page: str) -> str:
    """The page with this script and style, and a policy that allows them."""
    for kind, text in (("script", SCRIPT), ("style", STYLE)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        page = _replaced(page, f"{kind}-src '", f"{kind}-src 'sha256-{digest}' '")
    added = f"<style>{STYLE}</style>\n    <script>{SCRIPT}</script>\n  </head>"
    return _replaced(page, "</head>", added)


def _replaced(page: str, old: str, new: str) -> str:
    """A page with the first of a text replaced, which must be there."""
    if old not in page:
        raise ValueError(f"names.html has no {old!r}")
    return page.replace(old, new, 1)
