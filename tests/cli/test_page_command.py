"""`rnn-names page`, as a real process."""

import re

import pytest

from rnn_names import Model


def test_a_page_of_a_model_and_of_a_blend(cli, model_file, tmp_path):
    done = cli("page", model_file, "-o", "one.html", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"Wrote one\.html, 0\.\d MB: open it in a browser\.\n", done.stderr)
    text = (tmp_path / "one.html").read_text("utf-8")
    assert "<h1><bdi>gru</bdi></h1>" in text

    done = cli("page", model_file, "dinosaurs", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    text = (tmp_path / "names.html").read_text("utf-8")
    assert "<h1><bdi>gru and dinosaurs</bdi></h1>" in text
    assert all(words in text for words in ("dinosaur genera", "npm package dinosaurs", "WTFPL"))


def test_the_output_can_come_from_the_environment(cli, model_file, tmp_path):
    done = cli("page", model_file, cwd=tmp_path, env={"RNN_NAMES_PAGE_OUTPUT": "my page.html"})
    assert done.returncode == 0
    assert (tmp_path / "my page.html").is_file()


def test_an_older_page_is_replaced_and_nothing_else_is(cli, model_file, tmp_path):
    for _ in range(2):
        assert cli("page", model_file, "-o", tmp_path / "a.html").returncode == 0
    before = model_file.read_bytes()
    done = cli("page", model_file, "-o", model_file)
    assert done.returncode == 1
    assert done.stderr == f"Error: {model_file}: is there and is no page: give another --output\n"
    assert model_file.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere.npz"], 1, "nowhere.npz: cannot be read: No such file or directory"),
        (["dinosaurs", "-o", "missing/page.html"], 1, "missing/page.html: cannot be written"),
        (["dinosaurs", "-o", "-"], 2, "the page goes to a file: give its name"),
        ([], 2, "Missing argument 'MODEL...'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(arguments, code, words, cli, tmp_path):
    done = cli("page", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_models_of_one_name_are_told_apart(cli, model_file, tmp_path):
    (tmp_path / "a").mkdir()
    Model.load(model_file).save(tmp_path / "a" / "x.npz")
    Model.load(model_file).save(tmp_path / "x.npz")
    assert cli("page", "x.npz", "a/x.npz", cwd=tmp_path).returncode == 0
    assert "<h1><bdi>x.npz and a/x.npz</bdi></h1>" in (tmp_path / "names.html").read_text("utf-8")
