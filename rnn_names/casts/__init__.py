"""Casts: lines of several names, by a pattern.

Read `pattern`, which reads it, then `part_names`, `lines`, what a line is made of, and
`cast_drawer`, which draws lines; `initials` ties first letters, and `redrawing` draws parts anew.
Python and the command line call `cast`; `bundled` has the package's casts. The calls behind a line:

    cast → rows_of → CastDrawer.lines → _batches → _new_lines, which makes the choices
    → _complete → _prefetch → _draw → _drawn → PartNames.find → first_passing_attempts
    → ConditionalSampler.draw
"""
