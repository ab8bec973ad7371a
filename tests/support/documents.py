"""The examples of README and docs: a way to run them, and to write down anew what they print.

Three kinds of fences hold examples:

    console    lines that begin with "$ " are commands, what follows each is what it printed,
               stderr too
    pycon      lines that begin with ">>> " are Python, what follows is what it printed
    python     a script; what it prints is not shown

The examples of a document run in order, in one folder with a copy of `data/`, as if a reader typed
them all. Two comments in a document change that folder:

    <!-- before: COMMAND -->     run first, and not shown: for what another page has made
    <!-- folder: project -->     the folder holds the package and its tests, too
    <!-- keep: FILE -->          a picture that the examples make goes to docs/drawings

    python tests/support/documents.py [FILE…]     runs all examples of documents (all documents if
                                                  none is named), and writes what they print into
                                                  them; the commands of docs/cli.md and the tables
                                                  of options in docs/python.md come from the package
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

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
CLI, PYTHON = ROOT / "docs" / "cli.md", ROOT / "docs" / "python.md"
DOCUMENTS = (README, *sorted((ROOT / "docs").glob("*.md")))

BLOCK = re.compile(r"^```(console|pycon|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"^<!-- (before|folder|keep): (.*?) -->$", re.MULTILINE)
PROMPTS = {"console": "$ ", "pycon": ">>> "}

QUICK = {"RNN_NAMES_TRAIN_EPOCHS": "1", "RNN_NAMES_TRAIN_INIT": "elvish"}
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


def as_block(kind: str, done: list[tuple[Example, str]]) -> str:
    """The fence of some examples and what they printed."""
    if kind == "python":
        return f"```python\n{done[0][0].source}```"
    more = "\n... " if kind == "pycon" else "\n"
    shown = ((example.source.replace("\n", more), output) for example, output in done)
    lines = (f"{PROMPTS[kind]}{source}\n{output}" for source, output in shown)
    return f"```{kind}\n{''.join(lines)}```"


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


def update(document: Path) -> None:
    """Writes what each example prints now into a document.

    It stops at the first that fails, and then leaves the document as it was.
    """
    text = document.read_text(encoding="utf-8")
    text = {CLI: cli_page, PYTHON: python_page}.get(document, str)(text)
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        reader.prepare(text)

        def rerun(match: re.Match[str]) -> str:
            lines = []
            for example in _examples_of_block(match[1], match[2]):
                done = reader.run(example)
                print(f"{PROMPTS.get(example.kind, '')}{example.source}\n{done.output}", flush=True)
                if done.failed:
                    sys.exit(f"{document}: left as it was, since an example failed: {example}")
                lines.append((example, done.output))
            return as_block(match[1], lines)

        document.write_text(BLOCK.sub(rerun, text), encoding="utf-8")
        for kind, name in COMMENT.findall(text):
            if kind == "keep":
                shutil.copy(reader.folder / name, ROOT / "docs" / "drawings" / name)


def cli_page(text: str) -> str:
    """docs/cli.md with a section for each command of today between its two marks."""
    from rnn_names.cli.main import cli

    sections = [
        f"## {command}\n\n```console\n$ rnn-names {command} --help\n```\n"
        for command in cli.list_commands(None)
    ]
    return between_marks(text, "commands", "\n".join(sections))


def python_page(text: str) -> str:
    """docs/python.md with the tables of the options and settings that are declared."""
    from rnn_names import Settings
    from rnn_names.conditions.options import BestOptions, CastOptions, CommonOptions, Options
    from rnn_names.declarations import declarations

    common, options = declarations(CommonOptions), declarations(Options)
    rank = {"rank": declarations(BestOptions)["rank"]}
    random_only = {name: each for name, each in options.items() if name not in common}
    rows = [*_rows(common), *_rows(random_only, " Not of `best`.")]
    rows += _rows(rank, " Only of `best`.")
    text = between_marks(text, "options", "".join(rows))
    casts = declarations(CastOptions)
    of_casts = {name: casts[name] for name in ("initials", "redraw", "parts")}
    text = between_marks(text, "casts", "".join(_rows(of_casts)))
    return between_marks(text, "settings", "".join(_rows(declarations(Settings))))


def _rows(declared: dict[str, Any], note: str = "") -> Iterator[str]:
    """The lines of a table of options."""
    if not note:
        yield "| name | value | default | what |\n|---|---|---|---|\n"
    for name, each in declared.items():
        default = f"`{each.default!r}`" + (f": {each.unset}" if each.unset else "")
        yield f"| `{name}` | {each.kind} | {default} | {each.help}{note} |\n"


def between_marks(text: str, mark: str, inside: str) -> str:
    """A text with something else between `<!-- mark -->` and `<!-- end of mark -->`."""
    first, last = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->\n"
    above, below = text[: text.index(first)], text[text.index(last) :]
    return f"{above}{first}\n{inside}\n{below}"


if __name__ == "__main__":
    for document in [Path(name).resolve() for name in sys.argv[1:]] or DOCUMENTS:
        update(document)
