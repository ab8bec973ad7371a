"""The options of `sample`, `stream`, `best`, `alias` and `cast`."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import Any

from rnn_names.corpus.characters import MAX_NAME_LENGTH, composed
from rnn_names.declarations import (
    FLAG,
    LINE_NUMBERS,
    LINES,
    MAPPING,
    PATH,
    POSITIVE,
    STRINGS,
    CheckedOptions,
    Number,
    declarations,
    one_of,
    option_field,
)
from rnn_names.errors import SamplingError, plural, short_repr

_condition = partial(option_field, group="Conditions")
_sampling = partial(option_field, group="Sampling")
_flag, _strings = partial(_condition, False, FLAG), partial(_condition, (), STRINGS)
_preset_flag = partial(_condition, None, FLAG, unset="False")
_whole = partial(Number, whole=True)
_length = partial(_condition, None, _whole(1, MAX_NAME_LENGTH))
_start = partial(_sampling, 0, _whole(0, 10**18))
_unset = partial(_sampling, None)
_COUNT = _whole(0)

BOLDNESS: dict[str, dict[str, Any]] = {
    "safe": {
        "temperature": 1.15, "min_p": 0.15, "min_mean_p": 0.28,
        "min_edits": 2, "known_triples": True, "clean": True, "no_words": True,
    },
    "balanced": {},
    "wild": {"temperature": 1.3},
}  # fmt: skip
"""The options that each word sets; tests/quality/BOLDNESS.md reports how names were judged."""

_PRESETS = "; ".join(
    f"{word}: {', '.join(f'`{k}` {v}'.removesuffix(' True') for k, v in preset.items()) or 'none'}"
    for word, preset in BOLDNESS.items()
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CommonOptions(CheckedOptions):
    """Options for random names and for the most probable ones."""

    prefix: str | Collection[str] = _strings(
        "Only names that begin with this text (if several are given, with any of them)."
    )
    suffix: str | Collection[str] = _strings(
        "Only names that end with this text (if several are given, with any of them)."
    )
    contains: str | Collection[str] = _strings(
        "Only names that contain this text (if several are given, all of them)."
    )
    match: str | Collection[str] | None = _condition(
        None,
        STRINGS,
        "Only names that fully match this regular expression, in Python's syntax (if several are "
        "given, any of them).",
        metavar="REGEX",
    )
    like: str | Collection[str] = _strings(
        "Only names within a few edits of this text (if several are given, of any of them). An "
        "edit inserts, deletes or replaces a character.",
        metavar="NAME",
    )
    edits: int = _condition(2, _whole(0, 9), "Maximum number of edits allowed by `like`.")
    ignore_case: bool = _flag(
        "Ignore case in `prefix`, `suffix`, `contains`, `match` and `like`.", short="-i"
    )
    min_length: int | None = _length("Minimum length, in characters.", unset="the list's minimum")
    max_length: int | None = _length("Maximum length, in characters.", unset="the list's maximum")
    any_shape: bool = _flag(
        "Allow what no name in the list has: a lower-case letter at the beginning, a capital right "
        "after a letter, or two spaces or punctuation marks in a row."
    )
    known_triples: bool | None = _preset_flag(
        "Only names in which any three characters in a row also occur in a name in the list. The "
        "beginning and the end count as characters; case is ignored."
    )
    any_beginning: bool = _flag("The old name of `any_shape`.", new_name="any_shape", hidden=True)
    novel: bool = _flag("Only names that are not in the list that the model learned from.")
    listed: bool = _flag("Only names that are in the list.")
    min_edits: int | None = _condition(
        None,
        _whole(1, 2),
        "Keep names at least K edits apart from each other, from `exclude` and, unless `listed` is "
        "set, from every name in the list. 1 rejects repeats and names in the list; 2 also rejects "
        "names that differ in one character. Case is ignored, except inside words of the list.",
        metavar="K",
        unset="any",
    )
    exclude: Collection[str] = _condition((), LINES, "Leave out these names, ignoring case.")
    exclude_words: Collection[str] = _condition(
        (), LINES, "Leave out names that contain any of these strings, ignoring case."
    )
    clean: bool | None = _preset_flag(
        "Leave out names with rude or loaded words in English, German, French, Spanish or "
        "Italian; Dickens and Scunthorpe stay."
    )
    no_words: bool | None = _preset_flag(
        "Leave out names that are common English words of three to seven letters."
    )
    min_mean_p: float | None = _condition(
        None,
        Number(0, 1),
        "Leave out names whose characters have a probability below X on average (the geometric "
        "mean): 0.28 leaves out most that look odd. The first three characters do not count.",
        unset="0",
    )
    remember: str | None = _condition(
        None,
        PATH,
        "Leave out the names that are in this file, and append each new name before it is written. "
        "If the reader stops early, the file may have names that it never saw. Several runs may "
        "share the file at the same time.",
        unset="no file",
    )
    boldness: str = _sampling(
        "balanced",
        one_of(*BOLDNESS),
        f"Preset for several options; options set explicitly take precedence. {_PRESETS}. "
        "If many names in the list are common words, safe keeps such words.",
    )
    min_p: float | None = _unset(
        Number(0, 1),
        "Leave out characters that are less than X times as probable as the most probable one, "
        "before the temperature is applied. 0.1 leaves out odd spellings and little else.",
        unset="0",
    )
    temperature: float | None = _unset(
        POSITIVE,
        "Divide the logits by this number: above 1, names are wilder; below 1, more alike.",
        short="-t",
        unset="1",
    )
    top_k: int | None = _unset(
        _whole(1), "Keep only this many of the most probable next characters.", unset="all"
    )
    top_p: float | None = _unset(
        Number(0, 1, min_open=True),
        "Keep only the most probable next characters that together have this probability.",
        unset="1",
    )
    start: int = _start("Skip this many names.")

    error = SamplingError

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "match", self.match or None)  # an empty list is no condition
        shortest, longest = self.min_length, self.max_length
        if shortest is not None and longest is not None and shortest > longest:
            message = f"min_length {shortest}: no name can be that long with max_length {longest}"
            raise SamplingError(message, ["min_length", "max_length"])
        if self.novel and self.listed:
            message = "novel and listed: no name is both new and in the list"
            raise SamplingError(message, ["novel", "listed"])
        for name in ("prefix", "suffix", "contains", "like"):
            texts = dict.fromkeys(map(composed, getattr(self, name)))
            for text in texts:
                if len(text) > MAX_NAME_LENGTH:
                    limit = f"{len(text):,} characters, and a name has at most {MAX_NAME_LENGTH}"
                    raise SamplingError(f"{name} {short_repr(text)}: {limit}", [name])
            if "" in texts and name == "contains":
                del texts[""]  # every name contains it, so only the other texts count
            elif "" in texts and name != "like":
                texts.clear()  # one of the texts is enough, and every name begins or ends with ""
            object.__setattr__(self, name, tuple(texts))
        for pattern in self.match or ():
            compiled(pattern)
        if self.edits != 2 and not self.like:
            raise SamplingError("edits requires like", ["edits", "like"])

    @property
    def forbids_repeats(self) -> bool:
        """Whether names may not repeat."""
        return self.min_edits is not None or self.remember is not None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RandomOptions(CommonOptions):
    """Options for random names."""

    unique: bool = _flag("Write no name twice. Cannot be combined with `start`.")
    start: int = _start(
        "Skip this many names. `boldness` safe then does not compare names with each other."
    )
    seed: int | None = _unset(
        _COUNT, "Random seed: fixes the stream of names.", unset="a new one each time"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("unique", "min_edits", "remember"):
            if getattr(self, name) and self.start:
                reason = "whether a name is a repeat depends on all earlier names"
                message = f"{name} cannot be combined with start: {reason}"
                raise SamplingError(message, [name, "start"])

    @property
    def forbids_repeats(self) -> bool:
        """Whether names may not repeat."""
        return self.unique or super().forbids_repeats

    def seed_or_random(self) -> int:
        """The seed, or a random one if none is set."""
        return int.from_bytes(os.urandom(16), "little") if self.seed is None else self.seed


@dataclass(frozen=True, eq=False, repr=False)
class SampleOptions(RandomOptions):
    """The parameters of `sample`."""

    count: int = option_field(20, _COUNT, "Number of names.", short="-n")


@dataclass(frozen=True, eq=False, repr=False)
class StreamOptions(RandomOptions):
    """The parameters of `stream`."""

    count: int | None = option_field(None, _COUNT, "Number of names.", unset="no end")


@dataclass(frozen=True, eq=False, repr=False)
class BestOptions(CommonOptions):
    """The parameters of `best`."""

    count: int = option_field(20, _COUNT, "Number of names.")
    _: KW_ONLY
    rank: str = option_field(
        "total",
        one_of("total", "per-character"),
        "Rank names by total probability, which favours short ones, or by probability per "
        "character (not counting a single prefix).",
    )


@dataclass(frozen=True, eq=False, repr=False)
class AliasOptions(CommonOptions):
    """The parameters of `alias`; min_edits compares only with the list and exclude."""

    keys: Collection[str] = ()
    _: KW_ONLY
    secret: bytes = b""
    unique: bool = _flag("Give no two of the keys the same name; their order does not matter.")

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("start", "remember"):
            if getattr(self, name):
                raise SamplingError(f"{name}: the name of a key depends on the key alone", [name])
        if not isinstance(self.secret, bytes):
            raise SamplingError(f"secret {short_repr(self.secret)}: must be bytes", ["secret"])
        try:
            keys = [*self.keys]
        except TypeError:
            keys = None
        if keys is None or isinstance(self.keys, str):
            raise SamplingError(f"keys {short_repr(self.keys)}: must be {LINES}", ["keys"])
        for key in keys:
            if not isinstance(key, str) or re.search(r"[\ud800-\udfff]", key):
                raise SamplingError(f"key {short_repr(key)}: must be a string", ["keys"])
        object.__setattr__(self, "keys", keys)


NOT_OF_PARTS = {"seed", "start", "remember"}  # options that a part of a cast cannot have


@dataclass(frozen=True, eq=False, repr=False)
class CastOptions(RandomOptions):
    """The parameters of `cast`. Conditions apply to each part that does not set its own."""

    pattern: str
    count: int = option_field(20, _COUNT, "Number of lines.", short="-n")
    _: KW_ONLY
    unique: bool = _flag("Write no line twice. Cannot be combined with `start`.")
    start: int = _start(
        "Skip this many lines. Cannot be combined with `min_edits` or `remember`. If lines depend "
        "on earlier ones, those are still drawn, which takes time."
    )
    initials: str | None = _condition(
        None,
        one_of("same", "different"),
        "same: all names in a line begin with the same letter. different: the first name in each "
        "line begins with a different letter, until all are used. Case and accents are ignored.",
        unset="any letters",
    )
    redraw: Collection[Any] = _sampling(
        (),
        LINE_NUMBERS,
        "Redraw the names in the lines with these numbers; all else stays. 5.2 is the second part "
        "of line 5, and 5.town its part called town. Repeat a number to redraw again. Requires "
        "`seed`.",
    )
    parts: bool = option_field(False, FLAG, "Return each line as a tuple of its parts.")
    models: Mapping[str, Any] | None = option_field(
        None, MAPPING, "Models that are not in files, by their names in the pattern."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.pattern, str):
            message = f"pattern {short_repr(self.pattern)}: must be a string"
            raise SamplingError(message, ["pattern"])
        for number, _ in self.redraw:
            if number > self.count:
                reason = f"the cast has {plural(self.count, 'line')}"
                raise SamplingError(f"redraw {number:,}: {reason}", ["redraw"])
        if self.redraw and (self.seed is None or self.remember):
            problem = "cannot be combined with remember" if self.remember else "requires seed"
            message = f"redraw {problem}, since the other lines must stay the same"
            raise SamplingError(message, ["redraw", "remember", "seed"])

    @property
    def shared(self) -> dict[str, Any]:
        """The options that are set and apply to each part by itself."""
        names = declarations(RandomOptions).keys() - NOT_OF_PARTS - {"unique"}  # for whole lines
        return {name: getattr(self, name) for name in names if name in self.non_defaults}


def compiled(pattern: str, ignore_case: bool = False) -> re.Pattern[str]:
    """Compiles a regular expression in NFC, or raises SamplingError."""
    try:
        return re.compile(composed(pattern), re.IGNORECASE if ignore_case else 0)
    except RecursionError:
        reason = "its groups are nested too deeply"
    except (OverflowError, ValueError):  # ValueError for a number of thousands of digits
        reason = "not a regular expression: the repetition number is too large"
    except re.error as error:
        reason = f"not a regular expression: {error}"
    raise SamplingError(f"match {short_repr(pattern)}: {reason}", ["match"])


def or_list(texts: Collection[str]) -> str:
    """The strings as alternatives, for a message.

    >>> print(or_list(["wyn"]), or_list(["a", "b"]), or_list("abcdef"))
    'wyn' 'a' or 'b' 'a' or 'b' or 'c' or …
    """
    first = map(short_repr, [*texts][:3])
    return " or ".join([*first, "…"] if len(texts) > 3 else first)
