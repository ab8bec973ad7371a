"""Blending: makes one network of several without training; its names lie between theirs.

The blend predicts the normalised geometric mean of its parts' predictions, with weights wᵢ > 0 that
sum to 1 (log-linear interpolation, Klakow 1998; a product of experts, Hinton 2002):

    log p(c | prefix)  =  Σ wᵢ log pᵢ(c | prefix)  −  log Z(prefix)

This is softmax(Σ wᵢ logitsᵢ), so it is one network with the parts' hidden states side by side:

    a   = [a₁ | a₂ | …]                        Wya = [w₁ Wya₁ | w₂ Wya₂ | …]
    Waa = Waa₁, Waa₂, … along the diagonal      by = Σ wᵢ byᵢ

Parts may differ in their cells and in their characters:

-   A plain cell is a GRU whose gates are fixed: r = 1 and z = 0, by large biases.
-   A character that a part does not know has one fixed logit, `unknown_logit`, which gives it a
    probability of 1e-4 on average. As an input, it leaves the part's state unchanged (z = 1).
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.corpus.fingerprints import union
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.corpus.shape import joined_triples
from rnn_names.declarations import POSITIVE
from rnn_names.errors import BlendError, plural, printable, short_repr
from rnn_names.network import rnn
from rnn_names.network.cells import Params, cell_of
from rnn_names.network.language_model import LanguageModel
from rnn_names.network.prefix_tree import prefix_tree
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.preview import preview

UNKNOWN_PROBABILITY = 1e-4  # mean probability of a character that a part does not know
NAMES_TO_MEASURE = 256  # names drawn from a part to measure this mean
MAX_HIDDEN_SIZE = 4096  # hidden units of a blend
SATURATED = 2.0**20  # a bias far larger than a gate's other terms, so that the gate is 0 or 1


def one_network(
    models: Sequence[LanguageModel], weights: Sequence[float], titles: Sequence[str]
) -> dict[str, Any]:
    """The normalised geometric mean of several networks, as the fields of one `LanguageModel`."""
    vocabularies = [model.vocabulary for model in models]
    _check_letters(vocabularies, titles)
    units = sum(model.hidden_size for model in models)
    if units > MAX_HIDDEN_SIZE:
        limit = f"{units:,} hidden units, more than {MAX_HIDDEN_SIZE:,}"
        raise BlendError(f"a blend of {limit}: leave a model out, or train smaller ones")
    vocabulary = reduce(Vocabulary.union, vocabularies)
    networks = [_extended(model, vocabulary) for model in models]
    if any("bn" in params for params in networks):
        networks = [as_gru(params) for params in networks]
    record = {
        "longest": max(model.longest for model in models),
        "shortest": min(model.shortest for model in models),
        "lower_case_beginnings": any(model.lower_case_beginnings for model in models),
        "pairs": _of_all(lambda a, b: sorted({*a, *b}), [model.pairs for model in models]),
        "known_triples": joined_triples([model.known_triples for model in models], vocabulary),
    }
    return {
        "vocabulary": vocabulary,
        "params": _side_by_side(networks, weights),
        "training": {name: value for name, value in record.items() if value is not None},
        "fingerprints": _of_all(union, [model.fingerprints for model in models]),
        "own_list_fingerprints": _of_all(union, [model.own_fingerprints for model in models]),
    }


def scaled(weights: Iterable[float] | None, count: int) -> list[float]:
    """The weights of `count` parts, checked and scaled to sum to 1; None gives equal weights.

    >>> scaled([3, 1], 2), scaled(None, 4)
    ([0.75, 0.25], [0.25, 0.25, 0.25, 0.25])
    """
    if not count:
        raise BlendError("nothing to blend: give at least one model")
    numbers = []
    for weight in as_list("weights", [1.0] * count if weights is None else weights, "model"):
        try:
            numbers.append(POSITIVE.convert(weight))
        except (ValueError, OverflowError):
            raise BlendError(f"weight {short_repr(weight)}: must be {POSITIVE}") from None
    if len(numbers) != count:
        have, need = plural(len(numbers), "weight"), plural(count, "model")
        raise BlendError(f"{have} for {need}: give one for each")
    largest = max(numbers)  # divided by first, since a sum of finite numbers may overflow
    total = math.fsum(number / largest for number in numbers)
    return [number / largest / total for number in numbers]


def as_list(name: str, values: Iterable[Any], whole: str = "part") -> list[Any]:
    """The values of an argument that contains one value for each part."""
    try:
        return [*values]
    except TypeError:
        raise BlendError(f"{name} {short_repr(values)}: give one for each {whole}") from None


def unknown_logit(model: LanguageModel) -> float:
    """The logit u of each character that a model does not know.

    The mean of exp(u) / Σ exp(logits) over names drawn from the model is `UNKNOWN_PROBABILITY`.
    """
    with one_blas_thread():
        # A network with random weights may not end any name within the longest length.
        names = Names.from_strings(preview(model, NAMES_TO_MEASURE, seed=0) or [""])
        indices, lengths = model.vocabulary.indexed(names).padded(names.order())
        tree = prefix_tree(indices, lengths, len(model.vocabulary))
        states = rnn.hidden_states(tree, model.params, Workspace())
        logits = rnn.output_layer(states, model.params).astype(float)  # after each prefix: (N, n_y)
    times = tree.y.sum(axis=1)  # how many names have each prefix
    log_sums = np.logaddexp.reduce(logits, axis=1)  # log Σ exp(logits)
    log_mean = np.logaddexp.reduce(np.log(times) - log_sums) - math.log(times.sum())
    return math.log(UNKNOWN_PROBABILITY) - float(log_mean)


def _extended(model: LanguageModel, vocabulary: Vocabulary) -> Params:
    """The network over the joint vocabulary; as a GRU if it does not know all characters."""
    own = vocabulary.indices_of(model.vocabulary)
    unknown = np.setdiff1d(np.arange(len(vocabulary)), own)
    params = as_gru(model.params) if len(unknown) else model.params
    n_a = model.hidden_size
    Wax = np.zeros((len(params["Wax"]), len(vocabulary)), np.float32)
    Wya = np.zeros((len(vocabulary), n_a), np.float32)
    by = np.zeros(len(vocabulary), np.float32)
    Wax[:, own], Wya[own], by[own] = params["Wax"], params["Wya"], params["by"]
    if len(unknown):
        by[unknown] = unknown_logit(model)
        Wax[n_a : 2 * n_a, unknown] = 2 * SATURATED  # z = 1, even against the bias of a plain cell
    return {**params, "Wax": Wax, "Wya": Wya, "by": by}


def _check_letters(vocabularies: Sequence[Vocabulary], titles: Sequence[str]) -> None:
    alphabets = [vocabulary.characters for vocabulary in vocabularies]
    letters = [{c for c in alphabet if c.isalnum()} or {*alphabet} for alphabet in alphabets]
    for i, title in enumerate(titles):
        others: set[str] = set().union(*letters[:i], *letters[i + 1 :])
        if not letters[i] & others:
            mine, theirs = ("".join(sorted(each)[:10]) for each in (letters[i], others))
            reason = f"no letter in common with the rest of the blend ({mine}… and {theirs}…)"
            raise BlendError(f"{printable(title)} has {reason}, so no names lie between them")


def as_gru(params: Params) -> Params:
    """The GRU that computes the same as plain cells, with r = 1 and z = 0; GRUs are unchanged."""
    if "bn" in params:
        return params
    n_a = len(params["ba"])
    r, z = np.full(n_a, SATURATED, np.float32), np.full(n_a, -SATURATED, np.float32)
    Wax, Waa = params["Wax"], params["Waa"]
    return {
        **params,
        "Wax": np.concatenate([np.zeros_like(Wax), np.zeros_like(Wax), Wax]),
        "Waa": np.concatenate([np.zeros_like(Waa), np.zeros_like(Waa), Waa]),
        "ba": np.concatenate([r, z, params["ba"]]),
        "bn": np.zeros(n_a, np.float32),
    }


def _side_by_side(networks: Sequence[Params], weights: Sequence[float]) -> dict[str, Array]:
    n_gates = cell_of(networks[0]).n_gates
    arrays = {name: [params[name] for params in networks] for name in networks[0]}
    ends = np.cumsum([len(a0) for a0 in arrays["a0"]])
    units = ends[-1]

    def gate_by_gate(name: str) -> Array:
        """The rows of all parts for the first gate, then the rows for the next gate."""
        parts = [array.reshape(n_gates, -1, *array.shape[1:]) for array in arrays[name]]
        return np.concatenate(parts, axis=1).reshape(n_gates * units, *parts[0].shape[2:])

    Waa = np.zeros((n_gates, units, units), np.float32)
    for end, block in zip(ends, arrays["Waa"], strict=True):
        n_a = block.shape[1]
        Waa[:, end - n_a : end, end - n_a : end] = block.reshape(n_gates, n_a, n_a)
    Wya = [w * rows for w, rows in zip(weights, arrays["Wya"], strict=True)]
    by = [w * biases.astype(float) for w, biases in zip(weights, arrays["by"], strict=True)]
    joined: dict[str, Array] = {
        "Wax": gate_by_gate("Wax"),
        "Waa": Waa.reshape(n_gates * units, units),
        "ba": gate_by_gate("ba"),
        "Wya": np.concatenate(Wya, axis=1),
        "by": np.sum(by, axis=0),
        **{name: np.concatenate(arrays[name]) for name in ("a0", "bn") if name in arrays},
    }
    return {name: np.ascontiguousarray(array, np.float32) for name, array in joined.items()}


def _of_all(join: Callable[[Any, Any], Any], values: Sequence[Any]) -> Any:
    """The values of all parts joined; None if one of them is None."""
    return None if any(value is None for value in values) else reduce(join, values)
