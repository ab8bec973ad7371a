"""Opens every page of the site in Chromium, wide and light, narrow and dark: `make site-check`.

A page fails if its console has an error or a warning, if it asks for anything that is not of the
site, if it is wider than its window, if something in it is cut, uneven or cannot be seen, or if
axe-core finds a violation of accessibility. So does the first page if the page in its frame does
not end with the window.

    .venv-site/bin/python tests/page_study/site_check.py [PAGE.html…]    all pages, if none is named
"""

from __future__ import annotations

import functools
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.browser import Browser, missing  # noqa: E402 - tests/ is on the path now

SITE = ROOT / "build" / "site"
AXE = ROOT / "build" / "node_modules" / "axe-core" / "axe.min.js"

WINDOWS = {
    "wide": {"width": 1280, "height": 900, "color_scheme": "light", "reduced_motion": "reduce"},
    "narrow": {"width": 360, "height": 740, "color_scheme": "dark", "reduced_motion": "reduce"},
}

VIOLATIONS = """async () => {
    const found = await axe.run({exclude: [["iframe"]]}, {resultTypes: ["violations"]});
    return found.violations.map((each) =>
        `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((node) => node.html).join(" ")}`
    );
}"""

FAULTS = """() => {
    const shown = (selector) =>
        [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
    const faults = [];
    for (const each of shown(".three math")) {
        const card = each.closest(".three > div").getBoundingClientRect();
        const { left, right } = each.getBoundingClientRect();
        if (left - card.left < 8 || card.right - right < 8) faults.push("an equation at the edge");
    }
    const gaps = shown(".options p + small").map((each) => {
        const before = each.previousElementSibling.getBoundingClientRect();
        return Math.round(each.getBoundingClientRect().top - before.bottom);
    });
    if (new Set(gaps).size > 1) faults.push(`gaps above defaults: ${[...new Set(gaps)]}`);
    for (const text of document.querySelector("h1")?.childNodes ?? []) {
        const range = document.createRange();
        range.selectNodeContents(text);
        const isBroken = range.getClientRects().length > 1;
        if (/^\\S+$/.test(text.data) && isBroken) faults.push(`broken: ${text.data}`);
    }
    const canvas = document.createElement("canvas").getContext("2d");
    const luminance = (color) => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) =>
            part > 10 ? ((part / 255 + 0.055) / 1.055) ** 2.4 : part / 3294.6
        );
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (const button of shown(".md-code__button")) {
        const { color } = getComputedStyle(button);
        const ground = getComputedStyle(button.parentElement).backgroundColor;
        const [dark, light] = [color, ground].map(luminance).sort((a, b) => a - b);
        if ((light + 0.05) / (dark + 0.05) < 3) return [...faults, "a button that one cannot see"];
    }
    return faults;
}"""
"""What is wrong with how the page looks, in words."""


class Handler(SimpleHTTPRequestHandler):
    """Serves the site as a host of static pages does, and says nothing of it."""

    def log_message(self, *arguments: object) -> None:
        """Nothing."""

    def send_error(self, code: int, *arguments: object) -> None:
        """The site's own page for what is not there."""
        content = (SITE / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Checks all pages; ends with 1 if one fails."""
    if lacking := missing():
        sys.exit(f"The site cannot be checked: {lacking}")
    if not AXE.exists():
        sys.exit("The site cannot be checked: npm install --prefix build axe-core")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    pages = sys.argv[1:] or [*all_pages(), "nowhere/at/all.html"]
    check = functools.partial(failures, address, pages)
    with ThreadPoolExecutor(len(WINDOWS)) as threads:  # the browser works, Python waits
        failed = sum(threads.map(check, WINDOWS))
    print(f"{len(WINDOWS) * len(pages) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


def failures(address: str, pages: list[str], window: str) -> int:
    """How many pages fail in a window; what is wrong with each is printed."""
    failed = 0
    with Browser() as browser:
        profile = browser.profile(**WINDOWS[window])
        profile.add_init_script(path=AXE)
        for page in pages:
            problems = problems_of(profile, address, page)
            failed += bool(problems)
            for problem in problems:
                print(f"{page}, {window}: {problem}", flush=True)
    return failed


def all_pages() -> list[str]:
    """All pages, but for 404.html, which is shown where nothing is, and those that write names."""
    pages = [path.relative_to(SITE).as_posix() for path in sorted(SITE.rglob("*.html"))]
    return [page for page in pages if page != "404.html" and not page.startswith("names")]


def problems_of(profile, address: str, name: str) -> list[str]:
    """What is wrong with a page."""
    page = profile.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((address, "data:", "blob:"))
            or problems.append(f"asks for {request.url}")
        ),
    )
    page.goto(address + name, wait_until="load")
    if name == "index.html":
        below = page.locator("iframe").evaluate(
            "e => innerHeight - e.getBoundingClientRect().bottom"
        )
        if abs(below) >= 1:
            problems.append(f"{below} px of the window below the framed page")
    if name.startswith("nowhere"):
        problems = [each for each in problems if "404" not in each]  # the console says so
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        problems.append("wider than the window")
    if name.startswith("source/"):  # code is checked in the pages of docs/: whole files take long
        page.evaluate("document.querySelectorAll('.highlight').forEach((each) => each.remove())")
    problems += page.evaluate(FAULTS)
    problems += page.evaluate(VIOLATIONS)
    page.close()
    return problems


if __name__ == "__main__":
    main()
