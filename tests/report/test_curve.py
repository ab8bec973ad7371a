"""The picture of the losses in the terminal, and what `train` prints around it."""

import math
import re
from itertools import product

import pytest

from rnn_names.report.terminal import HEIGHT, loss_curves
from rnn_names.training.trainer import EpochRecord
from support.terminal import on_terminal


def records(training, held_out=None, first=1):
    """Epoch records of some losses."""
    best, epochs = math.inf, []
    for i, loss in enumerate(training):
        measured = held_out[i] if held_out else None
        is_best = measured is None or measured < best
        best = min(best, math.inf if measured is None else measured)
        epochs.append(EpochRecord(first + i, "network", loss, loss, measured, is_best, 100, 1.0))
    return epochs


def falling(n):
    return [1.5 + math.exp(-i / n * 6) for i in range(n)]


def test_curves_equal_a_drawing_by_hand():
    lines = loss_curves(records([3.0, 2.0, 1.5, 1.0], [2.5, 2.0, 1.5, 2.0]), width=52)
    assert lines == [
        "      training loss          held-out loss",
        "3.00 │█████",
        "     │█████                  ▄▄▄▄▄",
        "     │█████▁▁▁▁▁             █████▁▁▁▁▁     ▁▁▁▁▁",
        "     │██████████             ██████████     █████",
        "     │██████████▅▅▅▅▅        ██████████▅▅▅▅▅█████",
        "1.00 │███████████████▁▁▁▁▁   ████████████████████",
        "epoch 1                  4   1                  4",
        "                           best: epoch 3 ▲",
    ]


@pytest.mark.parametrize("held_out", [True, False])
def test_curves_fit_the_terminal_or_are_omitted(held_out):
    widths, numbers = [20, 34, 40, 60, 80, 100, 300], [3, 4, 7, 30, 47, 60, 500]
    for width, n in product(widths, numbers):
        lines = loss_curves(records(falling(n), falling(n) if held_out else None), width)
        assert all(len(line) < width for line in lines)
        assert len(lines) in (0, HEIGHT + 2 + held_out)
        assert lines or width < 60


def test_too_few_epochs_have_no_curves():
    assert loss_curves([]) == []
    assert loss_curves(records([2.0, 1.0], [2.0, 1.0])) == []
    assert loss_curves(records(falling(10)), width=10) == []


def test_without_held_out_names_there_is_one_curve():
    lines = loss_curves(records(falling(10)))
    assert "held-out" not in "".join(lines)
    assert "best" not in "".join(lines)


def test_curves_of_a_resumed_run_start_at_its_first_epoch():
    axis = loss_curves(records(falling(10), falling(10), first=31))[-2]
    assert axis.split() == ["epoch", "31", "40", "31", "40"]


def test_equal_losses_give_a_flat_curve():
    assert "▁▁▁" in loss_curves(records([2.0] * 4, [2.0] * 4))[HEIGHT]


SMALL = ["--hidden-size", "8", "--seed", "1", "--distil-epochs", "0"]


def test_train_prints_the_best_epochs_and_the_curves(invoke, names, tmp_path):
    files = ["-o", tmp_path / "m.npz", "--log", tmp_path / "log"]
    done = invoke("train", "-", *files, "--epochs", 30, *SMALL, input="\n".join(names[::4]))
    told = re.findall(r"^epoch +(\d+):", done.stderr, re.M)
    best = re.findall(r'"epoch": (\d+).*"is_best": true', (tmp_path / "log").read_text())
    assert told[:4] == ["1", "2", "3", "4"]
    assert set(told) <= set(best)
    assert len(told) <= 9 < len(best)
    assert done.stdout == ""
    assert re.search(
        r"training loss +held-out loss\n(.*│.*\n)+"
        r"epoch 1 .*\n.*best: epoch \d+.*\n.*\d+ epochs in",
        done.stderr,
    )


@pytest.mark.posix
def test_a_terminal_shows_one_bar_and_few_lines(corpus_file, tmp_path):
    """On a terminal of 80 columns nothing is wider than it, and the bar is gone at the end."""
    options = ["-o", tmp_path / "m.npz", "--epochs", 6, *SMALL]
    text = on_terminal("train", corpus_file, *options, columns=80)
    assert "%|" not in text
    bar = r"epoch \d+/\d+ +\d+% .* \d+:\d+, at most \d+:\d+ left, loss \d"
    assert re.search(bar, text) and "\r" in text
    lines = [line.split("\r")[-1] for line in text.replace("\r\n", "\n").split("\n")]
    lines = [re.sub(r"\x1b\[[A-Z]", "", line) for line in lines]
    assert all(len(line) <= 80 for line in lines[:-2]), lines  # the last line says a path
    assert not any("at most" in line for line in lines), "the bar is gone"
    assert "best: epoch 6" in text
