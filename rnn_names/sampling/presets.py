"""Settles options that depend on the model: boldness and lengths."""

from dataclasses import replace
from typing import TypeVar

from rnn_names.conditions.conditions import known_triples_condition
from rnn_names.conditions.options import BOLDNESS, CommonOptions, Options
from rnn_names.conditions.word_lists import common_words
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.fingerprints import among
from rnn_names.errors import SamplingError
from rnn_names.network.language_model import LanguageModel

AnyOptions = TypeVar("AnyOptions", bound=CommonOptions)

MAX_WORD_SHARE = 0.1  # share of words in a list, above which boldness safe allows words
MAX_LOSS = 2.3  # nats per character; if the loss is larger, all names may be improbable


def with_boldness(options: AnyOptions, model: LanguageModel) -> AnyOptions:
    """The options; those that are not set get the presets of their boldness.

    Presets that the model's list does not allow are left out. `safe` leaves out

        known_triples   if the model has no triples, or a required text contains others
        min_mean_p      if the model predicts badly, or its loss is not known, as for a blend
        min_edits       if its list is not known; with `start`, only names of the list are left out,
                        since other near names depend on earlier ones
        no_words        if its list is not known, or contains many words
    """
    own = model.own_fingerprints
    preset = {"temperature": 1.0, **BOLDNESS[options.boldness]}
    if options.boldness == "safe":
        try:
            known_triples_condition(model, options)
        except SamplingError:
            del preset["known_triples"]
        loss = model.training.get("training_loss")
        if not (isinstance(loss, float) and 0 < loss < MAX_LOSS):
            del preset["min_mean_p"]
        if own is None:
            del preset["min_edits"], preset["no_words"]
        elif isinstance(options, Options) and options.start:
            preset |= {"min_edits": None, "novel": not options.listed}
        if own is not None and among(own, common_words()).sum() > MAX_WORD_SHARE * len(own):
            del preset["no_words"]
    more = {name: value for name, value in preset.items() if name not in options.non_defaults}
    return replace(options, **more)


def length_limits(model: LanguageModel, options: CommonOptions) -> tuple[int, int]:
    """The least and the greatest length of names, from the options or else from the list."""
    prefix_lengths = [*map(len, options.prefix or ("",))]
    shortest, longest = options.min_length, options.max_length
    if shortest is None:  # an explicit upper limit wins
        shortest = min(model.shortest, longest or model.shortest)
    shortest = max(shortest, min(prefix_lengths), 1)
    if longest is None:
        longest = max(model.longest, shortest, *prefix_lengths)
    if longest > MAX_NAME_LENGTH:
        raise SamplingError(f"no name can have more than {MAX_NAME_LENGTH} characters")
    if shortest > longest:
        cause = "prefix" if options.prefix and min(prefix_lengths) == shortest else "min_length"
        message = f"{cause} requires at least {shortest} characters, max_length at most {longest}"
        raise SamplingError(message, [cause, "max_length"])
    return shortest, longest
