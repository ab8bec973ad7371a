"""Drawing names from a network.

Read `walk`, `continuations`, which a walk asks, `sampler` and `stream`; `guided` is a walk that
looks ahead. `unique` lets no name through twice, `best` finds the most probable names, `cast` puts
names of several models together, and `initials` draws their first letters.
"""
