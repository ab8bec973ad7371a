"""The section of CHANGELOG.md about one version: what a release says of itself.

python tests/support/changelog.py 0.2.0
"""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"


def section(text, version):
    """What stands under the heading of a version; "" if it has none."""
    for part in text.split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        if version in re.findall(r"[\d.]+", heading):
            return body.strip()
    return ""


if __name__ == "__main__":
    found = section(CHANGELOG.read_text(encoding="utf-8"), sys.argv[1])
    print(found or sys.exit(f"CHANGELOG.md has no section {sys.argv[1]}"))
