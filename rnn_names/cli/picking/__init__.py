"""What `rnn-names pick` does: `session` has the loop, and `commands` says what can be typed.

`sources` have the names and lines to show, `pages` lays them out, `kept_file` has what is kept.
"""
