"""`rnn-names info`: what a model file holds, for people and for programs."""

import json
import os
import re
import sys

import numpy as np

from rnn_names import Model, __version__, train


def test_facts_are_printed_as_json(invoke, model_file, model, names):
    done = invoke("info", model_file, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert facts["file"] == str(model_file)
    assert facts["bytes"] == model_file.stat().st_size
    n_a, n_y = 32, len(model.vocabulary)
    parameters = 3 * n_a * (n_y + n_a + 1) + n_y * (n_a + 1) + 2 * n_a
    assert facts["network"] == {"cell": "gru", "hidden_size": n_a, "parameters": parameters}
    assert facts["vocabulary"] == model.vocabulary.characters
    assert facts["training"] == model.training
    assert facts["fingerprints"] == len(set(names))


def test_facts_are_a_copy(model):
    epoch = model.training["settings"]["epochs"]
    model.facts()["training"]["settings"]["epochs"] = -1
    assert model.training["settings"]["epochs"] == epoch


def test_facts_are_printed_for_people(invoke, model_file, model):
    done = invoke("info", model_file)
    assert (done.returncode, done.stderr) == (0, "")
    text = done.stdout.replace(",\n ", ", ")  # settings take several lines
    lines = dict(line.split(maxsplit=1) for line in text.splitlines())
    titles = "file network vocabulary corpus training settings fingerprints"
    assert list(lines) == titles.split()
    assert lines["network"].startswith("GRU of 32 units, ")
    assert model.vocabulary.characters in lines["vocabulary"]
    lengths = "4 to 19 characters long"
    assert lines["corpus"] == f"names.txt: 270 distinct names trained on, 30 held out, {lengths}"
    epoch, loss = model.training["epoch"], model.training["held_out_loss"]
    assert f"epoch {epoch}: held-out loss {loss:.4f}" in lines["training"]
    assert "learning_rate 0.01" in lines["settings"]
    assert lines["fingerprints"] == "300 names"


def test_the_own_list_is_distinguished_from_the_start_models(invoke, names, tmp_path):
    (tmp_path / "desert.txt").write_text("\n".join(names[:60]), encoding="utf-8")
    invoke(
        "train",
        "desert.txt",
        "-o",
        "m.npz",
        "--epochs",
        1,
        "--init",
        "dinosaurs",
        "--held-out",
        0.1,
        cwd=tmp_path,
    )
    lines = invoke("info", tmp_path / "m.npz").stdout.splitlines()
    rows = dict(line.split(maxsplit=1) for line in lines if line[0] != " ")
    assert rows["corpus"].startswith("desert.txt: 54 distinct names trained on")
    assert rows["source"].startswith("dinosaur genera (where training started)")


def test_untrained_models_and_missing_fingerprints_are_noted(invoke, names, tmp_path):
    untrained = train(names, epochs=0, hidden_size=8)
    Model(untrained.vocabulary, untrained.params, {"longest": 9}).save(tmp_path / "names.npz")
    done = invoke("info", cwd=tmp_path)  # names.npz is what stands there by default
    assert done.returncode == 0, done.stderr
    assert "training      none: the weights are random\n" in done.stdout
    assert "fingerprints  none: --novel is not available\n" in done.stdout
    assert "corpus        at most 9 characters long\n" in done.stdout


def test_a_large_vocabulary_is_shown_in_part(invoke, tmp_path):
    names = ["".join(map(chr, range(0x4E00 + 2 * i, 0x4E00 + 2 * i + 4))) for i in range(150)]
    train(names, epochs=0, hidden_size=8).save(tmp_path / "m.npz")
    done = invoke("info", tmp_path / "m.npz")
    assert "302 characters: 一" in done.stdout
    assert done.stdout.splitlines()[2].endswith("…")
    assert len(json.loads(invoke("info", tmp_path / "m.npz", "--json").stdout)["vocabulary"]) == 302


def test_a_count_of_1_has_no_plural(invoke, tmp_path):
    (tmp_path / "list.txt").write_text("a\naa\n")
    ones = "--epochs 1 --batch-size 1 --hidden-size 1 --init none".split()
    trained = invoke("train", "list.txt", "-o", "m.npz", *ones, cwd=tmp_path)
    described = invoke("info", "m.npz", cwd=tmp_path)
    scored = invoke("score", "-m", "m.npz", "-", input="a\n", cwd=tmp_path)
    told = "".join(done.stdout + done.stderr for done in (trained, described, scored))
    for each in ("of 1 unit ", "1 name per batch", "1 epoch in", "1 distinct name ", "1 name, "):
        assert each in told
    assert not re.search(r"\b1 (distinct )?(name|character|unit|epoch)s", told)


def test_the_system_is_described_for_a_bug_report(invoke):
    lines = invoke("info", "--system").stdout.splitlines()
    titles = [line.split()[0] for line in lines]
    assert titles == ["versions", "python", "system", "blas", "cores", "helper", "locale"]
    facts = json.loads(invoke("info", "--system", "--json").stdout)
    assert list(facts) == titles
    assert f"rnn-names {__version__}" in facts["versions"]
    assert f"numpy {np.__version__}" in facts["versions"]
    assert not [name for name in (sys.prefix, os.path.expanduser("~")) if name in "".join(lines)]
