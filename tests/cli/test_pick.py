"""`rnn-names pick`: pages of names, and a file of those that are kept."""

import os
import re
import signal
import subprocess
import sys
from itertools import chain

import pytest

from rnn_names import Model
from rnn_names.conditions.edits import within_edits
from support.conditions import accepts
from support.processes import wait_until
from support.program import command, error_line, heed_interrupts, start

ELVES = ["pick", "-m", "elvish", "--seed", 3, "-o", "kept.txt"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def pick(invoke):
    """Types lines; gives the pages, each a list of names, and the messages."""

    def typed(*lines, arguments=ELVES):
        done = invoke(*arguments, input="".join(f"{line}\n" for line in lines))
        assert done.returncode == 0, done.stderr
        pages = []
        for number, name in re.findall(r"^ *(\d+) (.*)$", done.stdout, re.MULTILINE):
            if number == "1":
                pages.append([])
            pages[-1].append(name)
        return pages, done.stderr.splitlines()

    return typed


def kept(folder):
    return (folder / "kept.txt").read_text("utf-8").splitlines()


def test_names_whose_numbers_are_typed_are_kept(pick, folder):
    pages, told = pick("1 4 7", "", "2-3,10", "q")
    assert [len(page) for page in pages] == [10, 10]
    first, second = pages
    assert kept(folder) == [first[0], first[3], first[6], second[1], second[2], second[9]]
    of_first = f"Kept {first[0]}, {first[3]}, {first[6]} (3 in kept.txt)"
    of_second = f"Kept {second[1]}, {second[2]}, {second[9]} (6 in kept.txt)"
    assert told == [of_first, of_second, "6 in kept.txt"]


def test_names_are_safe_ones_and_follow_the_options(pick):
    pages, _ = pick("", arguments=[*ELVES, "--max-length", 8, "-n", 12])
    assert [*chain(*pages)] == Model.load("elvish").sample(
        24, seed=3, boldness="safe", max_length=8
    )
    wild, _ = pick(arguments=[*ELVES, "--boldness", "wild"])
    names = Model.load("elvish").sample(10, seed=3, temperature=1.3, unique=True)
    assert wild == [names]


def test_what_was_kept_is_not_shown_again(pick, folder):
    (first,), _ = pick("1 2")
    (again,), told = pick("1")
    assert not {*first[:2]} & {*again}
    assert again[2:] == first[2:]
    assert kept(folder) == [*first[:2], again[0]]
    assert told[-1] == "3 in kept.txt"


def test_what_is_near_a_kept_name_is_not_shown_in_a_later_run(pick, folder):
    later = ["pick", "-m", "elvish", "--seed", 4, "-o", "kept.txt", "-n", 300]
    (others,), _ = pick(arguments=later)
    twin = others[20]
    (folder / "kept.txt").write_text(f"{twin[:-1]}x\n", "utf-8")
    (page,), _ = pick(arguments=later)
    assert twin not in page and len(page) == 300


def test_what_was_seen_is_remembered_if_that_is_asked_for(pick):
    remembering = [*ELVES, "--remember", "seen.txt"]
    (first,), _ = pick("1", arguments=remembering)
    (second,), _ = pick("1", arguments=remembering)
    assert not {*first} & {*second}


def test_a_pattern_may_come_from_a_file(pick, invoke, folder):
    (folder / "pattern.txt").write_text("{elvish} of {norse}\n", "utf-8")
    (page,), _ = pick(arguments=["pick", "--file", "pattern.txt", "-n", 3])
    assert all(" of " in line for line in page)
    assert invoke("pick", "{elvish}", "--file", "pattern.txt").returncode == 2


def test_a_bundled_cast_keeps_its_own_settings(pick, invoke):
    (page,), _ = pick(arguments=["pick", "village", "--seed", 4, "-n", 5])
    assert page == invoke("cast", "village", "--seed", 4, "-n", 5).stdout.splitlines()


def test_no_name_is_shown_twice(pick):
    pages, _ = pick(*[""] * 6, "+3", "", "+1")
    names = [*chain(*pages)]
    assert len(names) == len({*names}) > 60


def test_undo_takes_out_what_was_kept_last(pick, folder):
    pages, told = pick("1", "2 3", "u", "4", "u", "u", "u")
    assert kept(folder) == []
    page = pages[0]
    assert told[2:] == [
        f"Took out {page[1]}, {page[2]}",
        f"Kept {page[3]} (2 in kept.txt)",
        f"Took out {page[3]}",
        f"Took out {page[0]}",
        "There is nothing to undo.",
        "0 in kept.txt",
    ]


@pytest.mark.parametrize("added", ["Another\n", "Mac{kept}"])
def test_undo_leaves_a_file_that_has_changed_since(added, folder):
    with start(
        *ELVES, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        run.stdin.write(b"1\n")
        run.stdin.flush()
        path = folder / "kept.txt"
        wait_until(lambda: path.exists() and path.read_bytes())
        first = path.read_text("utf-8")
        added = added.format(kept=first)
        with path.open("a", encoding="utf-8") as file:
            file.write(added)
        _, told = run.communicate(b"u\n", timeout=60)
    assert path.read_text("utf-8") == f"{first}{added}"
    assert f"changed since; left as it is: {first.strip()}" in told.decode()


def test_names_like_one_are_within_a_few_edits_of_it(pick):
    (first, like), _ = pick("+4")
    assert len(like) == 10
    near = within_edits([first[3]], 2, Model.load("elvish").vocabulary)
    assert len(accepts(near, like, Model.load("elvish").vocabulary)) == 10
    assert all(accepts(near, like, Model.load("elvish").vocabulary)) and first[3] not in like


def test_what_cannot_be_done_is_said(pick, folder):
    (page,), told = pick("11", "0", "?", "what", "1", "1", "+99")
    assert told[:2] == ["There is no 11 here.", "There is no 0 here."]
    assert "\n".join(told[2:7]).startswith("1 4 7") and told[7:] == [
        "'what': not understood; ? for help",
        f"Kept {page[0]} (1 in kept.txt)",
        "Kept none (1 in kept.txt)",
        "There is no 99 here.",
        "1 in kept.txt",
    ]
    assert kept(folder) == [page[0]]


def test_numbers_beside_one_that_is_not_there_are_kept(pick, folder):
    (page,), told = pick("1 47 2", "9-12")
    assert kept(folder) == [page[0], page[1], page[8], page[9]]
    assert told[:2] == ["There is no 47 here.", f"Kept {page[0]}, {page[1]} (2 in kept.txt)"]


def test_where_there_are_no_more_names_that_is_said(pick):
    few = [*ELVES, "--match", "(Nel|Mel|Sel)(olir|arun)", "--boldness", "balanced", "--any-shape"]
    pages, told = pick("", "1", "", arguments=few)
    assert len(pages) == 1 and 1 <= len(pages[0]) <= 6
    assert told[0].startswith("Note: only ")


def test_lines_of_a_cast_are_kept(pick, folder):
    pattern = "[Sir|Lady] {elvish} of {welsh-towns:max-length=7}"
    pages, _ = pick("2", "", "+1", arguments=["pick", pattern, "-n", 3, "-o", "kept.txt"])
    assert [len(page) for page in pages] == [3, 3, 3]
    assert kept(folder) == [pages[0][1]]
    assert all(re.fullmatch(r"(Sir|Lady) \S+ of .{1,7}", line) for line in [*chain(*pages)])


def test_a_kept_cast_of_several_lines_is_not_shown_again(pick, folder):
    arguments = ["pick", "{elvish}\n  of {norse}", "-n", 2, "--seed", 1, "-o", "kept.txt"]
    [first], _ = pick("1", arguments=arguments)
    [again], _ = pick("q", arguments=arguments)
    assert again[0] == first[1]


def test_wrong_usage_is_said_before_anything_is_shown(invoke, folder):
    assert invoke("pick", "{elvish}", "-m", "elvish").returncode == 2
    assert invoke("pick", "{elvish").returncode == 2
    assert invoke("pick", "-m", "elvish", "--start", 3).returncode == 2
    (folder / "folder").mkdir()
    text = error_line(invoke("pick", "-m", "elvish", "-o", "folder"))
    assert text.startswith("--output folder: ")
    text = error_line(invoke("pick", "-m", "elvish", "--match", "zzz", input=""))
    assert "no name" in text


@pytest.mark.parametrize("columns", [80, 40])
def test_on_a_terminal_it_prompts_and_an_interrupt_loses_nothing(columns, folder):
    pty = pytest.importorskip("pty")
    from support.terminal import read_to_the_end, terminal

    screen, end = terminal(columns)
    run = subprocess.Popen(
        command(*ELVES), stdin=end, stdout=end, stderr=end, preexec_fn=heed_interrupts
    )
    os.close(end)
    shown = b""
    while not shown.endswith(b"> "):
        shown += os.read(screen, 4096)
    os.write(screen, b"1 2\n")
    wait_until(lambda: (folder / "kept.txt").exists() and len(kept(folder)) == 2)
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=60) == 130
    shown += read_to_the_end(screen).encode()
    lines = shown.decode().replace("\r\n", "\n").splitlines()
    assert lines[0].split()[1] == kept(folder)[0]
    assert max(map(len, lines)) <= 40
    assert pty and sys.platform != "win32"
