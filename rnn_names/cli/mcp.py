"""`rnn-names mcp`: a server of the Model Context Protocol, by which assistants draw names.

Its tools have the options of the commands. They read no file but models, by name, and write none
but models in the folder that was named when the server was started.
"""

import math
import os
import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
from inspect import Parameter, signature
from threading import Lock
from typing import Annotated, Any

from rnn_names.casts.bundled import CASTS, CASTS_FOLDER
from rnn_names.cli.cast import cast
from rnn_names.cli.options import command, output_option
from rnn_names.cli.streams import lines_of
from rnn_names.conditions.options import CastOptions, SampleOptions
from rnn_names.declarations import TEXTS, declarations
from rnn_names.errors import ModelFileError, RnnNamesError, SamplingError, quoted
from rnn_names.model import bundled
from rnn_names.model.bundled import DEFAULT
from rnn_names.model.selection import ModelChoice
from rnn_names.training.settings import Settings
from rnn_names.version import __version__

MAX_OF_CALL = 1000  # names in a call that draws or scores
MAX_LEARNED = 100_000  # names in one that trains
ABOUT = """Names of people, places and creatures, from small networks that learned real lists. Draw
names here instead of inventing them: those that come to mind first are the same for everybody.
list_models has the models; boldness "safe" brings names to use as they are."""


@command("Let assistants draw names (Model Context Protocol).", "rnn-names mcp --folder ~/names")
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
    os.environ["PYDANTIC_ERRORS_INCLUDE_URL"] = "0"  # what is wrong is enough
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.resources import TextResource
    except ImportError:
        told = "the server's packages are missing: python -m pip install 'rnn-names[mcp]'"
        raise RnnNamesError(told) from None
    if folder is not None and not os.path.isdir(folder):
        raise RnnNamesError(f"{quoted(folder)}: there is no such folder; --folder takes one")
    if not (hasattr(sys.stdin, "buffer") and hasattr(sys.stdout, "buffer")):
        raise RnnNamesError("standard input and output are closed: a client speaks through them")
    server = MCPServer("rnn-names", instructions=ABOUT, version=__version__, tools=_tools(folder))
    text, told = re.sub(" *\b\n", "", cast.help or ""), "The patterns that cast_names takes."
    server.add_resource(
        TextResource(uri="rnn-names://casts", name="casts", description=told, text=text)
    )
    try:
        server.run()
    except Exception as error:
        if "OSError" in repr(error):  # in a group, which Python 3.10 does not know
            raise RnnNamesError("standard output cannot be written to") from None
        if "BrokenPipeError" not in repr(error):
            raise
    os._exit(0)  # the client is gone: Python would wait for the thread of a training


def _tools(folder: str | None) -> list[Any]:
    """The tools; a model may be written into `folder`."""
    from pydantic import Field

    from rnn_names.casts.cast import parsed, rows_of
    from rnn_names.model.checks import MAX_PARTS
    from rnn_names.model.model import blended
    from rnn_names.training.train import train

    blend, one_at_a_time = partial(blended, load=partial(_load, folder)), Lock()
    several = "Of several models, their blend; NAME=WEIGHT is one's weight."
    Models = Annotated[list[str] | str, Field(description=several, max_length=MAX_PARTS)]
    Pattern = Annotated[str, Field(description=f"A pattern, or one of {', '.join(CASTS)}.")]
    Count = Annotated[int, Field(description="How many.", ge=0, le=MAX_OF_CALL)]
    NewName = Annotated[str, Field(pattern=r"^[\w-]{1,60}$")]
    Scored = Annotated[list[str], Field(min_length=1, max_length=MAX_OF_CALL)]
    Learned = Annotated[list[str], Field(min_length=1, max_length=MAX_LEARNED)]

    def blend_of(models: list[str] | str) -> Any:
        return blend(map(ModelChoice.of, TEXTS.checked(models)))

    def list_models() -> list[dict[str, Any]]:
        """The models: what each writes, and three names of it."""
        return [*_listed(), *({"name": name} for name in (*bundled.packs(), *_own_models(folder)))]

    def sample_names(models: Models = DEFAULT, count: Count = 20, **options: Any) -> list[str]:
        """New names at random."""
        return _all_of(blend_of(models).stream(count, **options))

    def cast_names(pattern: Pattern, count: Count = 20, **options: Any) -> list[str]:
        """Lines of several names: "{norse} of {welsh-towns}". rnn-names://casts has the signs."""
        wanted = CastOptions(pattern, count, **options)
        some = rows_of(parsed(wanted), wanted, blend, _own_lines)
        return _all_of(line for rows in some for line, *_ in rows)

    def score_names(names: Scored, models: Models = DEFAULT) -> list[dict[str, Any]]:
        """The natural logarithm of each name's probability by a model; null for 0."""
        scored = zip(names, blend_of(models).log_prob(names).tolist(), strict=True)
        return [{"name": name, "log_prob": p if p > -math.inf else None} for name, p in scored]

    def train_model(name: NewName, names: Learned, **options: Any) -> str:
        """Learn how the names of a list are spelled, in seconds or minutes, as a new model."""
        with one_at_a_time:
            path = _new_path(str(folder), name)
            train(names, **options).save(path)
        return name

    reading = [_tool(list_models), _tool(sample_names, SampleOptions)]
    reading += [_tool(cast_names, CastOptions), _tool(score_names)]
    return [*reading, *([_tool(train_model, Settings)] if folder else [])]


def _tool(function: Callable[..., Any], owner: Any = None) -> Any:
    """A tool of the SDK that takes a function's parameters, and the options of a dataclass."""
    from anyio.to_thread import run_sync
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.server.mcpserver.tools import Tool
    from mcp_types import ToolAnnotations
    from pydantic import Field

    async def called(**given: Any) -> Any:
        given = {name: value for name, value in given.items() if value is not None}
        try:  # in a thread that a client which goes away does not wait for
            return await run_sync(partial(function, **given), abandon_on_cancel=True)
        except RnnNamesError as error:
            raise ToolError(str(error)) from None

    own = signature(function)
    takes = {name: each for name, each in own.parameters.items() if name != "options"}
    for name, each in (declarations(owner) if owner else {}).items():
        if each.kind.schema and not each.new_name and name != "parts":  # files have no schema
            kind = Annotated[Any, Field(description=each.help, json_schema_extra=each.kind.schema)]
            option = Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=kind)
            takes.setdefault(name, option)
    called.__name__ = function.__name__
    called.__signature__ = own.replace(parameters=[*takes.values()])  # type: ignore[attr-defined]
    hints = ToolAnnotations(read_only_hint=owner is not Settings, destructive_hint=False)
    tool = Tool.from_function(called, function.__name__, None, function.__doc__, annotations=hints)
    tool.parameters["additionalProperties"] = False
    arguments = tool.fn_metadata.arg_model
    arguments.model_config["extra"] = "forbid"
    arguments.model_rebuild(force=True)
    return tool


def _all_of(names: Iterable[str]) -> list[str]:
    """All names; where there are too few, SamplingError that has these."""
    found: list[str] = []
    try:
        for name in names:
            found.append(name)
    except SamplingError as error:
        raise SamplingError(f"{error}" + f"; found: {', '.join(found)}" * bool(found)) from None
    return found


def _listed() -> list[dict[str, Any]]:
    drawn, known = bundled.samples(), bundled.MODELS.items()
    rows = [{"name": n, "writes": of.source.what, "samples": drawn[n]} for n, of in known]
    return [*rows, *({"name": n, "writes": f"as {of}"} for n, of in bundled.OTHER_NAMES.items())]


def _new_path(folder: str, name: str) -> str:
    path = os.path.join(folder, f"{name}.npz")
    if os.path.lexists(path) or name.lower() in bundled.names():
        raise ModelFileError(f"name {name}: there is such a model already; take another name")
    return path


def _own_models(folder: str | None) -> list[str]:
    files = os.listdir(folder) if folder and os.path.isdir(folder) else []
    return [name[:-4] for name in files if name.endswith(".npz")]


def _load(folder: str | None, name: str) -> Any:
    """A model by its name: of the folder, or one that all have."""
    from rnn_names.model.model import Model

    is_own = name in _own_models(folder)
    if not is_own and name.lower() not in bundled.names():
        raise ModelFileError(f"no model {quoted(name)}; list_models has all there are")
    return Model.load(f"{folder}/{name}.npz" if is_own else name)


def _own_lines(path: str) -> list[str]:
    if path not in os.listdir(CASTS_FOLDER):
        raise SamplingError(f"{quoted(path)}: files are not read here; give the texts as [a|b|c]")
    return lines_of(os.path.join(CASTS_FOLDER, path))
