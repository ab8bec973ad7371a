"""The verbs of a model that write names: `sample`, `stream` and `best`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rnn_names.conditions.options import (
    BestOptions,
    CommonOptions,
    Options,
    SampleOptions,
    StreamOptions,
)
from rnn_names.declarations import declarations, method_parameters_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rnn_names.corpus.names import Names
    from rnn_names.network.language_model import LanguageModel


class WritesNames:
    """What writes names by its language model."""

    @property
    def language_model(self) -> LanguageModel:
        """What there is to know for it."""
        raise NotImplementedError

    @method_parameters_of(SampleOptions)
    def sample(self, *count: Any, **options: Any) -> list[str]:
        """New names at random, with the model's distribution given the conditions.

        Raises:
            SamplingError: for values that make no sense, or conditions that cannot be met.
            VocabularyError: for a prefix, suffix or contained text with characters that the model
                does not know.
        """
        from rnn_names.sampling.stream import sample

        wanted = SampleOptions(*count, **options)
        return _strings(sample(self.language_model, wanted.count, _options(wanted)))

    @method_parameters_of(StreamOptions)
    def stream(self, *count: Any, **options: Any) -> NameStream:
        """The names of `sample` one after another, as they are drawn: as many as fit no memory.

        `stream(...).arrays()` gives them in NumPy arrays, which is quicker.

        Raises:
            SamplingError: as `sample`; conditions that cannot be met show when names are asked for.
            VocabularyError: as `sample`.
        """
        from rnn_names.sampling.stream import ENDLESS, sample

        wanted = StreamOptions(*count, **options)
        n = ENDLESS if wanted.count is None else wanted.count
        return NameStream(sample(self.language_model, n, _options(wanted)))

    @method_parameters_of(BestOptions)
    def best(self, *count: Any, **options: Any) -> list[str]:
        """The most probable names, from the most probable down, exactly.

        Raises:
            SamplingError: as `sample`; or if the search would take too long.
            VocabularyError: as `sample`.
        """
        from rnn_names.sampling.best import best

        wanted = BestOptions(*count, **options)
        names = best(self.language_model, wanted.count, _options(wanted), rank=wanted.rank)
        return _strings(names)


def _options(parameters: CommonOptions) -> Options:
    """Those of a verb's parameters that are options."""
    shared = declarations(Options).keys() & declarations(parameters).keys()
    return Options(**{name: getattr(parameters, name) for name in shared})


def _strings(parts: Iterable[Names]) -> list[str]:
    return [name for names in parts for name in names.to_strings()]


class NameStream(Iterator[str]):
    """The names that `stream` gives, one after another.

    While one is under way, BLAS uses one thread.
    """

    def __init__(self, parts: Iterator[Names]) -> None:
        self._parts = parts
        self._names: Iterator[str] = iter(())

    def __next__(self) -> str:
        while True:
            for name in self._names:
                return name
            self._names = iter(next(self._parts).to_strings())  # its end is ours

    def arrays(self) -> Iterator[NDArray[np.str_]]:
        """The names to come, as arrays of strings of whatever sizes are drawn together.

        >>> from rnn_names import Model
        >>> sum(len(names) for names in Model.load("dinosaurs").stream(5000).arrays())
        5000
        """
        import numpy as np

        rest = list(self._names)
        if rest:
            yield np.array(rest)
        for part in self._parts:
            if len(part):
                yield part.to_numpy()
