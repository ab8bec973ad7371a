"""What is asked of a name. None of it draws.

Read `options`, `conditions` on whole names, `beginnings`, and for the spelling `regex` and
`automaton`. `pattern` reads what a cast is made of.
"""
