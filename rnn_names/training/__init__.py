"""Training: its settings, the loop, and what a network learns from.

Read `settings`, `setup` and `trainer`, the loop, in this order. `gradients` and `optimizers`
process one minibatch. `warm_start` chooses a model to start from, the base for short lists.
`distillation` is the last stage; `name_features` fits its teacher to the list. `checkpoint` stores
the state of an interrupted run and resumes it.
"""
