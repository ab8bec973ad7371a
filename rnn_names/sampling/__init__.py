"""Drawing names from a network.

Read `sampler`, `walk`, `stream`; `best` finds the most probable names.
"""
