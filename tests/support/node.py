"""Node, which runs a module outside of a browser."""

import json
import shutil
import subprocess

NODE = shutil.which("node")
NOT_TESTED = "the module was not tested in Node: there is no node on the PATH"


def run(script, folder):
    """Runs a module in a folder; gives what it prints as JSON, one value a line.

    On one thread: with several, Node 20 to 24 now and then hangs at its end (nodejs/node#54918).
    """
    (folder / "script.mjs").write_text(script, "utf-8")
    settings = {"cwd": folder, "capture_output": True, "encoding": "utf-8", "timeout": 120}
    done = subprocess.run([NODE, "--single-threaded", "script.mjs"], **settings)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
