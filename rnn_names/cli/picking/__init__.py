"""What `rnn-names pick` does: `session` runs the loop, and `commands` reads what is typed.

`supply` draws the names or lines to show, `pages` lays them out, `kept_file` stores what is kept.
"""
