"""The Chromium of the system without a window, driven by Playwright."""

import shutil

# The first is the same browser, built without all that draws windows: twice as fast.
PROGRAMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)

NOT_TESTED = "the page was not tested in a browser"

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def missing():
    """What the tests in a browser lack here; "" if nothing."""
    try:
        import playwright.sync_api  # noqa: F401 - only whether it is there
    except ImportError:
        return "Playwright is not installed: pip install --group browser"
    return "" if CHROMIUM else "there is no chromium on the PATH: apt-get install chromium"


class Browser:
    """The browser, and pages opened in it, each with a profile of its own.

    A page keeps what its console and its errors said in `problems`, the addresses that it asked
    for in `requests`, and those of them that something came from in `answered`.
    """

    def __enter__(self):
        from playwright.sync_api import sync_playwright

        self._manager = sync_playwright()
        self._chromium = self._manager.__enter__().chromium.launch(
            executable_path=CHROMIUM, args=FLAGS
        )
        return self

    def close_pages(self, but=None):
        """Closes all pages and profiles: open ones go on drawing, and slow the others down.

        One may stay, empty and as new. It opens another file in half the time of a new one.
        """
        for profile in self._chromium.contexts:
            if not but or profile is not but.context:
                profile.close()
        if but and but.url != "about:blank":
            for other in but.context.pages:
                if other is not but:
                    other.close()
            but.evaluate("localStorage.clear(); sessionStorage.clear()")
            but.goto("about:blank")
            but.emulate_media(media="null", color_scheme="null")

    def __exit__(self, *exception):
        self._chromium.close()
        self._manager.__exit__(*exception)

    def profile(self, width=1280, height=800, **options):
        """A new profile: what a page stores is seen by later pages of it only."""
        return self._chromium.new_context(viewport={"width": width, "height": height}, **options)

    def new_page(self, **options):
        """An empty page in a profile of its own."""
        page = self.profile(**options).new_page()
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("requestfinished", lambda request: page.answered.append(request.url))
        return page

    def open(self, file, address="#seed=1", page=None, before="", names=20, **options):
        """The page of a file, once its names are there; the script `before` runs ahead of it."""
        window = {"width": options.pop("width", 1280), "height": options.pop("height", 800)}
        page = page or self.new_page(**options)
        page.set_viewport_size(window)
        page.problems, page.requests, page.answered = [], [], []
        if before:
            page.add_init_script(before)
        visit(page, f"{file.as_uri()}{address}")
        if names is not None:
            wait_for_names(page, names)
        return page


def visit(page, address, is_late=False):
    """Opens an address, and waits until the page draws; until its scripts run, where it is late."""
    page.goto(address)
    page.evaluate(OPENED, is_late)


def reload(page):
    """Loads a page again, and waits until it draws."""
    page.reload()
    page.evaluate(OPENED, False)


OPENED = """(isLate) => new Promise((resolve) => {
  const check = () => {
    const runs = document.getElementById("interface"); // its scripts are unpacked
    if (runs && (isLate || !document.body.inert)) resolve();
    else setTimeout(check, 5); // ms
  };
  check();
})"""
"""Playwright's own waiting looks again after a tenth of a second, which every test would lose."""

SHOWN = """Array.from(document.querySelectorAll(".name:enabled")).filter((e) =>
  e.checkVisibility({ visibilityProperty: true }) && e.offsetWidth && e.offsetHeight)"""
SHOWS = """(count) => new Promise((resolve, reject) => {
  const began = performance.now();
  const check = () => {
    const isBusy = document.getElementById("names").getAttribute("aria-busy") !== "false";
    const shown = %s;
    if (!isBusy && !isOwnStep && (count ?? shown.length) === shown.length) resolve();
    else if (performance.now() - began < 60000) setTimeout(check, 10); // ms, on a busy machine
    else reject(new Error(`${shown.length} names instead of ${count}`));
  };
  setTimeout(check, 10); // after the events that wait
})"""


def wait_for_names(page, count=None):
    """Waits until as many names are shown, or any number, and nothing is being drawn."""
    page.evaluate(SHOWS % SHOWN, count)


def names_of(page):
    """The names that are shown."""
    return page.evaluate(f"{SHOWN}.map((e) => e.innerText)")
