"""Casts: lines of several names, by a pattern.

`bundled` has the package's casts. To read the code, start with `pattern` (the parser), then
`cast_drawer`, which draws lines and shows an example. `lines` has lines and sources of their texts,
`part_sampler` draws names of one part, and `requests` ask for names that fit those in `used_names`.
`initials` shares initials, `redrawing` redraws. Python calls cast.cast, the command cast.draw_rows:

    cast: draw_rows, CastDrawer.lines
        CastDrawer._batches: _new_lines (ChoiceSource.alternatives_of), _complete, _row
            _complete: _requests, Request.first_possible, _candidates_to_draw, _draw_candidates
                _draw_candidates: Request.draw_candidates (_find of each kind)
                Request._find: PartSampler.find (first_passing_attempts)
                    its attempts: PartSampler.draw (SpellingSampler.draw, Sampler.filter)
                DifferentInitialRequest._find: PartSampler.draw
                SameInitialRequest._find: SharedInitials.names_of_lines
                    names_of_lines: shared_weights (_measure); _find_names, or
                        first_passing_attempts
                    its attempts: weighted_index; of each part, PartSampler.draw
"""
