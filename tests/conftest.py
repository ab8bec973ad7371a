"""What many tests share: the command line as a real process, and small models trained once."""

import gc
import os
import re
import sys
import time
from functools import cache
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

from rnn_names import Model, train
from rnn_names.casts import initials, sources
from rnn_names.sampling import rarity, walk
from rnn_names.training import distillation, warm_start
from rnn_names.training import settings as training_settings
from support import browser, package, program
from support.networks import QUICK, SYLLABLES

settings.register_profile(
    "suite",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],  # as it may be on a busy machine
)
settings.load_profile("suite")

collect_ignore = ["support/public_names.py", "support/without_posix"]
"""Not to be imported in the search for doctests: a file for type checkers, and one that takes names
from `os` and `signal`."""


@pytest.fixture(scope="session", autouse=True)
def bundled_models_are_read_once():
    """Each training on a short list compares all of them, which takes longer than the training."""
    model = mock.Mock(wraps=Model, load=cache(Model.load))
    with mock.patch.object(warm_start, "Model", model):
        yield


@pytest.fixture
def drawn(monkeypatch):
    """How many attempts each draw of the test has made so far."""
    sizes, draw = [], walk.WalkDrawer.draw

    def noted(self, keys, *more):
        sizes.append(len(keys))
        return draw(self, keys, *more)

    monkeypatch.setattr(walk.WalkDrawer, "draw", noted)
    return sizes


@pytest.fixture(scope="session")
def cli():
    """The command line as a real process."""
    return program.run


@pytest.fixture(scope="session")
def invoke():
    """The command line within this process."""
    return program.invoke


@pytest.fixture(scope="session")
def names():
    """A short list of real names."""
    return (program.DATA / "dinosaurs.txt").read_text("utf-8").split()[:300]


@pytest.fixture(scope="session")
def corpus_file(names, tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "names.txt"
    path.write_text("\n".join(names) + "\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def shared_by_processes(tmp_path_factory):
    """Fills a folder once, however many processes run the suite; the others wait for it."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder

    def shared(name, fill):
        made, done = folder / name, folder / f"{name} is filled"
        try:
            made.mkdir()
        except FileExistsError:
            while not done.exists():
                time.sleep(0.02)
        else:
            try:
                fill(made)
            finally:
                done.touch()
        return made

    return shared


@pytest.fixture(scope="session")
def model_files(corpus_file, shared_by_processes):
    """A model file of each cell, from the command line."""

    def train_both(folder):
        for cell in ("gru", "rnn"):
            options = ["--cell", cell, "--hidden-size", 32, "--epochs", 12, "--batch-size", 32]
            options += "--dropout 0 --recurrent-dropout 0 --distil-epochs 0 -q".split()
            options += ["--learning-rate", 0.01]
            done = program.invoke("train", corpus_file, "-o", folder / f"{cell}.npz", *options)
            assert done.returncode == 0, done.stderr

    folder = shared_by_processes("models", train_both)
    return {cell: folder / f"{cell}.npz" for cell in ("gru", "rnn")}


@pytest.fixture(scope="session")
def model_file(model_files):
    return model_files["gru"]


@pytest.fixture(scope="session")
def model(model_file):
    return Model.load(model_file)


@pytest.fixture(scope="session")
def small_models():
    """One of each cell, with so few letters that all names can be listed."""
    asked = {"hidden_size": 12, "batch_size": 4, **QUICK}
    return {cell: train(SYLLABLES, cell=cell, **asked) for cell in ("gru", "rnn")}


@pytest.fixture
def always_look_ahead(monkeypatch):
    """Looks ahead whether conditions are rare or not."""
    monkeypatch.setattr(rarity, "RARE", 1.0)
    monkeypatch.setattr(sources, "RARE_PART", 1.0)
    monkeypatch.setattr(rarity, "MIN_GAIN", 0.0)


@pytest.fixture
def quick_pilots(monkeypatch):
    """A thousand names, not many thousands, show how rare conditions are: once for each page."""
    monkeypatch.setattr(rarity, "PILOT_SIZE", 1 << 10)
    for module in (sources, initials):
        monkeypatch.setattr(module, "PILOTS", (1 << 8, 1 << 10))


@pytest.fixture
def quick_teacher(monkeypatch):
    """A teacher writes hundreds of names, not ten thousands, and few to see what they are like."""
    rule, few = training_settings.defaults_for, {"synthetic_names": 300}
    monkeypatch.setattr(training_settings, "defaults_for", lambda *given: rule(*given) | few)
    monkeypatch.setattr(distillation, "DRAWN_FOR_TILT", (200, 200))


def pytest_configure(config):
    """One BLAS thread in each of several processes: more would wait for each other, spinning.

    And byte code is written, since hundreds of processes of the program start.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if hasattr(config, "workerinput"):
        threadpool_limits(1, user_api="blas")


def pytest_collection_finish():
    """What was read so far stays: a search for garbage in it takes a tenth of a second."""
    gc.collect()
    gc.freeze()


def pytest_ignore_collect(collection_path):
    """Where there is no POSIX, a file all of whose tests need it is not even imported."""
    if os.name != "posix" and collection_path.suffix == ".py":
        return "pytestmark = pytest.mark.posix" in collection_path.read_text("utf-8") or None
    return None


def pytest_runtest_setup(item):
    if os.name != "posix" and item.get_closest_marker("posix"):
        pytest.skip("needs POSIX")


def pytest_terminal_summary(terminalreporter):
    if any("/test_modules.py" in report.nodeid for report in terminalreporter.getreports("passed")):
        lines = [len(path.read_text("utf-8").splitlines()) for path in package.MODULES.values()]
        mean = f"{sum(lines):,} lines in {len(lines)} modules, {sum(lines) / len(lines):.0f} each"
        terminalreporter.write_line(f"rnn_names/ has {mean}, {max(lines)} at most")
    skipped = terminalreporter.getreports("skipped")
    if any(browser.NOT_TESTED in str(report.longrepr) for report in skipped):
        line = f"{browser.NOT_TESTED.upper()}: {browser.missing()}"
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers(config):
    """One process more than cores: now and then a test waits for a browser, a disk or a clock."""
    return (yield) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Which tests go to the same process, where several share them: see `_together`.

    They begin in the order of their files. So the last ones are the doctests, which are short.
    """
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False  # else those without parameters, long or short, are last

    class Scheduler(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return _together(nodeid)

    return Scheduler(config, log)


def _together(nodeid):
    """The cases of one test, since they may share what is costly to make.

    The examples of a page depend on those before them. Those of another page need not wait. The
    tests of the server share its SDK, which takes a second to read, and two tests an example.
    """
    if "test_mcp.py" in nodeid or "::test_the_example_of_a_" in nodeid:
        return nodeid.split("::")[0]
    return re.match(r"[^[]*(\[[\w-]+\.md\b)?", nodeid)[0]
