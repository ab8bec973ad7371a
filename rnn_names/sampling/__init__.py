"""Drawing names from a network.

Read `walk` and its `frontier`, `continuations`, which a walk asks, `sampler`, `blocks`, `stream`;
`unique` lets no name through twice; `best` finds the most probable names. `cast` puts names of
several models together, and `initials` draws their first letters.
"""
