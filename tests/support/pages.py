"""What people do with a page that writes names, and what it shows them."""

import base64
import json
import re
import zlib

from support.browser import wait_for_names


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
    wait_for_names(page, count)


def wait_for_text(page, element, text=""):
    """Waits until the first such element is visible with a text.

    Playwright's own waiting looks again after half a second.
    """
    has_it = """([element, text]) => {
      const found = document.querySelector(element);
      return found?.checkVisibility() && found.innerText.includes(text);
    }"""
    page.wait_for_function(has_it, arg=[element, text])


def go_to(page, tab, count=20):
    """Shows another view, and waits for its names: as many, or whatever there are."""
    page.get_by_role("tab", name=tab).click()
    wait_for_names(page, count)


def follow(page, link, count=20):
    """Opens another link of the page, as somebody who puts it into the address bar."""
    page.evaluate("link => { location.hash = link; }", link)
    wait_for_names(page, count)


def said(page):
    """What the page says above the names, without what is for screen readers."""
    return page.locator("#status").evaluate("status => status.firstChild.data")


def kept(page):
    return page.locator("#favourites bdi").all_inner_texts()


FOR_FILES = "It works only with this file."
SIZES = "all => all.map((e) => parseFloat(getComputedStyle(e).fontSize))"
"""The sizes of the type of some elements, in px."""

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
"""How many names are in sight, and which controls are not."""

HOSTILE = "</script><img src=x onerror=alert(1)>'\"&"
"""A name of a model that would break out of a page that took it for markup."""

SMALL = """() => Array.from(document.querySelectorAll("button, input, select, summary, [role=tab]"))
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .map((each) => [each.closest(".check") ?? each, each])
  .filter(([each]) => {
    const box = each.getBoundingClientRect();
    return box.width && (box.height < 43.9 || (box.width < 24 && each.id !== "typed"));
  })
  .map(([, each]) => each.outerHTML)"""
"""What is too small for a finger."""


def scripts_of(text):
    """The scripts that are packed in a page, by the names of their elements."""
    packed = re.search(r'id="packed">(.*?)</script>', text)[1]
    return json.loads(zlib.decompress(base64.b64decode(packed)))
