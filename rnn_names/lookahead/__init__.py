"""Estimates the probability that a name will meet rare conditions, after each prefix.

Start with `guide`, which has the estimates. They come from `visited`, the prefixes of earlier
draws, and elsewhere from `chain`. `sampling.preparation` makes these draws; `sampling.guided` draws
names with the estimates.
"""
