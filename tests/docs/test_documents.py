"""What README and docs show still runs, and help texts are those of the program."""

import re
from pathlib import Path

import pytest

from support.documents import DOCUMENTS, ROOT, Reader, examples

pytestmark = pytest.mark.posix

TEXTS = {document: document.read_text(encoding="utf-8") for document in DOCUMENTS}
EXAMPLES = [
    pytest.param(document, example, id=f"{document.name}-{example}")
    for document, text in TEXTS.items()
    for example in examples(text)
]


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    """A reader of each document; made when its first example runs."""
    made = {}

    def reader(document):
        if document not in made:
            made[document] = Reader(Path(tmp_path_factory.mktemp("reader")), quick=True)
            made[document].prepare(TEXTS[document])
        return made[document]

    return reader


@pytest.mark.parametrize("document, example", EXAMPLES)
def test_each_example_runs_and_prints_the_shown_output(document, example, readers, quick_pilots):
    """Networks learn for one epoch instead of dozens: what they say is not compared, but how many
    lines they say it in is.
    """
    for module in re.findall(r"^ *(?:import|from) (pandas|torch|faker)\b", example.source, re.M):
        pytest.importorskip(module)
    done = readers(document).run(example)
    assert not done.failed, done.output
    assert bool(done.output) == bool(example.output)
    if "pytest" in example.source:
        assert failures(done.output) == failures(example.output) != []
    elif re.search("--(help|version)", example.source):
        assert done.output == example.output
    elif counts_lines(example):
        assert len(done.output.splitlines()) == len(example.output.splitlines())


def counts_lines(example):
    """Whether what an example prints has as many lines whatever the network says."""
    depends = re.search("rnn-names train|grep|uniq|jsonl", example.source)
    is_listing = example.kind == "pycon" or re.search("rnn-names (sample|models)", example.source)
    return is_listing and not depends


def failures(output):
    return sorted(re.findall(r"^FAILED ([\w./:]+)", output, re.MULTILINE))


def test_the_help_of_every_command_is_shown():
    from rnn_names.cli.main import cli

    shown = re.findall(
        r"^\$ rnn-names (\w+) --help$", TEXTS[ROOT / "docs" / "cli.md"], re.MULTILINE
    )
    assert shown == cli.list_commands(None)
