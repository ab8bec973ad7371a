"""Guesses whether a name will meet rare conditions; `sampling.guided` draws with the guesses.

Start with `guide`, which guesses what is ahead of a prefix. It uses `visited`, the prefixes of
earlier draws, and elsewhere `chain`. `sampling.preparation` makes the draws that it learns from.
"""
