"""What the README shows still runs, and its help texts are those of the program."""

import re

import pytest
from readme import README, examples, reader_folder, run

TEXT = README.read_text(encoding="utf-8")
EXAMPLES = examples(TEXT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("reader")
    reader_folder(str(path))
    return str(path)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.command.splitlines()[0])
def test_each_example_runs_and_prints_what_it_should(example, folder):
    """With an epoch instead of dozens, so what a network says is not compared; the kind and number of lines is."""
    done = run(example.command, folder, RNN_NAMES_TRAIN_EPOCHS="1")
    assert "Traceback" not in done.stdout
    assert done.returncode == 0, done.stdout
    assert bool(done.stdout) == bool(example.output)
    if "--help" in example.command or "--version" in example.command:
        assert done.stdout == example.output
    elif "rnn-names sample" in example.command and "train" not in example.command and "grep" not in example.command:
        assert len(done.stdout.splitlines()) == len(example.output.splitlines())


def test_every_command_shows_its_help():
    from rnn_names.cli import cli

    shown = {example.command for example in EXAMPLES}
    assert {f"rnn-names {command} --help" for command in cli.commands} <= shown


def test_links_within_the_repository_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", TEXT):
        assert (README.parent / target).exists(), target


def test_python_examples_run(folder, monkeypatch):
    monkeypatch.chdir(folder)
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
    assert "train(" in code
    exec(compile(code.replace("train(names)", "train(names, epochs=1)"), "README.md", "exec"), {})
