"""Shell completion, in the real shells: what the Tab key makes of a line."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

import pytest

from rnn_names.model import bundled

pytestmark = pytest.mark.posix

WAIT = 30  # seconds; a shell on a busy machine


@pytest.fixture
def place(tmp_path, corpus_file):
    """A folder with a list in it, and an environment for the shell.

    In it `rnn-names` completes, and else notes down what it was called with.
    """
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "rnn-names"
    program.write_text(
        "#!/bin/sh\n"
        '[ -n "$_RNN_NAMES_COMPLETE" ] || [ "$1" = completion ] && '
        f'exec "{sys.executable}" -m rnn_names "$@"\n'
        'echo "$*" > called\n'
    )
    program.chmod(0o755)
    folder = tmp_path / "here"
    folder.mkdir()
    shutil.copy(corpus_file, folder / "elves.txt")
    (folder / "old").mkdir()
    for name in ("my-dwarves.npz", "surfers.npz", "old/orcs.npz"):
        (folder / name).touch()
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "TERM": "xterm", "HOME": str(tmp_path), "HISTFILE": ""}
    return folder, {**os.environ, **own}


def typed(place, shell, setup, lines):
    """Types lines with Tab keys into a shell: what `rnn-names` was called with for each."""
    folder, environment = place
    called = folder / "called"
    terminal, other = pty.openpty()
    settings = {"cwd": folder, "env": environment, "start_new_session": True, "close_fds": True}
    process = subprocess.Popen(shell, stdin=other, stdout=other, stderr=other, **settings)
    os.close(other)
    calls = {}
    try:
        os.write(terminal, f"{setup}; echo re''ady\n".encode())
        read_until(terminal, lambda shown: b"ready" in shown)
        for line in lines:
            os.write(terminal, line.encode() + b"\n")
            read_until(terminal, lambda _: called.exists() and called.read_text().endswith("\n"))
            calls[line] = called.read_text().strip()
            called.unlink()
        return calls
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


def read_until(terminal, done):
    """Reads what a terminal shows until enough of it has come."""
    shown, began = b"", time.monotonic()
    while not done(shown):
        assert time.monotonic() - began < WAIT, shown
        if select.select([terminal], [], [], 0.05)[0]:
            shown += os.read(terminal, 65536)


LINES = {
    "rnn-names sa\t": "sample",
    "rnn-names sample --max\t": "sample --max-length",
    "rnn-names train --cell g\t": "train --cell gru",
    "rnn-names train el\t": "train elves.txt",
    "rnn-names sample -m din\t": "sample -m dinosaurs",
    "rnn-names blend wel\t": "blend welsh-towns",
    "rnn-names sample -m my\t": "sample -m my-dwarves.npz",
    "rnn-names sample -m old/or\t": "sample -m old/orcs.npz",
}


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_bash_completes(place):
    setup = 'eval "$(rnn-names completion bash)"'
    assert typed(place, ["bash", "--norc", "--noprofile", "-i"], setup, LINES) == LINES


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh")
def test_zsh_completes(place):
    setup = 'autoload -Uz compinit && compinit -u -D; eval "$(rnn-names completion zsh)"'
    assert typed(place, ["zsh", "-f", "-i"], setup, LINES) == LINES


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish")
def test_fish_completes(place):
    """`complete -C` says what Tab would offer."""
    folder, environment = place
    lines = [line.rstrip("\t") for line in LINES]
    script = "rnn-names completion fish | source; " + "; ".join(
        f"complete -C '{line}'; echo ==" for line in lines
    )
    settings = {"cwd": folder, "env": environment, "capture_output": True, "encoding": "utf-8"}
    done = subprocess.run(["fish", "--no-config", "-c", script], timeout=WAIT, **settings)
    assert done.stderr == ""
    *parts, rest = done.stdout.split("==\n")
    assert rest == ""
    offered = [[offer.split("\t")[0] for offer in part.split("\n") if offer] for part in parts]
    for offers, expected in zip(offered, LINES.values(), strict=True):
        assert expected.split()[-1] in offers


def test_bundled_models_and_files_are_suggested(place):
    (place[0] / ".hidden").touch()
    done = asked(place, "rnn-names sample -m ", "3")
    offered = [line.removeprefix("plain,") for line in done.stdout.decode().splitlines()]
    files = ["elves.txt", "my-dwarves.npz", "old/", "surfers.npz"]
    known = [*bundled.MODELS, *bundled.OTHER_NAMES]
    assert offered == [*sorted(known), *files]
    started = asked(place, "rnn-names train elves.txt --init ", "4").stdout.decode().splitlines()
    known += ["closest", "none"]
    assert started[: len(known)] == [f"plain,{name}" for name in sorted(known)]


def asked(place, words, number, **variables):
    """What a shell is told that asks with some variables; one that is None is not there."""
    folder, environment = place
    question = {"COMP_WORDS": words, "COMP_CWORD": number, "_RNN_NAMES_COMPLETE": "bash_complete"}
    given = {name: value for name, value in (question | variables).items() if value is not None}
    settings = {"cwd": folder, "env": environment | given, "capture_output": True, "timeout": WAIT}
    return subprocess.run([sys.executable, "-m", "rnn_names"], **settings)


@pytest.mark.parametrize("encoding", [{}, {"PYTHONIOENCODING": "ascii"}])
def test_file_names_with_odd_characters_are_not_suggested(encoding, place):
    for name in (b"di\xff.npz", b"di\n.npz", "dióra.npz".encode()):
        (place[0] / os.fsdecode(name)).touch()
    done = asked(place, "rnn-names info di", "2", **encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == ["plain,dinosaurs", "plain,dióra.npz"]
    done = asked(place, os.fsdecode(b"rnn-names info d\xff"), "2", **encoding)
    assert b"plain," not in done.stdout and not done.stderr


def test_an_invalid_completion_request_gets_no_output(place):
    for words, number in (None, None), ("rnn-names sa", "x"), ("rnn-names sa", None):
        done = asked(place, words, number)
        assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


@pytest.mark.parametrize("line", ["--help", "train -h", "sample -h", "completion fish", ""])
def test_completion_does_not_import_numpy(line):
    question = {"_RNN_NAMES_COMPLETE": "bash_complete", "COMP_CWORD": "2"}
    question["COMP_WORDS"] = "rnn-names train el"
    environment = os.environ if line else {**os.environ, **question}
    command = [sys.executable, "-X", "importtime", "-m", "rnn_names", *line.split()]
    settings = {"env": environment, "capture_output": True, "encoding": "utf-8", "timeout": WAIT}
    done = subprocess.run(command, **settings)
    assert done.returncode == 0 and done.stdout
    assert "click" in done.stderr
    assert "numpy" not in done.stderr


def asked_by_powershell(place, *words):
    """What PowerShell is told, as pairs of a value and its help; the last word is at the cursor."""
    variables = {"COMP_WORDS": "\n".join(["rnn-names", *words[:-1]]), "COMP_CWORD": None}
    variables |= {"COMP_WORD": words[-1], "_RNN_NAMES_COMPLETE": "powershell_complete"}
    done = asked(place, variables.pop("COMP_WORDS"), None, **variables)
    assert (done.returncode, done.stderr) == (0, b"")
    return [tuple(line.split("\t")) for line in done.stdout.decode().splitlines() if line]


@pytest.mark.parametrize("line", LINES)
def test_powershell_gets_the_same_suggestions(line, place):
    *before, word = line.rstrip("\t").split(" ")[1:]
    offered = [value for value, _ in asked_by_powershell(place, *before, word)]
    expected = LINES[line].split()[-1]
    if expected.endswith((".txt", ".npz")):
        assert offered == []  # then it completes files itself
    else:
        assert expected in offered


def test_powershell_gets_help_and_quoted_names(place):
    (place[0] / "it's odd.npz").touch()
    assert ("'it''s odd.npz'", "it's odd.npz") in asked_by_powershell(place, "info", "i")
    offered = dict(asked_by_powershell(place, "sample", "--max"))
    assert offered == {"--max-length": "Maximum length, in characters."}


def test_the_script_for_powershell_is_printed(place):
    """No PowerShell is here to run it; what it hands over is what the tests above hand over."""
    done = subprocess.run(
        ["rnn-names", "completion", "powershell"], env=place[1], capture_output=True, check=True
    )
    script = done.stdout.decode()
    assert "-Native -CommandName rnn-names -ScriptBlock {" in script
    assert {*re.findall(r"\$env:(\w+) =", script)} == {
        "COMP_WORDS", "COMP_WORD", "_RNN_NAMES_COMPLETE"
    }  # fmt: skip
    assert "powershell_complete" in script and "& rnn-names |" in script
    for opening, closing in ("{}", "()", "[]"):
        assert script.count(opening) == script.count(closing)
