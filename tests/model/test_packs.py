"""Models of other packages: found by name, listed with their package, none of it imported."""

import json
import re
import shutil
import sys

import pytest

from rnn_names import Model
from rnn_names.model import bundled
from rnn_names.model.selection import find_model_file
from support.networks import random_model
from support.program import ROOT, error_line

EXAMPLE = ROOT / "tests" / "example_pack"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A folder on the path that holds the example, as pip would install it, with a tiny model."""
    shutil.copytree(EXAMPLE / "drow_names", tmp_path / "drow_names")
    random_model("drow", longest=5, shortest=4).save(tmp_path / "drow_names" / "drow.npz")
    described = tmp_path / "drow_names-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: drow-names\nVersion: 1.0\n")
    group = re.search(
        r'\n\[project\.entry-points\."(.+)"\]\n(.+)\n', (EXAMPLE / "pyproject.toml").read_text()
    )
    with_caret = group[2].replace('"', "")
    (described / "entry_points.txt").write_text(
        f"[{group[1]}]\n{with_caret}\nlost = lost_names\nElvish = drow_names\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_model_of_a_package_is_loaded_by_its_name(installed, invoke):
    names = invoke("sample", "-m", "drow", "-n", 5, "--seed", 1).stdout.splitlines()
    assert names == Model.load(installed / "drow_names" / "drow.npz").sample(5, seed=1)
    assert names == Model.load("Drow").sample(5, seed=1)
    assert invoke("cast", "{drow} of {elvish}", "-n", 2).returncode == 0
    assert "drow_names" not in sys.modules, "nothing of the package is imported"


def test_files_and_bundled_models_take_precedence(installed, invoke):
    assert find_model_file("elvish") == bundled.path_of("elvish")
    random_model("x", longest=2, shortest=2).save(installed / "drow")
    assert invoke("sample", "-m", "drow", "-n", 1, cwd=installed).stdout == "xx\n"


def test_models_of_packages_are_listed_with_their_package(installed, invoke):
    done = invoke("models", "--json")
    listed = {each["name"]: each for each in json.loads(done.stdout)}
    assert {*listed} == {*bundled.MODELS, "drow"}
    assert (listed["drow"]["package"], listed["elvish"]["package"]) == ("drow-names", None)
    assert len(listed["drow"]["samples"]) == 3
    assert "a model from the package drow-names is left out: lost_names/lost.npz" in done.stderr
    assert "from drow-names" in invoke("models").stdout


def test_a_missing_model_is_an_error_of_one_line_with_similar_names(installed, invoke):
    assert "lost.npz: cannot be read" in error_line(invoke("sample", "-m", "lost"))
    assert error_line(invoke("sample", "-m", "drows")).endswith("take a bundled one: drow")
