"""Which names of a stream are admitted, and when it is exhausted."""

import pytest

from rnn_names.conditions.edits import DistantNames
from rnn_names.corpus.names import Names
from rnn_names.sampling.admission import WINDOW, Admission


def rows_admitted(admission, *texts):
    """The rows of the names that are admitted."""
    return admission.admit(Names.from_strings(texts)).tolist()


def test_without_an_option_that_forbids_them_repeats_are_admitted():
    admission = Admission(9, False, None, WINDOW)
    assert rows_admitted(admission, "Ada", "Ida", "Ada") == [0, 1, 2]
    assert rows_admitted(admission, "Ada") == [0]


def test_repeats_are_left_out_within_a_batch_and_of_earlier_batches():
    admission = Admission(9, True, None, WINDOW)
    assert rows_admitted(admission, "Ada", "Ida", "Ada") == [0, 1]
    assert rows_admitted(admission, "Eva", "Ida") == [0]
    assert (admission.n_tested, admission.n_admitted) == (5, 3)


def test_names_near_earlier_ones_are_left_out():
    admission = Admission(9, True, None, WINDOW, DistantNames(2))
    assert rows_admitted(admission, "Ada", "Ida", "Berta") == [0, 2]


@pytest.mark.parametrize("forbids_repeats", [False, True])
def test_at_most_count_names_are_admitted(forbids_repeats):
    admission = Admission(2, forbids_repeats, None, WINDOW)
    assert rows_admitted(admission, "Ada", "Ida", "Eva") == [0, 1]
    assert rows_admitted(admission, "Zoe") == []


def test_a_stream_is_exhausted_after_a_window_without_a_new_name():
    admission = Admission(9, True, None, window=4)
    assert rows_admitted(admission, *["Ada"] * 7) == [0] and not admission.is_exhausted
    assert rows_admitted(admission, "Ada", "Ida") == [] and admission.is_exhausted
