"""Each folder imports only from those below it, and no module imports in a circle."""

import ast
import graphlib

from support.package import MODULES

FOLDERS = ["", "cli", "page", "report", "training", "casts", "model", "sampling"]
FOLDERS += ["lookahead", "ngram", "conditions", "options", "network", "value_table", "corpus"]
FOLDERS += ["processes"]
"""From the top down: what users import, then each folder, `options.py` and `value_table.py`."""

BELOW_ALL = ["arrays", "declarations", "errors", "files", "system", "version"]


def floor(module):
    """How far down a module lives: 0 at the top."""
    parts = module.split(".")[1:]
    if len(parts) == 1 and parts[0] in BELOW_ALL:
        return len(FOLDERS)
    return FOLDERS.index(parts[0] if parts and parts[0] in FOLDERS else "")


def imports(path):
    """The modules of the package that a file imports, anywhere in it, for types too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            for name in node.names:
                inside = f"{node.module}.{name.name}"
                if inside in MODULES:
                    yield inside
                elif node.module in MODULES:
                    yield node.module


def test_a_module_imports_only_from_folders_below_and_never_in_a_cycle():
    imported = {module: sorted(set(imports(path))) for module, path in MODULES.items()}
    arrows = [(module, each) for module, found in imported.items() for each in found]
    assert len(arrows) > 100
    assert [(a, b) for a, b in arrows if floor(b) < floor(a)] == []
    graphlib.TopologicalSorter(imported).prepare()
