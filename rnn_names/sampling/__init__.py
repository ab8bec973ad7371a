"""Drawing names from a network.

Read `walk` and its `frontier`, `continuations`, which a walk asks, `sampler`, `blocks`, `stream`;
`best` finds the most probable names.
"""
