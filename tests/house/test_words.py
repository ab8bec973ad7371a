"""The field's words everywhere: none of a private vocabulary in help, documents and docstrings."""

import ast
import re

import pytest

from rnn_names.cli.main import COMMANDS
from support.package import MODULES
from support.program import ROOT

AVOIDED = re.compile(
    r"\blaws?\b|\bchances\b|\blessons?\b|\bmade[- _]up|glimpse|how many-?th|uncut|last words"
    r"|in the box|everything random|on purpose|\bhand(?:s|ed)? on\b|is spent"
    r"|Gated unit, or|Bound of every",
    re.IGNORECASE,
)

OLD_NAMES = re.compile(r"(--)?made[-_]up[-_]names")
"""Of a setting; files and commands that have it are still read."""

DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path
    for pattern in ("*.md", "docs/**/*.md", "data/*.md")
    for path in ROOT.glob(pattern)
}


def found(text):
    """The words to avoid in a text, over line ends too."""
    text = OLD_NAMES.sub("", re.sub(r"\s+", " ", text))
    return [match[0] for match in AVOIDED.finditer(text)]


def prose(source):
    """What a module says to its reader: docstrings, those of attributes too, and comments.

    And what is after a `#` in a text.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
    yield " ".join(re.findall(r"# *(.*)", source))


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_uses_the_fields_words(command, invoke):
    done = invoke(*command.split(), "--help")
    assert done.returncode == 0
    assert found(done.stdout) == []


def test_documents_docstrings_and_comments_use_the_fields_words():
    assert found("made\nup") and not found("made_up_names")
    texts = {name: [path.read_text(encoding="utf-8")] for name, path in DOCUMENTS.items()}
    texts |= {name: prose(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
    avoided = {
        name: [word for text in each for word in found(text)] for name, each in texts.items()
    }
    assert {name: words for name, words in avoided.items() if words} == {}
