"""Lists in scripts with many characters, against Kneser-Ney at its best.

In such a list many characters are seen only once. Where that one name is held out, nobody has seen
the character. The names are those of the Python package Faker, read from it when they are measured.

Network and Kneser-Ney are as above. Each list is split three times, with another tenth held out;
losses are the means of these. A tenth of a short list is only about ten names: the spread says how
far off the mean of the three differences may be.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module

import numpy as np
from splits import Compared, compared, split

from rnn_names.corpus.corpus import Corpus, read_corpus

FOLDS = range(3)


@dataclass(frozen=True)
class Source:
    """Where Faker has a list.

    Attributes:
        title: what the table calls it.
        provider: a module of `faker.providers`.
        attributes: of its class `Provider`; their names are one list.
        column: of which part of each entry, where entries are tuples.
    """

    title: str
    provider: str
    attributes: tuple[str, ...] = ("first_names",)
    column: int | None = None


_CITIES, _COUNTRIES, _LAST = ("cities",), ("countries",), ("last_names",)
_PAIRS = ("first_name_pairs", "last_name_pairs")

SOURCES = {
    "japanese-kanji": Source("Japanese names, kanji", "person.ja_JP", _PAIRS, 0),
    "japanese-kana": Source("Japanese names, kana", "person.ja_JP", _PAIRS, 1),
    "japanese-cities": Source("Japanese cities", "address.ja_JP", _CITIES),
    "japanese-towns": Source("Japanese towns", "address.ja_JP", ("towns",)),
    "japanese-countries": Source("countries in Japanese", "address.ja_JP", _COUNTRIES),
    "korean-first": Source("Korean first names", "person.ko_KR"),
    "korean-cities": Source("Korean cities", "address.ko_KR", _CITIES),
    "korean-countries": Source("countries in Korean", "address.ko_KR", _COUNTRIES),
    "chinese-first": Source("Chinese first names", "person.zh_CN"),
    "chinese-countries": Source("countries in Chinese", "address.zh_CN", _COUNTRIES),
    "taiwanese-first": Source("Taiwanese first names", "person.zh_TW"),
    "taiwanese-streets": Source("Taiwanese streets", "address.zh_TW", ("street_names",)),
    "thai-first": Source("Thai first names", "person.th_TH"),
    "thai-last": Source("Thai last names", "person.th_TH", _LAST),
    "thai-countries": Source("countries in Thai", "address.th", _COUNTRIES),
    "hindi-first": Source("Hindi first names", "person.hi_IN"),
    "hindi-last": Source("Hindi last names", "person.hi_IN", _LAST),
    "nepali-first": Source("Nepali first names", "person.ne_NP"),
    "nepali-cities": Source("Nepali cities", "address.ne_NP", _CITIES),
    "bengali-first": Source("Bengali first names", "person.bn_BD"),
    "odia-first": Source("Odia first names", "person.or_IN"),
    "odia-last": Source("Odia last names", "person.or_IN", _LAST),
    "tamil-first": Source("Tamil first names", "person.ta_IN"),
    "sinhala-first": Source("Sinhala first names", "person.si_LK"),
}
"""Lists of 90 names or more. Chinese last names are left out: nearly each is one character."""

TITLES = {name: source.title for name, source in SOURCES.items()}

COLUMNS = (
    "list, mean of 3",
    "names",
    "characters",
    "of these seen once",
    "network",
    "Kneser-Ney",
    "difference",
    "not behind",
)


def names_of(provider: type, source: Source) -> Corpus:
    """The names of a list, as the list reader takes them: trimmed, in NFC, each once.

    Raises:
        CorpusError: for a name that it refuses.
    """
    entries = [each for attribute in source.attributes for each in getattr(provider, attribute)]
    column = source.column
    names = entries if column is None else [entry[column] for entry in entries]
    lines = "\n".join(dict.fromkeys(names))
    return read_corpus([(source.title, io.BytesIO(lines.encode()))])


def corpus_of(name: str) -> Corpus:
    """The names of one of `SOURCES`, from Faker."""
    source = SOURCES[name]
    return names_of(import_module(f"faker.providers.{source.provider}").Provider, source)


def row(title: str, corpus: Corpus, results: Sequence[Compared]) -> str:
    """A list's line in the table."""
    _, often = np.unique(corpus.names.codes, return_counts=True)
    differences = [each.network - each.rival for each in results]
    behind = np.mean(differences)
    orders = ", ".join(map(str, sorted({each.order for each in results})))
    cells = [
        title,
        f"{len(corpus):,}",
        str(len(often)),
        str(np.count_nonzero(often == 1)),
        _mean(each.network for each in results),
        f"{_mean(each.rival for each in results)} (order {orders})",
        f"{behind:+.3f} ± {np.std(differences, ddof=1) / len(results) ** 0.5:.3f}",
        "yes" if behind <= 0 else "**no**",
    ]
    return f"| {' | '.join(cells)} |"


def _mean(losses: Iterable[float]) -> str:
    return f"{np.mean([*losses]):.3f}"


def row_of(name: str) -> str:
    """Measures a list, and gives its line in the table."""
    corpus = corpus_of(name)
    return row(TITLES[name], corpus, [compared(*split(corpus, fold)) for fold in FOLDS])
