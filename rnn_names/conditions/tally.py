"""A tally of how many names were tested and passed, to say why few names are found."""

from collections.abc import Mapping
from typing import Any


class Tally(dict[Any, tuple[int, int]]):
    """How many names were tested and how many passed, for each condition (each source in casts)."""

    def add(self, more: Mapping[Any, tuple[int, int]]) -> None:
        """Adds the counts of another draw."""
        for title, (tested, passed) in more.items():
            before = self.get(title, (0, 0))
            self[title] = before[0] + tested, before[1] + passed

    @property
    def tightest(self) -> str:
        """The title of the condition met by the smallest share of names tested for it, or ""."""
        rates = {title: max(n, 0.5) / tested for title, (tested, n) in self.items() if tested}
        return min(rates, key=rates.__getitem__, default="")

    def explanation(self) -> str:
        """Why few names passed, for a message."""
        if not self.tightest:
            return "allow other lengths or another temperature, or train for longer"
        tested, passed = self[self.tightest]
        rate = f"1 in {tested / passed:,.0f}" if passed else f"fewer than 1 in {tested:,}"
        return f"the tightest condition was {self.tightest} (met by {rate} names tested)"
