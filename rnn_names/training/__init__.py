"""Training: what is asked for, the loop, and what a network learns from.

Read `settings`, then `trainer`; `optimizers`, `factorization`, `ngram` and `distillation` are what
it uses, and `checkpoint` is what an interrupted run goes on from.
"""
