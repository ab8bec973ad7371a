"""Drawing names.

In the order of a draw, from the inside out: `numbers`, `choice`, `walk` and its `frontier`;
`next_character`, the source of a walk, and `roots`, where it begins; `drawer`, which has all of
these; `sampler`, which tests the names, and `tally`, which counts them; `attempts`, the queue, and
`workers`, which draw; `stream` and `unique`. `guided` draws under rare conditions;
`alias` names keys, by `first_met`; `best` searches for the most probable.
"""
