"""Starting from the bundled models that predict a list best: by default, and `init="closest"`."""

import re

import numpy as np
import pytest

from rnn_names import Model, train
from rnn_names.cli.training_run import Progress
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.corpus.names import Names
from rnn_names.errors import RnnNamesError, TrainingError
from rnn_names.model.bundled import MODELS
from rnn_names.model.sources import of_starts
from rnn_names.training import checkpoint, optimizers, warm_start
from rnn_names.training.run import Run
from rnn_names.training.settings import SHORT_LIST, Settings
from rnn_names.training.trainer import Trainer
from rnn_names.training.warm_start import STARTS, closest_model, starts_for
from support.networks import bytes_of
from support.program import DATA, invoke

pytestmark = pytest.mark.usefixtures("quick_teacher", "few_models")

HANGUL = ["가람", "나래", "다솜"]
FEW_EPOCHS = "--epochs 5 --teacher-networks 2".split()


def names_of_list(file):
    return (DATA / f"{file}.txt").read_text("utf-8").splitlines()


def cut(file, count):
    """Some names of a bundled list, chosen at random."""
    names = names_of_list(file)
    return sorted(np.random.default_rng(0).choice(names, count, replace=False).tolist())


@pytest.fixture
def few_models(monkeypatch):
    """Six of the bundled models: to ask all of them takes longer than most of what follows."""
    names = "german-first-names turkish-towns irish-surnames welsh-towns dinosaurs elvish".split()
    monkeypatch.setattr(warm_start, "MODELS", {name: MODELS[name] for name in names})


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


@pytest.mark.parametrize("name", ["german-first-names", "welsh-towns"])
def test_a_part_of_a_bundled_list_is_closest_to_the_model_of_it(name, monkeypatch):
    monkeypatch.setattr(warm_start, "MODELS", MODELS)
    assert closest_model(Names.from_strings(cut(name, 100))).name == name


def test_a_name_that_a_model_cannot_spell_counts_as_its_uniform_guess():
    found = closest_model(Names.from_strings(["Llandudno", *HANGUL]))
    total = -found.model.log_prob(["Llandudno"])[0]
    total += 3 * 3 * np.log(len(found.model.vocabulary))
    assert found.loss == pytest.approx(total / (10 + 3 * 3))


def test_of_a_long_list_names_from_all_over_it_are_compared(monkeypatch):
    """The first ones are all dinosaurs, and most of them are towns."""
    monkeypatch.setattr(warm_start, "MAX_NAMES_COMPARED", 100)
    names = cut("dinosaurs", 100) + cut("welsh-towns", 400)
    assert closest_model(Names.from_strings(names[:100])).name == "dinosaurs"
    assert closest_model(Names.from_strings(names)).name == "welsh-towns"


# --- Short lists, by default ----------------------------------------------------------------------


def test_a_short_list_starts_from_the_closest_models_of_its_size(monkeypatch):
    monkeypatch.setattr(warm_start, "MODELS", MODELS)
    starts = starts_for(corpus_from_strings(cut("elvish", 100)), Settings())
    assert len(starts) == STARTS
    assert [each.loss for each in starts] == sorted(each.loss for each in starts)
    assert {each.model.hidden_size for each in starts} == {128}
    # That of the elvish names itself started from others.
    assert "elvish" not in [each.name for each in starts]


@pytest.mark.parametrize(
    ("names", "settings"),
    [
        (cut("dinosaurs", SHORT_LIST), {}),
        (cut("dinosaurs", 100), {"hidden_size": 7}),
        (cut("dinosaurs", 100), {"cell": "rnn"}),
        (cut("dinosaurs", 100), {"epochs": 0}),
        (HANGUL, {}),
        ([*HANGUL, "Ada"], {}),
    ],
)
def test_others_start_from_none(names, settings):
    assert starts_for(corpus_from_strings(names), Settings(**settings)) == []


def test_a_model_that_can_spell_no_name_whole_is_no_start():
    names = [f"{name}’s" for name in names_of_list("english-towns")[:100]]
    assert starts_for(corpus_from_strings(names), Settings()) == []


def test_one_network_starts_from_one_model():
    corpus = corpus_from_strings(cut("dinosaurs", 100))
    assert len(starts_for(corpus, Settings(epochs=3))) == 1


def test_names_that_no_start_has_learned_are_held_out():
    """As far as there are any, so that the held-out loss is honest."""
    known, strange = cut("turkish-towns", 50), ["Qwe", "Abax", "Cedix", "Dolix"]
    corpus = corpus_from_strings([*known, *strange])
    starts = starts_for(corpus, Settings())
    assert starts[0].name == "turkish-towns"
    held_out = Run(corpus, Settings(), starts=starts).held_out.to_strings()
    assert len(held_out) == 5 and set(strange) < set(held_out)


def test_the_model_knows_the_characters_and_names_of_the_list_alone():
    names = cut("german-first-names", 100)
    model = train(names, epochs=2, synthetic_names=100)
    assert set(model.vocabulary.characters) == set("".join(names))
    assert model.knows(names).all()
    strangers = set(names_of_list("german-first-names")) - set(names)
    assert not model.knows(sorted(strangers)).any()
    assert model.sources[0].what == ("German first names (where training started)")


def test_networks_start_from_the_models_in_turn():
    corpus = corpus_from_strings(cut("german-first-names", 100))
    starts = starts_for(corpus, Settings())
    trainer = Trainer(Run(corpus, Settings(learning_rate=1e-9), starts=starts))
    for weights, start in zip(trainer._weights, [*starts, starts[0]], strict=False):
        params = optimizers.views(weights, trainer._shapes)
        assert (params["Waa"] == start.model.params["Waa"]).all()


def test_the_held_out_names_are_learned_in_the_end_and_not_measured_any_more():
    epochs = []
    corpus = corpus_from_strings(cut("welsh-towns", 100))
    trainer = Trainer(Run(corpus, Settings(epochs=3, distil_epochs=1, synthetic_names=100)))
    epochs = list(trainer.epochs())
    *networks, distilled = [each.held_out_loss for each in epochs]
    assert distilled is None
    assert trainer.model.training["held_out_loss"] == min(networks)
    assert trainer.model.training["all_names"]
    assert len(trainer.run.distilled_from.names) == 100 > len(trainer.corpus)


def test_they_are_not_where_a_share_is_asked_for():
    corpus = corpus_from_strings(cut("welsh-towns", 100))
    trainer = Trainer(Run(corpus, Settings(epochs=2, held_out=0.1, synthetic_names=100)))
    assert [each.held_out_loss is None for each in trainer.epochs()] == [False, False]
    assert not trainer.model.training["all_names"]
    given = Run(corpus, Settings(epochs=0), held_out=Names.from_strings(["Aber"]))
    assert not given.settings.all_names, "nor where names to measure by are given"


def test_init_none_starts_from_random_weights():
    names, settings = cut("german-first-names", 100), Settings(epochs=1, seed=3)
    trainer = Trainer(Run(corpus_from_strings(names), settings))
    for _ in trainer.epochs():
        pass
    assert bytes_of(train(names, settings, init="none")) == bytes_of(trainer.model)
    assert bytes_of(train(names, settings)) != bytes_of(trainer.model)


def test_train_says_what_it_starts_from_and_what_it_learns_in_the_end(folder):
    done = invoke("train", "list.txt", *FEW_EPOCHS, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "10 of them held out until the last stage." in done.stderr
    assert re.search(
        r"\nStarts from german-first-names and \S+, the closest bundled models "
        r"\(1\.\d\d and \d\.\d\d nats per character\)\.\n",
        done.stderr,
    )
    assert (
        "The held-out loss is that before the last stage, which learned these names." in done.stderr
    )
    told = "before these names were learned, too"
    assert told in invoke("info", "names.npz", cwd=folder).stdout

    none = invoke("train", "list.txt", "--epochs", 1, "--init", "none", cwd=folder)
    assert none.returncode == 0, none.stderr
    assert "Starts from" not in none.stderr


def test_resume_goes_on_bit_for_bit(folder, monkeypatch):
    whole = invoke("train", "list.txt", *FEW_EPOCHS, "-o", "whole.npz", cwd=folder)
    assert whole.returncode == 0, whole.stderr
    shown_epochs = []

    def stop(progress, epoch):
        shown_epochs.append(epoch)
        if len(shown_epochs) == 3:
            raise RnnNamesError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "SECONDS_BETWEEN_WRITES", 0)
        patch.setattr(Progress, "epoch", stop)
        assert invoke("train", "list.txt", *FEW_EPOCHS, cwd=folder).returncode == 1
    done = invoke("train", "list.txt", *FEW_EPOCHS, "--resume", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Started from german-first-names and" in done.stderr
    assert bytes_of(Model.load(folder / "names.npz")) == bytes_of(Model.load(folder / "whole.npz"))


# --- In Python ------------------------------------------------------------------------------------


def test_train_takes_it_in_place_of_a_model():
    model = train(cut("dinosaurs", 100), init="closest", epochs=0)
    assert_started_from(model, Model.load("dinosaurs"))
    assert model.sources == of_starts([[MODELS["dinosaurs"].source]])
    again = train(cut("welsh-towns", 50), init=model, epochs=0)
    assert [source.what for source in again.sources] == ["dinosaur genera (where training started)"]


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
    assert "\nStarts from german-first-names, the closest bundled model (1." in done.stderr
    assert_started_from(Model.load(folder / "names.npz"), Model.load("german-first-names"))
    assert "started from <bdi>german-first-names</bdi>" in (folder / "r.html").read_text("utf-8")
    [source] = of_starts([[MODELS["german-first-names"].source]])
    assert f"source        {source}\n" in invoke("info", "names.npz", cwd=folder).stdout


def test_a_file_of_that_name_wins_and_a_folder_does_not(folder, model_file):
    (folder / "closest").mkdir()
    assert "Starts from german" in trained(folder, "--init", "closest").stderr
    (folder / "closest").rmdir()
    (folder / "closest").write_bytes(model_file.read_bytes())
    for init in (["closest"], ["closest=2"]):
        done = trained(folder, "--init", *init)
        assert done.returncode == 0, done.stderr
        assert "Starts from" not in done.stderr
        assert_started_from(Model.load(folder / "names.npz"), Model.load(model_file))
