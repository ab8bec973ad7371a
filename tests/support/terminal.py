"""Terminals that are not there: what programs show on one."""

import os
import struct
import subprocess

from support.program import MAIN, fork, heed_interrupts


def terminal(columns):
    """A pseudo-terminal: the end that reads what is shown, and the end that a program gets.

    One of no width would show no bar.
    """
    import fcntl
    import pty
    import termios

    screen, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    return screen, end


def on_terminal(*arguments, columns=120, lines=0):
    """What a command shows on a terminal that does all that it should; `lines` go to stdout."""
    screen, stderr = terminal(columns)
    streams = {"stdout": subprocess.PIPE, "stderr": stderr, "prepare": heed_interrupts}
    with fork(MAIN, *arguments, **streams) as process:
        os.close(stderr)
        shown = read_to_the_end(screen)
        assert process.wait(timeout=60) == 0
        assert len(process.stdout.read().splitlines()) == lines
    return shown


def read_to_the_end(screen):
    """What is shown on a terminal until the last program that has it ends."""
    shown = b""
    while chunk := _read(screen):
        shown += chunk
    os.close(screen)
    return shown.decode()


def _read(screen):
    try:
        return os.read(screen, 1 << 16)
    except OSError:  # how Linux says that the other side is closed
        return b""
