"""What names are wanted: the options of `sample` and `best`."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.errors import SamplingError, quoted, setting


@dataclass(frozen=True)
class Options:
    """What names are wanted.

    Attributes:
        temperature: the logits are divided by it: below 1 for safer names, above 1 for wilder ones.
        seed: fixes the stream of names; None for a new stream each time.
        start: how many names of the stream to skip.
        prefix: how every name begins.
        min_length: in characters; None for the length of the shortest name trained on, or for
            `max_length` where that is less.
        max_length: in characters; None for the length of the longest name trained on.
        any_beginning: whether names may begin with a lower-case letter where none trained on does;
            a prefix decides for itself.
        suffix: how every name ends.
        contains: a collection of texts that are each somewhere in every name.
        match: a regular expression that matches every name as a whole.
        exclude: a collection of names that must not come out; their case does not count.
        exclude_words: a collection of texts that must not be anywhere in a name; their case does
            not count.
        novel: only names that are not in the corpus that the model was trained on.
        unique: no name twice; only for a stream from its start, since what is a repeat depends on
            all before it.
        top_k: at each place only the `top_k` most probable next characters, the end of the name
            among them, are possible.
        top_p: at each place only the most probable next characters that together have a probability
            of at least `top_p` are possible.

    Temperature, then top-k, then top-p make the law that names come by; the others are conditions
    that it is given.
    """

    temperature: float = 1.0
    seed: int | None = None
    start: int = 0
    prefix: str = ""
    min_length: int | None = None
    max_length: int | None = None
    suffix: str = ""
    contains: Collection[str] = ()
    match: str | None = None
    exclude: Collection[str] = ()
    exclude_words: Collection[str] = ()
    novel: bool = False
    unique: bool = False
    top_k: int | None = None
    top_p: float | None = None
    any_beginning: bool = False

    def __post_init__(self) -> None:
        """Refuses what cannot be.

        Raises:
            SamplingError: for values that make no sense.
        """
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise SamplingError(
                f"{setting('temperature')} {self.temperature}: must be a finite number above 0"
            )
        if self.top_k is not None and self.top_k < 1:
            raise SamplingError(f"{setting('top_k')} {self.top_k}: must be at least 1")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise SamplingError(f"{setting('top_p')} {self.top_p}: must be above 0 and at most 1")
        if self.start < 0:
            raise SamplingError(f"{setting('start')} {self.start}: must be at least 0")
        for option in ("contains", "exclude", "exclude_words"):
            if isinstance(getattr(self, option), str):
                raise SamplingError(
                    f"{setting(option)} {quoted(getattr(self, option))}: must be a list of texts, "
                    "not a single one"
                )
        texts = [
            ("prefix", self.prefix),
            ("suffix", self.suffix),
            *(("contains", text) for text in self.contains),
        ]
        for option, text in texts:
            length = len(unicodedata.normalize("NFC", text))
            if length > MAX_NAME_LENGTH:
                raise SamplingError(
                    f"{setting(option)} {quoted(text)}: {length:,} characters, and a name has at "
                    f"most {MAX_NAME_LENGTH}"
                )
        if self.unique and self.start:
            raise SamplingError(
                "which names of a stream are repeats depends on all before them: leave out either "
                f"{setting('unique')} or {setting('start')}"
            )
