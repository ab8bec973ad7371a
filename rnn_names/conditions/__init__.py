"""Conditions on names. Nothing here draws.

Read `options`, then `spelling`, which is one `automaton`, `prefixes`, and `conditions`, which test
whole names. `edits` tells what is like another name or too much so, `near_list` what is too near a
model's list.
"""
