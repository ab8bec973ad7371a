"""Atomic writing of files, files that several programs extend, and paths."""

import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Literal

from rnn_names import system
from rnn_names.errors import CorpusError, ModelFileError, SamplingError, printable

write_lock = system.ForkSafeLock()
"""Held while a file is written or the process ends, so that no temporary file remains."""

_STREAMS = ("standard input", "standard output", "standard error")
# An incomplete UTF-8 character at the end of a line, whose writer was probably killed.
_CUT_CHARACTER = re.compile(
    rb"([\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})(?=\n|\Z)"
)


def write_atomically(path: str, data: bytes | memoryview) -> None:
    """Writes a temporary file and renames it over `path`, or raises ModelFileError."""
    with _temporary(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        if not system.RENAMES_OPEN_FILES:
            file.close()
        os.replace(file.name, real_path(path))  # a link stays a link


def check_writable(path: str) -> None:
    """Raises ModelFileError if no temporary file can be written beside `path`.

    Called before long work. Also removes the temporary files of killed runs.
    """
    with _temporary(path):
        folder, name = os.path.split(real_path(path))
        pattern = re.compile(re.escape(name) + r"\.\d{1,9}-[0-9a-f]{8}\.tmp")
        with suppress(OSError):  # a folder may allow writing but not listing
            for entry in filter(pattern.fullmatch, os.listdir(folder)):
                system.remove_unlocked(os.path.join(folder, entry))


@contextmanager
def _temporary(path: str) -> Iterator[BinaryIO]:
    """A new file beside `path`, removed at the end; an `OSError` becomes a ModelFileError."""
    if obstacle := _obstacle(path):
        raise ModelFileError(f"{printable(path)}: {obstacle}")
    try:
        with write_lock.lock, _create_locked(real_path(path)) as file:
            try:
                yield file
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(file.name)
    except OSError as error:
        reason = f"cannot be written: {error.strerror or error}"
        raise ModelFileError(f"{printable(path)}: {reason}") from error


def _create_locked(target: str) -> BinaryIO:
    """Creates and locks a file. Its name is random since containers may share process numbers."""
    while True:
        file = open(f"{target}.{os.getpid()}-{os.urandom(4).hex()}.tmp", "xb")  # noqa: SIM115
        with suppress(OSError):  # some file systems have no locks
            system.lock(file)
        if os.path.exists(file.name):  # else another run removed it before it was locked
            return file
        file.close()


def _obstacle(path: str) -> str:
    """The reason why a file cannot be written; "" if it can."""
    try:
        if b"\0" in os.fsencode(path):
            raise ValueError
    except ValueError:  # `fsencode` also raises it for a lone surrogate
        return "cannot be written: no file can have this name"
    target = real_path(path)
    folder = os.path.dirname(target)
    folder_shown = printable(folder if os.path.islink(path) else os.path.dirname(path) or ".")
    if not os.path.basename(path) or os.path.isdir(target):
        return "a directory; give the name of a file"
    if os.path.exists(target) and not os.path.isfile(target):
        return "cannot be written: not a regular file; give the name of one"
    stream = standard_stream(path)
    if stream is not None:
        return f"cannot be written: it is also {_STREAMS[stream]}; give the name of another file"
    if not os.path.isdir(folder):
        return f"cannot be written: there is no folder {folder_shown}"
    if not os.access(folder, os.W_OK):
        return f"cannot be written: the folder {folder_shown} is read-only"
    return ""


def write_all(file: io.FileIO, data: bytes) -> None:
    """Writes all bytes to an unbuffered file."""
    while data:
        data = data[file.write(data) :]


class LockedFile:
    """A file named by an option; raises SamplingError if it cannot be read or written."""

    def __init__(self, path: str, option: str) -> None:
        self.path, self._option = path, option

    @contextmanager
    def opened(self, mode: Literal["a+b", "r+b"]) -> Iterator[io.FileIO]:
        """Opens the file, creates it if necessary, and locks it within the context."""

        def created(path: str, flags: int) -> int:
            return os.open(path, flags | os.O_CREAT, 0o666)

        try:
            with open(self.path, mode, buffering=0, opener=created) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise self._error("not a regular file; give the name of one")
                system.lock(file)
                try:
                    yield file
                finally:
                    system.unlock(file)
        except OSError as error:
            raise self._error(error.strerror or str(error)) from error

    def _error(self, reason: str) -> SamplingError:
        return SamplingError(f"{self._option} {printable(self.path)}: {reason}", [self._option])

    def decoded(self, data: bytes) -> str:
        """Decodes UTF-8 or raises CorpusError; a character cut off at a line end becomes U+FFFD."""
        data = _CUT_CHARACTER.sub("\ufffd".encode(), data)
        try:
            return data.decode().removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            reason = f"not UTF-8 text (byte 0x{data[error.start]:02x}); give a list of names"
            raise CorpusError(f"{printable(self.path)}: {reason}") from None

    @staticmethod
    def append(file: io.FileIO, lines: bytes) -> None:
        """Appends lines completely, or not at all if the disk is full."""
        end = file.seek(0, os.SEEK_END)
        try:
            write_all(file, lines)
        except OSError:
            file.truncate(end)
            raise


def is_file(path: str) -> bool:
    """Whether the path exists and is not a folder."""
    return os.path.exists(path) and not os.path.isdir(path)


def is_same_file(path: str, other: str) -> bool:
    """Whether two paths lead to the same file, which may not exist yet; False for a device."""
    if os.path.exists(path) and os.path.exists(other):
        return os.path.isfile(path) and os.path.samefile(path, other)
    return real_path(path) == real_path(other)


def real_path(path: str) -> str:
    """The absolute path, with links resolved."""
    try:
        return os.path.realpath(path)
    except FileNotFoundError:
        reason = "the current folder was deleted: change to another one"
        raise ModelFileError(f"{printable(path)}: {reason}") from None


def standard_stream(path: str) -> int | None:
    """The number of the standard stream that is connected to this file, or None."""
    for number in range(len(_STREAMS)):
        with suppress(OSError):  # a stream may be closed, and a file may not exist yet
            if os.path.samestat(os.fstat(number), os.stat(path)):
                return number
    return None
