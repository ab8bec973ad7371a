"""The page learns from a list of one's own, in a worker, in a real browser."""

import base64
import re

import numpy as np
import pytest

from rnn_names import Model
from rnn_names.model.bundled import BASE_SOURCE
from rnn_names.page.page import page as page_of
from rnn_names.page.script import PageModel
from support.browser import names_of, reload, visit, wait_for_names
from support.documents import ROOT
from support.pages import wait_for_text

LINES = (ROOT / "data" / "elvish.txt").read_text("utf-8").splitlines()[:60]
NPZ = ROOT / "rnn_names" / "model" / "bundled_files" / "elvish.npz"
BROKEN = (
    "{ digest: '0', training: {}, vocabulary: 'a', hidden_size: 9, weights: { by: [], ba: [] } }"
)
HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def page(open_page):
    opened = open_page("gru")
    opened.get_by_role("tab", name="Your list").click()
    yield opened
    own = opened.url.partition("#")[0]
    assert [url for url in opened.requests if not url.startswith("blob:")] == [own]


def saved_as(page, button, path):
    """Saves what was learned by a button of "Your own list"; the name that the page gives it."""
    page.get_by_role("tab", name="Your list").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    download.value.save_as(path)
    return download.value.suggested_filename


QUICK = """([epochs, moment]) => {
  const [start, quick] = [startLearning, {
    "< 500 ? 128": "< 500 ? 16", "first + 3": epochs, ": 0.009": ": 0.03", "MOMENT = 500": moment,
  }];
  window.startLearning = (script, ...more) => {
    for (const [rule, other] of Object.entries(quick)) {
      if (!script.includes(rule)) throw new Error(`learning has no ${rule}`);
      script = script.replace(rule, other);
    }
    window.startLearning = start;
    return start(script, ...more);
  };
}"""
"""Lets the next run have a small network, end after a given epoch, and report at an interval."""


def learn(page, lines, title="elves", until_stopped=False):
    """Pastes a list, and learns it within a moment; or stops when there is something to keep."""
    page.get_by_role("textbox", name="Names").fill("\n".join(lines))
    page.get_by_label("Call it").fill(title)
    page.evaluate(QUICK, ["9999", "MOMENT = 9"] if until_stopped else ["15", "MOMENT = 9999"])
    page.get_by_role("button", name="Learn from these names").click()
    if until_stopped:
        wait_for_text(page, "#own-samples li:not(.waiting)")
        page.get_by_role("button", name="Stop, and keep what there is").click()
    wait_for_text(page, "#own-status", "is ready")


def learn_and_save(page, lines, title, folder):
    """The model file of a list that the page learns."""
    learn(page, lines, title=title)
    saved_as(page, "Save the model (.npz)", folder / f"{title}.npz")
    return folder / f"{title}.npz"


def forget(page):
    """Lets the browser forget what was learned, since the tests share it."""
    page.get_by_role("button", name="Forget it").click()
    wait_for_text(page, "#toast", "List forgotten")


def said(page):
    return page.locator("#own-status").inner_text()


@pytest.mark.slow
def test_a_learned_model_joins_the_page_and_can_be_saved(
    page, browser, page_file, small_models, tmp_path
):
    """As a model file, and with the page; whatever it is called, and what its names are."""
    learn(page, [*LINES, *LINES[:3]], title=HOSTILE, until_stopped=True)
    assert said(page) == (f"{HOSTILE} is ready: learned from 60 names. This browser keeps it.")
    pattern = "document.getElementById('pattern').value"
    assert page.evaluate(pattern).startswith(f"[Warden|Regent|Marshal] {{{HOSTILE}}} of"), (
        "casts have it, too"
    )
    about = f"{HOSTILE}A list of 60 names, learned in a browser."
    assert page.locator("#sources .learned").text_content() == about
    page.get_by_role("button", name="Show more names").click()
    wait_for_names(page)
    shares = page.evaluate("models.map(({ name, share }) => [name, share])")
    assert shares == [["gru", 0], [HOSTILE, 50]]
    drawn = names_of(page)  # as many as fit
    reload(page)
    wait_for_names(page, len(drawn))
    assert names_of(page) == drawn, "the browser kept it"
    page.requests[1:] = []  # of the reload
    assert {*"".join(names_of(page))} <= {*"".join(LINES)}
    assert re.search("&list=[0-9a-f]{16}$", page.url)
    file = "-script-img-src-x-onerror-alert-1-"
    assert saved_as(page, "Save the model (.npz)", tmp_path / "elves.npz") == f"{file}.npz"
    model = Model.load(tmp_path / "elves.npz")
    scores = page.evaluate("names => names.map((name) => rnnNames.score(name))", LINES[:9])
    np.testing.assert_allclose(scores, model.log_prob(LINES[:9]), atol=1e-3)
    assert model.knows(LINES).all()

    names = page.evaluate("rnnNames.sample(20, { seed: 5, shares: [1, 2] })")
    other = browser.open(page_file(("gru", small_models["gru"])))
    other.get_by_role("tab", name="Your list").click()
    other.locator("#own-file").set_input_files(tmp_path / "elves.npz")
    wait_for_text(other, "#own-status", "is ready: learned from 60 names")
    assert other.evaluate("rnnNames.sample(20, { seed: 5, shares: [1, 2] })") == names
    assert not other.problems and other.evaluate("models[1].digest") in page.url
    assert saved_as(page, "Save this page with it", tmp_path / "saved.html") == f"{file}.html"
    saved = browser.open(tmp_path / "saved.html")
    assert saved.evaluate("rnnNames.sample(20, { seed: 5, shares: [1, 2] })") == names
    assert saved.evaluate("models[1].name") == HOSTILE
    assert saved.evaluate("models.map(({ share }) => share)") == page.evaluate(
        "models.map(({ share }) => share)"
    ), "it opens as the page is"
    page.evaluate("names => showProgress({ share: 0.5, names }, { started: 0 })", [HOSTILE])
    assert page.locator("#own-samples li").all_text_contents() == [HOSTILE]
    assert page.locator("img").count() == saved.locator("img").count() == 0
    saved.get_by_role("tab", name="Your list").click()
    saved.locator("#own-names").fill("not learned")
    saved.locator("#own-file").set_input_files(tmp_path / "elves.npz")
    wait_for_text(saved, "#own-status", "is ready: learned from 60 names")
    assert saved.locator("#own-names").input_value() == "not learned", "the file is no list"
    saved.evaluate("document.querySelectorAll('#starts .chip')[1].click()")  # a knight
    forget(saved)
    assert HOSTILE in saved.evaluate("document.getElementById('pattern').value")
    assert not saved.locator("#pattern-error").text_content()
    assert saved.evaluate("models.map(({ name, share }) => [name, share])") == shares, "its own"
    assert saved.problems == []
    page.get_by_role("tab", name="Your list").click()
    assert not page.get_by_role("textbox", name="Names").is_visible(), "it is folded away"
    page.locator("summary", has_text="Change the list").click()
    assert page.get_by_role("textbox", name="Names").is_visible()
    page.get_by_role("button", name="Forget it").click()
    wait_for_text(page, "#toast", "List forgotten")
    assert page.get_by_role("textbox", name="Names").input_value() == ""
    page.get_by_role("button", name="Undo").click()
    wait_for_text(page, "#own-status", "is ready")
    reload(page)
    wait_for_names(page, len(drawn))
    assert page.evaluate("models.map(({ name, share }) => [name, share])") == shares
    page.get_by_role("tab", name="Your list").click()
    page.get_by_role("button", name="Forget it").click()
    wait_for_text(page, "#toast", "List forgotten")
    reload(page)
    wait_for_names(page, len(drawn))
    assert page.evaluate("models.map(({ name, share }) => [name, share])") == [["gru", 50]]
    page.requests[1:] = []


def test_a_page_for_lists_opens_at_the_field_for_a_list(browser, one_page, small_models, tmp_path):
    parts = [PageModel(*each) for each in small_models.items()]
    (tmp_path / "page.html").write_text(page_of(parts, for_lists=True), "utf-8", newline="\n")
    page = browser.open(tmp_path / "page.html", page=one_page, address="", names=None)
    assert page.get_by_role("textbox", name="Names").is_visible()
    assert not page.locator("#names").is_visible()
    assert page.title() == "Names like yours"
    assert page.locator("h1").inner_text() == "Names like yours"
    page.evaluate("location.hash = '#seed=1&held=3+abc'")  # a link is to names
    wait_for_names(page, 20)
    assert page.locator("h1").inner_text() == "Names like gru" and names_of(page)[3] == "abc"
    assert page.evaluate("rnnNames.sample(20, { seed: 1, shares: [1, 0] })")[0] in names_of(page)


@pytest.mark.slow
def test_a_page_with_the_base_starts_from_it_and_shows_it(browser, small_models, tmp_path):
    """And so does a page that is saved with what was learned."""
    text = page_of([PageModel("gru", small_models["gru"])], learn=True)
    (tmp_path / "page.html").write_text(text, "utf-8", newline="\n")
    page = browser.open(tmp_path / "page.html")
    page.evaluate("data.base.steps = 5")  # to be quick
    page.get_by_role("tab", name="Your list").click()
    page.get_by_role("button", name="Try 40 river names").click()
    wait_for_text(page, "#own-count", "40 names")
    learn(page, LINES, until_stopped=True)
    nearest = "Nearest lists: elvish names of .* and .*\\."
    assert re.match(f"elves is ready: learned from 60 names. {nearest}", said(page))
    saved_as(page, "Save the model (.npz)", tmp_path / "elves.npz")
    model = Model.load(tmp_path / "elves.npz")
    assert model.knows(LINES).all()
    assert [source.terms for source in model.sources] == [BASE_SOURCE.terms]
    saved_as(page, "Save this page with it", tmp_path / "saved.html")
    assert '"least_alike":' in (tmp_path / "saved.html").read_text("utf-8")
    assert page.problems == []


def test_a_link_of_another_list_warns_of_other_names(open_page):
    page = open_page("gru", address="#seed=1&list=0123456789abcdef")
    assert "here it brings other names" in page.locator("#status").inner_text()
    page.get_by_role("button", name="More names").click()
    page.wait_for_function("!document.getElementById('status').textContent.includes('other')")
    assert "list=" not in page.url


CONNECT = """() => new Promise((resolve) => {
  const script = `function learnOnMessage() {
    self.addEventListener("securitypolicyviolation", (event) => {
      postMessage(event.effectiveDirective);
    });
    fetch("https://example.org/").then(() => postMessage("connected"), () => 0);
  }`;
  startLearning(script, { name: "x", names: [], models: [] }, resolve);
})"""


def test_the_worker_cannot_connect_either(open_page):
    page = open_page("gru")
    assert page.evaluate(CONNECT) == "connect-src"
    page.problems.clear()  # it was said


DROP = """([name, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
  document.getElementById("own-list").dispatchEvent(
    new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def drop(page, name, content):
    page.evaluate(DROP, [name, base64.b64encode(content).decode()])


def test_tables_and_headings_are_recognised_and_names_counted(page):
    text = page.get_by_role("textbox", name="Names")
    text.fill("Rank,Name,Year\n" + "\n".join(f'{i},"{name}",1999' for i, name in enumerate(LINES)))
    assert page.locator("#own-count").inner_text() == "60 names"
    assert page.evaluate("listIn(document.getElementById('own-names').value)") == LINES
    text.fill("Names\n" + "\n".join(LINES[:9]))
    assert page.locator("#own-count").inner_text() == "9 of at least 20"


def test_the_saved_table_of_kept_names_is_read_back(page):
    text = page.get_by_role("textbox", name="Names")
    read = "listIn(document.getElementById('own-names').value)"
    for cells, expected in [
        ('"Aelin"\n"Orla ""the Red"""', ["Aelin", 'Orla "the Red"']),
        ('"Smith, John",12\n"Doe, Jane",9', ["Smith, John", "Doe, Jane"]),
        (",,Ann\n1,,Ben", ["Ann", "Ben"]),
        ('Rory "the Fox\nAnn', ['Rory "the Fox', "Ann"]),
    ]:
        text.fill(cells)
        assert page.evaluate(read) == expected


@pytest.mark.slow
def test_nothing_that_was_learned_here_is_a_start(page):
    """Regression: a list learned again started from its own model, so that links differed."""
    learn(page, LINES)
    page.evaluate("""() => {
        window.startLearning = (_, { models }) => {
            window.given = models.map(({ name }) => name);
            return { finished: Promise.resolve(), stop() {} };
        };
    }""")
    page.locator("#own-form > summary").click()
    page.get_by_role("button", name="Learn from these names").click()
    assert page.evaluate("window.given") == ["gru"]
    page.evaluate("forgetModel()")
    wait_for_text(page, "#toast", "List forgotten")


@pytest.mark.slow
def test_a_second_list_of_the_same_title_is_told_apart(page):
    """Casts find a model by its name, so both wrote the names of the first."""
    learn(page, LINES[:30], title="gru")
    assert said(page) == "gru 2 is ready: learned from 30 names. This browser keeps it."
    page.locator("#own-form > summary").click()
    learn(page, LINES[30:], title="gru")
    instead = "This browser keeps it, in place of the one before."
    assert said(page) == f"gru 3 is ready: learned from 30 names. {instead}"
    assert page.evaluate("models.map(({ name }) => name)") == ["gru", "gru 2", "gru 3"]
    forget(page)


@pytest.mark.slow
def test_a_list_that_the_browser_brings_late_is_there_in_the_end(page):
    """Regression: names of other models were shown, and a message that the list is missing."""
    learn(page, LINES)
    page.get_by_role("button", name="Show more names").click()
    wait_for_names(page)
    drawn = names_of(page)
    late = page.context.new_page()
    late.add_init_script(
        "const { open } = IDBFactory.prototype;"
        "IDBFactory.prototype.open = function (...given) {"
        "  const opening = {};"
        "  setTimeout(() => {"
        "    const really = open.apply(this, given);"
        "    really.onsuccess = () => { opening.result = really.result; opening.onsuccess(); };"
        "  }, 1500);"
        "  return opening; }"
    )
    visit(late, page.url, is_late=True)
    assert late.evaluate("document.body.inert"), "a press would begin without the list"
    wait_for_names(late, len(drawn))
    assert names_of(late) == drawn and late.locator("h1").inner_text() == "Names like elves"
    late.close()
    page.get_by_role("tab", name="Your list").click()
    forget(page)


@pytest.mark.slow
def test_back_and_links_bring_the_names_before_a_list_was_learned(page):
    """Regression: links without a list brought the list's names; learning replaced the last."""
    page.get_by_role("tab", name="Names").click()
    wait_for_names(page, 20)
    first, link = names_of(page), page.url.partition("#")[2]
    page.get_by_role("button", name="More names").click()
    wait_for_names(page, 20)
    second = names_of(page)
    page.get_by_role("tab", name="Your list").click()
    learn(page, LINES)
    page.get_by_role("tab", name="Names").click()
    wait_for_names(page, 20)
    learned = names_of(page)
    assert not {*learned} & {*first, *second}
    for names in (second, first):
        page.get_by_role("button", name="Back").click()
        page.wait_for_function(
            "first => document.querySelector('.name').innerText === first", arg=names[0]
        )
        wait_for_names(page, 20)
        assert names_of(page) == names
    page.evaluate("link => { location.hash = link; }", f"{link}&shares=3")
    wait_for_names(page, 20)
    assert names_of(page) == first
    assert page.locator("#status").evaluate("status => status.firstChild.data") == ""
    assert page.get_by_role("button", name="Forward").is_hidden(), (
        "a link that was opened is the last"
    )
    page.get_by_role("tab", name="Your list").click()
    forget(page)


@pytest.mark.slow
def test_each_list_learned_here_comes_back_by_its_links(page, tmp_path):
    """Regression: of two lists, the names of the first were lost: no model had a share."""
    files = []
    for title, lines in (("first", LINES[:30]), ("second", LINES[30:])):
        files.append(learn_and_save(page, lines, title, tmp_path))
        page.get_by_role("button", name="Show more names").click()
        wait_for_names(page)
        if title == "first":
            first, link = names_of(page), page.url.partition("#")[2]
            page.get_by_role("tab", name="Your list").click()
            page.locator("summary", has_text="Change the list").click()
    second = names_of(page)
    page.get_by_role("button", name="Back").click()
    wait_for_text(page, "h1", "Names like first")
    wait_for_names(page, len(first))
    assert names_of(page) == first
    page.get_by_role("button", name="Forward").click()
    wait_for_text(page, "h1", "Names like second")
    wait_for_names(page, len(second))
    assert names_of(page) == second
    latest = page.url.partition("#")[2]
    page.get_by_role("tab", name="Your list").click()
    page.locator("#own-file").set_input_files(files[0])  # the first one is the last learned now
    wait_for_text(page, "#own-status", "first is ready")
    for address, title in (
        (latest, "second"),
        (link, "first"),
        (f"{latest}&shares=0+1+0", "first"),
    ):
        page.evaluate("link => { location.hash = link; }", address)
        wait_for_text(page, "h1", f"Names like {title}")
    wait_for_names(page)
    page.get_by_role("tab", name="Your list").click()
    forget(page)


@pytest.mark.slow
def test_held_lines_and_released_names_do_not_mix_with_names_of_the_list(page, tmp_path):
    file = learn_and_save(page, LINES, "elves", tmp_path)
    forget(page)
    page.get_by_role("tab", name="Casts").click()
    wait_for_names(page)
    page.locator(".name").first.press("h")
    page.get_by_role("tab", name="Your list").click()
    page.locator("#own-file").set_input_files(file)
    wait_for_text(page, "#own-status", "is ready")
    page.wait_for_timeout(150)
    assert "held" not in page.url, "a line of a cast, and there is no cast"
    page.get_by_role("button", name="Show more names").click()
    wait_for_names(page)
    page.locator(".name").first.press("h")
    page.evaluate("more()")
    wait_for_names(page)
    page.locator(".name").first.press("h")  # released, it stays until others are drawn
    name = names_of(page)[0]
    page.get_by_role("tab", name="Your list").click()
    page.get_by_role("button", name="Show more names").click()
    wait_for_names(page)
    assert names_of(page)[0] != name and "stayed" not in page.url
    page.get_by_role("button", name="safe").click()
    page.evaluate("setCondition('prefix', 'Xq')")
    page.get_by_role("tab", name="Your list").click()
    page.get_by_role("button", name="Show more names").click()
    wait_for_text(page, "#status", "cannot be in a name")
    assert "boldness=safe" in page.url, "the condition is the reason"
    page.get_by_role("tab", name="Your list").click()
    forget(page)


@pytest.mark.slow
def test_links_of_a_saved_page_bring_the_list_that_wrote(page, browser, tmp_path):
    files = []
    for title, lines in (("first", LINES[:30]), ("second", LINES[30:])):
        files.append(learn_and_save(page, lines, title, tmp_path))
        page.locator("summary", has_text="Change the list").click()
    page.evaluate("chosen.shares = models.map(() => 30); changed()")
    saved_as(page, "Save this page with it", tmp_path / "saved.html")
    saved = browser.open(tmp_path / "saved.html", address="#seed=5", names=None)
    wait_for_text(saved, "h1", "Names like second")
    assert saved.title() == "Names like second", "not the blend that was chosen meanwhile"
    wait_for_names(saved, 20)
    first = names_of(saved)
    saved.get_by_role("tab", name="Your list").click()
    saved.locator("#own-file").set_input_files(files[0])
    wait_for_text(saved, "#own-status", "first is ready")
    saved.get_by_role("button", name="Show more names").click()
    wait_for_text(saved, "h1", "Names like first")
    link = saved.url
    saved.get_by_role("button", name="Back").click()
    wait_for_text(saved, "h1", "Names like second")
    wait_for_names(saved, 20)
    assert names_of(saved) == first
    other = browser.profile().new_page()
    visit(other, link)
    wait_for_text(other, "h1", "Names like first")
    forget(page)


@pytest.mark.slow
def test_learning_leaves_the_lines_that_are_shown_meanwhile(page):
    page.get_by_role("textbox", name="Names").fill("\n".join(LINES))
    page.get_by_role("button", name="Learn from these names").click()
    wait_for_text(page, "#own-samples li:not(.waiting)")
    page.get_by_role("tab", name="Casts").click()
    wait_for_names(page)
    lines, pattern = names_of(page), page.locator("#pattern").input_value()
    page.locator("#build > summary").click()
    page.get_by_label("Text of part 3").focus()
    page.evaluate("learning.stop()")
    wait_for_text(page, "#toast", "my list is ready")
    page.wait_for_timeout(150)
    assert names_of(page)[:4] == lines[:4]
    assert page.locator("#pattern").input_value() == pattern
    assert page.get_by_label("Text of part 3").evaluate("at => at === document.activeElement")
    page.locator("#toast").get_by_role("button", name="Show names").click()
    wait_for_text(page, "h1", "Names like my list")
    page.get_by_role("tab", name="Your list").click()
    forget(page)


NO_ANSWER = """
const { setTimeout } = window;
window.setTimeout = (call, ms, ...rest) => setTimeout(call, Math.min(ms, 200), ...rest);
IDBFactory.prototype.open = () => ({});
"""


@pytest.mark.slow
def test_a_list_is_learned_and_saved_where_the_store_does_not_answer(page, tmp_path):
    other = page.context.new_page()
    other.add_init_script(NO_ANSWER)
    visit(other, page.url)
    other.get_by_role("tab", name="Your list").click()
    learn(other, LINES)
    assert said(other) == "elves is ready: learned from 60 names."
    assert saved_as(other, "Save the model (.npz)", tmp_path / "elves.npz") == "elves.npz"
    forget(other)
    other.close()


@pytest.mark.slow
def test_forget_it_and_undo_leave_the_list_of_another_tab(page):
    learn(page, LINES[:30], title="first")
    other = page.context.new_page()
    visit(other, page.url)
    wait_for_names(other, 20)
    other.get_by_role("tab", name="Your list").click()
    page.evaluate("chosen.shares = [30, 70]; changed()")
    forget(page)
    other.locator("summary", has_text="Change the list").click()
    learn(other, LINES[30:], title="second")
    page.get_by_role("button", name="Undo").click()
    wait_for_text(page, "#own-status", "first is ready")
    assert page.evaluate("chosen.shares") == [30, 70]
    forget(page)
    reload(other)
    other.get_by_role("tab", name="Your list").click()
    wait_for_text(other, "#own-status", "second is ready")
    assert other.locator("#own-names").input_value().split("\n") == LINES[30:]
    forget(other)
    reload(other)
    other.locator("#tab-own-list").wait_for()
    assert other.evaluate("models.length") == 1
    page.requests[1:] = []
    other.close()


@pytest.mark.slow
def test_a_list_and_casts_stay_over_reloads_with_a_learned_model(page, tmp_path):
    """Regression: choosing the model's file lost the list, and the parts of a cast unfolded."""
    learn(page, LINES)
    saved_as(page, "Save the model (.npz)", tmp_path / "elves.npz")
    page.locator("#own-file").set_input_files(tmp_path / "elves.npz")
    wait_for_text(page, "#own-status", "is ready")
    page.get_by_role("tab", name="Casts").click()
    wait_for_names(page)
    lines = names_of(page)
    reload(page)
    wait_for_names(page, len(lines))
    assert names_of(page) == lines and not page.locator("#builder").is_visible()
    page.get_by_role("tab", name="Your list").click()
    assert page.locator("#own-names").input_value().split("\n") == LINES
    forget(page)
    page.locator("#own-names").fill("another list")
    page.get_by_role("button", name="Undo").click()
    wait_for_text(page, "#own-status", "is ready")
    assert page.locator("#own-names").input_value() == "another list"
    reload(page)
    page.get_by_role("tab", name="Your list").click()
    wait_for_text(page, "#own-status", "is ready")
    assert page.locator("#own-names").input_value().split("\n") == LINES
    forget(page)
    page.requests[1:] = []  # of the reloads


def test_a_list_that_was_not_learned_outlives_a_reload(page):
    for text, name in (("Ann\nBen", "Two"), ("", "")):
        page.get_by_role("tab", name="Your list").click()
        page.get_by_role("textbox", name="Names").fill(text)
        page.get_by_label("Call it").fill(name)
        reload(page)
        assert page.locator("#own-names").input_value() == text
        assert page.locator("#own-title").input_value() == name
    page.requests[1:] = []  # of the reloads


def test_an_empty_list_gets_a_message(page):
    for text in ("Ann\nBen\n", ""):
        page.get_by_role("textbox", name="Names").fill(text)
    page.set_viewport_size({"width": 360, "height": 400})
    page.evaluate("scrollTo(0, 9999)")
    page.get_by_role("button", name="Learn from these names").click()
    assert page.locator("#own-count").inner_text() == "Paste at least 20 names first."
    assert page.locator("#own-count").evaluate(
        "e => e.getBoundingClientRect().top >= 44"  # below the tabs
    )
    assert said(page) == "", "nothing moves the form down"


STOP_AT_ONCE = """async (learn) => {
    learn.click();
    const stop = document.querySelector("#own-stop");
    while (!stop.checkVisibility()) await new Promise(requestAnimationFrame);
    const seen = [stop.innerText, stop.getBoundingClientRect().top];
    stop.click();
    return seen;
}"""


def test_on_a_phone_learn_and_stop_are_visible_and_stop_names_its_effect(page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("textbox", name="Names").fill("\n".join(LINES))
    learns = page.get_by_role("button", name="Learn from these names")
    assert learns.bounding_box()["y"] > 670
    # In one go, since these are learned within seconds.
    text, top = learns.evaluate(STOP_AT_ONCE)
    assert text == "Stop" and top > 670
    assert said(page) == "Stopped before there was anything to keep."
    assert page.locator("#own-status").evaluate(
        "e => e.getBoundingClientRect().top >= 44 && e.getBoundingClientRect().bottom < 300"
    )


def test_the_time_left_only_falls_and_no_sample_name_stands_twice(page):
    said, shown = page.evaluate(
        """() => {
          const run = { started: performance.now() - 58_000, left: Infinity };
          const said = [0.5, 0.4, 0.8, 0.95, 0.99].map((share) => {
            showProgress({ share, names: share > 0.5 ? ["b"] : ["a", "b"] }, run);
            return document.getElementById("own-status").textContent;
          });
          return [said, document.getElementById("own-samples").innerText];
        }"""
    )
    assert said == [
        *["Learning… At most 60 seconds more."] * 2,
        "Learning… At most 15 seconds more.",
        *["Learning… A few seconds more."] * 2,
    ]
    assert shown.split() == ["b"]


@pytest.mark.slow
def test_the_names_shown_when_a_list_is_learned_are_the_first_of_the_view(page):
    page.evaluate("document.querySelector('#boldness button').click()")  # safe, as pages open
    learn(page, LINES)
    assert page.title() == "Names like elves"
    assert page.locator("#subtitle").inner_text() == (
        "Learned in a browser: nothing was sent anywhere."
    )
    shown = page.locator("#own-samples li").all_inner_texts()
    page.get_by_role("button", name="Show more names").click()
    wait_for_names(page)
    assert shown and names_of(page)[: len(shown)] == shown
    assert len({*shown}) == len(shown)
    page.get_by_role("tab", name="Your list").click()
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_text("Change the list").click()
    assert page.locator("#own-learn").is_visible()
    assert not page.locator("#own-show").is_visible(), "on a phone, it would cover the other button"
    forget(page)


def test_sample_names_during_learning_are_new(page, small_models):
    names = page.evaluate("namesToWatch(models[0], 1, 10000)")  # ms, on a busy machine
    assert names and not small_models["gru"].knows(names).any()


@pytest.mark.slow
def test_a_file_can_be_dropped_or_chosen(page, tmp_path):
    drop(page, "elves.txt", "\n".join(LINES).encode())
    wait_for_text(page, "#own-count", "60 names")
    assert page.get_by_label("Call it").input_value() == "elves"
    (tmp_path / "few.txt").write_text("\n".join(LINES[:55]), "utf-8")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(tmp_path / "few.txt")
    wait_for_text(page, "#own-count", "55 names")
    drop(page, "model.npz", NPZ.read_bytes())
    wait_for_text(page, "#own-count", "This file has no model that was saved here")
    page.get_by_role("textbox", name="Names").fill("")  # and nothing is said
    bytes_of = page.evaluate(f"Array.from(npzOf({BROKEN}, 'rnn-names 0'))")
    drop(page, "model.npz", bytes(bytes_of))
    wait_for_text(page, "#own-count", "This file has no model that was saved here")
    assert page.evaluate("models.length") == 1
    drop(page, "picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    wait_for_text(page, "#own-count", "This is not a list of names")


def test_a_link_opens_the_box_for_a_list(open_page):
    page = open_page("dinosaurs", address="#your-list", names=None)
    page.get_by_role("textbox", name="Names").wait_for()
    assert page.get_by_role("tab", name="Your list").get_attribute("aria-selected") == "true"
    page.get_by_role("tab", name="Names", exact=True).click()
    wait_for_names(page, 20)


def test_sample_names_leave_no_hole_in_the_last_row(open_page):
    page = open_page("gru", address="#your-list", names=None)
    shown = """(n) => {
      showSamples(Array.from({ length: n }, (_, i) => `Name ${i}`), `of-${n}`);
      return [...$("own-samples").children].filter((each) => each.checkVisibility()).length;
    }"""
    assert [page.evaluate(shown, n) for n in (3, 13, 15, 16)] == [3, 12, 12, 16], "four columns"


@pytest.mark.parametrize("width", [360, 1280])
def test_sample_names_have_one_size_and_stay_whole(width, page):
    """Regression: the last letters of the longest had a line of their own."""
    page.set_viewport_size({"width": width, "height": 740})
    page.get_by_role("tab", name="Your list").click()
    names = ["Ada", "Archaeonosaurus", "Avinatorandosauriformis", "Dagobert Cunigundula"]
    sizes, n_lines = page.evaluate(
        """(names) => {
          showState("learning");
          showSamples(names);
          const all = [...document.querySelectorAll("#own-samples bdi")];
          const n_lines = all.map((each) => {
            const range = document.createRange();
            range.selectNodeContents(each);
            return range.getClientRects().length;
          });
          return [all.map((each) => getComputedStyle(each).fontSize), n_lines];
        }""",
        names,
    )
    assert len({*sizes}) == 1 and float(sizes[0].removesuffix("px")) > 12
    assert n_lines[:3] == [1, 1, 1]
