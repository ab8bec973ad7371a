"""What is asked of a name. None of it draws.

Read `options`, `conditions` on whole names, `beginnings`, and `automaton` for the spelling. `edits`
tells what is like another name, or too much so. `pattern` reads what a cast is made of.
"""
