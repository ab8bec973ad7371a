"""`rnn-names models`: the bundled models."""

from __future__ import annotations

import os
from typing import Any

import click

from rnn_names.cli.options import GroupedCommand, option
from rnn_names.cli.streams import write
from rnn_names.model import bundled

HEAD = ("names", "characters", "held-out loss", "size", "list; where it came from, terms")


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
    its held-out (validation) loss in nats per character, its size, and the list with its origin and
    terms.
    """
    facts = [_facts(name) for name in bundled.MODELS]
    if json:
        from json import dumps

        text = dumps(facts, ensure_ascii=False, indent=2)
    else:
        text = "\n".join(_table(facts))
    write(f"{text}\n".encode())


def _facts(name: str) -> dict[str, Any]:
    """What there is to know about a bundled model."""
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
    """The lines of a table for each group."""
    rows = {each["name"]: _row(each) for each in facts}
    columns = zip(HEAD, *rows.values(), strict=True)
    widths = [max(map(len, column)) for column in columns]
    longest = max(map(len, rows))
    lines = []
    for group in dict.fromkeys(each["group"] for each in facts):
        lines += ["", _line(group, HEAD, longest, widths)]
        lines += [
            _line(f"  {each['name']}", rows[each["name"]], longest, widths)
            for each in facts
            if each["group"] == group
        ]
    return lines[1:]


def _row(facts: dict[str, Any]) -> tuple[str, ...]:
    aliases = "".join(f" (also: {alias})" for alias in facts["aliases"])
    return (
        f"{facts['names']:,}",
        f"{facts['characters']}",
        f"{facts['held_out_loss']:.3f}",
        f"{facts['bytes'] / 1e6:.1f} MB",
        f"{facts['what']}{aliases}; {facts['origin']}, {facts['terms']}",
    )


def _line(name: str, cells: tuple[str, ...], longest: int, widths: list[int]) -> str:
    numbers = map(str.rjust, cells[:-1], widths[:-1])
    return "  ".join([name.ljust(longest + 2), *numbers, cells[-1]])
