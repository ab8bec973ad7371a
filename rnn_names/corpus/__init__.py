"""From text to names to indices.

Start with `characters` (what a name can contain), `names` (many names in one array, as code points
or as indices) and `corpus` (a list to learn from, and how it is read). `fingerprints` tells which
names are in a list; `shape` describes what its names look like.
"""
