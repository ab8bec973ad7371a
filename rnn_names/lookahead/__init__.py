"""How names that meet rare conditions are found without drawing all others.

Read `guide`; it asks `visited` prefixes first. `preparation` learns from first draws.
"""
