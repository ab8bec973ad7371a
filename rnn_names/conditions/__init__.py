"""Conditions on names. Nothing here draws.

Start with `options`. `conditions` makes a test of whole names for each, and joins those that an
`automaton` can follow into one automaton; `acceptor` adds the bounds on the length. `regex` makes
automata of expressions, `edits` of names like another. `prefixes` finds how the list spells a
required prefix, `near_list` finds names too similar to a model's list, and `word_lists` reads the
lists of rude and common words.
"""
