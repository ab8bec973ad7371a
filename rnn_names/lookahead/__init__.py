"""Estimates the probability that a name will meet rare conditions, after each prefix.

Start with `guide`. It computes the estimates from the prefixes of earlier draws (`visited`), or for
other prefixes from a Markov chain (`chain`). `sampling.preparation` makes these draws, and
`sampling.guided` draws names with the estimates.
"""
