"""Arrays and a JSON text in one `.npz` file: written whole or not at all, and read with suspicion.

Model files and the state of interrupted runs are such files. Any of them may come from a stranger, so reading runs nothing, looks at
every size before memory is taken for it, and takes only what NumPy's own `savez` writes: headers in one fixed form, which a pattern
reads (Python's parser would warn, recurse or grow on a bad one), members stored or deflated, no pickles. Each member's CRC-32 is
compared, by `zipfile`, when its last byte is read, so a damaged number does not pass for another.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from rnn_names.errors import ModelFileError, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_FILE_BYTES = (1 << 31) - 1
"""A longer zip would need the directory of zip64, which is not read."""

MAX_DIRECTORY_BYTES = 1 << 14
"""Of a zip's directory, which `zipfile` reads whole: some sixty bytes a member."""

MAX_MEMBERS = 32

MAX_UNPACKED = 8
"""Bytes that may be unpacked for each byte of the file, beyond `FREE_BYTES`. Weights shrink by a tenth, JSON in UTF-32 by eight."""

FREE_BYTES = 1 << 20

MAX_META_BYTES = 1 << 22

MAX_HEADER_BYTES = 1 << 10

NO_FILE_HINT = "; make one with: rnn-names train NAMES.txt, or choose from: rnn-names models"


# --- Writing -------------------------------------------------------------------------------------------------------------------


def write(path: str, meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes the file; what stood there before is replaced in one step, or not at all.

    Raises:
        ModelFileError: if it cannot be written; `path` is then as it was.
    """
    little_endian: dict[str, Any] = {
        name: array.astype(array.dtype.newbyteorder("<"), copy=False) for name, array in arrays.items()
    }

    def pack(file: IO[bytes]) -> None:
        # In memory first: a zip that cannot be finished complains on its own once it is forgotten.
        buffer = io.BytesIO()
        np.savez(buffer, meta=np.array(json.dumps(meta)), **little_endian)
        packed = buffer.getbuffer()
        if len(packed) > MAX_FILE_BYTES:
            raise ModelFileError(f"{shown(path)}: cannot be written: over {MAX_FILE_BYTES:,} bytes; try a smaller --hidden-size")
        file.write(packed)

    write_atomically(path, pack)


_one_at_a_time = threading.Lock()


def write_atomically(path: str, write: Callable[[IO[bytes]], Any]) -> None:
    """Calls `write(file)` for a temporary file beside `path`, then renames that over `path`.

    Raises:
        ModelFileError: if any of it fails; `path` is then as it was.
    """
    check_writable(path)
    target = os.path.realpath(path)  # a link stays a link
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        with _one_at_a_time:
            try:
                with suppress(FileNotFoundError):
                    os.unlink(temporary)  # of a killed run that had this process number
                with open(temporary, "xb") as file:
                    write(file)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, target)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(temporary)
                raise
    except OSError as error:
        raise ModelFileError(f"{shown(path)}: cannot be written: {error.strerror or error}") from error


def check_writable(path: str) -> None:
    """Finds out before the work whether a file could be written.

    Raises:
        ModelFileError: if it is no regular file, or its folder is missing or does not allow it.
    """
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    if not os.path.basename(path):
        raise ModelFileError(f"{shown(path)}: a directory; give the name of a file")
    if os.path.isdir(target):
        raise ModelFileError(f"{shown(path)}: a directory; give the name of a file")
    if os.path.exists(target) and not os.path.isfile(target):
        raise ModelFileError(f"{shown(path)}: cannot be written: not a regular file; give the name of one")
    if not os.path.isdir(folder):
        raise ModelFileError(f"{shown(path)}: cannot be written: there is no folder {shown(os.path.dirname(path))}")
    if not os.access(folder, os.W_OK):
        raise ModelFileError(f"{shown(path)}: cannot be written: the folder {shown(os.path.dirname(path) or '.')} is read-only")


def clear_litter(path: str) -> None:
    """Removes the temporary files that killed runs left beside `path`; those of living processes stay."""
    if os.name != "posix":  # elsewhere there is no harmless way to ask for a process
        return
    folder, name = os.path.split(os.path.realpath(path))
    pattern = re.compile(re.escape(name) + r"\.(\d{1,9})\.tmp")
    for entry in os.listdir(folder):
        match = pattern.fullmatch(entry)
        if match and not _alive(int(match[1])):
            with suppress(OSError):
                os.unlink(os.path.join(folder, entry))


def _alive(pid: int) -> bool:
    """Whether another process has this number; whatever bears our own was left by one that had it before."""
    if pid in (0, os.getpid()):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # another user's
    return True


# --- Reading -------------------------------------------------------------------------------------------------------------------


def read(path: str, types_of: Callable[[str], Collection[str]]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The JSON object and the arrays of a file; the arrays are read-only.

    Args:
        path: of the file.
        types_of: for the name of an array, the NumPy types that it may have, such as "<f4"; none for an unknown name.

    Raises:
        ModelFileError: for a file that is missing, damaged, too large for what it holds, or of another kind.
    """
    title = shown(path)
    try:
        if not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path):
            raise ModelFileError("not a model file: not a regular file, so it cannot be read from its end")
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_directory(file, size)
            with zipfile.ZipFile(file) as archive:
                return _read_members(archive, size, types_of)
    except OSError as error:
        hint = NO_FILE_HINT if isinstance(error, FileNotFoundError) else ""
        raise ModelFileError(f"{title}: cannot be read: {error.strerror or error}{hint}") from error
    except ModelFileError as error:
        raise ModelFileError(f"{title}: {error}") from None
    # What zipfile and zlib raise for damaged archives is not documented in one place; this is all of it. OSError, above, has one more:
    # a place before the file's beginning.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error, OverflowError) as error:
        raise ModelFileError(f"{title}: not a model file, or a damaged one ({_one_line(error)})") from error


def _one_line(error: Exception) -> str:
    return shown(" ".join(str(error).split())[:100] or type(error).__name__)


def _check_directory(file: IO[bytes], size: int) -> None:
    """Bounds what `zipfile` reads at once on opening: the file's last 22 bytes say how long the directory before them is.

    An archive may have a comment after them, or a zip64 record before; NumPy's have neither, and then there is no other place in which
    `zipfile` could look for the directory.
    """
    if size > MAX_FILE_BYTES:
        raise ModelFileError(f"not a model file: over {MAX_FILE_BYTES:,} bytes")
    file.seek(max(size - 42, 0))
    tail = file.read(42)
    locator, end = tail[:-22], tail[-22:]
    if not end.startswith(b"PK\5\6") or end[-2:] != b"\0\0" or locator.startswith(b"PK\6\7"):
        raise ModelFileError("not a model file, or a damaged one (it does not end as one)")
    directory_bytes = int.from_bytes(end[12:16], "little")
    if directory_bytes > MAX_DIRECTORY_BYTES:
        raise ModelFileError(f"not a model file: a zip directory of {directory_bytes:,} bytes")


def _read_members(
    archive: zipfile.ZipFile, size: int, types_of: Callable[[str], Collection[str]]
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """All members, once the directory makes sense as a whole."""
    members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
    if len(archive.infolist()) > MAX_MEMBERS:
        raise ModelFileError(f"not a model file: {len(archive.infolist())} arrays in it")
    if len(members) < len(archive.infolist()):
        raise ModelFileError("damaged: an array is in it twice")
    for name, member in members.items():
        if name != "meta" and not types_of(name):
            raise ModelFileError(f"not a model file: unknown array {name[:40]!a}")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # the others' unpackers know no bound
            raise ModelFileError(f"array {name}: compressed in a way that is not read here")
    unpacked = sum(member.file_size for member in members.values())
    if unpacked > MAX_UNPACKED * size + FREE_BYTES:
        raise ModelFileError(f"{size:,} bytes that claim to unpack to {unpacked:,}: no real model shrinks so far")
    if "meta" not in members:
        raise ModelFileError("not a model file: no `meta` in it")
    meta = _json(_read_meta(archive, members.pop("meta")))
    return meta, {name: _read_array(archive, member, name, types_of(name)) for name, member in members.items()}


_HEADER = re.compile(
    rb"\{'descr': '([<>|=]\w{1,12})', 'fortran_order': (True|False), "
    rb"'shape': \(([0-9]{0,18}(?:, ?[0-9]{1,18})*,?)\), \} *\n"
)


def _read_header(stream: IO[bytes], name: str) -> tuple[str, bool, tuple[int, ...]]:
    """Type, Fortran order and shape from a member's beginning, in the one form in which NumPy writes them."""
    start = stream.read(10)
    length = int.from_bytes(start[8:], "little")
    if not start.startswith(b"\x93NUMPY\1\0") or length > MAX_HEADER_BYTES:
        raise ModelFileError(f"array {name}: unknown header version")
    match = _HEADER.fullmatch(stream.read(length))
    if not match:
        raise ModelFileError(f"array {name}: a header that NumPy does not write")
    return match[1].decode(), match[2] == b"True", tuple(int(part) for part in match[3].split(b",") if part.strip())


def _read_data(stream: IO[bytes], name: str, size: int, member: zipfile.ZipInfo) -> bytes:
    """The `size` bytes after a header; they end the member, and reading its last byte checks its CRC."""
    if size > member.file_size:
        raise ModelFileError(f"array {name}: its header claims {size:,} bytes, more than are there")
    data = stream.read(size)
    if len(data) != size or stream.read(1):
        raise ModelFileError(f"array {name}: its size is not what its header says")
    return data


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, types: Collection[str]) -> NDArray[Any]:
    with archive.open(member) as stream:
        type_, fortran_order, shape = _read_header(stream, name)
        if type_ not in types or fortran_order or len(shape) > 2:
            raise ModelFileError(f"array {name}: not {' or '.join(str(np.dtype(t)) for t in types)}, little-endian, in C order")
        dtype = np.dtype(type_)
        array = np.frombuffer(_read_data(stream, name, dtype.itemsize * math.prod(shape), member), dtype).reshape(shape)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ModelFileError(f"array {name}: a weight that is not a finite number")
    return array


def _read_meta(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    with archive.open(member) as stream:
        type_, _, shape = _read_header(stream, "meta")
        size = 4 * int(type_[2:]) if re.fullmatch(r"<U\d{1,9}", type_) else -1
        if shape != () or not 0 <= size <= MAX_META_BYTES:
            raise ModelFileError("array meta: not a text of a sensible size")
        return _read_data(stream, "meta", size, member).decode("utf-32-le").rstrip("\0")


def _json(text: str) -> dict[str, Any]:
    try:
        meta = json.loads(text)
    except (ValueError, RecursionError):
        raise ModelFileError("`meta` is not JSON") from None
    if not isinstance(meta, dict):
        raise ModelFileError("`meta` is not a JSON object")
    return meta
