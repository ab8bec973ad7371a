"""Looking ahead: drawing names that meet rare conditions without drawing all others.

Start with `guide`, which guesses what is ahead of a prefix. It uses `visited`, the prefixes of
earlier draws, and elsewhere `chain`. `preparation` makes the draws that a guide learns from.
"""
