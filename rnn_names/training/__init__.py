"""Training: its settings, the loop, and what a network learns from.

Start with `settings`, `setup`, which prepares a run (`warm_start` has models to start from, `base`
the one for short lists), `stages`, and `trainer`, the loop, with `gradients` and `optimizers` for
one minibatch. `distillation` is the last stage; `name_features` fits its teacher to the list. A
`checkpoint` resumes an interrupted run.
"""
