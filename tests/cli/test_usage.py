"""Wrong usage: exit code 2 and a line that says what to do, before any file is read."""

import re

import pytest


@pytest.mark.parametrize(
    "options, message",
    [
        ("--temperature -1", "'-1' is not a finite number above 0"),
        ("--temperature 0", "'0' is not a finite number above 0"),
        ("--temperature inf", "'inf' is not a finite number above 0"),
        ("--temperature warm", "'warm' is not a finite number above 0"),
        ("--min-length 9 --max-length 3", "--min-length 9: no name can have so many characters"),
        ("--match (a", "--match '(a': not a regular expression"),
        ("--match a --match b[", "--match 'b[': not a regular expression"),
        ("--best --seed 3", "--seed goes with random names"),
        ("--start 5", "--start goes with --seed"),
        ("--unique --seed 1 --start 3", "leave out either --unique or --start"),
        ("--seed abc", "'abc' is not a whole number"),
        ("--seed 1.5", "'1.5' is not a whole number"),
        ("--seed -1", "'-1' is not a whole number of at least 0"),
        ("-n many", "'many' is not a whole number"),
        ("--json", "--format jsonl writes a line of JSON for each name"),
        ("--format json", "--format jsonl writes a line of JSON for each name"),
        ("--prefix " + "a" * 201, "201 characters, and a name has at most 200"),
    ],
)
def test_sample_judges_values_without_reading_the_model(options, message, invoke, tmp_path):
    done = invoke("sample", "-m", "missing.npz", *options.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert message in done.stderr
    assert "missing.npz" not in done.stderr


@pytest.mark.parametrize(
    "options, message",
    [
        ("--log -", "the log goes to a file: give its name"),
        ("--report -", "the report goes to a file"),
        ("-o -", "the model goes to a file"),
        ("--learning-rate inf", "'inf' is not a finite number above 0"),
        ("--epochs ten", "'ten' is not a whole number"),
        ("--dropout nan", "'nan' is not a number of at least 0 and below 1"),
        ("--cell lstm", "'lstm' is not one of 'gru', 'rnn'"),
    ],
)
def test_train_judges_values_without_reading_the_list(options, message, invoke, tmp_path):
    done = invoke("train", "missing.txt", *options.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert message in done.stderr
    assert "missing.txt" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name, text, fits",
    [
        ("contains", "saur", lambda name: "saur" in name),
        ("prefix", "A", lambda name: name.startswith("A")),
        ("suffix", "us", lambda name: name.endswith("us")),
        ("match", "A.*|.*x", lambda name: name.startswith("A") or name.endswith("x")),
    ],
)
@pytest.mark.parametrize("no", ["no", "not"])
def test_an_opposite_that_is_no_option_is_told_another_way(no, name, text, fits, invoke, model):
    """And that way leaves out just the names that it says."""
    done = invoke("sample", "-m", "missing.npz", f"--{no}-{name}", text)
    assert done.returncode == 2
    assert f"no such option '--{no}-{name}': --match '" in done.stderr
    assert "Did you mean" not in done.stderr
    expression = re.search("--match '(.*?)' leaves out", done.stderr)[1]
    expression = expression.replace("TEXT", text).replace("REGEX", text)
    drawn = model.sample(200, seed=1)
    assert any(map(fits, drawn))
    assert [name for name in drawn if re.fullmatch(expression, name)] == [
        name for name in drawn if not fits(name)
    ]


@pytest.mark.parametrize(
    "arguments",
    ["sample --no-unique", "sample --without x", "train --no-resume", "page --not-prefix"],
)
def test_no_option_is_suggested_for_its_opposite(arguments, invoke):
    done = invoke(*arguments.split())
    assert done.returncode == 2
    assert done.stderr.endswith(f"Error: no such option '{arguments.split()[1]}'\n")


def test_a_slip_of_the_pen_gets_a_suggestion(invoke):
    assert "Did you mean" in invoke("sample", "--contain", "x").stderr


def test_what_a_file_decides_is_no_wrong_usage(invoke, model_file, tmp_path):
    assert invoke("sample", "-m", "missing.npz", cwd=tmp_path).returncode == 1
    assert invoke("sample", "-m", model_file, "--suffix", "愛").returncode == 1
    assert invoke("train", "missing.txt", cwd=tmp_path).returncode == 1


def test_a_seed_for_all_commands_does_not_keep_the_best_names_out(invoke, model_file):
    done = invoke("sample", "-m", model_file, "--best", env={"RNN_NAMES_SAMPLE_SEED": "3"})
    assert done.returncode == 0, done.stderr


def test_best_skips_names_without_a_seed(invoke, model_file):
    best = invoke("sample", "-m", model_file, "--best", "-n", 6).stdout.split()
    done = invoke("sample", "-m", model_file, "--best", "-n", 3, "--start", 3)
    assert (done.returncode, done.stdout.split()) == (0, best[3:])


def test_completion_without_a_shell_says_which_there_are(invoke):
    done = invoke("completion")
    assert done.returncode == 2
    assert "Choose from: bash, zsh, fish" in done.stderr
    assert "\\t" not in done.stderr


def test_the_version_has_a_short_option(invoke):
    assert invoke("-V").stdout == invoke("--version").stdout
    assert invoke("-V").stdout.startswith("rnn-names ")


def test_the_help_says_what_temperatures_there_are(invoke):
    assert "[default: 1.0; x>0]" in invoke("sample", "--help").stdout
