"""`rnn-names page`: a web page that writes names."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from rnn_names.cli.model_options import MODEL, Given, loaded
from rnn_names.cli.options import GroupedCommand, check_output, output_option
from rnn_names.cli.streams import tell
from rnn_names.errors import shown


@click.command(
    cls=GroupedCommand,
    short_help="Write a web page that writes names.",
    examples=[
        "rnn-names page first-names -o first-names.html",
        "rnn-names page elves.npz dinosaurs -o mixture.html     # with a slider for each",
    ],
)
@click.argument("models", nargs=-1, required=True, type=MODEL, metavar="MODEL[=WEIGHT]...")
@output_option("--output", "page", "The page to write.", default="names.html", metavar="FILE.html")
def page(models: tuple[Given, ...], output: str) -> None:
    """Write a web page that writes names of MODEL, a file or a bundled model; of several, a blend.

    The page is one file that holds the models and works in any browser, without a network: open it
    by a double click, send it, or put it on any web space. Whoever has it can take the models out.
    """
    from rnn_names.views.engine import Part
    from rnn_names.views.page import save

    check_output(output, "page", b"<!DOCTYPE HTML>")
    parts = [
        Part(name, loaded(each), 1.0 if each.weight is None else each.weight)
        for name, each in zip(_names([each.path for each in models]), models, strict=True)
    ]
    save(parts, output)
    tell(f"Wrote {shown(output)}, {os.path.getsize(output) / 1e6:.1f} MB: open it in a browser.")


def _names(models: Sequence[str]) -> list[str]:
    """What models are called in the page: as their files, with the folder where that is needed."""
    stems = [os.path.splitext(os.path.basename(model))[0] or model for model in models]
    return [
        stem if stems.count(stem) == 1 else model for stem, model in zip(stems, models, strict=True)
    ]
