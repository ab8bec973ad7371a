"""Drawing names from a network, also under conditions.

Read `options`, `sampler`, `stream`; then `conditions` with `dfa` and `regex`, and `lookahead`;
`best` finds the most probable names.
"""
