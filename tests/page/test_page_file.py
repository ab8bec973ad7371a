"""The text of the page that writes names: whole, small, and closed to the outside."""

import base64
import hashlib
import json
import math
import re
from collections import Counter
from dataclasses import replace

import pytest

from rnn_names import Model
from rnn_names.errors import BlendError
from rnn_names.model.bundled import MODELS
from rnn_names.page.page import hue_of, page
from rnn_names.page.script import PageModel, as_script_data
from support.package import PACKAGE
from support.pages import scripts_of

LIMITS = {"elvish": 385_000, "dinosaurs": 545_000, "first-names": 860_000, "surnames": 1_125_000}


@pytest.mark.parametrize("name", LIMITS)
def test_a_page_is_small(name):
    assert len(page([PageModel(name, Model.load(name))]).encode()) <= LIMITS[name]


def test_the_policy_allows_only_the_pages_scripts_and_style(bundled):
    text = page([PageModel("dinosaurs", bundled["dinosaurs"])])
    assert "\r" not in text, "browsers would hash other line ends"
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', text)[1]
    for element, more in (("script", scripts_of(text).values()), ("style", [])):
        inside = re.findall(rf"<{element}>(.*?)</{element}>", text, re.S)
        digests = (hashlib.sha256(each.encode()).digest() for each in [*inside, *more])
        allowed = " ".join(f"'sha256-{base64.b64encode(each).decode()}'" for each in digests)
        assert f"{element}-src {allowed};" in policy
    assert policy.startswith("default-src 'none';")


@pytest.mark.parametrize("share", [0, -1, math.inf, math.nan])
def test_invalid_shares_are_refused(share, model):
    with pytest.raises(BlendError, match="must be a finite number above 0"):
        page([PageModel("a", model), PageModel("b", model, share)])


def test_no_text_of_a_model_becomes_markup(bundled):
    hostile = "</script><script>alert(1)</script>\u2028<!--&"
    training = {**bundled["dinosaurs"].training, "distinct_names": 9, "lists": [hostile]}
    model = replace(bundled["dinosaurs"], training=training)
    text = page([PageModel(hostile, model), PageModel('"><b>', model)])
    assert text.count("<script") == text.count("</script>") == 3
    assert "<b>" not in text and "\u2028" not in text and "alert(1)</script>" not in text
    assert json.loads(as_script_data(hostile)) == hostile
    with pytest.raises(ValueError):  # it would be no JSON
        as_script_data(math.nan)


def test_each_set_of_models_has_its_own_colour(small_models):
    gru, rnn = (PageModel(*each) for each in small_models.items())
    pages = [page(parts) for parts in ([gru], [rnn], [gru, rnn], [rnn, gru])]
    hues = [re.search(r"--hue: (\d+);", text)[1] for text in pages]
    assert len({*hues}) == 3 and hues[2] == hues[3], "whatever their order"
    assert int(hues[0]) == hue_of("gru")
    assert all(130 <= hue_of(name) < 420 for name in MODELS), "no olive: from 60 to 130"


def test_a_name_is_defined_in_one_module_only():
    """Modules become one script, where a second definition would replace the first."""
    defined = r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)"
    texts = [path.read_text("utf-8") for path in (PACKAGE / "page").rglob("*.js")]
    names = Counter(name for text in texts for name in re.findall(defined, text, re.MULTILINE))
    assert len(names) > 300 and [name for name in names if names[name] > 1] == []


def test_fonts_of_a_page_are_small_and_fit_its_models(small_models):
    few, many = (
        page([PageModel("a", each)]) for each in (small_models["gru"], Model.load("polish-towns"))
    )
    sizes = [sum(map(len, re.findall("font/woff2;base64,(.*?)\\)", text))) for text in (few, many)]
    assert 20_000 < sizes[0] < sizes[1] < 54_000  # in base64: 40 kB
