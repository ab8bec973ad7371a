"""The page as people use it, in a real browser: controls, links, kept names, strangers' models."""

import re
import sys
from dataclasses import replace
from urllib.parse import quote, urlencode

import numpy as np
import pytest

from rnn_names.conditions.near_list import NearList
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.model.blend import scaled
from rnn_names.page.page import STARTS
from support.browser import names_of, wait_for_names
from support.documents import ROOT
from support.networks import random_model

sys.path.insert(0, str(ROOT / "docs" / "site"))

import framed


@pytest.fixture
def page(open_page):
    opened = open_page("gru")
    yield opened
    assert opened.requests == [opened.url.partition("#")[0]], "nothing else is asked for"


def set_to(page, label, value, count=20):
    """Sets a control as a person would, and waits for the names."""
    unfold(page)
    control = page.get_by_label(label, exact=True)
    if value is True:
        control.check()
    else:
        control.fill(str(value))
    wait_for_names(page, count)


def unfold(page):
    """Opens what is folded away."""
    opens = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
    page.evaluate(f"{opens}; openCard(''); openDrawer(null); showWhole(true)")


def press(page, button, count=20, exact=True):
    """Clicks a button, and waits for the names: as many, or whatever there are."""
    page.get_by_role("button", name=button, exact=exact).first.click()
    if count is None:
        wait_until_drawn(page)
    else:
        wait_for_names(page, count)


def wait_until_drawn(page):
    """Waits for the names that a change brings, which are drawn a moment after it."""
    page.wait_for_timeout(150)
    page.locator("#names[aria-busy=false]").wait_for()


def go_to(page, tab, count=20):
    """Shows another view, and waits for its names: as many, or whatever there are."""
    page.get_by_role("tab", name=tab).click()
    if count is None:
        wait_until_drawn(page)
    else:
        wait_for_names(page, count)


def follow(page, link, count=20):
    """Opens another link of the page, as somebody who puts it into the address bar."""
    page.evaluate("link => { location.hash = link; }", link)
    wait_for_names(page, count)


def said(page):
    """What the page says above the names, without what is for screen readers."""
    return page.locator("#status").evaluate("status => status.firstChild.data")


# --- Names ----------------------------------------------------------------------------------------


def test_the_button_and_enter_draw_names_and_back_restores_earlier_names(open_page):
    page = open_page("dinosaurs")
    first = names_of(page)
    assert len(first) == 20
    press(page, "More names")
    second = names_of(page)
    page.go_back()
    wait_for_names(page, 20)
    assert names_of(page) == first
    page.locator("body").press("Enter")
    wait_for_names(page, 20)
    third = names_of(page)
    unfold(page)
    page.get_by_label("Begins with", exact=True).press("Enter")
    wait_for_names(page, 20)
    assert len({*first, *second, *third, *names_of(page)}) > 50
    assert page.get_by_label("Ends with", exact=True).input_value() == ""


def test_count_and_boldness_are_set_and_reset(page):
    twenty, mean = names_of(page), {}
    set_to(page, "How many", 33, count=33)
    assert names_of(page)[:20] == twenty
    set_to(page, "How many", 20)
    assert names_of(page) == twenty
    for temperature in (0.5, 1, 1.7):
        set_to(page, "Temperature", temperature)
        log_probs = "names => names.map((name) => rnnNames.score(name))"
        mean[temperature] = np.mean(page.evaluate(log_probs, names_of(page)))
        assert page.locator("#temperature-value").inner_text() == f"{temperature:.2f}"
    assert mean[0.5] > mean[1] > mean[1.7], "cooler names are more probable"
    for word, number in (("safe", "1.15"), ("wild", "1.30"), ("balanced", "1.00")):
        # A network of three letters writes one name that is near no other one.
        press(page, word, count=1 if word == "safe" else 20)
        assert page.locator("#temperature-value").inner_text() == number
        assert page.locator("#boldness [aria-pressed=true]").inner_text() == word
    for temperature in ("3", "0.77"):  # beyond the slider, and between its steps
        follow(page, f"#seed=1&temperature={temperature}")
        assert float(page.locator("#temperature-value").inner_text()) == float(temperature)
        drawn = page.evaluate(f"rnnNames.sample(20, {{ seed: 1, temperature: {temperature} }})")
        assert names_of(page) == drawn
        assert page.url.endswith(f"#seed=1&temperature={temperature}")
    broken = "#seed=x&count=-4&temperature=-1&min-length=1e9&shares=a%20b&nonsense=%00<b>"
    follow(page, broken)
    assert page.get_by_label("How many").input_value() == "20"
    follow(page, "#seed=1")
    set_to(page, "Begins with", "ab")
    before = page.url
    page.get_by_role("button", name="Reset all").click()
    opening = r"#seed=1&count=\d\d&novel=yes&no-near-copies=yes&unique=yes&clean=yes"
    page.wait_for_url(re.compile(f"{opening}&boldness=safe$"))  # as many names as fit
    assert page.locator("#temperature-value").inner_text() == "1.15"
    page.get_by_role("button", name="Draw balanced ones").click()
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=20")
    assert re.search(f"{opening}$", page.url)
    assert not page.get_by_label("Begins with", exact=True).input_value()
    follow(page, before.partition("#")[2])
    page.locator("#fine summary").click()
    assert not page.locator("#temperature").is_visible()
    follow(page, "#seed=1&temperature=0.5")
    assert page.locator("#temperature").is_visible(), "what is not as the word says is in sight"


def test_controls_set_conditions(page, small_models):
    near = NearList(small_models["gru"])
    set_to(page, "How many", 8, count=8)
    set_to(page, "Longest length", 9, count=8)
    set_to(page, "Upper and lower case are equal", True, count=8)
    for label, value, holds in [
        ("Begins with", "ab, CA", lambda name: name.startswith(("ab", "ca"))),
        ("Ends with", "b,ca", lambda name: name.endswith(("b", "ca"))),
        ("Leave out", "BAB, aab", lambda name: "bab" not in name and "aab" not in name),
        ("Contains", "c", lambda name: "c" in name),
        ("Shortest length", 5, lambda name: len(name) >= 5),
        ("Pattern (regular expression)", ".*[ab]..", lambda name: name[-3] != "c"),
        ("No near copies", True, lambda name: not near.near(Names.from_strings([name]), 1)[0]),
        ("Longest length", 6, lambda name: len(name) <= 6),
    ]:
        assert not all(map(holds, names_of(page))), label
        set_to(page, label, value, count=8)
        assert all(map(holds, names_of(page))), label
    names, link = names_of(page), page.url
    page.reload()
    wait_for_names(page, 8)
    assert (page.url, names_of(page)) == (link, names)
    page.requests[1:] = []  # of the reload


def test_names_are_new_and_unique(page, small_models):
    """So a page opens; an old link says what it says."""
    knows = small_models["gru"].knows
    checks = ("Only new names", "No name twice", "No rude words")
    assert [page.get_by_label(each).is_checked() for each in checks] == [False] * 3
    assert knows(names_of(page)).any()
    set_to(page, "Only new names", True)
    assert not knows(names_of(page)).any()
    set_to(page, "Begins with", "c")
    assert len(set(names_of(page))) < 20
    set_to(page, "No name twice", True)
    assert len(set(names_of(page))) == 20
    follow(page, "#count=20")
    assert [page.get_by_label(each).is_checked() for each in checks] == [True] * 3
    follow(page, "#seed=1&unique=yes")
    assert [page.get_by_label(each).is_checked() for each in checks] == [False, True, False]


def test_a_page_opens_with_safe_names_or_a_message_that_they_are_too_few(open_page, bundled):
    page = open_page("gru", address="", names=None)
    page.locator("#status", has_text="these are balanced ones").wait_for()
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=19")
    assert page.locator("#boldness [aria-pressed=true]").inner_text() == "balanced"
    assert "boldness" not in page.url
    page = open_page("dinosaurs", address="#count=20")
    assert page.locator("#boldness [aria-pressed=true]").inner_text() == "safe"
    assert "boldness=safe" in page.url
    checks = {"novel": True, "min_edits": 2, "unique": True, "clean": True}
    seed = int(re.search(r"seed=(\d+)", page.url)[1])
    drawn = bundled["dinosaurs"].sample(20, seed=seed, boldness="safe", **checks)
    assert names_of(page) == drawn, "as in a shell"
    follow(page, "#seed=7")
    assert names_of(page) == page.evaluate("rnnNames.sample(20, { seed: 7 })"), "as ever"


def test_names_have_the_lengths_and_beginnings_of_the_list(open_page, small_models):
    few = small_models["gru"]
    training = {**few.training, "shortest": 3, "lower_case_beginnings": False}
    page = open_page(("capital", replace(few, vocabulary=Vocabulary("Bac"), training=training)))
    assert all(len(name) >= 3 and name.startswith("B") for name in names_of(page))
    set_to(page, "Begins with", "a")
    set_to(page, "Shortest length", 1)
    assert all(name.startswith("a") for name in names_of(page))
    assert {1, 2} & {len(name) for name in names_of(page)}


# --- Several models -------------------------------------------------------------------------------


def shares_of(page):
    return page.locator("#shares output").all_inner_texts()


def test_shares_of_many_models_always_add_up_to_100(open_page, small_models):
    names = "abcde"
    models = ((name, small_models["gru"]) for name in names)
    page = open_page(*models, address="#seed=1&count=1", names=1)
    bars = page.locator(".share:visible")
    assert bars.count() == 0 and not page.locator("#shares").is_visible(), "one writes alone"
    follow(page, "#seed=1&count=1&shares=1+1+1+0+1", count=1)
    assert bars.count() == 4 and page.get_by_text("Blend", exact=True).is_visible()
    moves = (("a", 0), ("b", 37), ("c", 100), ("c", 0), ("b", 1), ("e", 99), ("b", 33))
    for name, share in moves:
        set_to(page, name, share, count=1)
        shown = [0.0 if "under" in text else float(text.split()[0]) for text in shares_of(page)]
        assert shown[names.index(name)] == share
        assert sum(shown) == pytest.approx(100)
    before = shares_of(page)
    page.reload()
    wait_for_names(page, 1)
    assert shares_of(page) == before, "the link says them"


def test_with_three_models_the_page_opens_with_one_and_keeps_boldness(open_page, bundled):
    models = ((name, bundled["dinosaurs"]) for name in "abc")
    page = open_page(*models, address="#count=20")
    assert page.locator("h1").inner_text() == "Names like a"
    assert page.locator("#mix").get_attribute("title").startswith("Press several")
    pressed = page.locator("#kinds .kind[aria-pressed=true]")
    assert (pressed.all_text_contents(), shares_of(page)) == (["a"], ["100 %", "0 %", "0 %"])
    press(page, "b")
    assert (pressed.all_text_contents(), shares_of(page)) == (["b"], ["0 %", "100 %", "0 %"])
    page.get_by_role("button", name="Mix").click()
    press(page, "c")
    assert pressed.all_text_contents() == ["b", "c"]
    assert page.locator("h1").inner_text() == "Names like b and c"
    assert not page.locator("#toast").inner_text(), "two are pressed"
    press(page, "c")
    mix = page.get_by_role("button", name="Mix")
    assert mix.get_attribute("aria-pressed") == "false", "one is left"
    press(page, "Back")
    press(page, "Back")
    assert pressed.all_text_contents() == ["b"]
    press(page, "c")
    press(page, "b")
    press(page, "c")  # the last one stays
    assert (pressed.all_text_contents(), shares_of(page)) == (["c"], ["0 %", "0 %", "100 %"])
    assert "boldness=safe" in page.url, "as the page opens, whatever writes"
    press(page, "wild")
    press(page, "a")
    assert "boldness=wild" in page.url, "it stays as somebody chose it"


@pytest.mark.parametrize(
    "weights, shown", [((1, 1000), ["0.1 %", "99.9 %"]), ((1e308, 1e308), ["50 %", "50 %"])]
)
def test_a_page_opens_with_the_given_weights(weights, shown, open_page, small_models):
    models = small_models["gru"], small_models["rnn"]
    page = open_page(("a", models[0], weights[0]), ("b", models[1], weights[1]))
    assert shares_of(page) == shown
    assert page.url.endswith("#seed=1")
    assert page.evaluate("rnnNames.sample(20, { seed: 1 })") == names_of(page)
    shares = page.evaluate("blendOf(models, chosen.shares).blend.parts.map(({ share }) => share)")
    assert shares == pytest.approx(scaled(weights, 2), rel=1e-15)


def test_shares_in_a_link_are_ratios_and_0_omits_a_model(open_page):
    page = open_page("gru", "rnn", address="#seed=1&shares=3e307+1e307")
    assert not page.locator("#toast").inner_text(), "there are no kinds to mix"
    assert shares_of(page) == ["75 %", "25 %"]
    blended = names_of(page)
    assert blended == page.evaluate("rnnNames.sample(20, { seed: 1, shares: [3, 1] })")
    set_to(page, "Blend of gru and rnn", 50)
    assert page.url.endswith("#seed=1")
    assert shares_of(page) == ["50 %", "50 %"]
    for nonsense in ("1+2+3", "-1+2", "1e999+1"):
        follow(page, "#seed=1&shares=3+1")
        assert shares_of(page) == ["75 %", "25 %"]
        follow(page, f"#seed=1&shares={nonsense}")
        assert shares_of(page) == ["50 %", "50 %"], "as on opening"
        assert page.url.endswith("#seed=1")
    set_to(page, "Blend of gru and rnn", 0)
    assert shares_of(page) == ["100 %", "0 %"]
    assert names_of(page) == names_of(open_page("gru")) != blended


def test_titles_have_capitals_and_adjectives_precede_names(open_page, small_models):
    known = small_models.values()
    names = ["elvish", "scottish-towns", "taverns"]
    page = open_page(*zip(names, [*known, *known], strict=False))
    assert page.locator("h1").inner_text() == "Elvish names"
    page.get_by_role("button", name="Mix").click()
    press(page, "Scottish towns", count=None)
    assert page.locator("h1").inner_text() == "Names like Elvish and Scottish towns"


def test_models_without_a_common_letter_get_a_message(open_page, small_models):
    foreign = replace(small_models["gru"], vocabulary=Vocabulary("αβγ"))
    page = open_page("gru", ("greek", foreign), names=None)
    sentence = "gru has no letter in common with the others: set its share to 0, or theirs."
    page.locator("#names[aria-busy=false]").wait_for()
    assert said(page) == sentence
    set_to(page, "Blend of gru and Greek", 0)
    assert said(page) == ""


# --- What cannot be met ---------------------------------------------------------------------------


WHY_NOT = {
    "“abł” cannot be in a name: no name of the list has the character “ł”.": {"prefix": "abł"},
    "No name can have at least 9 and at most 3 characters.": {"min-length": 9, "max-length": 3},
    "No name with this beginning can meet the conditions.": {"prefix": "ab", "match": "c.*"},
    "No name can meet these conditions.": {"suffix": "cb", "match": ".*[ac]"},
    "“(” is no regular expression: missing ).": {"match": "("},
    "": {"prefix": "ab"},
}


def test_impossible_conditions_are_told_at_once_and_rare_ones_later(page):
    for sentence, settings in WHY_NOT.items():
        follow(page, f"#seed=1&{urlencode(settings)}", count=0 if sentence else 20)
        assert said(page) == sentence
    follow(page, "#seed=1&contains=cccc&suffix=bbb", count=0)
    assert said(page) == "No name can meet these conditions.", "they are not long enough"
    follow(page, f"#seed=1&{urlencode({'match': '(?=.*cccc).*bbb'})}", count=0)
    assert said(page) == "No name matches “(?=.*cccc).*bbb” here."


def test_without_names_the_earlier_ones_are_dimmed_and_conditions_can_be_dropped(open_page):
    page = open_page("gru", address="#seed=1&held=0+abc")
    before = names_of(page)
    follow(page, f"#seed=1&held=0+abc&{urlencode({'suffix': 'cb', 'match': '.*[ac]'})}", count=1)
    assert said(page) == "No name can meet these conditions."
    faint = page.locator(".name:disabled")
    assert faint.all_inner_texts() == before[1:]
    assert float(faint.first.evaluate("e => getComputedStyle(e).opacity")) < 0.5
    assert page.locator("#status button").count() == 0, "it does not know which to drop"
    press(page, "Drop Pattern .*[ac]")
    assert all(name.endswith("cb") for name in names_of(page)[1:])


def test_a_long_search_keeps_the_page_responsive_and_can_be_stopped(open_page):
    page = open_page("dinosaurs")
    unfold(page)
    page.get_by_label("Ends with", exact=True).fill("zzzz")
    page.locator("#progress").wait_for()
    page.evaluate("""() => new Promise((resolve) => {
      let turns = 0;
      const timer = setInterval(() => {
        if (++turns === 10) resolve(clearInterval(timer));
      }, 10);
    })""")
    assert page.locator("#progress:indeterminate").is_visible(), "it moves, nothing is found"
    press(page, "Stop", count=0)
    assert re.fullmatch(r"Stopped: 0 of 20 names found in [\d,]+ drawn\.", said(page))
    page.get_by_label("Ends with", exact=True).fill("zzzzz")
    page.locator("#search.busy").wait_for()
    assert not page.locator("#status").inner_text(), "it was of the search before"


def test_the_later_of_two_drawings_is_shown(open_page):
    """The first one is in the midst of its work when the second one begins."""
    page = open_page("dinosaurs")
    page.evaluate("""() => {
      const set = (count, suffix) => {
        document.getElementById("count").value = count;
        document.getElementById("suffix").value = suffix;
        draw();
      };
      set(200, "x");
      return new Promise((resolve) => setTimeout(resolve, 150)).then(() => set(20, "us"));
    }""")
    wait_for_names(page, 20)
    page.wait_for_timeout(300)
    assert all(name.endswith("us") for name in names_of(page))


# --- Casts ----------------------------------------------------------------------------------------


def pattern_of(page):
    return page.get_by_label("Pattern", exact=True).input_value()


def unfold_parts(page):
    """Shows the parts of a cast, and the field for its pattern."""
    page.locator("#build > summary").click()
    page.locator("#by-hand summary").click()


def test_a_cast_is_composed_from_menus(open_page):
    page = open_page("gru", "rnn")
    go_to(page, "Casts")
    assert pattern_of(page) == "[Lord|Lady] {gru} of {gru}"
    unfold_parts(page)
    page.get_by_label("Pattern", exact=True).fill("[Lord|Lady] {gru} of {rnn}")
    wait_for_names(page, 20)
    assert all(re.fullmatch("(Lord|Lady) [abc]+ of [abc]+", line) for line in names_of(page))
    page.get_by_label("Part 2", exact=True).select_option("rnn")
    page.get_by_label("Words of part 1, with commas between them").fill("Sir, Old, The")
    page.get_by_role("button", name="+ Text").click()
    page.keyboard.press("Tab")  # from its menu to its field
    page.keyboard.type(", [king]")
    page.get_by_role("button", name="+ Name").click()
    page.locator(".part").nth(5).hover()
    page.get_by_role("button", name="Move ahead part 6").click()
    press(page, "Remove part 3")
    assert pattern_of(page) == r"[Sir|Old|The] {rnn} {rnn} {gru} , \[king\]"
    assert {line.split()[0] for line in names_of(page)} == {"Sir", "Old", "The"}
    assert all(line.endswith(" , [king]") for line in names_of(page))
    page.get_by_label("Part 5", exact=True).select_option("Words")
    assert pattern_of(page) == "[Sir|Old|The] {rnn} {rnn} {gru} []"


@pytest.mark.parametrize(
    "kinds, pattern",
    [
        (["women", "men"], "[Lord {men}|Lady {women}] of {towns}"),
        (["elf-women"], "Lady {elf-women} of {towns}"),
    ],
)
def test_a_title_fits_the_name(open_page, small_models, kinds, pattern):
    page = open_page(
        *((kind, small_models["rnn"]) for kind in kinds), ("towns", small_models["gru"])
    )
    go_to(page, "Casts")
    assert pattern_of(page) == pattern


def test_a_cast_starts_from_a_template_and_back_restores_the_earlier_cast(open_page, small_models):
    towns = "towns", small_models["gru"]
    page = open_page("rnn", towns)
    go_to(page, "Casts")
    before = pattern_of(page)
    assert before == "[Lord|Lady] {rnn} of {towns}"
    assert page.locator(".chip[aria-pressed=true]:visible").inner_text() == "Noble"
    assert not page.locator("#parts").is_visible(), "lines come first"
    press(page, "Villager")
    assert pattern_of(page) == "{rnn} {towns}, {trades.txt}"
    assert page.locator(".name").first.bounding_box()["y"] < 500, "lines are in sight"
    page.locator(".name").first.focus()
    page.keyboard.press("h")
    held, link = names_of(page)[0], page.url
    press(page, "Tavern")
    assert all(re.match("The [A-Z]", line) for line in names_of(page)[1:])
    press(page, "Back")
    press(page, "Back")
    assert pattern_of(page) == before
    follow(page, f"#{link.partition('#')[2]}")
    assert names_of(page)[0] == held, "its words are in files"


def test_templates_of_casts_equal_bundled_casts_if_the_page_has_their_models(open_page, bundled):
    page = open_page(*((name, bundled["dinosaurs"]) for name in ("german-men", "german-women")))
    go_to(page, "Casts")
    press(page, "Villager")
    pattern = pattern_of(page)
    men, women = ("{german-men:boldness=balanced,", "{german-women:boldness=balanced,")
    assert pattern.startswith(f"{{given=[{men}") and women in pattern
    assert pattern.endswith("]} {german-men}, {trades.txt}"), "it has no towns"


@pytest.mark.parametrize("cast", STARTS)
def test_templates_of_casts_are_valid_patterns(cast, open_page):
    page = open_page("dinosaurs")
    go_to(page, "Casts")
    press(page, STARTS[cast])
    assert page.locator("#pattern-error").is_hidden()
    assert len({*names_of(page)}) == 20


def test_lines_fill_the_window_and_messages_of_other_views_disappear(open_page):
    page = open_page("dinosaurs", address="", names=None)
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=19")
    page.locator(".name").first.click()
    assert page.locator("#toast").inner_text()
    page.get_by_role("tab", name="Casts").click()
    assert not page.locator("#toast").inner_text()
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=4")
    below = page.locator("#sharing").bounding_box()
    assert 5 <= len(names_of(page)) < 20 and below["y"] + below["height"] < 800
    page.get_by_role("tab", name="Names").click()
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=19")


def test_lines_have_one_size_and_fill_the_window_folded_or_not(open_page):
    seed = "crypto.getRandomValues = (numbers) => numbers.fill(7)"  # lines have several heights
    for width, height in ((360, 740), (1100, 800), (1920, 1080)):
        window = {"width": width, "height": height}
        page = open_page("dinosaurs", address="", names=None, before=seed, **window)
        page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=15")
        bar = page.locator("#bar").bounding_box()
        page.get_by_role("tab", name="Casts").click()
        press(page, "NPC", count=None)
        sizes = set(page.locator(".name:visible").evaluate_all(SIZES))
        assert len(sizes) == 1 and min(sizes) >= 20, (width, sizes)
        folded, below = page.locator(".name:visible").count(), page.locator("#sharing")
        bottom = below.bounding_box()["y"] + below.bounding_box()["height"]
        assert folded >= 5 and (bottom <= height or folded == 5), width
        page.locator("#build > summary").click()
        wait_until_drawn(page)
        assert page.locator(".name:visible").count() <= folded
        assert page.locator("#bar").bounding_box() == bar, "it stays where it is"
        page.locator("#build > summary").click()
        wait_until_drawn(page)
        again, row = page.locator(".name:visible").count(), page.evaluate("columnsShown()")
        assert again in (folded, folded - row), "what fits is an estimate from lines that differ"


def test_a_reload_and_steps_back_bring_as_many_lines(open_page):
    """Their heights differ, and the row of a condition was not counted."""
    page = open_page("dinosaurs", address="", names=None, width=1280, height=800)
    page.get_by_role("tab", name="Casts").click()
    wait_until_drawn(page)
    unfold(page)
    page.get_by_label("Begins with", exact=True).fill("M")
    page.wait_for_selector("#chips .chip")
    wait_until_drawn(page)
    lines = names_of(page)
    page.reload()
    wait_for_names(page, len(lines))
    page.get_by_role("button", name="NPC").click()
    wait_until_drawn(page)
    assert names_of(page) != lines
    press(page, "Back", count=len(lines))
    assert names_of(page) == lines
    page.requests[1:] = []  # of the reload


def test_all_places_have_names_though_a_held_name_comes_again_and_again(open_page):
    """Where names may come twice, each copy of a held name left a place empty."""
    page = open_page("gru", address="#seed=1&count=20&max-length=1&held=2+b")
    assert names_of(page)[2] == "b" and names_of(page).count("b") > 2
    places = [i for i, name in enumerate(names_of(page)) if name == "b"][:2]
    held = "*".join(f"{place} b" for place in places)
    follow(page, f"#seed=1&count=20&max-length=1&{urlencode({'held': held})}")
    assert len(names_of(page)) == 20 and all(names_of(page)[place] == "b" for place in places)


def test_a_later_copy_of_a_name_can_be_held(open_page):
    """The first copy was left out: a link had other names in the places before."""
    page = open_page("gru", address="#seed=1&count=20&max-length=1")
    names = names_of(page)
    later = max(i for i in range(20) if names[i] in names[:i])
    page.locator("#names .name").nth(later).press("h")
    page.reload()
    wait_for_names(page, 20)
    assert names_of(page) == names


def test_a_released_name_stays_until_others_are_drawn(page):
    """Its link says that it is on the page, and not held."""
    third, lock = page.locator(".name").nth(3), page.locator(".hold").nth(3)
    third.press("h")
    held = names_of(page)[3]
    for change, sign in [("More names", "seed"), ("wild", "wild"), ("Ten more", "count=30")]:
        press(page, change, count=None)
        wait_until_drawn(page)
        shown = names_of(page)
        third.press("h")
        page.reload()
        wait_for_names(page, len(shown))
        assert names_of(page) == shown and shown[3] == held and sign in page.url
        assert lock.get_attribute("aria-pressed") == "false" and "stayed=3" in page.url
        third.press("h")
    assert "held=3" in page.url and "stayed" not in page.url
    third.press("h")
    press(page, "balanced", count=30)
    assert names_of(page)[3] != held and not re.search("held|stayed", page.url)
    page.requests[1:] = []  # of the reloads


def test_a_held_name_outlives_a_number_that_is_being_typed(page):
    """For 30, three names are drawn on the way; emptied, the field has 20."""
    page.locator(".name").nth(15).press("h")
    held = names_of(page)[15]
    for text, count in [("3", 3), ("30", 30)]:
        page.get_by_label("How many").fill(text)
        wait_for_names(page, count)
    assert names_of(page)[15] == held
    page.get_by_role("tab", name="Your list").click()
    page.get_by_role("tab", name="Names").click()
    wait_for_names(page, 30)
    assert names_of(page)[15] == held and "held=15" in page.url


def test_a_name_cannot_be_held_while_another_is_drawn_for_its_place(page):
    """It was overwritten, and came back later."""
    page.evaluate("placesFor(20)")  # as when others are drawn
    page.evaluate("document.querySelectorAll('.hold')[17].click()")
    page.evaluate("toggleHold(document.querySelectorAll('.name')[18])")
    assert page.evaluate("chosen.held.size") == 0 and "held" not in page.url


def test_a_second_step_back_waits_for_the_first(page):
    """It left the page."""
    first = names_of(page)
    press(page, "More names")
    page.evaluate("for (let i = 0; i < 3; i++) document.getElementById('back').click()")
    page.wait_for_url(re.compile("#seed=1$"))
    wait_for_names(page, 20)
    assert names_of(page) == first and page.get_by_role("button", name="Forward").is_enabled()


def test_names_that_wait_behind_a_missing_one_are_shown(page):
    """The message counted them, and no place had them."""
    found = page.evaluate(
        """async () => {
          const [search, shown] = [new Search(blendOf(models, [1]).blend,
            drawOptions(withTexts({}), blendOf(models, [1]).blend, models), []), []];
          search.waiting = [null, "ab", "ba"].map((name) => ({ name }));
          return [search.found(2, { found: (name) => shown.push(name) }), shown];
        }"""
    )
    assert found == [["ab", "ba"]] * 2


def test_a_page_without_its_font_or_with_a_damaged_store_opens(open_page):
    """It stayed empty, and nothing could be pressed."""
    broken = "FontFaceSet.prototype.load = () => Promise.reject(new Error('refused'));"
    page = open_page("gru", before=broken)
    assert len(names_of(page)) == 20 and not page.evaluate("document.body.inert")


def test_undo_takes_back_nothing_that_was_done_since(page):
    """It brought back the whole list as it was, without the notes and names since."""
    names = list(dict.fromkeys(names_of(page)))[:4]
    places = [
        page.locator("#names").get_by_role("button", name=name, exact=True).first for name in names
    ]
    for place in places[:3]:
        place.click()
    page.get_by_role("button", name=f"Remove {names[1]}").click()
    page.get_by_label(f"Note on {names[2]}").fill("a queen")
    page.evaluate("name => change((kept) => [...kept, [name, '']])", names[3])
    page.evaluate("keepThese([...favourites].reverse())")
    page.get_by_role("button", name="Undo").click()
    assert kept(page) == [names[3], names[1], names[2], names[0]]
    page.get_by_role("button", name=f"Remove {names[3]}").click()
    page.get_by_role("button", name=f"Remove {names[1]}").click()
    places[1].click()
    page.get_by_label(f"Note on {names[1]}").fill("a king")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+z")
    assert kept(page) == [names[2], names[0], names[1]], "what has a note stays"
    assert page.get_by_label(f"Note on {names[2]}").input_value() == "a queen"


def test_a_held_line_stays_when_the_parts_are_unfolded(open_page):
    page = open_page("dinosaurs", address="", names=None, width=1920, height=1080)
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=19")
    page.get_by_role("tab", name="Casts").click()
    wait_until_drawn(page)
    page.locator(".name:visible").last.press("h")
    held = names_of(page)
    page.locator("#build > summary").click()
    wait_until_drawn(page)
    assert names_of(page) == held


def test_a_wrong_pattern_shows_an_error_and_keeps_boldness(open_page):
    page = open_page("gru", address="#cast=%7B%7B%7B", names=0)
    assert "model belongs here" in page.locator("#pattern-error").inner_text()
    assert page.locator("#boldness [aria-pressed=true]").inner_text() == "safe"
    assert page.locator(".chip[aria-pressed=true]:visible").count() == 0
    page.get_by_label("Pattern", exact=True).fill("")
    page.locator("#pattern-error", has_text="at least one").wait_for()
    assert not page.locator("#pattern-error pre").is_visible(), "it has nothing to point at"


def test_a_typed_pattern_updates_its_parts(open_page):
    page = open_page("gru", "rnn", address="#seed=5&cast=%7Bgru%7D&initials=same")
    unfold_parts(page)
    pattern = page.get_by_label("Pattern", exact=True)
    pattern.fill("{gru=2+rnn:prefix=b}, {rnn} the [big, old|small]-one")
    wait_for_names(page, 20)
    parts = page.locator("#parts .part")
    assert parts.count() == 6
    assert parts.first.locator("select").evaluate("menu => menu.selectedOptions[0].text") == (
        "gru=2+rnn:prefix=b"
    )
    call = "text => rnnNames.cast(text, 20, { seed: 5, initials: 'same' })"
    assert names_of(page) == page.evaluate(call, pattern.input_value())
    page.get_by_role("button", name="Remove part 6").click()
    assert pattern_of(page) == "{gru=2+rnn:prefix=b}, {rnn} the [big, old|small]"
    pattern.fill("{gru} {elf}")
    wait_for_names(page, 0)
    assert page.locator("#pattern-error").inner_text().splitlines() == [
        "pattern: no model “elf” here; available: gru, rnn",
        "  {gru} {elf}",
        "         ^",
    ]


def test_a_link_contains_a_cast_and_its_lines_can_be_kept(open_page):
    page = open_page("gru")
    go_to(page, "Casts")
    unfold_parts(page)
    page.get_by_label("Pattern", exact=True).fill("{gru} & {gru:prefix=b}")
    page.get_by_label("First letters").select_option("the same in a line")
    wait_for_names(page, 20)
    press(page, "More lines")
    lines = names_of(page)
    assert all(re.fullmatch("b[abc]* & b[abc]*", line) for line in lines)
    page.locator(".name").first.click()
    assert kept(page) == lines[:1]
    page.reload()
    wait_for_names(page, 20)
    assert names_of(page) == lines
    assert page.get_by_role("tab", name="Casts").get_attribute("aria-selected") == "true"
    go_to(page, "Names")
    assert "cast" not in page.url
    assert not any("&" in name for name in names_of(page))


def test_a_change_of_one_part_leaves_a_bar_in_another(open_page):
    page = open_page("gru", address="#seed=1&cast=" + r"[a%5C|b|c] of {gru}")
    unfold_parts(page)
    page.get_by_label("Text of part 2").fill("and")
    wait_for_names(page, 20)
    assert pattern_of(page) == r"[a\|b|c] and {gru}"


def test_menus_have_models_with_special_characters_in_their_names(open_page, small_models):
    names = ["a{b}+c:d=2\\", "[x|y]", HOSTILE]
    page = open_page(*((name, small_models["gru"]) for name in names), address="#seed=1&cast=[a]")
    unfold_parts(page)
    for part, name in enumerate(names, 2):
        page.get_by_role("button", name="+ Name").click()
        page.get_by_label(f"Part {part}", exact=True).select_option(label=name)
    page.get_by_label("Words of part 1, with commas between them").press("Enter")
    wait_for_names(page, 20)
    assert all(re.fullmatch("a( [abc]+){3}", line) for line in names_of(page))
    assert page.locator("#pattern-error").is_hidden()
    assert page.locator("img").count() == 0


# --- Kept names -----------------------------------------------------------------------------------


def kept(page):
    return page.locator("#favourites bdi").all_inner_texts()


def test_kept_names_survive_a_reload_and_can_be_removed(page):
    names = list(dict.fromkeys(names_of(page)))[:2]
    for name in names:
        page.locator("#names").get_by_role("button", name=name, exact=True).first.click()
    assert kept(page) == names
    page.reload()
    wait_for_names(page, 20)
    assert kept(page) == names
    first, second = (
        page.locator("#names").get_by_role("button", name=name, exact=True).first for name in names
    )
    assert first.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name=f"Remove {names[0]}").click()
    assert kept(page) == names[1:]
    second.click()
    assert kept(page) == []
    page.get_by_role("button", name="Undo").click()
    assert kept(page) == names[1:]
    second.click()
    page.keyboard.press("Control+z")
    assert kept(page) == names[1:]
    page.requests[1:] = []  # of the reload


FOR_FILES = "It works for people who have this file."
SITE, SITE_ADDRESS = ("fae", "sea"), "https://names.test/names"


def test_kept_names_and_links_are_downloaded_and_copied(open_page):
    names = "JSON.stringify(['Łucja', '=1+1', 'a\"b, c'])"
    page = open_page(
        "gru",
        before=f"localStorage.setItem('rnn-names: gru', {names})",
        permissions=["clipboard-read", "clipboard-write"],
    )
    texts = {}
    for kind in (".txt", ".csv"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save {kind}").click()
        texts[download.value.suggested_filename] = download.value.path().read_bytes().decode()
    assert texts["names.txt"] == '\ufeffŁucja\r\n=1+1\r\na"b, c\r\n'
    assert texts["names.csv"] == '\ufeffname\r\n"Łucja"\r\n"\'=1+1"\r\n"a""b, c"\r\n'
    page.get_by_role("button", name="Remove all").click()
    assert kept(page) == []
    page.get_by_role("button", name="Undo").click()
    assert len(kept(page)) == 3
    page.get_by_role("button", name="Remove all").click()
    copied = "navigator.clipboard.readText()"
    page.locator(".name").first.click()
    page.get_by_role("button", name="Copy all", exact=True).click()
    assert page.evaluate(copied) == f"{names_of(page)[0]}\r\n"
    page.get_by_role("button", name="Copy a link").click()
    assert page.evaluate(copied) == page.url
    assert page.locator("#toast").inner_text() == f"Link copied. {FOR_FILES}"
    page.get_by_role("button", name="Copy these names").click()
    assert page.evaluate(copied).split() == names_of(page)


def test_a_long_press_on_a_line_and_its_message_copy_it(open_page):
    """It has no card; with fingers, a pale lock stands beside it, which holds it."""
    page = open_page(
        "gru",
        address="#seed=1&cast={gru}+of+{gru}",
        permissions=["clipboard-read", "clipboard-write"],
        has_touch=True,
        is_mobile=True,
        width=360,
        height=740,
    )
    line, other = page.locator(".name").first, page.locator(".name").nth(1)
    copied = "navigator.clipboard.readText()"
    line.click(delay=700)
    page.locator("#toast", has_text="Copied").wait_for()
    assert page.evaluate(copied) == line.text_content() and kept(page) == []
    other.click()
    page.locator("#toast").get_by_role("button", name="Copy").click()
    page.locator("#toast", has_text="Copied").wait_for()
    assert page.evaluate(copied) == other.text_content() == kept(page)[0]
    hold = page.locator(".hold").first
    assert hold.is_visible() and hold.bounding_box()["x"] + hold.bounding_box()["width"] <= 360
    hold.click()
    page.get_by_role("button", name="More lines").click()
    wait_until_drawn(page)
    assert line.text_content() in page.evaluate("[...chosen.held.values()]")


def test_messages_that_can_be_undone_stay_longer(open_page):
    page = open_page("gru")
    page.clock.install()
    page.locator(".name").first.click()
    assert page.get_by_role("button", name="Details").is_visible()
    page.mouse.move(1, 1)
    page.clock.fast_forward(4500)
    assert page.locator("#toast").inner_text() == ""
    page.locator(".name").first.click()
    page.mouse.move(1, 1)
    page.clock.fast_forward(5000)
    assert page.get_by_role("button", name="Undo").is_visible()
    page.clock.fast_forward(3000)
    assert page.locator("#toast").inner_text() == ""


def test_a_key_copies_a_name(open_page):
    page = open_page("gru", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    page.locator("#toast", has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == names_of(page)[0]
    assert kept(page) == []


def test_a_card_keeps_its_name_even_if_it_was_typed(open_page):
    page = open_page("dinosaurs")
    page.get_by_role("button", name="How likely is a name?").click()
    assert not page.locator("#details").is_visible(), "there is nothing to say yet"
    page.get_by_label("Type a name").fill("Triora")
    page.get_by_role("button", name="Keep", exact=True).click()
    assert kept(page) == ["Triora"] and not page.locator("#toast").inner_text()
    keep = page.get_by_role("button", name="Kept", exact=True)
    assert keep.get_attribute("aria-pressed") == "true"
    page.get_by_label("Type a name").fill("Trior")
    assert page.get_by_role("button", name="Keep", exact=True).is_visible()
    page.get_by_role("button", name="Close the card").click()
    page.locator(".name").first.click(delay=700)
    page.get_by_role("button", name="Keep", exact=True).click()
    assert page.locator(".name").first.get_attribute("aria-pressed") == "true"
    keep.click()
    assert kept(page) == ["Triora"]
    press(page, "Undo")
    assert keep.is_visible()


def test_a_kept_line_has_its_buttons_beside_it_and_its_note_below(open_page):
    line = "Dame Noemilianna the Unlucky of Shakaylavania, who bears a black rose on gold"
    page = open_page("gru", address=f"#seed=1&cast=[{line}]", width=360, height=740)
    page.locator(".name").first.click()
    said = page.locator("#toast").bounding_box()
    assert said["height"] < 50 and said["x"] >= 4 and said["x"] + said["width"] <= 356
    page.get_by_role("button", name="Kept 1").click()
    note, remove = (page.locator(f"#favourites {each}").last for each in (".note", ".remove"))
    of_note, of_remove = note.bounding_box(), remove.bounding_box()
    assert of_note["y"] > of_remove["y"] and of_note["width"] > 300
    assert of_remove["x"] + of_remove["width"] <= 360
    note.fill("in chapter 3")
    assert remove.bounding_box() == of_remove, "nothing jumps when a note is typed"


def test_all_pages_of_the_site_have_the_same_kept_names(browser, page_file, small_models):
    """And those that single pages stored before; what a page learned stays its own."""
    profile, texts = browser.profile(), {}
    for name in SITE:
        file = page_file((name, small_models["gru"]))
        texts[name] = framed.with_frame(file.read_text("utf-8"), "../kinds.html")
    name_in = re.compile(r"(\w+)\.html")
    profile.route(
        name_in, lambda route: route.fulfill(body=texts[name_in.search(route.request.url)[1]])
    )
    fae, sea = profile.new_page(), profile.new_page()
    fae.goto(f"{SITE_ADDRESS}/fae.html")
    fae.evaluate('localStorage.setItem(\'rnn-names: fae\', \'[["Aelin", "a queen"], "Orla"]\')')
    fae.evaluate("localStorage.removeItem('rnn-names')")
    sea.goto(f"{SITE_ADDRESS}/sea.html")
    sea.locator("#names[aria-busy=false]").wait_for()
    assert kept(sea) == ["Aelin", "Orla"]
    sea.get_by_role("button", name="Remove Orla").click()
    fae.locator("#kept-total", has_text="1").wait_for()
    fae.locator("#names[aria-busy=false] .name").first.click()
    sea.locator("#kept-total", has_text="2").wait_for()
    assert kept(sea) == kept(fae) == ["Aelin", names_of(fae)[0]]
    assert sea.get_by_label("Note on Aelin").input_value() == "a queen"
    assert [page.evaluate("PAGE") for page in (fae, sea)] == [f"rnn-names: {name}" for name in SITE]


def test_a_browser_without_storage_keeps_names_until_the_page_closes(open_page):
    denied = """Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("denied", "SecurityError"); }
    });"""
    page = open_page("gru", before=denied)
    page.locator(".name").first.click()
    assert kept(page) == names_of(page)[:1]
    assert "forgets" in page.locator("#kept-hint").inner_text()


# --- How likely is a name? ------------------------------------------------------------------------


def test_a_typed_name_is_explained_letter_by_letter(open_page):
    page = open_page("dinosaurs")
    unfold(page)
    page.get_by_label("Type a name").fill("Trio")
    letters = page.locator("#letters button")
    assert [text.split()[0] for text in letters.all_inner_texts()] == ["T", "r", "i", "o", "end"]
    assert re.fullmatch(
        r"Of \d+ \w+ names, one is Trio\. Not in the list\.", page.locator("#verdict").inner_text()
    )
    letters.nth(3).focus()
    assert page.locator("#expected-title").inner_text() == "Expected after Tri"
    assert page.locator("#expected li").count() == 5
    shares = [float(text.split()[1]) for text in page.locator("#expected li").all_inner_texts()]
    assert shares == sorted(shares, reverse=True)
    assert page.locator("#expected .here bdi").all_inner_texts() in ([], ["o"])
    letters.nth(0).hover()
    assert page.locator("#expected-title").inner_text() == "Expected at the beginning"
    page.get_by_label("Type a name").fill("Tri7x")
    assert letters.nth(3).inner_text().split() == ["7", "unknown"]
    assert "has the character “7”" in page.locator("#verdict").inner_text()


# --- Looks ----------------------------------------------------------------------------------------


WATCH_SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize("width", [320, 1600])
def test_nothing_overflows_and_nothing_moves(width, open_page, small_models):
    other = ("first-names", small_models["gru"], 0.1)
    page = open_page("dinosaurs", other, width=width, height=3600)
    page.evaluate(WATCH_SHIFTS)
    press(page, "More names")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("shifts") == []
    follow(page, "#seed=1&cast=%7Bdinosaurs%7D+[a|b]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_partly_loaded_page_is_hidden_and_print_has_only_names(page, page_file, small_models):
    is_drawn = "getComputedStyle(document.body).visibility"
    assert page.evaluate(is_drawn) == "visible"
    whole = page_file(("gru", small_models["gru"])).read_text("utf-8")
    half = page.context.new_page()
    half.set_content(whole.partition('<div id="details"')[0], wait_until="commit")
    assert half.evaluate(is_drawn) == "hidden"
    page.emulate_media(media="print", color_scheme="dark")
    white = "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == white
    assert page.locator("button:visible:not(.name), input:visible").count() == 0
    assert page.locator(".name:visible").count() == 20
    left = "e => e.getBoundingClientRect().left"
    heading, name = (page.locator(each).first.evaluate(left) for each in ("h1", ".name bdi"))
    assert heading == name


CONTRASTS = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const seen = new Map();
  const channels = (css) => {
    if (!seen.has(css)) seen.set(css, painted(css));
    return seen.get(css);
  };
  const painted = (css) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = css;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, alpha / 255];
  };
  const luminance = (rgb) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    const colour = channels(getComputedStyle(node).backgroundColor);
    if ((colour[3] ?? 1) === 1) return colour;
    return node.parentElement ? ground(node.parentElement) : [255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    const text = walk.currentNode.data.trim();
    if (!text || !node.checkVisibility({ visibilityProperty: true })) continue;
    const colours = [channels(getComputedStyle(node).color), ground(node)];
    const [a, b] = colours.map((colour) => luminance(colour.slice(0, 3))).sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), text]);
  }
  return found;
}"""


def test_all_text_has_enough_contrast(open_page, small_models):
    cast = "&cast=[a|b]+{dinosaurs}+of+{first-names}"
    other = ("first-names", small_models["gru"], 0.1)
    page = open_page("dinosaurs", other, address=f"#seed=3&contains=a{cast}")
    page.locator(".name").first.click()
    unfold(page)
    page.get_by_label("Type a name").fill("Xzqrios")  # letters of every colour
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for hue in range(0, 360, 60):
            page.evaluate(f"document.documentElement.style.setProperty('--hue', {hue})")
            contrasts = page.evaluate(CONTRASTS)
            assert len(contrasts) > 60
            assert [found for found in contrasts if found[0] < 4.5] == [], (scheme, hue)
    surprising = page.locator("#scale .p4").evaluate(
        "each => getComputedStyle(each).backgroundColor"
    )
    assert float(re.match(r"oklab\(([\d.]+)", surprising)[1]) > 0.7, "it stands out in the dark"


def test_the_tab_key_reaches_every_control(open_page):
    page = open_page("gru", address="#seed=1&count=3", names=3, height=1024)
    page.locator(".name").first.click()
    page.evaluate("openCard('')")
    page.get_by_label("Type a name").fill("abca")
    wanted = page.evaluate("""() => {
      window.reached = new Set();
      document.addEventListener("focusin", ({ target }) => reached.add(target));
      const all = "button:enabled:not([tabindex]), input, summary";
      window.controls = Array.from(document.querySelectorAll(all))
        .filter(e => e.checkVisibility({ visibilityProperty: true }));
      return controls.length;
    }""")
    for _ in range(wanted + 6):  # what scrolls takes the focus, too
        page.keyboard.press("Tab")
    missed = "controls.filter(e => !reached.has(e)).map(e => e.outerHTML)"
    assert wanted > 30 and page.evaluate(missed) == []


@pytest.mark.parametrize(
    ("characters", "direction"), [("אבגדהוז", "rtl"), ("一丁七万丈三上", "ltr")]
)
def test_other_scripts_have_their_own_direction(characters, direction, open_page, small_models):
    letters = Vocabulary("".join(sorted(characters[:3])))
    page = open_page(("foreign", replace(small_models["gru"], vocabulary=letters)))
    name = page.locator(".name bdi").first
    assert set(name.inner_text()) <= set(characters)
    assert name.evaluate("e => getComputedStyle(e).direction") == direction
    unfold(page)
    page.get_by_label("Type a name").fill(characters[:3])
    boxes = [page.locator("#letters button").nth(i).bounding_box()["x"] for i in (0, 1)]
    assert (boxes[0] > boxes[1]) == (direction == "rtl")


# --- Strangers ------------------------------------------------------------------------------------

HOSTILE = "</script><img src=x onerror=alert(1)>'\"&"


def test_a_hostile_model_stays_text(open_page):
    characters = "\"&'<>\u2028"
    training = {"distinct_names": HOSTILE, "held_out_loss": {"<b>": HOSTILE}}
    hostile = random_model(characters, **training)
    page = open_page((HOSTILE, hostile), address="#seed=1&prefix=<")
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    assert {*"".join(page.evaluate("rnnNames.sample(90)"))} == {*characters}
    assert page.locator("h1").inner_text() == f"Names like {HOSTILE}"
    assert page.locator("img, b, script:not([type])").count() == 3
    page.locator(".name").first.click()
    unfold(page)
    page.get_by_label("Type a name").fill("<img src=x onerror=alert(1)>")
    assert page.locator("img").count() == 0


def test_the_policy_forbids_every_connection(open_page):
    page = open_page("gru")
    tries = """async () => {
      const blocked = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        blocked.push(event.effectiveDirective);
      });
      await fetch("https://example.org/").catch(() => 0);
      try { new WebSocket("wss://example.org/"); } catch { /* said by the event */ }
      navigator.sendBeacon("https://example.org/");
      document.body.append(Object.assign(new Image(), { src: "https://example.org/x.png" }));
      document.body.append(document.createElement("iframe"));
      document.querySelector("iframe").src = "https://example.org/";
      await new Promise((resolve) => setTimeout(resolve, 200));
      return blocked;
    }"""
    assert {*page.evaluate(tries)} >= {"connect-src", "img-src", "frame-src"}
    assert page.answered == [page.url.partition("#")[0]]
    page.problems.clear()  # each was said


def test_a_model_without_fingerprints_has_no_option_for_new_names(open_page, small_models):
    page = open_page(("bare", replace(small_models["gru"], fingerprints=None)))
    assert page.get_by_label("Only new names").is_disabled()
    assert "cannot tell" in page.locator("#novel-hint").inner_text()


# --- Names first ----------------------------------------------------------------------------------

IN_SIGHT = """() => {
  const bar = document.getElementById("bar");
  const isFixed = getComputedStyle(bar).position === "fixed";
  const bottom = (isFixed && bar.getBoundingClientRect().top) || innerHeight;
  const inSight = (node) => {
    const box = node.getBoundingClientRect();
    return node.checkVisibility() && box.height > 0 && box.top >= 0 && box.bottom <= bottom;
  };
  const ids = ["boldness", "shares", "novel", "unique", "favourites"];
  return [
    Array.from(document.querySelectorAll(".name")).filter(inSight).length,
    ids.filter((id) => !inSight(document.getElementById(id))),
  ];
}"""


SIZES = "all => all.map((e) => parseFloat(getComputedStyle(e).fontSize))"


def test_the_first_screen_shows_names_and_controls_and_on_a_phone_names(open_page, small_models):
    four = ((name, small_models["gru"], 0.01) for name in ("first-names", "surnames", "gru", "rnn"))
    page = open_page("dinosaurs", *four, width=360, height=740)
    assert page.evaluate(IN_SIGHT)[0] >= 8
    page.set_viewport_size({"width": 768, "height": 1024})
    assert page.evaluate(IN_SIGHT)[0] >= 20
    assert page.locator("#bar").get_by_role("button", name="Kept").is_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator(".name").nth(5).click()
    unfold(page)
    page.get_by_label("Type a name").fill("Trio")
    kept, card = (page.locator(each).bounding_box() for each in ("#kept", "#likely"))
    assert card["y"] == pytest.approx(kept["y"] + kept["height"] + 16), "right below what is kept"
    for i in range(6, 20):
        page.locator(".name").nth(i).click()
    for width, height in ((1366, 768), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        card = page.locator("#likely").bounding_box()
        assert card["y"] + card["height"] <= height
        assert page.locator("#likely").evaluate("e => e.scrollHeight === e.clientHeight")
        assert page.locator("#kept-total").inner_text() == "15"
        assert not page.locator("#favourites").is_visible(), "it is folded to its heading"
        page.locator("#whole").click()
        assert page.locator("#favourites").is_visible(), "there is room for both"
        page.locator("#whole").click()
    page.set_viewport_size({"width": 1280, "height": 1024})
    kept, card = (page.locator(each).bounding_box() for each in ("#kept", "#likely"))
    assert kept["height"] >= 240 and kept["y"] + kept["height"] <= card["y"]
    page.evaluate("closeCard()")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    assert page.evaluate(IN_SIGHT) == [20, []]
    page.set_viewport_size({"width": 1920, "height": 1080})
    assert page.evaluate(IN_SIGHT) == [20, []]
    page = open_page("dinosaurs", address="", names=None, width=1920, height=1080)
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=20")
    last = page.locator(".name").last.bounding_box()
    assert 0.8 * 1080 < last["y"] + last["height"] < 1080, "as many names as fit"
    for size in ((360, 780), (390, 844)):
        page = open_page("dinosaurs", address="", names=None, width=size[0], height=size[1])
        page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=19")
        below, bar = (page.locator(each).bounding_box() for each in ("#ten-more", "#bar"))
        room = bar["y"] - below["y"] - below["height"]
        assert 48 <= room < 96, f"a message has room below the buttons: {size}"
        sizes = page.locator(".name").evaluate_all(SIZES)
        assert min(sizes) >= 0.7 * max(sizes) and sizes.count(max(sizes)) >= 0.8 * len(sizes)


def test_on_a_phone_controls_and_kept_names_are_drawers(open_page):
    page = open_page("gru", "rnn", width=360, height=740)
    assert not page.get_by_role("button", name="balanced").is_visible()
    settings = page.get_by_role("button", name="Settings")
    settings.click()
    assert page.get_by_role("button", name="balanced").is_visible()
    blend, boldness = (page.locator(each).bounding_box()["y"] for each in ("#shares", "#boldness"))
    assert blend < boldness, "two models are there to be mixed"
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="balanced").is_visible()
    assert settings.evaluate("button => button === document.activeElement")
    page.locator(".name").last.click()
    assert not page.get_by_label("Type a name").is_visible()
    page.get_by_role("button", name="Details").click()
    card, last = (page.locator(each).bounding_box() for each in ("#likely", ".name >> nth=-1"))
    assert last["y"] > 0 and last["y"] + last["height"] <= card["y"], "the name is in sight"
    page.get_by_role("button", name="Close the card").click()
    page.locator(".name").nth(2).click(delay=700)  # a long press
    assert page.get_by_label("Type a name").input_value() == names_of(page)[2]
    page.get_by_role("button", name="Close the card").click()
    low = page.locator(".name").nth(15)
    low.click(delay=700)  # the card moves others below the finger: none of these is kept
    assert page.get_by_label("Type a name").input_value() == names_of(page)[15]
    page.get_by_role("button", name="Close the card").click()
    page.locator(".name").first.click()
    page.locator(".name").first.click()
    assert page.locator("#toast").inner_text()
    page.locator("#bar").get_by_role("button", name="Kept 1").click()
    assert not page.locator("#toast").inner_text(), "nothing lies on the drawer"
    assert kept(page) == names_of(page)[-1:]
    page.keyboard.press("Escape")
    press(page, "Ten more", count=30)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    below, bar = (page.locator(each).bounding_box() for each in ("#sharing", "#bar"))
    assert below["y"] + below["height"] <= bar["y"], "nothing ends under the bar"
    assert page.locator("#views").bounding_box()["y"] == 0, "tabs stay in reach"


@pytest.mark.parametrize("width, height, fewest", [(740, 360, 20), (640, 400, 20)])
def test_in_landscape_names_fill_the_height_and_make_room_for_a_drawer(
    width, height, fewest, open_page
):
    page = open_page("dinosaurs", address="#seed=1&count=40", names=40, width=width, height=height)
    assert page.evaluate(IN_SIGHT)[0] >= fewest
    assert page.locator("#names").bounding_box()["y"] <= 60
    tabs, bar = (page.locator(each).bounding_box() for each in ("#tab-own-list", "#bar"))
    assert tabs["x"] + tabs["width"] <= bar["x"]
    shown = page.locator(".name").nth(3)
    shown.click(delay=700)
    for drawer in ("likely", "settings", "kept"):
        page.evaluate(f"openDrawer('{drawer}')")
        assert page.evaluate(SMALL) == [], drawer
        beside, name = page.locator(f"#{drawer}").bounding_box(), shown.bounding_box()
        assert beside["y"] >= bar["height"] - 1 and beside["height"] >= height - 60
        assert name["y"] >= bar["height"] and name["x"] + name["width"] <= beside["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_cast_is_composed_on_a_phone(open_page):
    page = open_page("gru", "dinosaurs", width=360, height=740)
    follow(page, "#seed=1&cast=[Lord|Lady] {dinosaurs} of {gru}")
    page.get_by_role("tab", name="Names").click()
    page.reload()
    go_to(page, "Casts")
    assert page.evaluate(IN_SIGHT)[0] >= 9
    page.locator("#build > summary").click()
    page.get_by_role("button", name="+ Words").click()
    page.locator("#by-hand summary").click()
    assert page.evaluate(SMALL) == []
    assert page.evaluate(
        "Array.from(document.querySelectorAll('.part')).every((e) => e.offsetLeft === 16 "
        "&& e.offsetWidth === 328 && e.scrollWidth <= 328)"
    )
    assert page.get_by_label("Pattern", exact=True).bounding_box()["width"] > 300
    page.get_by_label("Pattern", exact=True).fill("{gru")
    page.locator("#by-hand summary").click()
    follow(page, "#seed=1&cast={elf}", count=0)
    assert page.get_by_label("Pattern", exact=True).is_visible(), "it is wrong"


def test_in_a_medium_window_kept_names_and_the_card_are_drawers(open_page):
    page = open_page("gru", width=1100, height=800)
    assert page.get_by_role("button", name="balanced").is_visible()
    assert not page.locator("#kept").is_visible()
    page.get_by_role("button", name="Kept").click()
    page.get_by_role("button", name="Close the kept names").click()
    name = page.locator(".name").nth(3)
    name.click(delay=700)
    card, box = page.locator("#likely").bounding_box(), name.bounding_box()
    assert card["x"] + card["width"] == 1100 and box["x"] + box["width"] <= card["x"]
    page.set_viewport_size({"width": 1000, "height": 800})
    card, back = (page.locator(each).bounding_box() for each in ("#likely", "#back"))
    assert back["x"] + back["width"] <= card["x"]
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 980, "height": 800})
    assert not page.get_by_role("button", name="balanced").is_visible()
    page.get_by_role("button", name="Settings").click()
    assert page.get_by_role("button", name="balanced").is_visible()


def test_a_long_name_of_several_words_has_two_lines_in_a_row_of_equal_height(open_page):
    page = open_page("gru", width=360, height=740)
    long = "Llanfair-Pwllgwyn Gogerychwyrn"
    page.evaluate(f"showName(document.querySelector('.name'), '{long}')")
    size = page.locator(".name").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    heights = page.locator("#names li").evaluate_all("all => all.map((e) => e.offsetHeight)")
    assert size > 15 and {*heights} == {44}


def test_a_pressed_kind_is_legible_under_the_pointer(open_page):
    page = open_page("gru", "rnn", "dinosaurs")
    colours = "each => { const s = getComputedStyle(each); return [s.color, s.backgroundColor]; }"
    pressed = page.locator(".kind[aria-pressed=true]").first
    apart = pressed.evaluate(colours)
    pressed.hover()
    assert pressed.evaluate(colours) == apart and apart[0] != apart[1]
    page.set_viewport_size({"width": 200, "height": 700})
    follow(page, "#seed=1&shares=0+0+1")
    box = pressed.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 200, "it is in sight"


SMALL = """() => Array.from(document.querySelectorAll("button, input, select, summary, [role=tab]"))
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .map((each) => [each.closest(".check") ?? each, each])
  .filter(([each]) => {
    const box = each.getBoundingClientRect();
    return box.width && (box.height < 43.9 || (box.width < 24 && each.id !== "typed"));
  })
  .map(([, each]) => each.outerHTML)"""


def test_on_a_phone_every_target_is_large_and_a_swipe_opens_a_drawer(open_page):
    page = open_page(
        "gru", "rnn", address="#seed=1&prefix=a", width=360, height=740, has_touch=True
    )
    unfold(page)
    page.locator(".name").first.click()
    assert page.evaluate(SMALL) == []
    for drawer in ("settings", "kept"):
        page.evaluate(f"openDrawer('{drawer}')")
        assert page.evaluate(SMALL) == [], drawer
    page.evaluate("openDrawer(null)")
    swipe = """([from, to]) => {
      const name = document.querySelector(".name");
      for (const [type, x] of [["touchstart", from], ["touchend", to]]) {
        const touch = new Touch({ identifier: 1, target: name, clientX: x, clientY: 200 });
        const touches = type === "touchend" ? [] : [touch];
        const how = { touches, changedTouches: [touch], bubbles: true };
        name.dispatchEvent(new TouchEvent(type, how));
      }
    }"""
    page.evaluate(swipe, [200, 80])
    assert page.locator("#kept").is_visible()
    page.evaluate(swipe, [80, 200])
    assert not page.locator("#kept, #settings").filter(visible=True).count(), "it is closed first"
    page.evaluate(swipe, [80, 200])
    assert page.locator("#settings").is_visible()


# --- Keys, holding, and the way back --------------------------------------------------------------


def test_a_held_name_stays_and_keys_draw_move_keep_and_return(open_page):
    page = open_page("dinosaurs")
    first = names_of(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("h")
    page.keyboard.press("Enter")
    assert kept(page) == first[1:2]
    page.keyboard.press(" ")
    wait_for_names(page, 20)
    second = names_of(page)
    assert [i for i in range(20) if first[i] == second[i]] == [1]
    assert f"held=1+{first[1]}" in page.url
    page.reload()
    wait_for_names(page, 20)
    assert names_of(page) == second, "a link holds what is on the page"
    page.keyboard.press("Backspace")
    page.wait_for_url(re.compile("#seed=1&"))
    wait_for_names(page, 20)
    assert names_of(page) == first
    page.keyboard.press("?")
    assert page.get_by_role("heading", name="Keys").is_visible()
    page.keyboard.press("?")
    assert not page.get_by_role("heading", name="Keys").is_visible()
    page.locator(".name").nth(4).click()
    page.keyboard.press("Enter")  # after a press by the mouse, it draws
    wait_for_names(page, 20)
    assert kept(page) == [first[1], first[4]]
    assert names_of(page)[1] == first[1] and names_of(page)[4] != first[4]


def test_keys_act_on_names_after_a_mouse_click(open_page, bundled):
    page = open_page(*((name, bundled["dinosaurs"]) for name in ("norse", "fae", "sea")))
    for press_first in ("wild", "sea"):
        press(page, press_first, count=None)
        before = names_of(page)
        page.keyboard.press(" ")
        wait_until_drawn(page)
        assert names_of(page) != before, press_first
    place = page.locator("#names li").nth(2)
    place.hover()
    place.locator(".hold").click()
    before = names_of(page)
    page.keyboard.press(" ")
    wait_for_names(page, 20)
    assert names_of(page)[2] == before[2] and names_of(page) != before, "it is held"
    page.keyboard.press("h")
    released = place.locator(".hold").get_attribute("aria-pressed")
    assert released == "false", "the pointer is still at it"
    page.get_by_role("button", name="balanced").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press(" ")
    wait_for_names(page, 20)
    assert "boldness" not in page.url, "by keys, a button is pressed"
    page.locator("#kinds .kind").first.click()
    wait_until_drawn(page)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == names_of(page)[0]
    page.locator("#kinds .kind").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    wait_until_drawn(page)
    assert page.locator(".kind[aria-pressed=true]").inner_text() == "Fae", "the arrow led there"


def test_names_and_kinds_are_one_tab_stop_each(open_page):
    page = open_page("gru", "rnn", "dinosaurs", address="#seed=1&count=9", names=9)
    stops = page.locator("#names [tabindex='0']")
    assert stops.all_inner_texts() == names_of(page)[:1]
    page.locator("#kinds .kind").first.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.id") == "mix"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "rnn"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == names_of(page)[1]
    assert stops.all_inner_texts() == names_of(page)[1:2]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "ten-more"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == names_of(page)[1]
    follow(page, "#seed=1&count=1", count=1)
    assert stops.all_inner_texts() == names_of(page)


def test_a_link_turns_on_only_checkboxes_that_say_yes(open_page):
    page = open_page("gru", address="#seed=1&novel=no&unique=yes&clean=0&ignore-case=off")
    assert page.locator("#settings input:checked").evaluate_all(
        "all => all.map(({ id }) => id)"
    ) == ["unique"]


def test_an_asterisk_in_a_held_or_kept_line_stays_in_links(open_page):
    cast = urlencode({"cast": "{gru} [\\* 7 100%2A\\*]"})
    page = open_page(
        "gru",
        address=f"#seed=1&count=3&{cast}",
        names=3,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.locator(".name").nth(1).click()
    page.locator(".name").nth(2).click()
    page.locator(".name").first.press("h")
    lines = names_of(page)
    assert lines[0].endswith(" * 7 100%2A*")
    page.get_by_role("button", name="Share").click()
    link = page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Remove all").click()
    page.evaluate("chosen.held.clear()")
    follow(page, f"{link.partition('#')[2]}&more", 3)
    assert page.evaluate("[...chosen.held]") == [[0, lines[0]]]
    assert kept(page) == lines[1:]


def test_a_link_with_many_held_names_is_short(open_page):
    page = open_page("gru", address="#seed=1&held=3+ab&held=7+ba")  # as links were written once
    page.locator(".name").first.press("h")
    held = names_of(page)
    assert page.url.endswith(f"held=3+ab*7+ba*0+{held[0]}")
    page.reload()
    wait_for_names(page, 20)
    assert names_of(page) == held


def test_a_link_holds_no_text_that_cannot_be_a_name(open_page):
    page = open_page("gru", address="#seed=1&held=0+<b>&held=1+abc&held=x&held=999+a")
    assert names_of(page)[1] == "abc"
    assert not any("<" in name for name in names_of(page))


def test_a_held_line_of_another_pattern_stays_over_a_reload(open_page):
    address = f"#{urlencode({'seed': 1, 'count': 5, 'cast': '{gru} № 7'})}"
    page = open_page("gru", address=address, names=5)
    held = names_of(page)[0]
    page.locator(".name").first.press("h")
    set_to(page, "Pattern", "a {gru}", count=5)
    page.reload()
    wait_for_names(page, 5)
    assert names_of(page)[0] == held and "№" in held and "№" not in names_of(page)[1]
    page.requests[1:] = []  # of the reload


def test_ten_more_names_are_added_below(open_page):
    page = open_page("dinosaurs")
    first = names_of(page)
    press(page, "Ten more", count=30)
    assert names_of(page)[:20] == first
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert page.locator("#more").bounding_box()["y"] < 120, "it stays in sight"
    page.get_by_role("button", name="Keep all").click()
    said_below, sharing = (page.locator(each).bounding_box() for each in ("#toast", "#sharing"))
    assert said_below["y"] >= sharing["y"] + sharing["height"], "it lies on no button"
    assert kept(page) == list(dict.fromkeys(names_of(page)))
    press(page, "Undo", count=30)
    assert kept(page) == []
    press(page, "Back")
    assert names_of(page) == first
    press(page, "Forward", count=30)
    assert not page.get_by_role("button", name="Forward").is_visible()
    page.keyboard.press("Backspace")
    wait_for_names(page, 20)
    page.keyboard.press("Shift+Backspace")
    wait_for_names(page, 30)


def test_ten_more_names_fill_the_last_row(open_page, bundled):
    page = open_page("dinosaurs", address="#seed=1&count=27", names=27)
    press(page, "Ten more", count=38)  # in two columns
    models = ((name, bundled["dinosaurs"]) for name in "abc")
    page = open_page(*models, address="", names=None, width=740, height=360)
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=15")
    assert page.locator(".name:visible").count() == 16
    below = page.locator("#ten-more").bounding_box()
    assert below["y"] + below["height"] <= 360


def test_two_tabs_keep_names_though_one_hears_late(page):
    """A tab that draws gets presses before it hears what another one has stored."""
    late = page.context.new_page()
    late.add_init_script("addEventListener('storage', (event) => event.stopImmediatePropagation())")
    late.goto(page.url)
    wait_for_names(late, 20)
    names = [*dict.fromkeys(names_of(page))][:4]
    for tab, name in zip((page, late, page, late), names, strict=True):
        tab.locator("#names").get_by_role("button", name=name, exact=True).first.click()
    late.get_by_label(f"Note on {names[2]}").fill("a queen")
    late.get_by_label(f"Move up {names[1]}").click()
    stored = "JSON.parse(Object.values(localStorage)[0])"
    wanted = [[names[1], ""], [names[0], ""], [names[2], "a queen"], [names[3], ""]]
    assert late.evaluate(stored) == wanted
    late.close()


def test_kept_names_have_notes_and_an_order(page):
    names = list(dict.fromkeys(names_of(page)))[:2]
    for name in names:
        page.locator("#names").get_by_role("button", name=name, exact=True).first.click()
    page.get_by_label(f"Note on {names[1]}").fill("the queen")
    page.get_by_role("button", name=f"Move up {names[1]}").click()
    assert kept(page) == names[::-1]
    assert page.get_by_label(f"Move up {names[1]}").is_disabled()
    assert not page.get_by_label(f"Move up {names[1]}").is_visible(), "it is the first"
    page.locator(".kept-name").first.press("Alt+ArrowDown")
    assert kept(page) == names
    assert page.evaluate("document.activeElement.textContent") == names[1]
    page.locator("#favourites li").last.drag_to(page.locator("#favourites li").first)
    assert kept(page) == names[::-1]
    with page.expect_download() as download:
        page.get_by_role("button", name="Save .txt").click()
    text = download.value.path().read_bytes().decode()
    assert text == f"\ufeff{names[1]}\tthe queen\r\n{names[0]}\r\n"
    page.emulate_media(media="print")
    assert page.locator(".name:visible").count() == 0, "on paper there are the kept names"
    assert page.locator(".kept-name:visible").all_inner_texts() == names[::-1]


def test_errors_are_shown_above_the_names_with_a_remedy(open_page):
    page = open_page("gru", address="#seed=1&prefix=Xq", names=0, width=360, height=740)
    status = page.locator("#status").bounding_box()
    assert status["width"] > 300 and status["y"] < 250
    assert page.locator("#prefix").get_attribute("aria-invalid") == "true"
    assert page.get_by_role("button", name="Copy these names").is_disabled()
    press(page, "Without “Xq”")
    assert said(page) == "" and page.locator("#status").bounding_box()["height"] == 0
    assert page.locator("#prefix").get_attribute("aria-invalid") == "false"


def test_a_length_that_no_name_has_is_an_error_though_its_field_is_hidden(open_page):
    """*More names* did nothing, without a word."""
    page = open_page("gru", width=390, height=740)
    page.locator("#max-length").evaluate("field => (field.value = '300')")
    press(page, "More names", count=0)
    assert said(page).startswith("No name can have 300 characters.")
    assert page.locator("#max-length").get_attribute("aria-invalid") == "true"
    press(page, "Without “Longest length”")
    assert said(page) == ""


def test_on_a_phone_an_error_is_shown_below_the_field_that_it_is_about(open_page):
    page = open_page("gru", width=360, height=740)
    page.get_by_role("button", name="Settings").click()
    page.locator("summary", has_text="Conditions").click()
    page.get_by_label("Pattern (regular").fill("((")
    error = page.locator("#settings .wrong", has_text="“((” is no regular expression")
    error.wait_for()
    below, drawer = error.bounding_box(), page.locator("#settings").bounding_box()
    assert below["y"] + below["height"] <= drawer["y"] + drawer["height"]
    page.get_by_label("Pattern (regular").fill("a")
    error.wait_for(state="detached")


def test_more_names_like_a_given_name(open_page):
    page = open_page("dinosaurs")
    name = next(name for name in names_of(page) if name.endswith("us"))  # which are quickly found
    page.locator("#names").get_by_role("button", name=name, exact=True).first.click()
    page.get_by_role("button", name="Details").click()
    press(page, f"Ends like …{name[-3:]}")
    assert all(each.endswith(name[-3:]) for each in names_of(page))
    press(page, "Drop Ends with", exact=False)
    assert name in names_of(page)
    press(page, "Back")
    assert all(each.endswith(name[-3:]) for each in names_of(page))
    press(page, "Back")
    assert name in names_of(page)


def test_back_leaves_casts_and_no_name_remains_as_a_line(open_page):
    page = open_page("dinosaurs", "gru")
    names = names_of(page)
    texts = "Array.from(document.querySelectorAll('.name'), (each) => each.textContent)"
    at_once = page.evaluate(f"document.getElementById('tab-casts').click(), {texts}")
    assert not any(at_once), "names are no lines"
    wait_for_names(page, 20)
    press(page, "Back")
    assert names_of(page) == names
    assert page.get_by_role("tab", name="Names").get_attribute("aria-selected") == "true"


def test_mixing_ends_after_a_reset_and_after_going_back_to_a_single_kind(open_page):
    page = open_page("gru", "rnn", "dinosaurs")
    press(page, "gru")
    page.get_by_role("button", name="Mix").click()
    page.get_by_role("button", name="rnn", exact=True).click()  # safe, there are few names
    mix = page.get_by_role("button", name="Mix")
    assert mix.get_attribute("aria-pressed") == "true"
    press(page, "Back")
    page.get_by_role("button", name="Mix", pressed=False).wait_for()  # browsers go back later
    assert mix.get_attribute("aria-pressed") == "false"
    mix.click()
    colours = "each => getComputedStyle(each).backgroundColor"
    chosen = page.locator(".kind[aria-pressed=true]").first.evaluate(colours)
    assert mix.evaluate(colours) != chosen, "it is no model that writes"
    page.get_by_role("button", name="Reset all").click()
    assert mix.get_attribute("aria-pressed") == "false"
    follow(page, "#seed=1&shares=1+1+0")
    assert mix.get_attribute("aria-pressed") == "true"


def test_as_many_names_fit_after_a_reset_as_when_the_page_opens(open_page):
    page = open_page("dinosaurs", address="", names=None)
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=19")
    opening = len(names_of(page))
    unfold(page)
    page.get_by_label("Begins with", exact=True).fill("A")
    page.wait_for_selector("#chips .chip")
    wait_until_drawn(page)
    page.get_by_role("button", name="Reset all").click()
    wait_for_names(page, opening)


def test_as_many_names_fit_after_a_reset_of_impossible_conditions(open_page):
    page = open_page("dinosaurs", address="", names=None)
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=19")
    opening = len(names_of(page))
    page.evaluate("setCondition('prefix', 'Жж')")
    page.locator("#status .link").wait_for()
    page.get_by_role("button", name="Reset all").click()
    wait_for_names(page, opening)


def test_a_new_search_removes_the_marks_of_the_one_before(open_page):
    page = open_page("gru", address="#seed=1&prefix=xyz", names=None)
    page.locator("#prefix[aria-invalid=true]").wait_for(state="attached")
    marks = "() => { draw(); return $('prefix').getAttribute('aria-invalid'); }"
    assert page.evaluate(marks) == "false"
    follow(page, "#seed=1&count=1", count=1)
    assert page.locator("#status .unseen").text_content() == " 1 name."


def test_a_held_name_keeps_its_size_on_a_phone(open_page):
    page = open_page("dinosaurs", width=360, height=740)
    before = page.locator(".name").evaluate_all(SIZES)
    place = before.index(max(before))
    page.locator(".name").nth(place).press("h")
    assert page.locator(".hold").nth(place).is_visible()
    assert page.locator(".name").evaluate_all(SIZES) == before
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_names_of_a_list_have_three_sizes(open_page):
    page = open_page("dinosaurs", address="#seed=3&count=60", names=60, width=360, height=740)
    sizes = sorted(set(page.locator(".name").evaluate_all(SIZES)))
    assert len(sizes) <= 3 and sizes[-2] == pytest.approx(0.875 * sizes[-1], abs=0.1)


def test_on_a_phone_kinds_scroll_mix_is_first_and_the_pressed_kind_is_visible(open_page, bundled):
    models = ((name * 9, bundled["dinosaurs"]) for name in "abcdef")
    page = open_page(*models, width=360, height=740)
    mix, first = (page.locator(each).bounding_box() for each in ("#mix", ".kind >> nth=0"))
    assert mix["x"] >= 0 and mix["x"] + mix["width"] <= first["x"]
    follow(page, "#seed=1&shares=0+0+0+0+0+1")
    pressed = page.locator(".kind[aria-pressed=true]").bounding_box()
    assert pressed["x"] >= 0 and pressed["x"] + pressed["width"] <= 360


# --- Where things are -----------------------------------------------------------------------------


def test_keys_open_the_card_of_a_name_and_escape_closes_it(open_page):
    page = open_page("dinosaurs")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("d")
    assert page.get_by_label("Type a name").input_value() == names_of(page)[0]
    assert page.locator(".name[aria-current=true]").all_inner_texts() == names_of(page)[:1]
    page.keyboard.press("Escape")
    assert not page.locator("#likely").is_visible() and not page.locator("[aria-current]").count()
    assert page.evaluate("document.activeElement.textContent") == names_of(page)[0]
    page.keyboard.press("?")
    keys = page.locator("#keys div:has(kbd + kbd) >> nth=1").locator("kbd").all()
    assert len({key.bounding_box()["y"] for key in keys}) == 1, "Shift and Backspace, in one row"


def test_the_subtitle_promises_new_names_only_if_they_are_new(open_page):
    page = open_page("gru", address="#seed=1&novel=yes")
    assert page.locator("#subtitle").inner_text().endswith("All names are new, never on the list.")
    follow(page, "#seed=7")
    assert page.locator("#subtitle").inner_text().strip() == "Press a name to keep it."


def test_on_a_phone_a_card_scrolls_the_page_only_if_it_covers_its_name(open_page):
    page = open_page("dinosaurs", width=360, height=740)
    places = page.locator(".name").evaluate_all(
        "all => all.map((e) => e.getBoundingClientRect().y)"
    )
    place = max(i for i, y in enumerate(places) if y < 430)
    page.locator(".name").nth(place).press("d")
    assert page.evaluate("scrollY") == 0
    page.get_by_role("button", name="How likely?").click()
    card, name = (page.locator(e).bounding_box() for e in ("#likely", f".name >> nth={place}"))
    assert name["y"] > 0 and name["y"] + name["height"] <= card["y"]
    page.set_viewport_size({"width": 740, "height": 360})
    clipped = "getComputedStyle(document.getElementById('likely')).clipPath"
    assert page.evaluate(clipped) == "inset(0px 0px 0px -48px)", "no shadow falls on the row above"
    page.set_viewport_size({"width": 320, "height": 568})
    page.keyboard.press("Escape")
    boxes = [each.bounding_box() for each in page.locator("#bar button:visible").all()]
    assert len(boxes) == 4 and all(b["x"] >= 0 and b["x"] + b["width"] <= 320 for b in boxes)


def test_names_are_new_again_after_a_model_without_its_list(open_page, small_models):
    """The box was off for good, after Back and a reload, too, and for casts of other models."""
    forgetful = ("forgetful", replace(small_models["gru"], fingerprints=None))
    page = open_page("dinosaurs", forgetful, "gru", address="#seed=1&novel=yes&boldness=balanced")
    new = page.get_by_label("Only new names")
    novel = "settingsOfForm().novel"
    press(page, "forgetful", count=None)
    assert new.is_disabled() and not page.evaluate(novel)
    page.reload()
    wait_until_drawn(page)
    assert new.is_disabled() and not page.evaluate(novel)
    press(page, "dinosaurs", count=None)
    assert new.is_enabled() and page.evaluate(novel) and "novel=yes" in page.url
    page.get_by_role("button", name="Back").click()
    wait_until_drawn(page)
    assert new.is_disabled() and "novel=yes" in page.url
    follow(page, "#seed=1&novel=yes&shares=0 1 0&cast={dinosaurs} of {dinosaurs}")
    assert new.is_checked() and "novel=yes" in page.url
    follow(page, "#seed=1&novel=yes&cast={dinosaurs} of {forgetful}")
    assert new.is_disabled()


def test_after_a_reload_names_fill_the_window_even_a_large_one(open_page):
    page = open_page("dinosaurs", address="", names=None)
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=19")
    page.reload()
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=19")
    page.get_by_role("tab", name="Casts").click()
    wait_until_drawn(page)
    assert page.locator(".name:visible").count() < 12
    page.get_by_role("tab", name="Names").click()
    page.set_viewport_size({"width": 2560, "height": 1440})
    press(page, "More names", count=None)
    boxes = [each.bounding_box() for each in page.locator(".name:visible").all()]
    assert len(boxes) % len({box["x"] for box in boxes}) == 0, "the last row is full"
    assert boxes[-1]["y"] > 0.8 * 1440


def test_parts_of_templates_show_no_code_and_kept_names_go_into_a_link(open_page):
    page = open_page("dinosaurs", permissions=["clipboard-read", "clipboard-write"])
    go_to(page, "Casts")
    press(page, "Tavern")
    unfold_parts(page)
    part = page.get_by_label("Text of part 2")
    assert part.input_value() == "tavern words, tavern things, tavern keepers, tavern rests"
    assert not part.is_editable()
    go_to(page, "Names")
    for place in (0, 3):
        page.locator(".name").nth(place).click()
    names = kept(page)
    page.get_by_role("button", name="Share").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(f"&kept={quote('*'.join(names), safe='*')}")
    assert page.locator("#toast").inner_text() == f"Link to these names copied. {FOR_FILES}"
    page.get_by_label(f"Note on {names[1]}").fill("50 % * 2 & more")
    page.get_by_role("button", name="Share").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "names and notes copied" in page.locator("#toast").inner_text()
    page.get_by_role("button", name="Remove all").click()
    strange = ["<b>Ünïcode", "a\ufffdb", "a\u202eb", "a\nb", "x" * 1001]
    link = link.replace("&notes", f"*{'*'.join(map(quote, strange))}&notes").partition("#")[2]
    follow(page, f"{link}*{'*'.join(map(quote, strange[1:]))}")
    assert kept(page) == [*names, strange[0]], "text as it is, and no mark of direction"
    notes = [page.get_by_label(f"Note on {name}").input_value() for name in kept(page)]
    assert notes == ["", "50 % * 2 & more", "ab"]
    assert "kept" not in page.url and "notes" not in page.url
    press(page, "Undo")
    assert kept(page) == []


def test_the_page_has_the_hue_of_the_models_that_write(open_page, bundled):
    models = [(name, bundled["dinosaurs"]) for name in ("elvish", "norse", "dwarvish")]
    page = open_page(*models)
    hue = "Number(getComputedStyle(document.documentElement).getPropertyValue('--hue'))"
    assert page.evaluate(hue) == 150
    page.get_by_role("button", name="Norse").click()
    assert page.evaluate(hue) == 245
    page.get_by_role("button", name="Mix").click()
    page.get_by_role("button", name="Dwarvish").click()
    assert page.evaluate(hue) == (245 + 415) / 2


def test_each_view_has_a_title(open_page):
    page = open_page("gru")
    for tab, title in (("Casts", "A cast of names"), ("Your list", "Names like yours")):
        page.get_by_role("tab", name=tab).click()
        assert page.locator("h1").inner_text() == title
    page.get_by_role("tab", name="Names").click()
    assert page.locator("h1").inner_text() == "Names like gru"


def test_lines_break_after_commas_and_between_words(open_page):
    cast = "&cast=Sir+{dinosaurs}+of+the+Green-and-Golden-Wood,+who+bears+a+red-gold+lion"
    page = open_page("dinosaurs", address=f"#seed=1&count=3{cast}", names=3, width=360, height=740)
    clauses = page.locator(".name").first.locator("bdi > span")
    assert clauses.all_text_contents()[1] == "who bears a red-gold lion"
    above, below = (each.bounding_box() for each in clauses.all())
    assert below["y"] >= above["y"] + above["height"]
    words = page.locator(".name span span").evaluate_all(
        "all => all.map((word) => word.getBoundingClientRect().height)"
    )
    assert max(words) < 1.5 * min(words), "none is broken at its hyphens"
    assert names_of(page)[0].replace("\n", " ").endswith("Wood, who bears a red-gold lion")


def test_few_names_leave_no_gap(open_page):
    few = "#seed=1&count=100&unique=yes&prefix=Ty&max-length=3"
    page = open_page("dinosaurs", address=few, names=None)
    page.locator("#status", has_text="of 100 names found").wait_for()
    wait_until_drawn(page)
    last, below = page.locator(".name:visible").last, page.locator("#sharing")
    gap = below.bounding_box()["y"] - last.bounding_box()["y"] - last.bounding_box()["height"]
    assert page.locator(".name:visible").count() < 30 and gap < 40


def test_a_link_is_shared_where_fingers_touch(open_page):
    shares = """
      navigator.canShare = ({ url }) => url.includes("#seed=");
      navigator.share = async ({ url }) => { window.shared = url; };
    """
    page = open_page("gru", before=shares, has_touch=True, is_mobile=True, width=360, height=740)
    page.get_by_role("button", name="Link", exact=True).click()
    assert page.evaluate("window.shared") == page.url
    assert page.locator("#toast").inner_text() == ""


def test_where_fingers_touch_the_message_that_a_name_is_kept_also_holds_it(open_page):
    page = open_page("dinosaurs", has_touch=True, is_mobile=True, width=360, height=740)
    name = names_of(page)[1]
    page.locator(".name").nth(1).click()
    hold = page.locator("#toast").get_by_role("button", name="Hold")
    hold.click()
    press(page, "More names")
    assert names_of(page)[1] == name and page.evaluate("[...chosen.held]") == [[1, name]]
    page.locator(".name").first.click()
    details = page.locator("#toast").get_by_role("button", name="Details")
    details.wait_for()
    page.evaluate("more()")
    wait_for_names(page, 20)
    hold.click()
    assert page.evaluate("[...chosen.held]") == [[1, name]], "it is not the name of the message"
    last = page.locator(".name").last
    last.click()
    page.evaluate("document.getElementById('count').value = 10; changed()")
    wait_for_names(page, 10)
    hold.click()
    assert page.evaluate("[...chosen.held]") == [[1, name]] and "held=1" in page.url
    page.evaluate("chosen.held.clear(); changed()")
    page.locator(".name").first.click()
    other = names_of(page)[0]
    page.evaluate("more()")
    wait_for_names(page, 10)
    details.click()
    assert page.get_by_label("Type a name").input_value() == other


def test_boldness_of_a_part_brings_its_temperature(open_page):
    """The page's temperature took precedence, though nobody had set it."""
    page = open_page("dinosaurs", address="#seed=5&cast={dinosaurs:boldness=wild}")
    wild = page.evaluate("rnnNames.cast('{dinosaurs:boldness=wild}', 20, { seed: 5 })")
    assert names_of(page) == wild
    follow(page, "#seed=5&temperature=0.9&cast={dinosaurs:boldness=wild}")
    assert names_of(page) != wild


@pytest.mark.parametrize("width", [1280, 360])
def test_a_line_of_one_word_is_not_broken(open_page, width):
    page = open_page("dinosaurs", address="#seed=5&cast={dinosaurs}", width=width, height=740)
    rows = """Array.from(document.querySelectorAll(".name bdi"), (line) =>
      Math.round(line.offsetHeight / parseFloat(getComputedStyle(line).lineHeight)))"""
    assert page.evaluate(rows) == [1] * 20


def test_casts_are_of_the_kind_that_writes(open_page, small_models):
    """They stayed with the first model, whatever was pressed above the names."""
    kinds = ("elvish-names", "norse-names", "towns")
    page = open_page(*((kind, small_models["rnn"]) for kind in kinds))
    go_to(page, "Casts", count=None)
    assert pattern_of(page) == "[Lord|Lady] {elvish-names} of {towns}"
    go_to(page, "Names", count=None)
    press(page, "Norse names", count=None)
    go_to(page, "Casts", count=None)
    assert pattern_of(page) == "[Lord|Lady] {norse-names} of {towns}"
    page.reload()
    go_to(page, "Names", count=None)
    press(page, "Elvish names", count=None)
    go_to(page, "Casts", count=None)
    assert pattern_of(page) == "[Lord|Lady] {elvish-names} of {towns}", "after a reload, too"
    follow(page, "#seed=1&cast={towns}")
    go_to(page, "Names", count=None)
    press(page, "Elvish names", count=None)
    go_to(page, "Casts", count=None)
    assert pattern_of(page) == "{towns}", "what was typed stays"


@pytest.mark.parametrize("width", [1280, 360])
def test_long_notes_are_shown_whole(open_page, width):
    page = open_page("dinosaurs", width=width, height=740)
    page.locator(".name").first.click()
    page.evaluate("openDrawer('kept')")
    note = page.locator(".note").first
    note.fill("the old queen of the northern woods,\nwho never laughs, and keeps a raven")
    note.press("Enter")
    assert note.evaluate("note => note !== document.activeElement")
    assert note.evaluate("note => note.scrollHeight <= note.offsetHeight && note.offsetHeight > 40")
    assert "woods, who" in page.evaluate("[...favourites.values()][0]"), "one line in files"
