"""Names that are kept, held, copied, or in a link."""

import re
import sys
from urllib.parse import urlencode

import pytest

from support.browser import names_of, reload, visit, wait_for_names
from support.documents import ROOT
from support.pages import FOR_FILES, SIZES, follow, kept, press, set_to, wait_for_text

sys.path.insert(0, str(ROOT / "docs" / "site"))

import framed


def test_all_places_have_names_though_a_held_name_comes_again_and_again(open_page):
    """Where names may come twice, a copy of a held name takes no place of another."""
    page = open_page("gru", address="#seed=1&count=20&max-length=1&held=2+b")
    assert names_of(page)[2] == "b" and names_of(page).count("b") > 2
    places = [i for i, name in enumerate(names_of(page)) if name == "b"][:2]
    held = "*".join(f"{place} b" for place in places)
    follow(page, f"#seed=1&count=20&max-length=1&{urlencode({'held': held})}")
    assert len(names_of(page)) == 20 and all(names_of(page)[place] == "b" for place in places)


def test_a_later_copy_of_a_name_can_be_held(open_page):
    """Of two equal names, the one that was held is the one that stays."""
    page = open_page("gru", address="#seed=1&count=20&max-length=1")
    names = names_of(page)
    later = max(i for i in range(20) if names[i] in names[:i])
    page.locator("#names .name").nth(later).press("h")
    reload(page)
    wait_for_names(page, 20)
    assert names_of(page) == names


@pytest.mark.slow
def test_a_released_name_stays_until_others_are_drawn(page):
    """Its link says that it is on the page, and not held."""
    third, lock = page.locator(".name").nth(3), page.locator(".hold").nth(3)
    third.press("h")
    held = names_of(page)[3]
    for change, sign in [("More names", "seed"), ("wild", "wild"), ("10 more", "count=30")]:
        press(page, change, count=None)
        wait_for_names(page)
        shown = names_of(page)
        third.press("h")
        reload(page)
        wait_for_names(page, len(shown))
        assert names_of(page) == shown and shown[3] == held and sign in page.url
        assert lock.get_attribute("aria-pressed") == "false" and "stayed=3" in page.url
        third.press("h")
    assert "held=3" in page.url and "stayed" not in page.url
    third.press("h")
    press(page, "balanced", count=30)
    shown = names_of(page)
    assert not re.search("held|stayed", page.url)
    reload(page)
    wait_for_names(page, 30)
    assert names_of(page) == shown, "place 3 has the name that is drawn for it"
    page.requests[1:] = []  # of the reloads


def test_a_held_name_outlives_a_number_that_is_being_typed(page):
    """While 30 is typed, 3 names are drawn; if the field is empty, 20."""
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
    page.evaluate("placesFor(20)")  # as when others are drawn
    page.evaluate("document.querySelectorAll('.hold')[17].click()")
    page.evaluate("toggleHold(document.querySelectorAll('.name')[18])")
    assert page.evaluate("chosen.held.size") == 0 and "held" not in page.url


def test_a_second_step_back_waits_for_the_first(page):
    """Regression: two quick steps back left the page."""
    first = names_of(page)
    press(page, "More names")
    page.evaluate("for (let i = 0; i < 3; i++) document.getElementById('back').click()")
    page.wait_for_url(re.compile("#seed=1$"))
    wait_for_names(page, 20)
    assert names_of(page) == first and page.get_by_role("button", name="Forward").is_enabled()


def test_where_fingers_touch_the_browsers_way_back_closes_a_drawer_first(open_page):
    page = open_page("gru", has_touch=True, is_mobile=True, width=360, height=740)
    first = names_of(page)
    press(page, "More names")
    drawn = names_of(page)
    page.get_by_role("button", name="Settings").click()
    page.evaluate("history.back()")
    page.locator("#settings").wait_for(state="hidden")
    page.wait_for_function("known === location.hash && !isBack()")
    assert names_of(page) == drawn
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Back").click()  # of the page
    page.wait_for_url(re.compile("#seed=1$"))
    wait_for_names(page, 20)
    assert names_of(page) == first


def test_undo_takes_back_nothing_that_was_done_since(page):
    """Regression: it restored the whole list, without the notes and names added since."""
    names = list(dict.fromkeys(names_of(page)))[:4]
    places = [
        page.locator("#names").get_by_role("button", name=name, exact=True).first for name in names
    ]
    for place in places[:3]:
        place.click()
    page.get_by_role("button", name=f"Remove {names[1]}").click()
    page.get_by_label(f"Note on {names[2]}").fill("a queen")
    page.evaluate("name => change([], (kept) => [...kept, [name, '']])", names[3])
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
    wait_for_names(page)
    page.get_by_role("tab", name="Casts").click()
    wait_for_names(page)
    page.locator(".name:visible").last.press("h")
    held = names_of(page)
    page.locator("#build > summary").click()
    wait_for_names(page)
    assert names_of(page) == held


def test_kept_names_survive_a_reload_and_can_be_removed(page):
    names = list(dict.fromkeys(names_of(page)))[:2]
    for name in names:
        page.locator("#names").get_by_role("button", name=name, exact=True).first.click()
    assert kept(page) == names
    reload(page)
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
    assert kept(page) == names[1:] and not page.locator("#toast").inner_text()
    first.click()
    page.keyboard.press("Control+z")
    undone = page.locator("#toast").inner_text()
    assert kept(page) == names[1:] and undone == f"Kept {names[0]} – undone"
    page.keyboard.press("Control+z")
    press(page, "wild")
    address = page.url
    page.get_by_role("button", name="Reset all").click()
    wait_for_text(page, "#toast", "reset")
    wait_for_names(page)
    page.keyboard.press("Control+z")
    page.wait_for_url(address)
    assert kept(page) == names[1:], "it takes back what the message is about"
    page.requests[1:] = []  # of the reload


SITE, SITE_ADDRESS = ("fae", "sea"), "https://names.test/names"


def test_kept_names_and_links_are_downloaded_and_copied(open_page):
    names = "JSON.stringify(['Łucja', '=1+1', 'a\"b, c'])"
    page = open_page(
        "gru",
        before=f"localStorage.setItem('rnn-names: gru', {names})",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#kept-title").get_attribute("data-of") == ": gru"
    texts = {}
    for kind in (".txt", ".csv"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save {kind}").click()
        texts[download.value.suggested_filename] = download.value.path().read_bytes().decode()
    assert texts["gru-names.txt"] == 'Łucja\r\n=1+1\r\na"b, c\r\n'
    assert texts["gru-names.csv"] == '\ufeffname\r\n"Łucja"\r\n"\'=1+1"\r\n"a""b, c"\r\n'
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


def test_messages_with_buttons_stay_longer(open_page):
    page = open_page("gru")
    page.clock.install()
    page.evaluate("toast(['Copied'])")
    page.clock.fast_forward(4500)
    assert page.locator("#toast").inner_text() == ""
    for action in ("Details", "Undo"):  # it is kept, then removed
        page.locator(".name").first.click()
        page.mouse.move(1, 1)
        page.clock.fast_forward(5000)
        assert page.get_by_role("button", name=action).is_visible()
        page.clock.fast_forward(3000)
        assert page.locator("#toast").inner_text() == ""


def test_a_key_copies_a_name(open_page):
    page = open_page("gru", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    wait_for_text(page, "#toast", "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == names_of(page)[0]
    assert kept(page) == []


def test_a_kept_line_has_its_buttons_beside_it_and_its_note_below(open_page):
    line = "Dame Noemilianna the Unlucky of Shakaylavania, who bears a black rose on gold"
    page = open_page("gru", address=f"#seed=1&cast=[{line}]", width=360, height=740)
    page.locator(".name").first.click()
    said = page.locator("#toast").bounding_box()
    assert said["height"] < 50 and said["x"] >= 0 and said["x"] + said["width"] <= 360
    page.get_by_role("button", name="Kept 1").click()
    note, remove = (page.locator(f"#favourites {each}").last for each in (".note", ".remove"))
    of_note, of_remove = note.bounding_box(), remove.bounding_box()
    assert of_note["y"] > of_remove["y"] and of_note["width"] > 300
    assert of_remove["x"] + of_remove["width"] <= 360
    note.fill("in chapter 3")
    assert remove.bounding_box() == of_remove, "nothing jumps when a note is typed"


@pytest.mark.slow
def test_all_pages_of_the_site_have_the_same_kept_names(browser, page_file, small_models):
    """Among them those that older pages stored apart; what a page learned stays its own."""
    profile, texts = browser.profile(), {}
    for name in SITE:
        file = page_file((name, small_models["gru"]))
        texts[name] = framed.with_frame(file.read_text("utf-8"), "../kinds.html")
    name_in = re.compile(r"(\w+)\.html")
    profile.route(
        name_in, lambda route: route.fulfill(body=texts[name_in.search(route.request.url)[1]])
    )
    fae, sea = profile.new_page(), profile.new_page()
    visit(fae, f"{SITE_ADDRESS}/fae.html")
    fae.evaluate('localStorage.setItem(\'rnn-names: fae\', \'[["Aelin", "a queen"], "Orla"]\')')
    fae.evaluate("localStorage.removeItem('rnn-names')")
    visit(sea, f"{SITE_ADDRESS}/sea.html")
    wait_for_names(sea)
    assert kept(sea) == ["Aelin", "Orla"]
    sea.get_by_role("button", name="Remove Orla").click()
    wait_for_text(fae, "#kept-total", "1")
    fae.locator("#names[aria-busy=false] .name").first.click()
    wait_for_text(sea, "#kept-total", "2")
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


@pytest.mark.slow
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
    reload(page)
    wait_for_names(page, 20)
    assert names_of(page) == second, "a link holds what is on the page"
    page.keyboard.press("Backspace")
    page.wait_for_url(re.compile("#seed=1&"))
    wait_for_names(page, 20)
    assert names_of(page) == first
    page.get_by_role("tab", name="Your list").click()
    page.keyboard.press("?")
    assert page.get_by_role("heading", name="Keys").is_visible(), "in each view"
    page.keyboard.press("?")
    page.get_by_role("tab", name="Names").click()
    page.keyboard.press("?")
    assert page.get_by_role("heading", name="Keys").is_visible()
    page.keyboard.press("?")
    assert not page.get_by_role("heading", name="Keys").is_visible()
    page.locator(".name").nth(4).click()
    page.keyboard.press("Enter")  # after a press by the mouse, it draws
    wait_for_names(page, 20)
    assert kept(page) == [first[1], first[4]]
    assert names_of(page)[1] == first[1] and names_of(page)[4] != first[4]


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
    reload(page)
    wait_for_names(page, 20)
    assert names_of(page) == held


def test_a_link_holds_texts_and_no_markup(open_page):
    page = open_page("gru", address="#seed=1&held=0+<b>&held=1+abc&held=x&held=999+a")
    assert names_of(page)[:2] == ["<b>", "abc"]
    assert page.locator("#names b").count() == 0
    reload(page)
    wait_for_names(page, 20)
    assert names_of(page)[0] == "<b>"


def test_a_held_line_of_another_pattern_stays_over_a_reload(open_page):
    address = f"#{urlencode({'seed': 1, 'count': 5, 'cast': '{gru} № 7'})}"
    page = open_page("gru", address=address, names=5)
    held = names_of(page)[0]
    page.locator(".name").first.press("h")
    set_to(page, "Pattern", "a {gru}", count=5)
    reload(page)
    wait_for_names(page, 5)
    assert names_of(page)[0] == held and "№" in held and "№" not in names_of(page)[1]
    page.requests[1:] = []  # of the reload


def test_two_tabs_keep_names_though_one_hears_late(page):
    """A tab can be pressed before it hears what another tab has stored."""
    late = page.context.new_page()
    late.add_init_script("addEventListener('storage', (event) => event.stopImmediatePropagation())")
    visit(late, page.url)
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
    page.get_by_role("button", name=f"Move up {names[0]}").click()
    assert kept(page) == names
    items = page.locator("#favourites li")
    by_its_name = {"x": 20, "y": 10}  # its note has text to select
    items.last.drag_to(items.first, source_position=by_its_name)
    assert kept(page) == names[::-1]
    with page.expect_download() as download:
        page.get_by_role("button", name="Save .txt").click()
    text = download.value.path().read_bytes().decode()
    assert text == f"{names[1]}\tthe queen\r\n{names[0]}\r\n"
    page.emulate_media(media="print")
    assert page.locator(".name:visible").count() == 0, "on paper there are the kept names"
    assert page.locator(".kept-name:visible").all_inner_texts() == names[::-1]
    assert not page.locator("h1").is_visible() and page.locator("#kept-title").is_visible()


def test_a_held_name_keeps_its_size_on_a_phone(open_page, bundled):
    page = open_page(("dinosaurs", bundled["dinosaurs"]), width=360, height=740)
    before = page.locator(".name").evaluate_all(SIZES)
    place = before.index(max(before))
    page.locator(".name").nth(place).press("h")
    assert page.locator(".hold").nth(place).is_visible()
    assert page.locator(".name").evaluate_all(SIZES) == before
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_link_is_shared_where_fingers_touch(open_page):
    shares = """
      navigator.canShare = ({ url }) => url.includes("#seed=");
      navigator.share = async ({ url }) => { window.shared = url; };
    """
    page = open_page("gru", before=shares, has_touch=True, is_mobile=True, width=360, height=740)
    page.get_by_role("button", name="Link", exact=True).click()
    assert page.evaluate("window.shared") == page.url
    assert page.locator("#toast").inner_text() == ""


@pytest.mark.slow
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
