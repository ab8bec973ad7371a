"""The network: arrays and equations. Pure computation; no I/O.

Start with `rnn` and its `cells`, then `prefix_tree`, the layout of a minibatch. `scoring` has the
probabilities of whole names, and `language_model` a network with its vocabulary. `completion` sums
over continuations.
"""
