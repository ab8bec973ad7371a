"""Makes what the site has besides the pages of docs/, and leads their links to it.

- index.md of this folder is the first page. It holds the page of `rnn-names page`
- kinds.md: the bundled models, with three names of each
- names/…: a page that writes names of each of them
- api.md: the public names, from their docstrings
- benchmarks.md: pictures made from the tables of the results, and from a training
- project/…: the documents outside docs/ that a page links to
- here.js: by which 404.html finds the folder of the site
- source/…: the code and lists that a page links to, so that the site is whole without a repository
"""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
import sys
from html import escape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

sys.path.insert(0, str(Path(__file__).parent))

import charts
import commands
import equations
import faces
import framed
import kinds
import not_found
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from rnn_names.model import bundled
from rnn_names.model.model import Model
from rnn_names.page.page import icon_of
from rnn_names.page.page import page as names_page
from rnn_names.page.script import PageModel

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "docs" / "site"
UI = ROOT / "rnn_names" / "page" / "ui"

MODELS = ["norse", "elvish", "dwarvish", "welsh-towns", "dinosaurs"]
"""What the page on the site writes; it opens with the first of them."""

IN_FRAME = 12
"""Names that it opens with at least: on a phone, as many as fit into the frame."""

BODIES = {"index.md": "first", "tutorial.md": "steps", "page.md": "steps"}
BODIES |= {"cli.md": "commands steps", "how-it-works.md": "contents steps", "python.md": "python"}
"""Pages that site.css and site.js treat as of a kind of their own."""

OPEN = "\n[Open the page](names.html){ .md-button .md-button--primary }\n"
"""Stands above the picture of the page, which is only a picture."""

TITLES = {"npm/README.md": "For JavaScript"}
"""Titles of pages that are not their headings."""

BOOSTS: dict[str, float] = {"blending.md|casts.md|in-your-browser.md|tutorial.md": 3}
BOOSTS |= {"python.md|page.md|kinds.md": 2, "api.md|cli.md": 0.5}
BOOSTS |= {"exercises.md|benchmarks.md|project/(?!SECURITY).*": 0.3}
FOR_FEW = "releasing.md|.*/tried.md"
"""How much pages count in a search, if not as the others do; and those that it leaves out."""

LINK = re.compile(r"(\]\(<?|(?:src|href)=\")([^)>#\"\s]+)(#[^)>\"\s]*)?(>?\)|)")
CODE = re.compile(r"(^```.*?^```$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
LANGUAGES = {".py": "python", ".js": "javascript", ".sh": "bash", ".toml": "toml"}

API = """# Python API

Each public function and class, from its docstring. [From Python](python.md) shows how to use them.

::: rnn_names.training.train.train
::: rnn_names.model.model.Model
::: rnn_names.model.model.blend
::: rnn_names.training.settings.Settings
"""

LOGO = (
    icon_of(0).replace('fill="oklch(.42 .11 0)"', "").replace("<svg ", '<svg aria-hidden="true" ')
)
"""The icon in the page, where site.css gives it the colours of the page."""

ALONE = "    options:\n      members: []\n      inherited_members: false\n"
"""Of a class, what its docstring says, and no members."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds what is made or taken from elsewhere."""
    folder = Path(config.site_dir).parent / "site-parts"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "dinosaurs.jsonl"
    train = ["train", ROOT / "data" / "dinosaurs.txt", "-o", folder / "dinosaurs.npz"]
    program = [sys.executable, "-m", "rnn_names"]
    subprocess.run([*program, *train, "--log", log], check=True, capture_output=True)
    live = page_that_writes(MODELS, "index.html", learn=True, count=IN_FRAME)
    hue = int(re.search(r"--hue: (\d+)", live)[1])
    made: dict[str, str | bytes] = {
        "index.md": first_page(),
        "api.md": API + errors(),
        "benchmarks.md": charts.page(log),
        "kinds.md": kinds.page(),
        "names.html": live,
        "icon.svg": icon_of(hue),
        "site.css": style(hue),
        "site.js": (HERE / "site.js").read_text("utf-8"),
        "here.js": not_found.HERE,
    }
    for name in bundled.MODELS:
        others = kinds.others_like(name)
        made[kinds.address_of(name)] = page_that_writes([name], "../kinds.html", others=others)
    for face in faces.FACES:
        made[f"{face}.woff2"] = (UI / "fonts" / f"{face}.woff2").read_bytes()
    for uri, content in made.items():
        files.append(File.generated(config, uri, content=content))
    for path in linked_from_docs():
        files.append(File.generated(config, uri_of(path), content=page_of(path)))
    return files


def page_that_writes(
    names: list[str],
    back: str,
    learn: bool = False,
    count: int | None = None,
    others: str = "",
) -> str:
    """A page that writes names of some bundled models; the others are those of `with_frame`."""
    parts = [PageModel(name, Model.load(name)) for name in names]
    return framed.with_frame(names_page(parts, learn=learn), back, count, others)


def style(hue: int) -> str:
    """The style sheet: the display face, the colours of the page that writes names, site.css."""
    colours = (UI / "colours.css").read_text("utf-8")
    own = (HERE / "site.css").read_text("utf-8")
    return f"{faces.rules()}:root {{ --hue: {hue} }}\n{colours}{own}"


def errors() -> str:
    """The part of api.md about all kinds of errors, which have a line each."""
    from rnn_names.errors import RnnNamesError, RnnNamesWarning

    kinds: list[type] = [
        RnnNamesError,
        *RnnNamesError.__subclasses__(),
        *RnnNamesWarning.__subclasses__(),
    ]
    return "".join(
        f"\n::: {kind.__module__}.{kind.__name__}\n{ALONE}"
        for kind in kinds
        if kind.__module__ == "rnn_names.errors"
    )


def on_config(config: MkDocsConfig) -> None:
    """Asks for the list of versions only where mike publishes the site, which writes it."""
    if not os.environ.get("MIKE_DOCS_VERSION"):
        config.extra.pop("version", None)


def first_page() -> str:
    """index.md of this folder, with what its comments stand for."""
    text = (HERE / "index.md").read_text("utf-8")
    live = '<iframe class="live" src="names.html" title="A page that writes names"></iframe>'
    text = text.replace("<!-- the page -->", live)
    text = text.replace("<!-- a list and names -->", kinds.list_and_names())
    return text.replace("<!-- some kinds -->", kinds.first_page())


# --- Links ----------------------------------------------------------------------------------------


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Sets the equations and the help on a page, and leads its links to what they name."""
    uri = page.file.src_uri
    if uri.startswith("source/"):
        return markdown
    describe(page, uri, markdown)
    if uri == "in-your-browser.md":
        markdown = markdown.replace("\n<picture>", f"{OPEN}\n<picture>", 1)
    return commands.typeset(equations.typeset(relinked(markdown, document_of(uri), uri)))


def describe(page: Page, uri: str, markdown: str) -> None:
    """Says how a page is called, which may be longer than in the navigation, and who finds it."""
    if title := TITLES.get(uri):
        page.meta["title"] = title
    if heading := re.search(r"^# (.*?)(?: \{.*\})?$", markdown, re.MULTILINE):
        page.meta.setdefault("title", heading[1].replace("`", ""))
    page.meta["search"] = {"exclude": bool(re.fullmatch(FOR_FEW, uri))}
    for pages, boost in BOOSTS.items():
        if re.fullmatch(pages, uri):
            page.meta["search"]["boost"] = boost


def relinked(markdown: str, document: Path, uri: str) -> str:
    """A page with its links changed from those of the repository to those of the site.

    Args:
        markdown: the page.
        document: the file in the repository that its links are relative to.
        uri: of the page in the site.
    """

    def target(match: re.Match[str]) -> str:
        before, link, anchor, after = match[1], match[2], match[3] or "", match[4]
        path = (document.parent / link).resolve()
        if re.match(r"[a-z]+:|/", link) or not path.is_relative_to(ROOT) or not path.exists():
            return match[0]
        if path.suffix == ".py" and after:
            after += line_of(path, titles.get(match.start(2), ""))
        link = posixpath.relpath(uri_of(path), posixpath.dirname(uri) or ".")
        return f"{before}{link}{anchor}{after}"

    parts = CODE.split(markdown)
    text = "\0".join(parts[::2])  # what is code is no link
    titles: dict[int, str] = {}
    # [`name`](file.py): the title stands in the code before the link.
    place = 0
    for plain, code in zip(parts[::2], [*parts[1::2], ""], strict=True):
        place += len(plain)
        titles[place + 3] = code.strip("`")
        place += 1
    plains = LINK.sub(target, text).split("\0")
    codes = [*parts[1::2], ""]
    return "".join(plain + code for plain, code in zip(plains, codes, strict=True))


def line_of(path: Path, title: str) -> str:
    """What leads a link to the line of a file that defines a name such as `Model.load`.

    "" if no line does. See `on_page_content`.
    """
    if name := re.fullmatch(r"(?:\w+\.)*(\w+)", title):
        defines = re.compile(rf"\s*(?:def|class) {name[1]}\b|{name[1]}\b.* = ")
        for i, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if defines.match(line):
                return f"{{ data-line={i} }}"
    return ""


def on_post_page(output: str, page: Page | None, config: MkDocsConfig) -> str:
    """Names the theme's dialog for those who hear the page; says what a link to it shows."""
    output = output.replace('role="dialog"', 'role="dialog" aria-label="Search"')
    output = re.sub(r'<img src="[^"]*icon\.svg" alt="logo">', LOGO, output)
    output = with_elsewhere(output, page, config)
    if page is None:
        return output
    if kind := BODIES.get(page.file.src_uri):
        output = output.replace("<body ", f'<body class="{kind}" ', 1)
    return output.replace("</head>", f"{preview(page, config)}</head>", 1)


def with_elsewhere(output: str, page: Page | None, config: MkDocsConfig) -> str:
    """A page whose search leads, while it has found nothing, to where most people look."""
    first = urlsplit(config.site_url or "/").path
    if page:
        first = posixpath.relpath(".", posixpath.dirname(page.url) or ".") + "/"
    links = (
        '<div class="elsewhere md-typeset md-search-result__article"><p>Look through the '
        f'<a href="{first}kinds.html">kinds of names</a>, or read the '
        f'<a href="{first}tutorial.html">tutorial</a>.</p></div>'
    )
    results = '<ol class="md-search-result__list" role="presentation"></ol>'
    return re.sub(rf"({results}\s*</div>)", lambda match: match[1] + links, output, count=1)


def preview(page: Page, config: MkDocsConfig) -> str:
    """What messengers show of a link to a page, by the Open Graph protocol."""
    said = {
        "og:type": "website",
        "og:site_name": config.site_name,
        "og:title": page.meta["title"],
        "og:description": page.meta.get("description", config.site_description),
    }
    if page.canonical_url:
        said["og:url"] = page.canonical_url
    if config.site_url:  # a picture needs a whole address
        said["og:image"] = urljoin(config.site_url, "page.png")
        said["og:image:alt"] = "Names in a browser, with settings beside them"
    tags = [f'<meta property="{name}" content="{escape(text)}">' for name, text in said.items()]
    return "\n".join([*tags, '<meta name="twitter:card" content="summary_large_image">', ""])


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """Says on the page for what is not there where to look instead.

    Without the address of the site there is no list of addresses, which would be empty, and that
    page finds the folder of the site.
    """
    if template_name == "sitemap.xml" and not config.site_url:
        return ""
    if template_name != "404.html":
        return output
    first = urlsplit(config.site_url or "/").path
    output = on_post_page(output, None, config).replace(
        "<h1>404 - Not found</h1>",
        "<h1>That name is not on the list.</h1>"
        "<p>Nor is there such a page.</p>"
        f'<ul class="some">{"".join(f"<li>{name}</li>" for name in kinds.some_names())}</ul>'
        f'<p><a class="md-button md-button--primary" href="{first}index.html">Write names</a>'
        f'<a class="md-button" href="{first}kinds.html">All kinds of names</a></p>',
    )
    return output if config.site_url else not_found.anywhere(output)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Puts the line that a link leads to behind its address; empty heads of columns become cells.

    Nor is an option or an ending broken at its hyphens. Not before: MkDocs takes the lines of
    highlighted code for no anchors, and would warn.
    """
    html = html.replace("<th></th>", "<td></td>")
    html = re.sub("<code>(?=-[^<]{,24}</code>)", '<code class="whole">', html)
    html = html.replace("<em>-", '<em class="whole">-')
    return re.sub(
        r'(<a [^>]*href="[^"]*)"([^>]*?) data-line="(\d+)"', r'\1#__codelineno-0-\3"\2', html
    )


def document_of(uri: str) -> Path:
    """The file in the repository that a page of the site is made from."""
    if uri == "index.md":
        return HERE / uri
    if uri.startswith("project/"):
        return ROOT / uri.removeprefix("project/")
    return ROOT / "docs" / uri


def uri_of(path: Path) -> str:
    """Where the site has a file or folder of the repository."""
    inside = path.relative_to(ROOT)
    if path == ROOT / "README.md":
        return "index.md"
    if inside.parts[0] == "docs" and inside.suffix != ".py":
        return inside.relative_to("docs").as_posix()
    if inside.suffix == ".md":
        return f"project/{inside.as_posix()}"
    return f"source/{inside.as_posix().lstrip('.')}.md"  # no folder that MkDocs hides


def linked_from_docs() -> list[Path]:
    """What pages link to outside docs/, and what these link to in turn."""
    found: dict[Path, None] = {}
    waiting = [*sorted((ROOT / "docs").glob("*.md")), HERE / "index.md"]
    seen = set(waiting)
    while waiting:
        document = waiting.pop(0)
        for path in linked(document):
            if path in seen:
                continue
            seen.add(path)
            if uri_of(path).startswith(("project/", "source/")):
                found[path] = None
            if path.suffix == ".md" or path.is_dir():
                waiting.append(path)
    return list(found)


def linked(document: Path) -> list[Path]:
    """The files and folders of the repository that a document links to, or that a folder holds."""
    if document.is_dir():
        inside = [path for path in sorted(document.iterdir()) if path.suffix in LANGUAGES]
        return [path for path in inside if path.name != "__init__.py"]
    text = CODE.sub("", document.read_text("utf-8"))
    if document.parent == HERE:
        return [charts.SPEED, charts.QUALITY, *linked_in(text, HERE)]
    return linked_in(text, document.parent)


def linked_in(text: str, base: Path) -> list[Path]:
    """The files and folders of the repository that a text links to."""
    paths = [(base / link[1]).resolve() for link in LINK.findall(text) if ":" not in link[1]]
    return [path for path in paths if path.is_relative_to(ROOT) and path.exists() and path != ROOT]


# --- Pages of files -------------------------------------------------------------------------------


def page_of(path: Path) -> str:
    """The page of a file or folder outside docs/."""
    title = path.relative_to(ROOT).as_posix()
    if path.suffix == ".md":
        return path.read_text("utf-8")
    head = f"---\ntitle: {title}\nsearch:\n  exclude: true\nhide: [toc]\n---\n\n"
    head += f"# {title.replace('/', '/<wbr>')} {{ .path }}\n\n"  # no name is broken
    if path.is_dir():
        lines = [
            f"- [{each.name}]({path.name}/{each.name}.md){_summary(each)}" for each in linked(path)
        ]
        return head + "\n".join(lines)
    language = LANGUAGES.get(path.suffix, "text")
    return f"{head}````{{.{language} linenums=1}}\n{path.read_text('utf-8')}\n````\n"


def _summary(path: Path) -> str:
    """The first line of a module's docstring."""
    match = re.match(r'"""(.*?)(?:"""|\n)', path.read_text("utf-8"))
    return f": {match[1]}" if match else ""
