"""`rnn-names pick`: pages of names, and a file of those that are kept."""

import os
import re
import signal
import subprocess
import time
import warnings
from itertools import chain

import pytest

from rnn_names import Model
from rnn_names.cli.picking import pages, supply
from rnn_names.cli.picking.pages import show
from rnn_names.conditions.edits import DistantNames, within_edits
from rnn_names.errors import FewNewNamesWarning
from rnn_names.sampling.sampler import Sampler
from support.conditions import accepts
from support.processes import wait_until
from support.program import MAIN, error_line, fork, heed_interrupts, start

pytestmark = pytest.mark.usefixtures("quick_pilots")

SAFE = ["pick", "-m", "elvish", "--seed", 3, "-o", "kept.txt"]
ELVES = [*SAFE, "--boldness", "balanced"]  # are found more quickly


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


def test_typed_numbers_keep_names(pick, folder):
    pages, told = pick("1 4 7", "", "2-3,10", "q")
    assert [len(page) for page in pages] == [10, 10]
    first, second = pages
    assert kept(folder) == [first[0], first[3], first[6], second[1], second[2], second[9]]
    of_first = f"Kept {first[0]}, {first[3]}, {first[6]} (3 in kept.txt)"
    of_second = f"Kept {second[1]}, {second[2]}, {second[9]} (6 in kept.txt)"
    assert told == [of_first, of_second, "6 in kept.txt"]


def test_names_are_safe_and_obey_the_options(pick):
    pages, _ = pick("", arguments=[*SAFE, "--max-length", 8, "-n", 12])
    assert [*chain(*pages)] == Model.load("elvish").sample(
        24, seed=3, boldness="safe", max_length=8
    )
    wild, _ = pick(arguments=[*SAFE, "--boldness", "wild"])
    names = Model.load("elvish").sample(10, seed=3, temperature=1.3, unique=True)
    assert wild == [names]


def test_kept_names_are_not_shown_again(pick, folder):
    (first,), _ = pick("1 2")
    (again,), told = pick("1")
    assert not {*first[:2]} & {*again}
    assert again[2:] == first[2:]
    assert kept(folder) == [*first[:2], again[0]]
    assert told[-1] == "3 in kept.txt"


def test_names_near_a_kept_name_are_not_shown_in_a_later_run(pick, folder):
    later = ["pick", "-m", "elvish", "--seed", 4, "-o", "kept.txt", "-n", 300]
    (others,), _ = pick(arguments=later)
    twin = others[20]
    (folder / "kept.txt").write_text(f"{twin[:-1]}x\n", "utf-8")
    (page,), _ = pick(arguments=later)
    assert twin not in page and len(page) == 300


def test_remember_stores_the_shown_names(pick):
    remembering = [*ELVES, "--remember", "seen.txt"]
    (first,), _ = pick("1", arguments=remembering)
    (second,), _ = pick("1", arguments=remembering)
    assert not {*first} & {*second}


@pytest.mark.slow
@pytest.mark.parametrize("what", [["-m", "elvish"], ["{elvish}\n  of {norse}"], ["village"]])
def test_remembered_names_equal_the_shown_names(what, pick, folder):
    arguments = ["pick", *what, "--seed", 3, "-n", 15, "--remember", "seen.txt", "-o", "kept.txt"]
    pages, _ = pick("", "+2", "b", arguments=arguments)
    seen = (folder / "seen.txt").read_text("utf-8").splitlines()
    assert [line.partition(" / ")[0] for line in seen] == [*chain(*pages[:3])]
    assert len(seen) == 45
    (later,), _ = pick(arguments=arguments)
    assert not {*later} & {*chain(*pages)}


def test_kept_and_remembered_names_need_different_files(invoke, folder):
    done = invoke("pick", "-m", "elvish", "--remember", "./kept.txt", "-o", "kept.txt")
    assert done.returncode == 1 and "give another file for the names that were shown" in done.stderr
    assert not (folder / "kept.txt").exists() and done.stdout == ""


def test_undo_restores_both_copies_of_a_name(pick, folder):
    (folder / "kept.txt").write_text("Ada\nAda\nBob\n", "utf-8")
    pick("-1 2", "u")
    assert (folder / "kept.txt").read_text("utf-8") == "Ada\nAda\nBob\n"


def test_a_pattern_is_read_from_a_file(pick, invoke, folder):
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


def test_undo_removes_the_names_kept_last(pick, folder):
    pages, told = pick("1", "2 3", "u", "4", "u", "u", "u")
    assert kept(folder) == []
    page = pages[0]
    assert told[2:] == [
        f"Took out {page[1]}, {page[2]} (1 in kept.txt)",
        f"Kept {page[3]} (2 in kept.txt)",
        f"Took out {page[3]} (1 in kept.txt)",
        f"Took out {page[0]} (0 in kept.txt)",
        "There is nothing to undo.",
        "0 in kept.txt",
    ]


@pytest.mark.parametrize("added", ["Another\n", "Mac{kept}"])
def test_undo_does_not_change_a_file_that_was_edited_since(added, folder):
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


def test_names_like_another_are_near_it_or_share_its_beginning_or_end(pick):
    (first, like, beginning), _ = pick("+4", "+4", arguments=[*SAFE, "--prefix", "S"])
    vocabulary = Model.load("elvish").vocabulary
    near = within_edits([first[3]], 2, vocabulary)
    assert all(accepts(near, like, vocabulary)) and len({*like, *beginning}) == 20
    (first, like), _ = pick("+4", arguments=SAFE)
    name = first[3]
    is_near = accepts(within_edits([name], 2, vocabulary), like, vocabulary)
    assert sum(is_near) >= 4 and not all(is_near)
    third = len(name) // 3
    assert all(
        near or other.startswith(name[:third]) or other.endswith(name[-third:])
        for other, near in zip(like, is_near, strict=True)
    )


def test_names_like_another_are_no_near_twins_of_each_other(pick, monkeypatch):
    (_, like), _ = pick("+2")
    assert len(like) == 10 and all(map(DistantNames(2).add_if_far, like))
    monkeypatch.setattr(supply, "NAMES_BEFORE_TWINS", 40)  # they come after this many names
    (_, like), _ = pick("+2", arguments=[*ELVES, "-n", 40])
    assert not all(map(DistantNames(2).add_if_far, like))


@pytest.mark.slow
def test_names_like_a_strange_one_take_few_attempts(pick, monkeypatch):
    tried, draw = [], Sampler.draw_tested

    def counted(sampler, keys):
        tried.append(len(keys))
        assert sum(tried) < 1 << 18
        return draw(sampler, keys)

    monkeypatch.setattr(Sampler, "draw_tested", counted)
    (_, like, *_), _ = pick("+ Zorrodim", "+ Zorrodim", arguments=[*ELVES, "-n", 40])
    assert len(like) == 40


def test_the_number_of_names_like_another_is_told(pick):
    _, told = pick("+ Zorrodim", "+ Bob", arguments=[*SAFE, "--match", "[A-Z].*"])
    assert told[-3:-1] == ["Found only 1 other like Zorrodim.", "Found no others like Bob."]


def test_impossible_commands_get_a_message(pick, folder):
    (page,), told = pick("11", "0", "?", "what", "1", "1", "+99", "+1.2", "b", "-4 -5", "- Bo", "-")
    assert told[:2] == ["This page has 1 to 10."] * 2
    assert told[2].startswith("1 4 7") and told[19:] == [
        "'what': not understood; ? for help",
        f"Kept {page[0]} (1 in kept.txt)",
        "1 is kept already",
        "This page has 1 to 10.",
        "Only the lines of a cast have parts.",
        "There is no page before this one.",
        "The list has 1 to 1.",
        "Bo is not in kept.txt",
        "- and a number of the list (l), or a name",
        "1 in kept.txt",
    ]
    assert kept(folder) == [page[0]]


def test_the_help_of_commands_fits_a_phone_and_has_several_names(pick):
    _, first = pick("?", "quit")
    assert len(first) == 18 and max(map(len, first)) <= 40
    for words in (["h", "exit"], ["help", "Q"]):
        _, told = pick(*words, "never read")
        assert told == first


def test_a_dash_and_a_letter_take_nothing_out(pick, folder):
    """Regression: -h took out Harald, the only name with that letter; it looks like an option."""
    (folder / "kept.txt").write_text("Harald\n", "utf-8")
    _, told = pick("-h", "- h")
    assert told[1:3] == ["'-h': not understood; ? for help", "Took out Harald (0 in kept.txt)"]


def test_numbers_refer_to_the_page_restored_by_b(pick, folder):
    pages, _ = pick("", "+3", "b", "b", "2", "p", "", "", "", "1")
    first, second, like, new = *pages[:3], pages[8]
    marked = [f"{name} (kept)" if name == first[1] else name for name in first]
    assert pages[3:8] == [second, first, marked, second, like]
    assert not {*new} & {*first, *second, *like}
    assert kept(folder) == [first[1], new[0]]


def test_a_page_of_similar_names_follows_the_current_page(pick):
    pages, _ = pick("", "b", "+1", "b", "n", "n")
    first, second, _, like, *others = pages
    assert others == [first, like, second]


def test_kept_names_are_listed_and_removed_by_number_or_name(pick, folder):
    pick("1-5", "q")
    before = kept(folder)
    (page,), told = pick("1", "l", "-3 5", f"- {before[0].upper()}", "l", "1", "-1", "q")
    numbered = [f"-{number} {name}" for number, name in enumerate([*before, page[0]], 1)]
    assert told == [
        "Note: adding to kept.txt, which has 5",
        f"Kept {page[0]} (6 in kept.txt)",
        *numbered,
        f"Took out {before[2]}, {before[4]} (4 in kept.txt)",
        f"Took out {before[0]} (3 in kept.txt)",
        f"-1 {before[1]}",
        f"-2 {before[3]}",
        f"-3 {page[0]}",
        "1 is kept already",
        f"Took out {before[1]} (2 in kept.txt)",
        "2 in kept.txt",
    ]
    assert kept(folder) == [before[3], page[0]]


def test_a_row_may_be_typed_from_its_end(pick, folder):
    (page,), _ = pick("4-1", "-3--2", "-1-1")
    assert kept(folder) == [page[3]]


def test_before_the_list_is_shown_numbers_count_in_the_file(pick, folder):
    (page,), _ = pick("1", "-1", "2 3 4", "-2", "-1")
    assert kept(folder) == [page[3]]


def test_removed_names_can_be_kept_again(pick, folder):
    (page,), _ = pick("1 2", "-1", "1")
    assert kept(folder) == [page[1], page[0]]


def test_undo_restores_removed_names_in_their_place(pick, folder):
    text = "Ada\nBo\t12\r\n\nCleo"  # as other programs may have left it
    (folder / "kept.txt").write_bytes(text.encode())
    _, told = pick("1", "-3 1", "- Bo", "u", "u", "u", "l", "-3", "1", "u", "u")
    assert (folder / "kept.txt").read_bytes().decode().rstrip("\n") == text
    assert [line.partition(" (")[0] for line in told if line.startswith("Put")] == [
        "Put back Bo",
        "Put back Cleo, Ada",
        "Put back Cleo",
    ]


def test_an_empty_list_gets_a_message(pick):
    assert pick("l")[1][0] == "Nothing is kept yet."


def test_valid_numbers_beside_an_invalid_one_are_kept(pick, folder):
    (page,), told = pick("1 47 2", "9-12")
    assert kept(folder) == [page[0], page[1], page[8], page[9]]
    assert told[:2] == ["This page has 1 to 10.", f"Kept {page[0]}, {page[1]} (2 in kept.txt)"]


def test_a_message_tells_that_no_names_are_left(pick):
    few = [*ELVES, "--match", "(Nel|Mel|Sel)(olir|arun)", "--any-shape"]
    pages, told = pick("", "1", "", arguments=few)
    assert len(pages) == 1 and 1 <= len(pages[0]) <= 6
    assert told[0] == "There are no more such names. For others, loosen --match."


def test_a_message_tells_how_to_get_more_names_than_safe_ones(pick, monkeypatch):
    monkeypatch.setattr(supply, "PICK_BUDGET", 1 << 8)
    told = pick("", arguments=[*SAFE, "--prefix", "Zorr", "-n", 200])[1]
    assert "There are no more such names. For more, type --min-edits 1." in told


def test_lines_of_a_cast_are_kept(pick, folder):
    pattern = "[Sir|Lady] {elvish} of {welsh-towns:max-length=7}"
    pages, _ = pick("2", "", "+1", arguments=["pick", pattern, "-n", 3, "-o", "kept.txt"])
    assert [len(page) for page in pages] == [3, 3, 3]
    assert kept(folder) == [pages[0][1]]
    assert all(re.fullmatch(r"(Sir|Lady) \S+ of .{1,7}", line) for line in [*chain(*pages)])


def test_lines_like_another_differ_in_one_name(pick):
    pattern = "[Sir {elvish-men}|Dame {elvish-women}] of {town=welsh-towns}, [a|b|c|d]"
    arguments = ["pick", pattern, "--seed", 2, "-n", 6]
    pages, told = pick("+2", "b", "+2.town", "b", "+2.3", "b", "+1 +3", "+1.4", arguments=arguments)
    page, like, towns, ends, both = pages[0], *pages[1::2]
    begin, town, end = re.fullmatch("(.*) of (.*), (.)", page[1]).groups()
    title = begin.split()[0]
    assert all(re.fullmatch(rf"{title} \S+ of {town}, {end}", line) for line in like[::2])
    assert all(line.startswith(f"{begin} of ") for line in [*like[1::2], *towns])
    assert all(line.endswith(f", {end}") for line in [*like, *towns])
    assert {*ends} == {f"{begin} of {town}, {other}" for other in {*"abcd"} - {end}}
    assert {line.split()[0] for line in both} == {each.split()[0] for each in (page[0], page[2])}
    assert told == [
        f"Found only 3 others like {page[1]}.",
        "There is no part 4. Parts: 1 [Sir {elvi…, 2 town, 3 [a|b|c|d].",
        "0 in kept.txt",
    ]


def test_no_line_is_like_a_line_without_names(pick):
    _, told = pick("+3", "+2.1", arguments=["pick", "tavern", "--seed", 2])
    assert told[:2] == ["This line has no name to change."] * 2


def test_answers_show_the_first_line_of_kept_entries(pick, folder):
    arguments = ["pick", "{elvish}\n  of {norse}", "-n", 2, "--seed", 1, "-o", "kept.txt"]
    (page,), told = pick("1 2", "u", arguments=arguments)
    both = f"{page[0]}…, {page[1]}…"
    assert told[:2] == [f"Kept {both} (2 in kept.txt)", f"Took out {both} (0 in kept.txt)"]
    assert kept(folder) == []


INN = ["pick", "inn", "--seed", 2, "-n", 2, "-o", "kept.txt"]
TWO_LINES = ["pick", "{elvish}\n  of {norse}", "-n", 2, "--seed", 1, "-o", "kept.txt"]


@pytest.mark.parametrize("arguments", [INN, TWO_LINES])
def test_several_lines_of_a_cast_are_one_entry_of_the_file(arguments, pick, folder):
    (page,), told = pick("2 1", "l", arguments=arguments)
    first, second = page
    assert told[1:] == [f"-1 {second}…", f"-2 {first}…", "2 in kept.txt"]
    text = (folder / "kept.txt").read_text("utf-8")
    entries = text.split("\n\n")
    assert [each.split("\n")[0] for each in entries] == [second, first, ""]
    _, told = pick("l", "-1", "u", f"- {first}", "1", arguments=arguments)
    assert told[0] == "Note: adding to kept.txt, which has 2"
    assert told[3:6] == [
        f"Took out {second}… (1 in kept.txt)",
        f"Put back {second}… (2 in kept.txt)",
        f"Took out {first}… (1 in kept.txt)",
    ]
    left = (folder / "kept.txt").read_text("utf-8").split("\n\n")
    assert left[0] == entries[0] and len(left) == 3
    pick("-2", "-1", arguments=arguments)
    assert (folder / "kept.txt").read_text("utf-8") == ""


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n\r\n \r\n"])
def test_entries_of_several_lines_are_separated_at_any_end_of_the_file(end, pick, folder):
    (folder / "kept.txt").write_bytes(f"Ada\r\n  of Bergen{end}".encode())
    (page,), told = pick("1", "l", "-1", arguments=TWO_LINES)
    assert told[2:5] == ["-1 Ada…", f"-2 {page[0]}…", "Took out Ada… (1 in kept.txt)"]
    assert kept(folder)[0] == page[0] and len(kept(folder)) == 3


def test_a_kept_cast_of_several_lines_is_not_shown_again(pick, folder):
    arguments = ["pick", "{elvish}\n  of {norse}", "-n", 2, "--seed", 1, "-o", "kept.txt"]
    [first], _ = pick("1", arguments=arguments)
    [again], _ = pick("q", arguments=arguments)
    assert again[0] == first[1]


def test_wrong_usage_is_reported_before_any_name(invoke, folder):
    assert invoke("pick", "{elvish}", "-m", "elvish").returncode == 2
    assert invoke("pick", "{elvish").returncode == 2
    assert "rnn-names pick -m elvish" in invoke("pick", "elvish").stderr
    assert invoke("pick", "-m", "elvish", "--start", 3).returncode == 2
    (folder / "folder").mkdir()
    text = error_line(invoke("pick", "-m", "elvish", "-o", "folder"))
    assert text.startswith("--output folder: ")
    text = error_line(invoke("pick", "-m", "elvish", "--match", "zzz", input=""))
    assert "no name" in text
    done = invoke("pick", "{elvish} of {norse:match=zzz}", input="")
    assert (done.returncode, done.stdout) == (1, "") and "no name" in done.stderr
    assert "rnn-names pick -m my.npz" in invoke("pick", "my.npz").stderr


def test_a_kept_file_does_not_hide_a_cast_of_its_name(pick, folder):
    arguments = ["pick", "inn", "--seed", 2, "-n", 2, "-o", "inn.txt"]
    (first,), _ = pick("1", arguments=arguments)
    (again,), told = pick("1", arguments=arguments)
    assert told[0] == "Note: adding to inn.txt, which has 1"
    assert again[0] == first[1]


@pytest.mark.parametrize(
    ("arguments", "output", "said"),
    [
        (["--file", "my.txt"], "my.txt", "my.txt is the pattern; give another file"),
        (["village"], "trades.txt", "trades.txt has words of the pattern; give another"),
        (["inn"], "kept.csv", "kept lines are plain text; give a .txt"),
    ],
)
def test_files_of_a_pattern_are_refused_as_output(arguments, output, said, invoke, folder):
    (folder / "my.txt").write_text("{elvish}\n  of {norse}\n", "utf-8")
    done = invoke("pick", *arguments, "-o", output, input="1\n")
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr
    assert [each.name for each in folder.iterdir()] == ["my.txt"]


def test_words_beside_the_pattern_are_refused_as_output(invoke, folder):
    (folder / "own").mkdir()
    (folder / "own" / "my.txt").write_text("{elvish} the {words.txt}", "utf-8")
    (folder / "own" / "words.txt").write_text("Red\nBlue\n", "utf-8")
    done = invoke("pick", "--file", "own/my.txt", "-o", "own/words.txt", input="1\n")
    assert done.returncode == 2 and "own/words.txt has words of the pattern" in done.stderr
    assert (folder / "own" / "words.txt").read_text("utf-8") == "Red\nBlue\n"


def test_without_kept_names_there_is_no_file(pick, folder):
    pick("l", "- Bo", "q")
    assert not (folder / "kept.txt").exists()


def test_kept_names_do_not_hide_a_bundled_model(pick, folder):
    elves = ["pick", "-m", "elvish", "--seed", 3, "-o", "elvish"]
    (first,), _ = pick("1", arguments=elves)
    (again,), _ = pick("1", arguments=elves)
    assert (folder / "elvish").read_text("utf-8").split() == [first[0], again[0]]


def test_names_and_casts_of_several_lines_need_different_files(pick, invoke, folder):
    pick("1 2")
    text = error_line(invoke(*TWO_LINES))
    assert text == "kept.txt has single names; give another file for casts, as in -o casts.txt"
    (folder / "kept.txt").unlink()
    pick("1 2", arguments=TWO_LINES)
    text = error_line(invoke(*ELVES))
    assert text.startswith("kept.txt has casts of several lines; give another file for names")


def test_a_line_without_indent_begins_an_entry(pick, folder):
    pick("1 2", arguments=TWO_LINES)
    text = (folder / "kept.txt").read_text("utf-8").replace("\n\n", "\n")
    (folder / "kept.txt").write_text(text, "utf-8")
    _, told = pick("-1", arguments=TWO_LINES)
    assert told[0] == "Note: adding to kept.txt, which has 2"
    assert (folder / "kept.txt").read_text("utf-8").split("\n") == text.split("\n")[2:]


def test_a_corrected_entry_is_not_shown_again(pick, folder):
    (page,), _ = pick("1", arguments=INN)
    text = (folder / "kept.txt").read_text("utf-8")
    (folder / "kept.txt").write_text(re.sub("table: .*", "table: bread", text), "utf-8")
    (again,), _ = pick(arguments=INN)
    assert page[0] not in again and again[0] == page[1]


def test_names_of_kept_lines_are_not_shown_in_a_later_run(pick, folder):
    village = ["pick", "village", "-n", 30, "-o", "kept.txt"]
    (page,), _ = pick("1-30", arguments=[*village, "--seed", 4])
    (later,), _ = pick(arguments=[*village, "--seed", 4])
    surnames, others = ([line.split(",")[0].split()[-1] for line in each] for each in (page, later))
    assert len(later) == 30 and not {*surnames} & {*others}


def test_names_like_a_typed_name_are_shown(pick):
    (_, like), _ = pick("+ Galadwen")
    assert len(like) == 10 and "Galadwen" not in like
    (page, like), told = pick("+ sir", "+ Nobody", arguments=["pick", "Sir {elvish}", "-n", 4])
    assert len(like) == 4 and not {*page} & {*like}
    assert told[0] == "No line that was shown begins with Nobody."


def test_conditions_may_be_typed(pick, folder):
    typed = "--prefix El", "1", "--max-length 9", "b", "+2", "--", "--count 2"
    pages, told = pick(*typed, arguments=[*ELVES, "-n", 4])
    first, begun, short, begun_again, like, others, two = pages
    assert all(name.startswith("El") for name in [*begun, *short, *like])
    assert all(len(name) <= 9 for name in [*short, *like])
    assert begun_again == [f"{begun[0]} (kept)", *begun[1:]] and kept(folder) == [begun[0]]
    assert len(two) == 2 and not all(name.startswith("El") for name in others)
    names = [*first, *begun, *short, *like, *others, *two]
    assert len(names) == len({*names})
    assert told == [f"Kept {begun[0]} (1 in kept.txt)", "1 in kept.txt"]


@pytest.mark.slow
def test_one_condition_can_be_dropped(pick):
    typed = "--prefix El", "--max-length 8", "--prefix", "--match .*a", "--max-length"
    pages, told = pick(*typed, arguments=[*ELVES, "-n", 20, "--max-length", 9])
    _, begun, _, short, _, last = pages
    assert all(name.startswith("El") for name in begun)
    assert all(len(name) <= 8 for name in short)
    assert not all(name.startswith("El") for name in short)
    assert all(name.endswith("a") and len(name) <= 9 for name in last)
    assert any(len(name) == 9 for name in last) and len(told) == 1


def test_a_very_long_number_is_no_part(pick):
    _, told = pick(f"+1.{'9' * 5000}", arguments=["pick", "{elvish} [a|b]", "-n", 2])
    assert told[0] == f"There is no part {'9' * 20}…. Parts: 1 {{elvish}}, 2 [a|b]."


def test_help_shows_the_conditions(pick):
    typed = "--prefix El", "--max-length 9", "?", "--", "?"
    _, told = pick(
        *typed, "--boldness balanced", "?", arguments=["pick", "{given=elvish} {elvish}", "-n", 2]
    )
    shown = [line for line in told if line.startswith("Conditions")]
    assert shown == [
        "Conditions: --prefix El --max-length 9 --boldness safe.",
        "Conditions: --boldness safe.",
        "Conditions: none.",
    ]


def test_a_name_of_the_page_is_kept_by_its_number(pick):
    (page,), _ = pick("q")
    _, told = pick(page[3])
    assert told[0] == f"To keep {page[3]}, type 4."


def test_a_name_that_begins_with_a_single_letter_is_taken_out_by_it(pick, folder):
    _, told = pick("= D Arcy", "-D Arcy")
    assert told[1] == "Took out D Arcy (0 in kept.txt)"


def test_others_after_typed_conditions_meet_them(pick):
    """Also after a step back; and short options are conditions, too."""
    pages, told = pick("", "b", "--prefix L", "", "-n 2", arguments=[*SAFE, "-n", 4])
    assert all(name.startswith("L") for page in pages[3:] for name in page)
    assert [*map(len, pages)] == [4, 4, 4, 4, 4, 2] and len(told) == 1


IMPOSSIBLE = {
    "--match zzz": "no name of 7 to 13 characters can meet all of --prefix 'El', --match",
    "--prefix Xq": "--prefix 'Xq': the model does not know the character 'X'",
    "--prefix 'El": "No closing quotation",
    "--model norse": "--model: quit, and start again with it",
    "--prefixes El": "No such option",
    "--max-length x": "Invalid value for '--max-length'",
    "--count 2 --prefix Xq": "--prefix 'Xq': the model does not know",
    "--prefix E --help": ("No such option '--help'", "No such option: --help"),  # older click
}


def test_impossible_conditions_change_nothing(pick):
    typed = [line for each in IMPOSSIBLE for line in (each, "")]
    pages, told = pick("--prefix El", *typed, "--help", arguments=[*ELVES, "-n", 3])
    assert [*map(len, pages)] == [3] * (2 + len(IMPOSSIBLE))
    assert all(name.startswith("El") for page in pages[1:] for name in page)
    stay = "The conditions stay as they were."
    assert told[1 : 2 * len(IMPOSSIBLE) : 2] == [stay] * len(IMPOSSIBLE)
    for line, said in zip(told[::2], IMPOSSIBLE.values(), strict=False):
        assert line.startswith(said)


def test_conditions_of_casts_may_be_typed(pick):
    arguments = ["pick", "{a=norse} of {b=welsh-towns:prefix=L}", "--seed", 1, "-n", 3]
    (first, begun, _, like), told = pick("--prefix S", "b", "+1.a", "?", arguments=arguments)
    assert all(re.fullmatch(r"S\S+ of L.*", line) for line in begun)
    assert all(line.endswith(first[0].partition(" ")[2]) for line in like)
    assert told[-3:-1] == ["Parts: 1 a, 2 b.", "Conditions: --prefix S --boldness safe."]


def test_a_typed_name_is_kept(pick, folder):
    (page,), told = pick("= Vreizamoor", "3", "3 = Ilina", "4=Bo", "= Bo", "u", "11 = Ada")
    assert kept(folder) == ["Vreizamoor", "Ilina"]
    assert told[:2] == ["Kept Vreizamoor (1 in kept.txt)", f"Kept {page[2]} (2 in kept.txt)"]
    assert told[2] == f"In place of {page[2]}, kept Ilina (2 in kept.txt)"
    assert told[3] == "Kept Bo (3 in kept.txt)"
    assert told[4:6] == ["Bo is kept already", "Took out Bo (2 in kept.txt)"]
    assert told[6] == "This page has 1 to 10."


def test_a_comment_is_not_kept(pick, folder):
    (folder / "kept.txt").write_text("Ada\n", "utf-8")
    _, told = pick("= # the queen", "= Bo\tthe king")
    assert told[1:3] == ["# in front, or a tab, makes a comment in the file; nothing was kept"] * 2
    assert kept(folder) == ["Ada"]


def test_a_typed_name_with_a_character_that_no_name_has_is_not_kept(pick, folder):
    _, told = pick("= A\u202eda", "= A\0da\tthe queen")
    what = "inside a name; take it out; nothing was kept"
    assert told[:2] == [
        f"a bidirectional control (U+202E) {what}",
        f"a control character (U+0000) {what}",
    ]
    assert not (folder / "kept.txt").exists()


def test_a_typed_line_replaces_the_first_line_of_an_entry(pick, folder):
    pick("1", "1 = The Salty Hair, by the mill", arguments=INN)
    lines = kept(folder)
    assert lines[0] == "The Salty Hair, by the mill" and len(lines) == 5
    assert "The Salty Hare" not in "".join(lines)


def test_comments_in_the_file_are_no_names(pick, folder):
    (page,), _ = pick()
    (folder / "kept.txt").write_text(f"# heroes\n{page[0]}\tthe queen\n#\n", "utf-8")
    (again,), told = pick("l", "-1", "2")
    assert told[:2] == ["Note: adding to kept.txt, which has 1", f"-1 {page[0]}"]
    assert page[0] not in again
    assert kept(folder) == ["# heroes", "#", again[1]]


def test_a_kept_line_is_removed_by_its_beginning(pick, folder):
    (folder / "kept.txt").write_text("Sir Bo of Bergen\nSir Ada of Oslo\n", "utf-8")
    _, told = pick("- Sir", "-2", "- sir b", "- Ada")
    assert told[1:] == [
        "2 begin with this; type one of -1, -2",
        "Took out Sir Ada of Oslo (1 in kept.txt)",
        "Took out Sir Bo of Bergen (0 in kept.txt)",
        "Ada is not in kept.txt",
        "0 in kept.txt",
    ]
    (folder / "kept.txt").write_text("Gwernen\n", "utf-8")
    _, told = pick("- Gwerne x")
    assert told[1] == "Gwerne x is not in kept.txt; nearest: Gwernen"


def test_kept_lines_with_equal_beginnings_are_listed_with_their_differences(pick, folder):
    inns = "The Toad\n  kept by Bo\n  pie\n\nThe Toad\n  kept by Bo\n  soup\n"
    (folder / "kept.txt").write_text(inns, "utf-8")
    _, told = pick("l", arguments=INN)
    assert told[1:3] == ["-1 The Toad… pie", "-2 The Toad… soup"]


UNKNOWN = {
    "1 and 2": "'and' is not a number; nothing was kept",
    "1 foo": "'foo' is not a number; nothing was kept",
    "+": "+ and a number of this page, or a name",
    "=": "= and what to keep",
    "all": "'all': not understood; ? for help",
}


def test_unknown_commands_get_a_message(pick):
    _, told = pick(*UNKNOWN)
    assert told[: len(UNKNOWN)] == [*UNKNOWN.values()]


def test_a_note_tells_the_number_of_remembered_names(pick):
    pick(arguments=[*ELVES, "--remember", "seen.txt"])
    _, told = pick(arguments=[*ELVES, "--remember", "seen.txt"])
    assert told[0] == "Note: leaving out 10 names in seen.txt"


class Typist:
    """Types commands on a terminal, each at a prompt."""

    def __init__(self, columns, *arguments, until="> ", code=MAIN):
        pytest.importorskip("pty")
        from support.terminal import terminal

        self.screen, end = terminal(columns)
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), end)
        self.run = fork(code, *arguments, **streams, prepare=heed_interrupts)
        os.close(end)
        self.shown = ""
        self.type("", until)

    def type(self, text, until="> "):
        """Types a text, and waits for the next prompt, or for something else."""
        begin = len(self.shown)
        os.write(self.screen, text.encode())
        while not self.shown.rstrip("\r\n").endswith(until, begin):
            self.shown += os.read(self.screen, 4096).decode()

    def lines(self):
        """All that was shown, once the program has ended; and how it ended."""
        from support.terminal import read_to_the_end

        rest = read_to_the_end(self.screen)
        return (self.shown + rest).splitlines(), self.run.wait(timeout=60)


def test_on_a_terminal_pick_prompts_and_an_interrupt_loses_nothing(folder):
    typist = Typist(40, *ELVES)
    typist.type("1 2\n")
    assert len(kept(folder)) == 2
    typist.run.send_signal(signal.SIGINT)
    lines, code = typist.lines()
    assert code == 130 and lines[-1] == "2 in kept.txt"
    assert lines[0].split()[1] == kept(folder)[0]
    assert max(map(len, lines)) <= 40


@pytest.mark.slow
def test_an_interrupt_while_names_are_looked_for_ends_that_alone(folder):
    impatient = f"from rnn_names.cli.picking import pages; pages.SECONDS_OF_SILENCE = 0.1; {MAIN}"
    arguments = ["pick", "-m", "surnames", "--seed", 3, "-n", 2000]
    typist = Typist(80, *arguments, until="…", code=impatient)
    typist.run.send_signal(signal.SIGINT)
    typist.type("")
    typist.type("1\n")  # on a busy machine, the search may have found none yet
    typist.type("= Ada\n")
    typist.type("\n", until="…")
    typist.run.send_signal(signal.SIGINT)
    typist.type("")
    assert kept(folder)[-1] == "Ada"
    typist.type("u\n")
    assert typist.shown.count("Stopped.") == 2 and "Took out" in typist.shown
    typist.run.send_signal(signal.SIGINT)
    assert typist.lines()[1] == 130


@pytest.mark.parametrize("columns", [200, 40])
def test_answers_are_as_wide_as_the_terminal_up_to_80_columns(columns):
    typist = Typist(columns, *ELVES)
    typist.type("1-10\n")
    typist.type("u\n")
    os.write(typist.screen, b"q\n")
    lines, _ = typist.lines()
    width = min(columns, 80)
    assert width - 15 < max(map(len, lines)) <= width
    assert sum(line.startswith("Took out ") for line in lines) == 1


def test_a_long_search_gets_one_message(monkeypatch, capsys):
    monkeypatch.setattr(pages, "SECONDS_OF_SILENCE", 0.05)
    monkeypatch.setattr(pages, "is_typed", lambda: True)

    def slow():
        for name in ("Ada", "Bo"):
            yield name
            time.sleep(0.3)

    show(slow(), 3)
    said = capsys.readouterr()
    assert said.out == "1 Ada\n2 Bo\n" and said.err == "Looking for more…\n"


def test_warnings_come_after_the_page(capsys):
    def warned():
        yield "Ada"
        warnings.warn("few are left", FewNewNamesWarning, stacklevel=2)
        yield "Bo"

    assert show(warned(), 2) == (["Ada", "Bo"], None)
    assert capsys.readouterr().err == "Note: few are left\n"


@pytest.mark.parametrize(("columns", "cast"), [(80, "inn"), (40, "npc")])
def test_a_page_of_high_entries_fits_the_terminal(columns, cast):
    typist = Typist(columns, "pick", cast, "--seed", 2)
    typist.shown = ""
    typist.type("\n")
    page = typist.shown.splitlines()[1:]
    assert 12 < len(page) <= 23 and page[0].startswith(" 1 ")
    os.write(typist.screen, b"q\n")
    assert typist.lines()[1] == 0


def test_a_page_higher_than_the_terminal_has_columns():
    typist = Typist(80, *ELVES, "-n", 60)
    typist.type("1\n")
    os.write(typist.screen, b"q\n")
    lines, _ = typist.lines()
    first = lines[: [line.startswith("Type numbers") for line in lines].index(True)]
    assert len(first) < 30 and len(re.findall(r"\d+ \w+", "\n".join(first))) == 60


def test_long_lines_are_broken_between_words():
    typist = Typist(40, "pick", "npc", "--seed", 2, "-n", 2)
    os.write(typist.screen, b"q\n")
    lines, _ = typist.lines()
    lines = [line for line in lines if not line.startswith("Looking")]
    assert lines[:2] == [
        "1 Emil Wingford, a locksmith, who checks",
        "  the lock three times and wants to be",
    ]


def test_an_empty_line_in_a_cast_does_not_divide_it(pick, folder):
    pattern = "{elvish}, smith\n\n  of {welsh-towns}"
    arguments = ["pick", pattern, "-o", "kept.txt", "-n", 3, "--seed", 1]
    _, said = pick("1 2", arguments=arguments)
    assert "2 in kept.txt" in "".join(said)
    assert len((folder / "kept.txt").read_text("utf-8").split("\n\n")) == 3  # and the end


def test_replacing_a_kept_name_is_reported_and_can_be_undone(pick, folder):
    (page,), told = pick("2", "2 = Galadriel", "u")
    assert told[1:3] == [
        f"In place of {page[1]}, kept Galadriel (1 in kept.txt)",
        f"Put back {page[1]}, and took out Galadriel (1 in kept.txt)",
    ]
    assert kept(folder) == [page[1]]


def test_an_empty_line_among_names_does_not_make_them_casts(invoke, folder):
    (folder / "kept.txt").write_text("Ada\n\nBo\nCleo\n")
    text = error_line(invoke("pick", "inn", "-o", "kept.txt", input="q\n", cwd=folder))
    assert text == "kept.txt has single names; give another file for casts, as in -o casts.txt"
