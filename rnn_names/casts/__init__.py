"""Casts: lines of several names, by a pattern.

`bundled` has the package's casts. To read the code, start with `pattern` (the parser), then
`cast_drawer`, which draws lines and shows an example. `lines` has lines and sources of their texts,
`part_sampler` draws names of one part, and `requests` ask for names that fit those in `used_names`.
`initials` shares initials, `redrawing` redraws.

An example: `cast '{norse} of {welsh-towns}' -n 3 --unique --seed 1`.

    CastDrawer._batches: begins lines 0 to 7, since some may be repeats
    Request: asks for each name; candidate 0 fits, since no names are compared
    PartSampler.names_for: makes attempts by the part's path, round 0 and the line's number
    Admission: leaves out lines that came before, and ends after three: Æva of Cefn-dristeg, …

Uniqueness in a cast is of whole lines; in `{norse:unique}`, of the names of one part.

The calls behind a line; Python calls `cast.cast`, the command `cast.draw_texts`:

    cast.draw_texts: CastDrawer.lines
        CastDrawer._batches: _new_lines (ChoiceSource.alternatives_of), _complete, _texts_of
            _complete: _requests, Request.next_candidate, _candidates_to_draw, _draw_by_source
                _draw_by_source: Request.draw_candidates (_names_for of each kind)
                Request._names_for: PartSampler.names_for (first_passing_results)
                    its attempts: PartSampler.draw (SpellingSampler.draw, Sampler.filter)
                DifferentInitialRequest._names_for: PartSampler.draw
                SameInitialRequest._names_for: SharedInitials.names_of_lines
                    names_of_lines: shared_weights (_measure); _find_names, or
                        first_passing_results
                    its attempts: weighted_index; of each part, PartSampler.draw
"""
