"""Workers: the same names whether threads draw them, or a second process does."""

import os
import pickle
import signal
import subprocess
import sys
import threading

import pytest

from rnn_names.conditions.options import Options
from rnn_names.processes import second_process
from rnn_names.sampling import sampler as sampling
from rnn_names.sampling import stream as streaming
from rnn_names.sampling import workers
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.stream import sample
from support.processes import is_running, wait_until
from support.program import heed_interrupts, measure_no_children, unmeasured

pytestmark = pytest.mark.posix

COUNT = 12_000


@pytest.fixture(autouse=True)
def streams_worth_a_second_process(monkeypatch):
    monkeypatch.setattr(sampling, "LARGEST_WALK", 512)  # blocks of 2,048 names, in shares of 256
    monkeypatch.setattr(streaming, "LONG", 0)
    monkeypatch.setattr(workers, "usable_cores", lambda: 2)
    measure_no_children(monkeypatch)


@pytest.fixture
def teams(monkeypatch):
    """The workers of all streams; they wait for the second process, if there is one."""
    seen = []

    class Patient(workers.Workers):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            seen.append(self)

        def start_process(self):
            super().start_process()
            if self._process is not None:
                wait_until(self._process.is_there)

    monkeypatch.setattr(workers, "Workers", Patient)
    return seen


def drawn(model, **options):
    """Names of a stream, as one text."""
    parts = sample(model.language_model, COUNT, Options(seed=5, **options))
    return "\n".join(name for part in parts for name in part.to_strings())


@pytest.fixture
def alone(model, monkeypatch, teams):
    with monkeypatch.context() as patch:
        patch.setattr(workers, "usable_cores", lambda: 1)
        names = drawn(model)
    assert teams[-1].shares_elsewhere == 0
    return names


def test_two_processes_draw_what_one_draws(model, teams, alone):
    assert drawn(model) == alone
    assert teams[-1].shares_elsewhere > 10


@pytest.mark.parametrize(
    "options",
    [{"novel": True}, {"prefix": ["A", "Be"], "max_length": 9}, {"temperature": 0.8, "top_p": 0.9}],
)
def test_so_they_do_under_any_conditions(options, model, monkeypatch, teams):
    names = drawn(model, **options)
    assert teams[-1].shares_elsewhere > 10
    monkeypatch.setattr(workers, "usable_cores", lambda: 1)
    assert drawn(model, **options) == names


def no_python(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")


def nothing_can_be_sent(monkeypatch):
    def refuse(*_):
        raise pickle.PicklingError

    monkeypatch.setattr(second_process.pickle, "dumps", refuse)


@pytest.mark.parametrize("lack", [no_python, nothing_can_be_sent])
def test_a_second_process_that_is_of_no_use_changes_nothing(lack, model, monkeypatch, teams, alone):
    with monkeypatch.context() as patch:
        lack(patch)
        assert drawn(model) == alone
    assert teams[-1].shares_elsewhere == 0


@pytest.mark.parametrize("calls", [0, 1, 7])
def test_a_second_process_that_dies_at_work_changes_nothing(
    calls, model, monkeypatch, teams, alone
):
    tell, told = second_process.SecondProcess.tell, []

    def tell_and_kill(self, method, *arguments):
        told.append(method)
        if len(told) == 3 + calls:  # after `keep` and the check
            os.kill(self._process.pid, signal.SIGSTOP)  # it takes the call, and never answers
            tell(self, method, *arguments)
            self._process.kill()
        else:
            tell(self, method, *arguments)

    monkeypatch.setattr(second_process.SecondProcess, "tell", tell_and_kill)
    assert drawn(model) == alone
    assert teams[-1].shares_elsewhere == calls


def test_a_second_process_that_draws_other_names_is_not_used(model, monkeypatch, teams, alone):
    """The files of the program may have changed since it was started."""
    answer = second_process.SecondProcess.answer
    monkeypatch.setattr(second_process.SecondProcess, "answer", lambda self: answer(self)[1:])
    assert drawn(model) == alone
    assert teams[-1].shares_elsewhere == 0
    assert teams[-1]._process is None


def test_a_second_process_that_fails_leaves_the_work_to_the_first(model, monkeypatch, teams, alone):
    """An error there ends it; here the same share may be drawn."""
    tell = second_process.SecondProcess.tell

    def wrong(self, method, *arguments):
        tell(self, "no such method" if teams[-1].shares_elsewhere == 2 else method, *arguments)

    monkeypatch.setattr(second_process.SecondProcess, "tell", wrong)
    assert drawn(model) == alone
    assert teams[-1].shares_elsewhere == 2


@pytest.mark.parametrize("options", [{"min_length": 13}, {"max_length": 1}])
def test_the_names_that_are_compared_do_not_depend_on_the_lengths_asked_for(options, model):
    plain = workers._some(Sampler(model.language_model, Options(max_length=13)))
    width = workers.CHECKED * min(options.get("max_length", 13), 13)
    limits = {"max_length": 13, **options}
    assert workers._some(Sampler(model.language_model, Options(**limits)))[:width] == plain[:width]
    assert len(set(plain)) > 10


@pytest.mark.parametrize(("long", "options"), [(1 << 17, {}), (0, {"suffix": "zxq"})])
def test_no_second_process_for_a_short_stream_or_a_look_ahead(
    long, options, model, monkeypatch, teams
):
    monkeypatch.setattr(streaming, "LONG", long)
    assert len(model.sample(400, seed=1, **options)) == 400
    assert [team._was_started for team in teams] == [False]


@pytest.mark.parametrize("how", ["left", "interrupted"])
def test_the_second_process_ends_with_the_stream(how, model, monkeypatch, teams):
    parts = sample(model.language_model, 10**9, Options(seed=5))
    while not (teams and teams[-1].shares_elsewhere):
        next(parts)
    process = teams[-1]._process._process
    if how == "left":
        parts.close()
    else:
        with pytest.raises(KeyboardInterrupt):
            parts.throw(KeyboardInterrupt)
    assert process.poll() is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_a_stream_that_is_left_does_not_wait_for_a_second_process_that_is_stopped(
    model, monkeypatch, teams
):
    parts = sample(model.language_model, 10**9, Options(seed=5))
    while not (teams and teams[-1].shares_elsewhere):
        next(parts)
    os.kill(teams[-1]._process._process.pid, signal.SIGSTOP)
    closing = threading.Thread(target=parts.close)
    closing.start()
    closing.join(60)
    assert not closing.is_alive()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGPIPE])
def test_the_command_leaves_no_process_behind(number, model_file):
    code = (
        "import sys\n"
        "from rnn_names.sampling import stream, workers\n"
        "stream.LONG, workers.usable_cores = 0, lambda: 2\n"
        "call = workers.Workers._walked_elsewhere\n"
        "def call_and_tell(self, *arguments):\n"
        "    value = call(self, *arguments)\n"
        "    if self.shares_elsewhere == 3:\n"
        "        print(self._process._process.pid, file=sys.stderr, flush=True)\n"
        "    return value\n"
        "workers.Workers._walked_elsewhere = call_and_tell\n"
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
