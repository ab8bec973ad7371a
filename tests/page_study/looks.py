"""Looks at the page at six sizes, light and dark: `make page-study`.

For pages of one, three and five models it counts the names in sight and has axe-core look for
violations of accessibility, with everything unfolded, on a phone in each drawer, and of casts. The
pictures are left in build/looks/.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rnn_names import Model
from rnn_names.page.page import page
from rnn_names.page.script import PageModel
from support.browser import Browser, missing

ROOT = Path(__file__).parents[2]
AXE = ROOT / "build" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "build" / "looks"
MODELS = ["welsh-towns", "dinosaurs", "first-names", "norse", "japanese-towns"]
ADDRESS = "#seed=7&boldness=safe&novel=yes&no-near-copies=yes&unique=yes&clean=yes"
SIZES = {
    (360, 740): 8,
    (740, 360): 16,
    (640, 400): 16,
    (768, 1024): 20,
    (1280, 800): 20,
    (1920, 1080): 20,
}
"""Windows, and how many names are to be in sight in them."""

IN_SIGHT = """() => {
  const bar = document.getElementById("bar");
  const isFixed = getComputedStyle(bar).position === "fixed";
  const bottom = (isFixed && bar.getBoundingClientRect().top) || innerHeight;
  return Array.from(document.querySelectorAll(".name:not([hidden])"))
    .filter((name) => name.getBoundingClientRect().bottom <= bottom).length;
}"""
UNFOLD = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
VIOLATIONS = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}"""


def main():
    if missing() or not AXE.exists():
        sys.exit(f"nothing to look with: {missing() or 'npm install --prefix build axe-core'}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    failures = []
    with Browser() as browser, tempfile.TemporaryDirectory() as folder:
        for count in (1, 3, 5):
            file = Path(folder) / f"{count}.html"
            parts = [PageModel(name, Model.load(name)) for name in MODELS[:count]]
            file.write_text(page(parts), "utf-8")
            for size in SIZES:
                for scheme in ("light", "dark"):
                    failures += looked_at(browser, file, size, scheme)
    sys.exit("\n".join(failures) or 0)


def looked_at(browser, file, size, scheme):
    """What is wrong with a page in a window; prints what is right, too, and takes a picture."""
    width, height = size
    options = {"color_scheme": scheme, "reduced_motion": "reduce", "bypass_csp": True}
    page = browser.open(file, ADDRESS, width=width, height=height, **options)
    title = f"{file.stem} models, {width} × {height}, {scheme}"
    in_sight = page.evaluate(IN_SIGHT)
    page.screenshot(path=PICTURES / f"{file.stem}-{width}-{scheme}.png")
    page.locator(".name").first.click()
    page.evaluate(UNFOLD)
    page.evaluate("openCard(document.querySelector('.name').textContent); showWhole(true)")
    page.add_script_tag(path=AXE)
    violations = []
    for drawer in ("settings", "kept", "likely"):  # a phone shows one, other windows all
        page.evaluate(f"openDrawer('{drawer}')")
        violations += page.evaluate(VIOLATIONS)
    page.evaluate("showView('casts'); changed()")
    page.wait_for_selector("#names[aria-busy=false]")  # names that are out of date are pale
    page.screenshot(path=PICTURES / f"{file.stem}-{width}-{scheme}-casts.png")
    violations += page.evaluate(VIOLATIONS)
    page.evaluate("showView('own-list'); document.getElementById('keys').showModal()")
    violations += page.evaluate(VIOLATIONS)
    print(f"{title}: {in_sight} names in sight, {len(violations)} violations", flush=True)
    page.context.close()
    few = [f"{title}: {in_sight} names in sight"] if in_sight < SIZES[size] else []
    return few + [f"{title}: {violation}" for violation in violations]


if __name__ == "__main__":
    main()
