"""Looking ahead: names that meet rare conditions are found without drawing all others.

Read `guide`, which says what is ahead, `visited`, what draws saw, `chain`, which guesses elsewhere,
and `preparation`, which learns.
"""
