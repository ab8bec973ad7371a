"""Casts: lines of several names, put together by a pattern.

`bundled_casts` lists the casts of the package. Read `pattern` (the parser) first, then
`cast_drawer`, which draws and redraws lines and begins with an example. `sources` supplies the
texts of lines, and `initials` supplies names that share an initial. `requests` asks them for names
that are far from the names used so far. `pattern_files` reads files.

The option unique of a cast compares whole lines; `{norse:unique}` compares the names of that part.
The min_edits of a cast acts twice, since it is also the default of each part. An attempt near a
name of the part's list fails, and a candidate near a used name is skipped.
"""
