"""Models to be written over lists, and orders that no names can fill."""

import os
import subprocess

import pytest

from rnn_names.errors import SamplingError
from rnn_names.sampling import stream
from support.enumeration import tiny_model
from support.program import MAIN, error_line, fork, start

LIST = "Aberdaron\nLlŷn\nPwllheli\n"


def test_the_number_of_possible_names_follows_from_all_conditions():
    for options, possible in (
        ({"max_length": 1}, 3),
        ({"prefix": "ab", "max_length": 3}, 4),
        ({"prefix": ["ab", "c"], "suffix": "a", "max_length": 3, "min_length": 3}, 4),
    ):
        stream = tiny_model().stream(1000, seed=1, unique=True, **options)
        with pytest.raises(SamplingError, match=f"only {possible} of 1,000 names found: no more"):
            list(stream)


def test_an_error_tells_that_only_two_names_can_match(invoke, tmp_path):
    tiny_model().save(tmp_path / "names.npz")
    done = invoke("sample", "--match", "(ab|c)a", "-n", 30, "--unique", cwd=tmp_path)
    assert done.returncode == 1
    assert sorted(done.stdout.split()) == ["aba", "ca"]
    assert "no more than 2 can meet --match '(ab|c)a'" in done.stderr


@pytest.mark.parametrize("match, is_told", [("Rendilo[ea]", True), ("Qqq", False)])
def test_errors_attribute_conditions_to_boldness(match, is_told, invoke):
    done = invoke("sample", "-m", "elvish", "--boldness", "safe", "--match", match)
    assert done.returncode == 1 and "can meet all of --match" in done.stderr
    assert ("--boldness safe asks for some of these" in done.stderr) == is_told


def test_a_message_shows_how_to_get_more_safe_names(invoke, monkeypatch):
    monkeypatch.setattr(stream, "DEFAULT_BUDGET", 1 << 12)
    done = invoke("sample", "-m", "elvish", "--boldness", "safe", "--prefix", "Zorr", "-n", 200)
    assert done.returncode == 1 and "--min-edits (met by" in done.stderr
    assert done.stderr.endswith("some of these: ask for fewer, or add --min-edits 1\n")


def test_where_no_name_is_safe_the_message_shows_balanced_names(invoke, monkeypatch):
    monkeypatch.setattr(stream, "DEFAULT_BUDGET", 1 << 12)
    typed = ["sample", "-m", "desert", "--max-length", 4, "-n", 3]
    done = invoke(*typed, "--boldness", "safe")
    assert done.stderr.endswith("some of these: add --boldness balanced\n")
    assert len(invoke(*typed, "--boldness", "balanced").stdout.split()) == 3


def test_a_list_read_through_a_pipe_is_not_overwritten(tmp_path):
    own = tmp_path / "own.txt"
    own.write_text(LIST, "utf-8")
    train = ["train", "-", "-o", own, "--epochs", 1]
    with own.open() as stdin:
        done = fork(MAIN, *train, call=subprocess.run, stdin=stdin, stderr=-1, encoding="utf-8")
    assert done.returncode == 1
    assert "own.txt: cannot be written: it is also standard input" in done.stderr
    assert own.read_text("utf-8") == LIST


@pytest.mark.parametrize("command", ["train list.txt --init none --epochs 1 -o", "blend norse -o"])
def test_models_overwrite_models_and_empty_files_only(command, invoke, tmp_path):
    (tmp_path / "list.txt").write_text(LIST, "utf-8")
    (tmp_path / "notes.md").write_text("# Notes\n", "utf-8")
    done = invoke(*command.split(), "notes.md", cwd=tmp_path)
    assert done.returncode == 1 and "is not a model" in done.stderr
    assert (tmp_path / "notes.md").read_text("utf-8") == "# Notes\n"
    (tmp_path / "new.npz").touch()
    for _ in range(2):
        assert invoke(*command.split(), "new.npz", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "words, advice",
    [
        ("sample -o names.txt", "writes to standard output: > FILE"),
        ("train list.txt --output", "Option '--output' requires an argument.\n"),
        ("sample 5", "if it is a number, put -n before it: -n 5"),
        ("sample --number 5", "Did you mean --count (-n)?"),
        ("sample --start-with A", "Did you mean --prefix?"),
        ("sample --ends-with A", "Did you mean --suffix?"),
        ("sample --startswith A", "Did you mean --prefix?"),
        ("sample --safe", "Did you mean --boldness safe?"),
        ("list", "Did you mean rnn-names models?"),
        ("best -m elvish", "Did you mean rnn-names sample --best?"),
        ("elvish", "Did you mean rnn-names sample -m elvish?"),
        ("help", "Did you mean rnn-names --help?"),
        ("sample -m elvish --format json", "Did you mean jsonl?"),
        ("sample -m icelandic", "icelandic-first-names, icelandic-men, icelandic-women"),
        ("sample -m vikings", "take a bundled one: norse-men, norse-women"),
        ("sample -m villages", "or a cast: rnn-names cast village"),
        ("cast {x.lst}", "a file of lines ends in .txt, as {x.txt}"),
        ("pick inn --initials same", "rnn-names cast has this"),
        ("cast elvish", "rnn-names sample -m elvish"),
        ("score Gandalf -m elvish", "echo Gandalf | rnn-names score -m MODEL"),
        ("alias cust-001", "echo cust-001 | rnn-names alias -m MODEL"),
        ("cast {norse} --title Lord", "'[Lord|Lady] {norse}'"),
        ("score elvish Anna", "echo Anna | rnn-names score -m MODEL"),
        ("score elvish mine.txt", "rnn-names score -m MODEL mine.txt"),
        ("alias keys.txt {women}", "alias takes models, not a pattern"),
        ("cast women men", "rnn-names cast '{women} {men}'"),
        ("cast {[women|men]}", "write [{women}|{men}]"),
        ("cast {women,men}", "to blend models, write women+men"),
        ("sample -m elvish+", "a + needs a model on each side, as in elvish+norse"),
        ("score elvish", "echo NAME | rnn-names score -m elvish"),
    ],
)
def test_common_mistakes_are_answered_with_the_right_command(words, advice, invoke, tmp_path):
    (tmp_path / "mine.txt").touch()
    done = invoke(*words.split(), cwd=tmp_path)
    is_missing_file = "cannot be read" in done.stderr
    assert done.returncode == (1 if is_missing_file else 2) and not done.stdout
    assert advice in done.stderr


def test_advice_names_only_options_that_the_command_has(invoke):
    done = invoke("train", "list.txt", "--starts-with", "A")
    assert done.returncode == 2 and "--prefix" not in done.stderr


def test_a_missing_file_suffix_is_suggested(invoke, tmp_path):
    tiny_model().save(tmp_path / "dune.npz")
    done = invoke("sample", "-m", "dune", cwd=tmp_path)
    assert "did you mean dune.npz?" in done.stderr


def test_a_note_tells_of_an_own_file_beside_a_bundled_model_of_its_name(invoke, tmp_path):
    tiny_model().save(tmp_path / "norse.npz")
    note = "Note: norse is the bundled model; for the one in this folder, write norse.npz\n"
    done = invoke("sample", "-m", "norse", "-n", 2, "--seed", 1, cwd=tmp_path)
    assert done.stdout == invoke("sample", "-m", "norse", "-n", 2, "--seed", 1).stdout
    assert (
        done.stderr == invoke("cast", "{norse}", "-n", 1, "--seed", 1, cwd=tmp_path).stderr == note
    )
    own = invoke("sample", "-m", "norse.npz", "-n", 2, "--seed", 1, cwd=tmp_path)
    assert own.stdout != done.stdout and not own.stderr


def test_a_plus_joins_models_as_in_a_cast(invoke, tmp_path):
    for name in ("a", "b", "a+b"):
        tiny_model(seed=len(name)).save(tmp_path / f"{name}.npz")
    blended = invoke("sample", "-m", "a.npz=2+b.npz", "--seed", 1, cwd=tmp_path)
    apart = invoke("sample", "-m", "a.npz=2", "-m", "b.npz", "--seed", 1, cwd=tmp_path)
    whole = invoke("sample", "-m", "a+b.npz", "--seed", 1, cwd=tmp_path)
    assert blended.stdout == apart.stdout != whole.stdout
    assert whole.returncode == 0
    wrong = invoke("sample", "-m", "a.npz=x+b.npz", cwd=tmp_path)
    assert (
        wrong.returncode == 2
        and "'a.npz=x': the text after = must be the model's weight" in wrong.stderr
    )


def test_a_table_is_refused_without_as_is(invoke, tmp_path):
    (tmp_path / "list.csv").write_text("id,name,sex\n17,Anna,f\n23,Bela,m\n42,Cora,f\n", "utf-8")
    done = invoke("train", "list.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "a table of 3 columns" in done.stderr
    assert "cut -d ',' -f 2 LIST > new.txt" in done.stderr
    assert not (tmp_path / "names.npz").exists()
    done = invoke("train", "list.csv", "--as-is", "--epochs", 0, cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "names.npz").exists()


@pytest.mark.parametrize("order", ["alias - --secret-file big", "cast --file big"])
def test_files_read_as_a_whole_have_a_bounded_size(order, invoke, tmp_path):
    (tmp_path / "big").write_bytes(bytes(1 << 23))
    assert error_line(invoke(*order.split(), cwd=tmp_path)).startswith("big: over 4,194,304 bytes")


def test_reading_names_from_a_terminal_prints_a_hint():
    pytest.importorskip("pty")
    from support.terminal import read_to_the_end, terminal

    screen, end = terminal(100)
    with start("score", "-m", "elvish", stdin=end, stdout=end, stderr=end):
        os.close(end)
        os.write(screen, b"Anna\n\x04")
        shown = read_to_the_end(screen)
    assert "Ctrl-D ends them" in shown and "1 name, 5 characters with their ends" in shown


def test_standard_input_is_read_for_one_option_only(invoke):
    """Regression: one of the conditions was dropped without a word."""
    given = "sample -m norse --exclude - --exclude-words -".split()
    done = invoke(*given, input="a\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert "only one of --exclude and --exclude-words can be read from a pipe" in done.stderr
