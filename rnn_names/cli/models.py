"""`rnn-names models`: the bundled models."""

import os
from itertools import groupby
from typing import Any

import click

from rnn_names.cli.options import GroupedCommand, option
from rnn_names.cli.streams import write
from rnn_names.model import bundled

HEAD = ("", "names", "characters", "size", "it writes", "list; where it came from, terms")


@click.command(
    cls=GroupedCommand,
    short_help="List the bundled models.",
    examples=[
        "rnn-names models",
        "rnn-names sample -n 20 -m dinosaurs",
        "rnn-names sample -n 20 -m welsh-towns -m dinosaurs",
        "rnn-names train elves.txt --init first-names -o elves.npz",
    ],
)
@option("--json", group="Output", is_flag=True, help="Print JSON.")
def models(json: bool) -> None:
    """List the bundled models.

    They come with the program. Every command takes them by name; a file of the same name in the
    current folder comes first.

    The columns are the model's name, how many names it learned from, how many characters it knows,
    its size, three names that it wrote, and the list with its origin and terms. JSON also has its
    held-out (validation) loss in nats per character.
    """
    samples = bundled.samples()
    facts = [_facts(name) | {"samples": samples[name]} for name in bundled.MODELS]
    if json:
        from json import dumps

        text = dumps(facts, ensure_ascii=False, indent=2)
    else:
        text = "\n".join(_table(facts))
    write(f"{text}\n".encode())


def _facts(name: str) -> dict[str, Any]:
    from rnn_names.model.model import Model

    path, (group, source) = bundled.path_of(name), bundled.MODELS[name]
    model = Model.load(path)
    return {
        "name": name,
        "aliases": [alias for alias, of in bundled.ALIASES.items() if of == name],
        "group": group,
        "names": model.training["distinct_names"],
        "characters": len(model.vocabulary.characters),
        "held_out_loss": model.training["held_out_loss"],
        "bytes": os.path.getsize(path),
        **source._asdict(),
    }


def _table(facts: list[dict[str, Any]]) -> list[str]:
    rows = [(each["group"], _row(each)) for each in facts]
    widths = [max(map(len, column)) for column in zip(HEAD, *(row for _, row in rows), strict=True)]
    lines = []
    for group, of_group in groupby(rows, key=lambda row: row[0]):
        lines += ["", _line((group, *HEAD[1:]), widths)]
        lines += [_line(row, widths) for _, row in of_group]
    return lines[1:]


def _row(facts: dict[str, Any]) -> tuple[str, ...]:
    aliases = "".join(f" (also: {alias})" for alias in facts["aliases"])
    return (
        f"  {facts['name']}",
        f"{facts['names']:,}",
        f"{facts['characters']}",
        f"{facts['bytes'] / 1e6:.1f} MB",
        ", ".join(facts["samples"]),
        f"{facts['what']}{aliases}; {facts['origin']}, {facts['terms']}",
    )


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    name, *numbers, written, text = cells
    aligned = map(str.rjust, numbers, widths[1:])
    return "  ".join([name.ljust(widths[0]), *aligned, written.ljust(widths[-2]), text])
