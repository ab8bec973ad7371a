"""Standard words in help, pages, docstrings, comments and names of tests: words of any course."""

import ast
import re

import pytest

from rnn_names.cli.main import COMMANDS
from support.package import MODULES
from support.program import ROOT

INSTEAD = {
    r"\blaws?\b": "distribution",
    r"\bchances\b": "probabilities",
    r"\blessons?\b": "distillation set, soft targets",
    r"\bmade[- _]up": "synthetic",
    r"glimpse": "preview",
    r"how many-?th": "index",
    r"uncut": "critical section",
    r"last words": "what an interrupt does",
    r"in the box": "bundled",
    r"everything random": "random seed",
    r"on purpose": "expected",
    r"\bhand(?:s|ed)? on\b": "recurrent projection",
    r"is spent": "is overwritten",
    r"Gated unit, or": "GRU, or vanilla (Elman) RNN",
    r"Bound of every": "clip to ±, elementwise",
    r"\bwholes\b": "whole names",
    r"\bbegins? so\b": "begin this way",
    r"\bso many\b": "the number itself",
    r"\bgo(?:es|ing)? on with\b": "continue with",
    r"\bin vain\b": "without a result",
    r"\bwhat is to be\b": "a noun",
    r"\bas wanted\b": "the number itself",
}
"""Words that mean something else in everyday English, or nothing, and their replacements."""

NOUNS_INSTEAD = dict.fromkeys(
    (r"\bwhat\b", r"\bwhatever\b", r"\bthose\b", r"\bthat of\b"), "a noun"
)
"""Pronouns that hide the subject of a test in its name."""

OLD_NAMES = re.compile(r"(--)?made[-_]up[-_]names")
"""Of a setting: files and commands that have it are still read, and pages may say so."""

DOCUMENTS = [
    path for pattern in ("*.md", "docs/**/*.md", "data/*.md") for path in ROOT.glob(pattern)
]


def complaints(text, words=INSTEAD):
    """Replacements for some words of a text, which may contain line ends."""
    text = OLD_NAMES.sub("", re.sub(r"\s+", " ", text))
    return [
        f"{match[0]!r}: write {instead!r}"
        for word, instead in words.items()
        for match in re.finditer(word, text, re.IGNORECASE)
    ]


def prose(source):
    """The docstrings of a module, also of its attributes, and its comments."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
    yield " ".join(re.findall(r"# *(.*)", source))


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_uses_standard_words(command, invoke):
    done = invoke(*command.split(), "--help")
    assert done.returncode == 0
    assert complaints(done.stdout) == []


def test_pages_docstrings_comments_and_javascript_use_standard_words():
    assert complaints("made\nup") == ["'made up': write 'synthetic'"]
    assert not complaints("made_up_names")
    texts = {path: path.read_text(encoding="utf-8") for path in DOCUMENTS}
    for path in MODULES.values():
        texts[path] = " ".join(prose(path.read_text(encoding="utf-8")))
    for path in (ROOT / "rnn_names" / "page").rglob("*.js"):  # names in it, too
        texts[path] = path.read_text(encoding="utf-8")
    found = {str(path.relative_to(ROOT)): complaints(text) for path, text in texts.items()}
    assert {path: each for path, each in found.items() if each} == {}


def test_docstrings_and_comments_of_tests_give_the_number_itself():
    for path in (ROOT / "tests").rglob("*.py"):
        text = " ".join(prose(path.read_text(encoding="utf-8")))
        assert not complaints(text, {r"\bso many\b": "the number itself"}), path


def test_names_of_tests_use_standard_words_and_nouns():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    names = [name for text in texts for name in re.findall(r"def test_(\w+)\(", text)]
    found = {name: complaints(name.replace("_", " "), INSTEAD | NOUNS_INSTEAD) for name in names}
    assert len(names) > 500
    assert {name: each for name, each in found.items() if each} == {}
