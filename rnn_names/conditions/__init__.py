"""Conditions on names. Nothing here draws.

Start with `options`. `conditions` tests whole names, and joins conditions on the text in one
`automaton`, those of expressions by `regex`; `spelling` adds lengths and prefixes. `edits` finds
names like another, `near_list` names too similar to a model's list, and `word_lists` rude and
common words.
"""
