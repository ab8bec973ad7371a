"""The tests themselves: names that can be read, and nothing that is imported from a test module."""

import importlib
import re
from pathlib import Path

from support.program import ROOT

SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "tests").rglob("*.py"))
}


def test_names_of_tests_are_under_80_characters():
    names = re.findall(r"^ *def (test_\w+)", "\n".join(SOURCES.values()), re.MULTILINE)
    assert len(names) > 500
    assert [name for name in names if len(name) >= 80] == []


def test_nothing_is_imported_from_a_test_module():
    """What several share is in tests/support."""
    test_modules = {Path(file).stem for file in SOURCES if "/test_" in file} | {"conftest"}
    imports = re.compile(r"^ *(?:from .* )?import (?:\([^)]*\)|.*)", re.MULTILINE)
    for file, source in SOURCES.items():
        imported = re.findall(r"\w+", " ".join(imports.findall(source)))
        assert "import" in imported or "import" not in source, file
        assert not {*imported} & test_modules, file


def test_names_of_tests_contain_no_address(request):
    """Else it is another one in each process, and the suite cannot be split over several."""
    assert [item.nodeid for item in request.session.items if " at 0x" in item.nodeid] == []


def test_files_named_in_scripts_exist():
    scripts = [ROOT / "Makefile", *(ROOT / "tests").glob("*.sh")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in scripts)
    named = re.findall(r"\b(?:tests|docs|data)/[\w/]+\.(?:py|sh|txt)\b", text)
    assert len(named) > 20
    assert [file for file in named if not (ROOT / file).exists()] == []


def test_studies_patch_attributes_that_exist(monkeypatch):
    """Regression: `make ablation` ended after minutes, since a method had another name."""
    monkeypatch.syspath_prepend(ROOT / "tests" / "quality")
    ablation, ahead = map(importlib.import_module, ["ablation", "ablation_ahead"])
    patches = [patch for variant in ablation.VARIANTS.values() for patch in variant.patches]
    patches += [patch for _, patches in ahead.VARIANTS.values() for patch in patches]
    assert len(patches) >= 5
    assert [name for owner, name, _ in patches if not hasattr(owner, name)] == []
