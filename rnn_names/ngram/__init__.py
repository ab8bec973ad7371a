"""Models of the last few characters.

Read `contexts`, which they share; `kneser_ney`, which counts those of a list; `tilt`, which
changes what its names are like as wholes; and `chain`, which is fitted to a network.
"""
