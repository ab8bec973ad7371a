"""Hides what only POSIX has from rnn_names and its tests, in this process and in all its children.

    PYTHONPATH=$PWD/tests/support/without_posix .venv/bin/python -m pytest --numprocesses auto

Python reads this file when it starts. It shows how the program does without, on a system that has
it; it does not show what else differs on Windows. Python's own modules and other packages see the
system as it is.
"""

import builtins
import os
import signal
import types

OURS = ("rnn_names", "support", "tests", "test_", "conftest")
"""How the names of the modules begin that the system is hidden from."""

MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}

OF_OS = (
    "fork forkpty geteuid getpgid getpgrp getuid kill killpg memfd_create mkfifo openpty "
    "posix_spawn register_at_fork sched_getaffinity setgroups setsid setuid"
).split()

OF_SIGNAL = (
    "SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 "
    "SIG_BLOCK SIG_UNBLOCK SIG_SETMASK alarm pthread_kill pthread_sigmask siginterrupt"
).split()


def without(module: types.ModuleType, hidden: list[str], **other: object) -> types.ModuleType:
    """A module without some of its names, and with others changed."""
    less = types.ModuleType(module.__name__, module.__doc__)
    names = {name: value for name, value in vars(module).items() if name not in hidden}
    vars(less).update(names, **other)
    return less


def _windows_locks() -> types.ModuleType:
    """What Windows has instead of `fcntl.flock`, by which it is done here."""
    import fcntl

    module = types.ModuleType("msvcrt")
    module.LK_LOCK = 1
    module.locking = lambda fd, mode, n_bytes: fcntl.flock(fd, fcntl.LOCK_EX)
    return module


LESS = {
    "msvcrt": _windows_locks(),
    "os": without(os, OF_OS, name="nt"),
    "signal": without(signal, OF_SIGNAL),
}

_import = builtins.__import__


def _import_less(name, globals=None, locals=None, fromlist=(), level=0):
    """`import` as it is, but for modules of ours."""
    importer = (globals or {}).get("__name__") or ""
    if importer == "__main__":  # of python -m rnn_names
        importer = globals.get("__package__") or ""
    if level == 0 and importer.startswith(OURS):
        if name.partition(".")[0] in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name in LESS:
            return LESS[name]
    return _import(name, globals, locals, fromlist, level)


builtins.__import__ = _import_less
