"""The network: arrays and equations. Pure computation; no I/O.

Start with `rnn` and its `cells`, then `prefix_tree`, the layout of a minibatch. `language_model` is
a network with its vocabulary, and the probabilities of names. `completion` sums over continuations.
"""
