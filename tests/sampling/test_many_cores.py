"""The same names whether threads draw them, or the helper process does.

Whatever else becomes of the helper process is in `processes/test_helper.py`.
"""

import os
import signal
import subprocess
import sys
import threading
from itertools import islice

import pytest

from rnn_names.conditions.options import Options
from rnn_names.processes import helper as helper_process
from rnn_names.sampling import blocks
from rnn_names.sampling import sampler as sampling
from rnn_names.sampling import stream as streaming
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.stream import sample
from support.processes import is_running, kill, patient_helpers, wait_until
from support.program import heed_interrupts, unmeasured

pytestmark = pytest.mark.posix

COUNT = 12_000


@pytest.fixture(autouse=True)
def streams_worth_a_helper(monkeypatch):
    monkeypatch.setattr(sampling, "LARGEST_WALK", 512)  # blocks of 2,048 names, in shares of 256
    monkeypatch.setattr(streaming, "LONG", 0)
    monkeypatch.setattr(streaming, "usable_cores", lambda: 2)


@pytest.fixture
def helpers(monkeypatch):
    return patient_helpers(monkeypatch, helper_process)


def drawn(model, **options):
    """Names of a stream, as one text."""
    parts = sample(model.language_model, COUNT, Options(seed=5, **options))
    return "\n".join(name for part in parts for name in part.to_strings())


@pytest.fixture
def alone(model, monkeypatch, helpers):
    with monkeypatch.context() as patch:
        patch.setattr(streaming, "usable_cores", lambda: 1)
        names = drawn(model)
    assert not helpers
    return names


def test_two_processes_draw_what_one_draws(model, helpers, alone):
    assert drawn(model) == alone
    assert helpers[-1].calls_made_there > 10


@pytest.mark.parametrize(
    "options",
    [
        {"novel": True, "prefix": ["A", "Be"], "max_length": 9},
        {"temperature": 0.8, "top_p": 0.9},
        {"min_length": 5, "any_beginning": True},
    ],
)
def test_so_they_do_under_any_conditions(options, model, monkeypatch, helpers):
    names = drawn(model, **options)
    assert helpers[-1].calls_made_there > 10
    monkeypatch.setattr(streaming, "usable_cores", lambda: 1)
    assert drawn(model, **options) == names


def test_a_large_block_is_drawn_at_once(model, monkeypatch):
    """So each name of a seed's stream stays where it is."""
    sizes, shares_of = [], blocks.shares_of

    def recorded(sampler, size, bits):
        sizes.append(size)
        return shares_of(sampler, size, bits)

    monkeypatch.setattr(blocks, "shares_of", recorded)
    drawn(model)
    assert max(sizes) >= 2_048


def test_a_helper_that_goes_changes_nothing(model, helpers, alone):
    names = []
    for part in sample(model.language_model, COUNT, Options(seed=5)):
        if helpers and helpers[-1].calls_made_there > 3 and helpers[-1].is_ready():
            kill(helpers[-1])
        names += part.to_strings()
    assert "\n".join(names) == alone
    assert not helpers[-1].is_ready()


@pytest.mark.parametrize("options", [{"min_length": 13}, {"max_length": 1}])
def test_the_names_that_are_compared_do_not_depend_on_the_lengths_asked_for(options, model):
    plain = streaming._check(Sampler(model.language_model, Options(max_length=13)))
    width = streaming.CHECKED * min(options.get("max_length", 13), 13)
    limits = {"max_length": 13, **options}
    assert (
        streaming._check(Sampler(model.language_model, Options(**limits)))[:width] == plain[:width]
    )
    assert len(set(plain)) > 10


@pytest.mark.parametrize(("long", "options"), [(1 << 17, {}), (0, {"suffix": "zxq"})])
def test_no_helper_for_a_short_stream_or_a_look_ahead(long, options, model, monkeypatch, helpers):
    monkeypatch.setattr(streaming, "LONG", long)
    assert len(model.sample(400, seed=1, **options)) == 400
    assert not helpers


def test_streams_without_an_end_share_a_helper_once_enough_was_read(model, monkeypatch, helpers):
    monkeypatch.setattr(streaming, "LONG", 2000)
    streams = [model.stream(seed=5) for _ in range(3)]
    for stream in streams:
        list(islice(stream, 400))
    assert not helpers
    for stream in streams[:2]:
        list(islice(stream, 4000))
    first, second = (helper._process._process.pid for helper in helpers)
    assert first == second


@pytest.mark.parametrize("how", ["left", "interrupted"])
def test_the_helper_ends_with_the_stream(how, model, helpers):
    parts = sample(model.language_model, 10**9, Options(seed=5))
    while not (helpers and helpers[-1].calls_made_there):
        next(parts)
    pid = helpers[-1]._process._process.pid
    if how == "left":
        parts.close()
    else:
        with pytest.raises(KeyboardInterrupt):
            parts.throw(KeyboardInterrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_stream_that_is_left_does_not_wait_for_a_helper_that_is_stopped(model, helpers):
    parts = sample(model.language_model, 10**9, Options(seed=5))
    while not (helpers and helpers[-1].calls_made_there):
        next(parts)
    os.kill(helpers[-1]._process._process.pid, signal.SIGSTOP)
    closing = threading.Thread(target=parts.close)
    closing.start()
    closing.join(25)
    assert not closing.is_alive()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGPIPE])
def test_the_command_leaves_no_process_behind(number, model_file):
    code = (
        "import sys\n"
        "from rnn_names.processes import helper\n"
        "from rnn_names.sampling import stream\n"
        "stream.LONG, stream.usable_cores = 0, lambda: 2\n"
        "class Helper(helper.Helper):\n"
        "    def begin(self, *arguments):\n"
        "        if self.calls_made_there == 3:\n"
        "            sys.stderr.write(f'{self._process._process.pid}\\n')\n"
        "        return super().begin(*arguments)\n"
        "helper.Helper = Helper\n"
        "from rnn_names.cli.main import main\n"
        "main()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "sample", "-m", model_file, "-n", "100000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=unmeasured(),
        preexec_fn=heed_interrupts,
    ) as program:
        wanted = threading.Event()
        wanted.set()

        def read():
            while wanted.is_set() and program.stdout.read(4096):
                pass
            program.stdout.close()

        reader = threading.Thread(target=read)
        reader.start()
        second = int(program.stderr.readline())
        assert is_running(second)
        if number == signal.SIGPIPE:
            wanted.clear()  # as `head` does
        else:
            program.send_signal(number)
        program.wait(60)
        reader.join()
        wait_until(lambda: not is_running(second))
