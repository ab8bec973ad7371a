"""What the site adds to the pages that write names.

Such a page takes the colours that were chosen on the site, also while it is shown, and leads back
to the site, whose pages all have the same kept names. In the frame of the first page it has no
title of its own, since the site has one, and its tabs stand at the left; the site takes its hue,
which is that of the kind that writes. What opens in the frame never scrolls within it, or the first
swipe on a phone would not move the site.
"""

from __future__ import annotations

import base64
import hashlib

from rnn_names.page.page import COUNT

SCRIPT = """{
  const root = document.documentElement;
  root.classList.toggle("framed", self !== top);
  const place = () => {
    const above = frameElement ? frameElement.getBoundingClientRect().top + parent.scrollY : 0;
    for (const each of [root, frameElement]) each?.style.setProperty("--above", `${above}px`);
  };
  place();
  addEventListener("resize", place);
  const isHosted = root.classList.toggle("hosted", location.protocol !== "file:");
  if (isHosted) root.dataset.store = "rnn-names";
  else delete root.dataset.store;
  const site = new URL(".", new URL("%s", location));
  const follow = () => {
    let color;
    try {
      color = JSON.parse(localStorage.getItem(`${site.pathname}.__palette`))?.color;
    } catch {}
    root.dataset.scheme = color?.media === "(prefers-color-scheme)" ? "" : (color?.scheme ?? "");
  };
  follow();
  addEventListener("storage", follow);
  // The form for a list may be higher than a small frame, which then takes its height.
  const grow = () => {
    const isOpen = document.getElementById("own-list").offsetHeight;
    const end = document.querySelector("main").getBoundingClientRect().bottom + scrollY;
    const below = parseFloat(getComputedStyle(document.body).paddingBottom);
    frameElement.style.minHeight = isOpen ? `${Math.ceil(end + below) + 1}px` : "";
  };
  const shrink = () => {
    frameElement.style.minHeight = "";
    dispatchEvent(new Event("resize")); // before the page counts the names that fit
    requestAnimationFrame(grow);
  };
  if (frameElement) {
    addEventListener("DOMContentLoaded", () => {
      new ResizeObserver(grow).observe(document.getElementById("own-list"));
      document.getElementById("views").addEventListener("click", shrink, true);
    });
    addEventListener("popstate", shrink);
  }
  if (frameElement)
    new MutationObserver(() => {
      const hue = root.style.getPropertyValue("--hue");
      parent.document.documentElement.style.setProperty("--hue", hue);
    }).observe(root, { attributeFilter: ["style"] });
}"""
"""With the way back, at which the theme keeps the choice of colours. All is set anew in a copy that
somebody saves from within the frame, or reads from a disk, where nothing leads back.
"""

STYLE = """
@media screen {
  [data-scheme="default"] { color-scheme: light; }
  [data-scheme="slate"] { color-scheme: dark; }
}
.back, .others { display: none; }
@media screen {
  .hosted:not(.framed) .back {
    display: block;
    width: fit-content;
    padding-block: 0.375rem;
    font-size: 0.875rem;
    line-height: 1.25;
    color: var(--strong);
    text-decoration: none;
  }
  .back:hover { text-decoration: underline; }
}
/* Where there is a line below the title, it begins with the way back. */
@media screen and (min-width: 62.001rem) {
  .hosted:not(.framed) .others {
    display: block;
    margin-block: 0.5rem -2.5rem; /* in what is free below the names */
  }
  .others a { color: var(--strong); }
  .hosted:not(.framed) header {
    grid-template-columns: auto 1fr;
    column-gap: 1rem;
  }
  .hosted:not(.framed) .back {
    grid-row: 2;
    padding-block: 0.375rem 0;
  }
  .hosted h1 { grid-area: 1 / 1 / auto / -1; }
}
@media screen {
  .framed header { display: none; }
  .framed #keys::backdrop { background: none; } /* it would end with the frame */
  .framed #keys { box-shadow: 0 0.5rem 2rem rgb(0 0 0 / 25%); }
}
@media screen and (min-width: 46.001rem) and (min-height: 30.001rem) {
  :root.framed { --head: 3.25rem; }
  .framed #views {
    grid-column: 1 / -1;
    justify-content: start;
    padding-inline: calc(var(--margin) - 0.75rem);
  }
}
/* One light falls on the site and on the page in its frame. */
.framed body {
  background: radial-gradient(90rem 40rem at 20% calc(-12rem - var(--above)), var(--light),
    transparent) fixed var(--page);
}
/* On a phone all of it is in the frame, so that a swipe moves the site. */
@media screen and (max-width: 46rem), screen and (max-width: 78rem) and (max-height: 30rem) {
  .framed #names { --at-least: 3; } /* fewer than a window has at least */
}
@media screen and (max-width: 46rem) and (max-height: 36rem) {
  .framed :is(#amount, #first-hint) { display: none; }
}
"""


def with_frame(page: str, back: str, count: int | None = None, others: str = "") -> str:
    """The page with this script and style, a policy that allows them, and a link back.

    It opens with `count` names at least; None: as many as another page. Below the names are links
    to `others`.
    """
    script = SCRIPT % back
    if count:
        page = _replaced(page, f'"count":{COUNT}', f'"count":{count}')
        page = _replaced(page, f'value="{COUNT}"', f'value="{count}"')
    for kind, text in (("script", script), ("style", STYLE)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        page = _replaced(page, f"{kind}-src '", f"{kind}-src 'sha256-{digest}' '")
    label = "Kinds" if back.endswith("kinds.html") else "rnn-names"
    page = _replaced(page, "<header>", f'<header><a class="back" href="{back}">← {label}</a>')
    hint = "to keep it.</p>"
    page = _replaced(page, hint, f"{hint}{others}")
    added = f"<style>{STYLE}</style>\n    <script>{script}</script>\n  </head>"
    return _replaced(page, "</head>", added)


def _replaced(page: str, old: str, new: str) -> str:
    """A page with the first of a text replaced, which must be there."""
    if old not in page:
        raise ValueError(f"names.html has no {old!r}")
    return page.replace(old, new, 1)
