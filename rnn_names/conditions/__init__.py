"""Conditions on names. Nothing here draws.

`conditions` makes tests of whole names from the options, and joins those that an `automaton` can
check into one; the acceptor adds bounds on the length. `regex` makes automata of expressions, and
`edits` of names near others. `prefixes` finds how the list spells a required prefix, `near_list`
finds names too similar to a model's list, `word_lists` reads the lists of rude and common words,
and `boldness` sets the options that it stands for.
"""
