"""The casts that come with the package."""

import os

CASTS_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundled_files")

CASTS = {
    "village": "villagers and their trades",
    "knight": "knights, their homes and their arms",
    "household": "families and their trades",
    "npc": "people to meet: a trade, a trait and a wish",
    "icelander": "Icelanders with patronymics",
    "tavern": "taverns",
    "inn": "inns: their keepers, their food and their rumours",
    "shop": "shops, their windows and their secrets",
    "house": "noble houses, with seat, arms and motto",
    "dwarfhold": "holds of dwarves",
    "elfcourt": "courts of elves",
    "warband": "bands of orcs",
    "spell": "spells",
    "ship": "ships",
    "planet": "planets",
}
"""The bundled casts and what each describes."""
