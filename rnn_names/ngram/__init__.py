"""Models that predict a character from the last few characters.

Start with `contexts`. `kneser_ney` fits an n-gram to a list; `tilt` gives its names the lengths,
pairs of characters and endings of the list.
"""
