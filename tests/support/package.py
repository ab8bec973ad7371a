"""The package's own files, for tests of how it is written."""

from pathlib import Path

import rnn_names

PACKAGE = Path(rnn_names.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}
