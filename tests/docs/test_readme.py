"""What README and tutorial show still runs, and help texts are those of the program."""

import re

import pytest

from support.readme import DOCUMENTS, README, examples, reader_folder, run

TEXTS = {document: document.read_text(encoding="utf-8") for document in DOCUMENTS}
EXAMPLES = {document: examples(text) for document, text in TEXTS.items()}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """One folder for each document."""
    made = {document: str(tmp_path_factory.mktemp("reader")) for document in DOCUMENTS}
    for folder in made.values():
        reader_folder(folder)
    return made


@pytest.mark.parametrize(
    "document, example",
    [(document, example) for document in DOCUMENTS for example in EXAMPLES[document]],
    ids=lambda value: value.command.splitlines()[0] if hasattr(value, "command") else value.name,
)
def test_each_example_runs_and_prints_what_it_should(document, example, folders):
    """With an epoch instead of dozens, so what a network says is not compared; the kind and number
    of lines is.
    """
    done = run(example.command, folders[document], RNN_NAMES_TRAIN_EPOCHS="1")
    assert "Traceback" not in done.stdout
    assert done.returncode == 0, done.stdout
    assert bool(done.stdout) == bool(example.output)
    if "--help" in example.command or "--version" in example.command:
        assert done.stdout == example.output
    elif (
        "rnn-names sample" in example.command
        and "train" not in example.command
        and "grep" not in example.command
    ):
        assert len(done.stdout.splitlines()) == len(example.output.splitlines())


def test_every_command_shows_its_help():
    from rnn_names.cli.main import cli

    shown = {example.command for example in EXAMPLES[README]}
    assert {f"rnn-names {command} --help" for command in cli.commands} <= shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_within_the_repository_lead_somewhere(document):
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", TEXTS[document]):
        assert (document.parent / target).exists(), target


def test_python_examples_run(folders, monkeypatch):
    monkeypatch.chdir(folders[README])
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", TEXTS[README], re.MULTILINE | re.DOTALL))
    assert "train(" in code
    exec(compile(code.replace("train(names)", "train(names, epochs=1)"), "README.md", "exec"), {})
