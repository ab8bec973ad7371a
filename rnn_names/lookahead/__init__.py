"""How names that meet rare conditions are found without drawing all others.

Read `guide`, which asks `visited` prefixes first; `weights`, which says what of a draw comes out;
and `preparation`, which learns from first draws.
"""
