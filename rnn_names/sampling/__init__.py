"""Drawing names.

In the order of a draw, from the inside out: `numbers`, `choice` and `walk`, down the tree from its
roots; `next_character`, the source of a walk; `drawer`, which has all of these; `sampler`, which
tests the names and counts them; `attempts`, the queue, and `workers`, which draw; `stream`, and
`unique` with the file of remembered names. `guided` is a drawer under rare conditions; `first_passing_attempts`
draws for the few rows of a cast, and for `alias`, which names keys; `best` searches for the most
probable names.

The calls behind a name:

    stream.names_of_stream: make_sampler, _drawn_names
        NameQueue.names: Workers.start, _sort_out, _names_below
            Workers._draw: WalkSampler.draw (Walk.run, choose), Sampler.filtered
        under rare conditions: guided_if_rare (acceptance_rates, _prepared, preparation.prepared), _groups
            Guided.groups: proposed (GuidedWalk.run, choose), Sampler.filtered, _in_order
"""
