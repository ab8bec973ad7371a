"""Pages of several models: shares, kinds, titles, colours."""

from dataclasses import replace

import pytest

from rnn_names.corpus.names import Vocabulary
from rnn_names.model.blending import scaled
from support.browser import names_of, reload, wait_for_names
from support.pages import follow, press, said, set_to


def shares_of(page):
    return page.locator("#shares output").all_inner_texts()


def test_shares_of_many_models_always_add_up_to_100(open_page, small_models):
    names = "abcde"
    models = ((name, small_models["gru"]) for name in names)
    page = open_page(*models, address="#seed=1&count=1", names=1)
    bars = page.locator(".share:visible")
    assert bars.count() == 0 and not page.locator("#shares").is_visible(), "one writes alone"
    follow(page, "#seed=1&count=1&shares=1+1+1+0+1", count=1)
    assert bars.count() == 4 and page.get_by_role("group", name="Shares of the blend").is_visible()
    moves = (("a", 0), ("b", 37), ("c", 100), ("c", 0), ("b", 1), ("e", 99), ("b", 33))
    for name, share in moves:
        set_to(page, name, share, count=1)
        shown = [0.0 if "under" in text else float(text.split()[0]) for text in shares_of(page)]
        assert shown[names.index(name)] == share
        assert sum(shown) == pytest.approx(100)
    before = shares_of(page)
    reload(page)
    wait_for_names(page, 1)
    assert shares_of(page) == before, "the link says them"


@pytest.mark.slow
def test_with_three_models_the_page_opens_with_one_and_keeps_boldness(open_page, dinosaurs):
    models = ((name, dinosaurs) for name in "abc")
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
    assert page.locator("h1").inner_text() == "Names between b and c"
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
    assert page.locator("h1").inner_text() == "Names between Elvish and Scottish towns"


def test_models_without_a_common_letter_get_a_message(open_page, small_models):
    foreign = replace(small_models["gru"], vocabulary=Vocabulary("αβγ"))
    page = open_page("gru", ("greek", foreign), names=None)
    sentence = "gru has no letter in common with the others: set its share to 0, or theirs."
    wait_for_names(page)
    assert said(page) == sentence
    set_to(page, "Blend of gru and Greek", 0)
    assert said(page) == ""


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


def test_on_a_phone_kinds_scroll_mix_is_first_and_the_pressed_kind_is_visible(open_page, dinosaurs):
    models = ((name * 9, dinosaurs) for name in "abcdef")
    page = open_page(*models, width=360, height=740)
    mix, first = (page.locator(each).bounding_box() for each in ("#mix", ".kind >> nth=0"))
    assert mix["x"] >= 0 and mix["x"] + mix["width"] <= first["x"]
    chip = page.locator(".kind[aria-pressed=true]")
    parts = ("borderRadius", "boxShadow", "backgroundColor")
    style = [chip.evaluate("(e, part) => getComputedStyle(e)[part]", part) for part in parts]
    assert style[0] == "16px / 22px", "round within a border of 6 px above and below"
    assert style[1].startswith(style[2]), "no other colour along its edge"
    follow(page, "#seed=1&shares=0+0+0+0+0+1")
    pressed = page.locator(".kind[aria-pressed=true]").bounding_box()
    assert pressed["x"] >= 0 and pressed["x"] + pressed["width"] <= 360


def test_the_page_has_the_hue_of_the_models_that_write(open_page, dinosaurs):
    models = [(name, dinosaurs) for name in ("elvish", "norse", "dwarvish")]
    page = open_page(*models)
    hue = "Number(getComputedStyle(document.documentElement).getPropertyValue('--hue'))"
    assert page.evaluate(hue) == 150
    page.get_by_role("button", name="Norse").click()
    assert page.evaluate(hue) == 245
    page.get_by_role("button", name="Mix").click()
    page.get_by_role("button", name="Dwarvish").click()
    assert page.evaluate(hue) == (245 + 415) / 2
