"""Leads the links of 404.html from any address, where the folder of the site is not known.

A host shows that page for whatever is not there, so that relative links would begin at any depth. A
script of the site is sought in the folders of the address, from the innermost: the first one that
is there says where the site begins.
"""

from __future__ import annotations

import re

SEEK = r"""
for (let path = location.pathname; (path = path.replace(/[^/]*$/, "")); path = path.slice(0, -1))
  document.write(`<script src="${location.origin}${path}here.js"><\/script>`);
"""

HERE = """// 404.html seeks this file, to know where the site begins.
if (!document.querySelector("base")) {
  const base = document.createElement("base");
  base.href = new URL(".", document.currentScript.src);
  document.head.prepend(base);
}
"""
"""The file here.js."""

THEME = """
const config = document.getElementById("__config");
config.textContent = JSON.stringify({
  ...JSON.parse(config.textContent),
  base: new URL(".", document.baseURI),
});
"""
"""The theme would begin at the address of the page."""

CONFIG = re.compile(r'(<script id="__config".*?"base": )"/"(.*?"search": ")/(.*?</script>)', re.S)


def anywhere(page: str) -> str:
    """404.html with links that begin at `/` changed to those of the folder of the site."""
    page = re.sub(r'((?:href|src)=")/', r"\1./", page)
    page = page.replace('new URL("/",location)', 'new URL(".",document.baseURI)')
    page = page.replace("<title>", "<title>Page not found - ", 1)
    page = page.replace("<head>", f"<head><script>{SEEK}</script>", 1)
    page, n = CONFIG.subn(rf'\1"."\2./\3<script>{{{THEME}}}</script>', page)
    if n != 1:
        raise ValueError("404.html has no base that the theme would read")
    return page
