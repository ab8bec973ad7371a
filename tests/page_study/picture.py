"""Makes docs/page.png, the picture of the page that the README shows: `make pictures`."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rnn_names import Model
from rnn_names.page.page import page as page_of
from rnn_names.page.script import Part
from support.browser import Browser, missing

OUTPUT = Path(__file__).parents[2] / "docs" / "page.png"
MODELS = ["dinosaurs", "first-names"]
ADDRESS = "#seed=7&temperature=0.8&novel=yes&no-near-copies=yes&unique=yes&clean=yes"
KEPT = (3, 6, 11)
"""Places of names that are kept."""

MOST_BYTES = 160_000


def main():
    if missing():
        sys.exit(f"no browser: {missing()}")
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        page = Path(folder) / "page.html"
        parts = [Part(name, Model.load(name)) for name in MODELS]
        page.write_text(page_of(parts), "utf-8")
        opened = browser.open(page, ADDRESS, width=1280, height=800, reduced_motion="reduce")
        for place in KEPT:
            opened.locator(".name").nth(place).click()
        opened.mouse.move(0, 0)
        opened.screenshot(path=OUTPUT)
    if OUTPUT.stat().st_size > MOST_BYTES:
        sys.exit(f"{OUTPUT}: {OUTPUT.stat().st_size:,} bytes, more than {MOST_BYTES:,}")


if __name__ == "__main__":
    main()
