"""Coverage-guided fuzzing with atheris, which looks for bytes that are not answered as promised.

    python tests/fuzz/run.py

Three targets, each for `--seconds`: a corpus, a model file, and a model file of which one array is
replaced with all checksums right, which random bytes would never get past. The answer must be a
corpus or a model, or an error of one line; whatever else comes out, or takes over ten seconds or 1
GB, stops the run with an error, and the bytes are kept in `--keep`.

atheris is needed, in an environment of its own: `pip install atheris`.
"""

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

TARGETS = ("corpus", "model", "member")


def seeds(target):
    """Valid inputs to start from."""
    from support.model_files import make_model, members

    if target == "corpus":
        lists = sorted((Path(__file__).resolve().parents[2] / "data").glob("*.txt"))
        awkward = "\ufeffZoe\u0308\r\n\n愛\tb \u3000\nमी\u200cख\n\u202e\n\u2028"
        return [*(path.read_bytes()[:300] for path in lists), awkward.encode()]
    with tempfile.TemporaryDirectory() as folder:
        make_model(n_a=2).save(Path(folder) / "m.npz")
        whole = (Path(folder) / "m.npz").read_bytes()
    return (
        [whole]
        if target == "model"
        else [bytes([i]) + content for i, content in enumerate(members(whole).values())]
    )


def fuzz(target, arguments):
    """Runs one target until libFuzzer's arguments end it."""
    import atheris

    with atheris.instrument_imports(include=["rnn_names", "zipfile", "json"]):
        import json
        import zipfile

        from rnn_names.corpus.corpus import read_corpus
        from rnn_names.errors import CorpusError, ModelFileError
        from rnn_names.model import model
        from rnn_names.model import npz as archive
    assert json and zipfile and archive

    from support.model_files import members

    place = Path(arguments[0]).parent / "m.npz"
    others = members(seeds("model")[0])

    def corpus(data):
        try:
            read = read_corpus([("list", io.BytesIO(data))])
        except CorpusError as error:
            assert str(error).isprintable(), error
        else:
            names = read.names.to_strings()
            assert len(set(names)) == len(names) >= 2
            assert all(name.isprintable() or not name.isascii() for name in names)

    def load(data):
        place.write_bytes(data)
        try:
            model.Model.load(place)
        except ModelFileError as error:
            assert str(error).isprintable(), error

    def member(data):
        if not data:
            return
        file, name = io.BytesIO(), list(others)[data[0] % len(others)]
        with zipfile.ZipFile(file, "w") as target:
            for other, content in others.items():
                target.writestr(other, data[1:] if other == name else content)
        load(file.getvalue())

    atheris.Setup(
        [sys.argv[0], *arguments], {"corpus": corpus, "model": load, "member": member}[target]
    )
    atheris.Fuzz()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument(
        "--keep",
        default=tempfile.gettempdir(),
        metavar="FOLDER",
        help="where to put what breaks a promise",
    )
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big") + 1)
    options = parser.parse_args()
    for target in TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            start = Path(folder) / "inputs"
            start.mkdir()
            for i, content in enumerate(seeds(target)):
                (start / str(i)).write_bytes(content)
            limits = [
                f"-max_total_time={options.seconds}",
                "-timeout=10",
                "-rss_limit_mb=1024",
                f"-seed={options.seed}",
            ]
            command = [
                sys.executable,
                __file__,
                "--target",
                target,
                str(start),
                *limits,
                "-print_final_stats=1",
            ]
            done = subprocess.run(
                [*command, f"-artifact_prefix={options.keep}/"],
                capture_output=True,
                text=True,
                errors="replace",
            )
        tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
        if done.returncode or not tried:
            sys.exit(
                f"{target}, seed {options.seed}: broken\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
            )
        print(
            f"{target}: {int(tried[1]):,} inputs tried in {options.seconds} s, all answered as "
            "promised",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--target"]:
        fuzz(sys.argv[2], sys.argv[3:])
    else:
        main()
