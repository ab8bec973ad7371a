"""Casts: lines of several names, by a pattern.

`bundled` has the package's casts. To read the code, start with `pattern` (the parser), then
`cast_drawer`, which draws lines and shows an example. `lines` has lines and sources of their texts,
`part_sampler` draws names of one part, and `requests` ask for names that fit those in `used_names`.
`initials` shares initials, `redrawing` redraws. Python calls `cast.cast`, the command
`cast.draw_texts`:

    cast.draw_texts: CastDrawer.lines
        CastDrawer._batches: _new_lines (ChoiceSource.alternatives_of), _complete, _texts_of
            _complete: _requests, Request.next_candidate, _candidates_to_draw, _draw_by_source
                _draw_by_source: Request.draw_candidates (_names_for of each kind)
                Request._names_for: PartSampler.names_for (first_passing_attempts)
                    its attempts: PartSampler.draw (SpellingSampler.draw, Sampler.filter)
                DifferentInitialRequest._names_for: PartSampler.draw
                SameInitialRequest._names_for: SharedInitials.names_of_lines
                    names_of_lines: shared_weights (_measure); _find_names, or
                        first_passing_attempts
                    its attempts: weighted_index; of each part, PartSampler.draw
"""
