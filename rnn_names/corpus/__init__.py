"""From text to names to indices.

Start with `characters` (what a name can contain), `names` (many names in one array, as code points
or as indices), `reading` (the lines of files) and `corpus` (a list to learn from). `fingerprints`
tells whether a name is in a list; `shape` describes which characters are adjacent in its names.
"""
