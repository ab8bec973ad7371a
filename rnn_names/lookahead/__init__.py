"""Looking ahead: names that meet rare conditions are found without drawing all others.

Read `guide`, which says what is ahead, `visited`, what draws saw, and `preparation`, which learns.
"""
