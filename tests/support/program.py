"""The command line: as a real process, and within this one."""

import inspect
import os
import re
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from unittest import mock

from click import formatting
from click.testing import CliRunner
from threadpoolctl import threadpool_limits

from rnn_names.cli import main, streams
from rnn_names.system import ENDING_SIGNALS

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
_RUNNER = inspect.signature(CliRunner).parameters
MAIN = "from rnn_names.cli.main import main\nmain()"
TO_ITS_END = {"call": subprocess.run, "capture_output": True, "encoding": "utf-8", "timeout": 120}


def unmeasured():
    """The environment without what makes a child measure its coverage.

    For children that cannot write down what was measured, or whose means are limited.
    """
    return without("COVERAGE_")


def measure_no_children(monkeypatch):
    """Leaves children unmeasured: the helper process is killed, and would leave half a file."""
    for name in set(os.environ) - set(unmeasured()):
        monkeypatch.delenv(name)


def without(*beginnings):
    """The environment without the variables that begin with any of these."""
    return {key: value for key, value in os.environ.items() if not key.startswith(beginnings)}


def run(*arguments, cwd=None, env=None, stdout=None, text=True, measured=True, **options):
    """Runs `python -m rnn_names` to its end.

    Args:
        arguments: Of the command line, of any types.
        cwd: The current folder, unless this process's own.
        env: Variables to add to the environment, from which ours are taken out.
        stdout: A path to write to.
        text: Whether what is written is text, in UTF-8 whatever the locale; else it is bytes.
        measured: Whether it counts for coverage; see `unmeasured`.
        options: Others of `subprocess.run`.
    """
    environment = without(*(["RNN_NAMES_"] if measured else ["RNN_NAMES_", "COVERAGE_"]))
    if not measured:  # with a limit on files, it would leave half a .pyc, which no later run reads
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment |= env or {}
    settings = {"cwd": cwd, "env": environment, "stderr": subprocess.PIPE, "timeout": 120}
    settings |= {"encoding": "utf-8" if text else None, **options}
    if stdout is None:
        return subprocess.run(command(*arguments), stdout=subprocess.PIPE, **settings)
    with Path(stdout).open("wb") as file:
        return subprocess.run(command(*arguments), stdout=file, **settings)


def command(*arguments):
    """`python -m rnn_names` with arguments of any types."""
    return [sys.executable, "-m", "rnn_names", *map(str, arguments)]


def python(code, *arguments, **options):
    """Runs some lines of Python to their end, in a process that is not measured."""
    settings = {"capture_output": True, "encoding": "utf-8", "timeout": 120, "env": unmeasured()}
    run_it = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(run_it, **{**settings, **options})


def fork(code, *arguments, prepare=lambda: None, pass_fds=(), call=subprocess.Popen, **settings):
    """Starts some lines of Python in a fork of this process, which has read the modules.

    The lines run where a new process would become another program: its streams, its folder and its
    signals are its own by then. Where there is no fork, or none that BLAS outlives, they have a
    process of their own.
    """
    lines = f"import sys; sys.path[:] = {sys.path}\n{code}"
    program = [sys.executable, "-c", lines, *map(str, arguments)]
    if sys.platform == "darwin" or os.name != "posix":
        posix = {"preexec_fn": prepare, "pass_fds": pass_fds} if os.name == "posix" else {}
        return call(program, **posix, **settings)

    def run():
        prepare()
        for number in {*range(3, 256)} - {*pass_fds}:  # else `Popen` would wait
            with suppress(OSError):
                os.close(number)
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
        threadpool_limits(1)  # a thread of BLAS, which a fork starts anew, is to take no signal
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)
        exit_code = 1
        try:
            sys.argv = ["-c", *program[3:]]
            sys.stdin, sys.stdout, sys.stderr = map(_stream, range(3), "rww", (-1, -1, 1))
            exec(code, {})
            exit_code = 0
        except SystemExit as end:
            exit_code = end.code or 0
        except BaseException:
            traceback.print_exc()
        finally:
            if sys.stdout:
                sys.stdout.flush()
            os._exit(exit_code)

    given = {"preexec_fn": run, "restore_signals": False, "pass_fds": pass_fds, **settings}
    return call(program, **given)


def redirected(redirections, *arguments, cwd):
    """Runs the command with its streams redirected as a shell would."""

    def redirect():
        for number, sign, file in re.findall(r"(\d?)([<>]) ?(\S+)", redirections):
            number = int(number or "<>".index(sign))
            if file == "&-":
                os.close(number)
            else:
                os.dup2(os.open(file, os.O_RDONLY if sign == "<" else os.O_WRONLY), number)

    return fork(MAIN, *arguments, cwd=cwd, prepare=redirect, **TO_ITS_END)


def _stream(number, mode, buffering):
    try:
        return open(number, mode, buffering)
    except OSError:  # it is closed, and Python says so
        return None


class _Program:
    """What Click's runner takes for a command: ours, with its own way from an error to its line."""

    name = streams.PROGRAM

    @staticmethod
    def main(args, prog_name):
        argv = mock.patch.object(sys, "argv", [prog_name, *args])
        with argv, mock.patch.object(formatting, "FORCED_WIDTH", None):  # that of COLUMNS
            sys.exit(main.exit_code(main._command))


def invoke(*arguments, cwd=None, env=None, input=None, text=True):
    """Runs a command within this process, which is quicker, and gives what `run` gives.

    It is all there is to a command but for the start, the streams and the signals of a process.
    """
    ours = {key: None for key in os.environ if key.startswith("RNN_NAMES_")} | {"COLUMNS": "80"}
    before = os.getcwd()
    os.chdir(cwd or before)
    try:
        words = list(map(str, arguments))
        apart = {"mix_stderr": False} if "mix_stderr" in _RUNNER else {}  # before Click 8.2
        result = CliRunner(**apart).invoke(_Program, words, input=input, env=ours | (env or {}))
    finally:
        os.chdir(before)
    if not isinstance(result.exception, SystemExit | None):
        raise result.exception
    stdout, stderr = result.stdout_bytes, result.stderr_bytes
    if text:
        stdout, stderr = stdout.decode(), stderr.decode()
    return subprocess.CompletedProcess(arguments, result.exit_code, stdout, stderr)


def start(*arguments, **settings):
    """Starts `python -m rnn_names`, and does not wait for it. It takes an interrupt."""
    return subprocess.Popen(command(*arguments), preexec_fn=heed_interrupts, **settings)


def heed_interrupts():
    """Before a child starts: it takes the signals that ask to end, as in a terminal.

    A shell lets what it runs in the background ignore interrupts, nohup a hangup, and so would the
    children.
    """
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def error_line(done, code=1):
    """The only line of a command's stderr, without its "Error: "; nothing went to stdout."""
    assert done.returncode == code, done
    assert not done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("Error: "), lines
    return lines[0].removeprefix("Error: ")
