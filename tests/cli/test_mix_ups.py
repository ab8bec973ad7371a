"""Models to be written over lists, and orders that no names can fill."""

import subprocess

import pytest

from rnn_names.errors import SamplingError
from support.enumeration import tiny_model
from support.program import MAIN, fork

LIST = "Aberdaron\nLlŷn\nPwllheli\n"


def test_how_many_names_are_possible_follows_all_conditions_on_spelling():
    for options, possible in (
        ({"max_length": 1}, 3),
        ({"prefix": "ab", "max_length": 3}, 4),
        ({"prefix": ["ab", "c"], "suffix": "a", "max_length": 3, "min_length": 3}, 4),
    ):
        stream = tiny_model().stream(1000, seed=1, unique=True, **options)
        with pytest.raises(SamplingError, match=f"only {possible} of 1,000 names found: no more"):
            list(stream)


def test_a_writer_reads_that_only_two_can_match(invoke, tmp_path):
    tiny_model().save(tmp_path / "names.npz")
    done = invoke("sample", "--match", "(ab|c)a", "-n", 30, "--unique", cwd=tmp_path)
    assert done.returncode == 1
    assert sorted(done.stdout.split()) == ["aba", "ca"]
    assert "no more than 2 can meet --match '(ab|c)a'" in done.stderr


def test_a_list_that_a_pipe_reads_is_not_overwritten(tmp_path):
    own = tmp_path / "own.txt"
    own.write_text(LIST, "utf-8")
    train = ["train", "-", "-o", own, "--epochs", 1]
    with own.open() as stdin:
        done = fork(MAIN, *train, call=subprocess.run, stdin=stdin, stderr=-1, encoding="utf-8")
    assert done.returncode == 1
    assert "own.txt: is there already, and is no model: give another --output" in done.stderr
    assert own.read_text("utf-8") == LIST


@pytest.mark.parametrize("command", ["train list.txt --init none --epochs 1 -o", "blend norse -o"])
def test_models_overwrite_models_and_empty_files_only(command, invoke, tmp_path):
    (tmp_path / "list.txt").write_text(LIST, "utf-8")
    (tmp_path / "notes.md").write_text("# Notes\n", "utf-8")
    done = invoke(*command.split(), "notes.md", cwd=tmp_path)
    assert done.returncode == 1 and "is no model" in done.stderr
    assert (tmp_path / "notes.md").read_text("utf-8") == "# Notes\n"
    (tmp_path / "new.npz").touch()
    for _ in range(2):
        assert invoke(*command.split(), "new.npz", cwd=tmp_path).returncode == 0
