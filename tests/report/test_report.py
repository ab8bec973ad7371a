"""The page that `train --report` writes: whole, self-contained, and true to the record."""

import json
import os
import re
from html import unescape
from html.parser import HTMLParser
from itertools import islice

import numpy as np
import pytest

from rnn_names.cli import training_run
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.report import report
from rnn_names.report.report import NAMES_MEASURED, Report, as_html, drawn_from
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer

VOID = {"meta", "line", "circle", "polyline"}
SMALL = {"hidden_size": 16, "batch_size": 32, "learning_rate": 0.01, "distil_epochs": 0}
SMALL |= {"dropout": 0.0, "recurrent_dropout": 0.0}


class Page(HTMLParser):
    """A strict reader of our own HTML: tags close in order.

    It keeps tags, attributes, and the text of each element by tag.
    """

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.texts = [], [], [], {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in VOID
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in self.open:
            self.texts.setdefault(tag, []).append(data)

    def text(self, tag="body"):
        return " ".join(" ".join(self.texts[tag]).split())


def reported(names, tmp_path, epochs=6, since=0, until=None, **settings):
    """The report of a training on some names, one resumed or stopped after an epoch perhaps."""
    corpus = corpus_from_strings(names)
    settings = Settings(**{**SMALL, "epochs": epochs, **settings})
    before, trainer = (
        Trainer(TrainingSetup(corpus, settings)),
        Trainer(TrainingSetup(corpus, settings)),
    )
    if since:
        list(islice(before.epochs(), since))
        trainer.restore(before.state(), before.model)
    made = Report(corpus, trainer, ["list.txt"], str(tmp_path / "names.npz"), "")
    for epoch in trainer.epochs():
        made.add(epoch)
        if epoch.epoch == until:
            break
    return made


@pytest.fixture(scope="module")
def made(names, tmp_path_factory):
    return reported(["", " ", *names, *names[:5]], tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def text(made):
    return as_html(made)


def assert_self_contained(text):
    assert "<script" not in text
    for word in ("http:", "https:", "//", "src=", "href=", "@import", "url("):
        assert word not in text, word


def test_the_page_is_well_formed_and_self_contained(text):
    parsed = Page(text)
    assert text.startswith("<!DOCTYPE html>")
    assert {"title", "style", "h1", "svg", "table", "details", "footer"} <= set(parsed.tags)
    assert ("charset", "utf-8") in parsed.attributes
    assert "prefers-color-scheme: dark" in text
    assert_self_contained(text)
    assert "It was stopped" not in text


def test_names_come_first_and_listed_names_are_marked(made, text):
    items = re.findall(r'<li( class="listed")?><bdi>(.*?)</bdi></li>', text)
    names = [unescape(name) for _, name in items]
    assert names == list(dict.fromkeys(drawn_from(made.trainer, NAMES_MEASURED)))[:50]
    listed = set(made.corpus.names.to_strings())
    assert [bool(mark) for mark, _ in items] == [name in listed for name in names]
    headings = re.findall("<h2>(.*?)</h2>", text)
    assert headings[:3] == ["50 names", "How to read this", "Loss"]


def test_the_report_has_names_of_several_epochs(made, text):
    shown = re.findall(r'<tr><th scope="row">(\d+)</th><td>([\d.–]+)</td><td>(<bdi>.*?)</td>', text)
    assert list(made.samples)[:4] == [0, 1, 2, 3]
    samples = {**made.samples, made.trainer.model.training["epoch"]: drawn_from(made.trainer, 8)}
    samples = {epoch: names for epoch, names in samples.items() if names}
    assert len(samples) > 3, "at first, few names have a shape of the list"
    assert [int(number) for number, _, _ in shown] == sorted(samples)
    for number, loss, cell in shown:
        names = [unescape(name) for name in re.findall("<bdi>(.*?)</bdi>", cell)]
        assert names == samples[int(number)]
        if number != "0":
            assert loss == f"{made.epochs[int(number) - 1].held_out_loss:.3f}"
    assert len(set(map(tuple, samples.values()))) == len(samples), "they change"


def test_figures_equal_the_record(made, text):
    body, trainer, record = Page(text).text(), made.trainer, made.trainer.model.training
    for epoch in made.epochs:
        assert f"{epoch.epoch} {epoch.training_loss:.4f} {epoch.held_out_loss:.4f}" in body
    assert f"{record['held_out_loss']:.3f} held-out (validation) loss of the model" in body
    assert f"epoch {record['epoch']} the best of {trainer.epoch}" in body
    assert re.search(r" 0:00:\d\d of training ", body)
    assert "learned from 300 names in list.txt" in body
    assert "list list.txt training started from random weights names 305" in body
    characters = set("".join(made.corpus.names.to_strings()))
    assert f"distinct characters {len(characters)} " in body
    facts = "names 305, distinct 300, repeats 5, blank lines skipped 2, held out 30"
    settings = "cell gru, hidden size 16, epochs 6, learning rate 0.01, dropout 0, seed 0"
    assert [each for each in f"{facts}, {settings}".split(", ") if each not in body] == []


def test_curves_go_through_the_losses(made, text):
    """Read back from the drawing, up to the scale of its axis."""
    drawn = [
        np.array([point.split(",") for point in line.split()], float)
        for line in re.findall(r'points="(.*?)"', text)
    ]
    losses = [[e.training_loss for e in made.epochs], [e.held_out_loss for e in made.epochs]]
    heights = np.concatenate([points[:, 1] for points in drawn])
    slope, offset = np.polyfit(heights, np.concatenate(losses), 1)
    for points, expected in zip(drawn, losses, strict=True):
        np.testing.assert_allclose(points[:, 0], np.linspace(0, 100, len(expected)), atol=0.01)
        np.testing.assert_allclose(offset + slope * points[:, 1], expected, atol=0.001)
    assert f"best: epoch {made.trainer.model.training['epoch']}<" in text


def row(label, listed, drawn):
    """A row of a table of shares, without its bars."""
    return f'<th scope="row">{label}</th><td>{listed:.1%}</td><td>{drawn:.1%}</td>'


def test_distributions_equal_the_list_and_the_samples(made, text):
    sampled = drawn_from(made.trainer, NAMES_MEASURED)
    listed = made.corpus.names.to_strings()
    weights = made.corpus.counts.tolist()
    for length in (8, 12):
        share = sum(w for name, w in zip(listed, weights, strict=True) if len(name) == length) / 305
        drawn = sum(len(name) == length for name in sampled) / len(sampled)
        assert row(length, share, drawn) in text
    every = "".join(name * w for name, w in zip(listed, weights, strict=True)).lower()
    drawn = "".join(sampled).lower()
    for character in "as":
        shares = every.count(character) / len(every), drawn.count(character) / len(drawn)
        assert row(character, *shares) in text
    new = sum(name not in set(listed) for name in sampled) / len(sampled)
    assert f"<strong>{new:.1%}</strong>" in text


def test_texts_from_outside_are_escaped(tmp_path):
    names = ["<b>old</b>", "</style><script>x", '"quoted"', "R&B", "a'b"]
    names += [f"<i{c}>" for c in "abcdefgh"]
    made = reported(names, tmp_path, epochs=2)
    made.sources = ["<u>list</u>.txt"]
    made.output = str(tmp_path / "<s>.npz")
    made.samples[0] = names
    text = as_html(made)
    parsed = Page(text)
    assert not {"b", "i", "u", "s", "script"} & set(parsed.tags)
    assert_self_contained(text.replace("&lt;/", "").replace("&lt;script", ""))
    for name in names:
        assert f"<bdi>{report.escape(name)}</bdi>" in text
    assert "<u>list</u>.txt" in parsed.text()
    assert '<th scope="row">&lt;</th>' in text, "in the table, too"


def test_the_beginning_of_distillation_is_marked(names, tmp_path, quick_teacher):
    settings = {"epochs": 7, "distil_epochs": 1, "synthetic_names": 60}
    text = as_html(reported(names[:50], tmp_path, **settings))
    marks = re.findall(
        r'<line class="mark" x1="(.*?)%".*?class="(\w+ mark(?: minor)?)">(.*?)<', text, re.S
    )
    assert [mark for mark in marks if not mark[2].startswith("best")] == [
        ("91.67", "end mark", "distillation"),
    ]


@pytest.mark.parametrize("done", [2, 4])
def test_the_report_of_a_resumed_run_names_its_first_epoch(done, names, tmp_path, quick_teacher):
    settings = {"distil_epochs": 3, "synthetic_names": 100, "held_out": 0.1}
    made = reported(names[:50], tmp_path, since=done, **settings)
    text = as_html(made)
    assert f"of training from epoch {done + 1} on" in Page(text).text()
    assert [epoch.epoch for epoch in made.epochs] == list(range(done + 1, 7))
    assert text.count(">distillation<") == (done == 2), "marked if it begins in the picture"
    assert "in the distillation stage against the teacher" in text


@pytest.mark.parametrize(
    "settings, curves, told",
    [
        ({"epochs": 3, "held_out": 0}, 1, "training loss of the model"),
        ({"epochs": 1}, 0, "there are no curves to draw"),
        ({"until": 2}, 2, "It was stopped after epoch 2 of 6."),
    ],
)
def test_missing_data_is_reported(settings, curves, told, names, tmp_path):
    text = as_html(reported(names[:50], tmp_path, **settings))
    assert told in Page(text).text()
    assert (text.count("<polyline"), "best: epoch" in text) == (curves, curves == 2)


def test_charts_of_many_characters_and_lengths_are_bounded(tmp_path):
    letters = [chr(0x4E00 + i % 90) for i in range(1000)]
    names = ["".join(letters[7 * i : 7 * i + 1 + i % 40]) for i in range(80)] + ["e\u0336 x", "İ"]
    text = as_html(reported(names, tmp_path, epochs=2, hidden_size=4))
    assert re.search(r"the 30 most frequent of 9\d", Page(text).text())
    long = sum(len(name) >= 30 for name in names) / len(names)
    assert f'<th scope="row">30+</th><td>{long:.1%}<' in text, "all that are longer are in the last"


@pytest.mark.parametrize("length, least, most", [(200, 1, 50), (10, NAMES_MEASURED, None)])
def test_fewer_long_names_of_many_characters_are_drawn(length, least, most, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(report, "preview", lambda _model, count, _seed: asked.append(count) or [])
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 25 * length)))
    names = [letters[i : i + length] for i in range(0, len(letters), length)]
    made = reported(names, tmp_path, epochs=0, hidden_size=4)
    drawn_from(made.trainer, NAMES_MEASURED)
    assert least <= asked[-1] <= (most or NAMES_MEASURED)


def test_without_a_reader_no_names_are_drawn(invoke, corpus_file, tmp_path, monkeypatch):
    for module in (report, training_run):
        monkeypatch.setattr(module, "preview", None)
    options = ["--hidden-size", 4, "--epochs", 1, "--init", "none"]
    done = invoke("train", corpus_file, *options, "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_all_white_space_is_one_row(tmp_path, monkeypatch):
    names = ["a b", "a\u3000b", "a\u2009b", "ab"]
    monkeypatch.setattr(report, "preview", lambda *_: ["a b", "a\u3000b"])
    text = as_html(reported(names, tmp_path, epochs=1, hidden_size=4))
    assert text.count("␣") == 1 and row("␣", 3 / 11, 1 / 3) in text
    assert "most frequent of" not in text


@pytest.mark.parametrize(
    "low, high",
    [(1, 60), (1.62, 1.63), (0, 0.003), (2, 2), (1, 2), (0, 1), (1, 100_000), (-1.5, 1e6)],
)
def test_ticks_are_few_and_enclose_the_values(low, high):
    around = report.ticks(low, high, around=True)
    assert around[0] <= low
    assert around[-1] >= high
    assert 2 <= len(around) <= report.MAX_TICKS + 2
    assert all(low <= tick <= high for tick in report.ticks(low, high))


QUICK = "--hidden-size 8 --batch-size 64 --distil-epochs 0".split()


@pytest.fixture
def train(invoke, names, tmp_path):
    """Trains a model `m.npz` with a report, and gives what was said on stderr and the report."""
    (tmp_path / "list.txt").write_text("\n".join(names[::6]), "utf-8")

    def trained(*options, source="list.txt", **settings):
        files = ["-o", "m.npz", "--report", "r.html"]
        done = invoke("train", source, *files, *options, cwd=tmp_path, **settings)
        assert done.returncode == 0, done.stderr
        return done.stderr, (tmp_path / "r.html").read_text("utf-8")

    return trained


def test_train_writes_the_report(train, tmp_path):
    stderr, text = train("--log", "log", "--epochs", 3, *QUICK)
    assert stderr.endswith("r.html.\n") and "Wrote the training report to " in stderr
    body = Page(text).text()
    assert_self_contained(text)
    for line in (tmp_path / "log").read_text().splitlines():
        epoch = json.loads(line)
        assert f"{epoch['training_loss']:.4f} {epoch['held_out_loss']:.4f}" in body
    assert f"{os.path.getsize(tmp_path / 'm.npz') / 1e6:.1f} MB model file" in body
    assert {path.name for path in tmp_path.iterdir()} == {"list.txt", "log", "m.npz", "r.html"}


def test_standard_input_has_its_name_in_the_report(train):
    text = train("--epochs", 0, *QUICK, source="-", input="Anna\nBert\n")[1]
    assert "list standard input" in Page(text).text()


def test_the_report_names_the_start_model(train):
    alone = Page(train("--epochs", 2, *QUICK)[1]).text()
    assert "units that learned from" in alone
    assert "Epoch 0 has not seen a name." in alone
    tuned = Page(train("--epochs", 2, "--init", "dinosaurs")[1]).text()
    assert "units that started from dinosaurs and learned from" in tuned
    assert "Epoch 0 is dinosaurs , from which training started." in tuned
    assert "not seen" not in tuned
    assert "gibberish" not in tuned
