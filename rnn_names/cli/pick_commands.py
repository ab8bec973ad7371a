"""What can be typed in `pick`."""

import re

from rnn_names.errors import short_repr

NUMBERS = r"(\d{1,6}(?:-\d{1,6})?(?:[\s,]+SIGN?\d{1,6}(?:-\d{1,6})?)*)"
NUMBERS_AND_PART = rf"\+\s*{NUMBERS.replace('SIGN', '[+]')}(?:\.([\w-]+))?"
LISTED_NUMBERS = rf"-\s*{NUMBERS.replace('SIGN', '-')}"
ACTIONS = (
    ("1 4 7", "keep these; 2-5 is a row", NUMBERS.replace("SIGN?", ""), "_keep_numbered"),
    ("Enter", "show others", "|n|next", "_show_others"),
    ("b", "go back to the page before", "b|back", "_go_back"),
    ("p", "show this page again", "p|page", "_show_again"),
    ("+4", "show some like the fourth", NUMBERS_AND_PART, "_show_like_numbered"),
    ("+4.2", "change only its second part", NUMBERS_AND_PART, "_show_like_numbered"),
    ("+ NAME", "show some like this one", r"\+\s*([^\s\d].*)", "_show_like"),
    ("= NAME", "keep this name of yours", r"()=\s*(\S.*)", "_keep_typed"),
    ("3 = NAME", "keep it in place of the third", r"(\d{1,6})\s*=\s*(\S.*)", "_keep_typed"),
    ("l", "list what is kept", "l|list", "_list"),
    ("-3", "take out the third of the list", LISTED_NUMBERS, "_take_out_of_list"),
    ("- NAME", "take out this one", r"-\s*(\S.*)", "_take_out_name"),
    ("u", "undo what you did last", "u|undo", "_undo"),
    ("?", "show these commands", r"\?|h|help", "_help"),
    ("q", "end", "q|quit|exit", "_end"),
)
"""What is typed, what it does, the expression for it, and the method that gets its groups."""
NEEDED = {
    "+": "+ and a number of this page, or a name",
    "-": "- and a number of the list (l), or a name",
    "=": "= and what to keep",
}


def action_table(of_casts: bool) -> str:
    """The commands and what they do, a line for each."""
    shown = (each for each in ACTIONS if of_casts or "." not in each[0])
    return "\n".join(f"{typed:10}{help}" for typed, help, *_ in shown)


def not_understood(typed: str) -> str:
    """A message about what is none of the commands."""
    no_number = re.search(r"[^\s,\d-][^\s,]*", typed)
    if no_number and typed[0].isdecimal():
        return f"{short_repr(no_number[0])} is no number; nothing was kept"
    return NEEDED.get(typed, f"{short_repr(typed)}: not understood; ? for help")
