"""`rnn-names cast`: what it writes, and what it says of a wrong pattern."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from rnn_names import cast
from rnn_names.casts.bundled_casts import CASTS, CASTS_FOLDER
from rnn_names.casts.pattern import parse
from rnn_names.casts.pattern_files import parse_rules, path_of_named
from rnn_names.conditions.word_lists import is_clean
from rnn_names.errors import CorpusError, VocabularyError
from support.enumeration import tiny_model

pytestmark = pytest.mark.usefixtures("quick_pilots")

PATTERN = "[Lord|Lady] {gru.npz:suffix=s} of {rnn.npz+gru.npz}"


@pytest.fixture(autouse=True)
def models(model_files, monkeypatch):
    """The current folder has small models."""
    monkeypatch.chdir(model_files["gru"].parent)


def test_lines_equal_the_functions(invoke):
    options = {"seed": 4, "novel": True, "max_length": 12, "initials": "same"}
    words = "-n 7 --seed 4 --novel --max-length 12 --initials same"
    done = invoke("cast", PATTERN, *words.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == cast(PATTERN, 7, **options)


@pytest.mark.parametrize("kind", ["jsonl", "csv", "tsv", "excel"])
def test_records_have_a_field_for_each_part(kind, invoke):
    done = invoke("cast", PATTERN, "-n", 5, "--seed", 1, "--format", kind)
    text = done.stdout.removeprefix("\ufeff")
    if kind == "jsonl":
        records = list(map(json.loads, text.splitlines()))
    else:
        records = list(csv.DictReader(io.StringIO(text), delimiter="\t" if kind == "tsv" else ","))
    parts = cast(PATTERN, 5, seed=1, parts=True)
    assert records == [
        {"name": f"{a} {b} of {c}", "part_1": a, "part_2": b, "part_3": c} for a, b, c in parts
    ]
    empty = invoke("cast", PATTERN, "-n", 0, "--format", kind).stdout
    assert empty == ("" if kind == "jsonl" else done.stdout.splitlines(keepends=True)[0])


def test_a_note_tells_if_initials_run_out(invoke):
    done = invoke("cast", "{norse:prefix=A,prefix=Á,prefix=B}", "-n", 3, "--initials", "different")
    assert done.stderr.splitlines() == [
        "Note: only 2 first letters can be used, so letters repeat from line 3 on"
    ]
    assert {line[0].replace("Á", "A") for line in done.stdout.splitlines()[:2]} == {"A", "B"}


def test_lists_are_read_for_a_part_and_for_all_parts(invoke, tmp_path):
    lines = cast("{norse} {norse}", 9, seed=1, parts=True)
    (tmp_path / "first.txt").write_text("\tnice\n".join(first for first, _ in lines), "utf-8")
    text = "{norse:exclude=first.txt} {norse}"
    done = invoke("cast", text, "-n", 9, "--seed", 1, cwd=tmp_path)
    found = [line.split(" ") for line in done.stdout.splitlines()]
    assert [second for _, second in found] == [second for _, second in lines]
    assert not {first for first, _ in found} & {first for first, _ in lines}
    words = "-n 9 --seed 1 --exclude first.txt".split()
    everywhere = invoke("cast", "{norse} {norse}", *words, cwd=tmp_path)
    assert everywhere.stdout.split("\n")[0].split(" ")[0] == found[0][0]


def test_lines_of_a_file_are_equally_likely(invoke, tmp_path):
    (tmp_path / "words.txt").write_text("Tinker's\n\nWidow's\tsad\n", encoding="utf-8")
    done = invoke("cast", "The {words.txt} {taverns}", "-n", 100, "--seed", 1, cwd=tmp_path)
    words = Counter(line.split(" ")[1] for line in done.stdout.splitlines())
    assert words.keys() == {"Tinker's", "Widow's"} and min(words.values()) > 30
    (tmp_path / "words.txt").write_text("\n", encoding="utf-8")
    done = invoke("cast", "The {words.txt}", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: the file has no lines\n  The {words.txt}\n      ^\n"


WRONG = [
    ("{norse} {none.txt}", 1, "none.txt: cannot be read: No such file", 8),
    ("{norse:sufix=a} {b}", 2, "pattern: no option 'sufix'; did you mean suffix?", 7),
    ("{norse=0}", 2, "'norse=0': the text after = must be the model's weight, a finite number", 1),
    ("a {nors}", 1, "nors: cannot be read: .* take a bundled one: norse", 2),
    ("{norse:exclude=none.txt}", 1, "none.txt: cannot be read: No such file", 0),
    ("{norse} {norse:suffix=Ж}", 1, "suffix 'Ж': the model does not know the character 'Ж'", 8),
    ("{norse} {norse:suffix=a,match=.*b}", 1, "no name of 2 to .* can meet all of suffix 'a'", 8),
]


@pytest.mark.parametrize("initials", [[], ["--initials", "same"]])
@pytest.mark.parametrize("text, code, message, place", WRONG)
def test_an_error_shows_its_place_in_the_pattern(text, code, message, place, initials, invoke):
    done = invoke("cast", text, *initials)
    assert (done.returncode, done.stdout) == (code, "")
    [error, shown, caret] = done.stderr.splitlines()[-3:]
    assert re.match(f"Error: {message}", error)
    assert (shown, caret) == (f"  {text}", f"  {' ' * place}^")


def test_found_lines_are_written_before_the_error(invoke, tmp_path, monkeypatch):
    monkeypatch.setattr("rnn_names.casts.cast_drawer.WINDOW", 1 << 12)
    tiny_model().save(tmp_path / "m.npz")
    done = invoke("cast", "[a|b] {m.npz:match=ab}", "-n", 3, "--unique", cwd=tmp_path)
    assert sorted(done.stdout.splitlines()) == ["a ab", "b ab"]
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: only 2 of 3 lines found: nearly all")


def test_an_unquoted_pattern_is_suggested_in_quotes(invoke):
    done = invoke("cast", "{norse}", "of", "{welsh-towns}")
    assert done.returncode == 2
    assert "rnn-names cast '{norse} of {welsh-towns}'" in done.stderr
    assert "rnn-names cast village -n 10" in invoke("cast", "village", "10").stderr
    assert "or a bundled cast: village, knight" in invoke("cast").stderr
    assert "one cast at a time: rnn-names cast village" in invoke("cast", "village", "Ship").stderr


def test_a_mistyped_cast_gets_a_suggestion(invoke):
    done = invoke("cast", "vilage")
    assert done.stderr == "Error: there is no cast 'vilage'; did you mean village?\n"
    assert len(invoke("cast", "{taverns}", "-n", 2).stdout.splitlines()) == 2
    done = invoke("cast", "{village}")
    assert "village is a cast, not a model: write village without braces" in done.stderr
    assert "there is no model villager; village is a cast" in invoke("cast", "{villager}").stderr
    assert cast("{village}", 2, models={"village": tiny_model()})


@pytest.mark.parametrize("pattern", ["[a||b]*2", "{norse}*2 of Oslo"])
def test_a_weight_after_brackets_gets_a_note(pattern, invoke):
    done = invoke("cast", pattern, "-n", 2)
    note = "Note: *2 is plain text here; a weight goes inside the brackets, as in [Lord*3|Lady]\n"
    assert (done.returncode, done.stderr) == (0, note)
    assert not invoke("cast", "[{norse}*2|b]", "-n", 2).stderr


def test_unknown_options_come_with_advice(invoke):
    assert "names its models, as in rnn-names cast '{n" in invoke("cast", "ship", "-m", "x").stderr
    assert "cut -d, -f1 FILE | rnn-names" in invoke("alias", "--column", "id").stderr
    assert "give a model, as in -m men" in invoke("alias", "{men}").stderr


def test_a_pattern_in_another_encoding_is_refused_with_its_line(invoke, tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"{norse}\r\nof \xe9\r\n")
    done = invoke("cast", "--file", "latin.txt", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: latin.txt, line 2: not UTF-8 text (byte 0xe9)")


def test_a_pattern_is_read_from_a_file_and_names_the_columns(invoke, tmp_path):
    text = "{family=norse}s\n[{first=norse}|nobody] {=family:rules=rules.txt}"
    (tmp_path / "family.txt").write_text(f"{text}\n", "utf-8")
    (tmp_path / "rules.txt").write_text("# ends\n(.)$ -> \\1-\n", "utf-8")
    options = ["-n", 8, "--seed", 1, "--format", "jsonl"]
    done = invoke("cast", "--file", "family.txt", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for record in map(json.loads, done.stdout.splitlines()):
        family, first = record["family"], record["first"]
        assert record["name"] == f"{family}s\n{first or 'nobody'} {family}-"
        assert [*record] == ["name", "family", "part_2", "first"]
    shown = invoke("cast", "--file", "family.txt", "--show", cwd=tmp_path)
    assert shown.stdout == f"{text}\n"
    redrawn = invoke("cast", "--file", "family.txt", *options, "--redraw", "2.family", cwd=tmp_path)
    pairs = zip(done.stdout.splitlines(), redrawn.stdout.splitlines(), strict=True)
    assert [a != b for a, b in pairs] == [number == 2 for number in range(1, 9)]


@pytest.mark.parametrize("name", CASTS)
def test_bundled_casts_write_lines_with_named_parts_and_show_patterns(name, invoke):
    done = invoke("cast", name, "-n", 12, "--seed", 1, "--format", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    header, *rows = csv.reader(done.stdout.splitlines(keepends=True))
    assert len(header) > 1 and not [column for column in header if column.startswith("part_")]
    assert len(rows) == 12 and all(len(row) == len(header) for row in rows)
    assert all(any(column) for column in zip(*rows, strict=True))
    assert len({row[0] for row in rows}) > 10
    shown = invoke("cast", name, "--show").stdout.removesuffix("\n")
    assert invoke("cast", shown, "-n", 1, "--seed", 1).stdout.rstrip("\n") == rows[0][0]


def test_bundled_casts_are_listed_with_the_models(invoke):
    listed = invoke("models").stdout
    assert not [name for name in CASTS if f"  {name} " not in listed]


@pytest.mark.parametrize("name", CASTS)
def test_names_of_bundled_casts_are_clean(name):
    parts = parse(Path(path_of_named(f"{name}.txt")).read_text("utf-8")).name_parts
    assert all(part.options.clean for part in parts)


def test_words_of_bundled_casts_are_clean_and_unique():
    for path in sorted(Path(CASTS_FOLDER).glob("*.txt")):
        lines = path.read_text("utf-8").splitlines()
        assert not [line for line in lines if "'" in line and line[0] != "#"], "it is ’"
        if path.stem not in CASTS:
            assert len({*lines}) == len(lines) > 5 and all(map(is_clean, lines)), path.name


def test_a_seed_has_the_same_people_in_several_bundled_casts(invoke):
    tables = (
        invoke("cast", name, "--seed", 5, "--format", "csv").stdout.splitlines()
        for name in ("village", "knight", "npc")
    )
    villagers, knights, npcs = ([*csv.DictReader(table)] for table in tables)
    people = [(each["given"], each["surname"]) for each in villagers]
    assert people == [(each["given"], each["surname"]) for each in npcs]
    assert people == [(each["given"], each["town"]) for each in knights]


def test_people_of_a_bundled_cast_have_distinct_names_that_do_not_run_out(invoke):
    done = invoke("cast", "village", "-n", 500, "--seed", 1, "--format", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    villagers = [*csv.DictReader(done.stdout.splitlines())]
    assert len({each["surname"] for each in villagers}) == len(villagers) == 500
    # A man and a woman may have the same name.
    assert len({each["given"] for each in villagers}) >= 490


@pytest.mark.slow
def test_with_min_edits_no_two_people_of_several_families_share_a_name(invoke):
    """Seed 8 has a mother and a mother-in-law of one name in its sixth family."""

    def given_names(*more):
        written = invoke("cast", "household", "-n", 8, "--seed", 8, *more).stdout
        return re.findall(r"^  (\w+)", written, re.MULTILINE)

    names, all_different = given_names(), given_names("--min-edits", 1)
    assert len({*names}) < len(names)
    assert len({*all_different}) == len(all_different) > 20


def test_boldness_does_not_change_bundled_casts(invoke):
    done = invoke("cast", "village", "-n", 3, "--seed", 4, "--boldness", "safe")
    assert done.stdout == invoke("cast", "village", "-n", 3, "--seed", 4).stdout
    assert done.stderr.startswith("Note: --boldness changes nothing")


def test_a_bundled_cast_reads_its_own_files_and_a_copy_files_beside_it(invoke, tmp_path):
    (tmp_path / "trades.txt").write_text("a hangman\n", "utf-8")
    (tmp_path / "village.txt").write_text("{norse}", "utf-8")
    done = invoke("cast", "village", "-n", 2, "--seed", 1, cwd=tmp_path)
    assert done.stdout == invoke("cast", "village", "-n", 2, "--seed", 1).stdout
    shown = invoke("cast", "village", "--show", cwd=tmp_path).stdout
    (tmp_path / "village.txt").write_text(shown, "utf-8")
    done = invoke("cast", "--file", "village.txt", "-n", 2, "--seed", 1, cwd=tmp_path)
    assert done.stdout.count(", a hangman\n") == 2 and not done.stderr


def test_a_hint_tells_how_to_type_a_line_break(invoke):
    done = invoke("cast", r"{norse}\n  near {welsh-towns}", "-n", 2, "--seed", 1)
    note = r"Note: \n is text: press Enter within the quotes, or give a file (--file)"
    assert done.stderr.splitlines() == [note] and len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize("command", ["cast", "pick"])
def test_files_beside_the_pattern_take_precedence(command, invoke, tmp_path):
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    for folder, beast in ((own, "a hippocamp"), (elsewhere, "a toad")):
        folder.mkdir()
        (folder / "beasts.txt").write_text(beast, "utf-8")
    (own / "arms.txt").write_text("[on|with] {beasts.txt}, {trades.txt}", "utf-8")
    done = invoke(command, "--file", "../own/arms.txt", "-n", 2, cwd=elsewhere)
    assert done.stdout.count(" a hippocamp, ") == 2
    (own / "beasts.txt").unlink()
    done = invoke(command, "--file", "../own/arms.txt", "-n", 2, cwd=elsewhere)
    assert done.stdout.count(" a toad, ") == 2


@pytest.mark.parametrize("text", ["tavern", "inns"])
def test_the_text_of_a_file_is_no_name_of_a_cast(text, invoke, tmp_path):
    """Regression: the bundled cast was drawn, or one with a similar name suggested."""
    (tmp_path / "mine.txt").write_text(f"{text}\n", "utf-8")
    done = invoke("cast", "--file", "mine.txt", "-n", 2, cwd=tmp_path)
    assert "Error: mine.txt: a pattern has at least one {MODEL} or [a|b]" in done.stderr


def test_an_error_of_a_pattern_names_its_file(invoke, tmp_path):
    (tmp_path / "mine.txt").write_text("{men}\n  of {nors}\n", "utf-8")
    done = invoke("cast", "--file", "mine.txt", "-n", 2, cwd=tmp_path)
    first, *rest = done.stderr.splitlines()
    assert first.startswith("Error: mine.txt: nors: cannot be read")
    assert rest == ["    of {nors}", "       ^"]
    done = invoke("cast", "village", "--prefix", "%", cwd=tmp_path)
    message = "village.txt: prefix '%': the model does not know the character '%'"
    assert done.stderr == f"Error: {message}\n"
    with pytest.raises(VocabularyError) as raised:
        cast("village", 2, prefix="%")
    assert str(raised.value) == message


def test_a_note_tells_of_an_option_that_every_name_overrides(invoke):
    done = invoke("cast", "village", "-n", 3, "--seed", 4, "-t", 1.5, "--max-length", 20)
    assert done.stdout == invoke("cast", "village", "-n", 3, "--seed", 4).stdout
    told = [f"Note: --{name} changes nothing" for name in ("temperature", "max-length")]
    assert sorted(line.partition(":")[0] for line in done.stderr.splitlines()) == ["Note", "Note"]
    assert all(each in done.stderr for each in told)


def test_the_father_of_an_icelander_can_be_redrawn_alone(invoke):
    lines = invoke("cast", "icelander", "-n", 3, "--seed", 1).stdout.splitlines()
    again = invoke("cast", "icelander", "-n", 3, "--seed", 1, "--redraw", "1.father")
    first, *others = again.stdout.splitlines()
    assert others == lines[1:] and first != lines[0]
    assert first.split()[0] == lines[0].split()[0]


def test_icelandic_patronymics_are_right():
    """By a key that was written from grammar, before the rules."""
    key = (Path(__file__).parent / "icelandic_genitives.txt").read_text("utf-8").splitlines()
    changed = parse_rules(
        Path(path_of_named("icelandic-genitive.txt")).read_text("utf-8").splitlines()
    )
    right = [changed(name) in genitives.split("/") for name, genitives in map(str.split, key)]
    assert len(key) >= 200 and sum(right) >= 0.95 * len(right)


@pytest.mark.parametrize("text", ["\\t!", "\\033", "\\12", "\\"])
def test_a_rule_cannot_write_refused_characters(text):
    with pytest.raises(CorpusError, match="no rule; write EXPRESSION"):
        parse_rules([f"(.) -> {text}"])


def test_a_rule_that_this_python_cannot_match_is_an_error():
    """Python 3.11 raises SystemError for it, 3.10 has no such repeats, and later ones match it."""
    try:
        changed = parse_rules(["(?:(a)|b)*+ -> c"], "r.txt")("abb")
    except CorpusError as error:
        cannot_match = "r.txt: this version of Python cannot match a rule"
        assert re.search(f"{cannot_match}|r.txt: rule .*: multiple repeat", str(error))
    else:
        assert changed == "c"


def test_a_rule_with_a_number_of_thousands_of_digits_is_refused():
    with pytest.raises(CorpusError, match=r"^r\.txt: rule "):
        parse_rules([f"a{{{'9' * 5000}}} -> b"], "r.txt")
