"""The network: arrays and equations. It reads and writes no list and no model, and knows no screen.

Read `rnn`, then `prefix_tree` and `batches`, which lay out what it works on. `scoring` asks it for
the probabilities of names; `language_model` is what the folders above need of it. `choice` draws
the next character.
"""
