"""rnn-names: learns from a list how names are spelled, and writes new ones.

>>> from rnn_names import Model, train                                             # doctest: +SKIP
>>> model = train(open("names.txt", encoding="utf-8"))                             # doctest: +SKIP
>>> model.sample(3, seed=1)                                                        # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_names.errors import RnnNamesError
    from rnn_names.model import Model
    from rnn_names.training import Settings, train

__all__ = ["Model", "RnnNamesError", "Settings", "train"]
__version__ = "0.1.0"

_ROOMS = {"Model": "model", "RnnNamesError": "errors", "Settings": "training", "train": "training"}


def __getattr__(name: str) -> Any:
    # Loaded on first use: the command line answers --help and shell completion without NumPy.
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"rnn_names.{_ROOMS[name]}"), name)
