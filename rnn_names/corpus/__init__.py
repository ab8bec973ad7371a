"""From text to names to indices.

Read `characters` (what a name can hold), `names` (many names as one array, as code points or as
indices) and `corpus` (a list to learn from, and how it is read). `fingerprints` tells which names
were in a list, `shape` what its names are like.
"""
