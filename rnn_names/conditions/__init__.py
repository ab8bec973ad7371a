"""What is asked of a name. None of it draws.

Read `options`, then `tests` of whole names, with `automaton` and `regex` for their spelling, and
`beginnings`.
"""
