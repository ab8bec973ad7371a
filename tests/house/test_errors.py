"""Messages: one line; Python shows names of settings in it, the command line its options."""

import pickle

import pytest

from rnn_names import Settings
from rnn_names.cli.streams import option_name
from rnn_names.errors import RnnNamesError, TrainingError, quoted, setting, shown


def test_a_setting_is_named_as_its_reader_knows_it():
    error = TrainingError(f"try a smaller {setting('hidden_size')} or {setting('batch_size')}")
    assert str(error) == "try a smaller hidden_size or batch_size"
    assert repr(error) == "TrainingError('try a smaller hidden_size or batch_size')"
    assert error.worded(option_name) == "try a smaller --hidden-size or --batch-size"


def test_a_message_made_from_another_keeps_its_settings():
    first = TrainingError(f"leave out {setting('init')}")
    second = RnnNamesError(f"m.npz: {first.message}")
    assert second.worded(option_name) == "m.npz: leave out --init"


def test_errors_travel_between_processes():
    error = pickle.loads(pickle.dumps(TrainingError(f"leave out {setting('init')}")))
    assert type(error) is TrainingError and error.worded(option_name) == "leave out --init"


@pytest.mark.parametrize("show", [shown, quoted])
def test_no_text_of_a_user_is_taken_for_the_name_of_a_setting(show):
    error = RnnNamesError(f"{show(setting('seed'))}: not found")
    assert "--seed" not in error.worded(option_name) and str(error).isprintable()


def test_settings_name_themselves_in_both_ways():
    with pytest.raises(TrainingError) as raised:
        Settings(batch_size=0)
    assert str(raised.value) == "batch_size 0: must be a whole number of at least 1"
    assert (
        raised.value.worded(option_name) == "--batch-size 0: must be a whole number of at least 1"
    )
