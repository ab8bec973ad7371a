"""Fingerprints: fixed by the file format, kept by training, checked when a file is read."""

import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_names import Model, train
from rnn_names.corpus.fingerprints import (
    PACKED_BITS,
    among,
    fingerprint,
    packed,
    union,
    unpacked,
    upper_bits,
)
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(
    lambda text: unicodedata.normalize("NFC", text)
)
M = 2**64 - 1


def by_hand(name):
    """The definition, in whole numbers."""
    total = 0
    for place, character in enumerate(name):
        x = (ord(character) + (place << 21) + 0x9E3779B97F4A7C15) & M
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & M
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & M
        total = (total + (x ^ (x >> 31))) & M
    return total


@settings(deadline=None, derandomize=True)
@given(st.lists(TEXTS, max_size=20))
def test_fingerprints_follow_the_file_format(names):
    assert fingerprint(Names.from_strings(names)).tolist() == [by_hand(name) for name in names]


def test_fingerprints_of_some_names_do_not_change():
    """Files hold these numbers: another algorithm would need another format version.

    They come from the published splitmix64.c (Vigna 2015), whose first number from the seed 0 is
    the first one here.
    """
    expected = {
        "\0": 0xE220A8397B1DCDAF,
        "Ada": 0x74593662D8621658,
        "Łucja": 0x4CCC8E0F339D847A,
        "愛": 0x337E58A9DDCFDD71,
        "Zoë": 0xF613B14D0FD3C39A,
    }
    assert fingerprint(Names.from_strings(expected)).tolist() == [*expected.values()]


@pytest.mark.parametrize(
    "composed, apart",
    [("José", "Jose\u0301"), ("q\u0323\u0307", "q\u0307\u0323"), ("각", "\u1100\u1161\u11a8")],
)
def test_names_in_any_normal_form_have_the_fingerprint_of_nfc(composed, apart):
    assert apart != composed
    prints = fingerprint(Names.from_strings(["Zoë", apart, composed])).tolist()
    assert prints == [by_hand("Zoë"), by_hand(composed), by_hand(composed)]
    # A name may begin with an accent: it is not the accent of the name before.
    prints = fingerprint(Names.from_strings(["e", "\u0301"])).tolist()
    assert prints == [by_hand("e"), by_hand("\u0301")]


def test_fingerprints_do_not_depend_on_parts(monkeypatch):
    names = Names.from_strings(["a", "", "bc", "ab", "ba"] * 3)
    whole = fingerprint(names)
    monkeypatch.setattr("rnn_names.corpus.fingerprints.HASHED_AT_ONCE", 4)
    assert fingerprint(names).tolist() == whole.tolist()
    assert len(set(whole.tolist())) == 5


@settings(deadline=None, derandomize=True)
@given(st.sets(TEXTS, max_size=20), st.sets(TEXTS, max_size=20))
def test_among_recognises_names_of_a_list(known, asked):
    prints = np.unique(fingerprint(Names.from_strings(sorted(known))))
    names = sorted(asked)
    asked_prints = fingerprint(Names.from_strings(names))
    for kept in (prints, upper_bits(prints, 32), upper_bits(prints, PACKED_BITS)):
        assert among(asked_prints, kept).tolist() == [name in known for name in names]


@settings(deadline=None, derandomize=True)
@given(st.sets(TEXTS, max_size=20))
def test_packed_fingerprints_are_their_uppermost_bits(names):
    prints = fingerprint(Names.from_strings(sorted(names)))
    short = upper_bits(prints, PACKED_BITS)
    assert unpacked(packed(short)).tolist() == short.tolist()
    assert unpacked(short).tolist() == short.tolist()
    halves = (upper_bits(prints, 32) >> np.uint64(32)).astype(np.uint32)
    assert unpacked(halves).tolist() == upper_bits(prints, 32).tolist()


def test_union_keeps_the_bits_that_both_have():
    a, b = (np.unique(fingerprint(Names.from_strings([*names]))) for names in ("uvwxy", "vwxyz"))
    assert len(union(a, b)) == 6
    for bits in (32, PACKED_BITS):
        assert union(upper_bits(a, bits), b).tolist() == upper_bits(union(a, b), bits).tolist()


SETTINGS = {"hidden_size": 8, "epochs": 1}


def test_training_keeps_the_fingerprints_of_the_whole_list(names, tmp_path):
    model = train(names, held_out=0.2, **SETTINGS)
    assert model.knows(names).all()
    assert not model.knows([name.swapcase() for name in names]).any()
    model.save(tmp_path / "m.npz")
    loaded = Model.load(tmp_path / "m.npz")
    assert loaded.fingerprints.tolist() == model.fingerprints.tolist()
    assert loaded.knows(names).all()


def test_fine_tuning_adds_its_list_to_the_known_names(names):
    first = train(names[:100], **SETTINGS)
    second = train(names[50:150], init=first, epochs=1)
    assert second.knows(names[:150]).all()
    assert not second.knows(names[150:]).any()


def test_a_model_without_fingerprints_cannot_recognise_names(model):
    plain = replace(model, fingerprints=None)
    with pytest.raises(SamplingError, match="no fingerprints"):
        plain.knows(["Ada"])
    with pytest.raises(SamplingError, match="no fingerprints"):
        plain.sample(1, novel=True)


@pytest.mark.parametrize("form", ["<u8", "<u4", "|u1"])
def test_all_forms_of_fingerprints_are_read(form, model, tmp_path):
    bits = {"<u8": 64, "<u4": 32, "|u1": PACKED_BITS}[form]
    prints = upper_bits(model.fingerprints, bits)
    replace(model, fingerprints=prints).save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as file:
        arrays = dict(file)
    assert arrays["fingerprints"].dtype == ("<u8" if form == "<u8" else "|u1")
    if form == "<u4":  # of an earlier version
        arrays["fingerprints"] = (prints >> np.uint64(32)).astype("<u4")
        np.savez(tmp_path / "m.npz", **arrays)
    loaded = Model.load(tmp_path / "m.npz")
    assert loaded.fingerprints.tolist() == prints.tolist()
