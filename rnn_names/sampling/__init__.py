"""Drawing names. docs/contributing.md explains words such as number, attempt and root.

Without conditions, attempt a at number i of a seed gives the name

    key = subkey(subkey(seed_key(seed), i), a)
    state, text = a0, ""
    while True:
        p = next_probabilities(state)              # of the end, then of each character
        u = uniform(key, position=len(text))       # 0 ≤ u < 1
        character = the first one whose cumulated probability is above u
        if it is the end: return text
        state, text = next_state(state, character), text + character

All else serves to draw many names at once, to meet conditions, or to find rare names.

`sample -m elvish -n 1 --seed 1` writes name 0 of seed 1. Read these in order:

    random_keys     gives each attempt a key, and each character a random number
    walk            extends "" by one character after another, for many keys at once
    choice          chooses each character by its random number
    sampler         makes conditions that an automaton can check part of the walk's acceptor, and
                    tests the others on whole names
    name_queue      makes two attempts at number 0, since one may fail, and yields the name of
                    the first attempt that passed: Umornessu
    stream          begins all this and admits the name

`sample -m first-names --suffix pp -n 5 --seed 1` has a rare condition (about 1 name in 8,000):

    stream          gets a drawer from guided_drawer_if_rare, so it makes no NameQueue
    preparation     draws a pilot; too few names are accepted, so it prepares a guide
    name_groups     makes proposals for group 0, each with its own key
    guided          draws them in a walk with the guide; after "Phil", it nearly always draws i
    guided          turns the weight of each into a number of copies, mostly 0 or 1
    name_groups     drops the first 31 copies and yields 64: Popp, Pepp, Prepp, …
    admission       admits the first five; stream yields them

The other modules: `frontier` keeps the waiting nodes of a walk; `network_predictor` computes
probabilities; `attempts` makes attempts until one passes, for streams, casts and aliases;
`admission` leaves out repeats; `alias` gives each key a name; `best` searches for the most probable
names.
"""
