"""Casts: lines of several names, by a pattern.

Python and the command line call `cast`; `bundled` has the package's casts. To read the code, start
with `pattern` (the parser), then `cast_drawer`, which draws lines and shows an example. `lines` has
what lines are made of, `part_names` draws names of one part, and `requests` the names of lines that
fit those in `used_names`. `initials` ties first letters, `redrawing` redraws lines. The calls:

    cast: draw_rows, CastDrawer.lines
        CastDrawer._batches: _new_lines (draws choices), _complete, _row
            _complete: _fill (uses drawn names), _draw
                Request.draw: PartSampler.find, first_passing_attempts
"""
