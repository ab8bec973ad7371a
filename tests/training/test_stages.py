"""The stages of a run: the network, then distillation; and what each keeps."""

import math

import numpy as np
import pytest

from rnn_names import Settings
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.network.language_model import mean_loss
from rnn_names.training import trainer as training
from rnn_names.training.settings import DISTILLATION_RATE, make_stages
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import DIVERGENCE_FACTOR, Trainer

pytestmark = pytest.mark.usefixtures("quick_teacher")

# Two epochs of the network, and two of distillation.
FOUR_EPOCHS = {"epochs": 4, "distil_epochs": 2, "synthetic_names": 60}
FOUR_EPOCHS |= {"hidden_size": 8, "batch_size": 64, "learning_rate": 0.01, "seed": 4}

ONE_NETWORK = {"epochs": 11, "distil_epochs": 3, "synthetic_names": 1500}
ONE_NETWORK |= {"hidden_size": 32, "learning_rate": 0.03}


@pytest.fixture(scope="module")
def corpus(names):
    return corpus_from_strings(names[:150])


def trained(corpus, settings, **others):
    """A run that is over, and the records of its epochs."""
    trainer = Trainer(TrainingSetup(corpus, Settings(**{**settings, **others})))
    return trainer, list(trainer.epochs())


def stages(records):
    return [record.stage for record in records]


def losses(records, stage):
    return [record.held_out_loss for record in records if record.stage == stage]


# --- Which stages there are -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "asked", "started", "network", "distillation"),
    [
        (100, {}, False, 110, 3),
        (999, {}, True, 60, 3),
        (1000, {}, False, 87, 3),
        (100, {"epochs": 40}, False, 39, 1),  # its share of the epochs
        (5000, {"epochs": 300}, False, 279, 21),
        (100, {"distil_epochs": 0}, False, 113, 0),
        (100, {"distil_epochs": 1}, False, 112, 1),
        (100, {"epochs": 1, "distil_epochs": 9}, False, 1, 0),
        (100, {"epochs": 0}, False, 0, 0),
    ],
)
def test_the_stages_have_the_epochs_of_the_run(names, asked, started, network, distillation):
    corpus = corpus_from_strings(map(str, range(10_000, 10_000 + names)))
    settings = Settings(**asked).resolved(len(corpus), started)
    assert (settings.epochs, settings.distil_epochs) == (network + distillation, distillation)
    run = [(stage.is_distillation, stage.epochs) for stage in make_stages(settings)]
    expected = [(False, network), (True, distillation)]
    assert run == [(kind, epochs) for kind, epochs in expected if epochs]


@pytest.mark.parametrize(("batch_size", "expected"), [(16, 272), (64, 408), (510, 510)])
def test_distillation_has_larger_minibatches_and_rates(batch_size, expected, corpus):
    asked = Settings(batch_size=batch_size, learning_rate=0.01)
    network, distillation = make_stages(asked.resolved(len(corpus)))
    assert (network.batch_size, distillation.batch_size) == (batch_size, expected)
    stages, shares = (network, distillation), np.linspace(0, 1, 1001)
    rates = [max(map(each.learning_rate, shares)) for each in stages]
    assert rates == pytest.approx([0.01, 0.01 * DISTILLATION_RATE], rel=0.01)


# --- A run through them ---------------------------------------------------------------------------


def test_a_run_passes_through_its_stages(corpus):
    trainer, records = trained(corpus, FOUR_EPOCHS)
    assert stages(records) == ["network"] * 2 + ["distillation"] * 2
    assert [record.epoch for record in records] == [1, 2, 3, 4]
    assert trainer.is_over


def test_each_stage_counts_patience_from_its_beginning(corpus):
    trainer, records = trained(corpus, FOUR_EPOCHS, epochs=102, learning_rate=1e-9, patience=2)
    assert 0 < stages(records).count("network") < 100
    assert stages(records).count("distillation") == 2
    assert trainer.is_over


def test_characters_left_are_exact_except_for_undrawn_synthetic_names(corpus):
    trainer = Trainer(
        TrainingSetup(corpus, Settings(**{**FOUR_EPOCHS, "synthetic_names": 1000}, held_out=0))
    )
    at_first, done, left = trainer.characters_left, 0, []
    for record in trainer.epochs():
        done += record.characters
        assert trainer.position.characters == done
        left.append(trainer.characters_left)
        if record.stage != "distillation":
            assert left[-1] == at_first - done
    assert left[-2:] == [record.characters, 0]
    assert done == pytest.approx(at_first, rel=0.35)  # many names that it draws are too long


def test_a_stage_that_ended_early_has_no_characters_left(corpus):
    settings = {"epochs": 200, "learning_rate": 1e-9, "patience": 2, "hidden_size": 4}
    trainer = Trainer(
        TrainingSetup(corpus, Settings(**{**ONE_NETWORK, **settings, "synthetic_names": 60}))
    )
    at_first = trainer.characters_left
    for record in trainer.epochs():
        if record.stage == "distillation":
            break
        last, left = record, trainer.characters_left
    assert last.epoch < 150
    assert left == at_first - (200 - trainer.settings.distil_epochs) * last.characters


# --- What is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize("held_out", [0.1, 0])
def test_the_teacher_uses_the_best_network(held_out, corpus):
    """Where no names are held out, that is its last epoch."""
    settings = {**FOUR_EPOCHS, "held_out": held_out, "epochs": 8}
    trainer = Trainer(TrainingSetup(corpus, Settings(**settings)))
    best, kept = math.inf, None
    for record in trainer.epochs():
        loss = -record.epoch if record.held_out_loss is None else record.held_out_loss
        if loss < best:
            best, kept = loss, trainer.state()["weights"].copy()
        if record.epoch == 6:
            break
    assert np.array_equal(trainer.state()["weights_after_network"], kept)


def test_distillation_starts_from_the_best_network_and_improves_it(names):
    corpus = corpus_from_strings(names)
    trainer = Trainer(TrainingSetup(corpus, Settings(**ONE_NETWORK, patience=3)))
    records = []
    for record in trainer.epochs():
        records.append(record)
        if record.stage == "network":
            best = trainer.model
    first, second = losses(records, "network"), losses(records, "distillation")
    assert mean_loss(best.params, trainer.vocabulary, trainer.held_out) == min(first)
    assert min(second) < min(first) - 0.03
    record = trainer.model.training
    assert record["epoch"] == len(first) + 1 + second.index(min(second))
    assert record["held_out_loss"] == min(second)
    _, alone = trained(corpus, {**ONE_NETWORK, "epochs": 8, "distil_epochs": 0}, patience=3)
    assert losses(alone, "network") == first


@pytest.mark.parametrize(
    ("measured", "kept"),
    [
        ([2.1, 2.0, 1.9, 1.8], [1, 2, 3, 4]),
        ([2.1, 2.0, 1.8, 1.9], [1, 2, 3]),
        ([2.0, 2.1, 2.0, 1.9], [1, 4]),
        ([2.0, 2.1, 2.2, 2.1], [1]),
    ],
)
def test_the_epoch_with_the_lowest_loss_of_all_is_kept(measured, kept, corpus, monkeypatch):
    trainer, told = Trainer(TrainingSetup(corpus, Settings(**FOUR_EPOCHS))), iter(measured)
    monkeypatch.setattr(training, "mean_loss", lambda *_: next(told))
    records = list(trainer.epochs())
    assert [record.epoch for record in records if record.is_best] == kept
    record = trainer.model.training
    assert (record["epoch"], record["held_out_loss"]) == (kept[-1], measured[kept[-1] - 1])


def test_without_held_out_names_the_newest_weights_are_kept(corpus):
    trainer = Trainer(TrainingSetup(corpus, Settings(**FOUR_EPOCHS, held_out=0)))
    for record in trainer.epochs():
        assert record.is_best
        assert trainer.model.training["epoch"] == record.epoch


# --- A loss far above that of a uniform guess ends a stage; it is no divergence -------------------


def run_with_one_lost_epoch(held_out=0.1):
    """A run whose weights are spoiled after the second epoch."""
    corpus = corpus_from_strings([a + b + c for a in "abc" for b in "def" for c in "ghi"])
    settings = {"hidden_size": 8, "epochs": 9, "distil_epochs": 3, "batch_size": 16}
    trainer = Trainer(TrainingSetup(corpus, Settings(**settings, held_out=held_out)))
    for epoch in trainer.epochs():
        yield trainer, epoch
        if epoch.epoch == 2:
            trainer._weights *= 300


@pytest.mark.parametrize("held_out", [0.1, 0])
def test_a_diverged_stage_ends_with_the_best_weights_so_far(held_out):
    *_, (trainer, _) = run = list(run_with_one_lost_epoch(held_out))
    epochs = [epoch for _, epoch in run]
    lost = epochs[2]
    assert trainer.has_diverged(lost.training_loss, lost.held_out_loss) and not lost.is_best
    assert stages(epochs) == ["network"] * 3 + ["distillation"] * 3, "the next begins at once"
    assert trainer.model.training["epoch"] != 3
    assert trainer.model.training["training_loss"] < DIVERGENCE_FACTOR * math.log(10)


def test_a_resumed_run_skips_a_diverged_stage():
    for trainer, epoch in run_with_one_lost_epoch():
        if epoch.epoch == 3:
            state, model = trainer.state(), trainer.model
            break
    resumed, _ = next(run_with_one_lost_epoch())
    resumed.restore(state, model)
    assert next(iter(resumed.epochs())).stage == "distillation"


def test_a_list_of_five_names_trains_at_a_high_rate(invoke, tmp_path):
    """The held-out name is one of five letters, and the network soon sure that it is not."""
    names = "d\na\nt\n.\nx\n"
    options = ["--hidden-size", 64, "--learning-rate", 0.2]
    done = invoke("train", "-", *options, cwd=tmp_path, input=names)
    assert done.returncode == 0, done.stderr
    assert "ends with epoch" in done.stderr
    assert "its loss exceeded 4 times that of a uniform guess" in done.stderr
    assert invoke("sample", "-n", 5, cwd=tmp_path).returncode == 0


# --- What the command says ------------------------------------------------------------------------


def test_train_announces_distillation_but_not_the_network(invoke, corpus_file, tmp_path):
    options = "--hidden-size 4 --epochs 4 --distil-epochs 1".split()
    done = invoke("train", corpus_file, "-o", tmp_path / "m.npz", *options)
    assert done.returncode == 0, done.stderr
    stages = [line for line in done.stderr.splitlines() if line.startswith(("Network", "Distil"))]
    assert stages == ["Distillation stage: learning a teacher's predictions."]
