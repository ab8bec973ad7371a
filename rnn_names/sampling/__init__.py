"""Drawing names. docs/contributing.md explains words such as number, attempt and root.

An example: `sample -m elvish -n 1 --seed 1` writes name 0 of seed 1. Read these in order:

    stream          makes a Sampler, which settles boldness and lengths; conditions that an
                    automaton can check become part of the acceptor, and the others are tested on
                    whole names
    name_queue      makes two attempts at number 0, since the first may fail
    random_keys     gives each attempt a key, from the seed, the number and the attempt
    sampler         has a WalkDrawer draw the names of these keys
    walk            extends "" by one character after another, with the network's probabilities
    choice          draws each character by the key of the attempt
    sampler         tests the conditions that are not in the acceptor (here: none)
    name_queue      yields the first attempt that passed: Umornessu

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
