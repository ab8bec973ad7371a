"""Makes the pictures of the page in docs/, of five windows, light and dark: `make pictures`."""

import sys
import tempfile
from base64 import b64decode
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rnn_names import Model
from rnn_names.page.page import page as page_of
from rnn_names.page.script import PageModel
from support.browser import Browser, missing

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = {
    "page.png": (1280, 740, 27),
    "page-card.webp": (1280, 740, 27),
    "page-phone.webp": (360, 740, 20),
    "page-tablet.webp": (768, 1024, 56),
    "page-large.webp": (1920, 1080, 44),
}
"""Windows, and as many names as fit. Each is taken in light colours and in dark ones."""
MODELS = ["norse", "elvish", "dwarvish", "welsh-towns", "dinosaurs"]  # as on the site
ADDRESS = "#seed=7&boldness=safe&novel=yes&no-near-copies=yes&unique=yes&clean=yes"
WITH_CARD, DWARVISH = "page-card.webp", "&shares=0+0+1+0+0"
KEPT = (3, 6, 11)
"""Places of names that are kept."""

MOST_BYTES = 280_000
MARGIN = 24  # px


def main():
    if missing():
        sys.exit(f"no browser: {missing()}")
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        page = Path(folder) / "page.html"
        parts = [PageModel(name, Model.load(name)) for name in MODELS]
        page.write_text(page_of(parts), "utf-8")
        for name in PICTURES:
            (DOCS / name).write_bytes(picture(browser, page, name, "light"))
            dark = picture(browser, page, name, "dark")
            (DOCS / name).with_name(f"{name.partition('.')[0]}-dark.webp").write_bytes(dark)


def picture(browser, page, name, scheme):
    """The page in the window of a picture, in a scheme of colours; dark ones are WebP."""
    width, height, count = PICTURES[name]
    look = {"width": width, "height": height, "color_scheme": scheme}
    is_touched = width < 1000
    if is_touched:
        look |= {"has_touch": True, "is_mobile": True}
    address = f"{ADDRESS}&count={count}{DWARVISH * (name == WITH_CARD)}"
    opened = browser.open(page, address, **{"names": None, "reduced_motion": "reduce", **look})
    opened.wait_for_selector("#names[aria-busy=false] .name")
    for place in KEPT:
        opened.locator(".name").nth(place).click()
    if name == WITH_CARD:
        opened.locator(".name").first.press("d")
        opened.get_by_role("button", name="How likely?").click()
    opened.mouse.move(0, 0)
    opened.evaluate("document.getElementById('toast').replaceChildren()")
    session = opened.context.new_cdp_session(opened)
    shown = height if is_touched else end(opened)  # below the names there is nothing
    scale = 2 if is_touched else 1  # such screens have two pixels for one of others
    clip = {"x": 0, "y": 0, "width": width, "height": shown, "scale": scale}
    kind = "webp" if scheme == "dark" else name.partition(".")[2]
    take = {"format": kind, "clip": clip}
    content = b64decode(session.send("Page.captureScreenshot", take)["data"])
    if len(content) > MOST_BYTES:
        sys.exit(f"{name}, {scheme}: {len(content):,} bytes, more than {MOST_BYTES:,}")
    return content


def end(page):
    """Where the page ends, with a margin."""
    below = page.locator("#sharing").bounding_box()
    return below["y"] + below["height"] + MARGIN


if __name__ == "__main__":
    main()
