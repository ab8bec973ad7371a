"""Models of the last few characters.

Read `contexts`; `kneser_ney`, which counts those of a list; and `tilt`, which gives its names the
lengths, pairs of characters and ends of the list's.
"""
