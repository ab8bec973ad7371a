"""Casts of tiny models, and the joint distributions of their names."""

from rnn_names.casts.cast import texts_of_lines
from rnn_names.casts.cast_drawer import CastDrawer
from rnn_names.casts.pattern import parse
from rnn_names.conditions.edits import DistantNames
from rnn_names.options import CastOptions
from support.enumeration import tiny_model

MODELS = {"a": tiny_model(seed=1), "b": tiny_model("rnn", seed=2), "c": tiny_model(seed=3)}


def batches(text, count, **options):
    """The lines of a pattern as the parts of each; its models are those above."""
    wanted = CastOptions(text, count, **{"seed": 1, **options})
    pattern = parse(text, wanted.shared)
    drawer = CastDrawer(pattern, wanted, lambda models: MODELS[models[0].path], str.split)
    return ([row[1:] for row in batch] for batch in texts_of_lines(drawer))


def rows(*arguments, **options):
    return [row for batch in batches(*arguments, **options) for row in batch]


def joint(*names, weight=lambda *names: True):
    """The joint distribution of independent names, given a condition on all of them."""
    found = {(): 1.0}
    for each in names:
        found = {(*row, name): p * q for row, p in found.items() for name, q in each.items()}
    found = {row: p for row, p in found.items() if weight(*row)}
    total = sum(found.values())
    return {row: p / total for row, p in found.items()}


def are_far_apart(names, edits=2):
    """Whether no name is fewer edits away from one before it."""
    return all(map(DistantNames(edits).add_if_far, names))
