"""The network: arrays and equations. It reads and writes no list and no model, and knows no screen.

Read `rnn` and its `cells`, then `prefix_tree`, which lays out what they work on. What the folders
above need to know of a model, and its probabilities of names, are in `language_model`. `ahead`
adds up what may follow.
"""
