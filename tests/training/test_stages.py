"""The stages of a run: one network after another, then distillation; and what each keeps."""

import math

import numpy as np
import pytest

from rnn_names import Settings
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.errors import TrainingError
from rnn_names.network.language_model import mean_loss
from rnn_names.training import distillation
from rnn_names.training import trainer as training
from rnn_names.training.run import Run
from rnn_names.training.stages import DISTILLATION_RATE, TOLERANCE, Best, Stage, stages_of
from rnn_names.training.trainer import LOST, Trainer

pytestmark = pytest.mark.usefixtures("quick_teacher")

# Two epochs for each of three networks, and two of distillation.
THREE_NETWORKS = {"epochs": 8, "distil_epochs": 2, "teacher_networks": 3, "synthetic_names": 60}
THREE_NETWORKS |= {"hidden_size": 8, "batch_size": 64, "learning_rate": 0.01, "seed": 4}
THREE_NETWORKS |= {"all_names": False}

ONE_NETWORK = {"epochs": 11, "distil_epochs": 3, "synthetic_names": 1500, "all_names": False}
ONE_NETWORK |= {"hidden_size": 32, "learning_rate": 0.03}

NETWORKS = ["network 1 of 3", "network 2 of 3", "network 3 of 3"]


@pytest.fixture(scope="module")
def corpus(names):
    return corpus_from_strings(names[:150])


def trained(corpus, settings, **others):
    """A run that is over, and the records of its epochs."""
    trainer = Trainer(Run(corpus, Settings(**{**settings, **others})))
    return trainer, list(trainer.epochs())


def stages(records):
    return [record.stage for record in records]


def losses(records, stage):
    return [record.held_out_loss for record in records if record.stage == stage]


# --- Which stages there are -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "asked", "networks", "each", "distillation"),
    [
        (100, {}, 3, 150, 3),
        (999, {}, 3, 122, 3),
        (1000, {}, 1, 122, 3),
        (1000, {"teacher_networks": 2}, 2, 122, 3),
        (100, {"epochs": 40}, 1, 39, 1),  # its share of the epochs
        (5000, {"epochs": 300}, 1, 282, 18),
        (100, {"epochs": 40, "teacher_networks": 2}, 2, 19, 1),
        (100, {"epochs": 3, "distil_epochs": 1, "teacher_networks": 5}, 2, 1, 1),
        (100, {"distil_epochs": 0, "teacher_networks": 2}, 1, 153, 0),
        (100, {"distil_epochs": 1}, 3, 150, 1),
        (100, {"epochs": 41, "distil_epochs": 1, "teacher_networks": 3}, 3, 13, 1),
        (100, {"epochs": 1, "distil_epochs": 9, "teacher_networks": 3}, 1, 1, 0),
        (100, {"epochs": 0, "teacher_networks": 3}, 1, 0, 0),
    ],
)
def test_the_stages_have_the_epochs_of_the_run(names, asked, networks, each, distillation):
    corpus = corpus_from_strings(map(str, range(10_000, 10_000 + names)))
    settings = Settings(**asked).resolved(corpus)
    assert (settings.teacher_networks, settings.distil_epochs) == (networks, distillation)
    assert settings.epochs == networks * each + distillation
    run = [(stage.is_distillation, stage.epochs) for stage in stages_of(settings)]
    assert run == [(False, each)] * networks + [(True, distillation)] * (distillation > 0)


@pytest.mark.parametrize(
    ("synthetic_names", "batch_size", "expected"),
    [(0, 16, 272), (49_999, 16, 272), (50_000, 64, 408), (150_000, 510, 510)],
)
def test_distillation_has_larger_minibatches_and_rates(
    synthetic_names, batch_size, expected, corpus
):
    asked = Settings(synthetic_names=synthetic_names, batch_size=batch_size, learning_rate=0.01)
    network, *_, distillation = stages_of(asked.resolved(corpus))
    assert (network.batch_size, distillation.batch_size) == (batch_size, expected)
    stages, shares = (network, distillation), np.linspace(0, 1, 1001)
    rates = [max(map(each.learning_rate, shares)) for each in stages]
    assert rates == pytest.approx([0.01, 0.01 * DISTILLATION_RATE], rel=0.01)


@pytest.mark.parametrize("dropout", [0.15, 0.5, 0.6, 0.7])
def test_dropout_rises_to_its_value_and_begins_lower_where_it_is_low(dropout):
    stage = Stage("network", False, 10, 64, 0.01, dropout, dropout / 2)
    over = [stage.at(share / 10) for share in range(11)]
    assert over[-1].dropout == dropout
    assert [at.recurrent_dropout for at in over] == pytest.approx([at.dropout / 2 for at in over])
    steps = np.diff([at.dropout for at in over])
    assert steps == pytest.approx([steps[0]] * 10), "in a line"
    first = over[0].dropout / dropout
    assert first == pytest.approx({0.15: 1 / 2, 0.5: 0.6, 0.6: 1, 0.7: 1}[dropout])


def test_recurrent_dropout_without_dropout_stays_as_it_is():
    stage = Stage("network", False, 10, 64, 0.01, dropout=0, recurrent_dropout=0.3)
    assert stage.at(0) == stage


# --- A run through them ---------------------------------------------------------------------------


def test_a_run_goes_from_stage_to_stage(corpus):
    trainer, records = trained(corpus, THREE_NETWORKS)
    assert stages(records) == [*np.repeat(NETWORKS, 2), *["distillation"] * 2]
    assert [record.epoch for record in records] == list(range(1, 9))
    assert trainer.position.next_stage is None
    assert len({losses(records, network)[0] for network in NETWORKS}) == 3, "weights of their own"


def test_patience_counts_in_each_stage_anew(corpus):
    trainer, records = trained(corpus, THREE_NETWORKS, epochs=302, learning_rate=1e-9, patience=2)
    assert all(0 < stages(records).count(network) < 100 for network in NETWORKS)
    assert trainer.position.next_stage is None


def test_what_is_left_is_exact_but_for_synthetic_names_that_are_not_drawn_yet(corpus):
    trainer = Trainer(
        Run(corpus, Settings(**{**THREE_NETWORKS, "synthetic_names": 1000}, held_out=0))
    )
    at_first, done, left = trainer.characters_left, 0, []
    for record in trainer.epochs():
        done += record.characters
        assert trainer.characters_done == done
        left.append(trainer.characters_left)
        if record.stage != "distillation":
            assert left[-1] == at_first - done
    assert left[-2:] == [record.characters, 0]
    assert done == pytest.approx(at_first, rel=0.35)  # many names that it draws are too long


def test_nothing_is_left_of_a_stage_that_ended_early(corpus):
    settings = {"epochs": 200, "learning_rate": 1e-9, "patience": 2, "hidden_size": 4}
    trainer = Trainer(Run(corpus, Settings(**{**ONE_NETWORK, **settings, "synthetic_names": 60})))
    at_first = trainer.characters_left
    for record in trainer.epochs():
        if record.stage == "distillation":
            break
        last, left = record, trainer.characters_left
    assert last.epoch < 150
    assert left == at_first - (200 - trainer.settings.distil_epochs) * last.characters


# --- What is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize("held_out", [0.1, 0])
def test_the_teacher_asks_the_best_of_each_network(held_out, corpus):
    """Where no names are held out, that is its last epoch."""
    trainer = Trainer(
        Run(corpus, Settings(**{**THREE_NETWORKS, "held_out": held_out, "epochs": 14}))
    )
    kept = {}
    for record in trainer.epochs():
        loss = -record.epoch if record.held_out_loss is None else record.held_out_loss
        if loss < kept.get(record.stage, (math.inf,))[0]:
            kept[record.stage] = loss, trainer.state()["trained"]
        if record.epoch == 12:
            break
    networks = trainer.state()["weights"][:3]
    assert all(np.array_equal(networks[i], kept[name][1]) for i, name in enumerate(NETWORKS))


def test_distillation_starts_from_the_best_network_and_betters_it(names):
    corpus = corpus_from_strings(names)
    trainer = Trainer(Run(corpus, Settings(**ONE_NETWORK, patience=3)))
    records = []
    for record in trainer.epochs():
        records.append(record)
        if record.stage == "network":
            best = trainer.model
    first, second = losses(records, "network"), losses(records, "distillation")
    assert mean_loss(best.params, trainer.vocabulary, trainer.held_out) == min(first)
    assert min(second) < min(first) - 0.03
    assert trainer.position.best == Best(len(first) + 1 + second.index(min(second)), min(second))
    _, alone = trained(corpus, {**ONE_NETWORK, "epochs": 8, "distil_epochs": 0}, patience=3)
    assert losses(alone, "network") == first


@pytest.mark.parametrize(
    ("of_networks", "tolerances", "kept"),
    [
        ([2.1, 2.0], [0.9, 0.95], [1, 2, 3, 4]),
        ([2.1, 2.0], [0.9, 1.1], [1, 2, 3]),
        ([2.1, 2.0], [-0.5, 0.6], [1, 2, 3]),
        ([2.1, 2.0], [1.1, 1.2], [1, 2]),
        ([2.0, 2.1], [1.1, 0.9], [1, 4]),
        ([2.1, 2.2, 2.0, 1.9, 2.3, 1.95], [0.9, 0.8], [1, 3, 4, 7, 8]),
    ],
)
def test_distillation_may_be_worse_within_a_tolerance(
    of_networks, tolerances, kept, corpus, monkeypatch
):
    n = len(of_networks)
    settings = {**THREE_NETWORKS, "teacher_networks": n // 2, "epochs": n + 2}
    trainer = Trainer(Run(corpus, Settings(**settings)))
    tolerance = TOLERANCE / math.sqrt((trainer.held_out.lengths + 1).sum())
    measured = [*of_networks, *(min(of_networks) + share * tolerance for share in tolerances)]
    told = iter(measured)
    monkeypatch.setattr(training, "mean_loss", lambda *_: next(told))
    records = list(trainer.epochs())
    assert [record.epoch for record in records if record.is_best] == kept
    assert trainer.position.best == Best(kept[-1], measured[kept[-1] - 1])
    assert trainer.model.training["epoch"] == kept[-1]


def test_without_held_out_names_no_later_network_replaces_the_first(corpus):
    """The model is that of a network that is done, until distillation betters it."""
    trainer = Trainer(Run(corpus, Settings(**THREE_NETWORKS, held_out=0)))
    for record in trainer.epochs():
        of_model = min(record.epoch, 2) if record.stage in NETWORKS else record.epoch
        assert record.is_best == (record.stage in (NETWORKS[0], "distillation"))
        assert trainer.model.training["epoch"] == of_model


@pytest.mark.parametrize(
    "change",
    [
        {"index": 4},
        {"index": True},
        {"stage_epoch": -1},
        {"stage_epoch": 3, "epoch": 3, "bests": [[1, 1.0]] * 4},
        {"stage_epoch": 2, "epoch": 1},
        {"bests": [[0, 1.0]]},
        {"bests": [["1", 1.0]] * 4},
        {"stage_epoch": 1, "epoch": 10**30, "bests": [[1, 1.0]] * 4},
        {"index": 3, "epoch": 6, "bests": [[0, 1.0]] * 4},
        {"epoch": 1, "bests": [[2, 1.0]] * 4},
        {"epoch": 1, "bests": [[1, math.nan]] * 4},
        {"smoothed_loss": math.inf},
        {"optimizer_steps": np.array(-1)},
    ],
    ids=str,
)
def test_a_position_that_cannot_be_is_refused(change, corpus):
    trainer = Trainer(Run(corpus, Settings(**THREE_NETWORKS)))
    with pytest.raises(TrainingError):
        trainer.restore({**trainer.state(), **change}, trainer.model)


# --- A loss far above that of a uniform guess ends a stage; it is no divergence -------------------


def run_with_one_lost_epoch(held_out=0.1):
    """A run whose weights are spoiled after the second epoch."""
    corpus = corpus_from_strings([a + b + c for a in "abc" for b in "def" for c in "ghi"])
    settings = {"hidden_size": 8, "epochs": 9, "distil_epochs": 3, "batch_size": 16}
    trainer = Trainer(Run(corpus, Settings(**settings, held_out=held_out)))
    for epoch in trainer.epochs():
        yield trainer, epoch
        if epoch.epoch == 2:
            trainer._flat *= 300


@pytest.mark.parametrize("held_out", [0.1, 0])
def test_a_lost_stage_ends_with_the_best_weights_so_far(held_out):
    *_, (trainer, _) = run = list(run_with_one_lost_epoch(held_out))
    epochs = [epoch for _, epoch in run]
    lost = epochs[2]
    assert trainer.is_lost(lost.training_loss, lost.held_out_loss) and not lost.is_best
    assert stages(epochs) == ["network"] * 3 + ["distillation"] * 3, "the next begins at once"
    assert trainer.model.training["epoch"] != 3
    assert trainer.model.training["training_loss"] < LOST * math.log(10)


def test_a_resumed_run_knows_that_a_lost_stage_is_over():
    for trainer, epoch in run_with_one_lost_epoch():
        if epoch.epoch == 3:
            state, model = trainer.state(), trainer.model
            break
    resumed, _ = next(run_with_one_lost_epoch())
    resumed.restore(state, model)
    assert next(iter(resumed.epochs())).stage == "distillation"


def test_a_network_that_is_lost_at_once_is_no_teacher(corpus, monkeypatch):
    trainer = Trainer(Run(corpus, Settings(**THREE_NETWORKS)))
    found, asked = [], []
    real = distillation.Teacher.of
    noted = lambda *arguments: asked.append(arguments[2]) or real(*arguments)  # noqa: E731
    monkeypatch.setattr(distillation.Teacher, "of", noted)
    for record in trainer.epochs():
        found.append(record.stage)
        if record.epoch == 2:
            trainer._weights[1] *= 300  # what the second network starts from
    assert found == [*NETWORKS[:1] * 2, NETWORKS[1], *NETWORKS[2:] * 2, *["distillation"] * 2]
    assert [len(networks) for networks in asked] == [2]
    assert trainer.position.best.loss < LOST * math.log(len(trainer.vocabulary))


def test_a_list_of_five_names_trains_at_a_high_rate(invoke, tmp_path):
    """The held-out name is one of five letters, and the network soon sure that it is not."""
    names = "d\na\nt\n.\nx\n"
    options = ["--hidden-size", 64, "--learning-rate", 0.2]
    done = invoke("train", "-", *options, cwd=tmp_path, input=names)
    assert done.returncode == 0, done.stderr
    assert "of 3: it ends with epoch" in done.stderr
    assert "its loss passed 4 times that of a uniform guess" in done.stderr
    assert invoke("sample", "-n", 5, cwd=tmp_path).returncode == 0


# --- What the command says ------------------------------------------------------------------------


def test_train_announces_stages_but_not_the_only_network(invoke, corpus_file, tmp_path):
    options = "--hidden-size 4 --epochs 4 --distil-epochs 1 --init none --teacher-networks".split()
    done = invoke("train", corpus_file, "-o", tmp_path / "m.npz", *options, 3)
    assert done.returncode == 0, done.stderr
    assert "Training 3 networks, each a GRU of 4 units, one after another" in done.stderr
    stages = [line for line in done.stderr.splitlines() if line.startswith(("Network", "Distil"))]
    assert stages[:3] == [f"{name.capitalize()}." for name in NETWORKS]
    assert stages[3:] == ["Distillation stage: learning a teacher's predictions."]
    done = invoke("train", corpus_file, "-o", tmp_path / "m.npz", *options, 1)
    assert "etwork 1" not in done.stderr and "networks" not in done.stderr
