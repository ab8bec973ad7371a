"""Several models on the command line: `-m`, `--init`, `info`, and `rnn-names blend`."""

import json
import os

import numpy as np
import pytest

from rnn_names import Model, blend
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.model.bundled import marked_as_start
from support.program import error_line, invoke
from support.runs import interrupted


@pytest.fixture
def folder(model_files, tmp_path):
    """A folder with two models of the user's: one of each cell."""
    for cell, path in model_files.items():
        os.link(path, tmp_path / f"{cell}.npz")
    return tmp_path


def blended(*names, weights=None):
    return blend([Model.load(name) for name in names], weights)


def test_score_accepts_several_models(folder):
    both = ["-m", "gru.npz=0.75", "-m", "rnn.npz=0.25"]
    done = invoke("score", *both, cwd=folder, input="Triceratops\n")
    expected = blended(folder / "gru.npz", folder / "rnn.npz", weights=[3, 1])
    score = float(done.stdout.split("\t")[0])
    assert score == pytest.approx(expected.log_prob(["Triceratops"])[0], abs=1e-3)
    assert "Note" not in done.stderr


@pytest.mark.parametrize(
    "weights, same",
    [(["", ""], ["=0.5", "=0.5"]), (["=3", ""], ["=0.75", "=0.25"]), (["=1e308"] * 2, ["", ""])],
)
def test_weights_are_scaled_to_sum_to_1(folder, weights, same):
    texts = []
    for first, second in (weights, same):
        models = ["-m", f"gru.npz{first}", "-m", f"rnn.npz{second}"]
        done = invoke("sample", *models, "--seed", 1, cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
        texts.append(done.stdout)
    assert texts[0] == texts[1] != ""


def test_a_file_with_an_equals_sign_in_its_name_takes_precedence(folder):
    (folder / "gru.npz").rename(folder / "odd=2")
    done = invoke("info", "odd=2", "--json", cwd=folder)
    assert json.loads(done.stdout)["file"] == "odd=2"
    done = invoke("info", "odd=2=1", "rnn.npz", "--json", cwd=folder)
    parts = json.loads(done.stdout)["training"]["blend"]
    assert [part["model"] for part in parts] == ["odd=2", "rnn.npz"]


def test_a_variable_of_the_environment_is_one_model(folder):
    (folder / "my: own model.npz").write_bytes((folder / "gru.npz").read_bytes())
    env = {"RNN_NAMES_SAMPLE_MODEL": "my: own model.npz"}
    done = invoke("sample", "--seed", 1, cwd=folder, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == Model.load(folder / "gru.npz").sample(20, seed=1)


def test_info_shows_the_parts_their_weights_records_and_sources(folder):
    done = invoke("info", "welsh-towns=2", "dinosaurs", cwd=folder)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "file          welsh-towns=2 dinosaurs, an unsaved blend"
    parts = [line for line in lines if line.startswith("blend of")]
    weights = {"welsh-towns": "0.667", "dinosaurs": "0.333"}
    for part, (name, weight) in zip(parts, weights.items(), strict=True):
        loss = Model.load(name).training["held_out_loss"]
        assert part.startswith(f"blend of      {name}, weight {weight}: GRU of ")
        assert f"held-out loss {loss:.4f}" in part
    assert "source        towns of Wales; GeoNames (geonames.org), CC BY 4.0" in lines
    assert "\ntraining" not in done.stdout


def test_blend_writes_the_same_model(folder):
    done = invoke("blend", "gru.npz=0.8", "norse=0.2", "-o", "new.npz", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("Wrote new.npz (GRU of 160 units, ")
    expected = blended(folder / "gru.npz", "norse", weights=[0.8, 0.2])
    assert Model.load(folder / "new.npz").sample(9, seed=1) == expected.sample(9, seed=1)
    again = invoke("sample", "-m", "new.npz=2", "-m", "rnn.npz", "-n", 3, "--seed", 1, cwd=folder)
    assert len(again.stdout.splitlines()) == 3
    parts = json.loads(invoke("info", "new.npz", "rnn.npz", "--json", cwd=folder).stdout)
    weights = [part["weight"] for part in parts["training"]["blend"]]
    assert weights == pytest.approx([0.4, 0.1, 0.5])


def test_blend_does_not_overwrite_its_parts(folder):
    before = (folder / "gru.npz").read_bytes()
    for output in ("gru.npz", "./gru.npz"):
        done = invoke("blend", "gru.npz", "rnn.npz", "-o", output, cwd=folder)
        assert "one of the models to blend" in error_line(done)
    assert (folder / "gru.npz").read_bytes() == before


def test_training_starts_from_a_blend(folder, names):
    (folder / "list.txt").write_text("\n".join(names[:60]), "utf-8")
    options = "--init welsh-towns --init gru.npz=1 --epochs 1 --learning-rate 1e-9 -o t.npz"
    done = invoke("train", "list.txt", *options.split(), cwd=folder)
    assert done.returncode == 0, done.stderr
    tuned, start = Model.load(folder / "t.npz"), blended("welsh-towns", folder / "gru.npz")
    assert np.allclose(tuned.params["Waa"], start.params["Waa"], atol=1e-6)
    assert tuned.knows(["Llandudno"]).all()
    assert tuned.sources == marked_as_start(start.sources)


def test_resume_checks_the_start_model(folder, names):
    (folder / "list.txt").write_text("\n".join(names[:60]), "utf-8")
    corpus, settings = corpus_from_strings(names[:60]), {"epochs": 3, "distil_epochs": 0}
    start = blended(folder / "gru.npz", folder / "rnn.npz")
    interrupted(folder / "t.npz", corpus, 1, settings, "gru.npz, rnn.npz=1", start)
    again = "train list.txt -o t.npz --epochs 3 --distil-epochs 0 --resume".split()
    message = error_line(invoke(*again, "--init", "gru.npz", cwd=folder))
    assert "that run had --init gru.npz, rnn.npz=1, not gru.npz" in message
    done = invoke(*again, "--init", "gru.npz", "--init", "rnn.npz=1", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert Model.load(folder / "t.npz").hidden_size == 64
