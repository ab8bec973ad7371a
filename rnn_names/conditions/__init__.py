"""Conditions on names. Nothing here draws.

Start with `options`. `spelling` joins conditions on the text in one `automaton`; `conditions` tests
whole names. `edits` finds names like another, and `near_list` names too similar to a model's list.
"""
