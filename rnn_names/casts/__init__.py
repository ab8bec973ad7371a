"""Casts: lines of several names, by a pattern.

`bundled_casts` has the package's casts. To read the code, start with `pattern` (the parser), then
`cast_drawer`, which draws and redraws lines, and shows an example. `sources` give the texts of
lines, and `requests` ask them for names that are far from those used. `initials` draws names that
share an initial. `pattern_files` reads files.

The option unique of a cast compares whole lines; `{norse:unique}` compares the names of that part.
The option min_edits acts twice, since each part that does not set its own gets that of the cast: an
attempt near a name of the part's list fails, and a candidate near a used name is passed over.
"""
