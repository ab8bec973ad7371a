"""Digests of the names of a seed, which never change again.

`digests.json` holds them. `python tests/support/seeds.py COUNT` prints those of more names, and
`--write` writes the file anew; `tests/quality/seeds.py` compares kernels of BLAS and processors.
"""

import hashlib
import json
import sys
from pathlib import Path

FILE = Path(__file__).with_name("digests.json")
MODELS = ("dinosaurs", "first-names", "norse", "chinese-towns", "elvish+surnames")
OPTIONS = (
    {},
    {"prefix": "A"},
    {"prefix": ["ma", "Sa"], "ignore_case": True},
    {"suffix": "n"},
    {"match": "[A-M].*", "min_length": 5, "max_length": 9},
    {"temperature": 0.5},
    {"temperature": 2.0, "any_shape": True},
    {"top_k": 5},
    {"top_p": 0.8, "novel": True},
    {"clean": True, "unique": True, "contains": "a"},
)
COUNT = 2000  # names of each in the suite: 100,000 in all


def model_of(title):
    """A bundled model, or a blend of some."""
    from rnn_names import Model, blend

    return blend([Model.load(name) for name in title.split("+")])


def digest(model, options, count):
    """The digest of the names of a seed."""
    text = hashlib.sha256()
    for names in model.stream(count, seed=17, **options).arrays():
        text.update("".join(f"{name}\n" for name in names.tolist()).encode())
    return text.hexdigest()[:16]


def digests(title, count):
    """The digests of a model's names, by options."""
    model = model_of(title)
    return {json.dumps(options): digest(model, options, count) for options in OPTIONS}


if __name__ == "__main__":
    count = next((int(each) for each in sys.argv[1:] if each.isdecimal()), COUNT)
    found = {title: digests(title, count) for title in MODELS}
    text = json.dumps(found, indent=1) + "\n"
    if "--write" in sys.argv:
        FILE.write_text(text, "utf-8")
    else:
        print(text, end="")
