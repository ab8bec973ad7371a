"""Models of the last few characters.

Read `contexts`, which they share; `kneser_ney`, which counts those of a list; `lengths`, which
gives it the list's lengths; and `chain`, which is fitted to a network. The last two add up what is
ahead of a name by `rnn_names.network.ahead`.
"""
