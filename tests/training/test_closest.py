"""`init="closest"`, `--init closest`: starting from the bundled model that predicts a list best."""

import numpy as np
import pytest

from rnn_names import Model, train
from rnn_names.cli.progress import Progress
from rnn_names.corpus.names import Names
from rnn_names.errors import ModelFileError, RnnNamesError, TrainingError
from rnn_names.model.bundled import MODELS
from rnn_names.training import checkpoint
from rnn_names.training.warm_start import MAX_NAMES_COMPARED, closest_model
from support.networks import bytes_of
from support.program import DATA, invoke

HANGUL = ["가람", "나래", "다솜"]


def cut(file, count):
    """Some names of a bundled list, chosen at random."""
    names = (DATA / f"{file}.txt").read_text("utf-8").splitlines()
    return sorted(np.random.default_rng(0).choice(names, count, replace=False).tolist())


@pytest.fixture
def folder(tmp_path):
    """A folder with a list of a hundred German first names."""
    (tmp_path / "list.txt").write_text("\n".join(cut("german-first-names", 100)), "utf-8")
    return tmp_path


def trained(folder, *options, epochs=1):
    """Trains on the list as gently as can be, so that the weights stay near those of the start."""
    done = invoke(
        *["train", "list.txt", "--epochs", epochs, "--learning-rate", 1e-9, *options], cwd=folder
    )
    assert "Traceback" not in done.stderr
    return done


def assert_started_from(model, start):
    assert np.allclose(model.params["Waa"], start.params["Waa"], atol=1e-6)


# --- Which model ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["german-first-names", "welsh-towns", "turkish-towns"])
def test_a_part_of_a_bundled_list_is_closest_to_the_model_of_it(name):
    assert closest_model(Names.from_strings(cut(name, 100))).name == name


def test_the_loss_is_that_of_the_model_in_nats_per_character():
    names = cut("welsh-towns", 50)
    found = closest_model(Names.from_strings(names))
    total = -Model.load("welsh-towns").log_prob(names).sum()
    assert found.loss == pytest.approx(total / sum(len(name) + 1 for name in names))


def test_a_name_that_a_model_cannot_spell_counts_as_its_uniform_guess():
    found = closest_model(Names.from_strings(["Llandudno", *HANGUL]))
    total = -found.model.log_prob(["Llandudno"])[0]
    total += 3 * 3 * np.log(len(found.model.vocabulary))
    assert found.loss == pytest.approx(total / (10 + 3 * 3))


def test_models_can_be_left_out():
    names = Names.from_strings(cut("german-first-names", 100))
    best = closest_model(names)
    second = closest_model(names, left_out=[best.name])
    assert second.name != best.name
    assert second.loss > best.loss


def test_of_a_long_list_names_from_all_over_it_are_compared():
    """The first ones are all dinosaurs, and most of them are towns."""
    names = cut("dinosaurs", 1000) * 3 + cut("welsh-towns", 200) * 30
    assert closest_model(Names.from_strings(names[:MAX_NAMES_COMPARED])).name == "dinosaurs"
    assert closest_model(Names.from_strings(names)).name == "welsh-towns"


# --- In Python ------------------------------------------------------------------------------------


def test_train_takes_it_in_place_of_a_model():
    model = train(cut("dinosaurs", 100), init="closest", epochs=0)
    assert_started_from(model, Model.load("dinosaurs"))
    assert model.sources == (MODELS["dinosaurs"].source,)


def test_names_that_no_model_can_spell_have_none():
    with pytest.raises(TrainingError) as raised:
        train(HANGUL, init="closest")
    assert str(raised.value) == (
        "init closest: no bundled model can spell any of these names; leave it out"
    )


# --- On the command line --------------------------------------------------------------------------


def test_train_says_which_model_it_took(folder):
    done = trained(folder, "--init", "closest", "--report", "r.html")
    assert done.returncode == 0, done.stderr
    assert (
        "\nStarts from german-first-names, of the bundled models the one that predicts these names "
        "best (1."
    ) in done.stderr
    assert_started_from(Model.load(folder / "names.npz"), Model.load("german-first-names"))
    assert "started from <bdi>german-first-names</bdi>" in (folder / "r.html").read_text("utf-8")
    source = str(MODELS["german-first-names"].source)
    assert source in invoke("info", "names.npz", cwd=folder).stdout


def test_quiet_is_quiet(folder):
    done = trained(folder, "--init", "closest", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_file_of_that_name_wins_and_a_folder_does_not(folder, model_file):
    (folder / "closest").mkdir()
    assert "Starts from german" in trained(folder, "--init", "closest").stderr
    (folder / "closest").rmdir()
    (folder / "closest").write_bytes(model_file.read_bytes())
    for init in (["closest"], ["closest=2"], ["./closest"]):
        done = trained(folder, "--init", *init)
        assert done.returncode == 0, done.stderr
        assert "Starts from" not in done.stderr
        assert_started_from(Model.load(folder / "names.npz"), Model.load(model_file))
    assert trained(folder, "--init", "closest", "--init", "dinosaurs").returncode == 0


def test_a_file_with_the_name_of_the_closest_model_is_left_alone(folder):
    (folder / "german-first-names").write_text("no model", "utf-8")
    assert trained(folder, "--init", "closest").returncode == 0
    assert_started_from(Model.load(folder / "names.npz"), Model.load("german-first-names"))


@pytest.mark.parametrize(
    "init", [["closest=2"], ["closest", "--init", "dinosaurs"], ["closest", "--init", "closest"]]
)
def test_it_stands_alone(init, folder):
    done = trained(folder, "--init", *init)
    assert done.returncode == 2
    assert "closest stands alone: give it no weight, and no other model beside it" in done.stderr


def test_it_is_no_model_to_draw_from(tmp_path):
    done = invoke("sample", "-m", "closest", cwd=tmp_path)
    assert done.returncode == 1
    assert "closest: cannot be read: No such file" in done.stderr
    with pytest.raises(ModelFileError):
        Model.load("closest")


def test_resume_with_the_same_command_goes_on(folder, monkeypatch):
    whole = trained(folder, "--init", "closest", "-o", "whole.npz", epochs=2)
    assert whole.returncode == 0, whole.stderr

    def stop(*_):
        raise RnnNamesError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "SECONDS_BETWEEN_WRITES", 0)
        patch.setattr(Progress, "epoch", stop)
        assert trained(folder, "--init", "closest", epochs=2).returncode == 1
    assert (folder / "names.npz.resume").exists()

    other = trained(folder, "--init", "dinosaurs", "--resume", epochs=2)
    assert "that run had --init german-first-names, not dinosaurs" in other.stderr
    done = trained(folder, "--init", "closest", "--resume", epochs=2)
    assert done.returncode == 0, done.stderr
    assert "Started from german-first-names" in done.stderr
    assert "Going on after epoch 1.\n" in done.stderr
    assert bytes_of(Model.load(folder / "names.npz")) == bytes_of(Model.load(folder / "whole.npz"))


def test_a_log_may_have_that_name(folder):
    done = trained(folder, "--init", "closest", "--log", "closest")
    assert done.returncode == 0, done.stderr
    assert (folder / "closest").read_text("utf-8").startswith("{")


def test_the_size_is_that_of_the_model(folder):
    done = trained(folder, "--init", "closest", "--hidden-size", 7)
    assert done.returncode == 1
    assert "--hidden-size 7: the model to start from has 128; leave it out" in done.stderr
