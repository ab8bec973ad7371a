"""What the site makes of the pages: equations, and pictures of what was measured; what it shows of
the bundled models; and what it adds to the page that writes names.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from support import node
from support.documents import ROOT
from support.pages import scripts_of

sys.path.insert(0, str(ROOT / "docs" / "site"))

import charts
import commands
import equations
import faces
import framed
import kinds
import not_found

from rnn_names.cli.main import cli
from rnn_names.model.bundled import MODELS
from rnn_names.page.page import hue_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("z = Wyaᵀ", ["<msubsup><mi>W</mi><mi>ya</mi><mrow>"]),
        ("a⟨t-1⟩ = x", ["<msup><mi>a</mi>", "<mi>t</mi><mo>−</mo><mn>1</mn>"]),
        ("dba = Σ du⟨t⟩", ["<msub><mi>b</mi><mi>a</mi></msub>", "∑"]),
        ("a_prev = w₁", ["<msub><mi>a</mi><mi>prev</mi></msub>", "<msub><mi>w</mi><mi>1</mi>"]),
    ],
)
def test_an_equation_is_typeset(text, parts):
    html = equations.typeset(f"So\n\n    {text}          a remark\n\nand\n")
    assert [part for part in parts if part not in html] == []
    assert "<small>a remark</small>" in html
    ElementTree.fromstring(html.removeprefix("So\n\n").removesuffix("\n\nand\n"))


def test_other_texts_than_equations_are_unchanged():
    text = "So\n\n    x = {1: 2}\n\n    rnn-names train\n\n```\n\n    a = b\n\n```\n"
    assert equations.typeset(text) == text


def test_numbers_in_running_text_are_variables_and_code_is_code():
    html = equations.typeset("So n_a, (n_y, m) and `n_a`\n\n    n_a = n_y, in code {}\n\nand\n")
    assert equations.typeset("A state *a*, `*a*`, **b** and *Ada*") == (
        "A state <var>a</var>, `*a*`, **b** and *Ada*"
    )
    assert html.startswith(
        "So <var>n<sub>a</sub></var>, (<var>n<sub>y</sub></var>, m) and `n_a`\n\n    n_a = n_y"
    )


def test_the_equations_of_how_it_works_are_typeset():
    page = (ROOT / "docs" / "how-it-works.md").read_text("utf-8")
    blocks = equations.typeset(page).count('class="equations"')
    assert blocks >= 8
    assert "    a⟨t⟩ = tanh" not in equations.typeset(page)


def test_pictures_show_the_measured_values(tmp_path):
    log = tmp_path / "log.jsonl"
    stages = ["network 1 of 2"] * 3 + ["network 2 of 2"] * 2 + ["distillation"] * 4
    losses = [3.2, 2.4, 2.0, 3.1, 1.9, 1.75, 1.7, 1.65, 1.512]
    lines = [{"stage": s, "held_out_loss": x} for s, x in zip(stages, losses, strict=True)]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    page = charts.page(log)
    pictures = re.findall("<svg .*</svg>", page)
    assert len(pictures) == 5
    assert page.count("<polyline") == 3 and "distillation: 1.512<" in page
    for picture in pictures:
        ElementTree.fromstring(picture)
    speed = (ROOT / "tests" / "benchmarks" / "RESULTS.md").read_text("utf-8")
    shown = f"{charts.sampling()[0].ours:,.0f} ("
    assert shown in speed and shown.strip(" (") in page
    assert {row.label for row in charts.losses()} >= {"US first names", "US surnames"}
    assert len(charts.training()) >= 3 and len(charts.rare()) >= 10


def test_the_policy_of_a_framed_page_allows_exactly_its_content(tmp_path):
    command = [sys.executable, "-m", "rnn_names", "page", "dinosaurs", "-o", tmp_path / "page.html"]
    subprocess.run(command, check=True, capture_output=True)
    page = framed.with_frame((tmp_path / "page.html").read_text("utf-8"), "../kinds.html", 12)
    assert '<a class="back" href="../kinds.html">← Kinds</a>' in page
    assert '"count":12' in page and 'value="12"' in page
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', page)[1]
    texts = re.findall(r"<(script|style)>(.*?)</\1>", page, re.DOTALL)
    texts += [("script", text) for text in scripts_of(page).values()]
    wanted = {
        (kind, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode())
        for kind, text in texts
    }
    allowed = {
        (kind, digest)
        for kind, digests in re.findall(r"(script|style)-src ([^;]*);", policy)
        for digest in re.findall(r"'sha256-(.*?)'", digests)
    }
    assert ("script", framed.SCRIPT % "../kinds.html") in texts and ("style", framed.STYLE) in texts
    assert wanted == allowed
    with pytest.raises(ValueError, match="has no"):
        framed.with_frame("<p>no page</p>", "index.html")


def test_each_bundled_model_has_a_card_with_a_link_to_its_page():
    shown = re.findall(r'<p><a href="names/([\w-]+)\.html"', kinds.page())
    assert sorted(shown) == sorted(MODELS)
    hues = re.findall(r'<li style="--h: (\d+)" data-also="[^"]*"><h3>', kinds.page())
    assert len(hues) == len(MODELS) and hues[0] == str(hue_of(shown[0])), "as its page"
    assert len({*kinds.some_names()}) == 6
    assert kinds.first_page().count("<h3>") == 6


def test_each_option_of_the_command_line_has_an_anchor():
    page = commands.typeset((ROOT / "docs" / "cli.md").read_text("utf-8"))
    assert "--help\n" not in page and page.count("{ .usage }") == len(cli.list_commands(None))
    headings = re.findall(r'<h4 id="(.*?)"( data-search-exclude)?>', page)
    addresses = [address for address, _ in headings]
    assert len(addresses) == len(set(addresses)) > 100
    found = {address for address, hidden in headings if not hidden}  # each option, once by a search
    assert {"sample--boldness", "alias--secret-file"} <= found
    assert found.isdisjoint({"cast--boldness", "alias--boldness"})
    # Two commands of `pick` begin as options do: --prefix E sets a condition, --prefix drops it.
    option = re.compile(r"^  (?:-\w, )?(--[\w-]+)(?![\w-]| E |    drop)", re.M)
    shown = option.findall((ROOT / "docs/cli.md").read_text("utf-8"))
    assert sorted(re.sub("^[a-z]+", "", each) for each in addresses) == sorted(
        each for each in shown if each != "--help"
    )


def test_the_help_of_a_command_is_text_with_code():
    page = commands.typeset("```console\n$ rnn-names cast --help\nUsage\n```\n\nNext\n")
    assert "```text { .usage }\nrnn-names cast [OPTIONS] [PATTERN]\n```" in page
    assert "<td><code>{norse}</code></td><td>a name from a model, bundled or a file</td>" in page
    assert "<small>default: 20; x ≥ 0</small>" in page
    assert page.endswith("```\n\nNext\n")


def test_the_face_is_loaded_for_ranges_of_characters_that_css_knows():
    """Regression: a range was written as a tuple of Python, which browsers ignore."""
    ranges = re.findall(r"unicode-range: (.*?); }", faces.rules())
    assert len(ranges) == len(faces.FACES)
    assert all(
        re.fullmatch(r"U\+[0-9A-F]+(-[0-9A-F]+)?(,U\+[0-9A-F]+(-[0-9A-F]+)?)*", each)
        for each in ranges
    )


def test_the_404_page_needs_no_address_of_the_site():
    """Regression: it linked all from the root, so it had no style in the folder of a project."""
    theme = '<script>scope=new URL("/",location)</script>'
    config = '<script id="__config">{"base": "/", "search": "/search.js"}</script>'
    links = '<link href="/site.css"><a href="/kinds.html"></a><a href="https://a.example/"></a>'
    page = not_found.anywhere(f"<head>{theme}{links}</head>{config}")
    assert "here.js" in page.split("<link")[0], "before what depends on it"
    found = re.findall('(?:href|"search")(?:=|: )"(.*?)"', page)
    assert found == ["./site.css", "./kinds.html", "https://a.example/", "./search.js"]
    assert '"/' not in page


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("--min-p", "min"),
        ("95%", "95"),
        ("100 %", "100"),
        ("{norse} seed~x", "norse seed x"),
        ("how fast?", "fast"),
        ("elvish.npz .npz n_a", "elvish.npz npz n_a"),
        ("Þór's", "Þór's"),
        ("the", "the"),
        ("%", ""),
    ],
)
def test_a_search_has_no_signs_that_its_engine_takes_for_operators(typed, query, tmp_path):
    """Regression: 95% and seed~x found nothing."""
    if not node.NODE:
        pytest.skip(node.NOT_TESTED)
    script = (ROOT / "docs" / "site" / "site.js").read_text("utf-8")
    rules = re.search(r"^const SMALL.*?^};$", script, re.MULTILINE | re.DOTALL)[0]
    printed = f"JSON.stringify(queryOf({json.dumps(typed)}))"
    found = node.run(f"{rules}\nconsole.log({printed})", tmp_path)
    assert found[0].split() == query.split()


def test_the_404_page_must_have_a_base_for_the_theme():
    with pytest.raises(ValueError, match="base"):
        not_found.anywhere("<head></head>")
