"""Conditions on names. Nothing here draws.

Start with `options`. `conditions` makes a test of whole names for each. Where an `automaton` can
follow the condition, `acceptor` joins it with the others and the lengths: `regex` makes automata of
expressions, `edits` of names like another. `prefixes` finds how the list spells a required prefix,
`near_list` finds names too similar to a model's list, and `word_lists` has rude and common words.
"""
