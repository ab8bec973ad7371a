"""What is asked of a name. None of it draws.

Read `options`, `tests` of whole names, `beginnings`, and for the spelling `regex` and `automaton`.
"""
