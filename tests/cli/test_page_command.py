"""`rnn-names page`: what it writes, and what it refuses."""

import re

from rnn_names import Model
from rnn_names.page.page import MODELS_FOR_LISTS
from support.program import error_line


def test_pages_of_a_model_and_of_a_blend_are_written(invoke, model_file, tmp_path):
    done = invoke("page", model_file, "-o", "one.html", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"Wrote one\.html, 0\.\d MB: open it in a browser\.\n", done.stderr)
    text = (tmp_path / "one.html").read_text("utf-8")
    assert "Names like <em><bdi>gru</bdi></em></span>" in text
    assert '<fieldset id="shares" aria-label="Shares of the blend" hidden>' in text

    done = invoke("page", model_file, "dinosaurs", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    text = (tmp_path / "names.html").read_text("utf-8")
    assert "Names between <em><bdi>gru</bdi></em> and <em><bdi>dinosaurs</bdi></em></span>" in text
    assert '<fieldset id="shares" aria-label="Shares of the blend">' in text
    assert all(words in text for words in ("dinosaur genera", "npm package dinosaurs", "WTFPL"))


def test_a_title_and_a_subtitle_are_text(invoke, model_file, tmp_path):
    words = ["--title", "Elves & <b>", "--subtitle", "</style>"]
    done = invoke("page", model_file, "-o", "one.html", *words, cwd=tmp_path)
    text = (tmp_path / "one.html").read_text("utf-8")
    assert done.returncode == 0
    assert "<title>Elves &amp; &lt;b&gt;</title>" in text
    assert "<bdi>Elves &amp; &lt;b&gt;</bdi></h1>" in text
    assert "<bdi>&lt;/style&gt;</bdi>" in text
    assert text.count("</style>") == 1


def test_without_a_model_the_page_is_for_lists_and_has_five_bundled_models(invoke, tmp_path):
    assert invoke("page", cwd=tmp_path).returncode == 0
    page = (tmp_path / "names.html").read_bytes()
    assert len(page) < 4_000_000
    assert b'<body spellcheck="false" autocapitalize="off" data-view="own-list" inert>' in page
    assert [page.count(f'"name":"{name}"'.encode()) for name in MODELS_FOR_LISTS] == [1] * 5


def test_an_older_page_is_replaced_and_no_other_file(invoke, model_file, tmp_path):
    for _ in range(2):
        assert invoke("page", model_file, "-o", tmp_path / "a.html").returncode == 0
    before = model_file.read_bytes()
    message = error_line(invoke("page", model_file, "-o", model_file))
    assert message == f"{model_file}: already exists and is not a page; give another --output"
    assert model_file.read_bytes() == before


def test_models_with_the_same_name_are_distinguished(invoke, model_file, tmp_path):
    (tmp_path / "a").mkdir()
    Model.load(model_file).save(tmp_path / "a" / "x.npz")
    Model.load(model_file).save(tmp_path / "x.npz")
    assert invoke("page", "x.npz", "a/x.npz", "-o", "a.html", cwd=tmp_path).returncode == 0
    page = (tmp_path / "a.html").read_bytes()
    assert b"<title>Names between x.npz and a/x.npz</title>" in page
