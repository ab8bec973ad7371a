"""The site's page of all kinds, where one finds a kind."""

import re
import sys

from support.documents import ROOT

sys.path.insert(0, str(ROOT / "docs" / "site"))

import kinds


def test_a_search_finds_kinds_and_their_names_or_shows_a_message(browser):
    contents = '<ul class="md-nav"><li id="fantasy"><a href="#group">Fantasy</a></li></ul>'
    field = re.search(r"<input.*?</span></p>", kinds.page(), re.DOTALL)[0]
    cards = f'<div class="group"><h2 id="group"></h2>{kinds.cards(["elvish", "dwarvish"])}</div>'
    script = (ROOT / "docs/site/site.js").read_text("utf-8")
    page = browser.profile().new_page()
    page.set_content(f"{contents}{contents}{field}{cards}<script>{script}</script>")
    shown = page.locator(".kinds > li:visible, #no-kind:visible, #fantasy:visible")
    assert shown.count() == 4
    page.get_by_label("Find a kind").fill("dwar")
    assert shown.count() == 3 and "Dwarvish" in shown.last.inner_text()
    page.get_by_label("Find a kind").fill(kinds.bundled.MODELS["elvish"].samples[0])
    assert shown.count() == 3 and "Elvish" in shown.last.inner_text(), "by a name on a card"
    page.get_by_label("Find a kind").fill("zzz")
    assert shown.all_inner_texts() == ["There is no such kind. Learn it from a list of yours."]
