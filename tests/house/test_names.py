"""One name, one meaning: no two modules have a public constant of the same name."""

import ast

from support.package import MODULES


def constants(source):
    """The public constants that a module defines: names in capitals, without an underscore."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [
                each.id for at in targets for each in ast.walk(at) if isinstance(each, ast.Name)
            ]
            yield from (name for name in names if name.isupper() and not name.startswith("_"))


def test_no_two_modules_have_a_constant_of_the_same_name():
    """Who looks for a name finds one thing; and no import takes one for the other."""
    defined = {}
    for module, path in sorted(MODULES.items()):
        for name in set(constants(path.read_text(encoding="utf-8"))):
            defined.setdefault(name, []).append(module)
    assert len(defined) > 100
    assert {name: modules for name, modules in defined.items() if len(modules) > 1} == {}
