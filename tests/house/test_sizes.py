"""Modules and functions that can be read in one go: 400 lines at most, bodies of 50 at most.

The suite's summary says how long modules are in the mean.
"""

import ast

from support.package import MODULES

SOURCES = {module: path.read_text(encoding="utf-8") for module, path in MODULES.items()}

LINES_OF_A_MODULE = 400
LINES_OF_A_BODY = 50


def functions(tree):
    """The functions of a module, and the lines of each body: signature and docstring left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1:] if ast.get_docstring(node) is not None else node.body
            lines = node.end_lineno - first[0].lineno + 1 if first else 0
            yield node.name, lines


def test_a_module_has_at_most_400_lines():
    lines = {module: source.count("\n") for module, source in SOURCES.items()}
    assert {module: n for module, n in lines.items() if n > LINES_OF_A_MODULE} == {}


def test_a_functions_body_has_at_most_50_lines():
    found = [(m, *each) for m, source in SOURCES.items() for each in functions(ast.parse(source))]
    assert len(found) > 500
    assert [each for each in found if each[2] > LINES_OF_A_BODY] == []
