"""Models on the command line: files or bundled models, one or several, each with a weight."""

import os
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any, TypeAlias

import click

from rnn_names.cli.options import DEFAULT_MODEL, option
from rnn_names.cli.streams import print_note
from rnn_names.errors import ModelFileError
from rnn_names.files import is_file
from rnn_names.model import bundled
from rnn_names.model.selection import ModelChoice

ModelChoices: TypeAlias = tuple[ModelChoice, ...]


class ModelParam(click.Path):
    """MODEL or MODEL=WEIGHT; a file of exactly that name takes precedence.

    Shells also complete `words`. If `several`, A=2+B stands for a tuple of models.
    """

    name = "model"

    def __init__(self, *words: str, several: bool = False) -> None:
        super().__init__()
        self.words, self.several = words, several

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The model and its weight, or a tuple of them."""
        try:
            if not self.several:
                return ModelChoice.parse(value)
            texts = [value] if os.path.lexists(value) else value.split("+")
            if len(texts) > 1 and not all(map(str.strip, texts)):
                self.fail("a + needs a model on each side, as in elvish+norse", param, ctx)
            return tuple(map(ModelChoice.parse, texts))
        except ModelFileError as error:
            self.fail(f"{error}.", param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """Bundled models, words and files; only files if no model or word fits."""
        from click.shell_completion import CompletionItem

        known = sorted({*bundled.names(), *self.words})
        if not any(name.startswith(incomplete) for name in known):
            return super().shell_complete(ctx, param, incomplete)
        # A list with models must also contain the files, since shells do not add them.
        with suppress(OSError):
            known += [f"{n}/" if os.path.isdir(n) else n for n in sorted(os.listdir())]
        return [
            CompletionItem(name)
            for name in dict.fromkeys(known)
            # The shell reads one suggestion per line.
            if name.startswith(incomplete) and name.isprintable() and not name.startswith(".")
        ]


MODEL = ModelParam()
INITIAL_MODEL = ModelParam(bundled.CLOSEST, bundled.NONE)  # a model that training may start from

model_option = partial(
    option,
    "-m",
    "--model",
    type=ModelParam(several=True),
    multiple=True,
    metavar="MODEL[=WEIGHT]",
    callback=lambda _context, _option, models: tuple(chain(*models)),
    show_default=f"{DEFAULT_MODEL}, or {bundled.DEFAULT} if there is none",
    help="Model file, or name of a bundled model. Several models, or A+B, give their blend.",
)


def choices_or_default(models: ModelChoices) -> ModelChoices:
    """The given models; if none, the default file, or else a bundled model with a note."""
    if models or os.path.lexists(DEFAULT_MODEL):
        return models or (ModelChoice(DEFAULT_MODEL),)
    instead = f"{bundled.DEFAULT}, a bundled model (rnn-names models)"
    print_note(f"there is no {DEFAULT_MODEL} here, so this is {instead}.")
    return (ModelChoice(bundled.DEFAULT),)


def word_or_models(
    context: click.Context, parameter: click.Parameter, models: ModelChoices
) -> tuple[str | None, ModelChoices]:
    """A callback of Click: (word, no models) for `closest` or `none`, otherwise (None, models)."""
    words = (model.path for model in models if model.path in (bundled.CLOSEST, bundled.NONE))
    word = next((word for word in words if not is_file(word)), None)  # a file takes precedence
    if word and models != (ModelChoice(word),):
        raise click.BadParameter(f"{word} stands alone, without a weight or another model")
    return (word, ()) if word else (None, models)
