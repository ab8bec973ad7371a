"""Casts: lines of several names, by a pattern.

`bundled_casts` has the package's casts. To read the code, start with `pattern` (the parser), then
`cast_drawer`, which draws and redraws lines, and shows an example. `sources` give the texts of
lines, and `requests` ask them for names that are far from those used. In `initials` is the source
of names that have one initial. `pattern_files` reads files.

Uniqueness in a cast is of whole lines; in `{norse:unique}`, of the names of one part. The
option min_edits acts twice, since each part that does not set its own gets that of the cast: an
attempt near a name of the part's list fails, and a candidate near a used name is passed over.
"""
