"""The characters of names: refused characters, the longest name, and Unicode normalisation."""

import unicodedata

MAX_NAME_LENGTH = 200  # characters; a longer line is refused as a mistake
MAX_DECOMPOSED = 5 * MAX_NAME_LENGTH  # characters before NFC, whose time is quadratic in marks

# Unicode's Bidi_Control characters, which can make a name look like another.
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
REFUSED_CHARACTERS = (
    "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)])) + "\u2028\u2029\ufeff" + BIDI_CONTROLS
)
"""Characters that no name can contain: control characters, which could rewrite a terminal; line
separators; the byte-order mark; bidi controls."""


def refused_characters(text: str) -> str:
    r"""The characters of a text that no name can contain, including surrogates, which UTF-8 lacks.

    >>> refused_characters("a\tb")
    '\t'
    """
    return "".join(c for c in text if c in REFUSED_CHARACTERS or "\ud800" <= c <= "\udfff")


def complaint(line: str) -> str:
    """The reason why a line is not a name: a refused character, or its length."""
    refused = refused_characters(line)[:1]
    if not refused:
        length = f"{len(line)} characters, more than the {MAX_NAME_LENGTH} of a name"
        return f"{length}; is there one name per line?"
    if refused == "\t":
        counts = "end every line with a tab and a whole number from 1 to 99,999,999,999"
        advice = f"take it out, or, if this is a list with counts, {counts}"
        return f"a tab (U+0009) inside a name; {advice}"
    kind = "a byte-order mark" if refused == "\ufeff" else "a control character"
    kind = "a bidirectional control" if refused in BIDI_CONTROLS else kind
    return f"{kind} (U+{ord(refused):04X}) inside a name; take it out"


def in_one_line(text: str) -> str:
    """A line of a cast with its line breaks replaced by slashes."""
    return text.replace("\n", " / ").strip()


def composed(text: str) -> str:
    r"""A text in NFC, the form of names: a letter and its accent are one character if possible.

    >>> composed("Zoe\u0308") == "Zo\u00eb"
    True
    """
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """The form in which texts are compared ignoring case.

    >>> folded("STRASSE") == folded("Straße")
    True
    """
    return composed(text.casefold())


def initial_of(name: str) -> str:
    """The first letter or digit of a name as readers compare it, without case or marks; else "".

    >>> [initial_of(name) for name in ("Élan", "E\u0301a", "øre", "Ł", "ßa", "Ｗa", "3rd", "-x")]
    ['e', 'e', 'ø', 'ł', 's', 'w', '3', '']
    """
    folded = unicodedata.normalize("NFKD", name[:1].casefold())
    return folded[:1] if folded[:1].isalnum() else ""


def without_case(character: str) -> str:
    """Returns the same result for all characters that `re.IGNORECASE` treats as equal.

    >>> [*map(without_case, "ςΣσ")], [*map(without_case, "iİı")]
    (['Σ', 'Σ', 'Σ'], ['I', 'I', 'I'])
    """
    return "I" if character == "İ" else character.lower().upper()
