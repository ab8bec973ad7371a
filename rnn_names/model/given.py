"""Models as users give them."""

from __future__ import annotations

import os
from typing import NamedTuple

from rnn_names.declarations import POSITIVE
from rnn_names.errors import ModelFileError


class Given(NamedTuple):
    """A model as the user gives it: a file or the name of a bundled model, and its weight."""

    path: str
    weight: float | None = None

    def __str__(self) -> str:
        return self.path if self.weight is None else f"{self.path}={self.weight:g}"

    @classmethod
    def of(cls, text: str) -> Given:
        """MODEL or MODEL=WEIGHT; where there is a file of the whole name, that is the model."""
        path, equals, weight = text.rpartition("=")
        if not equals or os.path.lexists(text):
            return cls(text)
        try:
            if path:
                return cls(path, POSITIVE.read(weight))
        except ValueError:
            pass
        raise ModelFileError(
            f"{text!r}: after = belongs the model's weight, {POSITIVE} (there is no file of that "
            "whole name)"
        )

    @property
    def share(self) -> float:
        """Its weight in a blend; 1 where none was given."""
        return 1.0 if self.weight is None else self.weight

    @property
    def title(self) -> str:
        """What it is called in the record of a blend: its file's name, without folders."""
        return os.path.basename(self.path)
