"""The network: arrays and equations. It reads and writes no list and no model, and knows no screen.

Read `rnn` and its `cells`, then `prefix_tree` and `batches`, which lay out what they work on.
`scoring` asks for the probabilities of names; `language_model` is what the folders above need to
know of a model. `choice` draws the next character, and `ahead` adds up what may follow.
"""
