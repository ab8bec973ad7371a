"""A trained model: its vocabulary, parameters, training record and methods."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.fingerprints import PACKED_BITS, lowest_kept, packed
from rnn_names.corpus.names import Names
from rnn_names.declarations import method_parameters_of
from rnn_names.errors import BlendError, ModelFileError, network_name, plural, printable, short_repr
from rnn_names.model import npz
from rnn_names.model.bundled import Source
from rnn_names.model.file_checks import ARRAYS, FORMAT, MAX_PARTS, checked
from rnn_names.model.selection import ModelChoice, advice, find_model_file
from rnn_names.network.language_model import LanguageModel
from rnn_names.options import AliasOptions, BestOptions, SampleOptions, StreamOptions
from rnn_names.version import __version__

StrOrBytesPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]

PROGRAM_VERSION = f"rnn-names {__version__}"


@dataclass(frozen=True, repr=False, eq=False)
class Model(LanguageModel):
    """A trained network and its vocabulary.

    Attributes:
        vocabulary: the characters.
        params: float32 arrays: Wax (g n_a, n_y), Waa (g n_a, n_a), Wya (n_y, n_a), ba (g n_a,), by
            (n_y,) and a0 (n_a,), with g = 1; for a GRU g = 3, and there is a bn (n_a,).
        training: the training record, as JSON. `longest` and `shortest` are the lengths of the
            longest and the shortest name in the list; `lower_case_beginnings` says whether any name
            begins with a lower-case letter. `pairs` lists the odd pairs of characters in names, and
            `known_triples` the triples of adjacent characters.
        fingerprints: (n,) the sorted fingerprints (`rnn_names.corpus.fingerprints`) of all names
            that it has learned; None if they are not stored.
        own_list_fingerprints: the fingerprints of its own list, for a blend, or if training started
            from a model that has fingerprints; otherwise None. `own_fingerprints` covers all cases.
        sources: the lists it learned from that have a source and terms of use.
    """

    sources: tuple[Source, ...] = ()

    def __repr__(self) -> str:
        """A summary in one line.

        >>> Model.load("dinosaurs")
        Model(GRU of 192 units, 52 characters, 1,186 names, held-out loss 1.554)
        """
        parts = [network_name(self.cell, self.hidden_size)]
        parts.append(plural(len(self.vocabulary.characters), "character"))
        names, loss = self.training.get("distinct_names"), self.training.get("held_out_loss")
        if type(names) is int:
            parts.append(plural(names, "name"))
        if type(loss) is float:
            parts.append(f"held-out loss {loss:.3f}")
        return f"Model({', '.join(parts)})"

    @property
    def cell(self) -> str:
        """The name of the cell, "rnn" or "gru"."""
        return "gru" if "bn" in self.params else "rnn"

    # The decorator gives a method the parameters of a class: `sample` is called like SampleOptions.

    @method_parameters_of(SampleOptions)
    def sample(self, *count: Any, **given: Any) -> list[str]:
        """Random names from the model's distribution given the conditions.

        Raises:
            SamplingError: for invalid values, or conditions that cannot be met.
            VocabularyError: for a prefix, suffix or contained text with characters that the model
                does not know.
        """
        from rnn_names.sampling.stream import names_of_stream

        options = SampleOptions(*count, **given)
        return _strings(names_of_stream(self, options.count, options))

    @method_parameters_of(StreamOptions)
    def stream(self, *count: Any, **given: Any) -> "NameStream":
        """An iterator over the names of `sample`; there can be more than fit into memory.

        `stream(...).arrays()` yields NumPy arrays of names, which is faster. The errors are those
        of `sample`; if conditions cannot be met, the iterator raises them.
        """
        from rnn_names.sampling.admission import ENDLESS
        from rnn_names.sampling.stream import names_of_stream

        options = StreamOptions(*count, **given)
        n = ENDLESS if options.count is None else options.count
        return NameStream(names_of_stream(self, n, options))

    @method_parameters_of(BestOptions)
    def best(self, *count: Any, **given: Any) -> list[str]:
        """The most probable names, up to rounding errors of float32, most probable first.

        Raises:
            SamplingError, VocabularyError: as in `sample`, and if the search would take too long.
        """
        from rnn_names.sampling.best import best

        options = BestOptions(*count, **given)
        return _strings(best(self, options.count, options, rank=options.rank))

    @method_parameters_of(AliasOptions)
    def alias(self, *keys: Any, **given: Any) -> list[str]:
        """A name for each key, such as a customer's id: always the same for the same key.

        It depends only on the key, the model, the options and `secret`. Without a secret, anyone
        who guesses a key can check whether a name belongs to it.

        Raises:
            SamplingError: for invalid values, or conditions that hardly any name meets.
        """
        from rnn_names.sampling.alias import Aliases

        options = AliasOptions(*keys, **given)
        return Aliases(self, options).names_for([*options.keys])

    def blend(self, *others: "Model", weights: Iterable[float] | None = None) -> "Model":
        """The blend of this model and others: see `rnn_names.blend`."""
        return blend([self, *others], weights)

    def facts(self) -> dict[str, Any]:
        """Everything about the model except its arrays, as JSON; `fingerprints` is their number."""
        meta = deepcopy(self.meta)
        return {
            "network": {
                "cell": self.cell,
                "hidden_size": self.hidden_size,
                "parameters": sum(array.size for array in self.params.values()),
            },
            **{name: meta[name] for name in ("vocabulary", "training", "sources")},
            "fingerprints": 0 if self.fingerprints is None else len(self.fingerprints),
        }

    def save(self, path: StrOrBytesPath) -> None:
        """Writes the model file completely, or raises ModelFileError and keeps an old file."""
        npz.write(_file_name(path), self.meta, self.arrays)

    @property
    def meta(self) -> dict[str, Any]:
        """The JSON object in the file."""
        return {
            "format": FORMAT,
            "cell": self.cell,
            "vocabulary": self.vocabulary.characters,
            "training": self.training,
            "sources": [source._asdict() for source in self.sources],
            "program": PROGRAM_VERSION,
        }

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays in the file: the parameters, and the fingerprints if there are any."""
        arrays = dict(self.params)
        own_list = self.own_list_fingerprints
        for name, fingerprints in (("fingerprints", self.fingerprints), ("listed", own_list)):
            if fingerprints is not None:
                is_short = lowest_kept(fingerprints) >= 1 << (64 - PACKED_BITS)
                arrays[name] = packed(fingerprints) if is_short else fingerprints
        return arrays

    @classmethod
    def load(cls, path: StrOrBytesPath) -> "Model":
        """Reads a model file, or the bundled model of that name, or raises ModelFileError."""
        name = _file_name(path)
        try:
            meta, arrays = npz.read(find_model_file(name), lambda array: ARRAYS.get(array, ()))
        except ModelFileError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            raise ModelFileError(f"{error}; {advice(name)}") from error.__cause__
        try:
            return cls.from_contents(meta, arrays)
        except ModelFileError as error:
            raise ModelFileError(f"{printable(name)}: {error}") from None

    @classmethod
    def from_contents(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> "Model":
        """The model with the contents of a file; raises ModelFileError if they are not valid."""
        return cls(**checked(meta, arrays))


class NameStream(Iterator[str]):
    """The iterator that `stream` returns; until it ends, BLAS uses one thread."""

    def __init__(self, pieces: Iterator[Names]) -> None:
        self._pieces = pieces
        self._names: Iterator[str] = iter(())

    def __next__(self) -> str:
        while (name := next(self._names, None)) is None:
            self._names = iter(next(self._pieces).to_strings())  # StopIteration ends both
        return name

    def arrays(self) -> Iterator[Array]:
        """Yields the remaining names in arrays of strings, of various sizes.

        >>> from rnn_names import Model
        >>> sum(len(names) for names in Model.load("dinosaurs").stream(5000).arrays())
        5000
        """
        rest = list(self._names)
        if rest:
            yield np.array(rest)
        for piece in self._pieces:
            if len(piece):
                codes = piece.padded()[0].astype("<u4", order="C")  # (n, longest)
                yield codes.view(f"<U{codes.shape[1]}").ravel()


def _strings(pieces: Iterable[Names]) -> list[str]:
    return [name for names in pieces for name in names.to_strings()]


def blend(
    models: Iterable[Model],
    weights: Iterable[float] | None = None,
    titles: Iterable[str] | None = None,
) -> Model:
    """One model whose names lie between the names of several models; nothing is trained.

    It predicts the normalised, weighted geometric mean of the models' predictions, as
    `rnn_names.model.blending` explains.

    Args:
        models: the parts, of any cells and sizes; they may be blends.
        weights: finite numbers above 0, one for each part, scaled to sum to 1; None for equal ones.
        titles: the names of the parts in the blend's record; None for "model 1", "model 2", …

    Returns:
        the blend, or a single model itself. `training["blend"]` lists its parts with their
        weights and training records; its fingerprints cover all lists.

    Raises:
        BlendError: for invalid parts, weights or titles, models without a common letter, or a
            blend that would be too large.

    >>> welsh, dinosaurs = Model.load("welsh-towns"), Model.load("dinosaurs")
    >>> names = blend([welsh, dinosaurs], weights=[2, 1]).sample(3, seed=1)
    >>> len(names)
    3
    """
    from rnn_names.model import blending  # not needed for a single model

    models = blending.as_list("models", models)
    for model in models:
        if not isinstance(model, Model):
            raise BlendError(f"{short_repr(model)}: not a Model; Model.load reads one from a file")
    shares = blending.scaled(weights, len(models))
    if len(models) == 1:
        return models[0]
    if titles is None:
        titles = [f"model {i}" for i in range(1, len(models) + 1)]
    titles = blending.as_list("titles", titles)
    if len(titles) != len(models):
        have = plural(len(titles), "title")
        raise BlendError(f"{have} for {len(models)} models: give one for each")
    for title in titles:
        if not isinstance(title, str):
            raise BlendError(f"title {short_repr(title)}: not a text")
    fields = blending.one_network(models, shares, titles)
    fields["training"]["blend"] = _parts(models, shares, titles)
    sources = tuple(dict.fromkeys(chain.from_iterable(model.sources for model in models)))
    return Model(**fields, sources=sources)


def load_chosen(choices: Iterable[ModelChoice], load: Callable[[str], Model] = Model.load) -> Model:
    """Loads the models that a user chose and returns their blend; a single one stays as it is."""
    choices = [*choices]
    parts = [load(choice.path) for choice in choices]
    if len(parts) == 1:
        return parts[0]  # without importing the code for blends
    return blend(
        parts, [choice.weight or 1.0 for choice in choices], [choice.title for choice in choices]
    )


def _file_name(path: StrOrBytesPath) -> str:
    try:
        return os.fsdecode(path)
    except TypeError:
        raise ModelFileError(f"path {short_repr(path)}: must be the name of a file") from None


def _parts(
    models: Sequence[Model], shares: Sequence[float], titles: Sequence[str]
) -> list[dict[str, Any]]:
    """The record of a blend: its parts; any blend among them is replaced by its own parts."""
    parts: list[dict[str, Any]] = []
    for model, share, title in zip(models, shares, titles, strict=True):
        whole = {"model": title, "weight": 1.0, "network": model.facts()["network"]}
        inner = model.training.get("blend", [{**whole, "training": model.training}])
        parts += [{**part, "weight": share * part["weight"]} for part in inner]
    if len(parts) > MAX_PARTS:
        raise BlendError(f"a blend of {len(parts)} models; the maximum is {MAX_PARTS}")
    return parts
