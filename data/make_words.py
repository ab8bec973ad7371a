"""Makes the words that `no_words` leaves out: `python data/make_words.py FOLDER`.

FOLDER has the word lists of SCOWL, as in the Debian package scowl 2020.12.07-4 (`apt-get download
scowl`, `dpkg-deb -x`), under usr/share/dict/scowl. data/README.md has their terms.

What is kept of each word, with a capital as names have, is its fingerprint's uppermost 32 bits, as
the gaps from one to the next.
"""

import re
import sys
from pathlib import Path

import numpy as np

from rnn_names.conditions.word_lists import COMMON_WORDS
from rnn_names.corpus.fingerprints import fingerprint, upper_bits
from rnn_names.corpus.names import Names

LETTERS = {10: range(3, 8), 20: range(3, 8), 35: range(3, 6)}
"""How long words of SCOWL's sizes are, of which 35 is that of a small dictionary: hardly a name is
a longer or rarer word by accident, and each page has all of them."""


def words(folder: Path) -> list[str]:
    """The common words in lower case, without proper names."""
    found = {
        word
        for kind in ("english", "american", "british")
        for size, lengths in LETTERS.items()
        for word in (folder / f"{kind}-words.{size}").read_text("latin-1").split()
        if re.fullmatch("[a-z]+", word) and len(word) in lengths
    }
    return sorted(found)


if __name__ == "__main__":
    found = words(Path(sys.argv[1]))
    prints = upper_bits(fingerprint(Names.from_strings(map(str.capitalize, found))), 32)
    np.save(COMMON_WORDS, np.diff(prints >> np.uint64(32), prepend=np.uint64(0)).astype("<u4"))
    print(f"{len(found):,} words")
