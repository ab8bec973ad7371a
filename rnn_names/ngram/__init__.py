"""Models of the last few characters.

Read `contexts`; `kneser_ney`, which counts those of a list; and `tilt`, which changes the lengths
and the beginnings and ends of its names.
"""
