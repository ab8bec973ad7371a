"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import re
import threading
from contextlib import suppress

from rnn_names.errors import ModelFileError, shown

_one_at_a_time = threading.Lock()
"""Two threads that write one file would use the same temporary one."""


def write_atomically(path: str, data: bytes | memoryview) -> None:
    """Writes a temporary file beside `path`, then renames it over `path`.

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
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, target)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(temporary)
                raise
    except OSError as error:
        raise ModelFileError(
            f"{shown(path)}: cannot be written: {error.strerror or error}"
        ) from error


def check_writable(path: str) -> None:
    """Finds out, before long work, whether a file can be written.

    Raises:
        ModelFileError: if it is no regular file, or its folder is missing or does not allow it.
    """
    obstacle = _obstacle(path)
    if obstacle:
        raise ModelFileError(f"{shown(path)}: {obstacle}")


def _obstacle(path: str) -> str:
    """What keeps a file from being written; "" if nothing does."""
    if "\0" in path:
        return "cannot be written: no file has such a name"
    target = os.path.realpath(path)
    folder, folder_shown = os.path.dirname(target), shown(os.path.dirname(path) or ".")
    if not os.path.basename(path) or os.path.isdir(target):
        return "a directory; give the name of a file"
    if os.path.exists(target) and not os.path.isfile(target):
        return "cannot be written: not a regular file; give the name of one"
    if not os.path.isdir(folder):
        return f"cannot be written: there is no folder {folder_shown}"
    if not os.access(folder, os.W_OK):
        return f"cannot be written: the folder {folder_shown} is read-only"
    return ""


def remove_leftovers(path: str) -> None:
    """Removes the temporary files that killed runs left beside `path`.

    Those of processes that still run stay.
    """
    if os.name != "posix":  # elsewhere there is no harmless way to ask whether a process runs
        return
    folder, name = os.path.split(os.path.realpath(path))
    pattern = re.compile(re.escape(name) + r"\.(\d{1,9})\.tmp")
    with suppress(OSError):  # a folder may allow writing and not listing
        for entry in os.listdir(folder):
            match = pattern.fullmatch(entry)
            if match and not _alive(int(match[1])):
                with suppress(OSError):
                    os.unlink(os.path.join(folder, entry))


def _alive(pid: int) -> bool:
    """Whether another process has this number."""
    if pid in (0, os.getpid()):  # our own: the file was left by one that had the number before
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # another user's
    return True
