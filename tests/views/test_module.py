"""The module for games and other programs: in Node, and in a worker of a browser."""

import re

import pytest

from rnn_names import Model
from rnn_names.views.engine import Part
from rnn_names.views.module import module, save
from support import node
from support.documents import ROOT

ENGINE = """
import { sample, score, models } from "./names.mjs";
const print = (value) => console.log(JSON.stringify(value));
"""


@pytest.fixture
def in_node(tmp_path):
    """Runs a script in Node that imports the module of some models."""
    if not node.NODE:
        pytest.skip(node.NOT_TESTED)

    def run(script, *parts):
        save([Part(*part) for part in parts], str(tmp_path / "names.mjs"))
        return node.run(ENGINE + script, tmp_path)

    return run


def test_a_module_is_small(bundled):
    text = module([Part("first-names", bundled["first-names"])], "names.d.mts")
    assert len(text.encode()) < 1_000_000


def test_node_gives_the_names_and_scores_of_the_page(in_node, open_page, bundled):
    page = open_page("dinosaurs", ("first-names", bundled["first-names"], 3))
    options = "{ seed: 7, temperature: 0.8, prefix: 'Ma', maxLength: 7, novel: true }"
    names, score = in_node(
        f"print(await sample(20, {options})); print(score('Mara', {{ shares: [1, 2] }}));",
        ("dinosaurs", bundled["dinosaurs"]),
        ("first-names", bundled["first-names"], 3),
    )
    assert names == page.evaluate(f"rnnNames.sample(20, {options})")
    assert score == page.evaluate("rnnNames.score('Mara', { shares: [1, 2] })")


def test_names_have_the_shape_of_the_list(in_node):
    """No capital after a letter, but in a beginning that is asked for."""
    plain, free, asked = in_node(
        """
        const options = { seed: 1, temperature: 1.3 };
        print(await sample(200, options));
        print(await sample(200, { ...options, anyBeginning: true }));
        print(await sample(20, { ...options, prefix: "LlA" }));""",
        ("welsh-towns", Model.load("welsh-towns")),
    )
    odd = re.compile(r"[a-z][A-Z]|[ '.-][ '.-]|[ '.-]$")
    assert not any(odd.search(name) for name in plain)
    assert any(odd.search(name) for name in free)
    assert not any(odd.search(name[3:]) for name in asked)


def test_wrong_arguments_are_type_errors(in_node, small_models):
    (message,) = in_node(
        "await sample(6, { seed: 1, shares: [1, 2] }).catch((error) => print(String(error)));",
        ("gru", small_models["gru"]),
    )
    assert message == (
        "TypeError: shares [1, 2]: must be a list with a number for each model (gru), "
        "none below 0 and one above it"
    )


def test_a_module_says_where_its_models_are_from(in_node, bundled):
    (models,) = in_node("print(models);", ("dinosaurs", bundled["dinosaurs"]))
    (source,) = bundled["dinosaurs"].sources
    assert models == [{"name": "dinosaurs", "share": 50, "sources": [source._asdict()]}]


WORKER = """(text) => new Promise((resolve, reject) => {
  const source = `${text}\\nsample(20, { seed: 7 }).then(postMessage);`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
})"""


def test_a_worker_in_a_browser_gives_the_names_of_the_page(open_page, bundled):
    """The worker is made from the module's text alone, and has no document."""
    page = open_page("dinosaurs")
    other = page.context.new_page()
    site = "https://names.example/"  # of a local file, Chromium makes no worker of a module
    other.route(site, lambda route: route.fulfill(body="", content_type="text/html"))
    other.goto(site)
    text = module([Part("dinosaurs", bundled["dinosaurs"])], "names.d.mts")
    names = other.evaluate(WORKER, text)
    assert names == page.evaluate("rnnNames.sample(20, { seed: 7 })")


def test_a_models_name_stays_text(in_node, small_models):
    name = "*/ `${process.exit(7)}` </script> \\ \" '"
    (models,) = in_node("print(models);", (name, small_models["gru"]))
    assert models[0]["name"] == name


def test_types_have_each_option(bundled):
    """What `sample` checks is what its types show."""
    files = ROOT / "rnn_names" / "views" / "javascript"
    checked = re.search(r"SAMPLE_OPTIONS = \{(.*?)\};", (files / "api.js").read_text("utf-8"), re.S)
    shown = re.search(
        r"interface SampleOptions \{(.*?)\n\}", (files / "names.d.ts").read_text("utf-8"), re.S
    )
    options = re.findall(r"^  (\w+):", checked[1], re.M)
    assert [*options, "shares"] == re.findall(r"^  (\w+)\?:", shown[1], re.M)
