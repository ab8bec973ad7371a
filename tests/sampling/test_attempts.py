"""The first attempt that passes, of each of some numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.conditions.tally import Tally
from rnn_names.sampling.attempts import NoAttemptPassed, first_passing_results

MOST = 50
NEVER = 10**6


def found_and_number(passing, n, largest):
    """The results of numbers whose attempts pass from `passing` on, and the number without one."""

    def make_attempts(numbers, attempts):
        assert len(numbers) <= max(largest, 1)
        assert (attempts < MOST).all()
        first = np.array(passing)[numbers]
        met = np.flatnonzero(attempts >= first)
        results = list(zip(numbers[met].tolist(), attempts[met].tolist(), strict=True))
        return results, met, Tally()

    try:
        return first_passing_results(make_attempts, n, largest, MOST), None
    except NoAttemptPassed as error:
        return error.results[: error.number], error.number


@given(
    st.lists(st.one_of(st.integers(0, MOST + 5), st.just(NEVER)), min_size=1, max_size=40),
    st.integers(1, 200),
)
def test_the_result_of_a_number_depends_on_that_number_alone(passing, largest):
    fails = [number for number, at in enumerate(passing) if at >= MOST]
    end = min(fails, default=len(passing))
    for n in {len(passing), end, max(end, 1)}:
        found, number = found_and_number(passing, n, largest)
        assert number == (end if end < n else None)
        assert found == list(enumerate(passing))[:end]


@pytest.mark.parametrize("n", [1, 3, 200])
def test_a_number_without_a_name_ends_early(n):
    """Once one number has failed, the others are given up."""
    tested = []

    def make_attempts(numbers, attempts):
        tested.append(len(numbers))
        return [], np.zeros(0, np.intp), Tally()

    with pytest.raises(NoAttemptPassed):
        first_passing_results(make_attempts, n, 1 << 10, 1 << 15)
    assert sum(tested) <= 3 << 15
