"""Drawing names.

Read `numbers`, `choice` and `walk`; `next_character` and `roots`, which a walk asks, and `drawer`,
which has all three; then `sampler` and `stream`. `guided` draws under rare conditions, `cast` and
`initials` put names together, and `best` searches for the most probable ones.
"""
