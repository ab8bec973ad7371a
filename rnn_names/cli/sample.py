"""`rnn-names sample`: writes names of a model."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from rnn_names.cli.input_checks import read_options
from rnn_names.cli.model_options import ModelChoices, choices_or_default, model_option
from rnn_names.cli.options import command, declared_option, flag, options_of
from rnn_names.cli.output import ADDED_COLUMNS, Form, NameWriter, output_options
from rnn_names.cli.streams import print_note, progress_bar
from rnn_names.options import BestOptions, RandomOptions, SampleOptions

if TYPE_CHECKING:
    from rnn_names.corpus.names import Names
    from rnn_names.model.model import Model

MAX_LISTED_FOR_NOTE = 1000  # names; a longer list has a name near most names
MIN_COMPARED, MAX_COMPARED = 10, 200  # drawn names that are compared with the list


@command(
    "Write names like those of a list.",
    "rnn-names sample -n 20",
    "rnn-names sample --prefix Mar --max-length 7 --temperature 0.8",
    "rnn-names sample --suffix saurus --novel --unique",
    "rnn-names sample --match '[AEIOU].*(ix|us)' --format jsonl",
    "rnn-names sample --best --rank per-character -n 50",
    "rnn-names sample -m elves.npz -m norwegian-towns",
    "rnn-names sample -n 100000 | grep 'saurus$' | sort -u | head",
)
@declared_option(SampleOptions, "count", group="General")
@model_option(group="General")
@flag("--best", group="General", help="Write the most probable names, in order, not random ones.")
@declared_option(BestOptions, "rank", group="General")
@options_of(RandomOptions)
@output_options(ADDED_COLUMNS)
def sample(
    count: int, model: ModelChoices, best: bool, rank: str, form: Form, **given: Any
) -> None:
    """Write names like those of a list, one per line.

    Names follow the model's distribution, given the conditions and --temperature, --min-p, --top-k
    and --top-p. Names may be in the list; --novel leaves these out. Neither --top-k nor --top-p may
    rule out every --prefix.

    A seed fixes an endless stream of names, and the first COUNT are written: the same seed and
    options give the same names, on any number of cores. If too few names meet the conditions, those
    found are written, and the exit code is 1.
    """
    from rnn_names.corpus.names import Names
    from rnn_names.model.model import load_chosen
    from rnn_names.sampling.stream import names_of_stream

    seed_given_by = click.get_current_context().get_parameter_source("seed")
    if best and seed_given_by is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError("--seed cannot be used with --best, which draws nothing at random")
    if rank != "total" and not best:
        raise click.UsageError("--rank requires --best, since random names have no order")
    if best:
        given = {name: given[name] for name in given.keys() - {"seed", "unique"}}
    options = read_options(BestOptions if best else RandomOptions, given)
    choices = choices_or_default(model)
    loaded_model = load_chosen(choices)
    title = "+".join(choice.title.removesuffix(".npz") for choice in choices)
    out = NameWriter(loaded_model, form, per_character=rank == "per-character", title=title)
    if best:
        drawn = _best_names(loaded_model, count, options, rank)
    else:
        drawn = names_of_stream(loaded_model, count, options)
    compared = Names.from_strings([])
    with out:
        for names in drawn:
            out.write_names(names)
            compared = Names.concatenate([compared, names[: MAX_COMPARED - len(compared)]])
    may_suggest_min_edits = options.min_edits is None and not options.listed and not options.start
    if may_suggest_min_edits and sys.stderr.isatty():
        _note_near_copies(loaded_model, compared)


def _note_near_copies(model: "Model", names: "Names") -> None:
    """Prints a note if many names are at most one edit from a name in the model's short list."""
    n_listed, known = model.training.get("distinct_names"), model.own_fingerprints
    is_short = isinstance(n_listed, int) and n_listed <= MAX_LISTED_FOR_NOTE
    if known is None or not is_short or len(names) < MIN_COMPARED:
        return
    from rnn_names.conditions.near_list import NearList

    near = int(NearList(model).near(names, 1).sum())
    if near > len(names) / 4:
        are_near = "are in the list or one letter away from a name there"
        print_note(f"{near} of {len(names)} names {are_near}; --min-edits 2 leaves such names out")


def _best_names(model: "Model", count: int, options: BestOptions, rank: str) -> "Iterator[Names]":
    """The most probable names; after two seconds, a bar shows the progress of the search."""
    from rnn_names.sampling.best import best

    with progress_bar(
        unit_scale=True,
        delay=2,
        disable=None,  # disabled unless standard error is a terminal
        bar_format="{n_fmt} beginnings of names searched, {elapsed}",
    ) as searched:
        for names in best(model, count, options, searched.update, rank=rank):
            searched.close()
            yield names
