"""Training: what is asked for, the loop, and what a network learns from.

Read `settings`, `stages`, and `trainer`, the loop. What it uses: `gradients` and `optimizers` for
one minibatch; `warm_start` to begin from a model. Then `distillation`, whose teacher `wholes` gives
what the list's names are like. An interrupted run goes on from a `checkpoint`.
"""
