"""A test that needs POSIX says so with the marker `posix`, and is skipped elsewhere."""

import ast
import re

from support.program import ROOT

FILES = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "tests").rglob("test_*.py")}

ELSEWHERE = {"benchmarks", "quality", "torture", "fuzz", "page_study", "house"}
"""Folders of long studies, and of this file."""

NEEDS_POSIX = re.compile(
    r"\b(preexec_fn|start_new_session|pass_fds|mkfifo|chmod|geteuid|setuid|symlink_to)\b"
    r"|\bos\.(kill|fork|killpg)\b|\bSIG(HUP|KILL|STOP|CONT|PIPE|USR1)\b|\bsend_signal\b"
    r"|\b(pty|fcntl|resource|termios)\.|/dev/|/proc/|['\"](ba|z|fi)?sh['\"]"
)
HELPERS = {"start", "terminal", "on_terminal", "heed_interrupts", "shell"}
"""Of tests/support: they need it, too."""


def names_in(part):
    """The names that a function or an assignment uses, fixtures among them, and does not define."""
    names = [node for node in ast.walk(part) if isinstance(node, ast.Name)]
    defined = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    arguments = {node.arg for node in ast.walk(part) if isinstance(node, ast.arg)}
    return {node.id for node in names} - defined | arguments


def unmarked(source):
    """The tests in a file that need POSIX, themselves or by what they use in it, and do not say so.

    Nothing is unmarked in a file that has the marker for all its tests.
    """
    tree = ast.parse(source)
    parts = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    parts |= {
        node.targets[0].id: node
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    used = {name: names_in(node) - {name} for name, node in parts.items()}
    helpers = HELPERS & {
        name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    }
    needing = {
        name
        for name, node in parts.items()
        if NEEDS_POSIX.search(ast.unparse(node)) or helpers & used[name]
    }
    while more := {name for name in parts if used[name] & needing} - needing:
        needing |= more
    if "pytestmark = pytest.mark.posix" in source:
        return []
    return sorted(
        name
        for name in needing
        if name.startswith("test_") and "pytest.mark.posix" not in ast.unparse(parts[name])
    )


def test_a_test_that_needs_posix_says_so():
    """Put `@pytest.mark.posix` before it, or `pytestmark = pytest.mark.posix` into the file."""
    files = [path for file, path in FILES.items() if not ELSEWHERE & {*file.split("/")}]
    assert [test for path in files for test in unmarked(path.read_text(encoding="utf-8"))] == []


def test_a_test_without_the_marker_is_found():
    source = (
        "from support.terminal import on_terminal\n"
        "def pipe(path):\n    os.mkfifo(path)\n"
        "def other(path):\n    pipe(path)\n"
        "def test_a():\n    other(p)\n"
        "@pytest.mark.posix\ndef test_b():\n    pipe(p)\n"
        "def test_c():\n    on_terminal(p)\n"
        "def test_d(start):\n    assert start\n"
    )
    assert unmarked(source) == ["test_a", "test_c"]
    assert unmarked(f"pytestmark = pytest.mark.posix\n{source}") == []
