"""rnn-names learns how the names of a list are spelled and writes new ones.

>>> from rnn_names import Model, train
>>> model = Model.load("dinosaurs")                 # a file, or the name of a bundled model
>>> names = model.sample(3, seed=1, suffix="saurus", novel=True)
>>> [name.endswith("saurus") for name in names], model.knows(names).tolist()
([True, True, True], [False, False, False])
>>> triceratops, gandalf = model.log_prob(["Triceratops", "Gandalf"])
>>> bool(triceratops > gandalf)
True

>>> elves = train(["Aelviloe", "Drulvolir", "Elvanye", "Vessolir"], init=model, epochs=2)
>>> elves.knows(["Elvanye", "Triceratops", "Gandalf"]).tolist()
[True, True, False]
"""

from typing import TYPE_CHECKING, Any

from rnn_names.version import __version__

if TYPE_CHECKING:
    from rnn_names.casts.cast import cast
    from rnn_names.errors import RnnNamesError
    from rnn_names.model.model import Model, blend
    from rnn_names.training.settings import Settings
    from rnn_names.training.train import train

__all__ = ["Model", "RnnNamesError", "Settings", "__version__", "blend", "cast", "train"]

_MODULES = {
    "Model": "model.model",
    "RnnNamesError": "errors",
    "Settings": "training.settings",
    "blend": "model.model",
    "cast": "casts.cast",
    "train": "training.train",
}


def __getattr__(name: str) -> Any:
    # Loaded on first use, so that --help and shell completion need no NumPy.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"rnn_names.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
