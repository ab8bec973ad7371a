"""Estimates the probability that a name will meet rare conditions, after each prefix.

Start with `guide`. It computes the estimates from `visited`, the prefixes of earlier draws, and for
other prefixes from `chain`. `sampling.preparation` makes these draws; `sampling.guided` draws names
with the estimates.
"""
