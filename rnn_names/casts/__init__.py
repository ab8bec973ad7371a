"""Casts: lines of several names, put together by a pattern.

`cast '{men} of {welsh-towns}' -n 3 --seed 3` writes three lines. In the order of the calls:

    cast           has the pattern parsed, and joins the batches of lines
    pattern        parses the pattern into two parts, with the text " of " between them
    cast_drawer    makes a NameSource for each part, and three lines without names
    requests       makes a request for each name of a line, and draws candidate 0 of each
    sources        gives a candidate a key, from its part, round and line; makes attempts at it
      sampling     draws and tests them, as for one list
    cast_drawer    joins the texts of each line, and yields the lines that are admitted: first
                   Merjatem of Llanddaniucwm

Read them in that order; `cast_drawer` begins with an example of a line. `redrawing` replaces texts
of lines, `initials` supplies names that share an initial, `pattern_files` reads files, and
`bundled_casts` lists the package's casts.

The option unique of a cast compares whole lines; `{norse:unique}` compares the names of that part.
The min_edits of a cast acts twice, since it is also the default of each part. An attempt near a
name in the part's list fails, and a candidate near a used name is skipped.
"""
