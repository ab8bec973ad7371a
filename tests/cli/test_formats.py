"""What `sample` and `score` write for other programs, read back with each format's own reader."""

import csv
import html
import io
import json
import math
import re

import numpy as np
import pytest

from rnn_names import Model, train
from support.networks import random_model

SETTINGS = {"batch_size": 4, "distil_epochs": 0, "learning_rate": 0.01}
SETTINGS |= {"dropout": 0.0, "recurrent_dropout": 0.0}


@pytest.fixture(scope="module")
def odd_file(tmp_path_factory):
    """A model of names with what formats must quote."""
    path = tmp_path_factory.mktemp("odd") / "odd.npz"
    names = ['Ann, "the Bold"', "O'Neil; é", "愛, 子", "Bo"] * 3
    train(names, hidden_size=16, epochs=50, held_out=0, **SETTINGS).save(path)
    return path


def read(kind, text):
    """The records of a text as dictionaries."""
    if kind == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    rows = list(csv.DictReader(io.StringIO(text), delimiter={"csv": ",", "tsv": "\t"}[kind]))
    novel = {"true": True, "false": False, "": None}
    read_in = {"log_prob": float, "per_character": float, "novel": novel.get, "name": str}
    return [{name: read_in[name](value) for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "tsv"])
def test_records_have_the_names_of_plain_lines_and_the_models_values(kind, invoke, odd_file):
    plain = invoke("sample", "-m", odd_file, "-n", 60, "--seed", 3)
    done = invoke("sample", "-m", odd_file, "-n", 60, "--seed", 3, "--format", kind)
    assert done.returncode == 0, done.stderr
    records = read(kind, done.stdout)
    names = plain.stdout.splitlines()
    assert [record["name"] for record in records] == names
    model = Model.load(odd_file)
    assert [record["log_prob"] for record in records] == pytest.approx(
        model.log_prob(names).tolist(), abs=1e-4
    )
    assert [record["novel"] for record in records] == (~model.knows(names)).tolist()
    assert {record["novel"] for record in records} == {True, False}
    assert any(c in name for name in names for c in ',"'), "there is something to quote"


def test_novel_is_unknown_without_fingerprints(invoke, model, tmp_path):
    Model(model.vocabulary, model.params, model.training).save(tmp_path / "m.npz")
    for kind in ("jsonl", "csv"):
        done = invoke("sample", "-m", tmp_path / "m.npz", "-n", 3, "--format", kind)
        assert [record["novel"] for record in read(kind, done.stdout)] == [None] * 3


def test_nul_ends_names_for_other_programs(invoke, model_file, model):
    done = invoke("sample", "-m", model_file, "-n", 5, "--seed", 1, "-0", text=False)
    assert done.stdout == "".join(f"{name}\0" for name in model.sample(5, seed=1)).encode()
    scored = invoke("score", "-m", model_file, "--null", input=b"Ada\nBo\n", text=False)
    assert [record.split(b"\t")[1] for record in scored.stdout.split(b"\0")[:-1]] == [b"Ada", b"Bo"]


HEADERS = {"text": "", "jsonl": "", "csv": "name,log_prob,novel\n"}
HEADERS["tsv"] = HEADERS["csv"].replace(",", "\t")


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("command", ["sample -n 0", "sample -n 0 --best", "score", "score --sort"])
def test_an_empty_list_has_a_header(command, kind, invoke, model_file):
    done = invoke(*command.split(), "-m", model_file, "--format", kind, input="")
    assert (done.returncode, done.stdout) == (0, HEADERS[kind])


WRONG = ["sample --suffix 愛", "sample --suffix 愛 --best", "sample --exclude none.txt"]
WRONG += ["sample --match ab --suffix c", "score none.txt", "score none.txt --sort"]
WRONG += ["score latin.txt"]


@pytest.mark.parametrize("kind", ["text", "csv"])
@pytest.mark.parametrize("command", WRONG)
def test_errors_are_raised_before_anything_is_written(command, kind, invoke, model_file, tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"Ada\nZo\xeb\n")
    done = invoke(*command.split(), "-m", model_file, "--format", kind, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")


LINES = ["Abrosaurus", "Zzq", "", "愛", "Abrosaurus", "Aardonyx"]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "tsv"])
def test_scores_are_written_as_records(kind, invoke, model_file, model, names):
    options = ["--format", kind, "--rank", "per-character"]
    done = invoke("score", "-m", model_file, *options, input="\n".join(LINES))
    assert done.returncode == 0, done.stderr
    records = read(kind, done.stdout)
    assert [record["name"] for record in records] == LINES
    assert [record["novel"] for record in records] == [name not in names for name in LINES]
    impossible = None if kind == "jsonl" else -math.inf  # JSON has no infinity
    assert records[3]["log_prob"] == records[3]["per_character"] == impossible
    expected, lengths = model.log_prob(LINES), np.array([len(name) + 1 for name in LINES])
    for column, values in (("log_prob", expected), ("per_character", expected / lengths)):
        found = [-math.inf if r[column] is None else r[column] for r in records]
        np.testing.assert_allclose(found, values, atol=1e-5)


FORMULAS = ["=1+2", "+1", "-1+1", "@SUM(1)"]
PLAIN_TEXTS = ["1=1", "'s-Gravenhage", "a@b"]


@pytest.mark.parametrize("kind", ["csv", "tsv", "excel", "jsonl", "text"])
def test_no_name_in_a_table_is_a_formula(kind, invoke, model_file):
    lines = [*FORMULAS, *PLAIN_TEXTS]
    options = ("-m", model_file, "--format", kind)
    text = invoke("score", *options, input="\n".join(lines)).stdout.removeprefix("\ufeff")
    if kind == "jsonl":
        found = [record["name"] for record in read(kind, text)]
    elif kind == "text":
        found = [line.split("\t")[1] for line in text.splitlines()]
    else:
        rows = csv.reader(io.StringIO(text), delimiter="\t" if kind == "tsv" else ",")
        found = [row[0] for row in rows][1:]
        lines = [*(f"'{name}" for name in FORMULAS), *PLAIN_TEXTS]
    assert found == lines


def test_sorted_scores_decrease_and_ties_keep_their_order(invoke, model_file):
    plain = invoke("score", "-m", model_file, input="\n".join(LINES))
    done = invoke("score", "-m", model_file, "--sort", input="\n".join(LINES))
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    values = [float(value) for value, _ in rows]
    unsorted = [line.split("\t") for line in plain.stdout.splitlines()]
    assert sorted(name for _, name in rows) == sorted(name for _, name in unsorted)
    # The last digit depends on which names are scored together.
    assert sorted(values) == pytest.approx(sorted(float(v) for v, _ in unsorted), abs=1e-5)
    assert values == sorted(values, reverse=True)
    assert rows[-1] == ["-inf", "愛"]
    assert done.stderr == plain.stderr


def test_spreadsheets_decode_accents(invoke, tmp_path):
    """Without a byte-order mark, Excel takes a CSV file for one in the system's old encoding."""
    train(["Llŷn", "Tŷ Ŵyn"], epochs=1, hidden_size=4).save(tmp_path / "names.npz")
    options = ("sample", "-n", 5, "--seed", 1)
    done = invoke(*options, "--format", "excel", cwd=tmp_path, text=False)
    assert done.stdout.startswith(b"\xef\xbb\xbfname,log_prob,novel\n")
    assert done.stdout.count(b"\xef\xbb\xbf") == 1
    csv_file = invoke(*options, "--format", "csv", cwd=tmp_path, text=False)
    assert done.stdout.decode("utf-8-sig") == csv_file.stdout.decode()
    (tmp_path / "names.csv").write_bytes(done.stdout)
    scored = invoke("score", "names.csv", cwd=tmp_path)
    assert scored.stdout.splitlines()[0].endswith("\tname,log_prob,novel"), "the mark is no text"


def test_columns_have_the_given_order(invoke, odd_file):
    command = ["sample", "-m", odd_file, "-n", 5, "--seed", 3, "--format"]
    records = read("jsonl", invoke(*command, "jsonl").stdout)
    done = invoke(*command, "jsonl", "--columns", "novel,name")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"novel": record["novel"], "name": record["name"]} for record in records
    ]
    assert done.stdout.startswith('{"novel":')
    for kind in ("csv", "tsv"):
        done = invoke(*command, kind, "--columns", "name")
        rows = list(csv.reader(io.StringIO(done.stdout), delimiter={"csv": ",", "tsv": "\t"}[kind]))
        assert rows == [["name"], *([record["name"]] for record in records)]
    done = invoke("score", "-m", odd_file, "--format", "csv", "--columns", "log_prob", input="Bo\n")
    assert done.stdout.splitlines()[0] == "log_prob"
    pattern = f"{{{odd_file}}} of {{{odd_file}}}"
    done = invoke("cast", pattern, "-n", 1, "--format", "tsv", "--columns", "part_2,name")
    assert done.stdout.splitlines()[0] == "part_2\tname"
    done = invoke(*command, "csv", "--columns", "name,loss")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--columns 'loss': no such column; available: name, log_prob, novel\n" in done.stderr


def test_a_cast_of_several_lines_is_one_name_of_a_name_base(invoke):
    text = invoke("cast", "{elvish}\nand {norse}", "-n", 3, "--format", "azgaar").stdout
    assert text.count("\n") == 1
    assert text.count(" and ") == 1 + 3, "the title, too"


def test_a_name_base_of_azgaars_map_generator(invoke, odd_file):
    names = invoke("sample", "-m", odd_file, "-n", 40, "--seed", 3).stdout.splitlines()
    done = invoke("sample", "-m", odd_file, "-n", 40, "--seed", 3, "--format", "azgaar")
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    title, shortest, longest, doubled, several, base = line.split("|")
    plain = [name.replace(",", "") for name in names]
    assert title == "odd"
    assert base.split(",") == plain
    assert (int(shortest), int(longest)) == (min(map(len, plain)), max(map(len, plain)))
    assert "n" in doubled and all(any(2 * letter in name for name in plain) for letter in doubled)
    assert float(several) == round(sum(" " in name for name in plain) / 40, 2)


def test_a_name_base_is_one_line_for_any_file_name(invoke, tmp_path):
    random_model(",|a", longest=3, shortest=1).save(tmp_path / "a|b,\nc.npz")
    arguments = ["sample", "-m", "a|b,\nc.npz", "-n", 50, "--seed", 1, "--format", "azgaar"]
    [line] = invoke(*arguments, cwd=tmp_path).stdout.splitlines()
    title, *_, names = line.split("|")
    assert title == "a b, c"
    assert {*names.split(",")} <= {"a", "aa", "aaa"}


MARKUP = ["*a* _b_", "[[c]]|d", "# e", "1. f", "<g>&", "-h", "`i`\\"]


def unescaped(text):
    return re.sub(r"\\(.)", r"\1", text)


def test_markdown_is_a_list_with_escaped_names(invoke, odd_file, tmp_path):
    command = ["sample", "-m", odd_file, "-n", 20, "--seed", 3]
    names = invoke(*command).stdout.splitlines()
    listed = invoke(*command, "--format", "markdown").stdout.splitlines()
    assert [unescaped(line.removeprefix("- ")) for line in listed] == names
    done = invoke("score", "-m", odd_file, "--format", "markdown", input="\n".join(MARKUP))
    lines = [line.removeprefix("- ") for line in done.stdout.splitlines()]
    assert [unescaped(line) for line in lines] == MARKUP
    assert not [line for line in lines if re.search(r"^[#\d-]+[ .h]|(?<!\\)[*_\[\]<>|`]", line)]


def test_markdown_with_columns_is_a_table(invoke, odd_file):
    command = ["sample", "-m", odd_file, "-n", 20, "--seed", 3, "--columns", "novel,name"]
    rows = [json.loads(line) for line in invoke(*command, "--format", "jsonl").stdout.splitlines()]
    head, rule, *lines = invoke(*command, "--format", "markdown").stdout.splitlines()
    assert (head, rule) == ("| novel | name |", "|---|---|")
    cells = [re.fullmatch(r"\| (true|false) \| (.*) \|", line).groups() for line in lines]
    assert [(novel == "true", unescaped(name)) for novel, name in cells] == [
        (row["novel"], row["name"]) for row in rows
    ]


# What Foundry's documents RollTable and TableResult say of their fields; what they do not know of
# is dropped, as `text` is from version 13 on.
ROLL_TABLE = {"name": str, "formula": str, "replacement": bool, "displayRoll": bool}
TABLE_RESULT = {"text": str, "description": str, "weight": int, "range": list}


@pytest.mark.parametrize("count", [0, 1, 40])
def test_a_roll_table_of_foundry(count, invoke, odd_file):
    command = ["sample", "-m", odd_file, "-n", count, "--seed", 3]
    names = invoke(*command).stdout.splitlines()
    table = json.loads(invoke(*command, "--format", "foundry").stdout)
    results = table.pop("results")
    assert {key: type(value) for key, value in table.items()} == ROLL_TABLE
    assert (table["name"], table["formula"]) == ("odd", f"1d{count or 1}")
    assert [html.unescape(each["description"]) for each in results] == names
    for side, each in enumerate(results, 1):
        assert {key: type(value) for key, value in each.items()} == TABLE_RESULT
        assert each["range"] == [side, side]
        assert each["text"] == each["description"], "older versions read the one, newer the other"
    cast = ["cast", "A <b>\\{{norse}", "-n", 1, "--format", "foundry"]
    [line] = json.loads(invoke(*cast).stdout)["results"]
    assert line["text"].startswith("A &lt;b&gt;{")


@pytest.mark.parametrize("command", ["sample -m elvish", "cast {elvish}"])
def test_a_document_has_the_found_names_if_they_are_too_few(command, invoke, monkeypatch):
    for module in ("sampling.admission", "casts.cast_drawer"):
        monkeypatch.setattr(f"rnn_names.{module}.WINDOW", 1 << 12)
    few = "--match Elwen|Elrin --any-shape --min-length 5 --unique -n 9 --seed 1".split()
    plain = invoke(*command.split(), *few)
    done = invoke(*command.split(), *few, "--format", "foundry")
    assert plain.returncode == done.returncode == 1
    shown = [each["description"] for each in json.loads(done.stdout)["results"]]
    assert shown == plain.stdout.splitlines() != []
    assert done.stderr == plain.stderr
