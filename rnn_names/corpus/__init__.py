"""From text to names to indices.

Read `characters` (what a name can hold), `names` (many names as one array), `corpus` (a list to
learn from, and how it is read) and `vocabulary` (characters to indices).
`fingerprints` tells which names were in a list, `shape` what its names are like.
"""
