"""Drawing names.

In the order of a draw, from the inside out: `numbers`, `choice`, `walk` and its `frontier`;
`next_character`, the source of a walk, and `roots`, where it begins; `drawer`, which has all of
these; `sampler`, which tests the names, and `tally`, which counts them; `attempts`, the queue, and
`workers`, which draw; `stream`, `unique` and the file of `remembered` names. `guided` draws under
rare conditions; `alias` names keys, by `first_met`; `best` searches for the most probable names.

The calls behind a name:

    stream.sample → sampler_of; Attempts.names → Workers.start → Drawer.draw → Walk.run → choose
    → Sampler.filtered → Attempts._ready
    under rare conditions: guided_if_rare → Guided.groups → GuidedWalk.run → choose
"""
