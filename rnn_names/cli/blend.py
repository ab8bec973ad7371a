"""`rnn-names blend`: writes the blend of several models to a file."""

import os
import shlex

import click

from rnn_names.cli.input_checks import check_output
from rnn_names.cli.model_options import MODEL, ModelChoices
from rnn_names.cli.options import command, output_option
from rnn_names.cli.streams import print_to_stderr
from rnn_names.errors import BlendError, network_name, printable
from rnn_names.files import is_same_file
from rnn_names.model.selection import find_model_file


@command(
    "Write the blend of several models.",
    "rnn-names blend welsh-towns dinosaurs -o dragons.npz",
    "rnn-names blend elves.npz=2 norwegian-towns=1 -o northern-elves.npz",
    "rnn-names sample -m welsh-towns -m dinosaurs      # the same, without a file",
)
@click.argument("models", metavar="MODEL[=WEIGHT]...", nargs=-1, required=True, type=MODEL)
@output_option("-o", "--output", help="The model file to write.", required=True)
def blend(models: ModelChoices, output: str) -> None:
    """Write a model whose names lie between those of several, files or bundled models.

    It predicts the weighted geometric mean of their predictions. Weights are equal unless given,
    and are scaled to sum to 1. Nothing is trained, and the blend is a model like any other.
    """
    from rnn_names.model.model import load_chosen
    from rnn_names.model.npz import SIGNATURE

    check_output(output, "model", SIGNATURE)
    for choice in models:
        if os.path.exists(output) and is_same_file(find_model_file(choice.path), output):
            advice = "one of the models to blend; write to another file"
            raise BlendError(f"{printable(output)}: {advice}")
    model = load_chosen(models)
    model.save(output)
    network, size = network_name(model.cell, model.hidden_size), os.path.getsize(output) / 1e6
    use = f"Try: rnn-names sample -n 20 -m {printable(shlex.quote(output))}"
    print_to_stderr(f"Wrote {printable(output)} ({network}, {size:.1f} MB). {use}")
