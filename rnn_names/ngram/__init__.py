"""Models of the last few characters.

Read `contexts`, which they share; `kneser_ney`, which counts those of a list; `tilt`, which
looks ahead by it; and `chain`, which is fitted to a network.
"""
