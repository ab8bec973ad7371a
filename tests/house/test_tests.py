"""The tests themselves: names that can be read, and nothing that is imported from a test module."""

import ast
import re

import pytest

from support.program import ROOT

FILES = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "tests").rglob("*.py"))}


@pytest.mark.parametrize("file", FILES)
def test_names_are_under_80_characters(file):
    names = re.findall(r"^ *def (test_\w+)", FILES[file].read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in names if len(name) >= 80] == []


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_imported_from_a_test_module(file):
    """What several share is in tests/support."""
    modules = []
    for node in ast.walk(ast.parse(FILES[file].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules += [node.module, *(name.name for name in node.names)]
    test_modules = {path.stem for path in FILES.values() if path.stem.startswith("test_")}
    assert {part for module in modules for part in module.split(".")} & test_modules == set()
    assert "conftest" not in modules


def test_the_name_of_a_test_holds_no_address(request):
    """Else it is another one in each process, and the suite cannot be split over several."""
    assert [item.nodeid for item in request.session.items if " at 0x" in item.nodeid] == []
