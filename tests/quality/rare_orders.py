"""Orders that few names meet, on bundled models: what `make rare` studies."""

TIMED = [
    ("first-names", {"suffix": "pp"}),
    ("first-names", {"suffix": "pp", "max_length": 6}),
    ("first-names", {"suffix": "aq", "max_length": 5}),
    ("first-names", {"suffix": "rl"}),
    ("first-names", {"prefix": "Mar", "suffix": "q"}),
    ("first-names", {"match": "(Zx.*|.*ettelyn)"}),
    ("first-names", {"contains": ["zq", "x"]}),
    ("surnames", {"prefix": "Ob", "suffix": "x"}),
    ("dinosaurs", {"suffix": "odos"}),
    ("surnames", {"suffix": "kd"}),
    ("first-names", {"min_length": 13}),
]
"""Those whose speed `make bench` measures."""

ORDERS = [
    *TIMED,
    ("first-names", {"match": ".*mm.*tt.*"}),
    ("first-names", {"contains": ["zk"]}),
    # Endings
    ("first-names", {"suffix": "bb"}),
    ("first-names", {"suffix": "q", "max_length": 6}),
    ("first-names", {"suffix": "ndra", "min_length": 10}),
    ("first-names", {"suffix": "wick"}),
    ("first-names", {"suffix": "pp", "temperature": 0.5}),
    ("first-names", {"suffix": "pp", "temperature": 1.5}),
    ("first-names", {"suffix": "rl", "top_p": 0.99}),
    ("first-names", {"suffix": "tz", "top_k": 12}),
    ("surnames", {"suffix": "zz"}),
    ("surnames", {"suffix": "aux", "max_length": 6}),
    ("surnames", {"suffix": "ij"}),
    ("surnames", {"suffix": "vich", "min_length": 9}),
    ("dinosaurs", {"suffix": "x", "max_length": 5}),
    ("dinosaurs", {"suffix": "ops", "max_length": 7}),
    ("dinosaurs", {"suffix": "venator", "max_length": 10}),
    ("german-first-names", {"suffix": "bertina"}),
    ("icelandic-first-names", {"suffix": "xa"}),
    ("french-towns", {"suffix": "ac", "max_length": 5}),
    ("english-towns", {"suffix": "bury", "max_length": 6}),
    ("polish-towns", {"suffix": "ów", "max_length": 4}),
    ("spanish-towns", {"suffix": "rz"}),
    ("norwegian-towns", {"suffix": "dd"}),
    ("japanese-towns", {"suffix": "tsu", "max_length": 4}),
    # Something inside
    ("first-names", {"contains": ["qq"]}),
    ("first-names", {"contains": ["xx"], "temperature": 0.7}),
    ("first-names", {"contains": ["vv"], "max_length": 6}),
    ("surnames", {"contains": ["aa", "oo"]}),
    ("surnames", {"contains": ["xx"]}),
    ("surnames", {"contains": ["zw"], "prefix": "K"}),
    ("dinosaurs", {"contains": ["yx", "z"]}),
    ("italian-towns", {"contains": ["ghi"], "max_length": 7}),
    ("german-towns", {"contains": ["ü"], "suffix": "a"}),
    ("hungarian-towns", {"contains": ["őr"], "suffix": "a"}),
    ("russian-towns", {"contains": ["kh"], "max_length": 4}),
    # Regular expressions
    ("first-names", {"match": "[AEIOU][aeiou].*[aeiou]{2}"}),
    ("first-names", {"match": "X.*x.*"}),
    ("first-names", {"match": ".*(.*ee){2}.*"}),
    ("surnames", {"match": "Mc[aeiou].*z"}),
    ("surnames", {"match": "[^aeiouy]{5,}"}),
    ("dinosaurs", {"match": ".*raptor|.*nychus", "max_length": 8}),
    ("indian-towns", {"match": ".*pur.*pur.*"}),
    ("finnish-towns", {"match": "(..)*i.", "max_length": 4}),
    # Beginnings and lengths
    ("first-names", {"prefix": "Zb", "suffix": "ek"}),
    ("first-names", {"prefix": "Q", "suffix": "x"}),
    ("first-names", {"max_length": 2}),
    ("surnames", {"min_length": 13}),
    ("dinosaurs", {"prefix": "Z", "suffix": "us", "max_length": 6}),
    ("chinese-towns", {"prefix": "Q", "min_length": 14}),
    ("welsh-towns", {"prefix": "Llan", "suffix": "gor"}),
    # At low temperatures, where most steps are nearly certain
    ("first-names", {"suffix": "pp", "temperature": 0.3}),
    ("first-names", {"suffix": "pp", "temperature": 0.02}),
    ("first-names", {"suffix": "rn", "temperature": 0.1}),
    ("first-names", {"suffix": "kk", "temperature": 0.15, "max_length": 5}),
    ("first-names", {"prefix": "Mar", "suffix": "q", "temperature": 0.1}),
    ("first-names", {"contains": ["zk"], "temperature": 0.2}),
    ("first-names", {"match": "X.*x.*", "temperature": 0.06}),
    ("surnames", {"min_length": 14, "temperature": 0.06}),
    ("surnames", {"suffix": "aux", "max_length": 6, "temperature": 0.1}),
    ("surnames", {"match": "[^aeiouy]{5,}", "temperature": 0.1}),
    ("norse", {"max_length": 2, "temperature": 0.08}),
    ("norse", {"max_length": 2, "temperature": 0.04}),
    ("spells", {"max_length": 4, "temperature": 0.08}),
    ("dinosaurs", {"suffix": "x", "max_length": 5, "temperature": 0.1}),
    ("dinosaurs", {"prefix": "Z", "suffix": "ops", "temperature": 0.2}),
    ("dinosaurs", {"suffix": "q", "temperature": 0.1}),
    ("dinosaurs", {"suffix": "z", "temperature": 0.1}),
    ("english-towns", {"suffix": "bury", "max_length": 6, "temperature": 0.04}),
    ("polish-towns", {"suffix": "ów", "max_length": 4, "temperature": 0.1}),
    ("italian-surnames", {"min_length": 17, "temperature": 0.15}),
    ("dutch-towns", {"min_length": 20, "temperature": 0.08}),
    ("irish-towns", {"min_length": 23, "temperature": 0.12}),
    # With conditions that are checked afterwards
    ("first-names", {"suffix": "pp", "novel": True}),
    ("first-names", {"suffix": "rl", "exclude_words": ["ar", "er"]}),
    ("surnames", {"suffix": "kz", "exclude": ["Wilkz", "Rakz"]}),
    ("turkish-first-names", {"contains": ["ğ"], "suffix": "t", "novel": True}),
]
"""A bundled model, and options of sampling."""


def spelled(model, options):
    """An order as on the command line."""
    words = [model]
    for name, value in options.items():
        for each in value if isinstance(value, list) else [value]:
            words.append(f"--{name.replace('_', '-')}" + ("" if each is True else f" {each}"))
    return " ".join(words)
