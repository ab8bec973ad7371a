"""`rnn-names mcp`, as an assistant's client uses it: the SDK's own, over pipes."""

import asyncio
import json
import math
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import pytest

from rnn_names import Model
from rnn_names.declarations import Number, declarations
from rnn_names.model import bundled
from rnn_names.options import CastOptions, SampleOptions
from rnn_names.training.settings import Settings
from support import program

if not find_spec("mcp"):
    pytest.skip("the SDK is not installed: pip install -e '.[mcp]'", allow_module_level=True)


def session(script, *arguments, cwd):
    """What an async function gives that a connected client is passed to."""
    # Read here, since it takes a second: not in each process that looks for tests.
    import anyio
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    async def run():
        words = program.command("mcp", *arguments)
        server = StdioServerParameters(command=words[0], args=words[1:], cwd=cwd)
        with anyio.fail_after(100):
            async with Client(stdio_client(server)) as client:
                return await script(client)

    with ThreadPoolExecutor(1) as pool:  # in this thread, Playwright may have a loop
        return pool.submit(anyio.run, run).result()


async def said(client, tool, **arguments):
    """What a tool gives; a text that begins with "Error" if that is an error."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error == (result.structured_content is None)
    return result.content[0].text if result.is_error else result.structured_content["result"]


@pytest.mark.slow
def test_lines_of_casts_equal_the_commands(tmp_path, invoke):
    pattern = "[Lord|Lady] {norse:prefix=A} of {welsh-towns}"

    async def script(client):
        return [
            *await said(client, "cast_names", pattern=pattern, count=60, seed=5),
            *await said(client, "cast_names", pattern=pattern, count=40, seed=5, start=60),
        ]

    lines = session(script, cwd=tmp_path)
    shown = invoke("cast", pattern, "-n", 100, "--seed", 5).stdout.splitlines()
    assert len(lines) == 100 and lines == shown


def test_a_cast_by_name_is_the_bundled_one(tmp_path, invoke):
    """Regression: a file of its name in the current folder was read."""
    (tmp_path / "tavern.txt").write_text("{men} of {welsh-towns}\n", "utf-8")

    async def script(client):
        return await said(client, "cast_names", pattern="Tavern", count=5, seed=1)

    expected = invoke("cast", "tavern", "-n", 5, "--seed", 1).stdout.splitlines()
    assert session(script, cwd=tmp_path) == expected


def test_names_and_scores_equal_the_models(tmp_path):
    model, names = Model.load("elvish"), ["Noarysha", "愛"]

    async def script(client):
        drawn = await said(client, "sample_names", models=["elvish"], seed=2, prefix=["A"], count=7)
        scores = await said(client, "score_names", names=names, models=["elvish"])
        listed = await said(client, "list_models")
        tools = {tool.name for tool in (await client.list_tools()).tools}
        return drawn, scores, listed, tools

    drawn, scores, listed, tools = session(script, cwd=tmp_path)
    assert tools == {"list_models", "sample_names", "cast_names", "score_names"}, "none that writes"
    assert drawn == model.sample(7, seed=2, prefix="A")
    assert [each["name"] for each in scores] == names
    assert [each["log_prob"] for each in scores] == [pytest.approx(model.log_prob(names)[0]), None]
    assert {each["name"] for each in listed} == {*bundled.MODELS, *bundled.OTHER_NAMES}
    assert all(len(each["samples"]) == 3 for each in listed if not each["writes"].startswith("as "))
    assert {"name": "norse", "writes": "as icelandic-first-names"} in listed


@pytest.mark.slow
def test_an_error_contains_the_names_that_were_found(tmp_path):
    async def script(client):
        few = {"match": "Elwen|Elrin", "any_shape": True, "min_length": 5, "unique": True}
        names = await said(client, "sample_names", models="elvish", count=5, **few)
        lines = await said(client, "cast_names", pattern="{elvish} [x]", count=5, **few)
        return names, lines

    names, lines = session(script, cwd=tmp_path)
    assert re.search(r"only 1 of 5 .*; found: Elrin$", names)
    assert re.search(r"only 1 of 5 .*; found: Elrin x$", lines)


def test_a_trained_model_is_written_only_into_the_folder(tmp_path):
    own, here = tmp_path / "own", tmp_path / "here"
    own.mkdir()
    here.mkdir()
    names = (program.DATA / "elvish.txt").read_text("utf-8").split()[:40]
    quick = {"names": names, "epochs": 1, "distil_epochs": 0, "hidden_size": 8}

    async def script(client):
        first = await said(client, "train_model", name="drow", **quick)
        again = await said(client, "train_model", name="drow", **quick)
        taken = await said(client, "train_model", name="norse", **quick)
        outside = [
            await said(client, "train_model", name=name, **quick)
            for name in ("../drow", "/tmp/drow", "a/b", "")
        ]
        drawn = await said(client, "sample_names", models=["drow=2", "norse"], count=3)
        listed = await said(client, "list_models")
        return first, [again, taken, *outside], drawn, listed[-1]

    first, refused, drawn, last = session(script, "--folder", own, cwd=here)
    assert (first, len(drawn), last) == (["drow"], 3, {"name": "drow"})
    assert all(text.startswith("Error") for text in refused)
    assert all("a model has this name" in each for each in refused[:2])
    written = [*tmp_path.rglob("*")]
    assert {each.name for each in written} == {"own", "here", "drow.npz"}


def test_of_two_simultaneous_trainings_with_the_same_name_one_is_refused(tmp_path):
    quick = {"name": "drow", "epochs": 1, "distil_epochs": 0, "hidden_size": 8}
    lists = [[f"{c}{x}{c}" for x in "aeiou" for c in "bdfg"], ["Aa", "Bb", "Cc", "Dd"]]

    async def script(client):
        trainings = [said(client, "train_model", names=names, **quick) for names in lists]
        return await asyncio.gather(*trainings)

    told = session(script, "--folder", tmp_path, cwd=tmp_path)
    assert sorted(text == ["drow"] for text in told) == [False, True]
    assert "a model has this name" in str(told)


WRONG = [
    ("sample_names", {"models": ["elvih"]}, "no model 'elvih'; list_models lists all models"),
    ("sample_names", {"models": ["../elvish.npz"]}, "no model '../elvish.npz'"),
    ("sample_names", {"models": ["/etc/passwd"]}, "no model '/etc/passwd'"),
    ("sample_names", {"models": ["elvish=x"]}, "the model's weight"),
    ("sample_names", {"count": 1001}, "count\n  Input should be less than or equal to 1000"),
    ("sample_names", {"temperature": 0}, "temperature 0: must be a finite number above 0"),
    ("sample_names", {"prefxi": ["A"]}, "prefxi\n  Extra inputs are not permitted"),
    ("sample_names", {"remember": "file.txt"}, "remember"),
    ("sample_names", {"min_length": 9, "max_length": 3}, "min_length 9: no name can"),
    ("sample_names", {"suffix": ["愛"], "models": ["elvish"]}, "愛"),
    ("cast_names", {}, "pattern"),
    ("cast_names", {"pattern": "{norse} {words.txt}"}, "'words.txt': files are not read here"),
    ("cast_names", {"pattern": "{norse:exclude=words.txt}"}, "files are not read here"),
    ("cast_names", {"pattern": "{norse"}, "{ without a }"),
    ("score_names", {"names": []}, "names"),
    ("score_names", {"names": ["Ada"] * 1001}, "names\n  List should have at most 1000 items"),
]


def test_wrong_arguments_are_errors_and_the_session_continues(tmp_path):
    (tmp_path / "words.txt").write_text("secret\n")

    async def script(client):
        told = [await said(client, tool, **arguments) for tool, arguments, _ in WRONG]
        return told, await said(client, "sample_names", count=1, models="elvish")

    told, names = session(script, cwd=tmp_path)
    for text, (tool, _, expected) in zip(told, WRONG, strict=True):
        assert text.startswith(f"Error executing tool {tool}: ")
        assert expected in text and "secret" not in text
    assert len(names) == 1  # a text stands for a list of one
    assert [each.name for each in tmp_path.iterdir()] == ["words.txt"]


@pytest.fixture(scope="module")
def offered(tmp_path_factory):
    """The tools and the resource that a client finds, if models may be trained."""
    folder = tmp_path_factory.mktemp("offered")

    async def script(client):
        tools = (await client.list_tools()).tools
        resources = (await client.list_resources()).resources
        return tools, (await client.read_resource(resources[0].uri)).contents[0].text

    return session(script, "--folder", folder, cwd=folder)


def test_a_client_sees_the_writing_tools_and_the_syntax_of_patterns(offered):
    tools, text = offered
    assert all(each.annotations.destructive_hint is False for each in tools)
    reading = {each.name for each in tools if each.annotations.read_only_hint}
    assert {each.name for each in tools} - reading == {"train_model"}
    assert "[Lord|Lady|Old]" in text and "\b" not in text


@pytest.mark.parametrize(
    ("tool", "owner"),
    [("sample_names", SampleOptions), ("cast_names", CastOptions), ("train_model", Settings)],
)
def test_options_have_their_own_descriptions_and_bounds(tool, owner, offered):
    [schema] = [each.input_schema["properties"] for each in offered[0] if each.name == tool]
    assert not [name for name, each in schema.items() if each.get("default", 0) is None]
    shown = {name: each for name, each in declarations(owner).items() if name in schema}
    left_out = {name for name, each in declarations(owner).items() if not each.hidden} - {*shown}
    assert left_out <= {"remember", "models", "parts"}
    for name, each in shown.items():
        assert schema[name]["description"] == ("How many." if name == "count" else each.help)
        if isinstance(each.kind, Number) and math.isfinite(each.kind.maximum):
            bounds = json.dumps(schema[name])
            assert f'aximum": {each.kind.maximum}' in bounds


@pytest.mark.slow
@pytest.mark.parametrize("closes_input_first", [True, False])
def test_a_disconnected_client_ends_the_server(closes_input_first, tmp_path):
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}}
    hello["clientInfo"] = {"name": "test", "version": "1"}
    names = (program.DATA / "dinosaurs.txt").read_text("utf-8").split()
    train = {"name": "train_model", "arguments": {"name": "slow", "names": names}}
    requests = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": train},
    ]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    words = program.command("mcp", "--folder", tmp_path)
    with subprocess.Popen(words, **pipes, env=program.unmeasured()) as server:
        for request in requests:
            server.stdin.write(json.dumps(request).encode() + b"\n")
            server.stdin.flush()
        assert json.loads(server.stdout.readline())["id"] == 1
        time.sleep(1)  # so that it is training
        if not closes_input_first:  # and asks for what it does not read
            server.stdout.close()
            server.stdin.write(b'{"jsonrpc": "2.0", "id": 3, "method": "tools/list"}\n')
        server.stdin.close()
        server.stdout.close()
        assert server.wait(timeout=20) == 0
        assert b"Traceback" not in server.stderr.read()
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("streams", ["<&-", ">&-", "< hello >/dev/full"])
def test_unusable_streams_are_an_error_of_one_line(streams, tmp_path):
    hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    (tmp_path / "hello").write_text(json.dumps(hello) + "\n")
    done = program.redirected(streams, "mcp", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: standard ")


def test_missing_packages_are_named_with_a_command_to_install_them(tmp_path):
    code = "import sys; sys.modules['mcp'] = None\n" + program.MAIN
    done = subprocess.run(
        [sys.executable, "-c", code, "mcp"], capture_output=True, encoding="utf-8"
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        "Error: the server's packages are missing: python -m pip install 'rnn-names[mcp]'\n"
    )


@pytest.mark.parametrize("command", ["--help", "mcp --help", "sample -n 1"])
def test_other_commands_do_not_import_the_sdk(command):
    words = [sys.executable, "-X", "importtime", *program.command()[1:], *command.split()]
    done = subprocess.run(words, capture_output=True, encoding="utf-8")
    assert done.returncode == 0
    assert not {"pydantic", "mcp", "anyio"} & {
        line.split()[-1] for line in done.stderr.splitlines()
    }
