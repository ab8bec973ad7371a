"""Estimates, for each prefix, the probability that a name with it meets rare conditions.

Start with `guide`. It computes the estimates from the prefixes of earlier draws (`visited`), or for
other prefixes from a Markov chain (`chain`). `sampling.preparation` makes these draws, and
`sampling.guided` draws names with the estimates.
"""
