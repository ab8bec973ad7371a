"""Rules that change the text of a part, such as endings: EXPRESSION -> TEXT, one per line."""

import re
from collections.abc import Callable, Iterable

from rnn_names.errors import CorpusError, short_repr

_RULE = re.compile(r"(.*?)\s*->\s*((?:[^\\]|\\[1-9](?!\d))*)")


def parse_rules(lines: Iterable[str], file: str = "") -> Callable[[str], str]:
    r"""A function that changes a text by the first rule that fits: EXPRESSION -> REPLACEMENT.

    >>> [*map(parse_rules(["(.*)i$ -> \\1a", "$ -> s"]), ["Helgi", "Gunnar"])]
    ['Helga', 'Gunnars']
    """
    rules, where = [], f"{file}: " if file else ""
    for line in lines:
        if line.startswith("#"):
            continue
        if (found := _RULE.fullmatch(line)) is None:
            raise CorpusError(f"{where}{short_repr(line)}: no rule; write EXPRESSION -> TEXT")
        try:
            rules.append((re.compile(found[1]), found[2]))
            re.sub(*rules[-1], "")
        except (re.error, IndexError, RecursionError, OverflowError, ValueError) as error:
            raise CorpusError(f"{where}rule {short_repr(line)}: {error}") from None

    def changed(text: str) -> str:
        try:
            rule = next((rule for rule in rules if rule[0].search(text)), None)
            return text if rule is None else rule[0].sub(rule[1], text, count=1)
        except SystemError as error:  # Python 3.11 raises it for groups in possessive repeats
            message = "this version of Python cannot match a rule"
            raise CorpusError(f"{where}{message}: {error}") from None

    return changed
