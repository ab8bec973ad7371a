"""`rnn-names mcp`: a Model Context Protocol server that lets assistants draw names.

Its tools take the options of the commands. They read only models, by name, and bundled casts. They
write only models, into the folder that the user gave when starting the server.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from inspect import Parameter, Signature, signature
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from rnn_names.casts.bundled_casts import CASTS
from rnn_names.cli.cast import cast
from rnn_names.cli.options import OutputPath, command, option
from rnn_names.declarations import STRINGS, declarations
from rnn_names.errors import ModelFileError, RnnNamesError, short_repr
from rnn_names.model import bundled
from rnn_names.model.bundled import DEFAULT
from rnn_names.model.selection import ModelChoice
from rnn_names.options import CastOptions, SampleOptions
from rnn_names.training.settings import Settings
from rnn_names.version import __version__

MAX_NAMES_PER_CALL = 1000  # names in a call that draws or scores
ABOUT = f"""Names of people, places and creatures, from small networks that learned real lists.
Draw names here instead of inventing them: invented names tend to be the same for everyone.
list_models lists the models; boldness "safe" gives names that can be used as they are.
rnn-names://casts describes the patterns of cast_names. Bundled casts: {", ".join(CASTS)}."""
_TRAINING = Lock()  # one model is trained at a time, on all cores
MODELS_FOLDER = OutputPath(exists=True, file_okay=False, path_type=Path)


@command("Let assistants draw names (Model Context Protocol).", "rnn-names mcp --folder ~/names")
@option("--folder", type=MODELS_FOLDER, help="Let assistants train models, and write them here.")
def mcp(folder: Path | None) -> None:
    """Serve names to an assistant, on standard input and output.

    Assistants start it (docs/assistants.md). It requires: python -m pip install 'rnn-names[mcp]'.
    """
    os.environ["PYDANTIC_ERRORS_INCLUDE_URL"] = "0"  # errors without links to documentation
    try:
        from mcp.server import MCPServer
    except ImportError:
        message = "the server's packages are missing: python -m pip install 'rnn-names[mcp]'"
        raise RnnNamesError(message) from None
    tools = _tools(folder)
    server = MCPServer("rnn-names", instructions=ABOUT, version=__version__, tools=tools)
    server.resource("rnn-names://casts", name="casts")(lambda: str(cast.help).replace("\b\n", ""))
    try:
        server.run()
    except Exception as error:  # an exception group, unknown to Python 3.10
        if "BrokenPipeError" not in repr(error):
            raise RnnNamesError(f"standard input and output failed: {error!r}") from None
    os._exit(0)  # the client is gone; a normal exit would wait for a training thread


def _tools(folder: Path | None) -> list[Any]:
    """The tools of the server, made from functions that yield the items of a list."""
    from pydantic import Field

    from rnn_names.casts.cast import parsed_pattern, texts_of_lines
    from rnn_names.casts.cast_drawer import CastDrawer
    from rnn_names.casts.pattern_files import bundled_lines, read_pattern
    from rnn_names.model.model import load_chosen
    from rnn_names.training.train import train

    Models = Annotated[list[str] | str, Field(description="Several are blended; A=2 has a weight.")]
    Count = Annotated[int, Field(description="How many.", ge=0, le=MAX_NAMES_PER_CALL)]
    Scored = Annotated[list[str], Field(min_length=1, max_length=MAX_NAMES_PER_CALL)]
    NewName = Annotated[str, Field(pattern=r"^[\w-]{1,60}$")]
    own_models: dict[str, Any] = {f.stem: f for f in folder.glob("*.npz")} if folder else {}
    blend = partial(load_chosen, load=partial(_load, own_models))

    def list_models() -> Iterator[dict[str, Any]]:
        """The models: their names, what they write, three samples; for your own, only the names."""
        for name, model in bundled.MODELS.items():
            yield {"name": name, "writes": model.source.what, "samples": model.samples}
        for alias, name in bundled.OTHER_NAMES.items():
            yield {"name": alias, "writes": f"as {name}"}
        yield from ({"name": name} for name in (*bundled.packs(), *own_models))

    def sample_names(models: Models = DEFAULT, count: Count = 20, **options: Any) -> Iterator[str]:
        """New names at random; with boldness "safe", names that can be used as they are."""
        yield from blend(map(ModelChoice.parse, STRINGS.convert(models))).stream(count, **options)

    def cast_names(pattern: str, count: Count = 20, **options: Any) -> Iterator[str]:
        """Lines of several names: "[Sir|Dame] {norse:max-length=7} of {welsh-towns}"."""
        options_of_cast = CastOptions(read_pattern(pattern)[0], count, **options)
        drawer = CastDrawer(parsed_pattern(options_of_cast), options_of_cast, blend, bundled_lines)
        yield from (line for rows in texts_of_lines(drawer) for line, *_ in rows)

    def score_names(names: Scored, models: Models = DEFAULT) -> Iterator[dict[str, Any]]:
        """The natural logarithm of each name's probability by a model; null for 0."""
        scores = blend(map(ModelChoice.parse, STRINGS.convert(models))).log_prob(names).tolist()
        for name, p in zip(names, scores, strict=True):
            yield {"name": name, "log_prob": p if p > float("-inf") else None}

    def train_model(name: NewName, names: list[str], **options: Any) -> Iterator[str]:
        """Train a new model on a list of names; this takes seconds or minutes."""
        with _TRAINING:
            if os.path.lexists(path := f"{folder}/{name}.npz") or name.lower() in bundled.names():
                raise ModelFileError(f"name {name}: a model has this name; choose another")
            train(names, **options).save(path)
            own_models[name] = path
        yield name

    tools = [_tool(list_models), _tool(sample_names, SampleOptions), _tool(cast_names, CastOptions)]
    return [*tools, _tool(score_names), *([_tool(train_model, Settings)] if folder else [])]


def _load(own_models: dict[str, Any], name: str) -> Any:
    """The model with this name: one of the user's `own_models`, or a bundled one."""
    from rnn_names.model.model import Model

    if name not in own_models and name.lower() not in bundled.names():
        raise ModelFileError(f"no model {short_repr(name)}; list_models lists all models")
    return Model.load(own_models.get(name, name))


def _tool(function: Callable[..., Iterator[Any]], options_class: Any = None) -> Any:
    """A tool that calls a function; its parameters include the options of `options_class`."""
    from anyio.to_thread import run_sync
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.server.mcpserver.tools import Tool
    from pydantic import Field, create_model

    async def call(**given: Any) -> list[Any]:
        items = function(**{name: value for name, value in given.items() if value is not None})
        found = list[Any]()
        try:  # in a thread that keeps running if the client cancels the call
            await run_sync(list, map(found.append, items), abandon_on_cancel=True)
        except RnnNamesError as error:
            rest = f"; found: {', '.join(map(str, found))}" if found else ""
            raise ToolError(f"{error}{rest}") from None
        return found

    parameters = dict(signature(function).parameters)
    options = declarations(options_class) if parameters.pop("options", None) else {}
    for name, declared in options.items():
        schema = declared.kind.schema  # options that are files have none
        if schema and not declared.hidden and name != "parts":
            text = {"description": declared.help, "json_schema_extra": schema}
            kind = Annotated[Any, Field(default_factory=lambda: None, **text)]
            parameters.setdefault(name, Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind))
    vars(call)["__signature__"] = Signature([*parameters.values()], return_annotation=list[Any])
    hints: Any = {"readOnlyHint": options_class is not Settings, "destructiveHint": False}
    tool = Tool.from_function(call, function.__name__, None, function.__doc__, annotations=hints)
    base, strict = tool.fn_metadata.arg_model, {"extra": "forbid"}  # refuses unknown arguments
    tool.fn_metadata.arg_model = create_model("Arguments", __base__=base, __cls_kwargs__=strict)
    tool.parameters = tool.fn_metadata.arg_model.model_json_schema()
    return tool
