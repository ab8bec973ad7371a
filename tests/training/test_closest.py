"""What training starts from: the base by default, and the model of `init="closest"`."""

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest

from rnn_names import Model, train
from rnn_names.arrays import Workspace
from rnn_names.cli.training_run import Progress
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.errors import RnnNamesError, TrainingError
from rnn_names.model.bundled import BASE_SOURCE, MODELS, marked_as_start
from rnn_names.network import rnn
from rnn_names.network.language_model import mean_loss
from rnn_names.training import checkpoint, trainer, warm_start
from rnn_names.training.batches import Batches
from rnn_names.training.settings import SHORT_LIST, Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer
from rnn_names.training.warm_start import Base, base_start, closest_model
from support.networks import bytes_of
from support.program import DATA, invoke

pytestmark = pytest.mark.usefixtures("quick_teacher", "few_models")

HANGUL = ["가람", "나래", "다솜"]
FEW_EPOCHS = "--epochs 3 --distil-epochs 1".split()


def names_of_list(file):
    return (DATA / f"{file}.txt").read_text("utf-8").splitlines()


def cut(file, count):
    """Some names of a bundled list, chosen at random."""
    names = names_of_list(file)
    return sorted(np.random.default_rng(0).choice(names, count, replace=False).tolist())


class FewModels(dict):
    """Yields these models only; any other is still found by its name, as for the base's lists."""

    def __missing__(self, name):
        return MODELS[name]


@pytest.fixture
def few_models(monkeypatch):
    """Six of the bundled models: to ask all of them takes longer than most of what follows."""
    names = "german-first-names turkish-towns irish-surnames welsh-towns dinosaurs elvish".split()
    monkeypatch.setattr(warm_start, "MODELS", FewModels({name: MODELS[name] for name in names}))


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
def test_a_part_of_a_bundled_list_is_closest_to_its_model(name, monkeypatch):
    monkeypatch.setattr(warm_start, "MODELS", MODELS)
    assert closest_model(Names.from_strings(cut(name, 100))).name == name


def test_a_name_that_a_model_cannot_spell_counts_as_its_uniform_guess():
    found = closest_model(Names.from_strings(["Llandudno", *HANGUL]))
    total = -found.model.log_prob(["Llandudno"])[0]
    total += 3 * 3 * np.log(len(found.model.vocabulary))
    assert f"({total / (10 + 3 * 3):.2f} nats per character)" in found.message


def test_names_from_all_of_a_long_list_are_compared(monkeypatch):
    """The first ones are all dinosaurs, and most of them are towns."""
    monkeypatch.setattr(warm_start, "MAX_NAMES_COMPARED", 100)
    names = cut("dinosaurs", 100) + cut("welsh-towns", 400)
    assert closest_model(Names.from_strings(names[:100])).name == "dinosaurs"
    assert closest_model(Names.from_strings(names)).name == "welsh-towns"


# --- Short lists, by default ----------------------------------------------------------------------


def test_a_short_list_starts_from_the_base_fitted_to_it():
    corpus = corpus_from_strings(cut("welsh-towns", 100))
    start, base = base_start(corpus, Settings()), Base.load()
    assert start.message.startswith("the base; nearest lists: towns of Wales, ")
    assert start.model.vocabulary.characters == Vocabulary.from_names(corpus.names).characters
    rows = base.rows(start.model.vocabulary.characters)
    e = base.vectors[base.lists.index("welsh-towns")]
    losses = [
        mean_loss(params, start.model.vocabulary, corpus.names)
        for params in (start.model.params, base.network(e, rows), base.network(0 * e, rows))
    ]
    assert losses == sorted(losses)


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
def test_other_lists_start_from_no_model(names, settings):
    assert base_start(corpus_from_strings(names), Settings(**settings)) is None


def test_a_character_missing_from_the_base_starts_as_a_similar_one():
    """By its letter, its case or its sound; those that start as one share its probability."""
    base = Base.load()
    assert len(set(base.rows("aάаα").tolist())) == 2  # EOS, and a
    network = base.network(base.vectors[0], base.rows("aα"))
    assert (network["Wya"][1] == network["Wya"][2]).all()
    alone = base.network(base.vectors[0], base.rows("a"))
    assert network["by"][1] == pytest.approx(alone["by"][1] - np.log(2))
    greek = corpus_from_strings(["Αγάθη", "Αθηνά", "Ελένη", "Μαρία"])
    assert base_start(greek, Settings()) is not None


def test_the_gradient_of_a_vector_follows_from_its_networks(float64_base):
    """By finite differences."""
    base, rows = float64_base, float64_base.rows("-ab")
    corpus = corpus_from_strings(["ab", "ba-b", "b"])
    batches = Batches.from_corpus(corpus, Vocabulary("-ab"))
    tree, work, e = batches.tree(batches.rows), Workspace(np.float64), base.vectors[0]

    def loss(e):
        return rnn.loss_and_gradients(tree, base.network(e, rows), work)

    network = base.network(e, rows)
    of_sums = base.gradient_of_sums(network, loss(e)[1], rows)
    for i, along in enumerate(1e-5 * np.eye(len(e))):
        slope = (loss(e + along)[0] - loss(e - along)[0]) / 2e-5
        assert of_sums @ base.shared["We"][:, i] == pytest.approx(slope, rel=1e-4)


@pytest.fixture
def float64_base():
    """A small one with random weights."""
    rng = np.random.default_rng(0)
    shared = {k: v.astype(float) for k, v in rnn.init_params(rng, 5, 4, "gru").items()}
    shared["We"] = rng.standard_normal((4 * 4 + 5, 3))
    return Base(("elvish",), Vocabulary("-abc"), shared, rng.standard_normal((1, 3)))


def test_a_saved_base_is_loaded_unchanged(float64_base, tmp_path):
    shared = {name: array.astype(np.float32) for name, array in float64_base.shared.items()}
    base = replace(float64_base, shared=shared, vectors=np.ones((1, 3), np.float32))
    base.save(str(tmp_path / "base.npz"))
    again = Base.load(str(tmp_path / "base.npz"))
    assert (again.lists, again.vocabulary.characters) == (base.lists, "-abc")
    assert all((again.shared[name] == array).all() for name, array in shared.items())
    assert (again.vectors == base.vectors).all()


def test_the_model_knows_only_the_characters_and_names_of_the_list():
    names = cut("german-first-names", 100)
    model = train(names, epochs=2, synthetic_names=100)
    assert set(model.vocabulary.characters) == set("".join(names))
    assert model.knows(names).all()
    strangers = set(names_of_list("german-first-names")) - set(names)
    assert not model.knows(sorted(strangers)).any()
    assert model.sources == marked_as_start([BASE_SOURCE])


@pytest.mark.slow
def test_a_network_stays_near_its_start():
    """The same steps lead less far from a model to start from than without one's pull."""
    names = cut("welsh-towns", 50)
    start = base_start(corpus_from_strings(names), Settings())
    far = []
    for pull in (0, 2.4):
        with mock.patch.object(trainer, "DECAY_TO_START", pull):
            model = train(names, epochs=1, distil_epochs=0)
        far.append(np.abs(model.params["Waa"] - start.model.params["Waa"]).mean())
    assert 0 < far[1] < far[0]


def test_all_names_of_a_short_list_are_learned_unless_a_share_is_held_out():
    corpus = corpus_from_strings(cut("welsh-towns", 100))
    model = base_start(corpus, Settings()).model
    assert len(TrainingSetup(corpus, Settings(), model).held_out) == 0
    assert len(TrainingSetup(corpus, Settings(held_out=0.2), model).held_out) == 20
    assert len(TrainingSetup(corpus, Settings()).held_out) == 10, "without a start"


def test_init_none_starts_from_random_weights():
    names, settings = cut("german-first-names", 100), Settings(epochs=1, seed=3)
    trainer = Trainer(TrainingSetup(corpus_from_strings(names), settings))
    for _ in trainer.epochs():
        pass
    assert bytes_of(train(names, settings, init="none")) == bytes_of(trainer.model)
    assert bytes_of(train(names, settings)) != bytes_of(trainer.model)


def test_train_prints_the_start_model(folder):
    done = invoke("train", "list.txt", *FEW_EPOCHS, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "\nStarts from the base; nearest lists: German" in done.stderr
    assert "held out" not in done.stderr

    none = invoke("train", "list.txt", "--epochs", 1, "--init", "none", cwd=folder)
    assert none.returncode == 0, none.stderr
    assert "Starts from" not in none.stderr


@pytest.mark.slow
def test_a_resumed_run_is_equal_bit_for_bit(folder, monkeypatch):
    whole = invoke("train", "list.txt", *FEW_EPOCHS, "-o", "whole.npz", cwd=folder)
    assert whole.returncode == 0, whole.stderr
    shown_epochs = []

    def stop(progress, epoch):
        shown_epochs.append(epoch)
        if len(shown_epochs) == 2:
            raise RnnNamesError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "SECONDS_BETWEEN_WRITES", 0)
        patch.setattr(Progress, "show", stop)
        assert invoke("train", "list.txt", *FEW_EPOCHS, cwd=folder).returncode == 1
    done = invoke("train", "list.txt", *FEW_EPOCHS, "--resume", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Started from the base; nearest lists: German" in done.stderr
    assert bytes_of(Model.load(folder / "names.npz")) == bytes_of(Model.load(folder / "whole.npz"))


# --- In Python ------------------------------------------------------------------------------------


def test_train_accepts_closest_in_place_of_a_model():
    model = train(cut("dinosaurs", 100), init="closest", epochs=0)
    assert_started_from(model, Model.load("dinosaurs"))
    assert model.sources == marked_as_start([MODELS["dinosaurs"].source])
    again = train(cut("welsh-towns", 50), init=model, epochs=0)
    assert [source.what for source in again.sources] == ["dinosaur genera (where training started)"]


def test_names_that_no_model_can_spell_have_no_closest_model():
    with pytest.raises(TrainingError) as raised:
        train(HANGUL, init="closest")
    assert str(raised.value) == (
        "init closest: no bundled model can spell any of these names; leave it out"
    )


# --- On the command line --------------------------------------------------------------------------


def test_train_prints_the_closest_model(folder):
    done = trained(folder, "--init", "closest", "--report", "r.html")
    assert done.returncode == 0, done.stderr
    assert "\nStarts from german-first-names, the closest bundled model (1." in done.stderr
    assert_started_from(Model.load(folder / "names.npz"), Model.load("german-first-names"))
    assert "started from <bdi>german-first-names</bdi>" in (folder / "r.html").read_text("utf-8")
    [(what, origin, terms)] = marked_as_start([MODELS["german-first-names"].source])
    told = invoke("info", "names.npz", cwd=folder).stdout
    assert f"source        {what}; {origin}, {terms}\n" in told


def test_a_file_named_closest_takes_precedence_and_a_folder_does_not(folder, model_file):
    (folder / "closest").mkdir()
    assert "Starts from german" in trained(folder, "--init", "closest").stderr
    (folder / "closest").rmdir()
    (folder / "closest").write_bytes(model_file.read_bytes())
    for init in (["closest"], ["closest=2"]):
        done = trained(folder, "--init", *init)
        assert done.returncode == 0, done.stderr
        assert "Starts from" not in done.stderr
        assert_started_from(Model.load(folder / "names.npz"), Model.load(model_file))
