"""The package for npm: what is in it, and that it writes Python's names.

`make npm-check` installs it, in the ways that people do.
"""

import json
import sys

import pytest

from rnn_names.version import __version__
from support import node, npm
from support.documents import ROOT

sys.path.insert(0, str(ROOT / "docs" / "npm"))
import build


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with the package, as npm would install it, with two models."""
    folder = tmp_path_factory.mktemp("project")
    build.build(["elvish", "welsh-towns"], folder / "node_modules" / "rnn-names")
    return folder


def test_all_exports_exist_and_are_published(project):
    package = project / "node_modules" / "rnn-names"
    manifest = json.loads((package / "package.json").read_text("utf-8"))
    assert manifest["version"] == __version__
    assert manifest["sideEffects"] is False and "dependencies" not in manifest
    for place, ways in manifest["exports"].items():
        for path in [ways] if isinstance(ways, str) else ways.values():
            for name in ["elvish", "welsh-towns"] if "*" in place else [""]:
                file = package / path.replace("*", name)
                assert file.is_file(), place
                top = file.relative_to(package).parts[0]
                assert top in (*manifest["files"], "package.json"), "npm would leave it out"
    assert "WTFPL" in (package / "MODELS.md").read_text("utf-8"), "whose terms the models are under"


@pytest.mark.slow
@pytest.mark.skipif(not node.NODE, reason=node.NOT_TESTED)
def test_the_package_writes_the_names_of_python_and_its_readme_runs(project):
    npm.check_seeds(node.NODE, project, 100)
    npm.check_readme(node.NODE, project)


@pytest.mark.skipif(not node.NODE, reason=node.NOT_TESTED)
def test_blends_work_and_wrong_arguments_are_refused(project):
    lines = npm.printed(
        node.NODE,
        project,
        """
import { namesOf } from "rnn-names";
import elvish from "rnn-names/models/elvish";
import towns from "rnn-names/models/welsh-towns";
const blend = namesOf(elvish, towns);
console.log(JSON.stringify(await blend.sample(3, { seed: 4, shares: [2, 1] })));
console.log(blend.models.map(({ name }) => name).join());
try { namesOf(); } catch (error) { console.log(error.message); }
try { await blend.sample(3, { prefxi: "A" }); } catch (error) { console.log(error.message); }
""",
    )
    parts = [npm.Model.load(name) for name in ("elvish", "welsh-towns")]
    expected = parts[0].blend(parts[1], weights=[2, 1]).sample(3, seed=4)
    assert json.loads(lines[0]) == expected
    told = 'namesOf: give it models: import elvish from "rnn-names/models/elvish"'
    assert lines[1:3] == ["elvish,welsh-towns", told]
    assert "prefxi" in lines[3]
