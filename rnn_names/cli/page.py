"""`rnn-names page`: writes a web page or a JavaScript module that writes names."""

import os
from typing import Any

import click

from rnn_names.cli.input_checks import check_output
from rnn_names.cli.model_options import MODEL, ModelChoices
from rnn_names.cli.options import command, flag, option, output_option
from rnn_names.cli.streams import print_to_stderr
from rnn_names.errors import printable
from rnn_names.model.selection import ModelChoice


@command(
    "Make a web page that generates names.",
    "rnn-names page first-names -o first-names.html",
    "rnn-names page elves.npz dinosaurs -o mixture.html     # with a slider for each",
    "rnn-names page -o own.html                             # for a list that is pasted there",
    "rnn-names page elves.npz --learn -o elves.html         # for such lists, too",
    "rnn-names page --module elves.npz -o names.mjs         # for games and other programs",
)
@click.argument("models", nargs=-1, type=MODEL, metavar="[MODEL[=WEIGHT]...]")
@flag("--module", help="Write a JavaScript module for other programs, and its type declarations.")
@flag(
    "--learn",
    help="Include the base, so that the page learns pasted lists of fewer than 1,000 names as "
    "`train` does.",
)
@output_option(
    "-o",
    "--output",
    help="The page or the ES module to write.",
    show_default="names.html, or names.mjs",
)
@option(
    "--title", group="Words", metavar="TEXT", help='Title of the page instead of "Names like …".'
)
@option("--subtitle", group="Words", metavar="TEXT", help="Line below the title.")
def page(models: ModelChoices, module: bool, learn: bool, output: str | None, **words: Any) -> None:
    """Make a web page that generates names like those of MODEL, a file or a bundled model.

    The page is one file that holds the models and works offline in any browser: open it with a
    double click, send it, or publish it anywhere. Several models are blended. Anyone who has the
    page can extract the models. People can paste a list of names for it to learn from. Without
    MODEL, the page has five bundled models and --learn, and opens where a list is pasted.
    """
    from rnn_names.files import write_atomically
    from rnn_names.model.model import Model
    from rnn_names.page import page as page_view
    from rnn_names.page import script
    from rnn_names.report.markup import HTML_BEGINNING

    if module and not models:
        raise click.UsageError("--module requires at least one MODEL")
    if module and (learn or {*words.values()} != {None}):
        raise click.UsageError("--learn, --title and --subtitle are for a page, not for a module")
    if module:
        output = output or "names.mjs"
        for path in (output, script.types_path(output)):
            check_output(path, "module", script.MODULE_BEGINNING.encode())
    else:
        output = output or "names.html"
        check_output(output, "page", HTML_BEGINNING)
    choices = models or tuple(map(ModelChoice, page_view.MODELS_FOR_LISTS))
    stems = [os.path.splitext(model.title)[0] or model.path for model in choices]
    parts = list[script.PageModel]()
    for stem, choice in zip(stems, choices, strict=True):
        name = stem if stems.count(stem) == 1 else choice.path  # with the folder if ambiguous
        parts.append(script.PageModel(name, Model.load(choice.path), choice.weight or 1.0))
    if module:
        script.save_module(parts, output)
    else:
        text = page_view.page(parts, **words, for_lists=not models, learn=learn)
        write_atomically(output, text.encode())
    use = "import it" if module else "open it in a browser"
    print_to_stderr(f"Wrote {printable(output)}, {os.path.getsize(output) / 1e6:.1f} MB: {use}.")
