"""The network: arrays and equations. It knows no file and no screen.

Read `rnn`, then `prefix_tree` and `batches`.
"""
