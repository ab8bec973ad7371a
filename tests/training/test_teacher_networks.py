"""Several networks that learn from the names one after another, for one teacher that asks all."""

import math

import numpy as np
import pytest

from rnn_names.corpus.corpus import corpus_from_file, corpus_from_strings
from rnn_names.network.scoring import mean_loss
from rnn_names.training.checkpoint import Checkpoint
from rnn_names.training.settings import Settings
from rnn_names.training.trainer import LOST, Trainer
from support.networks import bytes_of

SETTINGS = {
    "hidden_size": 8,
    "epochs": 8,
    "distil_epochs": 2,
    "teacher_networks": 3,
    "synthetic_names": 60,
    "batch_size": 64,
    "learning_rate": 0.01,
    "seed": 4,
}
"""Two epochs for each of three networks, and two of distillation."""


@pytest.fixture(scope="module")
def corpus(names):
    return corpus_from_strings(names[:150])


def trained(corpus, **settings):
    """A run that is over, and the records of its epochs."""
    trainer = Trainer(corpus, Settings(**{**SETTINGS, **settings}))
    return trainer, list(trainer.epochs())


def test_each_network_has_its_share_of_the_first_phase(corpus):
    _, records = trained(corpus)
    assert [(record.phase, record.network) for record in records] == [
        *[(1, 1), (1, 1), (1, 2), (1, 2), (1, 3), (1, 3)],
        *[(2, None), (2, None)],
    ]
    losses = [record.held_out_loss for record in records]
    assert len(set(losses[::2][:3])) == 3, "they begin with weights of their own"


def test_the_first_network_learns_as_it_does_alone(corpus):
    _, records = trained(corpus)
    _, alone = trained(corpus, teacher_networks=1, epochs=4)
    assert [record.held_out_loss for record in records[:2]] == [
        record.held_out_loss for record in alone[:2]
    ]


@pytest.mark.parametrize("held_out", [0.1, 0])
def test_the_teacher_asks_the_best_of_each_network(held_out, corpus):
    """Where no names are held out, that is its last epoch."""
    trainer = Trainer(corpus, Settings(**{**SETTINGS, "held_out": held_out, "epochs": 14}))
    kept = {}
    for record in trainer.epochs():
        if record.phase == 2:
            break
        loss = -record.epoch if record.held_out_loss is None else record.held_out_loss
        kept.setdefault(record.network, []).append((loss, trainer._flat.copy()))
    best = [min(kept[network], key=lambda each: each[0])[1] for network in (1, 2, 3)]
    networks = trainer._teacher.networks
    assert len(networks) == 3
    for params, flat in zip(networks, best, strict=True):
        trainer._flat[:] = flat
        expected = trainer._current_model().params
        assert all(np.array_equal(params[name], expected[name]) for name in expected)


def test_the_best_network_goes_on_in_the_distillation_phase(corpus):
    trainer = Trainer(corpus, Settings(**{**SETTINGS, "epochs": 11}))
    first = []
    for record in trainer.epochs():
        if record.phase == 2:
            break
        first.append(record.held_out_loss)
        if trainer.distillation_is_next:
            best = trainer.model
    assert mean_loss(best.params, trainer.vocabulary, trainer.held_out) == min(first)
    assert best.training["epoch"] == 1 + first.index(min(first))


def test_patience_counts_for_each_network_anew(corpus):
    trainer, records = trained(corpus, epochs=302, learning_rate=1e-9, patience=2)
    networks = [record.network for record in records if record.phase == 1]
    assert all(0 < networks.count(network) < 100 for network in (1, 2, 3))
    assert trainer.finished


@pytest.mark.parametrize("settings", [{}, {"held_out": 0.0}], ids=["defaults", "nothing held out"])
@pytest.mark.parametrize("epochs", [1, 2, 3, 6, 7])
def test_a_resumed_run_ends_as_one_that_was_never_interrupted(settings, epochs, corpus, tmp_path):
    whole, records = trained(corpus, **settings)
    output = str(tmp_path / "m.npz")
    left = Trainer(corpus, Settings(**{**SETTINGS, **settings}))
    checkpoint = Checkpoint(output, left, corpus, None)
    for record in left.epochs():
        checkpoint.keep()
        if record.epoch == epochs:
            break
    checkpoint.write()
    resumed = Checkpoint.resumed(output, corpus, Settings(**{**SETTINGS, **settings}), None).trainer
    rest = list(resumed.epochs())
    assert [record.as_dict() | {"seconds": 0} for record in rest] == [
        record.as_dict() | {"seconds": 0} for record in records[epochs:]
    ]
    assert bytes_of(resumed.model) == bytes_of(whole.model)
    assert resumed._flat.tobytes() == whole._flat.tobytes()


def test_without_held_out_names_no_later_network_replaces_the_first(corpus):
    """The model that is kept is that of a network that is done, until distillation betters it."""
    trainer = Trainer(corpus, Settings(**SETTINGS, held_out=0))
    for record in trainer.epochs():
        assert record.is_best == (record.network in (1, None))
        assert trainer.model.training["epoch"] == (
            min(record.epoch, 2) if record.network else record.epoch
        )
        if record.phase == 1:
            newest = trainer._flat.copy()
        elif record.epoch == 7:
            assert np.array_equal(trainer._networks[2], newest), "the newest goes on"


def test_what_is_left_counts_the_networks_to_come(corpus):
    trainer = Trainer(corpus, Settings(**SETTINGS, held_out=0))
    in_all, done = trainer.characters_left, 0
    for record in trainer.epochs():
        done += record.characters
        assert trainer.characters_done == done
        if record.phase == 1:
            assert trainer.characters_left == in_all - done
    assert trainer.characters_left == 0


def test_the_best_network_stands_in_for_one_that_is_lost_at_once(corpus):
    trainer = Trainer(corpus, Settings(**SETTINGS))
    networks = []
    for record in trainer.epochs():
        networks.append(record.network)
        if record.epoch == 2:
            trainer._networks[1] *= 300  # what the second network starts from
    assert networks == [1, 1, 2, 3, 3, None, None], "the next one begins at once"
    first, second, _ = trainer._networks
    assert np.array_equal(first, second)
    assert trainer.best_loss < LOST * math.log(len(trainer.vocabulary))


@pytest.mark.parametrize(
    ("names", "asked", "epochs", "networks"),
    [
        (100, {}, 3 * 150 + 3, 3),
        (999, {}, 3 * 122 + 3, 3),
        (1000, {}, 122 + 3, 1),
        (1000, {"teacher_networks": 2}, 2 * 122 + 3, 2),
        (100, {"teacher_networks": 1}, 150 + 3, 1),
        (100, {"epochs": 40}, 40, 1),
        (100, {"epochs": 40, "teacher_networks": 2}, 2 * 19 + 1, 2),
        (100, {"epochs": 3, "distil_epochs": 1, "teacher_networks": 5}, 3, 2),
        (100, {"distil_epochs": 0}, 150 + 3, 1),
        (100, {"distil_epochs": 0, "teacher_networks": 2}, 150 + 3, 1),
        (100, {"distil_epochs": 1}, 3 * 150 + 1, 3),
        (100, {"epochs": 41, "distil_epochs": 1, "teacher_networks": 3}, 3 * 13 + 1, 3),
        (100, {"epochs": 1, "teacher_networks": 3}, 1, 1),
        (100, {"epochs": 0, "teacher_networks": 3}, 0, 1),
    ],
)
def test_how_many_networks_teach(names, asked, epochs, networks):
    corpus = corpus_from_strings(map(str, range(10_000, 10_000 + names)))
    settings = Settings(**asked).resolved(corpus)
    assert (settings.epochs, settings.teacher_networks) == (epochs, networks)


def test_train_says_which_network_learns(invoke, corpus_file, tmp_path):
    options = "--hidden-size 4 --epochs 7 --distil-epochs 1 --teacher-networks 3"
    done = invoke("train", corpus_file, "-o", tmp_path / "m.npz", *options.split())
    assert done.returncode == 0, done.stderr
    assert "Training 3 networks, each a GRU of 4 units, one after another" in done.stderr
    told = [done.stderr.index(f"Network {network} of 3.\n") for network in (1, 2, 3)]
    assert told == sorted(told)
    assert done.stderr.index("Distillation phase: ") > told[-1]


def test_one_network_is_not_counted(invoke, corpus_file, tmp_path):
    options = "--hidden-size 4 --epochs 3 --distil-epochs 1"
    done = invoke("train", corpus_file, "-o", tmp_path / "m.npz", *options.split())
    assert "etwork 1" not in done.stderr
    assert "networks" not in done.stderr


def test_a_resumed_run_says_which_network_goes_on(invoke, corpus_file, tmp_path):
    output = str(tmp_path / "m.npz")
    names = corpus_from_file(corpus_file)
    settings = Settings(hidden_size=4, epochs=7, distil_epochs=1, teacher_networks=3)
    checkpoint = Checkpoint(output, Trainer(names, settings), names, None)
    for record in checkpoint.trainer.epochs():
        checkpoint.keep()
        if record.epoch == 3:
            break
    checkpoint.write()
    options = "--hidden-size 4 --epochs 7 --distil-epochs 1 --teacher-networks 3 --resume"
    done = invoke("train", corpus_file, "-o", output, *options.split())
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("Network")] == [
        "Network 2 of 3.",
        "Network 3 of 3.",
    ]
