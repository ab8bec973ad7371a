"""`rnn-names models`: the bundled models."""

from __future__ import annotations

import os

import click

from rnn_names.cli.options import GroupedCommand
from rnn_names.cli.streams import write
from rnn_names.model import bundled


@click.command(
    cls=GroupedCommand,
    short_help="List the bundled models.",
    examples=[
        "rnn-names models",
        "rnn-names sample -n 20 -m dinosaurs",
        "rnn-names train elves.txt --init first-names -o elves.npz",
    ],
)
def models() -> None:
    """List the bundled models.

    They come with the program. -m, --init and `info` take them by name; a file of the same name in
    the current folder comes first.

    The columns are the model's name, how many names it learned from, how many characters it knows,
    its held-out (validation) loss in nats per character, its size, and the list with its source and
    terms.
    """
    from rnn_names.model.model import Model

    rows = [("name", "names", "characters", "held-out loss", "size", "list")]
    for name, source in bundled.MODELS.items():
        path = bundled.path_of(name)
        facts = Model.load(path).facts()
        row = (
            name,
            f"{facts['training']['distinct_names']:,}",
            f"{len(facts['vocabulary'])}",
            f"{facts['training']['held_out_loss']:.3f}",
            f"{os.path.getsize(path) / 1e6:.1f} MB",
            f"{source.what}; {source.origin}, {source.terms}",
        )
        rows.append(row)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *map(str.rjust, row[1:-1], widths[1:-1]), row[-1]]
        write(f"{'  '.join(cells)}\n".encode())
