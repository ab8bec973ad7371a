"""`rnn-names models`: lists the bundled models and casts."""

import os
import re
import sys
from itertools import groupby
from json import dumps
from textwrap import fill
from typing import Any

from rnn_names.casts.bundled_casts import CASTS
from rnn_names.cli.options import command, flag
from rnn_names.cli.streams import print_note, terminal_size, write
from rnn_names.errors import ModelFileError
from rnn_names.model import bundled

FULL_WIDTH = 80  # columns of a terminal; in a narrower one, the table is not aligned


@command(
    "List the bundled models and casts.",
    "rnn-names models",
    "rnn-names sample -n 20 -m dinosaurs",
    "rnn-names sample -n 20 -m welsh-towns -m dinosaurs",
    "rnn-names train elves.txt --init first-names -o elves.npz",
)
@flag("--json", help="Print JSON.")
def models(json: bool) -> None:
    """List the bundled models and casts.

    They come with the program, or with packages that add models. Every command takes them by name;
    a file of exactly that name in the current folder takes precedence.

    The columns are the model's name, how many names it learned from, how many characters it knows,
    its size, three names that it wrote, and the list with its origin and terms. JSON also has the
    held-out (validation) loss in nats per character.
    """
    facts = [_facts(name, bundled.path_of(name)) for name in bundled.MODELS]
    for name, point in bundled.packs().items():
        if name not in bundled.MODELS:
            try:
                facts.append(_facts(name, bundled.file_of_pack(point), str(point.dist.name)))
            except ModelFileError as error:
                print_note(f"a model from the package {point.dist.name} is left out: {error}")
    lines, width = _table(facts), max(map(len, CASTS))
    about = "casts, as in: rnn-names cast village; to see a pattern: rnn-names cast village --show"
    lines += ["", about, *(f"  {name:<{width}}  {what}" for name, what in CASTS.items())]
    if size := terminal_size(sys.stdout):
        if size.columns < FULL_WIDTH:
            lines = [re.sub(r"(?<=\S) {2,}", "  ", line) for line in lines]
        lines = [fill(line, size.columns, subsequent_indent="    ") for line in lines]
    text = dumps(facts, ensure_ascii=False, indent=2) if json else "\n".join(lines)
    write(f"{text}\n".encode())


def _facts(name: str, path: str, package: str = "") -> dict[str, Any]:
    from rnn_names.model.model import Model

    model = Model.load(path)
    of_pack = [*model.sources, bundled.Source("a list", "unknown", "see the package")][0]
    group, source, samples = bundled.MODELS.get(name, (f"from {package}", of_pack, []))
    return {
        "name": name,
        "package": package or None,
        "aliases": [alias for alias, of in bundled.OTHER_NAMES.items() if of == name],
        "group": group,
        "names": model.training.get("distinct_names", 0),
        "characters": len(model.vocabulary.characters),
        "held_out_loss": model.training.get("held_out_loss"),
        "bytes": os.path.getsize(path),
        **source._asdict(),
        "samples": samples or model.sample(3, seed=1),
    }


def _table(facts: list[dict[str, Any]]) -> list[str]:
    names = max(len(fact["name"]) for fact in facts) + 2
    written = max(len(", ".join(fact["samples"])) for fact in facts)
    row = f"{{:<{names}}}  {{:>6}}  {{:>10}}  {{:>6}}  {{:<{written}}}  {{}}".format
    titles = ("names", "characters", "size", "it writes", "list; where it came from, terms")
    lines = []
    for group, of_group in groupby(facts, key=lambda model: model["group"]):
        lines += ["", row(group, *titles)]
        for model in of_group:
            numbers = f"{model['names']:,}", model["characters"], f"{model['bytes'] / 1e6:.1f} MB"
            aliases = "".join(f" (also: {alias})" for alias in model["aliases"])
            source = f"{model['what']}{aliases}; {model['origin']}, {model['terms']}"
            lines.append(row(f"  {model['name']}", *numbers, ", ".join(model["samples"]), source))
    return lines[1:]
