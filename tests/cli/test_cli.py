"""The command line: streams, exit codes, and one clear line for each thing that can go wrong.

What needs no process of its own runs within this one.
"""

import contextlib
import io
import json
import re
import sys

import click
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from rnn_names import Model
from rnn_names.cli.main import COMMANDS
from rnn_names.cli.main import cli as commands
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.options import RandomOptions
from rnn_names.processes.threads import SWITCH_INTERVAL
from rnn_names.sampling.stream import names_of_stream
from support.model_files import OLD_MODEL
from support.networks import bytes_of
from support.program import error_line, python, unmeasured
from support.runs import interrupted
from support.terminal import on_terminal

# A model of no quality in no time.
QUICK = "--hidden-size 8 --epochs 2 --batch-size 64 --seed 1 --distil-epochs 0 --init none".split()


def words(settings):
    """The options of `train` that ask for some settings."""
    return sum(((f"--{name.replace('_', '-')}", value) for name, value in settings.items()), ())


# --- From a list to names -------------------------------------------------------------------------


def test_train_sample_and_score_with_the_default_file(cli, invoke, corpus_file, tmp_path):
    done = cli("train", corpus_file, *QUICK, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["names.npz"]
    assert re.search(r"300 distinct names.* 30 of them held out", done.stderr)
    assert re.search(r"^epoch +1: loss \d\.\d+, held-out \d\.\d+  ", done.stderr, re.M)
    end = r"^2 epochs in .*\nheld-out loss \d\.\d+, training loss \d\.\d+ nats per character\.$"
    assert re.search(end, done.stderr, re.M)
    assert "Wrote names.npz" in done.stderr
    assert done.stderr.rstrip().endswith("Try: rnn-names sample -n 20")
    assert "\r" not in done.stderr

    drawn = invoke("sample", cwd=tmp_path)
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert len(drawn.stdout.splitlines()) == 20
    scored = invoke("score", input=drawn.stdout, cwd=tmp_path)
    assert scored.returncode == 0
    assert [line.split("\t")[1] for line in scored.stdout.splitlines()] == drawn.stdout.splitlines()


def test_lists_are_read_from_pipes_and_several_files(invoke, names, tmp_path):
    whole, part = tmp_path / "whole.npz", tmp_path / "part.npz"
    (tmp_path / "a.txt").write_text("\n".join(names[:200]), "utf-8")
    done = invoke("train", "-", "-o", whole, *QUICK, input="\n".join(names))
    assert done.returncode == 0, done.stderr
    text = "\r\n".join(names[200:])
    done = invoke("train", tmp_path / "a.txt", "-", "-o", part, *QUICK, input=text)
    assert done.returncode == 0, done.stderr
    models = [Model.load(path) for path in (whole, part)]
    assert bytes_of(models[0]) == bytes_of(models[1]), "one corpus either way; one seed, one model"


def test_without_epochs_the_untrained_or_start_model_is_written(invoke, tmp_path):
    for size, told in ((["--hidden-size", 8], "A GRU of 8 units."), (["--init", "names.npz"], "")):
        done = invoke("train", "-", *size, "--epochs", 0, cwd=tmp_path, input="Zoé\nR2D0\n")
        assert done.returncode == 0, done.stderr
        assert told in done.stderr and "No training" in done.stderr
    assert len(invoke("sample", "-n", 50, cwd=tmp_path).stdout.splitlines()) == 50


def test_log_is_a_line_of_json_per_epoch(invoke, corpus_file, tmp_path):
    log = tmp_path / "log.jsonl"
    options = [*QUICK, "--epochs", 3, "--log", log, "-q"]
    assert invoke("train", corpus_file, "-o", tmp_path / "m.npz", *options).returncode == 0
    records = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [record["epoch"] for record in records] == [1, 2, 3]
    best = min(records, key=lambda record: record["held_out_loss"])
    assert Model.load(tmp_path / "m.npz").training["held_out_loss"] == best["held_out_loss"]
    done = invoke("train", corpus_file, "-o", tmp_path / "m.npz", *options, "--held-out", 0)
    assert done.returncode == 0
    lines = log.read_text("utf-8").splitlines()
    assert [json.loads(line)["held_out_loss"] for line in lines] == [None] * 3


@pytest.mark.usefixtures("quick_teacher")
def test_options_of_train_are_applied(invoke, names, tmp_path):
    options = {"cell": "rnn", "hidden_size": 5, "epochs": 2, "distil_epochs": 1, "batch_size": 900}
    options |= {"optimizer": "sgd", "learning_rate": 0.125, "clip": 2.5, "held_out": 0.5}
    options |= {"dropout": 0.25, "recurrent_dropout": 0.75, "seed": 99}
    listed = "\n".join(names[:40])
    done = invoke("train", "-", "-o", tmp_path / "m.npz", *words(options), input=listed)
    assert done.returncode == 0, done.stderr
    assert options.items() <= Model.load(tmp_path / "m.npz").training["settings"].items()


# --- sample ---------------------------------------------------------------------------------------


def sampled(invoke, model_file, *options, **settings):
    done = invoke("sample", "-m", model_file, *options, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_seed_fixes_the_stream_and_start_skips_names(invoke, model_file, model):
    stream = sampled(invoke, model_file, "-n", 200, "--seed", 7)
    assert stream == model.sample(200, seed=7)
    assert sampled(invoke, model_file, "-n", 100, "--seed", 7) == stream[:100]
    assert sampled(invoke, model_file, "-n", 50, "--seed", 7, "--start", 120) == stream[120:170]
    assert sampled(invoke, model_file, "-n", 0) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_has_an_environment_variable(command, monkeypatch):
    """Click makes it from the name of the function's parameter, which might be another one."""
    of_command = commands.get_command(click.Context(commands), command)
    prefix = commands.context_settings["auto_envvar_prefix"]
    context = click.Context(of_command, click.Context(commands, auto_envvar_prefix=prefix), command)
    for parameter in of_command.params:
        if isinstance(parameter, click.Option):
            (long,) = [name for name in parameter.opts if name.startswith("--")]
            variable = f"{prefix}_{command}_{long[2:]}".replace("-", "_").upper()
            monkeypatch.setenv(variable, "1")
            assert parameter.resolve_envvar_value(context) == "1", variable
            monkeypatch.delenv(variable)
            assert parameter.resolve_envvar_value(context) is None


# --- score ----------------------------------------------------------------------------------------


def test_score_prints_a_line_per_line_in_order_and_a_summary(invoke, model_file, model):
    lines = ["Abelisaurus", "Aa", "Abelisaurus", "  Allosaurus ", "B#", "", "Zoe\u0308"]
    cleaned = ["Abelisaurus", "Aa", "Abelisaurus", "Allosaurus", "B#", "", "Zo\u00eb"]
    done = invoke("score", "-m", model_file, input="\n".join(lines) + "\n")
    assert done.returncode == 0
    pairs = [line.split("\t") for line in done.stdout.splitlines()]
    assert [name for _, name in pairs] == cleaned
    scores = model.log_prob(cleaned)
    assert [value for value, _ in pairs] == [f"{score:.6f}" for score in scores]
    assert [value for value, _ in pairs][4] == pairs[6][0] == "-inf"
    mean = -scores[:4].sum() / sum(len(name) + 1 for name in cleaned[:4])
    characters = 12 + 3 + 12 + 11
    assert done.stderr == (
        f"6 names (2 with unknown characters left out), {characters} characters with their ends, "
        f"{mean:.4f} nats per character\n"
    )


def test_an_empty_list_to_score_is_no_error(invoke, model_file):
    done = invoke("score", "-m", model_file, input="")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("0 names")
    assert invoke("score", "-m", model_file, input="###\n").stdout == "-inf\t###\n"


def test_a_version_variable_in_the_environment_is_ignored(invoke, model_file, model):
    done = invoke("sample", "-m", model_file, "--seed", 1, env={"RNN_NAMES_VERSION": "0.2"})
    assert done.stdout.splitlines() == model.sample(20, seed=1)


def test_standard_output_may_be_a_text_stream():
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        for _ in range(2):
            commands.main(["info", "dinosaurs"], prog_name="rnn-names", standalone_mode=False)
    half = len(output.getvalue()) // 2
    assert output.getvalue()[:half] == output.getvalue()[half:] != ""


@pytest.mark.posix
def test_a_search_on_a_terminal_erases_its_bar(model_file):
    shown = on_terminal("sample", "--best", "-n", 3, "-m", model_file, lines=3)
    assert shown.split("\r")[-1].strip() == ""


RUN = {"hidden_size": 8, "epochs": 6, "distil_epochs": 0, "batch_size": 64, "learning_rate": 0.01}


@pytest.mark.posix
@pytest.mark.parametrize("epochs", [3, 5])
def test_a_resumed_run_summarises_only_its_own_epochs(epochs, corpus_file, names, tmp_path):
    trainer = interrupted(tmp_path / "m.npz", corpus_from_strings(names), epochs, RUN)
    done, left = trainer.position.characters, trainer.characters_left
    text = on_terminal("train", corpus_file, "-o", tmp_path / "m.npz", *words(RUN), "--resume")
    told = "3 epochs more" if epochs == 3 else "1 epoch more"
    assert re.search(rf"[\r\n]{told} in \d+ s; the best was epoch \d:\r?$", text, re.M)
    share = done / (done + left)
    first, *_, last = [int(percent) for percent in re.findall(r"(\d+)% ", text)]
    assert 100 * share - 1 < first < 100 * share + 1
    assert first <= last <= 101


# --- Help and usage -------------------------------------------------------------------------------


@pytest.mark.parametrize("short, long", [("-h", "--help"), ("-V", "--version")])
def test_help_and_version_have_short_options(short, long, invoke):
    """docs/cli.md has the texts, and a test holds that."""
    done = invoke(short)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == invoke(long).stdout != ""


def test_drawing_a_few_names_imports_no_needless_modules(model_file):
    program = """
import sys, numpy, click
before = set(sys.modules)
import rnn_names.cli.main
slow = {'zipfile', 'numpy.random', 'hashlib', 'concurrent.futures', 'inspect', 'csv',
        'rnn_names.model.blending'}
try: rnn_names.cli.main.main()
except SystemExit: print(*sorted(slow & (set(sys.modules) - before)))
"""
    done = python(program, "sample", "-n", 3, "-m", model_file)
    assert done.stdout.splitlines()[3:] == [""]


def test_blas_starts_with_one_thread_in_any_environment():
    program = """
from rnn_names.processes.threads import one_blas_thread, start_blas_with_one_thread
start_blas_with_one_thread()
import numpy
from threadpoolctl import threadpool_info
with one_blas_thread():
    blas = [each for each in threadpool_info() if each["user_api"] == "blas"]
    print({each["num_threads"] for each in blas} or {1})
"""
    done = python(program, env={**unmeasured(), "OPENBLAS_NUM_THREADS": "2"})
    assert done.stdout == "{1}\n"


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 1])
def test_the_last_of_overlapping_generators_restores_process_settings(first, model, monkeypatch):
    monkeypatch.setattr("rnn_names.sampling.sampler.MAX_BATCH", 1 << 13)

    def settings():
        return sys.getswitchinterval(), [
            each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"
        ]

    with threadpool_limits(2, user_api="blas"):
        before = settings()
        generators = [names_of_stream(model, 10**5, RandomOptions(seed=seed)) for seed in (1, 2)]
        for generator in generators:
            for _ in range(2):  # the first walk is drawn without other threads
                next(generator)
        within = settings()
        assert within[0] == pytest.approx(SWITCH_INTERVAL)
        generators[first].close()
        assert settings() == within
        generators[1 - first].close()
        assert settings() == before


def test_wrong_usage_is_shown_without_control_characters(invoke):
    for arguments in (
        ["sample", "\x1b]0;x\x07x", "y"],
        ["sample\x1b]0;x\x07"],
        ["sample", "--\x1b]0;x\x07"],
        ["sample", "--format", "\x1b]0;x\x07"],
    ):
        done = invoke(*arguments)
        assert done.returncode == 2
        assert "\\x1b]0;x\\x07" in done.stderr
        assert all(line.isprintable() for line in done.stderr.splitlines())


# --- Bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ("train blank.txt", "blank.txt: contains no names"),
        ("train one.txt", "one.txt: only one distinct name; at least two are needed"),
        ("train good.txt --held-out 0.9", "leaves none to train on"),
        ("train good.txt --init=", "'': cannot be read"),
        ("train good.txt -o good.txt", "good.txt: the list and --output are the same file"),
        ("train good.txt -o new.npz --log one.txt", "is not a log; give another --log"),
        ("train good.txt -o new.npz --report one.txt", "is not a report; give another --report"),
        ("train good.txt -o new.npz --log ./new.npz", "--output and --log are the same"),
        ("train good.txt -o new.npz --log new.npz.resume", "the state of the run are the same"),
        ("train good.txt --report names.npz", "--output and --report are the same"),
        ("train good.txt --report new --log new", "new: --log and --report are the same file"),
        ("train good.txt bad.txt --log bad.txt", "the list and --log are the same"),
        ("train good.txt --log linked.txt", "the list and --log are the same"),
        ("train good.txt -o new.npz --init good.npz --report good.npz", "--init and --report are"),
        ("train good.txt --init good.npz --init names.npz --log names.npz", "--init and --log are"),
        ("sample", "names.npz: not a model file"),
        ("sample -m good.npz --prefix A0", "does not know the character '0'"),
    ],
)
def test_bad_input_is_an_error_of_one_line_and_keeps_the_old_model(arguments, what, invoke, folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    quick = QUICK[:-2] if "train" in arguments else []
    assert what in error_line(invoke(*arguments.split(), *quick, cwd=folder))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.fixture(scope="module")
def folder(model_file, tmp_path_factory):
    """A good list, a good model, and files with something wrong.

    One of them, names.npz, must not change.
    """
    folder = tmp_path_factory.mktemp("folder")
    (folder / "good.txt").write_text("Ada\nBo\nEve\nIda\n")
    (folder / "linked.txt").hardlink_to(folder / "good.txt")
    (folder / "bad.txt").write_bytes(b"\xff\xfeA\n")
    (folder / "blank.txt").write_bytes(b"\n  \r\n")
    (folder / "one.txt").write_bytes(b"Ada\nAda\n")
    (folder / "names.npz").write_bytes(OLD_MODEL)
    (folder / "good.npz").write_bytes(model_file.read_bytes())
    return folder
