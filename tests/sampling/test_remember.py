"""Names that are remembered in a file come once, in whichever run."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain

import pytest

from rnn_names import cast
from rnn_names.conditions.edits import DistantNames
from rnn_names.errors import CorpusError, SamplingError
from rnn_names.options import BestOptions
from rnn_names.sampling import best as best_module
from rnn_names.sampling.best import best as most_probable
from rnn_names.sampling.remembered import Remembered
from support.enumeration import tiny_model


@pytest.fixture
def path(tmp_path):
    return tmp_path / "used.txt"


def lines(path):
    text = path.read_text("utf-8")
    assert text.endswith("\n")
    return text.split("\n")[:-1]


def test_runs_share_no_names(path):
    runs = [tiny_model().sample(20, seed=1, remember=path) for _ in range(3)]
    assert runs[0] == tiny_model().sample(20, seed=1, unique=True)
    assert lines(path) == [*chain(*runs)]
    assert len(set(lines(path))) == 60
    best = tiny_model().best(5, remember=str(path))
    wanted = [name for name in tiny_model().best(100) if name not in [*chain(*runs)]]
    assert best == wanted[:5]
    assert lines(path)[60:] == best


@pytest.mark.filterwarnings("ignore::rnn_names.errors.FewNewNamesWarning")
def test_threads_share_the_file(path):
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(tiny_model().sample, 100, seed=1, remember=path) for _ in range(4)]
    found = [*chain(*(run.result() for run in runs))]
    assert max(Counter(found).values()) == 1
    assert sorted(lines(path)) == sorted(found)
    assert len(found) == 400


def test_a_last_line_without_an_end_is_completed_after_a_block_of_repeats(path):
    """The line is read in one turn, and ended in a later one."""
    known = tiny_model().sample(32, seed=1)
    path.write_text("\n".join(dict.fromkeys(known)), "utf-8")
    names = tiny_model().sample(9, seed=1, remember=path)
    assert lines(path) == [*dict.fromkeys(known), *names]
    assert not {*known} & {*names}


def test_a_last_line_may_be_cut_inside_a_character(path):
    path.write_bytes("aa\nbÞ".encode()[:-1])
    names = tiny_model().sample(5, seed=1, remember=path)
    assert path.read_bytes() == b"\n".join([b"aa", b"b\xc3", *map(str.encode, names), b""])
    assert not {*names} & {*tiny_model().sample(5, seed=1, remember=path)}


def test_best_names_are_written_first_without_blocking_other_runs(path):
    model = tiny_model()
    seen = next(most_probable(model, 3, BestOptions(remember=path))).to_strings()
    assert lines(path) == seen == tiny_model().best(3)
    first = most_probable(model, 3, BestOptions(remember=path))
    names = next(first).to_strings()
    assert lines(path) == [*seen, *names]
    assert tiny_model().best(2, remember=path) == tiny_model().best(8)[6:]  # `first` is not over


def test_names_that_another_run_adds_during_a_search_are_excluded(path, monkeypatch):
    run = best_module._Search.run
    (first, *_) = tiny_model().best(4)

    def run_beside_another(search, wanted):
        if not path.stat().st_size:
            path.write_text(f"{first}\n")
        return run(search, wanted)

    monkeypatch.setattr(best_module._Search, "run", run_beside_another)
    assert tiny_model().best(3, remember=path) == tiny_model().best(4)[1:]
    assert lines(path)[0] == first


def test_min_edits_includes_remembered_names(path):
    first, second = (tiny_model().sample(5, seed=1, min_edits=2, remember=path) for _ in range(2))
    assert lines(path) == first + second
    far_apart = DistantNames(2)
    assert all(map(far_apart.add_if_far, first + second))


def test_lines_of_a_cast_are_remembered(path):
    pattern = "[Ash|Elm] {dinosaurs:prefix=A}"
    runs = [cast(pattern, 6, seed=1, remember=path) for _ in range(2)]
    assert lines(path) == [*chain(*runs)]
    assert len(set(lines(path))) == 12


@pytest.mark.parametrize("pattern", [" [ash|elm] ", "[ash|elm]" + 50 * " ash"])
def test_lines_may_be_long_or_have_surrounding_spaces(path, pattern):
    runs = [cast(pattern, 1, remember=path) for _ in range(2)]
    assert {*chain(*runs)} == {pattern.replace("[ash|elm]", tree) for tree in ("ash", "elm")}
    assert lines(path) == [run[0].strip() for run in runs]


def test_a_list_may_have_counts_and_crlf_line_ends(path):
    used = tiny_model().sample(2, seed=1, unique=True)
    path.write_bytes(f"\ufeff{used[0]}\t7\r\n{used[1]}\t5".encode())
    found = [tiny_model().sample(2, seed=1, remember=path) for _ in range(2)]
    assert len({*used, *chain(*found)}) == 6


@pytest.mark.posix
def test_a_full_disk_truncates_no_name(cli, tmp_path):
    import resource

    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (50, 50))
    (tmp_path / "used.txt").write_text("Zoë\n", "utf-8")
    arguments = ["sample", "-m", "norse", "-n", 20, "--seed", 1, "--remember", "used.txt"]
    done = cli(*arguments, cwd=tmp_path, preexec_fn=full, measured=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: --remember used.txt: File too large\n"
    assert (tmp_path / "used.txt").read_text("utf-8") == "Zoë\n"


@pytest.mark.posix
def test_an_invalid_file_is_an_error_of_one_line(tmp_path):
    with pytest.raises(SamplingError, match=r"/dev/zero: not a regular file; give the name of one"):
        tiny_model().sample(1, remember="/dev/zero")
    with pytest.raises(SamplingError, match=r"remember .*: Is a directory|remember .*ermission"):
        tiny_model().sample(1, remember=tmp_path)
    (tmp_path / "a.npz").write_bytes(b"\xff\n")
    with pytest.raises(CorpusError, match=r"a\.npz.*UTF-8"):
        tiny_model().sample(1, remember=tmp_path / "a.npz")
    with pytest.raises(SamplingError, match="remember cannot be combined with start"):
        tiny_model().sample(1, remember="a", start=1)
    for path in (3, "", "a\0b"):
        with pytest.raises(SamplingError, match=r"remember .*: must be the path of a file"):
            tiny_model().sample(1, remember=path)


def test_names_are_written_to_the_file_before_they_are_shown(invoke, tmp_path):
    arguments = ["sample", "-m", "dinosaurs", "-n", 5, "--seed", 1, "--remember", "used.txt"]
    first, second = (invoke(*arguments, cwd=tmp_path).stdout for _ in range(2))
    assert (tmp_path / "used.txt").read_text("utf-8") == first + second
    assert not {*first.split("\n")[:-1]} & {*second.split("\n")[:-1]}
    done = invoke("sample", "-m", "dinosaurs", "--remember", "no/used.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: --remember no/used.txt: No such file or directory\n"


def test_names_with_surrounding_white_space_are_drawn_once(path):
    """`any_shape` allows them; a list that people write has them without."""
    model = tiny_model(letters="a b")
    options = {"remember": str(path), "any_shape": True, "max_length": 3}
    drawn = [name for seed in (1, 1, 2) for name in model.sample(4, seed=seed, **options)]
    assert any(name != name.strip() for name in drawn)
    assert len({*drawn}) == 12
    path.write_text("  Anna \nBo\r\n", "utf-8")
    with Remembered(path).locked() as (others, _):
        assert {"Anna", "Bo"} <= {*others.to_strings()}
