"""The console blocks of README and tutorial: a way to run them, and to write down anew what they
print.

A block is a fence of the kind ``console``: lines that begin with "$ " are commands, and what
follows each is what it printed, stderr too. Those of a document are run in order in one folder that
holds a copy of `data/`, as a reader would who types them all.

    python tests/support/readme.py --update [FILE…]

runs everything for real, and writes the output into the documents.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DOCUMENTS = (README, ROOT / "data" / "TUTORIAL.md")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Example:
    """A command, and what the document says that it prints."""

    command: str
    output: str


def examples(text: str) -> list[Example]:
    """All commands of a document, in order."""
    found = []
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command += "\n" + more
            found.append(Example(command, output))
    return found


def reader_folder(folder: str) -> None:
    """Lays out what the examples expect to find."""
    shutil.copytree(ROOT / "data", Path(folder) / "data")


def run(command: str, folder: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command as bash would, stdout and stderr together, with this environment's `rnn-names`
    first on the path.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", **variables}
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )


def update(document: Path) -> None:
    """Writes what each command prints now into a document; stops, and leaves it as it was, at the
    first that fails.
    """
    text = document.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        reader_folder(folder)

        def rerun(match: re.Match[str]) -> str:
            lines = []
            for example in examples(match.group(0)):
                done = run(example.command, folder)
                print(f"$ {example.command}\n{done.stdout}", flush=True)
                # A shell has the exit code of a pipe's last command only.
                if done.returncode or re.search(r"^Error: ", done.stdout, re.MULTILINE):
                    sys.exit(
                        f"{document}: left as it was, since a command failed (exit code "
                        f"{done.returncode}): {example.command}"
                    )
                lines.append(f"$ {example.command}\n{done.stdout}")
            return "```console\n" + "".join(lines) + "```"

        document.write_text(BLOCK.sub(rerun, text), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] != ["--update"]:
        sys.exit("usage: python tests/support/readme.py --update [FILE…]")
    for document in map(Path, sys.argv[2:] or DOCUMENTS):
        update(document)
