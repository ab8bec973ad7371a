"""How much to do: all of it, or a smoke run."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from environment import executable


@dataclass
class Plan:
    """What every row needs to know.

    Attributes:
        corpora: paths of the name lists, by the name of the bundled model of each.
        folder: for files that are thrown away in the end.
        quick: a smoke run, whose numbers mean little.
        lists: those that training is measured on.
    """

    corpora: dict[str, str]
    folder: Path
    quick: bool = False
    lists: tuple[str, ...] = ()
    began: float = field(default_factory=time.perf_counter)

    @property
    def corpus(self) -> str:
        """The name list of the rows that are about one list only: first names."""
        return self.corpora["first-names"]

    @property
    def training_rounds(self) -> int:
        """Epochs per side."""
        return 2 if self.quick else 5

    @property
    def product_seconds(self) -> float:
        """Seconds for the matrix products of a round."""
        return 0.3 if self.quick else 1.5

    @property
    def sampled(self) -> int:
        """Names that rnn-names draws per round."""
        return 20_000 if self.quick else 1_000_000

    @property
    def peer_seconds(self) -> float:
        """Seconds after which a slower side need not go on with its names in a round."""
        return 0.5 if self.quick else 4.0

    @property
    def search_seconds(self) -> float:
        """The same, for each way to use PyTorch in the search for the best."""
        return 0.2 if self.quick else 1.0

    @property
    def sampling_rounds(self) -> int:
        """Rounds of the sampling row."""
        return 2 if self.quick else 5

    @property
    def process_rounds(self) -> int:
        """Rounds of rows about whole processes that draw many names."""
        return 2 if self.quick else 5

    @property
    def start_rounds(self) -> int:
        """Process starts per side."""
        return 5 if self.quick else 31

    @property
    def sizes(self) -> list[int]:
        """Names read and drawn to see how cost grows."""
        return [10**k for k in range(3, 6 if self.quick else 8)]

    def model(self, cell: str) -> str:
        """Path of a model trained on the corpus, with default settings but for cell and time."""
        return _trained(self.corpus, cell, 1 if self.quick else 8, self.folder)

    def say(self, text: str) -> None:
        """Tells on stderr what is going on."""
        print(f"[{time.perf_counter() - self.began:4.0f} s] {text}", file=sys.stderr, flush=True)


@cache
def _trained(corpus: str, cell: str, epochs: int, folder: Path) -> str:
    path = str(folder / f"{cell}.npz")
    command = [
        executable("rnn-names"),
        "train",
        corpus,
        "--quiet",
        "--cell",
        cell,
        "--epochs",
        str(epochs),
        "-o",
        path,
    ]
    subprocess.run(command, check=True)
    return path
