"""Drawing names.

In the order of a draw, from the inside out: `numbers`, `choice` and `walk`, down the tree from its
roots; `next_character`, the source of a walk; `drawer`, which has all of these; `sampler`, which
tests the names and counts them; `attempts`, the queue, and `workers`, which draw; `stream`, and
`unique` with the file of remembered names. `guided` is a drawer under rare conditions; `alias`
names keys; `best` searches for the most probable names.

The calls behind a name:

    stream.sample → sampler_of; Attempts.names → Workers.start → Drawer.draw → Walk.run → choose
    → Sampler.filtered → Attempts._take_in → Attempts._ready
    under rare conditions: guided_if_rare → Guided.groups → GuidedWalk.run → choose
"""
