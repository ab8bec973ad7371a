"""What `train` says of lists that can be learned from, but look like none of names."""

import io
import re
import subprocess

import pytest

from rnn_names.cli.list_notes import list_notes
from rnn_names.corpus.corpus import read_corpus
from support import program


def notes_of(*lists):
    """The notes about some lists."""
    notes = list_notes(read_corpus(("a list", io.BytesIO(each.encode())) for each in lists))
    return [note.removeprefix("Note: ") for note in notes]


@pytest.mark.parametrize(
    "lines, note",
    [
        ("1 Anna\n2 Berta\n3 Carla\n", "'1 Anna' begins with a number, one of 3 such lines."),
        ("Anna, Berta, Carla\nDora, Emma\n", "there are commas in the lines"),
        ("Anna;12\nBerta;7\n", "there are semicolons in the lines"),
        ('"Anna"\n"Berta"\n', "'\"Anna\"' has quotation marks, one of 2 such lines."),
        ("{\\rtf1\\ansi\nAnna\\\nBerta}\n", "this is a document with formatting (RTF)"),
        ("Anna\nBerta\nCarla\nDora\nEmma\n", "5 names are few"),
        ("ANITA\nBerta\nCARLA\nDora\n", "2 of 4 names are in capitals"),
        (
            "17,Anna,f\n23,Bela,m\n",
            "there are commas in the lines, and the model will learn them. "
            "If only column 2 has names: cut -d ',' -f 2",
        ),
    ],
)
def test_odd_lists_get_a_note(lines, note):
    assert any(each.startswith(note) for each in notes_of(lines))


def test_the_command_shows_notes(invoke, tmp_path):
    done = invoke("train", "-", "--epochs", 0, cwd=tmp_path, input="Anna, Bo\nCora, Di\nEva, Flo")
    assert "\nNote: there are commas in the lines" in f"\n{done.stderr}"


@pytest.mark.posix
@pytest.mark.parametrize(
    "lines",
    [
        *("1 Anna\n2 Berta\n", "1. Anna\n2.Berta\n", "Anna\n  # Women\nBerta\n"),
        *("Anna\nBerta\n// end\n", "Names: \r\nAnna\nBerta\n", "Anna\n- Berta\n"),
        *("* Anna\n  * Berta\n", "• Anna\n• Berta\n", "Anna, queen of Kor\nBerta\n"),
        *("Anna\nBerta (a witch)\n", '"Anna"\n"Berta"\n', "Anna,12\nBerta,7\n"),
        "Anna;x;y\nBerta;;\n",
    ],
)
def test_the_command_in_a_note_keeps_the_names(lines, tmp_path):
    """The first of them, if there are two."""
    (tmp_path / "list.txt").write_text(lines, "utf-8")
    notes = "\n".join(notes_of(lines)).replace("LIST", "list.txt")
    command = re.search(r": ((sed|tr|cut|grep) .*?> new\.txt)", notes)[1]
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    assert (tmp_path / "new.txt").read_text("utf-8") == "Anna\nBerta\n"


@pytest.mark.parametrize(
    "lines, note",
    [
        ("# Elves\nAnna\nBerta\n", "'# Elves' begins with \"#\", as a remark does."),
        ("\nAnna\n\n  // Bo\nBo\n", "'// Bo' begins with \"//\", as a remark does."),
        ("Name\nAnna\nBerta\n", "'Name' is a heading."),
        ("Names:\nAnna\nBerta\n", "'Names:' ends in \":\", as a heading does."),
        ("Anna\n- Bo\n* Cora\n", "'* Cora' begins with a list mark, one of 2 such lines."),
        ("Men\n1. Bo\n2. Ed\n", "'1. Bo' begins with a number, one of 2 such lines."),
        ("Al\nBo, son of Al\nEd\n", "'Bo, son of Al' goes on after a comma."),
        ("Al\nEd\nFaez (king)\n", "'Faez (king)' ends in a remark in brackets."),
        ("Sir Qas\nAl\nSir Ed\nBo\n", "'Sir Ed' begins with a title, one of 2 such lines."),
        ("11) Bo\n12) Ed\nAl", "'11) Bo' begins with a number, one of 2 such lines."),
    ],
)
def test_lines_that_are_no_names_get_a_note(lines, note):
    [told] = [each for each in notes_of("Dora\nEmma\n\nFrida\n", lines) if "out:" in each]
    assert told.startswith(f"{note} The model will learn it. To take it out: ")


@pytest.mark.parametrize(
    "lines",
    [
        "1. FC Köln\n1. FC Nürnberg\nArminia\nBayern\n",  # these are their names
        "100 Mile House\nVancouver\n2Pac\nVictoria\n",
        "#love\n#names\n",
        "Lord Al\nLady Bo\nSir Ed\nLordan\n",
        "Sir Muttra\nJaipur\nLord\nAgra\n",
        "Halle (Saale)\nFrankfurt (Oder)\nKoblenz (am Rhein)\nTrier\n",
        "-ana\n-ismus\n*NSYNC\nK-9\nA/B\n",
    ],
)
def test_odd_but_real_names_get_no_note(lines):
    [note] = notes_of(lines)
    assert "names are few" in note


def test_the_bundled_lists_have_no_odd_lines():
    lists = [path.read_text("utf-8") for path in sorted(program.DATA.glob("*.txt"))]
    assert [notes_of(each) for each in lists] == [[]] * len(lists)
