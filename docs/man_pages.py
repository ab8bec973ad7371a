"""Manual pages, made from the options of the commands whenever the package is built; and the SBOM.

hatchling puts them where `man` looks: wheels install them into share/man/man1, as pipx links them,
and an sdist has them in docs/man. To read one without an installation:

    python docs/man_pages.py build/man && man build/man/rnn-names-sample.1
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # outside of a build
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "rnn-names"

EXIT_STATUS = """\
.SH EXIT STATUS
0 done; 1 could not, with one line that says what is wrong; 2 wrong usage; 130 interrupted.
"""


class ManPages(BuildHookInterface):
    """Adds the pages to what is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Writes the pages into build/man, and says where they belong."""
        if version == "editable":
            return
        if self.target_name == "wheel":
            sys.path.insert(0, str(ROOT / "docs"))
            import sbom

            core = self.metadata.core
            path = sbom.write(Path(self.root), core.name, core.version, core.dependencies)
            build_data["sbom_files"].append(str(path.relative_to(self.root)))
        folder = Path(self.root) / "build" / "man"
        for path in write_pages(folder):
            if self.target_name == "wheel":
                build_data["shared_data"][str(path)] = f"share/man/man1/{path.name}"
            else:
                build_data["force_include"][str(path)] = f"docs/man/{path.name}"


def write_pages(folder: Path) -> list[Path]:
    """Writes all pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in pages():
        path = folder / f"{name}.1"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def pages() -> Iterator[tuple[str, str]]:
    """The name and the text of each page: that of the program, and one for each command."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    import click

    from rnn_names.cli.main import COMMANDS, cli

    root = click.Context(cli, info_name=PROGRAM, **cli.context_settings)
    commands = {name: cli.get_command(root, name) for name in COMMANDS}
    names = [f"{PROGRAM}-{name}" for name in commands]
    yield PROGRAM, page(root, names)
    for name, command in commands.items():
        others = [PROGRAM, *(each for each in names if each != f"{PROGRAM}-{name}")]
        yield f"{PROGRAM}-{name}", page(click.Context(command, root, name), others)


def page(context: Any, others: Sequence[str]) -> str:
    """The page of a command, in the macros of man(7)."""
    from rnn_names.version import __version__

    command = context.command
    name = context.command_path.replace(" ", "-")
    about = command.short_help or (command.help or "").splitlines()[0]
    usage = " ".join(command.collect_usage_pieces(context))
    rows: dict[str, list[tuple[str, str]]] = {}
    for option in command.get_params(context):
        record = option.get_help_record(context)
        if record:
            rows.setdefault(getattr(option, "group", "Other"), []).append(record)
    examples = (command.epilog or "").splitlines()
    return "".join(
        [
            f'.TH {escaped(name.upper())} 1 "" "{PROGRAM} {__version__}" "User Commands"\n',
            f".SH NAME\n{escaped(name)} \\- {escaped(about.rstrip('.'))}\n",
            f".SH SYNOPSIS\n.B {escaped(context.command_path)}\n{escaped(usage)}\n",
            f".SH DESCRIPTION\n{description(command.help or '')}",
            ".SH OPTIONS\n",
            *(options(title if len(rows) > 1 else "", rows[title]) for title in rows),
            ".SH EXAMPLES\n.nf\n" if examples else "",
            *(f"{escaped(example)}\n" for example in examples),
            ".fi\n" if examples else "",
            EXIT_STATUS,
            ".SH SEE ALSO\n",
            ",\n".join(f".BR {escaped(each)} (1)" for each in others).replace("(1),", "(1) ,"),
            "\n",
        ]
    )


def options(title: str, records: Sequence[tuple[str, str]]) -> str:
    """The options of a group."""
    lines = [f".SS {escaped(title)}\n"] if title else []
    lines += [f".TP\n.B {escaped(names)}\n{escaped(text)}\n" for names, text in records]
    return "".join(lines)


def description(text: str) -> str:
    r"""The paragraphs of a help; one that begins with Click's \b keeps its lines."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in paragraph.splitlines()]
        if lines[0] == "\b":
            paragraphs.append(
                ".nf\n" + "".join(f"{escaped(line)}\n" for line in lines[1:]) + ".fi\n"
            )
        else:
            paragraphs.append(f"{escaped(' '.join(lines))}\n")
    return ".PP\n".join(paragraphs)


def escaped(text: str) -> str:
    r"""A text that roff takes for a text: with \ and - as they are, and no control line."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


if __name__ == "__main__":
    for each in write_pages(Path(sys.argv[1] if sys.argv[1:] else ROOT / "build" / "man")):
        print(each)
