"""The software bill of materials of the wheel (PEP 770), in CycloneDX's JSON.

It lists what is in the wheel and is not our own work, the models with the terms of the lists that
they learned from, and what the package needs beside it. It is the same in every build.

    unzip -p dist/*.whl '*/sboms/*'
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write(root: Path, name: str, version: str, dependencies: Iterable[str]) -> Path:
    """Writes the file into build/ of the folder of the project, and gives its path."""
    path = root / "build" / f"{name}.cdx.json"
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(bill(root, name, version, dependencies), ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


def bill(root: Path, name: str, version: str, dependencies: Iterable[str]) -> dict[str, Any]:
    """All that the file says."""
    sys.path.insert(0, str(root))
    from rnn_names.model import bundled

    ours = {"type": "application", "bom-ref": name, "name": name, "version": version}
    ours |= {"purl": f"pkg:pypi/{name}@{version}", "licenses": [{"expression": "MIT"}]}
    needed = [_library(each) for each in sorted(dependencies)]
    models = [_model("base", bundled.BASE_SOURCE, bundled.BASE)]
    for each, model in sorted(bundled.MODELS.items()):
        models.append(_model(each, model.source, bundled.path_of(each)))
    components = [*needed, *models]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": ours},
        "components": components,
        "dependencies": [{"ref": name, "dependsOn": [each["bom-ref"] for each in components]}],
    }


def _library(requirement: str) -> dict[str, Any]:
    """A requirement, such as numpy>=1.26: what is installed beside us, not in the wheel.

    >>> _library("numpy>=1.26")["purl"]
    'pkg:pypi/numpy'
    """
    name = re.match(r"[\w.-]+", requirement)[0]
    purl = f"pkg:pypi/{name}"
    note = {"name": "requirement", "value": requirement}
    return {"type": "library", "bom-ref": purl, "name": name, "purl": purl, "properties": [note]}


def _model(name: str, source: Any, path: str) -> dict[str, Any]:
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model/{name}",
        "name": name,
        "description": f"Learned from {source.what}; {source.origin}.",
        "licenses": [{"license": {"name": source.terms}}],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
