"""Opens the page in Firefox without a window: `make page-study`, where there is a Firefox.

It has to write the names of Chromium for the same seed, under rare conditions too, to learn from a
list, to follow keys, also after a press by the mouse, to keep a name from its card and to set lines
in one size, without an error in the console; and to show its names at all sizes, light
and dark, without a violation that axe-core finds. WebDriver BiDi drives it.
"""

import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from looks import AXE, IN_SIGHT, MODELS, PICTURES, SIZES, UNFOLD, VIOLATIONS
from websockets.sync.client import connect

from rnn_names import Model
from rnn_names.page.page import page
from rnn_names.page.script import PageModel
from support.browser import Browser, missing
from support.documents import ROOT

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PORT = 9222
ADDRESS = "#seed=7"
LEARNED_FROM = 60  # names

SHOWN = """() => Array.from(document.querySelectorAll(".name:not([hidden])"),
                         ({ textContent }) => textContent).filter(Boolean)"""
RARE = "() => rnnNames.sample(20, { seed: 1, shares: [1, 1], suffix: 'aurus', match: '.*[xz].*' })"
LEARN = """(names) => {
  document.getElementById("own-names").value = names.join("\\n");
  document.getElementById("own-learn").click();
}"""
HAS_LEARNED = "() => !document.getElementById('own-done').hidden"
LEARNED = "() => rnnNames.sample(20, { seed: 1, shares: [0, 0, 1] })"
IS_BUSY = "() => document.getElementById('names').ariaBusy !== 'false'"
MIDDLE = """(selector) => {
  const box = document.querySelector(selector).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round);
}"""
SAID = "() => document.getElementById('toast').textContent"
LINES = """() => Array.from(document.querySelectorAll(".lines .name:not([hidden])"),
                         (line) => parseFloat(getComputedStyle(line).fontSize))"""
LEAST_LINE = 20  # px
KEPT = "() => Array.from(document.querySelectorAll('.kept-name'), (each) => each.textContent)"
DARK = "layout.css.prefers-color-scheme.content-override"  # 0 dark, 1 light


class Firefox:
    """A Firefox without a window, with a profile of its own; `errors` are those of its console."""

    def __init__(self, scheme="light"):
        self._scheme, self.errors, self._numbers = scheme, [], itertools.count()
        self._stack = ExitStack()

    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory()
        preferences = {DARK: int(self._scheme == "light"), "ui.prefersReducedMotion": 1}
        lines = [f'user_pref("{name}", {value});\n' for name, value in preferences.items()]
        (Path(self._profile.name) / "user.js").write_text("".join(lines))
        program = [FIREFOX, "--headless", "--profile", self._profile.name]
        program += ["--remote-debugging-port", str(PORT)]
        self._process = subprocess.Popen(
            program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(120):
            try:
                address = f"ws://127.0.0.1:{PORT}/session"
                self._socket = self._stack.enter_context(connect(address, max_size=None))
                break
            except OSError:
                time.sleep(0.5)
        self("session.new", capabilities={})
        self("session.subscribe", events=["log.entryAdded"])
        self._page = self("browsingContext.create", type="window")["context"]
        return self

    def __exit__(self, *exception):
        self._stack.close()
        self._process.terminate()
        self._process.wait()
        self._profile.cleanup()

    def __call__(self, command, **parameters):
        """The answer to a command."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": command, "params": parameters}))
        while (message := json.loads(self._socket.recv())).get("id") != number:
            if message.get("params", {}).get("level") == "error":
                self.errors.append(f"console: {message['params']['text']}")
        if message["type"] == "error":
            raise RuntimeError(f"{command}: {message['message']}")
        return message["result"]

    def open(self, url, width, height):
        """Opens a page in a window of some size."""
        viewport = {"width": width, "height": height}
        self("browsingContext.setViewport", context=self._page, viewport=viewport)
        # From an empty page: another fragment alone would not load it anew.
        for each in ("about:blank", url):
            self("browsingContext.navigate", context=self._page, url=each, wait="complete")

    def picture(self, path):
        """Writes down what it shows."""
        path.write_bytes(
            b64decode(self("browsingContext.captureScreenshot", context=self._page)["data"])
        )

    def press(self, *keys):
        """Presses keys, one after another."""
        each = [{"type": type, "value": key} for key in keys for type in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": each}]
        self("input.performActions", context=self._page, actions=actions)

    def click(self, selector):
        """Presses an element by the mouse, which stays there."""
        x, y = self.evaluate(MIDDLE, selector)
        each = [{"type": "pointerMove", "x": x, "y": y}]
        each += [{"type": type, "button": 0} for type in ("pointerDown", "pointerUp")]
        actions = [{"type": "pointer", "id": "mouse", "actions": each}]
        self("input.performActions", context=self._page, actions=actions)

    def evaluate(self, function, *given):
        """What a function gives in the page."""
        arguments = ", ".join(map(json.dumps, given))
        script = f"(async () => JSON.stringify(await ({function})({arguments})))()"
        result = self(
            "script.evaluate",
            expression=script,
            target={"context": self._page},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"].get("value", "null"))


def main():
    if not FIREFOX or missing() or not AXE.exists():
        sys.exit(f"not looked at in Firefox: {missing() or 'there is none, or no axe-core'}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        files = {count: Path(folder) / f"{count}.html" for count in (1, 2, 5)}
        for count, file in files.items():
            parts = [PageModel(name, Model.load(name)) for name in MODELS[:count]]
            file.write_text(page(parts), "utf-8")
        for scheme in ("light", "dark"):
            with Firefox(scheme) as firefox:
                for count, size in itertools.product((1, 5), SIZES):
                    url = f"{files[count].as_uri()}{ADDRESS}"
                    title = f"{count}-{size[0]}-{scheme}"
                    failures += looked_at(firefox, url, size, title)
                failures += firefox.errors
        with Browser() as chromium, Firefox() as firefox:
            firefox.open(f"{files[2].as_uri()}{ADDRESS}", 1280, 900)
            names, expected = names_in(firefox), names_in(chromium.open(files[2], ADDRESS))
            failures += key_failures(firefox) + press_failures(firefox) + firefox.errors
    for what in names:
        is_same = names[what] == expected[what]
        print(f"Firefox, {what}: {'the names of Chromium' if is_same else 'OTHER NAMES'}")
        failures += [] if is_same else [f"{what}: {names[what]} instead of {expected[what]}"]
    sys.exit("\n".join(failures) or 0)


def looked_at(firefox, url, size, title):
    """What is wrong with a page in a window; prints what is right, too, and takes a picture."""
    firefox.open(url, *size)
    wait(lambda: firefox.evaluate(SHOWN))
    in_sight = firefox.evaluate(IN_SIGHT)
    firefox.picture(PICTURES / f"firefox-{title}.png")
    firefox.evaluate(f"() => {{ {AXE.read_text('utf-8')} }}")
    firefox.evaluate(f"() => {{ {UNFOLD} }}")
    violations = []
    for drawer in ("settings", "kept", "likely"):
        firefox.evaluate(f"() => openDrawer('{drawer}')")
        violations += firefox.evaluate(VIOLATIONS)
    print(f"Firefox, {title}: {in_sight} names in sight, {len(violations)} violations", flush=True)
    few = [f"{title}: {in_sight} names in sight"] if in_sight < SIZES[size] else []
    return few + [f"{title}: {violation}" for violation in violations]


def names_in(browser):
    """The names on opening, of rare conditions, and after the page learned from a list."""
    wait(lambda: len(browser.evaluate(SHOWN)) == 20)
    names = {"on opening": browser.evaluate(SHOWN), "rare names": browser.evaluate(RARE)}
    lines = (ROOT / "data" / "elvish.txt").read_text("utf-8").split()[:LEARNED_FROM]
    browser.evaluate(LEARN, lines)
    wait(lambda: browser.evaluate(HAS_LEARNED))
    return {**names, "after learning": browser.evaluate(LEARNED)}


def key_failures(firefox):
    """What keys do not do: move, hold, draw, keep and go back."""
    firefox.evaluate("() => showView('results')")
    first = firefox.evaluate(SHOWN)
    firefox.press("\ue014", "\ue014", "h", "\ue007")  # right, right, hold, Enter
    kept = firefox.evaluate(KEPT)
    firefox.press(" ")
    wait(
        lambda: firefox.evaluate(SHOWN)[0] != first[0] and firefox.evaluate(SHOWN)[19] != first[19]
    )
    second = firefox.evaluate(SHOWN)
    firefox.press("\ue003")  # Backspace
    wait(lambda: firefox.evaluate(SHOWN) == first)
    is_right = kept == [first[1]] and [a == b for a, b in zip(first, second, strict=True)] == [
        place == 1 for place in range(len(first))
    ]
    print(f"Firefox, keys: {'as in Chromium' if is_right else 'WRONG'}")
    return [] if is_right else [f"keys: kept {kept}, {second} after {first}"]


def press_failures(firefox):
    """What a press by the mouse spoils, and what does not come of one; the second name is held."""
    does = {}
    for what, pressed in (("wild", "#boldness :nth-child(3)"), ("a lock", "#names li .hold")):
        firefox.click(pressed)
        drawn(firefox)
        before = firefox.evaluate(SHOWN)
        firefox.press(" ")
        drawn(firefox)
        after = firefox.evaluate(SHOWN)
        stay = [i for i, name in enumerate(before) if name == after[i]]
        does[f"space after {what}"] = stay == ([0, 1] if what == "a lock" else [1])
    firefox.press("c")  # the pointer is still at a name
    time.sleep(0.5)
    does["C copies"] = firefox.evaluate(SAID) == "Copied"
    firefox.evaluate("() => openCard('Abcdef')")
    firefox.click("#keep-name")
    does["a card keeps its name"] = "Abcdef" in firefox.evaluate(KEPT)
    firefox.click("#tab-casts")
    drawn(firefox)
    firefox.click("#starts :nth-child(3)")
    drawn(firefox)
    sizes = {*firefox.evaluate(LINES)}
    does["lines have one size"] = len(sizes) == 1 and min(sizes) >= LEAST_LINE
    for what, is_right in does.items():
        print(f"Firefox, {what}: {'right' if is_right else 'WRONG'}")
    return [what for what, is_right in does.items() if not is_right]


def drawn(firefox):
    """Waits for the names that a change brings, which are drawn a moment after it."""
    time.sleep(0.3)
    wait(lambda: not firefox.evaluate(IS_BUSY))


def wait(is_done):
    """Waits until something is done."""
    while not is_done():
        time.sleep(0.2)


if __name__ == "__main__":
    main()
