"""`rnn-names info`: shows what a model is and how it was trained."""

import locale
import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from itertools import zip_longest
from json import dumps
from textwrap import wrap
from typing import Any

import click

from rnn_names.cli.model_options import MODEL, ModelChoices, choices_or_default
from rnn_names.cli.options import command, flag
from rnn_names.cli.streams import escape_control_characters, write
from rnn_names.errors import RnnNamesError, plural, shortened
from rnn_names.model.selection import find_model_file
from rnn_names.system import can_start_helper, usable_cores
from rnn_names.version import __version__

LONGEST_ROW = 400  # characters; a file may contain texts of any length


@command(
    "Show what a model is and how it was trained.",
    "rnn-names info",
    "rnn-names info people.npz --json | jq .training.held_out_loss",
    "rnn-names info welsh-towns=2 dinosaurs",
    "rnn-names info --system       # for a bug report",
)
@click.argument("model", metavar="[MODEL[=WEIGHT]]...", nargs=-1, type=MODEL)
@flag("--json", help="Print JSON.")
@flag("--system", help="Show versions, BLAS, cores and locale instead, for a bug report.")
def info(model: ModelChoices, json: bool, system: bool) -> None:
    """Show what MODEL is and how it was trained.

    MODEL is a model file or the name of a bundled model. Shows the network, the vocabulary, the
    list it learned from with source and terms, and the training record; for several models, those
    of their blend. Each may have a weight, MODEL=WEIGHT.
    """
    from rnn_names.model.model import load_chosen

    config = click.get_current_context().find_root().obj  # a file's name, or the error in it
    if system:
        how = "not from" if isinstance(config, RnnNamesError) else "also from"
        facts = _facts_for_bug_report()
        if config:
            facts["options"] = f"{how} {config}"
    elif isinstance(config, RnnNamesError):
        raise config
    else:
        models = choices_or_default(model)
        of_model = load_chosen(models).facts()
        size = os.path.getsize(find_model_file(models[0].path)) if len(models) == 1 else None
        facts = {"file": " ".join(map(str, models)), "bytes": size, **of_model}
    if json:
        text = escape_control_characters(dumps(facts, ensure_ascii=False, indent=2), dumps)
    else:
        rows = facts.items() if system else _rows(facts)
        lines = (f"{title:<13} {shortened(text, LONGEST_ROW)}" for title, text in rows if text)
        text = "\n".join(escape_control_characters(line.replace("\n", " ")) for line in lines)
    write(f"{text}\n".encode())


def _facts_for_bug_report() -> dict[str, Any]:
    import numpy as np
    from threadpoolctl import threadpool_info

    from rnn_names.arrays import check_products

    keys = "internal_api", "version", "architecture"
    of_blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
    blas = [" ".join(str(library[key]) for key in keys if library.get(key)) for library in of_blas]
    try:
        check_products()
    except RnnNamesError:
        blas.append("WRONG products")
    names = "numpy", "click", "tqdm", "threadpoolctl"
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    kind = " (frozen)" if hasattr(sys, "frozen") else ""
    return {
        "versions": f"rnn-names {__version__}, {libraries}",
        "python": f"{platform.python_implementation()} {platform.python_version()}{kind}",
        "system": f"{platform.platform()}, {platform.machine()}",
        "blas": ", ".join(blas) or f"not reported by NumPy {np.__version__}",
        "cores": f"{usable_cores()} of {os.cpu_count()}",
        "helper": "can be started" if can_start_helper() else "none here",
        "locale": f"{locale.setlocale(locale.LC_CTYPE)}, {locale.getpreferredencoding(False)}, "
        f"screen {getattr(sys.stderr, 'encoding', None)}",
    }


def _rows(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The titles and texts to show. A model's record may be any JSON, with any characters."""
    training, network, characters = facts["training"], facts["network"], facts["vocabulary"]
    size = "an unsaved blend" if facts["bytes"] is None else f"{facts['bytes']:,} bytes"
    yield "file", f"{facts['file']}, {size}"
    yield "network", f"{_network(network)}, {network['parameters']:,} parameters"
    yield "vocabulary", f"{plural(len(characters), 'character')}: {shortened(characters, 200)}"
    yield "corpus", _corpus(training)
    yield "training", _training(training)
    for part in training.get("blend", []):
        record = part["training"]
        names = _counted(record.get("distinct_names"), "name")
        text = ", ".join(filter(None, [_network(part["network"]), names, _training(record)]))
        yield "blend of", f"{part['model']}, weight {part['weight']:.3g}: {text}"
    if isinstance(training.get("settings"), dict):
        pairs = ", ".join(f"{name}\xa0{value}" for name, value in training["settings"].items())
        lines = wrap(shortened(pairs, 1000), 86, break_on_hyphens=False)
        for title, line in zip_longest(["settings"], lines, fillvalue=""):
            yield title, line.replace("\xa0", " ")
    n, none = facts["fingerprints"], "none: --novel is not available"
    yield "fingerprints", plural(n, "name") if n else none
    for source in facts["sources"]:
        yield "source", "{what}; {origin}, {terms}".format(**source)


def _network(network: dict[str, Any]) -> str:
    return f"{str(network.get('cell')).upper()} of {_counted(network.get('hidden_size'), 'unit')}"


def _counted(n: Any, noun: str) -> str:
    """A count and its noun; "" if the record has no count."""
    return plural(n, noun) if type(n) is int else ""


def _corpus(training: dict[str, Any]) -> str:
    distinct, all_lines = training.get("distinct_names"), training.get("names")
    held_out, shortest = training.get("held_out_names"), training.get("shortest")
    parts = [f"{plural(distinct, 'distinct name')} trained on"] if type(distinct) is int else []
    if type(all_lines) is int and all_lines != distinct:
        parts.append(f"{all_lines:,} with repeats")
    if type(held_out) is int:
        parts.append(f"{held_out:,} held out")
    lengths = f"{shortest} to" if shortest else "at most"
    parts.append(f"{lengths} {plural(training['longest'], 'character')} long")
    lists = training.get("lists")
    files = ", ".join(map(str, lists[:5])) if isinstance(lists, list) else ""
    return f"{files}: {', '.join(parts)}" if files else ", ".join(parts)


def _training(training: dict[str, Any]) -> str:
    if "blend" in training:
        return ""
    if not training.get("epoch"):
        return "none: the weights are random"
    losses = {"held-out loss": "held_out_loss", "training loss": "training_loss"}
    found = {title: training.get(key) for title, key in losses.items()}
    parts = [f"{title} {loss:.4f}" for title, loss in found.items() if isinstance(loss, float)]
    measured = f": {', '.join(parts)} nats per character" if parts else ""
    return f"epoch {training['epoch']}{measured}"
