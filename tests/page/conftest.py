"""The browser and the pages that the tests here look at."""

import pytest

from rnn_names import Model, train
from rnn_names.page.page import page as page_text
from rnn_names.page.script import PageModel
from support.browser import NOT_TESTED, Browser, missing
from support.documents import ROOT
from support.networks import QUICK

LOOKS = {"reduced_motion": "reduce"}  # names that appear gently are drawn a dozen times


@pytest.fixture(scope="session")
def one_browser():
    if missing():
        pytest.skip(f"{NOT_TESTED}: {missing()}")
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def one_page(one_browser):
    """The first page of each test that asks for no special one."""
    return one_browser.new_page(**LOOKS)


@pytest.fixture
def browser(one_browser, one_page):
    yield one_browser
    one_browser.close_pages(but=one_page)


@pytest.fixture(scope="session")
def page_file(tmp_path_factory):
    """Makes the page of some models, given as (name, model) or (name, model, share), once."""
    folder, made = tmp_path_factory.mktemp("pages"), {}

    def make(*parts):
        key = tuple((name, id(model), *share) for name, model, *share in parts)
        if key not in made:
            path = folder / f"{len(made)}.html"
            path.write_text(page_text([PageModel(*part) for part in parts]), "utf-8", newline="\n")
            made[key] = path, parts  # the models too: an id is only good while they live
        return made[key][0]

    return make


@pytest.fixture(scope="session")
def bundled():
    return {name: Model.load(name) for name in ("dinosaurs", "first-names", "surnames")}


@pytest.fixture(scope="session")
def dinosaurs(shared_by_processes):
    """A small model of the list of that name: the safe names of the bundled one take longer."""

    def train_it(folder):
        asked = {"init": "none", "hidden_size": 32, "batch_size": 64, **QUICK}
        train(ROOT / "data" / "dinosaurs.txt", **asked).save(folder / "model.npz")

    return Model.load(shared_by_processes("dinosaurs", train_it) / "model.npz")


@pytest.fixture
def open_page(browser, one_page, page_file, small_models, dinosaurs, bundled):
    """Opens the page of some models: names of those above, or as `page_file` takes them.

    At the end, no page may have said that something is wrong.
    """
    known, pages = {**small_models, **bundled, "dinosaurs": dinosaurs}, []

    def opened(*parts, address="#seed=1", **options):
        parts = [(part, known[part]) if isinstance(part, str) else part for part in parts]
        if not pages and not options.keys() - {"names", "width", "height"}:
            options["page"] = one_page
        pages.append(browser.open(page_file(*parts), address, **LOOKS, **options))
        return pages[-1]

    yield opened
    assert [problem for page in pages for problem in page.problems] == []


@pytest.fixture
def page(open_page):
    """A page of one model; at the end, it may have asked for nothing but itself."""
    opened = open_page("gru")
    yield opened
    assert opened.requests == [opened.url.partition("#")[0]], "nothing else is asked for"
