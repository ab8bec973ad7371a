"""Wrong usage: exit code 2 and a line that says what to do, before any file is read."""

import shlex

import pytest

WEIGHTS = {"sample -m": "0", "score -m": "-1", "info": "nan", "blend -o b.npz": "inf"}
SAMPLE = [
    ("--temperature -1", "'-1' is not a finite number above 0"),
    ("--temperature 0", "'0' is not a finite number above 0"),
    ("--temperature warm", "'warm' is not a finite number above 0"),
    ("--top-k 0", "'0' is not a whole number of at least 1"),
    ("--top-p 0", "'0' is not a number above 0 and at most 1"),
    ("--min-length 9 --max-length 3", "--min-length 9: no name can be that long"),
    ("--max-length 201", "'201' is not a whole number from 1 to 200"),
    ("--match (a", "--match '(a': not a regular expression"),
    ("--best --seed 3", "--seed cannot be used with --best"),
    ("--rank per-character", "--rank requires --best"),
    ("--start 5", "--start requires --seed"),
    ("--unique --seed 1 --start 3", "--unique cannot be combined with --start"),
    ("--seed abc", "'abc' is not a whole number of at least 0"),
    ("--seed " + "9" * 5000, "9…' is not a whole number"),
    ("--seed -1", "'-1' is not a whole number of at least 0"),
    ("-n -1", "'-1' is not a whole number of at least 0"),
    ("--json", "--format jsonl"),
    ("--format json", "'json' is not one of 'text', 'jsonl'"),
    ("--prefix " + "a" * 201, "201 characters, and a name has at most 200"),
    ("extra", "unexpected extra argument (extra)"),
    ("'my elves.npz'", "if it is a model, put -m before it: -m 'my elves.npz'"),
    ("--format csv -0", "--null requires --format text"),
    ("--columns name", "--columns requires --format jsonl, csv, tsv, excel, markdown"),
    ("--remember -", "standard output is for names; give"),
    ("--contain x", "--contains"),
]
TRAIN = [
    ("--log -", "standard output is for names; give"),
    ("--report -", "standard output is for names; give"),
    ("-o -", "standard output is for names; give"),
    ("--learning-rate 0", "'0' is not a finite number above 0"),
    ("--clip nan", "'nan' is not a finite number above 0"),
    ("--epochs -1", "'-1' is not a whole number of at least 0"),
    ("--hidden-size 4097", "'4097' is not a whole number from 1 to 4096"),
    ("--batch-size 0", "'0' is not a whole number of at least 1"),
    ("--teacher-networks 100", "'100' is not a whole number from 1 to 99"),
    ("--dropout 1", "'1' is not a number of at least 0 and below 1"),
    ("--recurrent-dropout nan", "'nan' is not a number of at least 0 and below 1"),
    ("--held-out 1", "'1' is not a number of at least 0 and below 1"),
    ("--cell lstm", "'lstm' is not one of 'gru', 'rnn'"),
    ("--optimizer adagrad", "'adagrad' is not one of 'adam', 'sgd'"),
    ("--init closest=2", "closest stands alone, without a weight or another model"),
    ("--init closest --init dinosaurs", "closest stands alone"),
    ("--init a.npz=x", "'a.npz=x': the text after = must be the model's weight"),
]
OTHERS = [
    ("train", "Missing argument 'CORPUS...'"),
    ("score a b", "unexpected extra argument (b)"),
    ("score --unknown", "No such option"),
    ("sampel", "No such command 'sampel'"),
    ("xyz", "'xyz'.\n"),
    (
        "score list.txt elves.npz",
        "names come from a file or a pipe: echo elves.npz | rnn-names score",
    ),
    ("score --format csv -0", "--null requires --format text"),
    *(
        (f"{each} a.npz={weight}", f"'a.npz={weight}': the text after = must be the model's weight")
        for each, weight in WEIGHTS.items()
    ),
    ("blend a.npz b.npz", "Missing option '-o' / '--output'"),
    ("blend -o new.npz", "Missing argument"),
    ("blend a.npz b.npz -o -", "standard output is for names; give"),
    ("page dinosaurs -o -", "standard output is for names; give"),
    ("page --module", "--module requires at least one MODEL"),
    ("page --module x.npz --title A", "are for a page"),
    ("cast {norse} --start 3", "--start requires --seed"),
    ("cast {norse} --unique --start 1 --seed 3", "--unique cannot be combined with --start"),
    ("cast {norse} --initials equal", "'equal' is not one of 'same', 'different'"),
    ("cast {norse} -0 --format csv", "--null requires --format text"),
    ("cast", "give a PATTERN or --file"),
    ("completion", "Missing argument"),
    ("completion tcsh", "'tcsh' is not one of"),
]
LINES = [
    *((f"sample -m missing.npz {options}", message) for options, message in SAMPLE),
    *((f"train missing.txt {options}", message) for options, message in TRAIN),
    *OTHERS,
]


@pytest.mark.parametrize("line, message", LINES)
def test_values_are_checked_before_any_file_is_read(line, message, invoke, tmp_path):
    done = invoke(*shlex.split(line, posix="'" in line), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith("Usage: rnn-names") and "missing." not in done.stderr
    assert message in done.stderr.split("\nError: ")[1]
    assert list(tmp_path.iterdir()) == []


def test_errors_that_depend_on_a_file_are_not_wrong_usage(invoke, model_file, tmp_path):
    assert invoke("sample", "-m", "missing.npz", cwd=tmp_path).returncode == 1
    assert invoke("sample", "-m", model_file, "--suffix", "愛").returncode == 1
    assert invoke("train", "missing.txt", cwd=tmp_path).returncode == 1


def test_best_ignores_the_seed_of_all_commands(invoke, model_file):
    environment = {"RNN_NAMES_SAMPLE_SEED": "3"}
    best = invoke("sample", "-m", model_file, "--best", "-n", 6, env=environment).stdout.split()
    assert len(best) == 6
    done = invoke("sample", "-m", model_file, "--best", "-n", 3, "--start", 3)
    assert (done.returncode, done.stdout.split()) == (0, best[3:])


@pytest.mark.parametrize("options", ["--boldness safe", "--min-edits 2", "--unique"])
def test_best_skips_names_that_are_far_from_each_other(options, invoke):
    order = ["sample", "-m", "elvish", "--best", *options.split()]
    best = invoke(*order, "-n", 5).stdout.split()
    done = invoke(*order, "-n", 3, "--start", 2)
    assert (done.returncode, done.stdout.split()) == (0, best[2:])
