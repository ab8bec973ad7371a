"""Drawing names. docs/contributing.md explains words such as number, attempt and root.

    random_keys       random numbers for each name
    choice            choose the next character
    walk              extend a batch of prefixes until every name ends
    network_predictor    the probabilities of the next character, for a walk
    spelling_sampler  draw names of the required spelling, by walks
    presets           settle boldness and lengths, which depend on the model
    sampler           test the other conditions on these names
    attempts          make attempts at each number until one passes, for streams, casts and aliases
    name_queue        draw the names of a stream in the order of their numbers
    stream            yield the names of a seed; `admission` and `remembered` leave out repeats
    alias             give each key a name of its own
    guided            draw names of a rare spelling: proposals by a guide, and copies of them
    name_groups       draw the names of a stream under rare conditions, group by group
    preparation       measure how rare names are, and prepare a guide
    best              search for the most probable names

An example: `sample -m elvish -n 1 --seed 1` writes name 0 of seed 1.

    NameQueue: makes attempts 0 and 1 at number 0, since one may fail
    keys_at: gives each attempt a key, from the seed, the number and the attempt
    Walk: extends "" by one character after another; choose draws each, by its key
    Sampler.filter: tests the conditions that are not in the spelling (here: none)
    NameQueue: yields the first attempt that passed: Umornessu

And `sample -m first-names --suffix pp -n 5 --seed 1`; one name in some 8,000 ends so:

    guided_if_rare: draws a pilot. Too few names pass, so it prepares a guide
    GuidedWalk: draws proposals by the guide. After "Phil", it nearly always draws i
    Guide.copies: turns the weight of each proposal into a number of copies, mostly 0 or 1
    NameGroups: of the copies in group 0, drops the first 31 and yields 64: Popp, Pepp, Prepp, …
"""
