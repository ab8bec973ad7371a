"""What `rnn-names pick` does after it has read its options.

Start with `session`, the loop of prompts and answers. `commands` says what can be typed, `sources`
have the names and the lines of casts to show, `pages` lays them out, and `kept_file` has what is
kept.
"""
