"""The parts of `rnn-names pick`: `session` runs the loop, and `commands` parses the input.

`supply` draws the names or lines to show, `pages` lays them out, and `kept_file` stores kept ones.
"""
