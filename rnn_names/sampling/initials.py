"""First letters of the names of a cast, drawn with their exact probabilities.

The names of a line are to begin with one letter L, and each is to meet its own conditions. So L is
drawn with a probability proportional to the product over the names of

    P(L) · P(conditions | L)

One step of the network gives P(L). P(conditions | L) need not be known: an attempt draws L by the
product of P(L), and then a name of each part given L. If all meet their conditions, they are the
line; if not, the next attempt draws another letter. Where attempts nearly always fail, as they do
for many narrow parts, P(conditions | L) is measured for each part and letter, L is drawn by the
product, and each name until one meets its conditions.
"""

import unicodedata
import warnings
from bisect import bisect
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, count
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from rnn_names.arrays import Array, ranges
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.errors import RepeatedInitialsWarning, counted
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.attempts import ENDLESS, Attempts, GivenUp, OneWorker
from rnn_names.sampling.numbers import child, choices, key_of, states_of, uniform
from rnn_names.sampling.sampler import Sampler, Tally, sampler_of
from rnn_names.sampling.stream import MOST_ATTEMPTS

if TYPE_CHECKING:
    from rnn_names.sampling.guided import Guided

FIRST_LINES, MOST_LINES = 1 << 5, 1 << 16  # attempts at lines that are drawn together
RARE_PART = 1 / 32  # share of names that meet their conditions, below which a part looks ahead
MOST_OF_LETTERS = 1 << 14  # trials in a row that fail before no letter is left
RARE_LETTER = 1e-4  # share of names below which a first letter does not count as one left
RARE_LINES = 1 / 500  # share of attempts below which conditions are measured
PILOTS = 1 << 8, 1 << 12, 1 << 16  # names of each part that show this, and then measure
LEAST_MEASURED = 1e-3  # of the most probable letter: those below are not measured further
TRIALS_AT_ONCE = 1 << 12  # of one letter that are made together

Draw = Callable[[Array, Array], tuple[Names, Array, Tally]]  # as `Attempts`


def letter_of(name: str) -> str:
    """The first letter or digit of a name as readers compare it, without case or marks; else "".

    >>> [letter_of(name) for name in ("Élan", "E\u0301a", "øre", "Ł", "ßa", "Ｗa", "3rd", "-x")]
    ['e', 'e', 'ø', 'ł', 's', 'w', '3', '']
    """
    folded = unicodedata.normalize("NFKD", name[:1].casefold())
    return folded[:1] if folded[:1].isalnum() else ""


class PartNames:
    """Draws the names of a part by number, and given their first letters if these are tied.

    `weights`, by letter, are the probabilities that a name begins so.
    """

    def __init__(self, model: LanguageModel, options: Options, is_tied: bool = True) -> None:
        self.key, self.slowness = key_of(options.some_seed()), options.slowness
        sampler = sampler_of(model, options)
        self.largest_walk = min(sampler.largest_walk, MOST_LINES) // self.slowness
        self.has_conditions = bool(sampler.may_be_rare or sampler.conditions)
        self._source: Sampler | Guided = sampler
        if sampler.may_be_rare:
            from rnn_names.sampling.guided import guided_if_rare

            self._source = guided_if_rare(sampler, RARE_PART) or sampler
        if not is_tied:
            return
        self._source = self._source.by_letters()
        roots = self._source.roots
        letters = [letter_of(chr(model.vocabulary.codes[text[0]])) for text in roots.texts]
        self.weights, self._roots = dict[str, float](), dict[str, tuple[Array, Array]]()
        for letter in sorted({*letters} - {""}):
            of_letter = np.flatnonzero(np.array(letters) == letter)
            p = roots.weights[of_letter]
            if p.any():
                self.weights[letter], self._roots[letter] = float(p.sum()), (of_letter, p)

    def drawn(self, states: Array, letters: Array | None = None) -> tuple[Names, Array, Tally]:
        """The names that meet the conditions, as `Sampler.drawn`; each of its letter, if given."""
        if letters is None:
            return self._source.drawn(states)
        root = np.zeros(len(states), np.intp)
        for letter in {*letters.tolist()}:
            of_letter, p = self._roots[letter]
            rows = np.flatnonzero(letters == letter)
            root[rows] = of_letter[choices(states[rows], 0, p)]
        return self._source.drawn(states, root)

    def found(self, states: Array, letters: Array) -> tuple[Names, Array, Tally]:
        """A name for each state and letter: that of the first attempt that meets the conditions."""

        def draw(rows: Array, attempts: Array) -> tuple[Names, Array, Tally]:
            return self.drawn(child(states[rows], attempts), letters[rows])

        names = Names.concatenate([*in_order(draw, 0, len(states), [self])])
        return names, np.arange(len(states)), {}

    def trials(self, letters: Iterable[str]) -> Callable[[str], str]:
        """What makes a trial of a letter: a name that begins so, or "" where a condition is broken.

        Trials of several letters are made together: of those of which few are left.
        """
        left, made = {letter: deque[str]() for letter in letters}, Counter[str]()

        def trial(letter: str) -> str:
            if not left[letter]:
                few = [each for each in left if len(left[each]) <= made[each] // 4]
                sizes = np.array([min(4 + made[each], TRIALS_AT_ONCE) for each in few])
                numbers = ranges(np.array([made[each] for each in few]), sizes)
                states = states_of(self.key, numbers, np.repeat([*map(ord, few)], sizes))
                of_each = np.repeat(few, sizes)
                names, rows, _ = self.drawn(states, of_each)
                met = dict(zip(rows.tolist(), names.to_strings(), strict=True))
                for row, each in enumerate(of_each.tolist()):
                    left[each].append(met.get(row, ""))
                made.update(of_each.tolist())
            return left[letter].popleft()

        return trial


# --- One letter for all names of a line -----------------------------------------------------------


def alike(parts: Sequence[PartNames], key: Array) -> Draw:
    """What draws names of all parts that begin with one letter, with their probabilities."""
    common = {*parts[0].weights}.intersection(*(part.weights for part in parts))
    letters = {each: prod(part.weights[each] for part in parts) for each in sorted(common)}
    if not letters:
        raise GivenUp({})
    has_conditions = any(part.has_conditions for part in parts)
    measured = _measured(parts, letters) if has_conditions else None
    if measured is None:
        return together(parts, letters, key)
    return together(parts, measured, key, PartNames.found)


def together(
    parts: Sequence[PartNames],
    letters: Mapping[str, float],
    key: Array,
    drawn: Callable[..., tuple[Names, Array, Tally]] = PartNames.drawn,
) -> Draw:
    """What draws names that begin with one of some letters, by their weights.

    Those of a line are given as one text, in lines of their own.
    """
    among, weights = np.array([*letters]), [*letters.values()]

    def draw(numbers: Array, attempts: Array) -> tuple[Names, Array, Tally]:
        letter = among[choices(states_of(key, numbers, attempts), 0, weights)]
        rows, found, tally = np.arange(len(numbers)), list[Names](), Tally()
        for place, part in enumerate(parts):
            states = states_of(part.key, numbers[rows], attempts[rows])
            names, kept, _ = drawn(part, states, letter[rows])
            tally[str(place)] = len(rows), len(kept)
            rows, found = rows[kept], [*(each.take(kept) for each in found), names]
        lines = zip(*(names.to_strings() for names in found), strict=True)
        return Names.from_strings(map("\n".join, lines)), rows, tally

    return draw


def in_order(draw: Draw, begin: int, end: int, parts: Sequence[PartNames]) -> Iterator[Names]:
    """What is drawn at the numbers from `begin` on, below `end`; at last perhaps GivenUp."""
    largest = min(part.largest_walk for part in parts)
    queue = Attempts(begin, end, (FIRST_LINES, largest), lambda: ENDLESS)
    return queue.names(OneWorker(draw), MOST_ATTEMPTS // max(part.slowness for part in parts))


def _measured(parts: Sequence[PartNames], letters: Mapping[str, float]) -> dict[str, float] | None:
    """The letters' weights times the shares of names that meet the conditions, in fixed pilots.

    None where lines are not rare, or none is found. A letter is not measured further when three
    more successes of each part would leave it improbable.
    """
    among, weights = np.array([*letters]), np.array([*letters.values()])
    made, met = np.zeros((2, len(parts), len(among)))
    left, passing = np.arange(len(among)), weights
    for size in PILOTS:
        row = np.resize(left, size)
        for place, part in enumerate(parts):
            states = states_of(key_of(0, place), np.arange(size), size)
            _, kept, _ = part.drawn(states, among[row])
            made[place] += np.bincount(row, minlength=len(among))
            met[place] += np.bincount(row[kept], minlength=len(among))
        passing = weights * np.prod(met / made, axis=0)
        if size < PILOTS[-1] and passing.sum() > RARE_LINES * weights.sum():
            return None
        possible = weights * np.prod((met + 3) / made, axis=0)
        left = np.flatnonzero(possible >= LEAST_MEASURED * passing.max())
    return dict(zip(letters, passing.tolist(), strict=True)) if passing.any() else None


# --- A letter of its own for each line ------------------------------------------------------------


def different(part: PartNames, key: Array, let_in: Callable[[str], bool]) -> Iterator[str]:
    """Names of one part with first letters that differ: each drawn given the letters before it.

    When no letter is left, all that were used may come again. GivenUp when no more names are found.
    """
    letters, lines, failed, most = usual(part.weights), 0, 0, MOST_ATTEMPTS // part.slowness
    free, trial = dict(letters), part.trials(letters)
    for point in _uniforms(key):
        if len(free) < len(letters) and (not free or failed >= min(MOST_OF_LETTERS, most)):
            letters = {each: letters[each] for each in letters if each not in free}
            if lines == len(letters):
                warnings.warn(
                    f"these names have only {counted(lines, 'first letter')}: "
                    f"from line {lines + 1} on, they repeat",
                    RepeatedInitialsWarning,
                    stacklevel=2,
                )
            free, failed = dict(letters), 0
        if not free or failed >= most:
            raise GivenUp({})
        edges = [*accumulate(free.values())]
        letter = [*free][bisect(edges, point * edges[-1])]
        name = trial(letter)
        if name and let_in(name):
            del free[letter]
            lines, failed = lines + 1, 0
            yield name
        else:
            failed += 1


def usual(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights of letters, without those that hardly any name begins with."""
    least = RARE_LETTER * sum(weights.values())
    return {letter: weight for letter, weight in weights.items() if weight >= least}


def _uniforms(key: Array) -> Iterator[float]:
    """Random numbers from 0 to 1, one after another."""
    for first in count(step=1 << 8):
        yield from uniform(states_of(key, first + np.arange(1 << 8)), 0).tolist()
