"""Options from rnn-names.toml and pyproject.toml: which count, and that they can do no harm."""

import json

import click
import pytest

from rnn_names.cli import config
from rnn_names.cli.main import COMMANDS, cli
from support.program import error_line

SAMPLE = '[sample]\nmodel = "elvish"\ncount = 4\nseed = 3\nmax-length = 7\nclean = true\n'
SAME = "sample -m elvish -n 4 --seed 3 --max-length 7 --clean".split()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rnn-names.toml").write_text(SAMPLE, "utf-8")
    return tmp_path


def write(folder, text, name="rnn-names.toml"):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_info_describes_the_system_beside_a_broken_file(folder, invoke):
    write(folder, "[sampl")
    done = invoke("info", "--system", cwd=folder)
    assert done.returncode == 0 and "not from rnn-names.toml: not TOML" in done.stdout
    assert error_line(invoke("info", cwd=folder)).startswith("rnn-names.toml: not TOML")


def test_options_come_from_the_file(folder, invoke):
    expected = invoke(*SAME)
    assert (expected.returncode, len(expected.stdout.splitlines())) == (0, 4)
    assert invoke("sample", cwd=folder).stdout == expected.stdout
    table = SAMPLE.replace("[sample]", "[tool.rnn-names.sample]")
    write(folder, f'[project]\nname = "other"\n{table}'.replace("4", "2"), "pyproject.toml")
    assert invoke("sample", cwd=folder).stdout == expected.stdout, "rnn-names.toml comes first"
    (folder / "rnn-names.toml").unlink()
    two = "".join(expected.stdout.splitlines(keepends=True)[:2])
    assert invoke("sample", cwd=folder).stdout == two
    spelled_otherwise = table.replace("[tool.rnn-names.sample]", '[ tool . "rnn-names" . sample ]')
    write(folder, spelled_otherwise.replace("4", "2"), "pyproject.toml")
    assert invoke("sample", cwd=folder).stdout == two


def test_a_project_named_rnn_names_is_ignored(tmp_path, invoke, monkeypatch):
    """Python 3.10 has nothing to read it with."""
    write(
        tmp_path, '[project]\nname = "rnn-names"\ndependencies = ["rnn-names"]\n', "pyproject.toml"
    )
    monkeypatch.setattr(config, "import_module", lambda name: 1 / 0)
    assert invoke("sample", "-n", 2, cwd=tmp_path).returncode == 0


def test_the_environment_and_the_command_line_override_the_file(folder, invoke):
    assert len(invoke("sample", "-n", 2, cwd=folder).stdout.splitlines()) == 2
    env = {"RNN_NAMES_SAMPLE_COUNT": "3", "RNN_NAMES_SAMPLE_CLEAN": "0"}
    assert len(invoke("sample", cwd=folder, env=env).stdout.splitlines()) == 3
    assert "[default: 4;" in invoke("sample", "--help", cwd=folder).stdout


def test_several_values_are_a_list_and_other_commands_are_unaffected(folder, invoke):
    write(folder, '[sample]\nmodel = ["norse=2", "elvish"]\nprefix = ["A", "E"]\nseed = 1\n')
    names = invoke("sample", cwd=folder)
    same = invoke(*"sample -m norse=2 -m elvish --prefix A --prefix E --seed 1".split())
    assert (names.stdout, names.stderr) == (same.stdout, same.stderr)
    assert invoke("info", "elvish", cwd=folder).stdout == invoke("info", "elvish").stdout


def test_info_names_the_file(folder, invoke):
    facts = json.loads(invoke("info", "--system", "--json", cwd=folder).stdout)
    assert facts["options"] == "also from rnn-names.toml"
    (folder / "rnn-names.toml").unlink()
    write(folder, "[project]\nthis is no TOML", "pyproject.toml")
    assert "also from" not in invoke("info", "--system", cwd=folder).stdout


def outputs():
    """The options that name what to write, as --help shows them."""
    context = click.Context(cli)
    for name in COMMANDS:
        for param in cli.get_command(context, name).params:
            for each in param.opts:
                if each in ("--output", "--log", "--report", "--remember", "--folder"):
                    yield name, each.lstrip("-")


@pytest.mark.parametrize(("command", "option"), [*outputs()])
def test_a_file_cannot_set_an_output_file(command, option, tmp_path, invoke):
    write(tmp_path, f'[{command}]\n{option} = "here"\n')
    arguments = {"train": ["x.txt"], "cast": ["{norse}"], "blend": ["norse"]}.get(command, [])
    told = error_line(invoke(command, *arguments, cwd=tmp_path, input=""))
    assert told.startswith(f"rnn-names.toml: {command}: {option}: output files can be set")
    assert [each.name for each in tmp_path.iterdir()] == ["rnn-names.toml"]


WRONG = {
    "[samples]\ncount = 1": "'samples': expected the table of a command",
    "count = 1": "'count': expected the table of a command",
    "[sample]\nsizes = 1": "sample: sizes: there is no such option",
    "[sample]\nhelp = true": "sample: help: there is no such option",
    "[sample]\nmax_length = 5": "max_length: there is no such option; did you mean max-length?",
    "[sample]\ncount = [1, 2]": "sample: count = [1, 2]: must be a string or a number",
    "[sample]\nclean = 1": "sample: clean = 1: must be true or false",
    "[sample]\nprefix = {a = 1}": "sample: prefix = {'a': 1}: must be a string or a number",
    "[sample\n": "not TOML in UTF-8",
    "[sample]\nprefix = true": "sample: prefix = True: must be a string or a number",
    '[sample]\nexclude = "a\\u0000"': "sample: exclude = 'a\\x00': must be a string or a number",
    b"\xef\xbb\xbf[sample]\nsizes = 1": "sample: sizes: there is no such option",
    b"[sample]\nprefix = '\xff'": "not TOML in UTF-8",
    f"[sample]\nprefix = {'[' * 1000}": "not TOML in UTF-8",
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: repr(text)[:30])
def test_a_wrong_file_is_an_error_of_one_line(text, tmp_path, invoke):
    write(tmp_path, text)
    told = error_line(invoke("sample", cwd=tmp_path))
    assert told.startswith("rnn-names.toml: ") and WRONG[text] in told


OF_PROJECTS = {
    '# [tool.rnn-names] is to come\n[project]\nname = "x"': "",
    "# [tool.rnn-names] is to come\n[tool.black]\nfast = true": "",
    "[[tool.rnn-names]]\nsample = 1": "rnn-names: not a table",
    "tool = 1  # [tool.rnn-names]": "tool: not a table",
}


@pytest.mark.parametrize("text", OF_PROJECTS)
def test_projects_without_tables_of_commands_are_ignored_unless_they_are_wrong(
    text, tmp_path, invoke
):
    write(tmp_path, text, "pyproject.toml")
    done = invoke("sample", "-m", "elvish", "-n", 1, cwd=tmp_path)
    if OF_PROJECTS[text]:
        assert error_line(done) == f"pyproject.toml: {OF_PROJECTS[text]}"
    else:
        assert (done.returncode, done.stderr) == (0, "")


def test_an_error_of_a_value_names_the_file(tmp_path, invoke):
    write(tmp_path, "[sample]\ncount = -1\n")
    done = invoke("sample", cwd=tmp_path)
    assert done.returncode == 2
    assert "rnn-names.toml: Invalid value for '-n' / '--count': -1" in done.stderr.replace(
        "'-1'", "-1"
    )
    assert "toml" not in invoke("sample", "-n", -1, cwd=tmp_path).stderr


def test_a_variable_of_the_environment_is_one_value(invoke, tmp_path):
    """Click would cut it at spaces."""
    from rnn_names import train

    train(["Abe Al", "Abe Bo", "Al Abe"], epochs=1, hidden_size=4).save(tmp_path / "names.npz")
    done = invoke("sample", "-n", 3, cwd=tmp_path, env={"RNN_NAMES_SAMPLE_PREFIX": "Abe B"})
    assert done.returncode == 0, done.stderr
    assert all(line.startswith("Abe B") for line in done.stdout.splitlines())
    contains = {"RNN_NAMES_SAMPLE_CONTAINS": "l A"}
    done = invoke("sample", "-n", 3, "--max-length", 12, cwd=tmp_path, env=contains)
    assert all("l A" in line for line in done.stdout.splitlines())
    assert len(done.stdout.splitlines()) == 3
