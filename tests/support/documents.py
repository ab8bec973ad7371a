"""The examples of README and docs, and a way to run them.

`docs/update.py` writes down anew what they print.

Three kinds of fences hold examples:

    console    lines that begin with "$ " are commands, what follows each is what it printed,
               stderr too
    pycon      lines that begin with ">>> " are Python, what follows is what it printed
    python     a script; what it prints is not shown

The examples of a document run in order, in one folder with a copy of `data/`, as if a reader typed
them all. Comments in a document change that folder, or keep what is made there:

    <!-- before: COMMAND -->     run first, and not shown: for what another page has made
    <!-- folder: project -->     the folder holds the package and its tests, too
    <!-- keep: FILE -->          a picture that the examples make goes to docs/drawings
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rnn_names.model import bundled

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DOCUMENTS = (README, *sorted((ROOT / "docs").glob("*.md")))

BLOCK = re.compile(r"^```(console|pycon|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"^<!-- (before|folder|keep): (.*?) -->$", re.MULTILINE)
PROMPTS = {"console": "$ ", "pycon": ">>> "}

QUICK = {"RNN_NAMES_TRAIN_EPOCHS": "1", "RNN_NAMES_TRAIN_INIT": bundled.path_of("elvish")}
QUICK_PYTHON = {
    "train(names)": 'train(names, init="none")',
    "train(names": "train(names, epochs=1, distil_epochs=0",
    'init=Model.load("first-names")': 'init=Model.load("elvish")',
}
"""One epoch; of a model that knows the list already, names with rare endings are drawn at once."""


@dataclass
class Example:
    """A command or some Python, and what the document says that it prints."""

    kind: str
    source: str
    output: str

    def __str__(self) -> str:
        """Its first line: the name of its test."""
        return self.source.splitlines()[0]


@dataclass
class Done:
    """What an example did."""

    output: str
    failed: bool


def examples(text: str) -> list[Example]:
    """All examples of a document, in order."""
    blocks = (_examples_of_block(*block) for block in BLOCK.findall(text))
    return [example for block in blocks for example in block]


def _examples_of_block(kind: str, text: str) -> Iterator[Example]:
    if kind == "python":
        yield Example(kind, text, "")
        return
    for part in re.split(f"^{re.escape(PROMPTS[kind])}", text, flags=re.MULTILINE)[1:]:
        source, _, output = part.partition("\n")
        while source.endswith("\\") or output.startswith("... "):
            more, _, output = output.partition("\n")
            source += "\n" + more.removeprefix("... ")
        yield Example(kind, source, output)


@dataclass
class Reader:
    """Someone who types all examples of a document, in a folder of its own.

    Attributes:
        folder: where.
        quick: train for one epoch instead of dozens, and draw hundreds of names, not thousands.
        names: what Python examples have defined so far.
    """

    folder: Path
    quick: bool = False
    names: dict[str, Any] = field(default_factory=dict)

    def prepare(self, text: str) -> None:
        """Lays out what the examples of a document expect to find."""
        comments = COMMENT.findall(text)
        parts = ["data"]
        if ("folder", "project") in comments:
            parts += ["rnn_names", "tests", "pyproject.toml", "README.md"]
        for part in parts:
            _copy(ROOT / part, self.folder / part)
        before = tuple(command for kind, command in comments if kind == "before")
        if before:
            _copy(made_by(before, self.quick), self.folder)

    def run(self, example: Example) -> Done:
        """Runs an example."""
        if example.kind == "console":
            command = example.source
            if self.quick:
                command = re.sub(" -n 1000(00)? ", " -n 300 ", command).replace("\\\n", "")
                command = re.sub(" --epochs [0-9]+", " --epochs 1", command)
                if loop := LOOP.fullmatch(command):
                    return self._run_loop(*loop.groups())
                before, words, rest = words_of(command)
                if words:
                    return self._run_within(before, words, rest)
            done = shell(command, self.folder, self.quick)
            # A shell has the exit code of a pipe's last command only.
            lost = re.search(r"^(Error: |Traceback )", done.stdout, re.MULTILINE)
            return Done(done.stdout, bool(done.returncode or lost))
        source = example.source
        for shown, quick in QUICK_PYTHON.items() if self.quick else ():
            source = source.replace(shown, quick)
        mode = "exec" if example.kind == "python" else "single"
        with contextlib.redirect_stdout(io.StringIO()) as printed, _working_in(self.folder):
            exec(compile(source + "\n", "<example>", mode), self.names)
        return Done(printed.getvalue() if mode == "single" else "", failed=False)

    def _run_loop(self, name: str, values: str, body: str) -> Done:
        """Runs the commands of a loop of bash, one after another."""
        commands = ";".join(body.replace(f"${name}", value) for value in values.split()).split(";")
        done = [self.run(Example("console", command.strip(), "")) for command in commands]
        return Done("".join(each.output for each in done), any(each.failed for each in done))

    def _run_within(self, before: str, words: list[str], rest: str) -> Done:
        """Runs one command of the program in this process, which takes a tenth of the time."""
        from support.program import invoke

        given = shell(before, self.folder).stdout if before else None
        environment = {"COLUMNS": "100", **quick_settings(words)}
        done = invoke(*words[1:], cwd=self.folder, env=environment, input=given)
        if not rest:
            return Done(done.stdout + done.stderr, bool(done.returncode))
        said = f"{{ cat; printf %s {shlex.quote(done.stderr)} >&2; }} {rest}"
        after = shell(said, self.folder, input=done.stdout)
        return Done(after.stdout, bool(done.returncode or after.returncode))


LOOP = re.compile(r"for (\w+) in ([\w. ]+); do +(.*); *done")


def words_of(command: str) -> tuple[str, list[str], str]:
    """What writes to one command of the program, its words, and where its output goes.

    To a file or a pipe; none of what else a shell can do.
    """
    word = r"(?:'[^']*'|\"[^\"$]*\"|[^'\"|<>&;$])*?"
    found = re.fullmatch(rf"(?:([^;]*) \| )?(rnn-names {word})((?:2>&1 )?[|>].*)?", command)
    return (found[1] or "", shlex.split(found[2]), found[3] or "") if found else ("", [], "")


def quick_settings(words: Iterable[str]) -> dict[str, str]:
    """Variables by which a command takes little time."""
    # A network to start from has its own size.
    return QUICK | {"RNN_NAMES_TRAIN_INIT": "none"} if "--hidden-size" in words else QUICK


def shell(
    command: str, folder: Path, quick: bool = False, input: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs a command as bash would, stdout and stderr together, with this environment's programs
    first on the path.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    left_out = ("RNN_NAMES_", "COV", "PYTEST")  # settings, and the suite that this may run in
    environment = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    environment |= {"PATH": path, "COLUMNS": "100"}
    if quick:
        environment |= quick_settings(command.split())
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        input=input,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )


@cache
def made_by(commands: tuple[str, ...], quick: bool) -> Path:
    """A folder with what some commands make from `data/`; made once, however many pages want it."""
    maker = Reader(Path(tempfile.mkdtemp(prefix="rnn-names-docs-")), quick)
    maker.prepare("")
    for command in commands:
        done = maker.run(Example("console", command, ""))
        if done.failed:
            raise RuntimeError(f"{command}: {done.output}")
    shutil.rmtree(maker.folder / "data")
    return maker.folder


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


@contextlib.contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
