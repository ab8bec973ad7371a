"""The bundled models: chosen by name, the default, small, and what their recipe makes."""

import json
import os
import shutil
import sys
import unicodedata
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
import pytest

from rnn_names import Model
from rnn_names.arrays import rounded
from rnn_names.casts.bundled_casts import CASTS
from rnn_names.cli.main import cli
from rnn_names.cli.train import train as train_command
from rnn_names.corpus.fingerprints import PACKED_BITS, fingerprint, upper_bits
from rnn_names.errors import ModelFileError
from rnn_names.model import bundled
from rnn_names.model.bundled import BASE, Source
from rnn_names.training.settings import SHORT_LIST, Settings
from rnn_names.training.setup import settings_for
from rnn_names.training.warm_start import Base, base_start
from support.program import DATA, MAIN, error_line, fork, invoke
from support.terminal import read_to_the_end, terminal

sys.path.insert(0, str(DATA))
import make_base
import make_models

PACKAGE = Path(bundled.__file__).parent.parent
NAMES = sorted(bundled.MODELS)
NOTE = (
    "Note: there is no names.npz here, so this is first-names, a bundled model "
    "(rnn-names models).\n"
)

OF_LONG_LISTS = [name for name in NAMES if len(make_models.corpus_of(name)) >= SHORT_LIST]
"""Those of shorter lists were made before there was a base: the next `make models` starts there."""

# --- What they are --------------------------------------------------------------------------------


def test_the_package_contains_exactly_the_files_of_the_recipe():
    assert sorted(make_models.RECIPE) == NAMES, "run make models"
    for name, (file, *_) in make_models.RECIPE.items():
        assert file == f"{make_base.FILES.get(name, name)}.txt", "the base has the same lists"
    files = sorted(path.name for path in Path(bundled.FOLDER).iterdir())
    assert files == sorted(f"{name}.npz" for name in ["base", *NAMES])


@pytest.mark.parametrize("name", OF_LONG_LISTS)
def test_settings_equal_the_recipe(name):
    """Those that `rnn-names train` would resolve for this list today.

    So new defaults need new models.
    """
    corpus, *options = make_models.RECIPE[name]
    # With the settings of the program: Click keeps a command's help option as it is first made.
    program = click.Context(cli, **cli.context_settings)
    given = train_command.make_context("train", [corpus, *options], program).params
    fields = Settings.__dataclass_fields__.keys() & given.keys()
    settings = Settings(**{name: given[name] for name in fields})
    model = Model.load(name)
    corpus = make_models.corpus_of(name)
    start = base_start(corpus, settings)
    today = asdict(
        settings_for(start and start.model, settings).resolved(len(corpus), start is not None)
    )
    recorded = model.training["settings"]
    assert {each: recorded[each] for each in today} == today, "run make models"
    assert model.training["epoch"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_model_belongs_to_its_list(name):
    model, corpus = Model.load(name), make_models.corpus_of(name)
    if name in OF_LONG_LISTS:
        loss = make_models.held_out_loss(model, corpus)
        assert loss == pytest.approx(model.training["held_out_loss"], abs=make_models.TOLERANCE)
    prints = upper_bits(fingerprint(corpus.names), PACKED_BITS)
    assert np.array_equal(model.fingerprints, prints)
    for array in model.params.values():
        assert np.array_equal(rounded(array), array)


def test_the_base_has_the_bundled_lists_and_is_small():
    assert set(Base.load().lists) <= set(NAMES)
    assert Path(BASE).stat().st_size < 1_600_000, "half of it once the wheel has packed it"


def test_packing_shortens_weights_and_fingerprints_and_names_the_source(model):
    source = Source("elves", "this project", "CC0")
    packed = make_models.packed(model, source)
    assert packed.sources == (source, *model.sources)
    assert packed.vocabulary is model.vocabulary
    assert packed.training == model.training
    assert packed.fingerprints.tolist() == upper_bits(model.fingerprints, PACKED_BITS).tolist()
    assert np.array_equal(packed.params["Waa"], rounded(model.params["Waa"], make_models.BITS))


def test_the_package_stays_small():
    """The wheel may have 13 MB: 43% of this, as weights are rounded (`make release-check`)."""
    files = (path for path in PACKAGE.rglob("*") if "__pycache__" not in path.parts)
    assert sum(path.stat().st_size for path in files if path.is_file()) < 30_000_000


@pytest.mark.parametrize("name", NAMES)
def test_models_and_lists_name_their_sources(name):
    """What `rnn-names models` says of a list is in its model's file, and in data/README.md."""
    source = bundled.MODELS[name].source
    assert Model.load(name).sources[0] == source
    rows = {
        line.split("`")[1]: line
        for line in (DATA / "README.md").read_text("utf-8").splitlines()
        if line.startswith("| `")
    }
    row = rows[make_models.RECIPE[name][0]].replace("`", "")
    assert source.terms in row
    assert source.origin in row
    assert f"| {len(make_models.corpus_of(name).names):,} |" in row


@pytest.mark.parametrize("path", sorted(DATA.glob("*.txt")), ids=lambda path: path.name)
def test_lists_are_clean(path):
    """As data/README.md says: NFC, no duplicates, nothing around a name."""
    names = path.read_text("utf-8").splitlines()
    assert names == [unicodedata.normalize("NFC", name.strip()) for name in names]
    assert len(set(names)) == len(names)
    assert all(names)


# --- Chosen by name -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["first-names", "welsh-towns"])
def test_each_model_draws_new_names_at_once(name, tmp_path):
    done = invoke("sample", "-n", 5, "-m", name, "--novel", "--seed", 1, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    drawn = done.stdout.splitlines()
    assert len(drawn) == 5
    listed = set((DATA / make_models.RECIPE[name][0]).read_text("utf-8").splitlines())
    assert not listed & set(drawn)
    assert drawn == Model.load(name).sample(5, seed=1, novel=True)
    assert list(tmp_path.iterdir()) == []


def test_a_file_takes_precedence_over_a_bundled_model_and_a_folder_does_not(
    model_file, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dinosaurs").mkdir()
    assert Model.load("dinosaurs").knows(["Triceratops"]).all()
    (tmp_path / "dinosaurs").rmdir()
    shutil.copy(model_file, tmp_path / "dinosaurs")
    assert Model.load("dinosaurs").hidden_size == 32
    (tmp_path / "dinosaurs").write_bytes(b"PK\xff: a damaged model")
    with pytest.raises(ModelFileError, match="dinosaurs: not a model file"):
        Model.load("dinosaurs")
    (tmp_path / "dinosaurs").write_text("a list of names that were kept")
    assert Model.load("dinosaurs").knows(["Triceratops"]).all()


@pytest.mark.parametrize("name", ["norse", "Dinosaurs"])
def test_a_missing_bundled_file_has_a_clear_error(name, tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "FOLDER", str(tmp_path))
    with pytest.raises(ModelFileError, match=r"is missing: install rnn-names again$"):
        Model.load(name)


def test_a_file_with_a_similar_name_is_suggested(tmp_path):
    (tmp_path / "desert-all.npz").touch()
    message = error_line(invoke("sample", "-m", "desert-al.npz", cwd=tmp_path))
    assert message.endswith("No such file or directory; did you mean desert-all.npz?")


# --- Where there is no other ----------------------------------------------------------------------


@pytest.mark.parametrize("command", ["sample", "score", "info"])
def test_without_a_model_in_the_folder_a_bundled_one_is_used_with_a_note(command, tmp_path):
    arguments = {"sample": ["--seed", 1], "score": [], "info": []}[command]
    name = ["first-names"] if command == "info" else ["-m", "first-names"]
    without = invoke(command, *arguments, cwd=tmp_path, input="Ada\n")
    named = invoke(command, *arguments, *name, cwd=tmp_path, input="Ada\n")
    assert (without.returncode, named.returncode) == (0, 0)
    assert without.stdout == named.stdout
    assert without.stderr == NOTE + named.stderr
    assert "Note" not in named.stderr


@pytest.mark.posix
def test_given_models_and_the_folders_model_are_never_replaced(model_file, tmp_path):
    error_line(invoke("sample", cwd=tmp_path, env={"RNN_NAMES_SAMPLE_MODEL": "names.npz"}))
    there = invoke("sample", cwd=tmp_path, env={"RNN_NAMES_SAMPLE_MODEL": str(model_file)})
    assert (there.returncode, there.stderr) == (0, "")
    (tmp_path / "names.npz").write_bytes(b"damaged")
    message = error_line(invoke("sample", cwd=tmp_path))
    assert message.startswith("names.npz: not a model file")
    (tmp_path / "names.npz").unlink()
    (tmp_path / "names.npz").symlink_to("nowhere.npz")
    error_line(invoke("sample", cwd=tmp_path))


# --- rnn-names models -----------------------------------------------------------------------------


def test_models_lists_bundled_models_in_groups(tmp_path):
    done = invoke("models", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    *groups, casts = [block.splitlines() for block in done.stdout.split("\n\n")]
    assert [line.split()[0] for line in casts[1:]] == [*CASTS]
    kinds = list(dict.fromkeys(each.group for each in bundled.MODELS.values()))
    assert [group[0].split()[0] for group in groups] == kinds
    listed = []
    for head, *rows in groups:
        assert head.split()[1:6] == ["names", "characters", "size", "it", "writes"]
        assert {row.index(" MB") + 3 for row in rows} == {head.index("size") + 4}
        for row in rows:
            name, names, characters, size, *_ = row.split()
            model, (group, source, samples) = Model.load(name), bundled.MODELS[name]
            assert group == head.split()[0]
            assert int(names.replace(",", "")) == model.training["distinct_names"]
            assert int(characters) == len(model.vocabulary) - 1
            megabytes = Path(bundled.path_of(name)).stat().st_size / 1e6
            assert float(size) == pytest.approx(megabytes, abs=0.06)
            assert f"  {', '.join(samples)}  " in row
            assert row.endswith(f"; {source.origin}, {source.terms}")
            listed.append(name)
    assert sorted(listed) == NAMES
    assert "(also: norse)" in done.stdout


@pytest.mark.posix
def test_models_fit_a_narrow_terminal():
    screen, end = terminal(45)
    with fork(MAIN, "models", stdout=end, stderr=end) as process:
        os.close(end)
        lines = read_to_the_end(screen).splitlines()
    assert process.returncode == 0
    assert max(map(len, lines)) <= 45
    assert "  women  16,333  52  0.6 MB" in "\n".join(lines)


def test_models_prints_json(tmp_path):
    done = invoke("models", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    facts = {each["name"]: each for each in json.loads(done.stdout)}
    assert sorted(facts) == NAMES
    assert facts["icelandic-first-names"]["aliases"] == ["norse"]
    towns = facts["welsh-towns"]
    assert towns["group"] == "places"
    assert (towns["origin"], towns["terms"]) == ("GeoNames (geonames.org)", "CC BY 4.0")
    assert towns["held_out_loss"] == Model.load("welsh-towns").training["held_out_loss"]
    assert towns["samples"] == bundled.MODELS["welsh-towns"].samples


@pytest.mark.parametrize("name", NAMES)
def test_the_three_samples_are_new_names_of_usual_lengths(name):
    model, samples = Model.load(name), bundled.MODELS[name].samples
    shortest, longest = np.quantile(make_models.corpus_of(name).names.lengths, [0.25, 0.75])
    assert len(set(samples)) == 3
    assert not model.knows(samples).any()
    assert np.isfinite(model.log_prob(samples)).all()
    assert all(int(shortest) <= len(sample) <= longest for sample in samples)
