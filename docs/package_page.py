"""What a package index shows: the README with links and an installation by name, and addresses.

hatchling runs this whenever the package is built. The address of the repository is known where a
release is made, and comes from there:

    REPOSITORY_URL=https://example.org/us/rnn-names python -m build

Without it the package names no address, and the README's links stay relative.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

# [text](target), src="target", href="target"; of targets those in the repository: relative ones
RELATIVE = re.compile(r'(\]\(|(?:src|href)=")(?![a-z]+:|#|/)([^)"\s]+)')
PICTURES = (".png", ".svg")


class PackagePage(MetadataHookInterface):
    """Gives the fields `readme` and `urls`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Adds the two fields to the metadata from pyproject.toml."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        if repository := os.environ.get("REPOSITORY_URL", "").rstrip("/"):
            readme = with_absolute_links(readme, repository)
            readme = re.sub(r" install \.(?=\s)", " install rnn-names", readme)
            metadata["urls"] = {
                "Source": repository,
                "Documentation": f"{repository}/blob/HEAD/docs/tutorial.md",
                "Changelog": f"{repository}/blob/HEAD/CHANGELOG.md",
                "Issues": f"{repository}/issues",
            }
        metadata["readme"] = {"content-type": "text/markdown", "text": readme}


def with_absolute_links(readme: str, repository: str) -> str:
    """The README with its links into the repository made absolute, those of pictures to the file.

    docs/page.md becomes REPOSITORY/blob/HEAD/docs/page.md, docs/page.png REPOSITORY/raw/HEAD/….
    """

    def absolute(match: re.Match[str]) -> str:
        before, target = match.groups()
        kind = "raw" if target.endswith(PICTURES) else "blob"
        return f"{before}{repository}/{kind}/HEAD/{target}"

    return RELATIVE.sub(absolute, readme)
