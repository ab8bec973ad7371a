"""The recipes for Homebrew and conda-forge name what pyproject.toml needs."""

import hashlib
import re
import sys

import pytest

from support.documents import ROOT

pytest.importorskip("tomllib", reason="tomllib came with Python 3.11")
sys.path.insert(0, str(ROOT / "docs"))

import recipes

NEEDS = recipes.project_table()["dependencies"]


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Both recipes of an sdist, and its digest; what pip would bring is made up."""

    def fake(needs):
        wanted = [recipes.name_of(each) for each in needs if recipes.name_of(each) != "numpy"]
        return [{"name": name, "url": f"U/{name}", "digest": "0"} for name in wanted]

    monkeypatch.setattr(recipes, "resources", fake)
    monkeypatch.setenv("REPOSITORY_URL", "https://example.org/us/rnn-names/")
    sdist = tmp_path / "rnn_names-1.2.3.tar.gz"
    sdist.write_bytes(b"what is in it")
    recipes.main(sdist, tmp_path)
    texts = [(tmp_path / name).read_text("utf-8") for name in ("rnn-names.rb", "recipe.yaml")]
    return *texts, hashlib.sha256(b"what is in it").hexdigest()


def test_both_recipes_check_the_digest_of_the_sdist(made):
    *texts, digest = made
    for text in texts:
        assert digest in text
        assert "/us/rnn-names/releases/download/v1.2.3/rnn_names-1.2.3.tar.gz" in text


def test_both_recipes_have_all_dependencies(made):
    formula, conda, _ = made
    for each in NEEDS:
        name = recipes.name_of(each)
        assert f'depends_on "{name}"' in formula or f'resource "{name}" do' in formula
        assert f"    - {name} {each.removeprefix(name)}\n" in conda


def test_the_description_for_homebrew_has_at_most_80_characters(made):
    assert len(re.search('desc "(.*)"', made[0])[1]) <= 80


def test_without_a_repository_there_is_no_recipe(tmp_path, monkeypatch):
    monkeypatch.delenv("REPOSITORY_URL", raising=False)
    with pytest.raises(SystemExit, match="REPOSITORY_URL is not set"):
        recipes.main(tmp_path / "rnn_names-1.2.3.tar.gz", tmp_path)


def test_another_file_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="not an sdist"):
        recipes.main(tmp_path / "other-1.tar.gz", tmp_path)
