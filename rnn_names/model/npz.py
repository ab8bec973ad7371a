"""Arrays and a JSON text in one `.npz` file: written completely or not at all, and read safely.

Files may come from strangers. Reading a file executes nothing in it and checks every size before
memory is allocated. Only the format that NumPy's `savez` writes is accepted:

- members of the zip one after another, stored or deflated, each preceded by its sizes and its
  CRC-32, so that the directory at the end need not be read;
- array headers in one fixed form, read by a regular expression: Python's parser, which NumPy uses,
  may warn, recurse or use much memory on a malicious one;
- no pickles.
"""

import io
import json
import math
import os
import re
import struct
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import IO, Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.errors import ModelFileError, printable
from rnn_names.files import write_atomically

SIGNATURE = b"PK\3\4"  # the beginning of each member of a zip, and so of a model file
MAX_FILE_BYTES = (1 << 31) - 1  # a longer zip would need the directory of zip64
MAX_NAME = 40  # characters of the name of an array
MAX_UNPACKED, FREE_BYTES = 8, 1 << 20  # maximum size unpacked: 8 bytes per byte, plus 1 MiB
MAX_META_BYTES = 1 << 22
MAX_DEPTH = 32  # nested lists and objects in `meta`, far below Python's recursion limit
MAX_HEADER_BYTES = 1 << 10
DAMAGED = "not a model file, or a damaged one"


def write(path: str, meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Writes the file completely, or raises ModelFileError and leaves `path` unchanged."""
    little_endian: dict[str, Any] = {
        name: array.astype(array.dtype.newbyteorder("<"), copy=False)
        for name, array in arrays.items()
    }
    text = json.dumps(meta)
    if 4 * len(text) > MAX_META_BYTES:  # as UTF-32
        reason = "cannot be written: its record is too long to be read"
        raise ModelFileError(f"{printable(path)}: {reason}")
    buffer = io.BytesIO()  # `zipfile` would print an error when deleted on a full disk
    np.savez(buffer, meta=np.array(text), **little_endian)
    packed = buffer.getbuffer()
    if len(packed) > MAX_FILE_BYTES:
        reason = f"over {MAX_FILE_BYTES:,} bytes; try a smaller hidden_size"
        raise ModelFileError(f"{printable(path)}: cannot be written: {reason}", ["hidden_size"])
    write_atomically(path, packed)


def read(
    path: str, allowed_types: Callable[[str], Collection[str]]
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Reads the JSON object and the arrays of a file, or raises ModelFileError."""
    title = printable(path)
    try:
        if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
            raise ModelFileError("not a model file: not a regular file, but a pipe or a device")
        with open(path, "rb") as file:
            members = _members(file, allowed_types)
            arrays = {name: _array(data, name, allowed_types(name)) for name, data in members}
            return _json(arrays.pop("meta").tobytes().decode("utf-32-le").rstrip("\0")), arrays
    except OSError as error:
        raise ModelFileError(f"{title}: cannot be read: {error.strerror or error}") from error
    except ModelFileError as error:
        raise ModelFileError(f"{title}: {error}") from None
    except (zlib.error, struct.error, ValueError) as error:
        said = printable(" ".join(str(error).split())[:100] or type(error).__name__)
        raise ModelFileError(f"{title}: {DAMAGED} ({said})") from error


_LOCAL = struct.Struct("<4s2x2H4x3I2H")  # PKWARE's APPNOTE.TXT, 4.3.7, without version and date
_ZIP64 = struct.Struct("<4x2Q")  # 4.5.3: both sizes, for which NumPy leaves room
_STORED, _DEFLATED = 0, 8  # compression methods
_ENCRYPTED, _SIZES_LATER = 1, 8  # flags; a writer that cannot seek writes sizes later
_END_BYTES = 22  # bytes of the last record, without a comment


def _members(
    file: IO[bytes], allowed_types: Callable[[str], Collection[str]]
) -> Iterator[tuple[str, bytes]]:
    """Yields the members of a zip: the name and the bytes of each array."""
    size, names = os.fstat(file.fileno()).st_size, set[str]()
    if size > MAX_FILE_BYTES:
        raise ModelFileError(f"not a model file: over {MAX_FILE_BYTES:,} bytes")
    left = MAX_UNPACKED * size + FREE_BYTES
    while (head := file.read(_LOCAL.size)).startswith(SIGNATURE):
        _, flags, method, crc, packed, unpacked, name_length, extra = _LOCAL.unpack(head)
        name = file.read(name_length).decode("ascii").removesuffix(".npy")
        sizes = file.read(extra)
        if unpacked == 0xFFFFFFFF:
            unpacked, packed = _ZIP64.unpack_from(sizes)
        is_name = name.isidentifier() and len(name) <= MAX_NAME
        if not is_name or (name != "meta" and not allowed_types(name)):
            raise ModelFileError(f"not a model file: unknown array {name[:MAX_NAME]!a}")
        if name in names:
            raise ModelFileError("damaged: it contains an array twice")
        names.add(name)
        left -= unpacked
        if left < 0:
            claim = f"{size:,} bytes that claim to unpack to {unpacked:,} or more"
            raise ModelFileError(f"{claim}: no real model shrinks so far")
        # At most the size of the file: `read` allocates memory for the size in the header.
        data = file.read(min(packed, size))
        if flags & (_ENCRYPTED | _SIZES_LATER) or method not in (_STORED, _DEFLATED):
            reason = "encrypted, or compressed in a way that is not read here"
            raise ModelFileError(f"array {name}: {reason}")
        if method == _DEFLATED:
            # One byte more than expected, to detect excess; 0 would mean no bound.
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, unpacked + 1)
        if len(data) != unpacked:
            raise ValueError(f"array {name}: its size is not what the zip says")
        if zlib.crc32(data) != crc:
            raise ModelFileError(f"array {name}: damaged (wrong CRC-32)")
        yield name, data
    _check_end(file, size, head, names)


def _check_end(file: IO[bytes], size: int, head: bytes, names: Collection[str]) -> None:
    """Raises an error unless the rest of the file, from `head` on, is the end of a zip."""
    text = "" if names else (head + file.read(1 << 10)).decode(errors="replace")
    if text.strip() and all(c.isprintable() or c.isspace() for c in text):
        reason = "not a model file, but a text, such as a list of names; train a model on it"
        raise ModelFileError(reason)
    file.seek(max(size - _END_BYTES, 0))
    if not head.startswith(b"PK") or not file.read().startswith(b"PK\5\6"):
        raise ValueError("no zip directory at the end")
    if "meta" not in names:
        raise ModelFileError("not a model file: no `meta` in it")


_HEADER = re.compile(
    rb"\{'descr': '([<>|=]\w{1,12})', 'fortran_order': (True|False), "
    rb"'shape': \(([0-9]{0,18}(?:, ?[0-9]{1,18})*,?)\), \} *\n"
)


def _array(data: bytes, name: str, types: Collection[str]) -> Array:
    """Reads the array in a member's bytes: finite and of one of the types; `meta` is a text."""
    length = int.from_bytes(data[8:10], "little")
    match = _HEADER.fullmatch(data, 10, 10 + min(length, MAX_HEADER_BYTES))
    if not match or not data.startswith(b"\x93NUMPY\1\0"):
        raise ModelFileError(f"array {name}: a header that NumPy does not write")
    type_, contents = match[1].decode(), data[10 + length :]
    size = tuple(int(part) for part in match[3].split(b",") if part.strip())
    if name == "meta":
        if size or not re.fullmatch(r"<U\d{1,7}", type_) or len(contents) > MAX_META_BYTES:
            raise ModelFileError("array meta: not a text, or too large")
    elif type_ not in types or match[2] == b"True" or len(size) > 2:
        expected = " or ".join(str(np.dtype(dtype)) for dtype in types)
        raise ModelFileError(f"array {name}: not {expected}, little-endian, in C order")
    dtype = np.dtype(type_)
    if len(contents) != dtype.itemsize * math.prod(size):
        raise ModelFileError(f"array {name}: its size is not what its header says")
    array = np.frombuffer(contents, dtype).reshape(size)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ModelFileError(f"array {name}: a weight that is not a finite number")
    return array


_PLAIN = (str, int, float, type(None))


def _json(text: str) -> dict[str, Any]:
    try:
        meta = json.loads(text)
    except (ValueError, RecursionError):
        meta = None
    if not isinstance(meta, dict):
        raise ModelFileError("`meta` is not a JSON object")
    level: list[Any] = [meta]
    for _ in range(MAX_DEPTH):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [value for each in inner if not isinstance(each, _PLAIN) for value in each]
    if level:
        raise ModelFileError("`meta` is nested too deeply")
    return meta
