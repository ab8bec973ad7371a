"""Name lists: what is read, what is refused and where, distinct names, and the held-out split."""

import io
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_names.corpus import reading
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.corpus import Corpus, corpus_from_strings, read_corpus
from rnn_names.corpus.names import Names
from rnn_names.corpus.reading import read_names
from rnn_names.errors import CorpusError


def read(*texts):
    """A corpus from texts, or bytes, as if each were a file."""
    files = [text if isinstance(text, bytes) else text.encode() for text in texts]
    return read_corpus((f"file{i}", io.BytesIO(data)) for i, data in enumerate(files, 1))


def lines_of(data):
    """The lines of some bytes, as `read_names` gives them."""
    return [name for part, _ in read_names("text", io.BytesIO(data)) for name in part.to_strings()]


def counted(read_in):
    return dict(zip(read_in.names.to_strings(), read_in.counts.tolist(), strict=True))


# --- Reading --------------------------------------------------------------------------------------


TEXTS = {
    "BOM on a blank line": ("\ufeff\nb\na", {"a": 1, "b": 1}),
    "duplicates": ("a\nb\na\n a\n", {"a": 3, "b": 1}),
    "NFC of signs": ("\u212bsa\nA\u030asa\nb", {"\u00c5sa": 2, "b": 1}),
    "scripts": ("Σωκράτης\nАлёша\n愛\n𐐷𐐲\n", dict.fromkeys(["Σωκράτης", "Алёша", "愛", "𐐷𐐲"], 1)),
}


@pytest.mark.parametrize("text, expected", TEXTS.values(), ids=TEXTS)
def test_names_of_a_file_are_read(text, expected):
    assert counted(read(text)) == expected


def test_several_files_with_byte_order_marks_are_one_corpus():
    whole = read("\ufeffa\nb", "\ufeffb\nc\n", "")
    assert counted(whole) == {"a": 1, "b": 2, "c": 1}
    assert whole.n_lines == 4


def test_names_of_the_maximum_length_are_kept():
    longest = "a" * MAX_NAME_LENGTH
    assert counted(read(f"  {longest}  \nb")) == {longest: 1, "b": 1}
    # Composed, these are as many characters as a name can have.
    assert len(read("e\u0301" * MAX_NAME_LENGTH + "\nb").names.to_strings()[1]) == MAX_NAME_LENGTH


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (b"", "file1:", "no names"),
        (b"\xef\xbb\xbf", "file1:", "no names"),
        (b"\n \r\n\t\n", "file1:", "no names"),
        (b"a\na\n a\n", "file1:", "only one distinct name; at least two are needed"),
        (b"Anna, Berta, Carla\n", "file1:", "with commas: put each name on a line of its own"),
        (b"a\nb\n\xe9t\xe9\n", "file1, line 3:", "UTF-8"),
        (b"a\r\nb\r\nc\xff", "file1, line 3:", "UTF-8"),
        (b"a\n\xed\xa0\x80\n", "file1, line 2:", "UTF-8"),
        (b"a\nb\n\nc\x07d\n", "file1, line 4:", "control character (U+0007)"),
        (b"PK\x03\x04\x14\x00", "file1:", "a document or a model, not a text"),
        (b"a\x00b\nc", "file1, line 1:", "U+0000"),
        (b"a\nb\x1b[2J\n", "file1, line 2:", "U+001B"),
        (b"a\nb\rc\n", "file1, line 2:", "U+000D"),
        (b"a\nb\tc\n", "file1, line 2:", "U+0009"),
        ("a\nb\u2028c\n".encode(), "file1, line 2:", "U+2028"),
        ("a\nb\u0085c\n".encode(), "file1, line 2:", "U+0085"),
        ("a\nb\ufeffc\n".encode(), "file1, line 2:", "byte-order mark"),
        ("a\n\ufeffc\n".encode(), "file1, line 2:", "byte-order mark"),
        ("a\nb\u202ec\n".encode(), "file1, line 2:", "bidirectional control (U+202E)"),
        ("a\nb\u200fc\n".encode(), "file1, line 2:", "bidirectional control (U+200F)"),
        (b"a\nb\n" + b"x" * (MAX_NAME_LENGTH + 1) + b"\n", "file1, line 3:", "one name per line?"),
    ],
)
def test_invalid_names_are_refused_with_their_lines(text, where, what):
    with pytest.raises(CorpusError) as error:
        read(text)
    message = str(error.value)
    assert message.startswith(where)
    assert what in message
    assert "\n" not in message
    assert message.isprintable()


@pytest.mark.parametrize("worse", ["f\x02g", "x" * 999])
@pytest.mark.parametrize("bad, what", [("d\x01e", r"U\+0001"), ("y" * 201, "201 characters")])
def test_an_error_names_the_first_bad_line(bad, what, worse):
    with pytest.raises(CorpusError, match=rf"file2, line 2: .*{what}"):
        read("a\nb\n", f"c\n{bad}\n{worse}\n")


def test_an_error_of_a_stream_is_one_line():
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(CorpusError, match=r"^disk: cannot be read: Input/output error$"):
        read_corpus([("disk", Broken())])


def test_strings_obey_the_rules_of_lines():
    assert counted(corpus_from_strings([" b", "a", "", "b"])) == {"a": 1, "b": 2}
    with pytest.raises(CorpusError, match="line break"):
        corpus_from_strings(["a\nb", "c"])
    with pytest.raises(CorpusError, match=r"names, line 2: .*U\+0007"):
        corpus_from_strings(["a", "b\x07c"])
    with pytest.raises(CorpusError, match="line 2"):
        corpus_from_strings(["a", "\ud800"])


# --- For every text -------------------------------------------------------------------------------

REFUSED = "\ufeff\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
GOOD = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=REFUSED)
LINES = st.lists(st.one_of(st.text(GOOD, max_size=6), st.text("ab ", max_size=3)), max_size=12)


@given(
    lines=LINES,
    ends=st.lists(st.sampled_from(["\n", "\r\n"]), min_size=12, max_size=12),
    last=st.booleans(),
)
def test_no_line_is_lost_or_changed(lines, ends, last):
    """Against Python's own strings."""
    text = "".join(line + end for line, end in zip(lines, ends, strict=False))
    text = text if last or not lines else text.removesuffix(ends[len(lines) - 1])
    expected = [unicodedata.normalize("NFC", line).strip() for line in lines]
    found = lines_of(text.encode())
    # A last line that is empty and has no end is no line.
    assert found == (expected[:-1] if expected and not last and not lines[-1] else expected)


AWKWARD = [
    *(b"a", b"bc", b" ", b"\t", b"\n", b"\r", b"\r\n", b"\0"),
    *(b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"),
    "e\u0301\u0323\u200d\u202e\u00e9\uac00\u1100\u1161".encode(),
]


@settings(max_examples=200)
@given(st.binary(max_size=40) | st.lists(st.sampled_from(AWKWARD), max_size=30).map(b"".join))
def test_any_bytes_are_names_or_an_error_of_one_line(data):
    try:
        names = set(counted(read(data)))
    except CorpusError as error:
        assert str(error).isprintable() and str(error).startswith("file1")
    else:
        text = unicodedata.normalize("NFC", data.removeprefix(b"\xef\xbb\xbf").decode())
        assert names == {line.strip() for line in text.replace("\r\n", "\n").split("\n")} - {""}


# Longer than any line below, since a line has to fit a piece, and shorter than the texts.
@pytest.mark.parametrize("size", [24, 25, 31, 64])
def test_the_result_does_not_depend_on_pieces(size, monkeypatch):
    """Cuts inside a character, a CRLF, the byte-order mark change nothing."""
    lines = ["é", "愛愛", "", "a", "Zoe\u0308", " b ", "𐐷", "x" * 20, "c\r"] * 7
    text = ("\ufeff" + "\n".join(lines)).encode()
    expected = read(text)
    bad = text + b"\na\x07b"
    with pytest.raises(CorpusError) as whole:
        read(bad)
    monkeypatch.setattr(reading, "PIECE_BYTES", size)
    assert counted(read(text)) == counted(expected)
    assert read(text).n_blank == expected.n_blank == 7
    with pytest.raises(CorpusError) as pieces:
        read(bad)
    assert str(pieces.value) == str(whole.value)
    assert "line 64:" in str(whole.value)
    with pytest.raises(CorpusError, match="line 64: not UTF-8"):
        read(text + b"\n\xff")


class TwoBytesAtATime(io.BytesIO):
    def read1(self, size=-1):
        return super().read1(min(size, 2))


def test_a_byte_order_mark_is_removed_only_at_the_beginning(monkeypatch):
    marked = read_corpus([("text", TwoBytesAtATime("\ufeffa\nb".encode()))])
    assert counted(marked) == {"a": 1, "b": 1}
    with pytest.raises(CorpusError, match="line 2: a byte-order mark"):
        read_corpus([("text", TwoBytesAtATime("a\n\ufeffb\n".encode()))])
    monkeypatch.setattr(reading, "PIECE_BYTES", 16)
    with pytest.raises(CorpusError, match="line 9: a byte-order mark"):
        read("a\n" * 8 + "\ufeffb\n")


def test_an_endless_line_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(reading, "PIECE_BYTES", 1000)
    stream = io.BytesIO(b"a\n" + b"x" * 100_000)
    with pytest.raises(CorpusError, match="line 2: over 1,000 bytes in a line; is there one"):
        read_corpus([("text", stream)])
    assert stream.tell() <= 3000, "it stops soon"


# --- Names ----------------------------------------------------------------------------------------

STRINGS = st.lists(
    st.text(max_size=8) | st.text("ab", max_size=30) | st.text("a\x00\U0010ffff", max_size=9),
    max_size=30,
)


@given(strings=STRINGS)
def test_order_and_distinct_names_equal_sorted(strings):
    names = Names.from_strings(strings)
    order = names.order()
    ordered = [strings[i] for i in order]
    assert ordered == sorted(strings)
    assert sorted(order.tolist()) == list(range(len(strings)))
    distinct, counts = names.distinct()
    assert distinct.to_strings() == sorted(set(strings))
    assert counts.tolist() == [strings.count(name) for name in distinct.to_strings()]


@given(strings=STRINGS, data=st.data())
def test_every_rearrangement_keeps_the_names(strings, data):
    names = Names.from_strings(strings)
    assert names.to_strings() == strings
    assert names.to_lines() == "".join(f"{s}\n" for s in strings).encode()
    assert Names.concatenate([names, names]).to_strings() == strings * 2
    rows = data.draw(st.lists(st.integers(0, len(strings) - 1), max_size=20)) if strings else []
    assert names.take(np.array(rows, int)).to_strings() == [strings[i] for i in rows]
    rectangle, lengths = names.padded(np.array(rows, int))
    for i, row, n in zip(rows, rectangle.tolist(), lengths, strict=True):
        assert "".join(map(chr, row[:n])) == strings[i] and not any(row[n:])


# --- The held-out split ---------------------------------------------------------------------------


def corpus_of(n):
    names = Names.from_strings([f"{i:06}" for i in range(n)])
    return Corpus(names, np.arange(1, n + 1))


@given(n=st.integers(2, 300), fraction=st.floats(0.001, 0.9), seed=st.integers(0, 99))
def test_a_split_divides_the_distinct_names(n, fraction, seed):
    whole = corpus_of(n)
    size = max(round(fraction * n), 1)
    if n - size < 1:
        with pytest.raises(CorpusError, match="leaves none to train on"):
            whole.split(fraction, np.random.default_rng(seed))
        return
    rest, held_out = whole.split(fraction, np.random.default_rng(seed))
    assert len(held_out) == size
    assert sorted(rest.names.to_strings() + held_out.names.to_strings()) == whole.names.to_strings()
    assert not set(rest.names.to_strings()) & set(held_out.names.to_strings())
    assert rest.names.to_strings() == sorted(rest.names.to_strings()), "batches lean on the order"
    assert counted(rest).items() <= counted(whole).items(), "counts stay with their names"


@pytest.mark.parametrize(
    ("n", "size"), [(2, 1), (14, 1), (16, 2), (1000, 100), (20_000, 2000), (50_000, 2000)]
)
def test_a_tenth_is_held_out_at_least_1_and_at_most_2000(n, size):
    rest, held_out = corpus_of(n).split(0.1, np.random.default_rng(0))
    assert (len(rest), len(held_out)) == (n - size, size)
