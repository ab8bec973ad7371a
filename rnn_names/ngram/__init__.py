"""Models of the last few characters.

Read `contexts`, which they share; `kneser_ney`, which counts those of a list; `lengths`, which
gives it the list's lengths; and `chain`, which is fitted to a network.
"""
