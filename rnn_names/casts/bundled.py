"""The casts that come with the package, and the files of words that they name."""

import os

from rnn_names.files import is_file

CASTS_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundled_files")

CASTS = {
    "village": "villagers and their trades",
    "knight": "knights, where from, and their arms",
    "household": "families and their trades",
    "npc": "people to meet: a trade, a trait and a wish",
    "icelander": "Icelanders with patronymics",
    "tavern": "taverns",
    "inn": "inns: who keeps them, what there is to eat, what is told",
    "shop": "shops, their windows and their secrets",
    "house": "noble houses, with seat, arms and motto",
    "dwarfhold": "holds of dwarves",
    "elfcourt": "courts of elves",
    "warband": "bands of orcs",
    "spell": "spells",
    "ship": "ships",
    "planet": "planets",
}
"""The bundled casts, each with what it describes."""


def cast_file(path: str) -> str:
    """The file that a pattern names: one of that name, or else one of the bundled casts.

    An empty file is ignored: a shell creates one before `cast village > village.txt` begins.
    """
    is_own = is_file(path) and not (os.path.isfile(path) and os.path.getsize(path) == 0)
    bundled = os.path.join(CASTS_FOLDER, path)
    return bundled if path in os.listdir(CASTS_FOLDER) and not is_own else path
