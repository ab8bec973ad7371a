"""Drawing names. docs/contributing.md explains words such as number, attempt and root.

Leaving out the acceptor (length, shape, conditions), attempt a at number i of a seed gives the name

    key = subkey(subkey(seed_key(seed), i), a)
    state, text = state_after(a0, None), ""        # a step whose input is the zero vector
    while True:
        p = next_probabilities(state)              # of the end, then of each character
        u = uniform(key, position=len(text))       # 0 ≤ u < 1
        character = the first one whose cumulative probability is above u
        if it is the end: return text
        state, text = state_after(state, character), text + character

Everything else serves to draw many names at once, to meet conditions, or to find rare names.

`sample -m elvish -n 1 --seed 1` writes name 0 of seed 1. In the order of the calls:

    cli.sample             reads the options, loads the model, and writes what stream yields
    stream                 makes a sampler; nothing is rare here, so a NameQueue draws
    sampler                gives the acceptor the conditions that an automaton can check
    name_queue             makes two attempts at number 0, since one may fail (`attempts`)
    random_keys            gives each attempt a key, and each character a random number
    walk                   extends "" by one character after another, for many keys at once
      frontier             holds the prefixes that wait for their next character
      network_predictor    computes the probabilities of that character
      choice               chooses it by its random number
    sampler                tests the other conditions on whole names
    name_queue             yields the name of the first attempt that passed: Umornessu
    admission              admits it: it is no repeat

`sample --suffix pp -m first-names -n 5 --seed 1` has a rare condition (about 1 name in 8,000):

    stream                 gets a drawer from look_ahead_if_rare, so it makes no NameQueue
    preparation            draws a pilot; too few names are accepted, so it prepares a guide
    lookahead.guide        learns how probable it is that each prefix will end in "pp"
    name_groups            makes proposals for group 0, each with its own key
    guided                 draws them in a walk with the guide, which nearly always draws i after
                           "Phil"; turns the weight of each into a number of copies, mostly 0 or 1
    name_groups            leaves out the first 31 copies and yields 64: Popp, Pepp, Prepp, …
    admission              admits the first five; stream yields them

Two modules stand apart: `alias` gives each key a name, and `best` searches for the most probable
names.
"""
