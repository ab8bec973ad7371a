"""The modules: short enough to be read in one go, one meaning for a name, one that knows systems.

The suite's summary says how long modules are on average.
"""

import ast
import re

from support.package import MODULES, PACKAGE

SOURCES = {module: path.read_text(encoding="utf-8") for module, path in MODULES.items()}

LINES_OF_A_MODULE = 400
LINES_OF_A_BODY = 50

ASKS = re.compile(
    r"sys\.platform|\bos\.name\b|\bplatform\.|(?:has|get)attr\((?:os|signal|socket)\b|sys, .frozen"
    r"|/dev/stdin|import (?:fcntl|resource|pwd|termios|msvcrt|winreg)\b"
    r"|memfd_create|sched_getaffinity"
)


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
    """A search finds one definition, and no import can pick the wrong one."""
    defined = {}
    for module, source in sorted(SOURCES.items()):
        for name in set(constants(source)):
            defined.setdefault(name, []).append(module)
    assert len(defined) > 100
    assert {name: modules for name, modules in defined.items() if len(modules) > 1} == {}


def test_no_other_module_asks_which_system_this_is():
    asking = {module for module, source in SOURCES.items() if ASKS.search(source)}
    assert asking == {"rnn_names.system", "rnn_names.cli.info"}, "the latter tells which"


def test_names_in_a_folders_index_are_modules_of_that_folder():
    """An index names a module in backquotes, or at the beginning of a line of a table."""
    named = [
        f"{package}.{name}"
        for package, path in MODULES.items()
        if path.name == "__init__.py" and package != "rnn_names"
        for names in re.findall(r"`(\w+)`|^ {4}(\w+)  ", SOURCES[package], re.MULTILINE)
        for name in filter(None, names)
    ]
    assert len(named) > 50
    assert [name for name in named if name not in MODULES] == []


def test_files_named_in_comments_exist():
    """Scripts name the Python module that does the same; a module that moved is easily missed."""
    texts = [path for kind in ("py", "js", "css", "html") for path in PACKAGE.rglob(f"*.{kind}")]
    named = [
        (str(text.relative_to(PACKAGE)), file)
        for text in texts
        for file in re.findall(r"\brnn_names/([\w/]+\.\w+)", text.read_text(encoding="utf-8"))
    ]
    assert len(named) > 10
    assert [each for each in named if not (PACKAGE / each[1]).is_file()] == []
