"""Whether names were drawn from a distribution."""

import math
from collections import Counter

import numpy as np


def assert_drawn_from(drawn, probabilities, z=4.5):
    """Holds counts to probabilities: each by its standard deviation, all by a chi-square test.

    A chi-square that is far too low is wrong, too: then draws are not independent.
    """
    n = sum(drawn.values())
    assert set(drawn) <= set(probabilities)
    common = {key: p for key, p in probabilities.items() if n * p >= 10}
    for key, p in common.items():
        assert abs(drawn[key] - n * p) < z * math.sqrt(n * p * (1 - p)), (
            f"{key!r}: {drawn[key]} of {n}, expected {n * p:.1f}"
        )
    score, freedom = chi_square_score(drawn, probabilities)
    assert freedom >= 1
    assert abs(score) < z, f"chi-square is {score:.1f} standard deviations off"


def chi_square_score(drawn, probabilities):
    """By how many standard deviations chi-square is off its mean, and the degrees of freedom.

    Names that are expected fewer than ten times count as one.
    """
    n = sum(drawn.values())
    common = {key: p for key, p in probabilities.items() if n * p >= 10}
    rest = max(1 - sum(common.values()), 0.0)
    counts = [drawn[key] for key in common]
    observed = np.array([*counts, n - sum(counts)], float)
    expected = n * np.array([*common.values(), rest])
    if expected[-1] < 10:
        observed, expected = observed[:-1], expected[:-1]
    freedom = len(observed) - 1
    if freedom < 1:
        return 0.0, freedom
    chi_square = ((observed - expected) ** 2 / expected).sum()
    # Wilson & Hilferty: the cube root of chi-square / freedom is nearly normal.
    mean, deviation = 1 - 2 / (9 * freedom), math.sqrt(2 / (9 * freedom))
    return ((chi_square / freedom) ** (1 / 3) - mean) / deviation, freedom


def by(function, probabilities):
    """The distribution of a function of the name."""
    sums = Counter()
    for name, p in probabilities.items():
        sums[function(name)] += p
    return sums


def distance(drawn, expected):
    """The total variation distance of names drawn; those of 200 simulated draws; the worst name.

    Args:
        drawn: how often each name came.
        expected: (name, log-probability) pairs.
    """
    names = [name for name, _ in expected]
    p = np.exp([log_p - expected[0][1] for _, log_p in expected])
    p /= p.sum()
    counts = np.array([drawn[name] for name in names])
    n = int(counts.sum())
    if not n:
        return 1.0, np.ones(200), ""
    rng = np.random.default_rng(0)
    simulated = np.abs(rng.multinomial(n, p, 200) / n - p).sum(axis=1) / 2
    off = (counts - n * p) / np.sqrt(n * p)
    worst = int(np.abs(off).argmax())
    text = f"{names[worst]} {counts[worst]:,} times, expected {n * p[worst]:,.0f}"
    return float(np.abs(counts / n - p).sum() / 2), simulated, text
