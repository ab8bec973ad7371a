"""Casts: lines of several names, by a pattern.

`bundled_casts` has the package's casts. To read the code, start with `pattern` (the parser), then
`cast_drawer`, which draws lines and shows an example. `sources` give the texts of lines, and
`requests` ask them for names that are far from the `used_names`. In `initials` is the source of
names that have one initial. `pattern_files` reads files, and `redrawing` replaces chosen lines.

An example: `cast '{norse} of {welsh-towns}' -n 3 --unique --seed 1`.

    CastDrawer.lines: begins lines 0 to 7, since some may be repeats
    Request: asks for each name; candidate 0 fits, since no names are compared
    NameSource.names_for: makes attempts by the part's path, round 0 and the line's number
    Admission: leaves out lines that came before, and ends after three: Æva of Cefn-dristeg, …

Uniqueness in a cast is of whole lines; in `{norse:unique}`, of the names of one part. The
option min_edits acts twice, since each part that does not set its own gets that of the cast: an
attempt near a name of the part's list fails, and a candidate near a used name is passed over.
"""
