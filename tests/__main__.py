"""Sets up an environment in .venv, and checks a change in it: on every system, without make.

    python -m tests                set up, then format, lint, types and the whole suite (make test)
    python -m tests quick          the suite without its slow tests           (make quick-tests)
    python -m tests lint           format, lint and types alone                         (make lint)
    python -m tests coverage       the suite, its coverage counted                  (make coverage)
    python -m tests oldest         the suite, with the oldest versions of what we need
    python -m tests demo           install, learn from the dinosaurs, write twenty      (make demo)
    python -m tests program        one file for people without Python, into build/program
    python -m tests setup GROUP    install one of the groups below, without a check

On Windows `py -m tests` does the same. It needs Python 3.10 or newer with venv, and nothing else;
what is installed comes from pyproject.toml, and is installed again when that file changes.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = ROOT / "pyproject.toml"

STUDIES = ("data", "docs", "tests/benchmarks", "tests/page_study", "tests/quality")
PAGE_TOOLS = ("@biomejs/biome@2.6.8", "typescript@7.0.2")  # by npm, into build/
FOLDERS = {
    # group of pyproject.toml, "run" for what users need, "oldest" for "test": its environment
    "run": ".venv",
    "test": ".venv",
    "oldest": ".venv-oldest",
    "docs": ".venv",
    "quality": ".venv",
    "torch": ".venv-torch",
    "fuzz": ".venv-fuzz",
    "site": ".venv-site",
    "release": ".venv-release",
    "program": ".venv-program",
}


def main() -> None:
    """Does what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "task", nargs="?", default="test", choices=[*TASKS, "demo", "program", "setup"]
    )
    parser.add_argument("group", nargs="?", default="test", choices=FOLDERS)
    arguments = parser.parse_args()
    if sys.version_info < (3, 10):  # noqa: UP036 - who runs this may have an older one
        sys.exit("rnn-names needs Python 3.10 or newer: run this with a newer one")
    os.chdir(ROOT)
    if arguments.task == "setup":
        set_up(arguments.group)
    elif arguments.task == "demo":
        demo(set_up("run"))
    elif arguments.task == "program":
        program(set_up("program"))
    else:
        programs = set_up("oldest" if arguments.task == "oldest" else "test")
        for work in TASKS[arguments.task]:
            work(programs)


def set_up(group: str) -> Path:
    """Installs a group of pyproject.toml, unless it is there.

    Returns:
        The folder of the environment's programs.
    """
    folder = FOLDERS[group]
    programs = ROOT / folder / ("Scripts" if os.name == "nt" else "bin")
    stamp = ROOT / folder / f".{group}"
    if stamp.exists() and stamp.stat().st_mtime >= PYPROJECT.stat().st_mtime:
        return programs
    run(Path(sys.executable), "-m", "venv", folder)
    pip = "-m pip install --quiet --disable-pip-version-check".split()
    run(programs / "python", *pip, "pip>=25.1")  # the first that knows groups
    bounds = PYPROJECT.read_text().split("\ndependencies = [")[1].split("\n]")[0]
    oldest = [each.replace(">=", "==") for each in re.findall(r'"(.+>=.+)"', bounds)]
    wanted = {"run": [], "oldest": ["--group", "test", *oldest]}.get(group, ["--group", group])
    run(programs / "python", *pip, "--editable", ".", *wanted)
    if group == "test":
        if run(programs / "python", *pip, "--group", "browser", check=False):
            print("No Playwright for this machine: the page will not be tested in a browser.")
        if run(programs / "python", *pip, "--editable", ".[mcp]", check=False):
            print("No SDK of the Model Context Protocol here: `rnn-names mcp` will not be tested.")
    stamp.touch()
    return programs


def lint(programs: Path) -> None:
    """Checks format, lint and types, and the workflows for mistakes that open them to others."""
    run(programs / "ruff", "format", "--check", ".")
    run(programs / "ruff", "check", ".")
    run(programs / "mypy")
    run(programs / "mypy", "tests/support/public_names.py")
    run(programs / "mypy", "--explicit-package-bases", *STUDIES)
    run(programs / "zizmor", "--offline", "--no-progress", "--quiet", ".github")
    lint_page()


def lint_page() -> None:
    """Checks format, lint and types of the page's JavaScript, where Node is; in CI it has to be."""
    npm = shutil.which("npm")
    if not npm and not os.environ.get("CI"):
        return print("The page's JavaScript was not checked: there is no npm on the PATH")
    tools = ROOT / "build" / "node_modules" / ".bin"
    if not (tools / "biome").exists() or not (tools / "tsc").exists():
        install = "install --silent --no-save --prefix build".split()
        run(Path(npm or "npm"), *install, *PAGE_TOOLS)
    run(tools / "biome", "check", "--config-path", "tests/page", "rnn_names/page")
    run(tools / "tsc", "--project", "tests/page")


def suite(programs: Path, *options: str) -> None:
    """Runs all tests, on all cores."""
    run(programs / "python", *"-m pytest --numprocesses auto".split(), *options)


def quick_tests(programs: Path) -> None:
    """Runs the tests that are not marked as slow."""
    suite(programs, "-m", "not slow")


def coverage(programs: Path) -> None:
    """Runs all tests, and fails if they reach less than 95 % of lines and branches."""
    suite(programs, "--cov", "--cov-report=term")


def demo(programs: Path) -> None:
    """Learns from a list, and writes names like it."""
    rnn_names = programs / "rnn-names"
    run(rnn_names, "train", "data/dinosaurs.txt", "--output", "dinosaurs.npz")
    run(rnn_names, "sample", "--count", "20", "--model", "dinosaurs.npz")
    print(f"More of them: {rnn_names.relative_to(ROOT)} sample -n 20 -m dinosaurs.npz")


def program(programs: Path) -> None:
    """Makes one file of Python, NumPy and rnn-names for this system, and tries it."""
    folder = ROOT / "build" / "program"
    name = f"rnn-names-{platform.system()}-{platform.machine()}".lower()
    places = [f"--{kind}path={folder / kind}" for kind in ("work", "spec")]
    versions = [f"--copy-metadata={each}" for each in ("numpy", "click", "tqdm", "threadpoolctl")]
    run(
        programs / "pyinstaller",
        *"--noconfirm --log-level=WARN --onefile --collect-all=rnn_names".split(),
        *places,
        *versions,
        f"--distpath={folder}",
        f"--name={name}",
        "rnn_names/__main__.py",
    )
    for command in ("--version", "sample --count 3", "info --system"):
        run(folder / name, *command.split())


def run(program: Path, *arguments: str, check: bool = True) -> int:
    """Shows a command and runs it; ends with its exit code if it fails, unless that is no fault."""
    print("$", program.name, *arguments, flush=True)
    code = subprocess.run([program, *arguments]).returncode
    if code and check:
        sys.exit(code)
    return code


TASKS = {
    "test": [lint, suite],
    "quick": [quick_tests],
    "lint": [lint],
    "coverage": [coverage],
    "oldest": [suite],
}

if __name__ == "__main__":
    main()
