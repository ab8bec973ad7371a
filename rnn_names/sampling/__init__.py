"""Drawing names. docs/contributing.md explains words such as number, attempt and root.

Ignoring the acceptor (length, shape, conditions), an attempt for a number draws this name:

    key = subkey(subkey(seed_key(seed), number), attempt)
    state, text = state_after(a0, None), ""        # a step whose input is the zero vector
    while True:
        p = next_probabilities(state)              # of the end, then of each character
        u = uniform(key, position=len(text))       # 0 ≤ u < 1
        character = the first one whose cumulative probability is above u
        if it is the end: return text
        state, text = state_after(state, character), text + character

Everything else serves to draw many names at once, to meet conditions, or to find rare names. The
page draws in the same way, in plain loops (`page/engine/walk.js`).

`rnn-names sample -m dinosaurs -n 1 --seed 7` writes name 0 of seed 7. In the order of the calls:

    cli/sample.py            reads the options, loads the model, and writes what stream.py yields
    stream.py                makes a sampler; nothing is rare here, so a NameQueue draws
    sampler.py               gives the acceptor the conditions that an automaton can check
    name_queue.py            makes two attempts for number 0, since one may fail (attempts.py)
    random_keys.py           gives each attempt a key, and each character a random number
    walk.py                  extends "" by one character after another, for many keys at once
      frontier.py            holds the prefixes that wait for their next character
      network_predictor.py   computes the probabilities of that character
      choice.py              chooses it by its random number
    sampler.py               tests the other conditions on whole names
    name_queue.py            yields the name of the first attempt that passed: Kreaphitholus
    admission.py             counts it; only with --unique, --min-edits or --remember would it look
                             for repeats

`rnn-names sample --suffix pp -m first-names -n 5 --seed 1` has a rare condition, which about 1 name
in 8,000 meets. Read how `value_table.py` and `lookahead/guide.py` begin, then:

    rarity.py                draws a pilot; too few names are accepted, so it looks ahead
    preparation.py           draws names, to which the guide is fitted
      lookahead/guide.py     estimates how probable it is that each prefix will end in "pp"
      lookahead/visited.py   keeps the prefixes of these names
      lookahead/chain.py     stands in for the network after other prefixes
    name_groups.py           makes proposals for group 0, each with its own key
      guided.py              draws them in a walk with the guide, which nearly always draws i after
                             "Phil"; turns the weight of each into copies, mostly 0 or 1
    name_groups.py           leaves out the first 31 copies and yields 64: Popp, Pepp, Prepp, …
    admission.py             admits the first five; stream.py yields them

Two modules stand apart: `alias.py` gives each key a name, and `best.py` searches for the most
probable names.
"""
