"""Casts in the page: parts, patterns, ready-made ones, lines."""

import re
from urllib.parse import quote

import pytest

from rnn_names.page.page import STARTS
from support.browser import names_of, reload, wait_for_names
from support.pages import (
    FOR_FILES,
    HOSTILE,
    IN_SIGHT,
    SIZES,
    SMALL,
    follow,
    go_to,
    kept,
    press,
    unfold,
    wait_for_text,
)


def pattern_of(page):
    return page.get_by_label("Pattern", exact=True).input_value()


def unfold_parts(page):
    """Shows the parts of a cast, and the field for its pattern."""
    page.locator("#build > summary").click()
    page.locator("#by-hand summary").click()


@pytest.mark.slow
def test_a_cast_is_composed_from_menus(open_page):
    page = open_page("gru", "rnn")
    go_to(page, "Casts")
    assert pattern_of(page) == "[Warden|Regent|Marshal] {gru} of {gru}"
    unfold_parts(page)
    page.get_by_label("Pattern", exact=True).fill("[Lord|Lady] {gru} of {rnn}")
    wait_for_names(page, 20)
    assert all(re.fullmatch("(Lord|Lady) [abc]+ of [abc]+", line) for line in names_of(page))
    page.get_by_label("Part 2", exact=True).select_option("rnn")
    page.get_by_label("Words of part 1, with commas between them").fill("Sir, Old, The")
    page.get_by_role("button", name="+ Text").click()
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_cast_starts_from_a_template_and_back_restores_the_earlier_cast(open_page, small_models):
    towns = "towns", small_models["gru"]
    page = open_page("rnn", towns)
    go_to(page, "Casts")
    before = pattern_of(page)
    assert before == "[Warden|Regent|Marshal] {rnn} of {towns}"
    assert page.locator(".chip[aria-pressed=true]:visible").inner_text() == "Noble"
    assert not page.locator("#parts").is_visible(), "lines come first"
    press(page, "Villager")
    assert pattern_of(page) == "{rnn} of {towns}, {trades.txt}"
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


@pytest.mark.slow
def test_templates_of_casts_equal_bundled_casts_if_the_page_has_their_models(open_page, dinosaurs):
    page = open_page(*((name, dinosaurs) for name in ("german-men", "german-women")))
    go_to(page, "Casts")
    press(page, "Villager")
    pattern = pattern_of(page)
    men, women = ("{german-men:boldness=balanced,", "{german-women:boldness=balanced,")
    assert pattern.startswith(f"{{given=[{men}") and women in pattern
    assert pattern.endswith("]} {german-men}, {trades.txt}"), "it has no towns"


@pytest.mark.slow
def test_templates_of_casts_are_valid_patterns(open_page):
    page = open_page("dinosaurs")
    go_to(page, "Casts")
    for cast, template in STARTS.items():
        press(page, template)
        assert page.locator("#pattern-error").is_hidden(), cast
        assert len({*names_of(page)}) == 20, cast


@pytest.mark.slow
def test_lines_fill_the_window_and_messages_of_other_views_disappear(open_page):
    page = open_page("dinosaurs", address="", names=None)
    wait_for_names(page)
    page.locator(".name").first.click()
    assert page.locator("#toast").inner_text()
    page.get_by_role("tab", name="Casts").click()
    assert not page.locator("#toast").inner_text()
    wait_for_names(page)
    below = page.locator("#sharing").bounding_box()
    assert 5 <= len(names_of(page)) < 20 and below["y"] + below["height"] < 800
    page.get_by_role("tab", name="Names").click()
    wait_for_names(page)


@pytest.mark.slow
def test_lines_have_one_size_and_fill_the_window(open_page):
    seed = "crypto.getRandomValues = (numbers) => numbers.fill(7)"  # lines have several heights
    for width, height in ((360, 740), (1100, 800), (1920, 1080)):
        window = {"width": width, "height": height}
        page = open_page("dinosaurs", address="", names=None, before=seed, **window)
        wait_for_names(page)
        bar = page.locator("#bar").bounding_box()
        page.get_by_role("tab", name="Casts").click()
        press(page, "NPC", count=None)
        sizes = set(page.locator(".name:visible").evaluate_all(SIZES))
        assert len(sizes) == 1 and min(sizes) >= 20, (width, sizes)
        folded, below = page.locator(".name:visible").count(), page.locator("#sharing")
        bottom = below.bounding_box()["y"] + below.bounding_box()["height"]
        assert folded >= 5 and (bottom <= height or folded == 5), width
        lines = names_of(page)
        page.locator("#build > summary").click()
        assert names_of(page) == lines, "they stay while the parts are changed"
        assert page.locator("#bar").bounding_box() == bar, "it stays where it is"


@pytest.mark.slow
def test_fewer_lines_that_fit_are_not_drawn_again(open_page):
    page = open_page("dinosaurs", address="", names=None, width=360, height=740)
    page.get_by_role("tab", name="Casts").click()
    wait_for_names(page)
    unfold_parts(page)
    page.get_by_label("Pattern", exact=True).fill("{dinosaurs}")
    page.locator("#build > summary").click()
    wait_for_names(page)
    n_before = len(names_of(page))
    page.evaluate("""() => {
      window.texts = []; // of the bar: one as a drawing begins, one as it ends, and one for a line
      const note = (records) => {
        for (const { addedNodes } of records) for (const node of addedNodes) texts.push(node.data);
      };
      new MutationObserver(note).observe(document.getElementById("found"), { childList: true });
    }""")
    press(page, "NPC", count=None)
    assert 5 <= len(names_of(page)) < n_before
    assert page.evaluate("texts").count("Looking…") == 2


@pytest.mark.slow
def test_a_reload_and_steps_back_bring_as_many_lines(open_page):
    """Lines differ in height, and chips take a row of their own."""
    page = open_page("dinosaurs", address="", names=None, width=1280, height=800)
    page.get_by_role("tab", name="Casts").click()
    wait_for_names(page)
    unfold(page)
    page.get_by_label("Begins with", exact=True).fill("M")
    wait_for_text(page, "#chips .chip")
    wait_for_names(page)
    lines = names_of(page)
    reload(page)
    wait_for_names(page, len(lines))
    page.get_by_role("button", name="NPC").click()
    wait_for_names(page)
    assert names_of(page) != lines
    press(page, "Back", count=len(lines))
    assert names_of(page) == lines
    page.requests[1:] = []  # of the reload


def test_a_wrong_pattern_shows_an_error_and_keeps_boldness(open_page):
    page = open_page("gru", address="#cast=%7B%7B%7B", names=0)
    assert "model belongs here" in page.locator("#pattern-error").inner_text()
    assert page.locator("#boldness [aria-pressed=true]").inner_text() == "safe"
    assert page.locator(".chip[aria-pressed=true]:visible").count() == 0
    page.get_by_label("Pattern", exact=True).fill("")
    wait_for_text(page, "#pattern-error", "at least one")
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
        "No model “elf” here; available: gru, rnn",
        "  {gru} {elf}",
        "         ^",
    ]


def test_lines_of_one_initial_show_as_they_are_found(open_page):
    before = """let now = 0;
        performance.now = () => (now += 100); // each batch takes all of its time, so it pauses
        window.seen = [];
        const { postMessage } = MessagePort.prototype;
        MessagePort.prototype.postMessage = function (message) {
          const of = (id) => document.getElementById(id);
          seen.push([of("found").textContent, of("progress").value]);
          return postMessage.call(this, message);
        };"""
    address = "#seed=5&cast=%7Bgru%7D%20%7Bgru%7D&initials=same&count=60"
    page = open_page("gru", address=address, names=60, before=before)
    seen = [(text, share) for text, share in page.evaluate("seen") if "/" in text]
    n_found = [int(text.partition(" ")[0]) for text, _ in seen]
    assert n_found == sorted(n_found) and len({*n_found} - {60}) > 1
    assert [share for _, share in seen] == pytest.approx([n / 60 for n in n_found])
    assert all(one[0].lower() == two[0].lower() for one, two in map(str.split, names_of(page)))


def test_each_round_of_a_search_continues_the_one_before(open_page):
    """Also where names depend on earlier ones."""
    found = open_page("gru").evaluate(
        """async () => {
          const [runs, { run }] = [[], NameQueue.prototype];
          NameQueue.prototype.run = function* (count, watch) {
            const before = this.names.length;
            yield* run.call(this, count, watch);
            if (count) runs.push([before, this.names.length]);
          };
          const options = { seed: 5, initials: "same" };
          return [await rnnNames.cast("{gru:unique} {gru}", 30, options), runs];
        }"""
    )
    lines, runs = found
    assert len(lines) == 30
    for of_part in (runs[::2], runs[1::2]):
        assert len(of_part) > 1 and of_part[0][0] == 0
        assert [begin for begin, _ in of_part[1:]] == [end for _, end in of_part[:-1]]


@pytest.mark.slow
def test_a_typed_pattern_stays_while_people_go_back_among_names(open_page):
    page = open_page("gru", names=20)
    press(page, "More names")
    go_to(page, "Casts", None)
    unfold_parts(page)
    page.get_by_label("Pattern", exact=True).fill("{gru} the Bold")
    wait_for_names(page)
    go_to(page, "Names")
    press(page, "More names")
    press(page, "Back")
    go_to(page, "Casts", None)
    assert pattern_of(page) == "{gru} the Bold"
    assert all(line.endswith(" the Bold") for line in names_of(page))


def test_a_link_contains_a_cast_and_its_lines_can_be_kept(open_page):
    page = open_page("gru")
    go_to(page, "Casts")
    unfold_parts(page)
    page.get_by_label("Pattern", exact=True).fill("{gru} & {gru:prefix=b}")
    page.get_by_label("First letters").select_option("same in a line")
    wait_for_names(page, 20)
    press(page, "More lines")
    lines = names_of(page)
    assert all(re.fullmatch("b[abc]* & b[abc]*", line) for line in lines)
    page.locator(".name").first.click()
    assert kept(page) == lines[:1]
    reload(page)
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


@pytest.mark.slow
def test_a_long_press_on_a_line_and_its_message_copy_it(open_page):
    """A line has no card; on touch screens, a lock beside it holds it."""
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
    wait_for_text(page, "#toast", "Copied")
    assert page.evaluate(copied) == line.text_content() and kept(page) == []
    other.click()
    page.locator("#toast").get_by_role("button", name="Copy").click()
    wait_for_text(page, "#toast", "Copied")
    assert page.evaluate(copied) == other.text_content() == kept(page)[0]
    line.press("d")
    page.wait_for_function(
        "text => navigator.clipboard.readText().then((it) => it === text)", arg=line.text_content()
    )
    hold = page.locator(".hold").first
    assert hold.is_visible() and hold.bounding_box()["x"] + hold.bounding_box()["width"] <= 360
    hold.click()
    page.get_by_role("button", name="More lines").click()
    wait_for_names(page)
    assert line.text_content() in page.evaluate("[...chosen.held.values()]")


@pytest.mark.slow
def test_a_cast_is_composed_on_a_phone(open_page):
    page = open_page("gru", "dinosaurs", width=360, height=740)
    follow(page, "#seed=1&cast=[Lord|Lady] {dinosaurs} of {gru}")
    page.get_by_role("tab", name="Names").click()
    reload(page)
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


@pytest.mark.slow
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


def test_lines_break_after_commas_and_between_words(open_page):
    cast = "&cast=Sir+{dinosaurs}+of+the+Green-and-Golden-Wood,+who+bears+a+red-gold+lion"
    page = open_page("dinosaurs", address=f"#seed=1&count=3{cast}", names=3, width=360, height=740)
    clauses = page.locator(".name").first.locator("bdi > span")
    assert clauses.all_text_contents()[1] == "who bears a red-gold lion"
    above, below = (each.bounding_box() for each in clauses.all())
    assert below["y"] >= above["y"] + above["height"]
    words = page.locator(".name span:not(:has(span))").evaluate_all(
        "all => all.map((word) => word.getBoundingClientRect().height)"
    )
    assert max(words) < 1.5 * min(words), "none is broken at its hyphens"
    assert names_of(page)[0].replace("\n", " ").endswith("Wood, who bears a red-gold lion")
    ends = page.locator(".name").evaluate_all(
        """all => all.map((name) => {
          const edge = (element, side) => element.getBoundingClientRect()[side];
          const ends = Array.from(name.querySelectorAll("span"), (e) => edge(e, "right"));
          return [Math.max(...ends), edge(name, "right")];
        })"""
    )
    assert all(text <= lock for text, lock in ends), "lines end beside their locks"
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    unfold_parts(page)
    menu = page.locator("#parts .of-name select").first
    assert menu.evaluate("e => getComputedStyle(e).textOverflow") == "ellipsis"


def test_boldness_of_a_part_brings_its_temperature(open_page):
    """Regression: the page's temperature took precedence, although nobody had set it."""
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


@pytest.mark.slow
def test_casts_are_of_the_kind_that_writes(open_page, small_models):
    """Regression: they kept the first model, whichever kind was pressed."""
    kinds = ("elvish-names", "norse-names", "towns")
    page = open_page(*((kind, small_models["rnn"]) for kind in kinds))
    go_to(page, "Casts", count=None)
    assert pattern_of(page) == "[Warden|Regent|Marshal] {elvish-names} of {towns}"
    go_to(page, "Names", count=None)
    press(page, "Norse names", count=None)
    go_to(page, "Casts", count=None)
    assert pattern_of(page) == "[Warden|Regent|Marshal] {norse-names} of {towns}"
    reload(page)
    go_to(page, "Names", count=None)
    press(page, "Elvish names", count=None)
    go_to(page, "Casts", count=None)
    assert pattern_of(page) == "[Warden|Regent|Marshal] {elvish-names} of {towns}", (
        "after a reload, too"
    )
    follow(page, "#seed=1&cast={towns}")
    go_to(page, "Names", count=None)
    press(page, "Elvish names", count=None)
    go_to(page, "Casts", count=None)
    assert pattern_of(page) == "{towns}", "what was typed stays"


def test_lines_of_a_model_of_towns_have_its_towns(open_page, small_models):
    page = open_page(("japanese-towns", small_models["rnn"]), address="", names=None)
    go_to(page, "Casts", count=None)
    assert pattern_of(page).startswith("The ") and pattern_of(page).endswith(", {japanese-towns}")


def test_creatures_are_no_nobles(open_page, small_models):
    page = open_page(("dinosaurs", small_models["rnn"]), address="", names=None)
    go_to(page, "Casts", count=None)
    press(page, "Creature", count=None)
    assert pattern_of(page) == "[Great|Horned|Crested|Swift] {dinosaurs}"


def test_a_people_without_a_word_for_names_in_its_title_is_people(open_page, small_models):
    page = open_page(*((kind, small_models["rnn"]) for kind in ("norse", "elvish", "towns")))
    go_to(page, "Casts", count=None)
    assert pattern_of(page) == "[Warden|Regent|Marshal] {norse} of {towns}"


def test_conditions_are_of_each_name_of_a_line_and_the_page_says_so(open_page):
    page = open_page("gru", address="#seed=1&prefix=ab")
    words = "chips => getComputedStyle(chips, '::before').content"
    assert page.locator("#chips").evaluate(words) == "none"
    shadow = page.locator("#chips .chip").evaluate("chip => getComputedStyle(chip).boxShadow")
    assert shadow == "none", "it has one outline"
    follow(page, "#seed=1&prefix=ab&count=5&cast={gru}+of+{gru}", count=5)
    assert page.locator("#chips").evaluate(words) == '"In each name:"'
    assert all(re.fullmatch("ab.* of ab.*", line) for line in names_of(page))
