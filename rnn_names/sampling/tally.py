"""Counts of the names that were tested for each condition, and of those that passed."""

from collections.abc import Mapping


class Tally(dict[str, tuple[int, int]]):
    """(tested, passed) by the title of a condition."""

    def add(self, more: Mapping[str, tuple[int, int]]) -> None:
        """Adds the counts of another draw."""
        for title, (tested, passed) in more.items():
            before = self.get(title, (0, 0))
            self[title] = before[0] + tested, before[1] + passed

    def tightest(self) -> str:
        """Why names were not found, for a message: the condition that the smallest share met."""
        rates = {each: max(met, 0.5) / tested for each, (tested, met) in self.items() if tested}
        if not rates:
            return "allow other lengths or another temperature, or train for longer"
        title = min(rates, key=rates.__getitem__)
        tested, passed = self[title]
        rate = f"1 in {tested / passed:,.0f}" if passed else f"fewer than 1 in {tested:,}"
        return f"the tightest condition was {title} ({rate} drawn passes)"
