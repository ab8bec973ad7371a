"""`make docs`: runs all that README and docs show, and writes down what it prints.

    python docs/update.py [FILE…]     the documents named, or all

The commands of docs/cli.md and the tables of options in docs/python.md come from the package.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.documents import BLOCK, COMMENT, DOCUMENTS, PROMPTS, ROOT, Example, Reader, examples

CLI, PYTHON = ROOT / "docs" / "cli.md", ROOT / "docs" / "python.md"


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
            for example in examples(match[0]):
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


def as_block(kind: str, done: list[tuple[Example, str]]) -> str:
    """The fence of some examples and what they printed."""
    if kind == "python":
        return f"```python\n{done[0][0].source}```"
    more = "\n... " if kind == "pycon" else "\n"
    shown = ((example.source.replace("\n", more), output) for example, output in done)
    lines = (f"{PROMPTS[kind]}{source}\n{output}" for source, output in shown)
    return f"```{kind}\n{''.join(lines)}```"


def cli_page(text: str) -> str:
    """docs/cli.md with a table and a section of each command of today between its two marks."""
    from rnn_names.cli.main import cli

    names = cli.list_commands(None)
    rows = ["| command | what it does |", "| --- | --- |"]
    for name in names:
        rows.append(f"| [{name}](#{name}) | {cli.get_command(None, name).get_short_help_str(99)} |")
    table = "\n".join(rows) + "\n"
    sections = [f"## {name}\n\n```console\n$ rnn-names {name} --help\n```\n" for name in names]
    return between_marks(text, "commands", "\n".join([table, *sections]))


def python_page(text: str) -> str:
    """docs/python.md with the tables of the options and settings that are declared."""
    from rnn_names import Settings
    from rnn_names.declarations import declarations
    from rnn_names.options import BestOptions, CastOptions, CommonOptions, RandomOptions

    common, options = declarations(CommonOptions), declarations(RandomOptions)
    rank = {"rank": declarations(BestOptions)["rank"]}
    random_only = {name: each for name, each in options.items() if name not in common}
    rows = [*_rows(common), *_rows(random_only, " Not of `best`.")]
    rows += _rows(rank, " Only of `best`.")
    text = between_marks(text, "options", "".join(rows))
    casts = declarations(CastOptions)
    of_casts = {name: casts[name] for name in ("initials", "redraw", "parts", "models")}
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
