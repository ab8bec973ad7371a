"""The manual pages say what --help says."""

import re
import shutil
import subprocess
import sys

import pytest

from support.documents import ROOT

sys.path.insert(0, str(ROOT / "docs"))

import man_pages

from rnn_names.cli.main import COMMANDS

PAGES = dict(man_pages.pages())


def test_there_is_a_page_for_each_command():
    assert list(PAGES) == ["rnn-names", *(f"rnn-names-{command}" for command in COMMANDS)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_has_every_option_and_example_of_the_help(command, invoke):
    text = invoke(command, "--help").stdout
    page = PAGES[f"rnn-names-{command}"].replace("\\-", "-")
    text = text.replace("…", "...")  # roff is ASCII
    groups = text[text.index(":\n  -") :]
    options = re.findall(r"^  (-[^\n]*?)(?:  |\n)", groups, re.MULTILINE)
    assert options
    assert [each for each in options if f".B {each}\n" not in page] == []
    _, _, examples = text.partition("\nExamples:\n")
    assert [each for each in examples.splitlines() if each.strip() not in page] == []


def test_control_lines_and_escapes_of_roff_are_text():
    assert man_pages.escaped(".TH\n'x \\d-") == "\\&.TH\n\\&'x \\ed\\-"


@pytest.mark.skipif(not shutil.which("groff"), reason="no groff")
@pytest.mark.parametrize("name", PAGES)
def test_groff_has_no_complaint(name):
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z"],
        input=PAGES[name].encode(),
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
