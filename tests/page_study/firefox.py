"""Opens the page in Firefox without a window: `make page-study`, where there is a Firefox.

It has to write the names of Chromium for the same seed, under rare conditions too, and to learn
from a list, without an error in the console. Its own protocol, Marionette, drives it.
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rnn_names import Model
from rnn_names.page.page import page
from rnn_names.page.script import Part
from support.browser import Browser, missing
from support.documents import ROOT

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PORT = 2828
MODELS = ["dinosaurs", "first-names"]
ADDRESS = "#seed=7"
LEARNED_FROM = 60  # names
PICTURE = ROOT / "build" / "looks" / "firefox.png"

SHOWN = """() => Array.from(document.querySelectorAll(".name:not([hidden])"),
                         ({ textContent }) => textContent).filter(Boolean)"""
RARE = "() => rnnNames.sample(20, { seed: 1, shares: [1, 1], suffix: 'aurus', match: '.*[xz].*' })"
LEARN = """(names) => {
  document.getElementById("own-names").value = names.join("\\n");
  document.getElementById("own-learn").click();
}"""
HAS_LEARNED = "() => !document.getElementById('own-done').hidden"
LEARNED = "() => rnnNames.sample(20, { seed: 1, shares: [0, 0, 1] })"
KEPT = "() => Array.from(document.querySelectorAll('.kept-name'), (each) => each.textContent)"
ERRORS = """() => Services.console.getMessageArray()
  .filter((each) => each instanceof Ci.nsIScriptError && each.sourceName.startsWith("file:"))
  .map(String)"""


class Firefox:
    """A Firefox without a window, with a profile of its own."""

    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory()
        program = [
            FIREFOX,
            "--headless",
            "--marionette",
            "--remote-allow-system-access",
            "--profile",
            self._profile.name,
        ]
        self._process = subprocess.Popen(
            program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(120):
            try:
                self._socket = socket.create_connection(("127.0.0.1", PORT))
                break
            except OSError:
                time.sleep(0.5)
        self._read = self._socket.makefile("rb")
        self._message()  # what it says of itself
        self._number = 0
        self("WebDriver:NewSession", capabilities={})
        self("WebDriver:SetTimeouts", script=300_000)
        return self

    def __exit__(self, *exception):
        self._socket.close()
        self._process.terminate()
        self._process.wait()
        self._profile.cleanup()

    def _message(self):
        size = b""
        while (digit := self._read.read(1)) != b":":
            size += digit
        return json.loads(self._read.read(int(size)))

    def __call__(self, command, **parameters):
        """The answer to a command."""
        self._number += 1
        text = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(b"%d:%b" % (len(text), text))
        _, _, error, answer = self._message()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return answer

    def press(self, *keys):
        """Presses keys, one after another."""
        each = [{"type": type, "value": key} for key in keys for type in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": each}]
        self("WebDriver:PerformActions", actions=actions)

    def evaluate(self, function, *given):
        """What a function gives in the page."""
        script = f"return ({function})(...arguments)"
        return self("WebDriver:ExecuteScript", script=script, args=given, sandbox=None)["value"]


def main():
    if not FIREFOX or missing():
        sys.exit(f"not looked at in Firefox: {missing() or 'there is none on the PATH'}")
    with tempfile.TemporaryDirectory() as folder, Browser() as chromium, Firefox() as firefox:
        file = Path(folder) / "page.html"
        file.write_text(page([Part(name, Model.load(name)) for name in MODELS]), "utf-8")
        firefox("WebDriver:SetWindowRect", width=1280, height=900)
        firefox("WebDriver:Navigate", url=f"{file.as_uri()}{ADDRESS}")
        names, expected = names_in(firefox), names_in(chromium.open(file, ADDRESS))
        picture = firefox("WebDriver:TakeScreenshot", full=False)["value"]
        PICTURE.write_bytes(b64decode(picture))
        failures = key_failures(firefox)
        firefox("Marionette:SetContext", value="chrome")
        failures += firefox.evaluate(ERRORS)
    for what in names:
        is_same = names[what] == expected[what]
        print(f"Firefox, {what}: {'the names of Chromium' if is_same else 'OTHER NAMES'}")
        failures += [] if is_same else [f"{what}: {names[what]} instead of {expected[what]}"]
    sys.exit("\n".join(failures) or 0)


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


def wait(is_done):
    """Waits until something is done."""
    while not is_done():
        time.sleep(0.2)


if __name__ == "__main__":
    main()
