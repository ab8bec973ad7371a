"""How the page looks and is used: in windows of any size, with keys and with fingers."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from rnn_names.corpus.names import Vocabulary
from support.browser import names_of, reload, wait_for_names
from support.pages import IN_SIGHT, SIZES, SMALL, follow, kept, press, unfold, wait_for_text

WATCH_SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize("width", [320, 1600])
def test_nothing_overflows_and_nothing_moves(width, open_page, small_models):
    other = ("first-names", small_models["gru"], 0.1)
    page = open_page("dinosaurs", other, width=width, height=3600)
    reload(page)  # the browser has seen the font now, and draws it at once
    wait_for_names(page)
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


@pytest.mark.slow
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
        assert page.locator("#favourites").bounding_box()["height"] >= 80, "some can be seen"
        page.locator("#whole").click()
        assert page.locator("#favourites").is_visible(), "there is room for both"
        assert page.get_by_role("button", name="Copy all").is_visible()
        page.locator("#whole").click()
    page.set_viewport_size({"width": 1280, "height": 1024})
    kept, card = (page.locator(each).bounding_box() for each in ("#kept", "#likely"))
    assert kept["height"] >= 240 and kept["y"] + kept["height"] <= card["y"]
    page.evaluate("closeCard()")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    in_sight, hidden = page.evaluate(IN_SIGHT)  # below five sliders
    assert in_sight >= 18 and hidden == []
    page.set_viewport_size({"width": 1920, "height": 1080})
    assert page.evaluate(IN_SIGHT) == [20, []]
    page = open_page("dinosaurs", address="", names=None, width=1920, height=1080)
    wait_for_names(page)
    last = page.locator(".name").last.bounding_box()
    assert 0.8 * 1080 < last["y"] + last["height"] < 1080, "as many names as fit"
    for size in ((360, 780), (390, 844)):
        page = open_page("dinosaurs", address="", names=None, width=size[0], height=size[1])
        wait_for_names(page)
        below, bar = (page.locator(each).bounding_box() for each in ("#ten-more", "#bar"))
        room = bar["y"] - below["y"] - below["height"]
        assert 48 <= room < 108, f"a message has room below the buttons: {size}"
        sizes = page.locator(".name").evaluate_all(SIZES)
        assert min(sizes) >= 0.7 * max(sizes) and sizes.count(max(sizes)) >= 0.8 * len(sizes)


@pytest.mark.slow
def test_on_a_phone_controls_and_kept_names_are_drawers(open_page):
    page = open_page("gru", "rnn", width=360, height=740)
    assert page.get_by_label("Blend of gru and rnn").is_visible(), "they are there to be mixed"
    page.get_by_label("How many").fill("18")  # beside the hint, below the names
    wait_for_names(page, 18)
    page.get_by_label("How many").fill("20")
    wait_for_names(page, 20)
    assert not page.get_by_role("button", name="balanced").is_visible()
    settings = page.get_by_role("button", name="Settings")
    settings.click()
    assert page.get_by_role("button", name="balanced").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="balanced").is_visible()
    assert settings.evaluate("button => button === document.activeElement")
    names = names_of(page)
    row = max(map(names.index, names))  # the last name that no earlier one equals
    last_name = page.locator(".name").nth(row)
    last_name.click()
    assert not page.get_by_label("Type a name").is_visible()
    page.get_by_role("button", name="Details").click()
    card, last = page.locator("#likely").bounding_box(), last_name.bounding_box()
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
    assert kept(page) == [names[row]]
    page.keyboard.press("Escape")
    press(page, "10 more", count=30)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    below, bar = (page.locator(each).bounding_box() for each in ("#sharing", "#bar"))
    assert below["y"] + below["height"] <= bar["y"], "nothing ends under the bar"
    assert page.locator("#views").bounding_box()["y"] == 0, "tabs stay in reach"


@pytest.mark.slow
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
        assert name["y"] >= bar["height"] and are_apart(name, beside)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def are_apart(one, other):
    """Whether two boxes do not overlap."""
    sides = ("x", "width"), ("y", "height")
    return any(
        a[at] + a[size] <= b[at] for at, size in sides for a, b in ((one, other), (other, one))
    )


@pytest.mark.slow
def test_in_a_medium_window_kept_names_and_the_card_are_drawers(open_page):
    page = open_page("gru", width=1100, height=800)
    assert page.get_by_role("button", name="balanced").is_visible()
    assert not page.locator("#kept").is_visible()
    page.get_by_role("button", name="Kept").click()
    page.get_by_role("button", name="Close the kept names").click()
    for place in (0, 3):
        name = page.locator(".name").nth(place)
        before = name.bounding_box()
        name.click(delay=700)
        card, box = page.locator("#likely").bounding_box(), name.bounding_box()
        assert box == before and are_apart(card, box)
        assert card["x"] >= 0 and card["x"] + card["width"] <= 1100
        assert page.get_by_role("button", name="Kept").is_visible()
    page.set_viewport_size({"width": 1000, "height": 800})
    card, back = (page.locator(each).bounding_box() for each in ("#likely", "#back"))
    assert are_apart(card, back)
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
    page.get_by_role("tab", name="Casts").tap()
    assert not page.locator("#settings").is_visible(), "a tap beside a sheet closes it"
    assert page.evaluate("document.body.dataset.view") == "results"


def test_on_a_phone_links_stand_apart_and_kept_names_are_in_columns(open_page):
    page = open_page("gru", width=360, height=740, has_touch=True, is_mobile=True)
    row = [each.bounding_box() for each in page.locator("#sharing > :visible").all()]
    gaps = [right["x"] - left["x"] - left["width"] for left, right in pairwise(row)]
    assert min(gaps) > 12 and max(gaps) == pytest.approx(min(gaps), abs=0.1)
    assert row[-1]["x"] + row[-1]["width"] <= 344, "within the margin"
    drawn = page.locator("#ten-more").evaluate("button => button.clientHeight")
    assert (drawn, row[0]["height"]) == (36, 44), "a slim button, and a target for a finger"
    padding = page.locator("#ten-more").evaluate("e => getComputedStyle(e).paddingLeft")
    assert padding == "10px", "its text does not touch its outline"
    for place in range(3):
        page.locator(".name").nth(place).tap()
    page.locator("#bar").get_by_role("button", name="Kept").tap()
    inset = "item => parseFloat(getComputedStyle(item, '::before').left)"
    item = page.locator("#favourites li").first
    assert item.bounding_box()["x"] + item.evaluate(inset) >= 16, "the handle is within the margin"
    assert len({each.bounding_box()["x"] for each in page.locator(".note").all()}) == 1
    page.evaluate("keepAll([['Austronychosaurusaurus', '']])")
    row = page.locator("#favourites li").last
    name, note, up, remove = (each.bounding_box() for each in row.locator("> *").all())
    assert note["width"] >= 64 and note["height"] < 50, "its words are on one line"
    assert name["y"] + name["height"] <= note["y"] and up["y"] == remove["y"] == name["y"]


TEXT_LEFT = """(element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect().left;
}"""


def test_on_a_phone_tabs_begin_at_the_margin_and_titles_of_drawers_below_the_handle(open_page):
    page = open_page("gru", width=360, height=740, has_touch=True, is_mobile=True)
    tab, name = (page.locator(each).first for each in ("[role=tab]", ".name bdi"))
    assert tab.evaluate(TEXT_LEFT) == pytest.approx(name.evaluate(TEXT_LEFT)) == 16
    page.evaluate("openCard('Anna')")
    for drawer, title in (("settings", "h2"), ("kept", "h2"), ("likely", "#typed")):
        page.evaluate(f"openDrawer('{drawer}')")
        top, text = (
            page.locator(each).evaluate("e => e.getBoundingClientRect().top")
            for each in (f"#{drawer}", f"#{drawer} {title}:visible")
        )
        assert 20 <= text - top <= 24, drawer
    page.evaluate("openDrawer('settings')")
    reset, bar = (page.locator(each).bounding_box() for each in ("#start-over", "#bar"))
    assert reset["y"] + reset["height"] + 16 <= bar["y"], "the last button is in sight"


def test_kept_names_have_a_star_that_can_be_seen(open_page):
    size = "name => parseFloat(getComputedStyle(name, '::before').fontSize)"
    for width, least in ((768, 13), (360, 10)):
        page = open_page("gru", width=width, height=1024, has_touch=True, is_mobile=True)
        assert page.locator(".name").first.evaluate(size) >= least


def test_the_pattern_has_room_and_stands_apart_from_the_lines(open_page):
    page = open_page("gru", address="#seed=1&cast={gru}", names=None)
    wait_for_names(page)
    unfold(page)
    pattern, letters, line = (
        page.locator(each).first.bounding_box() for each in ("#pattern", "#initials", ".name")
    )
    assert line["y"] - pattern["y"] - pattern["height"] >= 20
    whole = page.locator("#initials").evaluate(
        "menu => { menu.style.width = 'max-content'; return menu.getBoundingClientRect().width; }"
    )
    assert whole <= letters["width"] < 190 and pattern["width"] > 2.2 * letters["width"]


def test_conditions_unfold_where_they_are(open_page):
    """Regression: the settings scrolled, although all fields were in view."""
    page = open_page("dinosaurs")
    page.locator("summary", has_text="Conditions").click()
    page.wait_for_timeout(50)  # ms, after which the page would scroll
    assert page.locator("#settings").evaluate("settings => settings.scrollTop") == 0
    field = page.get_by_label("Regular expression", exact=True).bounding_box()
    assert field["y"] + field["height"] < 800 - 24, "above the fade"


@pytest.mark.slow
def test_keys_act_on_names_after_a_mouse_click(open_page, dinosaurs):
    page = open_page(*((name, dinosaurs) for name in ("norse", "fae", "sea")))
    for press_first in ("wild", "sea"):
        press(page, press_first, count=None)
        before = names_of(page)
        page.keyboard.press(" ")
        wait_for_names(page)
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
    wait_for_names(page)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == names_of(page)[0]
    page.locator("#kinds .kind").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    wait_for_names(page)
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


def test_names_of_a_list_have_three_sizes(open_page):
    page = open_page("dinosaurs", address="#seed=5&count=60", names=60, width=360, height=740)
    sizes = sorted(set(page.locator(".name").evaluate_all(SIZES)))
    assert len(sizes) <= 3 and sizes[-2] == pytest.approx(0.875 * sizes[-1], abs=0.1)


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


def test_on_a_phone_a_message_covers_no_control(open_page):
    page = open_page("gru", width=640, height=400, has_touch=True, is_mobile=True)
    page.locator(".name").first.tap()
    message = page.locator("#toast")
    assert "Kept" in message.inner_text()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    field = page.get_by_label("How many").bounding_box()
    assert field["y"] + field["height"] <= message.bounding_box()["y"]


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
    assert len(boxes) == 5 and all(b["x"] >= 0 and b["x"] + b["width"] <= 320 for b in boxes)


def test_each_view_has_a_title(open_page):
    page = open_page("gru")
    for tab, title in (("Casts", "A cast of names"), ("Your list", "Names like yours")):
        page.get_by_role("tab", name=tab).click()
        assert page.locator("h1").inner_text() == page.title() == title
    page.get_by_role("tab", name="Names").click()
    assert page.locator("h1").inner_text() == page.title() == "Names like gru"


def test_names_have_the_same_size_after_a_visit_to_casts(open_page):
    page = open_page("dinosaurs")
    width = "$('names').style.getPropertyValue('--typical-width')"
    before = page.evaluate(width)
    page.evaluate("$('pattern').value = '{dinosaurs}a'")
    for tab in ("Casts", "Names"):
        page.get_by_role("tab", name=tab).click()
        wait_for_names(page)
    assert page.evaluate(width) == before


def test_a_low_window_has_no_name_alone_in_a_row_and_a_narrow_one_shows_all_links(open_page):
    page = open_page("dinosaurs", address="", names=None, width=640, height=400)
    wait_for_names(page)
    assert (page.locator(".name:visible").count(), page.evaluate("columnsShown()")) == (15, 3)
    page.set_viewport_size({"width": 320, "height": 640})
    right = [
        box["x"] + box["width"]
        for box in (each.bounding_box() for each in page.locator("#sharing > :visible").all())
    ]
    assert max(right) <= 304


def test_few_names_leave_no_gap(open_page):
    few = "#seed=1&count=100&unique=yes&prefix=Ty&max-length=3"
    page = open_page("dinosaurs", address=few, names=None)
    wait_for_text(page, "#status", "of 100 names found")
    wait_for_names(page)
    last, below = page.locator(".name:visible").last, page.locator("#sharing")
    gap = below.bounding_box()["y"] - last.bounding_box()["y"] - last.bounding_box()["height"]
    assert page.locator(".name:visible").count() < 30 and gap < 40
