"""Names that the page draws: the button, conditions, messages where names are too few."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest

from rnn_names.conditions.near_list import NearList
from rnn_names.corpus.names import Names, Vocabulary
from support.browser import names_of, reload, wait_for_names
from support.networks import random_model
from support.pages import HOSTILE, follow, kept, press, said, set_to, unfold, wait_for_text


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


def test_the_first_names_are_in_the_page_and_an_address_has_none_of_them(
    open_page, page_file, dinosaurs
):
    before = """const wait = setTimeout;
        window.said = new Set();
        window.setTimeout = (call, ms, ...more) => {
          if (ms !== 2000) return wait(call, ms, ...more);
          call(); // LONG_SEARCH: it would say that nothing is found
          said.add(document.getElementById("status").innerText);
        };
        addEventListener("DOMContentLoaded", () => {
        window.early = Array.from(document.querySelectorAll("b.name"), (e) => e.textContent); });"""
    text = page_file(("dinosaurs", dinosaurs)).read_text("utf-8")
    first = re.findall('<b class="name"><bdi>(.*?)</bdi></b>', text)
    page = open_page("dinosaurs", address="", names=None, before=before)
    wait_for_names(page)
    shown = names_of(page)
    assert shown == first[: len(shown)] and page.evaluate("early") == first
    assert len(first) == 40 and "#seed=1&" in page.url
    assert page.evaluate("[...said]") == [""], "it shows names already"
    press(page, "More names", count=len(shown))
    assert names_of(page) != shown
    page = open_page("dinosaurs", address="#seed=2", before=before)
    assert page.evaluate("early") == [] and names_of(page) != first[:20]


def test_more_names_keep_the_first_ones_and_a_count_has_bounds(page):
    twenty = names_of(page)
    set_to(page, "How many", 33, count=33)
    assert names_of(page)[:20] == twenty
    set_to(page, "How many", 20)
    assert names_of(page) == twenty
    count = page.locator("#count")
    for typed, key, nearest, label in (
        ("-3", "Enter", "1", "At least"),
        ("20.5", "Tab", "20", "How many"),
        ("", "Enter", "20", "How many"),
        ("5000", "Tab", "1000", "At most"),
    ):
        count.fill("20")
        wait_for_names(page, 20)
        count.fill(typed)
        count.press(key)
        assert count.input_value() == nearest
        assert page.locator("#amount label").inner_text() == label
        assert page.locator("#toast").inner_text() == "How many: from 1 to 1000"
    count.fill("20")
    wait_for_names(page, 20)
    assert page.locator("#amount label").inner_text() == "How many"
    count.fill("5000")
    page.evaluate("changed()")
    wait_for_names(page, 20)  # while it is typed
    count.fill("20")
    unfold(page)
    page.get_by_label("Shortest length").fill("-3")
    page.get_by_label("Shortest length").press("Tab")
    assert page.locator("#toast").inner_text() == "Shortest length: from 1 to 200"
    assert page.locator("#chips").inner_text().split()[:3] == ["Shortest", "length", "1"]
    page.evaluate("setCondition('min-length', '')")
    press(page, "More names")
    assert page.locator("#toast").inner_text() == "", "it goes with the next action"
    press(page, "Back")
    wait_for_names(page)
    assert names_of(page) == twenty


@pytest.mark.slow
def test_temperature_and_boldness_are_set_and_shown(page):
    mean = {}
    for temperature in (0.5, 1, 1.7):
        set_to(page, "Temperature", temperature)
        log_probs = "names => names.map((name) => rnnNames.score(name))"
        mean[temperature] = np.mean(page.evaluate(log_probs, names_of(page)))
        assert page.locator("#temperature-value").inner_text() == f"{temperature:.2f}"
        words = {0.5: "Closer to the list than balanced.", 1.7: "Bolder than balanced."}
        hint = page.locator("#boldness-hint").inner_text()
        assert hint == words.get(temperature, hint)
        assert page.locator("#boldness [aria-pressed=true]").count() == (temperature == 1)
    assert mean[0.5] > mean[1] > mean[1.7], "cooler names are more probable"
    for word, number in (("wild", "1.30"), ("balanced", "1.00"), ("safe", "1.15")):
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


def test_a_broken_address_opens_with_the_usual_settings(page):
    broken = "#seed=x&count=-4&temperature=-1&min-length=1e9&shares=a%20b&nonsense=%00<b>"
    follow(page, broken)
    assert page.get_by_label("How many").input_value() == "20"
    wrong, length = page.locator("#settings [aria-invalid=true]"), page.locator("#min-length")
    assert [each.get_attribute("id") for each in wrong.all()] == ["temperature", "min-length"]
    assert length.is_visible() and not length.input_value(), "it is marked where all can see it"
    for reason in (
        "Left out of this link: seed=x (not a whole number), count=-4 (not a whole number from 1",
        "temperature=-1 (not a finite number above 0), min-length=1e9 (not a whole number from 1",
        "shares=a b (not numbers of at least 0), nonsense=",
    ):
        assert reason in said(page)
    follow(page, "#seed=1&foo=1")
    assert said(page) == "Left out of this link: foo=1 (unknown here)."
    follow(page, "#seed=1&foo=")
    press(page, "More names")
    assert said(page) == "", "it was about the link"


def test_all_settings_are_reset_and_come_back_by_their_address(page):
    set_to(page, "Begins with", "ab")
    before = page.url
    page.get_by_role("button", name="Reset all").click()
    opening = r"#seed=1&count=\d\d&novel=yes&no-near-copies=yes&unique=yes&clean=yes"
    page.wait_for_url(re.compile(f"{opening}&boldness=safe$"))  # as many names as fit
    assert page.locator("#temperature-value").inner_text() == "1.15"
    page.get_by_role("button", name="Draw balanced ones").click()
    wait_for_names(page)
    assert re.search(f"{opening}$", page.url)
    assert not page.get_by_label("Begins with", exact=True).input_value()
    follow(page, before.partition("#")[2])
    page.locator("#fine summary").click()
    assert not page.locator("#temperature").is_visible()
    follow(page, "#seed=1&temperature=0.5")
    assert page.locator("#temperature").is_visible(), "what is not as the word says is in sight"


@pytest.mark.slow
def test_controls_set_conditions(page, small_models):
    near = NearList(small_models["gru"])
    set_to(page, "How many", 8, count=8)
    set_to(page, "Longest length", 9, count=8)
    set_to(page, "Ignore upper and lower case", True, count=8)
    for label, value, holds in [
        ("Begins with", "ab, CA", lambda name: name.startswith(("ab", "ca"))),
        ("Ends with", "b,ca", lambda name: name.endswith(("b", "ca"))),
        ("Leave out", "BAB, aab", lambda name: "bab" not in name and "aab" not in name),
        ("Contains", "c", lambda name: "c" in name),
        ("Shortest length", 5, lambda name: len(name) >= 5),
        ("Regular expression", ".*[ab]..", lambda name: name[-3] != "c"),
        ("No near copies", True, lambda name: not near.near(Names.from_strings([name]), 1)[0]),
        ("Longest length", 6, lambda name: len(name) <= 6),
    ]:
        assert not all(map(holds, names_of(page))), label
        set_to(page, label, value, count=8)
        assert all(map(holds, names_of(page))), label
    names, link = names_of(page), page.url
    reload(page)
    wait_for_names(page, 8)
    assert (page.url, names_of(page)) == (link, names)
    page.requests[1:] = []  # of the reload


def test_names_are_new_and_unique(page, small_models):
    """This is how a page opens; an old link has the settings that it states."""
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


@pytest.mark.slow
def test_a_page_opens_with_safe_names_or_a_message_that_they_are_too_few(open_page, dinosaurs):
    page = open_page("gru", address="", names=None)
    wait_for_text(page, "#status", "these are balanced ones")
    wait_for_names(page)
    assert page.locator("#boldness [aria-pressed=true]").inner_text() == "balanced"
    assert "boldness" not in page.url
    page = open_page("dinosaurs", address="#count=20")
    assert page.locator("#boldness [aria-pressed=true]").inner_text() == "safe"
    assert "boldness=safe" in page.url
    checks = {"novel": True, "min_edits": 2, "unique": True, "clean": True}
    seed = int(re.search(r"seed=(\d+)", page.url)[1])
    drawn = dinosaurs.sample(20, seed=seed, boldness="safe", **checks)
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


WHY_NOT = {
    "“abł” cannot be in a name: no name in the list has the character “ł”.": {"prefix": "abł"},
    "No name can have at least 9 and at most 3 characters.": {"min-length": 9, "max-length": 3},
    "No name with this beginning can meet the conditions.": {"prefix": "ab", "match": "c.*"},
    "No name can meet these conditions.": {"suffix": "cb", "match": ".*[ac]"},
    "“(” is not a regular expression: a closing ) is missing.": {"match": "("},
    "“[” is not a regular expression: a closing ] is missing.": {"match": "["},
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
    follow(page, "#seed=1&prefix=ab&max-length=3&boldness=safe", count=0)
    assert "a name begins with “ab”, has 2 to 3 characters, " in said(page)
    ways_on = page.locator("#status button").all_inner_texts()
    assert ways_on == [
        "Drop “Begins with ab”",
        "Drop “Longest length 3”",
        "Draw balanced ones",
    ]


def test_without_names_the_earlier_ones_are_dimmed_and_conditions_can_be_dropped(open_page):
    page = open_page("gru", address="#seed=1&held=0+abc")
    before = names_of(page)
    assert page.evaluate("$('settings').contains($('prefix'))"), "no field hides the method"
    impossible = urlencode({"suffix": "cb", "match": ".*[ac]", "count": 5})
    follow(page, f"#seed=1&held=0+abc&{impossible}", count=1)
    assert said(page) == "No name can meet these conditions."
    faint = page.locator(".name:disabled")
    assert faint.all_inner_texts() == before[1:]
    assert float(faint.first.evaluate("e => getComputedStyle(e).opacity")) < 0.5
    assert page.locator("#status button").count() == 0, "it does not know which to drop"
    press(page, "Drop Regular expression .*[ac]", count=5)
    assert all(name.endswith("cb") for name in names_of(page)[1:])


def test_a_message_that_nothing_is_found_goes_with_the_first_name(page):
    """Regression: "No name found yet." stood beside "26 / 999"."""
    page.evaluate("""() => {
      const wait = window.setTimeout;
      const says = () => $("status").innerText.startsWith("No name found yet");
      window.setTimeout = (call, ms) => {
        if (ms !== LONG_SEARCH) return wait(call, ms);
        call(); // says it at once
        window.wasSaid ||= says();
      };
      const note = () => (window.isBesideNumber ||= says() && /^[1-9]/.test($("found").innerText));
      new MutationObserver(note).observe($("found"), { childList: true });
    }""")
    follow(page, "#seed=3&novel=yes&count=500", 500)
    assert page.evaluate("[wasSaid, isBesideNumber]") == [True, False]


def test_a_search_without_a_name_says_the_lengths_of_the_list_and_pauses(open_page, small_models):
    training = {**small_models["gru"].training, "longest": 200}
    page = open_page(("gru", replace(small_models["gru"], training=training)))
    page.evaluate("""() => {
      const wait = window.setTimeout;
      window.setTimeout = (call, ms) => wait(call, ms === MAX_SEARCH ? 1000 : ms);
    }""")
    page.evaluate("setCondition('min-length', '190')")
    wait_for_text(page, "#status", "Names of the list have")
    wait_for_text(page, "#status", "Stopped after 20 seconds: 0 of 20 names found")
    assert said(page).endswith("Names of the list have 1 to 200 characters."), "it still says why"
    page.get_by_role("button", name="Go on").wait_for()


def test_a_search_that_is_stopped_says_which_condition_is_tightest(open_page):
    address = "#seed=1&boldness=safe&suffix=us&max-length=8&count=300"
    page = open_page("dinosaurs", address=address, names=None)
    wait_for_text(page, "#found", "/ 300")
    press(page, "Stop", count=None)
    why = r"The tightest condition: a name [^(]+ \(met by 1 in \d+\)\."
    assert re.fullmatch(rf"Stopped: \d+ of 300 names found in [\d,]+ drawn\. {why}", said(page))
    page.get_by_role("button", name="Go on").wait_for()
    assert page.locator("#status").get_by_role("button", name="Drop “").count()


@pytest.mark.slow
def test_a_long_search_keeps_the_page_responsive_and_can_be_stopped(open_page):
    page = open_page("first-names")  # a large network, which searches for seconds
    before = names_of(page)
    unfold(page)
    page.get_by_label("Ends with", exact=True).fill("zzzz")
    wait_for_text(page, "#progress")
    page.evaluate("""() => new Promise((resolve) => {
      let turns = 0;
      const timer = setInterval(() => {
        if (++turns === 10) resolve(clearInterval(timer));
      }, 10);
    })""")
    assert page.locator("#progress:indeterminate").is_visible(), "it moves, nothing is found"
    assert page.locator("#found").inner_text() == "Looking…"
    page.locator(".name").first.click()
    assert kept(page) == [], "the names that are shown are earlier ones"
    assert page.locator("#keep-all").is_disabled() and page.locator("#copy-names").is_disabled()
    wait_for_text(page, "#status", "No listed name ends with “zzzz”.")
    press(page, "Stop", count=None)
    assert names_of(page) == before, "they are clear again"
    page.get_by_role("button", name="Drop “Ends with zzzz”").wait_for()
    why = r"The tightest condition: a name ends with “zzzz” \(met by none of [\d,]+\)\."
    assert re.fullmatch(rf"Stopped: 0 of 20 names found in [\d,]+ drawn\. {why}", said(page))
    # The message goes at once; this search soon shows its own.
    page.get_by_role("button", name="Go on").evaluate("""(button) => new Promise((emptied) => {
      const status = document.getElementById("status");
      const seen = new MutationObserver(() => status.innerText || emptied());
      seen.observe(status, { childList: true });
      button.click();
    })""")
    wait_for_text(page, "#search.busy")
    press(page, "Stop", count=None)


def test_the_later_of_two_drawings_is_shown(open_page):
    """The first one is still drawing when the second one begins."""
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


def test_names_that_wait_behind_a_missing_one_are_shown(page):
    """Regression: the message counted them, but they were not shown."""
    found = page.evaluate(
        """async () => {
          const [search, shown] = [new NameQueue(blendOf(models, [1]).blend,
            drawOptions(withTexts({}), blendOf(models, [1]).blend, models), []), []];
          search.waiting = [null, "ab", "ba"].map((name) => ({ name }));
          return [search.addWaiting(2, { found: (name) => shown.push(name) }), shown];
        }"""
    )
    assert found == [["ab", "ba"]] * 2


def test_a_page_without_its_font_or_with_a_damaged_store_opens(open_page):
    """Regression: it stayed empty."""
    broken = "FontFaceSet.prototype.load = () => Promise.reject(new Error('refused'));"
    page = open_page("gru", before=broken)
    assert len(names_of(page)) == 20 and not page.evaluate("document.body.inert")


def test_a_card_keeps_its_name_even_if_it_was_typed(open_page):
    page = open_page("dinosaurs")
    page.get_by_role("button", name="How likely is a name?").click()
    assert not page.locator("#details").is_visible(), "there is nothing to say yet"
    page.get_by_label("Type a name").fill("Triora")
    page.get_by_role("button", name="Keep", exact=True).click()
    assert kept(page) == ["Triora"] and not page.locator("#toast").inner_text()
    keep = page.get_by_role("button", name="Kept", exact=True)
    assert keep.get_attribute("aria-pressed") == "true"
    page.get_by_label("Type a name").fill("Triorasaurus of the Western Shores")
    whole = "({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => "
    whole += "scrollWidth <= clientWidth && scrollHeight <= clientHeight"
    assert page.get_by_label("Type a name").evaluate(whole), "all of it is shown"
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


def test_a_typed_name_is_explained_letter_by_letter(open_page):
    page = open_page("dinosaurs")
    unfold(page)
    page.get_by_label("Type a name").fill("Trio")
    letters = page.locator("#letters button")
    assert [text.split()[0] for text in letters.all_inner_texts()] == ["T", "r", "i", "o", "end"]
    assert re.fullmatch(
        r"About 1 in \d+ \w+ names is Trio\. Not in the list\.",
        page.locator("#verdict").inner_text(),
    )
    letters.nth(3).focus()
    assert page.locator("#expected-title").inner_text() == "Expected after Tri"
    assert page.locator("#expected li").count() == 5
    shown = page.locator("#expected li:visible").all_inner_texts()  # on a laptop fewer
    shares = [float(text.split()[1]) for text in shown]
    assert shares == sorted(shares, reverse=True)
    assert page.locator("#expected .here bdi").all_inner_texts() in ([], ["o"])
    letters.nth(0).hover()
    assert page.locator("#expected-title").inner_text() == "Expected at the beginning"
    page.get_by_label("Type a name").fill("Tri7x")
    assert letters.nth(3).inner_text().split() == ["7", "–"]
    assert "has the character “7”" in page.locator("#verdict").inner_text()
    assert not page.locator("#more-begin").is_visible(), "no name begins or ends like it"
    page.get_by_label("Type a name").fill("Tqrzxoidt")  # nine letters in a row
    widths = letters.evaluate_all("all => all.map((e) => [e.lastChild.offsetWidth, e.offsetWidth])")
    assert any("<.1" in text for text in letters.all_inner_texts())
    assert all(number < letter - 2 for number, letter in widths), "percentages stand apart"


def test_of_several_pasted_names_the_first_is_explained(page):
    unfold(page)
    typed = page.get_by_label("Type a name")
    typed.fill("\n abca\nbac\n")
    assert typed.input_value() == "abca"
    assert page.locator("#toast").inner_text() == "One name at a time: this is the first"
    assert page.locator("#letters button").count() == 5


def test_a_link_without_a_seed_and_a_number_fills_the_window(open_page):
    size = {"width": 1920, "height": 1080}
    page = open_page("dinosaurs", address="#contains=a", names=None, **size)
    page.wait_for_selector("#names[aria-busy=false] .name:visible >> nth=20")
    below = page.locator("#ten-more").bounding_box()
    assert 0.8 * 1080 < below["y"] + below["height"] <= 1080
    assert all("a" in name.lower() for name in names_of(page))
    for link in ("#contains=a&count=20", "#seed=1&contains=a"):
        follow(page, link, count=20)


def test_a_hostile_model_stays_text(open_page):
    characters = "\"&'<>\u2028"
    training = {"distinct_names": HOSTILE, "held_out_loss": {"<b>": HOSTILE}}
    hostile = random_model(characters, **training)
    page = open_page((HOSTILE, hostile), address="#seed=1&prefix=<")
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    assert {*"".join(page.evaluate("rnnNames.sample(90)"))} == {*characters}
    assert page.locator("h1").inner_text() == f"Names like {HOSTILE}"
    assert page.locator("img, b, script:not([type])").count() == 4
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


def test_ten_more_names_are_added_below(open_page):
    page = open_page("dinosaurs")
    first = names_of(page)
    press(page, "10 more", count=30)
    assert names_of(page)[:20] == first
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert page.locator("#more").bounding_box()["y"] < 120, "it stays in sight"
    page.get_by_role("button", name="Keep all").click()
    said_above, bar = (page.locator(each).bounding_box() for each in ("#toast", "#bar"))
    assert said_above["y"] > 0 and said_above["y"] + said_above["height"] <= bar["y"], "in the head"
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
    press(page, "More names", count=20)


def test_ten_more_names_fill_the_last_row(open_page, dinosaurs):
    page = open_page("dinosaurs", address="#seed=1&count=27", names=27)
    press(page, "11 more", count=38)  # in two columns
    models = ((name, dinosaurs) for name in "abc")
    page = open_page(*models, address="", names=None, width=740, height=360)
    wait_for_names(page)
    assert page.locator(".name:visible").count() == 16
    below = page.locator("#ten-more").bounding_box()
    assert below["y"] + below["height"] <= 360


def test_errors_are_shown_above_the_names_with_a_remedy(open_page):
    page = open_page("gru", address="#seed=1&prefix=Xq", names=0, width=360, height=740)
    status = page.locator("#status").bounding_box()
    assert status["width"] > 300 and status["y"] < 250
    assert page.locator("#prefix").get_attribute("aria-invalid") == "true"
    colour = "element => getComputedStyle(element).color"
    wrong = page.locator("#prefix").evaluate("e => getComputedStyle(e).borderColor")
    assert page.locator("#status").evaluate(colour) == wrong
    assert page.locator("#copy-names").is_disabled()
    press(page, "Drop “Begins with Xq”")
    assert said(page) == "" and page.locator("#status").bounding_box()["height"] == 0
    assert page.locator("#prefix").get_attribute("aria-invalid") == "false"
    follow(page, "#seed=1&match=Xx.*q", count=0)
    assert said(page).startswith("No name can meet these conditions.")
    press(page, "Drop “Regular expression Xx.*q”")
    assert said(page) == "", "the only condition is the one to drop"


def test_a_length_that_no_name_has_is_an_error_though_its_field_is_hidden(open_page):
    """Regression: *More names* did nothing, and no message said why."""
    page = open_page("gru", width=390, height=740)
    page.locator("#max-length").evaluate("field => (field.value = '300')")
    press(page, "More names", count=0)
    assert said(page).endswith("at most 300 characters.")
    assert page.locator("#max-length").get_attribute("aria-invalid") == "true"
    press(page, "Drop “Longest length 300”")
    assert said(page) == ""


def test_on_a_phone_an_error_is_shown_below_the_field_that_it_is_about(open_page):
    page = open_page("gru", width=360, height=740)
    page.get_by_role("button", name="Settings").click()
    page.locator("summary", has_text="Conditions").click()
    page.get_by_label("Regular expression", exact=True).fill("((")
    error = page.locator("#settings .wrong", has_text="“((” is not a regular expression")
    error.wait_for()
    below, drawer = error.bounding_box(), page.locator("#settings").bounding_box()
    assert below["y"] + below["height"] <= drawer["y"] + drawer["height"]
    page.get_by_label("Regular expression", exact=True).fill("a")
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


def test_as_many_names_fit_after_a_reset_as_when_the_page_opens(open_page):
    page = open_page("dinosaurs", address="", names=None)
    wait_for_names(page)
    opening = len(names_of(page))
    unfold(page)
    page.get_by_label("Begins with", exact=True).fill("A")
    wait_for_text(page, "#chips .chip")
    wait_for_names(page)
    page.get_by_role("button", name="Reset all").click()
    wait_for_names(page, opening)


def test_as_many_names_fit_after_a_reset_of_impossible_conditions(open_page):
    page = open_page("dinosaurs", address="", names=None)
    wait_for_names(page)
    opening = len(names_of(page))
    page.evaluate("setCondition('prefix', 'Жж')")
    wait_for_text(page, "#status .link")
    page.get_by_role("button", name="Reset all").click()
    wait_for_names(page, opening)


def test_a_new_search_removes_the_marks_of_the_one_before(open_page):
    page = open_page("gru", address="#seed=1&prefix=xyz", names=None)
    page.locator("#prefix[aria-invalid=true]").wait_for(state="attached")
    marks = "() => { draw(); return $('prefix').getAttribute('aria-invalid'); }"
    assert page.evaluate(marks) == "false"
    follow(page, "#seed=1&count=1", count=1)
    assert page.locator("#status .unseen").text_content() == " 1 name."


def test_the_subtitle_promises_new_names_only_if_they_are_new(open_page):
    page = open_page("gru", address="#seed=1&novel=yes")
    assert page.locator("#subtitle").inner_text().endswith("All names are new, never on the list.")
    follow(page, "#seed=7")
    assert page.locator("#subtitle").inner_text().strip() == "Press a name to keep it."


@pytest.mark.slow
def test_names_are_new_again_after_a_model_without_its_list(open_page, small_models):
    """Regression: the checkbox stayed off, also after *Back* and a reload, and in casts."""
    forgetful = ("forgetful", replace(small_models["gru"], fingerprints=None))
    page = open_page("dinosaurs", forgetful, "gru", address="#seed=1&novel=yes&boldness=balanced")
    new = page.get_by_label("Only new names")
    novel = "settingsOfForm().novel"
    press(page, "forgetful", count=None)
    assert new.is_disabled() and not page.evaluate(novel)
    reload(page)
    wait_for_names(page)
    assert new.is_disabled() and not page.evaluate(novel)
    press(page, "dinosaurs", count=None)
    assert new.is_enabled() and page.evaluate(novel) and "novel=yes" in page.url
    page.get_by_role("button", name="Back").click()
    wait_for_names(page)
    assert new.is_disabled() and "novel=yes" in page.url
    follow(page, "#seed=1&novel=yes&shares=0 1 0&cast={dinosaurs} of {dinosaurs}")
    assert new.is_checked() and "novel=yes" in page.url
    follow(page, "#seed=1&novel=yes&cast={dinosaurs} of {forgetful}")
    assert new.is_disabled()


@pytest.mark.slow
def test_after_a_reload_names_fill_the_window_even_a_large_one(open_page):
    page = open_page("dinosaurs", address="", names=None)
    wait_for_names(page)
    reload(page)
    wait_for_names(page)
    page.get_by_role("tab", name="Casts").click()
    wait_for_names(page)
    assert page.locator(".name:visible").count() < 12
    page.get_by_role("tab", name="Names").click()
    page.set_viewport_size({"width": 2560, "height": 1440})
    press(page, "More names", count=None)
    boxes = [each.bounding_box() for each in page.locator(".name:visible").all()]
    assert len(boxes) % len({box["x"] for box in boxes}) == 0, "the last row is full"
    assert boxes[-1]["y"] > 0.8 * 1440


def test_an_unticked_box_counts_for_safe_names_and_stays_so_in_the_link(open_page, dinosaurs):
    page = open_page("dinosaurs", address="#seed=1&boldness=safe", names=None)
    wait_for_names(page)
    boxes = ("Only new names", "No near copies", "No name twice", "No rude words")
    assert all(page.get_by_label(box).is_checked() for box in boxes), "safe names imply them"
    safe = names_of(page)
    page.get_by_label("No near copies").uncheck()
    wait_for_names(page)
    options = {"boldness": "safe", "novel": True, "unique": True, "min_edits": 1}
    assert names_of(page) == dinosaurs.sample(20, seed=1, **options) != safe
    assert "no-near-copies=no" in page.url
    reload(page)
    wait_for_names(page)
    assert not page.get_by_label("No near copies").is_checked()
    press(page, "safe", count=None)
    wait_for_names(page)
    assert page.get_by_label("No near copies").is_checked() and names_of(page) == safe
