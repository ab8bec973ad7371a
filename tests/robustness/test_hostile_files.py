"""Model files from strangers: read correctly or refused with one line, in bounded memory."""

import ast
import io
import json
import random
import struct
import warnings
import zipfile

import numpy as np
import pytest

from rnn_names import Model
from rnn_names.errors import ModelFileError
from rnn_names.model import npz as archive
from rnn_names.model.file_checks import MAX_WEIGHT
from rnn_names.training.checkpoint import allowed_types
from support.model_files import WRONG_CONTENTS, make_model, members, rewrite
from support.program import python
from torture import faults

CHARACTERS = "abé愛"
MEMORY = 100 << 20
SECONDS = 5  # of processor; a promise of one, with room for slow machines under load


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """The bytes of a valid file."""
    path = tmp_path_factory.mktemp("valid") / "m.npz"
    make_model(n_a=2).save(path)
    return path.read_bytes()


def zipped(pairs, compression=zipfile.ZIP_STORED, **options):
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", compression, **options) as target:
        warnings.simplefilter("ignore")  # of names that occur twice
        for name, data in pairs:
            target.writestr(name, data)
    return file.getvalue()


def npy(header, data=b""):
    """A member with a header of our own making."""
    text = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + data


def meta_in(descr, data):
    """A meta of a header of our own making."""
    return npy(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': (), }}", data)


def meta_of(value):
    text = value if isinstance(value, str) else json.dumps(value)
    file = io.BytesIO()
    np.save(file, np.array(text))
    return file.getvalue()


def nested(depth):
    return json.loads('{"a":' * depth + "0" + "}" * depth)


F4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }"
ZEROS = bytes(128 << 20)


def good(content, **others):
    """The members of a good file, some replaced."""
    return {**members(content), **{f"{name}.npy": data for name, data in others.items()}}.items()


def in_first_header(content, offset, kind, value):
    """A file with a number of its first member's header changed."""
    changed = bytearray(content)
    struct.pack_into(kind, changed, offset, value)
    return bytes(changed)


def waa(data, compression=zipfile.ZIP_STORED):
    """A change of a file: another member `Waa`; a function makes one that takes much memory."""
    made = data if callable(data) else lambda: data
    return lambda content: zipped(good(content, Waa=made()), compression, compresslevel=1)


def meta(data, compression=zipfile.ZIP_STORED):
    """A change of a file: another `meta`."""
    made = data if callable(data) else lambda: data
    return lambda content: zipped(good(content, meta=made()), compression)


def more(*others):
    """A change of a file: members after the good ones."""
    return lambda content: zipped([*good(content), *others])


WIDE = {"format": 1, "cell": "gru", "vocabulary": CHARACTERS}
NESTED = {**WIDE, "training": {"longest": 7, "x": nested(400)}}
DAMAGED = "not a model file, or a damaged one"
HOSTILE = {
    "nothing": (lambda c: b"", DAMAGED),
    "a list": (lambda c: b"Ada\nBob\n", "a text, such as a list of names"),
    "an empty zip": (lambda c: b"PK\5\6" + bytes(18), "no `meta`"),
    "half a file": (lambda c: c[: len(c) // 2], "its size is not what the zip says"),
    "a bomb": (waa(lambda: npy(F4 % "5792, 5793", ZEROS), 8), "no real model shrinks so far"),
    "bzip2": (waa(npy(F4 % "6, 2", ZEROS[: 1 << 20]), zipfile.ZIP_BZIP2), "compressed in a way"),
    "10**36 elements": (waa(npy(F4 % ("9" * 18 + ", " + "9" * 18))), "Waa: its size is not"),
    "a size of 10**4000": (waa(npy(F4 % ("9" * 4000))), "Waa: a header that NumPy"),
    "a crowd of members": (more(*((f"{i}.npy", b"") for i in range(100))), "unknown array"),
    "a comment": (lambda c: c[:-2] + b"\x05\0hello", DAMAGED),
    "an endless header": (waa(npy(" " * 60_000 + F4 % "3")), "Waa: a header that NumPy"),
    "a header of 4 GB": (waa(b"\x93NUMPY\2\0\0\0\0\x80" + bytes(64)), "Waa: a header that NumPy"),
    "a header that computes": (waa(npy(F4 % "9**9**9")), "Waa: a header"),
    "three sizes": (waa(npy(F4 % "6, 2, 1", bytes(48))), "Waa: not float32"),
    "bytes after an array": (waa(npy(F4 % "6, 2", bytes(52))), "Waa: its size is not what its"),
    "meta of 6 MB": (meta(meta_of("[" + "0," * 750_000 + "0]")), "not a text, or too large"),
    "meta of 4 MB of brackets": (meta(meta_of("[" * 1_000_000)), "not a JSON object"),
    "meta of a long number": (meta(meta_of("9" * 1_000_000)), "not a JSON object"),
    "a record of nested objects": (meta(meta_of(NESTED)), "nested too deeply"),
    "meta beyond Unicode": (meta(meta_in("<U1", b"\xff" * 4)), DAMAGED),
    "meta big-endian": (meta(meta_in(">U1", b"\0\0\0{")), "not a text"),
    "a name with ../": (more(("../../Waa.npy", b"")), "unknown array"),
    "a name with an escape": (more(("\x1b[2J\n.npy", b"")), "unknown array"),
    "a member twice": (lambda c: zipped([*good(c), *good(c)]), "it contains an array twice"),
    "a member with and without .npy": (
        lambda c: zipped([*good(c), ("Waa", members(c)["Waa.npy"])]),
        "it contains an array twice",
    ),
    "bytes before it": (lambda c: b"#!/bin/sh\n" + c, DAMAGED),
    "a packed size too small": (
        lambda c: in_first_header(zipped(good(c), zipfile.ZIP_DEFLATED), 18, "<I", 9),
        "its size is not what the zip says",
    ),
    "a packed size too large": (
        lambda c: in_first_header(zipped(good(c)), 18, "<I", 0xFFFFFFF0),
        "its size is not what the zip says",
    ),
    "encrypted": (lambda c: in_first_header(c, 6, "<H", 1), "encrypted"),
    "sizes after the bytes": (
        lambda c: in_first_header(c, 6, "<H", 8),
        "in a way that is not read",
    ),
    "no end": (lambda c: c[:-22], DAMAGED),
    "a pickle": (waa(npy(F4.replace("<f4", "|O") % "1,", b"\x80\4N.")), "Waa: not float32"),
    "a huge weight": (
        lambda c: zipped(good(c, a0=npy(F4 % "2,", struct.pack("<2f", 1, 10 * MAX_WEIGHT)))),
        "a0: a weight that is NaN or above",
    ),
    "a cell of lists": (meta(meta_of({**WIDE, "cell": ["\n"] * 1000})), "unknown cell"),
    "a format with an escape": (meta(meta_of({"format": "\x1b[2J\n"})), "format version"),
}
"""What is done to the bytes of a good file, and what its refusal says."""

LOAD = """
import re, resource, sys, time
from rnn_names import Model
from rnn_names.errors import ModelFileError
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, resource.RLIM_INFINITY))  # of addresses
for path in sys.argv[2:]:
    # Of processor time, for each file; beyond it the process ends.
    limit = int(time.process_time()) + 1 + int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
    try:
        Model.load(path)
    except ModelFileError as error:
        print(ascii(str(error)))
    else:
        print("'accepted'")
# Not resource.getrusage: there, a process that was forked starts with the memory of the one that
# forked it.
with open("/proc/self/status") as status:
    print(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1])
"""


assert not HOSTILE.keys() & WRONG_CONTENTS
REASONS = {case: reason for case, (_, reason) in [*HOSTILE.items(), *WRONG_CONTENTS.items()]}


@pytest.fixture(scope="module")
def verdicts(content, tmp_path_factory):
    """What each file is answered with by one process of bounded time and memory."""
    folder = tmp_path_factory.mktemp("hostile")
    for change, _ in HOSTILE.values():
        (folder / f"{len(list(folder.iterdir()))}.npz").write_bytes(change(content))
    for change, _ in [*WRONG_CONTENTS.values(), (lambda contents: None, "")]:
        torn = folder / f"{len(list(folder.iterdir()))}.npz"
        make_model().save(torn)
        rewrite(torn, change)
    done = python(LOAD, SECONDS, *(folder / f"{i}.npz" for i in range(len(REASONS) + 1)))
    assert (done.returncode, done.stderr) == (0, ""), "no warning reaches the user"
    *refusals, rewritten, peak = map(ast.literal_eval, done.stdout.splitlines())
    assert rewritten == "accepted", "nothing is wrong with the last one"
    assert peak * 1024 < MEMORY, "of which Python and NumPy are a third"
    return dict(zip(REASONS, refusals, strict=True))


@pytest.mark.posix
@pytest.mark.parametrize("case", REASONS)
def test_a_hostile_file_is_refused_with_one_line(case, verdicts):
    message = verdicts[case]
    assert REASONS[case] in message and ".npz: " in message
    assert message.isprintable() and len(message) < 400


def test_messages_contain_only_checked_names_of_arrays(tmp_path):
    """A run's state may have arrays of any name that begins with `state_`."""
    for name in ("state_\x1b[2J", "state_\n", "state_\x7f", "state_" + 100 * "x", "state_ trained"):
        plain = zipped([(f"{name}.npy", b"no array")])
        changes = (6, "<H", 1), (8, "<H", 12), (22, "<I", 1)
        for damaged in (plain, *(in_first_header(plain, *change) for change in changes)):
            (tmp_path / "m.npz.resume").write_bytes(damaged)
            with pytest.raises(ModelFileError) as refusal:
                archive.read(str(tmp_path / "m.npz.resume"), allowed_types)
            assert "unknown array 'state_" in str(refusal.value)
            assert str(refusal.value).isprintable()
            assert len(str(refusal.value)) < len(str(tmp_path)) + 120


ESCAPE = "\x1b[2J\x9b2J\x7f\u202e\n"
PART = {"model": ESCAPE, "weight": 0.5, "network": {"cell": [ESCAPE], "hidden_size": {}}}
RECORDS = {
    "escapes in a blend": {"blend": [PART | {"training": {"epoch": ESCAPE}}] * 2},
    "an escape for an epoch": {"epoch": ESCAPE},
    "an object for a number": {"epoch": {ESCAPE: 1}, "training_loss": [ESCAPE], "names": []},
    "a list of anything": {"epoch": 1, "lists": [ESCAPE, 1, None]},
    "no known triples": {"epoch": 1, "known_triples": None},
    "truth for numbers": {"epoch": True, "names": True, "training_loss": False},
    "escapes in the settings": {"epoch": 1, "settings": {ESCAPE: [ESCAPE], "b": {ESCAPE: 0}}},
    "a list for the settings": {"epoch": 1, "settings": [1]},
    "nothing for the settings": {"epoch": 1, "settings": None},
    "a long text": {"epoch": "x" * (1 << 18), "settings": {"y" * (1 << 18): "z"}},
    "many settings": {"epoch": 1, "settings": {str(i): i for i in range(20_000)}},
    "nested as deeply as may be": {"epoch": nested(25), "settings": {"a": nested(25)}},
    "a number of 4,000 digits": {"epoch": 10**4000, "settings": {"a": 10**4000}, "names": 10**4000},
}


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["for people", "as JSON"])
def test_info_escapes_any_training_record(record, options, invoke, tmp_path):
    model = make_model(n_a=2)
    path = tmp_path / "\udcff\x1b[2J.npz"
    Model(model.vocabulary, model.params, {"longest": 7, **RECORDS[record]}).save(path)
    done = invoke("info", path, *options)
    out = done.stdout
    assert all(line.isprintable() for line in (out + done.stderr).splitlines())
    assert (done.returncode, done.stderr) == (0, "")
    if options:
        assert repr(json.loads(out)["training"]) == repr({"longest": 7, **RECORDS[record]})
        assert json.loads(out)["file"] == str(path)
    else:
        assert out.splitlines()[0].startswith("file")
        assert out.splitlines()[3].endswith(("at most 7 characters long", "…"))
        assert len(out) < 8000


@pytest.mark.parametrize("record", ["escapes in the settings", "a list for the settings"])
def test_no_field_of_a_strangers_record_enters_a_training(record, invoke, tmp_path):
    model = make_model(n_a=2)
    Model(model.vocabulary, model.params, {"longest": 7, "x": "<b>", **RECORDS[record]}).save(
        tmp_path / "m.npz"
    )
    (tmp_path / "list.txt").write_text("ab\nba\naa\nbb\n")
    options = "-o new.npz --init m.npz --report r.html --epochs 2 --held-out 0".split()
    done = invoke("train", "list.txt", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "started from <bdi>m.npz</bdi>" in page
    for text in (done.stderr, page):
        assert all(line.isprintable() for line in text.splitlines())
        assert "<b>" not in text
    assert Model.load(tmp_path / "new.npz").training["settings"]["hidden_size"] == 2


def test_no_flipped_bit_gives_another_model(tmp_path):
    """One bit of each byte: the CRC of the zip covers what matters."""
    found = faults.flips(tmp_path, step=9)
    assert 0 < found["the same model"] < found.total() / 3, "dates and the like are not needed"


def test_randomly_damaged_files_are_refused(tmp_path):
    assert faults.edits(600, tmp_path, random.Random(1)).total() == 600


def test_bounds_leave_room_for_the_largest_models():
    assert archive.MAX_FILE_BYTES > 4 * (3 * 4096 * 4096 + 3 * 4096 * 5000 + 4096 * 5000), (
        "4,096 units, 5,000 characters"
    )
    assert archive.MAX_FILE_BYTES > 6 * 4 * (3 * 4096 * 4096 + 4 * 4096 * 100), (
        "and what --resume needs, for 100 characters"
    )
