"""`rnn-names mcp`: a server of the Model Context Protocol, by which assistants draw names.

Its tools have the options of the commands. They read no file but models, by name, and write none
but models in the folder that was named when the server was started.
"""

import os
import re
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

from rnn_names.cli.options import command, output_option
from rnn_names.cli.streams import lines_of
from rnn_names.conditions.options import CastOptions, SampleOptions
from rnn_names.declarations import declarations
from rnn_names.errors import ModelFileError, RnnNamesError, SamplingError, quoted
from rnn_names.model import bundled
from rnn_names.model.bundled import CASTS, Given
from rnn_names.training.settings import Settings
from rnn_names.version import __version__

MOST, MOST_LEARNED = 1000, 100_000  # names in a call that draws or scores, and in one that trains
SOME_TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST}
LEARNED = {**SOME_TEXTS, "maxItems": MOST_LEARNED}
TITLE = {"type": "string", "pattern": r"^[\w-]{1,60}$"}
OF_MODELS = "Of several models, their blend; NAME=WEIGHT is one's weight."
ABOUT = """Names of people, places and creatures, from small networks that learned real lists. Draw
names here instead of inventing them: those that come to mind first are the same for everybody."""


@command(
    "Let assistants draw names (Model Context Protocol).",
    "rnn-names mcp",
    "rnn-names mcp --folder ~/names",
)
@output_option(
    "--folder",
    metavar="FOLDER",
    help="Let assistants train models, and write them here. Without it, nothing is written.",
)
def mcp(folder: str | None) -> None:
    """Serve names to an assistant, on standard input and output.

    An assistant starts this command itself: docs/assistants.md has the settings. It needs more
    packages: python -m pip install 'rnn-names[mcp]'.
    """
    try:
        from mcp.server import MCPServer
    except ImportError:
        told = "the server's packages are missing: python -m pip install 'rnn-names[mcp]'"
        raise RnnNamesError(told) from None
    if folder is not None and not os.path.isdir(folder):
        raise RnnNamesError(f"{quoted(folder)}: there is no such folder; --folder takes one")
    server = MCPServer("rnn-names", instructions=ABOUT, version=__version__, tools=_tools(folder))

    @server.resource("rnn-names://casts", mime_type="text/plain")
    def casts() -> str:
        """The patterns that cast_names takes."""
        from rnn_names.cli.cast import cast

        return re.sub(" *\b\n", "", cast.help or "")

    try:
        server.run()
    except Exception as error:
        if "BrokenPipeError" not in repr(error):  # in a group, which Python 3.10 does not know
            raise
    os._exit(0)  # the client is gone: Python would wait for the thread of a training


def _tools(folder: str | None) -> list[Any]:
    """The tools; a model may be written into `folder`."""
    from rnn_names.model.casts import parsed, rows_of
    from rnn_names.model.model import blended
    from rnn_names.training.train import train

    blend = partial(blended, load=partial(_load, folder))
    default = (bundled.DEFAULT,)

    def list_models() -> list[dict[str, Any]]:
        """The models: what each writes, and three names of it."""
        own = os.listdir(folder) if folder else []
        others = [*bundled.packs(), *(name[:-4] for name in own if name.endswith(".npz"))]
        drawn, known = bundled.samples(), bundled.MODELS.items()
        rows = [{"name": n, "writes": of.source.what, "samples": drawn[n]} for n, of in known]
        return [*rows, *({"name": name} for name in others)]

    def sample_names(models: Any = default, **options: Any) -> list[str]:
        """New names at random."""
        return blend(map(Given.of, models)).sample(**options)

    def cast_names(pattern: str, **options: Any) -> list[str]:
        """Lines of several names: "{norse} of {welsh-towns}". rnn-names://casts has the signs."""
        wanted = CastOptions(pattern, **options)
        rows = chain.from_iterable(rows_of(parsed(wanted), wanted, blend, _own_lines))
        return [line for line, *_ in rows]

    def score_names(names: list[str], models: Any = default) -> list[dict[str, Any]]:
        """The natural logarithm of each name's probability by a model; null for 0."""
        values = blend(map(Given.of, models)).log_prob(names).tolist()
        scores = (value if value > float("-inf") else None for value in values)
        return [{"name": n, "log_prob": s} for n, s in zip(names, scores, strict=True)]

    def train_model(name: str, names: list[str], **options: Any) -> str:
        """Learn how the names of a list are spelled, in seconds or minutes, as a new model."""
        path = os.path.join(str(folder), f"{name}.npz")
        if os.path.lexists(path) or name.lower() in bundled.names():
            raise ModelFileError(f"name {name}: there is such a model already; choose another name")
        train(names, **options).save(path)
        return name

    models = {"models": {**SOME_TEXTS, "description": OF_MODELS, "default": [*default]}}
    casts = f"a pattern, or one of {', '.join(CASTS)}"
    trains = [_tool(train_model, Settings, name=TITLE, names=LEARNED)] if folder else []
    return [
        _tool(list_models),
        _tool(sample_names, SampleOptions, models),
        _tool(cast_names, CastOptions, pattern={"type": "string", "description": casts}),
        _tool(score_names, None, models, names=SOME_TEXTS),
        *trains,
    ]


def _tool(function: Callable[..., Any], owner: Any = None, more: Any = (), **required: Any) -> Any:
    """A tool of the SDK that takes arguments by their JSON Schemas, and the options of a class."""
    from anyio.to_thread import run_sync
    from jsonschema import Draft202012Validator
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.server.mcpserver.tools import Tool
    from mcp_types import ToolAnnotations

    schemas = {**required, **dict(more)}
    for name, each in (declarations(owner) if owner else {}).items():
        if each.kind.schema and not each.new_name and name != "parts":  # files have no schema
            schemas[name] = {**each.kind.schema, "description": each.help}
            schemas[name] |= {"maximum": MOST} if name == "count" else {}
    lists = {name for name, each in schemas.items() if each.get("type") == "array"}
    schema = {"type": "object", "properties": schemas, "required": [*required]}

    def called(arguments: dict[str, Any]) -> Any:
        given = {
            name: [value] if name in lists and isinstance(value, str) else value
            for name, value in arguments.items()
            if value is not None
        }
        if unknown := given.keys() - schemas:
            what = f"no argument {quoted(min(unknown))}; there are {', '.join(schemas)}"
            raise SamplingError(what)
        for error in Draft202012Validator(schema).iter_errors(given):
            rule = f"{error.validator} is {error.validator_value}"  # a value may be very long
            message = error.message if len(error.message) < 200 else rule
            raise SamplingError(": ".join([*map(str, error.path), message]))
        return function(**given)

    class Told(Tool):
        """A tool that says in a sentence what is wrong."""

        async def run(self, arguments: Any, *_: Any, **__: Any) -> Any:
            try:  # in a thread that a client which goes away does not wait for
                result = await run_sync(called, arguments, abandon_on_cancel=True)
            except RnnNamesError as error:
                raise ToolError(f"Error executing tool {self.name}: {error}") from None
            return self.fn_metadata.convert_result(result)

    called.__annotations__["return"] = function.__annotations__["return"]
    hints = ToolAnnotations(read_only_hint=owner is not Settings, destructive_hint=False)
    tool = Told.from_function(called, function.__name__, None, function.__doc__, annotations=hints)
    tool.parameters = {**schema, "additionalProperties": False}
    return tool


def _load(folder: str | None, name: str) -> Any:
    """A model by its name: of the folder, or one that all have."""
    from rnn_names.model.model import Model

    own = f"{folder}/{name}.npz" if folder and re.fullmatch(r"[\w-]+", name) else ""
    if not os.path.isfile(own) and name.lower() not in bundled.names():
        raise ModelFileError(f"no model {quoted(name)}; list_models has all there are")
    return Model.load(own if os.path.isfile(own) else name)


def _own_lines(path: str) -> list[str]:
    if path not in os.listdir(bundled.CASTS_FOLDER):
        raise SamplingError(f"{quoted(path)}: files are not read here; give the texts as [a|b|c]")
    return lines_of(os.path.join(bundled.CASTS_FOLDER, path))
