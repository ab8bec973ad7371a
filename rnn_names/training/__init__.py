"""Training: its settings, the loop, and what a network learns from.

Read `settings`, `run`, which prepares a run (`warm_start` has models to start from, `base` that of
short lists), `stages`, and `trainer`, the loop, with `gradients` and `optimizers` for one
minibatch. `distillation` is the last stage; `wholes` fits its teacher to the list. An interrupted
run resumes from a `checkpoint`.
"""
