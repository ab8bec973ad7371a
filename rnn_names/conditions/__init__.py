"""Conditions on names. Nothing here draws.

Start with `options`. `conditions` makes a test of whole names from each, and joins conditions that
an `automaton` can follow into one automaton, with bounds on the length. `regex` makes automata of
expressions; `edits`, of names near others. `prefixes` finds how the list spells a required prefix,
`near_list` finds names too similar to a model's list, and `word_lists` reads the lists of rude and
common words.
"""
