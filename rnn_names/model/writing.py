"""The verbs of a model that write names: `sample`, `stream` and `best`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from rnn_names.conditions.options import Options, check_count

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rnn_names.corpus.names import Names
    from rnn_names.network.language_model import LanguageModel

_FIELDS = frozenset(field.name for field in fields(Options))


class WritesNames:
    """What writes names by its language model."""

    @property
    def language_model(self) -> LanguageModel:
        """What there is to know for it."""
        raise NotImplementedError

    def sample(
        self,
        count: int = 20,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        start: int = 0,
        prefix: str | Collection[str] = "",
        suffix: str | Collection[str] = "",
        contains: str | Collection[str] = (),
        match: str | Collection[str] | None = None,
        min_length: int | None = None,
        max_length: int | None = None,
        any_beginning: bool = False,
        novel: bool = False,
        unique: bool = False,
        exclude: Collection[str] = (),
        exclude_words: Collection[str] = (),
    ) -> list[str]:
        """New names at random, with the model's distribution given the conditions.

        Args:
            count: how many.
            temperature: the logits are divided by it: below 1 for safer names, above 1 for wilder
                ones.
            top_k: only the most probable so many next characters are possible at each place.
            top_p: only the most probable next characters that add up to this probability are.
            seed: fixes the stream of names; None for another one each time.
            start: names of the stream to skip.
            prefix: how names begin: a text, or some texts of which each name begins with one.
            suffix: how names end, likewise.
            contains: a text, or some texts, that are each somewhere in every name.
            match: a regular expression that matches names as a whole, or some of which one does.
            min_length: in characters; None for the length of the shortest name trained on.
            max_length: in characters; None for the length of the longest name trained on.
            any_beginning: whether names may begin in lower case even if none trained on does.
            novel: only names that are not in the list that the model learned from.
            unique: no name twice.
            exclude: names that must not come out, whatever their case.
            exclude_words: texts that must not be anywhere in a name, whatever their case.

        Raises:
            SamplingError: for values that make no sense, or conditions that cannot be met.
            VocabularyError: for a prefix, suffix or contained text with characters that the model
                does not know.
        """
        from rnn_names.sampling.stream import sample

        options = _options(locals())
        check_count(count)
        parts = sample(self.language_model, count, options)
        return [name for names in parts for name in names.to_strings()]

    def stream(
        self,
        count: int | None = None,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        start: int = 0,
        prefix: str | Collection[str] = "",
        suffix: str | Collection[str] = "",
        contains: str | Collection[str] = (),
        match: str | Collection[str] | None = None,
        min_length: int | None = None,
        max_length: int | None = None,
        any_beginning: bool = False,
        novel: bool = False,
        unique: bool = False,
        exclude: Collection[str] = (),
        exclude_words: Collection[str] = (),
    ) -> NameStream:
        """The names of `sample` one after another, as they are drawn: as many as fit no memory.

        `stream(...).arrays()` gives them in NumPy arrays, which is quicker.

        Args:
            count: how many; None for no end.
            temperature, top_k, top_p, seed, start, prefix, suffix, contains, match, min_length,
            max_length, any_beginning, novel, unique, exclude, exclude_words: as in `sample`.

        Raises:
            SamplingError: as `sample`; conditions that cannot be met show when names are asked for.
            VocabularyError: as `sample`.
        """
        return NameStream(self.language_model, count, _options(locals()))

    def best(
        self,
        count: int = 20,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        start: int = 0,
        prefix: str | Collection[str] = "",
        suffix: str | Collection[str] = "",
        contains: str | Collection[str] = (),
        match: str | Collection[str] | None = None,
        min_length: int | None = None,
        max_length: int | None = None,
        any_beginning: bool = False,
        novel: bool = False,
        exclude: Collection[str] = (),
        exclude_words: Collection[str] = (),
        rank: str = "total",
    ) -> list[str]:
        """The most probable names, from the most probable down, exactly.

        Args:
            count: how many.
            start: names of the list to skip.
            rank: "total" for the probability of the whole name, which favours short ones;
                "per-character" for the mean log-probability of its characters, the end counted.
            temperature, top_k, top_p, prefix, suffix, contains, match, min_length, max_length,
            any_beginning, novel, exclude, exclude_words: as in `sample`.

        Raises:
            SamplingError: as `sample`; or if the search would take too long.
            VocabularyError: as `sample`.
        """
        from rnn_names.sampling.best import best

        options = _options(locals())
        check_count(count)
        parts = best(self.language_model, count, options, rank=rank)
        return [name for names in parts for name in names.to_strings()]


def _options(arguments: dict[str, Any]) -> Options:
    """Those of a method's arguments that are options of sampling."""
    return Options(**{name: value for name, value in arguments.items() if name in _FIELDS})


class NameStream(Iterator[str]):
    """The names that `stream` gives, one after another.

    While one is under way, BLAS uses one thread.
    """

    def __init__(self, model: LanguageModel, count: int | None, options: Options) -> None:
        from rnn_names.sampling.stream import ENDLESS, sample

        if count is not None:
            check_count(count)
        self._parts: Iterator[Names] = sample(model, ENDLESS if count is None else count, options)
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
