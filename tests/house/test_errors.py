"""Messages: one line; Python shows names of settings in it, the command line its options."""

import pickle

import pytest

from rnn_names.errors import (
    RnnNamesError,
    TrainingError,
    printable,
    short_repr,
    with_options,
)


def test_a_setting_has_the_readers_name_for_it():
    error = TrainingError("try a smaller hidden_size or seed", ["hidden_size", "seed"])
    assert str(error) == "try a smaller hidden_size or seed"
    assert with_options(error) == "try a smaller --hidden-size or --seed"


def test_errors_can_be_pickled():
    error = pickle.loads(pickle.dumps(TrainingError("leave out init", ["init"])))
    assert type(error) is TrainingError and with_options(error) == "leave out --init"


@pytest.mark.parametrize("show", [printable, short_repr])
@pytest.mark.parametrize("text", ["seed", "a seed.npz", "seed/of/all", "seed-1"])
def test_a_users_text_is_not_mistaken_for_a_setting(show, text):
    error = RnnNamesError(f"seed {show(text + chr(7))}: must be a number", ["seed"])
    assert with_options(error) == f"--seed {show(text + chr(7))}: must be a number"
    if text != "seed":
        error = RnnNamesError(f"{show(text.removeprefix('a '))}: try another seed", ["seed"])
        assert with_options(error) == f"{show(text.removeprefix('a '))}: try another --seed"
