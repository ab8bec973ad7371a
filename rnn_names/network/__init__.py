"""The network: arrays and equations. Pure computation; no I/O.

Start with `rnn` and its `cells`, then `prefix_tree`, the layout of a minibatch. `scoring` computes
the probabilities of whole names, and `language_model` combines a network with its vocabulary.
`completion` sums over the ways to complete a name.
"""
