"""The training loop: what it yields, when it stops, what it keeps, and that it learns."""

import math
from dataclasses import asdict

import numpy as np
import pytest

from rnn_names import Model, train
from rnn_names.arrays import Workspace, rounded
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.errors import CorpusError, TrainingError
from rnn_names.network.language_model import mean_loss
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.training import distillation, gradients
from rnn_names.training import trainer as training
from rnn_names.training.batches import Batches
from rnn_names.training.optimizers import views
from rnn_names.training.settings import Settings, Stage, defaults_for, make_stages
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer
from support.networks import CELLS, assert_gradients, bytes_of, random_params

PLAIN = {"dropout": 0.0, "recurrent_dropout": 0.0, "distil_epochs": 0}
SMALL = {"hidden_size": 16, "epochs": 3, "batch_size": 32, "seed": 3, **PLAIN}


def trainer_of(names, init=None, **settings):
    return Trainer(
        TrainingSetup(corpus_from_strings(names), Settings(**{**SMALL, **settings}), init)
    )


def trained(names, **settings):
    """A trainer that has run, and the records it yielded."""
    trainer = trainer_of(names, **settings)
    return trainer, list(trainer.epochs())


def uniform_loss(trainer):
    return math.log(len(trainer.vocabulary))


def loss_of(model, names):
    """The mean over characters, by the model's own scores."""
    return -model.log_prob(names).sum() / sum(len(name) + 1 for name in names)


# --- Determinism ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_a_seed_fixes_every_bit_of_the_weights(cell, names):
    settings = {"cell": cell, "dropout": 0.3, "recurrent_dropout": 0.2}
    first, again, other = (trained(names, **settings, seed=seed)[0].model for seed in (1, 1, 2))
    assert bytes_of(first) == bytes_of(again)
    assert first.training == again.training
    assert bytes_of(first)["Waa"] != bytes_of(other)["Waa"]
    untrained = [trained(names, **settings, epochs=0, seed=seed)[0].model for seed in (1, 2)]
    assert bytes_of(untrained[0])["Waa"] != bytes_of(untrained[1])["Waa"]


def test_the_order_of_the_list_does_not_matter(names):
    a, b = trained(names)[0].model, trained(names[::-1])[0].model
    assert bytes_of(a) == bytes_of(b)


# --- Epochs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_an_untrained_model_guesses_almost_uniformly(cell, names):
    trainer, _ = trained(names, epochs=0, cell=cell)
    assert loss_of(trainer.model, names) == pytest.approx(uniform_loss(trainer), abs=0.3)


@pytest.mark.parametrize("batch_size", [1, 90, 1000])
def test_an_epoch_goes_over_every_character_once(names, batch_size):
    few = names[:60] + names[:30] + names[:10]  # with repeats
    characters, steps = sum(len(name) + 1 for name in few), []
    trainer = trainer_of(few, epochs=1, batch_size=batch_size, held_out=0)
    (record,) = trainer.epochs(lambda *step: steps.append(step))
    assert len(steps) == math.ceil(100 / batch_size)
    assert sum(n for n, _ in steps) == record.characters == characters
    assert trainer.position.characters == characters
    assert steps[-1][1] == record.smoothed_loss
    if batch_size == 90:
        assert steps[1][0] < steps[0][0] / 3, "the last batch is smaller"


def test_the_training_loss_is_the_mean_over_characters(names):
    """With a rate near 0 the network stays as it is: batches of any size average to its loss."""
    settings = {"epochs": 1, "held_out": 0, "learning_rate": 1e-30}
    for batch_size in (7, 64, 1000):
        trainer, records = trained(names, **settings, batch_size=batch_size)
        expected = loss_of(trainer.model, names)
        assert records[0].training_loss == pytest.approx(expected, rel=1e-5)


def test_the_smoothed_loss_starts_at_the_loss_of_a_uniform_guess(names):
    steps = []
    trainer = trainer_of(names, batch_size=1000)
    expected = trainer.position.smoothed_loss
    assert expected == pytest.approx(uniform_loss(trainer))
    for record in trainer.epochs(lambda *step: steps.append(step)):
        keep = math.exp(-record.characters / training.SMOOTHING_CHARACTERS)
        expected = keep * expected + (1 - keep) * record.training_loss
        assert record.smoothed_loss == steps[-1][1] == pytest.approx(expected)


# --- Held-out names -------------------------------------------------------------------------------


def test_without_held_out_names_all_epochs_run_and_the_newest_is_kept(names):
    trainer, records = trained(names, held_out=0, epochs=4, patience=1)
    assert len(trainer.held_out) == 0
    assert [record.epoch for record in records] == [1, 2, 3, 4]
    assert [record.held_out_loss for record in records] == [None] * 4
    assert all(record.is_best for record in records)
    assert trainer.model.training["epoch"] == 4


def test_the_best_epoch_is_kept_and_training_stops_after_its_patience(names):
    """The held-out loss is measured without dropout, whatever the training did."""
    settings = {"epochs": 80, "patience": 3, "learning_rate": 0.05, "hidden_size": 24}
    trainer, records = trained(names[:100], **settings, dropout=0.3, recurrent_dropout=0.2)
    losses = [record.held_out_loss for record in records]
    best = int(np.argmin(losses))
    assert len(records) == best + 1 + 3 < 80, "it stops three epochs after the best"
    assert trainer.is_over
    for i, record in enumerate(records):
        assert record.is_best == (i == int(np.argmin(losses[: i + 1])))
    assert trainer.model.training["epoch"] == best + 1
    loss = loss_of(trainer.model, trainer.held_out.to_strings())
    assert loss == pytest.approx(losses[best], rel=1e-5)
    assert loss < losses[-1] - 1e-3, "not the last epoch's weights"


def test_weights_are_rounded_to_the_nearest():
    rng = np.random.default_rng(0)
    weights = (rng.standard_normal(10_000) * 10.0 ** rng.integers(-6, 6, 10_000)).astype(np.float32)
    near = rounded(weights)
    assert (np.abs(near / weights.astype(float) - 1) <= 2.0**-8).all()
    assert not (near.view(np.uint32) & 0xFFFF).any()
    assert (near != weights).any()


def test_the_model_is_rounded_to_bfloat16_before_its_loss_is_measured(names, tmp_path):
    trainer, records = trained(names, held_out=0.2)
    model, exact = trainer.model, trainer.state()["weights_after_network"]
    for name, array in model.params.items():
        assert np.array_equal(rounded(array), array), name
    assert not np.array_equal(rounded(exact), exact), "training itself does not round"
    losses = [
        mean_loss(each, trainer.vocabulary, trainer.held_out)
        for each in (model.params, views(exact, trainer._shapes))
    ]
    assert losses[0] == min(record.held_out_loss for record in records) != losses[1]
    assert losses[0] == pytest.approx(losses[1], abs=2e-4)
    model.save(tmp_path / "m.npz")
    assert bytes_of(Model.load(tmp_path / "m.npz")) == bytes_of(model)


# --- Learning -------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("cell", CELLS)
def test_training_lowers_the_loss(cell, optimizer, names):
    settings = {
        "epochs": 8,
        "hidden_size": 32,
        "learning_rate": {"adam": 0.02, "sgd": 2}[optimizer],
    }
    trainer, records = trained(names, cell=cell, optimizer=optimizer, **settings)
    assert records[-1].held_out_loss < uniform_loss(trainer) - 1.2
    assert records[-1].training_loss < records[0].training_loss
    real = trainer.model.log_prob(names[:50])
    scrambled = trainer.model.log_prob([name[::-1] for name in names[:50]])
    assert real.mean() > scrambled.mean() + 5, "names are likelier than the same letters backwards"


def test_repeats_in_a_list_count():
    settings = {"epochs": 80, "learning_rate": 0.03, "batch_size": 100, "held_out": 0}
    often = train(["ab"] * 30 + ["ba"] * 10, **{**SMALL, **settings})
    np.testing.assert_allclose(np.exp(often.log_prob(["ab", "ba"])), [0.75, 0.25], atol=0.05)


@pytest.mark.parametrize("optimizer, rate", [("adam", 1e3), ("adam", 1e300), ("sgd", 1e30)])
@pytest.mark.filterwarnings("error")
def test_numbers_that_overflow_end_training_with_the_last_good_model(optimizer, rate, names):
    trainer = trainer_of(names, learning_rate=rate, optimizer=optimizer)
    with pytest.raises(TrainingError, match="with learning_rate below") as error:
        list(trainer.epochs())
    assert "\n" not in str(error.value)
    assert all(np.isfinite(array).all() for array in trainer.model.params.values())


def test_the_record_says_how_it_was_trained(names):
    listed = names + names[:50]
    trainer, records = trained(listed, held_out=0.2)
    record, held_out = trainer.model.training, set(trainer.held_out.to_strings())
    learned = [name for name in listed if name not in held_out]
    assert records[0].characters == sum(len(name) + 1 for name in learned)
    assert set(trainer.corpus.names.to_strings()) == set(learned), "none of the held-out names"
    assert record["names"] == len(learned)
    assert (record["distinct_names"], record["held_out_names"]) == (240, 60)
    assert record["longest"] == max(map(len, names))
    assert record["settings"]["hidden_size"] == 16
    assert None not in record["settings"].values()
    assert record["training_loss"] == records[record["epoch"] - 1].training_loss


def test_given_settings_override_defaults_by_corpus_size():
    corpus = corpus_from_strings(["a", "b", "c"])
    assert None not in vars(Settings().resolved(len(corpus))).values()
    given = {"epochs": 0, "distil_epochs": 0, "synthetic_names": 0}
    given |= {"batch_size": 1, "learning_rate": 0.5, "patience": 1, "cell": "rnn", "hidden_size": 8}
    given |= {"dropout": 0.0, "recurrent_dropout": 0.0, "held_out": 0.2}
    without_effect = {"embedding_size": 24, "teacher_networks": 3}
    resolved = asdict(Settings(**given, **without_effect).resolved(len(corpus)))
    assert resolved == {name: getattr(Settings(**given), name) for name in resolved}


# --- Starting from a model ------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_init_keeps_the_models_weights_and_adds_characters(cell, names):
    start = train(names, **{**SMALL, "cell": cell})
    before = start.vocabulary.characters
    assert not {"0", "é"} & set(before)
    grown = train(["Zoé", "R2D0", "Ana"], init=start, **{**SMALL, "epochs": 0})
    assert grown.vocabulary.characters == "".join(sorted({*before, *"ZoéR2D0Ana"}))
    assert (grown.cell, grown.hidden_size) == (cell, 16)
    known = [0, *(1 + grown.vocabulary.characters.index(c) for c in before)]
    for name, array in start.params.items():
        kept = grown.params[name]
        kept = kept[:, known] if name == "Wax" else kept[known] if name in ("Wya", "by") else kept
        assert np.array_equal(kept, array), name
    assert np.isfinite(grown.log_prob(["Zoé"])).all()


def test_another_cell_or_size_than_the_start_models_is_refused(names):
    start, corpus = train(names, cell="rnn", hidden_size=16, epochs=0), corpus_from_strings(names)
    for settings in ({}, {"cell": "rnn"}, {"hidden_size": 16}):
        assert Trainer(TrainingSetup(corpus, Settings(**settings), start)).model.hidden_size == 16
    for settings, message in (
        ({"cell": "gru"}, "cell gru: .* has rnn"),
        ({"hidden_size": 8}, "hidden_size 8: .* has 16"),
    ):
        with pytest.raises(TrainingError, match=message):
            Trainer(TrainingSetup(corpus, Settings(**settings), start))


# --- What differs from the plain network: dropout and factors -------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_under_dropout_equals_finite_differences(cell, names):
    """Both masks, held to finite differences in float64.

    The same random numbers each time give the same masks.
    """
    settings = Settings(cell=cell, hidden_size=6, held_out=0, dropout=0.4, recurrent_dropout=0.4)
    trainer = Trainer(TrainingSetup(corpus_from_strings(names[:12]), settings))
    params = random_params(np.random.default_rng(0), cell, n_y=len(trainer.vocabulary), n_a=6)
    tree = trainer.setup.batches.tree(np.arange(12))
    [stage, *_] = make_stages(trainer.settings)

    def part(params):
        work, rng = Workspace(np.float64), np.random.default_rng(5)
        return gradients.gradients_with_dropout(params, stage, tree, work, rng)

    loss, exact = part(params)
    plain = -Model(trainer.vocabulary, params).log_prob(sorted(names[:12])).sum()
    assert abs(loss - plain) > 0.1, "something is left out"
    assert_gradients(lambda p: part(p)[0], params, exact, np.random.default_rng(1), h=5e-4)


def vocabulary_of(names):
    return Vocabulary.from_names(Names.from_strings(names))


@pytest.mark.parametrize("cell", CELLS)
def test_a_network_with_its_units_in_another_order_predicts_the_same(cell, names):
    vocabulary, order = vocabulary_of(names), np.array([2, 0, 3, 1])
    params = random_params(np.random.default_rng(0), cell, n_y=len(vocabulary), n_a=4)
    other = gradients.reordered(params, order)
    assert (other["a0"] == params["a0"][order]).all()
    expected = Model(vocabulary, params).log_prob(names)
    np.testing.assert_allclose(Model(vocabulary, other).log_prob(names), expected, rtol=1e-6)
    back = gradients.reordered(other, np.argsort(order))
    assert all((back[name] == array).all() for name, array in params.items())


@pytest.mark.parametrize(("rate", "kept"), [(0.0, 6), (0.4, 4), (0.99, 1)])
def test_dropout_keeps_the_given_share_of_units_between_steps(rate, kept, names):
    """Of Waa, only the columns of these units have a gradient."""
    batches = Batches.from_corpus(corpus_from_strings(names), vocabulary_of(names))
    params = random_params(np.random.default_rng(0), "gru", n_y=batches.n_y, n_a=6)
    stage = Stage("network", False, 1, 64, 0.009, dropout=0, recurrent_dropout=rate)
    tree, rng = batches.tree(np.arange(len(names))), np.random.default_rng(0)
    _, found = gradients.gradients_with_dropout(params, stage, tree, Workspace(np.float64), rng)
    assert np.count_nonzero(found["Waa"].any(axis=0)) == kept


def test_dropout_zeroes_the_given_share_and_keeps_the_mean():
    mask = gradients.dropout_mask(np.random.default_rng(0), 0.3, np.empty(100_000, np.float32))
    assert np.isclose(np.unique(mask), [0, 1 / 0.7]).all()
    assert np.mean(mask == 0) == pytest.approx(0.3, abs=0.01)
    assert gradients.dropout_mask(np.random.default_rng(0), 0.0, np.empty(3)) is None


# --- Distillation ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick_teacher")
def test_the_ngram_learns_the_repeats_but_never_a_held_out_name(names, monkeypatch):
    learned = []

    def recorded(names, *rest):
        learned.append(names)
        return NGram(names, *rest)

    monkeypatch.setattr(distillation, "NGram", recorded)
    listed = names[:100] + names[:40]
    trainer, _ = trained(listed, epochs=2, distil_epochs=1, synthetic_names=100)
    held_out = set(trainer.held_out.to_strings())
    (codes,) = learned
    texts = Names(trainer.vocabulary.codes[codes.codes], codes.offsets).to_strings()
    assert sorted(texts) == sorted(name for name in listed if name not in held_out)


def test_the_table_of_defaults_equals_the_rule():
    text = defaults_for.__doc__.replace("900 warm", "900")  # the first column
    lines = [line.split() for line in text.splitlines()]
    rows = [line for line in lines if line[:1] and line[0] in ("n_names", *vars(Settings()))]
    table = {name: [float(cell.replace(",", "")) for cell in cells] for name, *cells in rows}
    assert len(table) == 8
    for column, names in enumerate(table.pop("n_names")):
        rule = defaults_for(int(names), "adam", warm_start=column == 0)
        for name, cells in table.items():
            assert cells[column] == round(rule[name], 2), (name, names)


# --- `train`: what it takes for names, and what it refuses ---------------------------------------

ELVES = ["Aelviloe", "Drulvolir", "Elvanye", "Vessolir"]
QUICK = {"epochs": 1, "hidden_size": 4}


@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["text", "Path"])
def test_a_path_is_read_as_a_file(kind, tmp_path):
    """Not as the letters of the path."""
    path = tmp_path / "elves.txt"
    path.write_text("\n".join(ELVES), "utf-8")
    model = train(kind(path), **QUICK)
    assert model.knows(ELVES).all()
    assert model.vocabulary.characters == "".join(sorted(set("".join(ELVES))))


def test_a_missing_file_explains_the_valid_arguments(tmp_path):
    with pytest.raises(
        CorpusError, match=r"data\.txt: cannot be read: No such file.*list of texts"
    ):
        train("data.txt")
    with pytest.raises(CorpusError, match="a directory; give a text file"):
        train(tmp_path)
    with pytest.raises(CorpusError, match="cannot be read"):
        train("Ada\0Bo")


@pytest.mark.parametrize("names", [ELVES, tuple(ELVES), iter(ELVES), np.array(ELVES), set(ELVES)])
def test_any_collection_of_texts_is_a_list(names):
    assert train(names, **QUICK).training["distinct_names"] == 3


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"names": 5}, CorpusError, "5: give a list of names"),
        ({"names": [*ELVES, 7]}, CorpusError, "name 5: 7 is not a text"),
        ({"names": [*ELVES, float("nan")]}, CorpusError, "name 5: nan is not a text"),
        ({"names": [b"Ada", b"Bo"]}, CorpusError, "name 1: b'Ada' is not a text"),
        ({"init": "dinosaurs"}, TrainingError, "init 'dinosaurs': must be a Model, 'closest' or"),
        ({"init": ELVES}, TrainingError, "init .*: must be a Model, 'closest' or 'none'"),
        ({"settings": {"epochs": 3}}, TrainingError, r"settings \{'epochs': 3\}: must be a Setti"),
    ],
)
def test_arguments_of_a_wrong_type_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        train(**{"names": ELVES, **QUICK, **arguments})


def test_keywords_override_settings():
    settings = Settings(epochs=0, hidden_size=4, seed=5)
    record = train(ELVES, settings, hidden_size=6).training["settings"]
    assert (record["hidden_size"], record["epochs"], record["seed"]) == (6, 0, 5)
