"""Checks the package for npm as those who install it use it: make npm-check.

From the tarball, into empty projects: in plain JavaScript on the oldest Node that it promises and
on the newest one, against Python for 1,000 seeds; in TypeScript, strictly, with both kinds of
module resolution; in a bundle for browsers. Then sizes, and what publint and attw find.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, f"{sys.path[0]}/docs/npm")
sys.path.insert(0, f"{sys.path[1]}/tests")

import build

from rnn_names.model import bundled
from support import npm

MOST_ENGINE_AND_MODEL, MOST_IN_ALL = 600_000, 10_000_000  # bytes, packed
TYPED = """
import { namesOf, type SampleOptions } from "rnn-names";
import elvish from "rnn-names/models/elvish";

const options: SampleOptions = { seed: 7n, prefix: ["A", "B"], minEdits: 2 };
const { sample, score, cast, models } = namesOf(elvish);
const names: string[] = await sample(3, options);
const parts: string[][] = await cast("{elvish} of {elvish}", 2, { parts: true });
const value: number = score(names[0] ?? "");
const origin: string | undefined = models[0]?.sources[0]?.origin;
console.log(names, parts, value, origin);
// @ts-expect-error
await sample("3");
// @ts-expect-error
await sample(3, { prefxi: "A" });
// @ts-expect-error
namesOf();
"""


def main() -> None:
    """Checks all of it, and prints a line for each check; the first that fails ends it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        build.build(list(bundled.MODELS))
        packed = json.loads(run(["npm", "pack", "--json", str(build.TARGET)], folder))
        entry = packed[0] if isinstance(packed, list) else next(iter(packed.values()))
        tarball = folder / entry["filename"]
        assert tarball.stat().st_size <= MOST_IN_ALL, tarball.stat().st_size
        print(f"packed: {tarball.stat().st_size / 1e6:.1f} MB, {entry['entryCount']} files")
        for version in (build.OLDEST_NODE, "latest"):
            project = new_project(folder / f"node-{version}", tarball, f"node@{version}")
            node = project / "node_modules" / ".bin" / "node"
            npm.check_seeds(node, project, 1000)
            npm.check_readme(node, project)
            print(f"Node {run([node, '--version'], project).strip()}: 1,000 seeds, the README")
        typescript(folder, tarball)
        bundle(folder, tarball)
        # ESM only: what attw says of CommonJS is that there is none.
        tools = new_project(folder / "tools", tarball, "publint", "@arethetypeswrong/cli")
        run([tools / "node_modules/.bin/publint", "--strict", tarball], tools)
        attw = [tools / "node_modules/.bin/attw", tarball, "--profile", "esm-only"]
        run([*attw, "--exclude-entrypoints", "./package.json"], tools)
        print("publint and attw: nothing")


def new_project(folder: Path, *packages: object) -> Path:
    """An empty project with some packages."""
    folder.mkdir()
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    run(["npm", "install", "--silent", "--no-audit", "--no-fund", *packages], folder)
    return folder


def typescript(folder: Path, tarball: Path) -> None:
    """Whether the types fit, and refuse what is wrong."""
    project = new_project(folder / "typescript", tarball, "typescript")
    (project / "main.ts").write_text(TYPED)
    for module, resolution in (("esnext", "bundler"), ("nodenext", "nodenext")):
        options = {"module": module, "moduleResolution": resolution, "strict": True}
        options |= {"noUncheckedIndexedAccess": True, "noEmit": True, "target": "es2022"}
        options |= {"lib": ["es2022", "dom"], "skipLibCheck": False, "types": []}
        config = {"compilerOptions": options, "include": ["main.ts"]}
        (project / "tsconfig.json").write_text(json.dumps(config))
        run([project / "node_modules/.bin/tsc", "--project", "tsconfig.json"], project)
        print(f"TypeScript, strict, module resolution {resolution}")


def bundle(folder: Path, tarball: Path) -> None:
    """Whether a bundle for browsers works, and holds no other model; how large it is."""
    project = new_project(folder / "bundle", tarball, "esbuild")
    for model in ("elvish", "surnames"):
        (project / "main.js").write_text(
            'import { namesOf } from "rnn-names";\n'
            f'import model from "rnn-names/models/{model}";\n'
            "const options = { seed: 1, minEdits: 1 };\n"
            "console.log(JSON.stringify(await namesOf(model).sample(99, options)));\n"
        )
        options = "--bundle --minify --format=esm --platform=browser --outfile=out.mjs".split()
        run(
            [project / "node_modules/.bin/esbuild", "main.js", *options, "--log-level=warning"],
            project,
        )
        text = (project / "out.mjs").read_bytes()
        size = len(gzip.compress(text))
        others = {name for name in bundled.MODELS if re.search(rf'name:"{name}"', text.decode())}
        assert others == {model}, others
        assert size <= MOST_ENGINE_AND_MODEL, size
        names = json.loads(run([shutil.which("node"), "out.mjs"], project))
        assert names == npm.expected(model, [1], 99)[0], names
        print(f"a bundle with {model}: {size / 1e6:.2f} MB packed")


def run(command: list[object], folder: Path) -> str:
    """What a command prints; its words and the end of this check if it fails."""
    done = subprocess.run(
        list(map(str, command)), cwd=folder, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        sys.exit(f"$ {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
