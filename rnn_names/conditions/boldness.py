"""The effect of the option `boldness`, a preset for other options."""

from dataclasses import replace

from rnn_names.conditions.conditions import check_known_triples
from rnn_names.conditions.word_lists import common_words
from rnn_names.corpus.fingerprints import among
from rnn_names.errors import SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.options import BOLDNESS, CommonOptions, RandomOptions

MAX_WORD_SHARE = 0.1  # share of words in a list above which boldness safe allows words
MAX_LOSS = 2.3  # nats per character; if the loss is larger, all names may be improbable


def with_boldness(options: CommonOptions, model: LanguageModel) -> CommonOptions:
    """The options, with the presets of `boldness` for those that are not set.

    A preset that does not suit the model is skipped. `safe` skips

        known_triples   if the model has no triples, or a required text breaks the condition
        min_mean_p      if the training loss is not known, as for a blend, or is too high
        min_edits       if the list is not known; or with `start`, since it depends on all earlier
                        names (`novel` then replaces it, unless `listed` is set)
        no_words        if the list is not known, or many of its names are words
    """
    own = model.own_fingerprints
    preset = {**BOLDNESS[options.boldness]}
    if options.boldness == "safe":
        try:
            check_known_triples(model, options)
        except SamplingError:
            del preset["known_triples"]
        loss = model.training.get("training_loss")
        if not (isinstance(loss, float) and 0 < loss < MAX_LOSS):
            del preset["min_mean_p"]
        if own is None:
            del preset["min_edits"], preset["no_words"]
        elif isinstance(options, RandomOptions) and options.start:
            preset |= {"min_edits": None, "novel": not options.listed}
        if own is not None and among(own, common_words()).sum() > MAX_WORD_SHARE * len(own):
            del preset["no_words"]
    more = {name: value for name, value in preset.items() if name not in options.non_defaults}
    return replace(options, **more)
