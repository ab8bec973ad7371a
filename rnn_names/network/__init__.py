"""The network: arrays and equations. Pure computation; no I/O.

Start with `rnn` and its `cells`, then `prefix_tree`, the layout of a minibatch. `language_model`
combines a network with its vocabulary and computes the probabilities of whole names.
"""
