"""Sets the help of commands for reading: each option has an address, and a search finds it.

docs/cli.md shows what `--help` prints; the site has the same texts in these places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from inspect import cleandoc

import click

from rnn_names.cli.main import cli

HELP = re.compile(r"^```console\n\$ rnn-names (\w+) --help\n.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`|(?<!\S)(--?[a-z][\w-]*)")
"""In a help: what has backticks, and options."""

SAMPLE = cli.get_command(click.Context(cli), "sample")
OF_SAMPLE = {name for option in SAMPLE.params for name in option.opts} if SAMPLE else set()
MIN_FOLDED = 3  # options of a group that `sample` has as well; fewer are shown


def typeset(markdown: str) -> str:
    """A page with the help of each command as headings and paragraphs."""
    return HELP.sub(lambda match: _help(match[1]), markdown)


def _help(name: str) -> str:
    """The help of a command, in Markdown."""
    root = click.Context(cli, info_name="rnn-names", **cli.context_settings)
    command = cli.get_command(root, name)
    assert command is not None
    context = click.Context(command, root, name)
    usage = " ".join(command.collect_usage_pieces(context))
    parts = [f"```text {{ .usage }}\n{context.command_path} {usage}\n```"]
    parts += map(_paragraph, re.split(r"\n\s*\n", cleandoc(command.help or "")))
    groups: dict[str, list[click.Option]] = {}
    for option in command.get_params(context):
        if isinstance(option, click.Option) and "--help" not in option.opts:
            groups.setdefault(getattr(option, "group", "Other"), []).append(option)
    for title, options in groups.items():
        parts.append(f"### {title} {{ #{name}-{title.lower()} }}")
        parts.append(f'<div class="options" markdown="0">{_options(name, options, context)}</div>')
    if command.epilog:
        parts.append(
            f"### Examples {{ #{name}-examples }}\n\n{_session(command.epilog.splitlines())}"
        )
    return "\n\n".join(parts)


def _options(command: str, options: Sequence[click.Option], context: click.Context) -> str:
    """Some options of a command. Those that `sample` has as well can be unfolded."""
    own, repeated, names = "", "", []
    for option in options:
        if record := option.get_help_record(context):
            name = max(option.opts, key=len)
            if is_repeated(command, name):
                repeated += _option(command, name, *record)
                names.append(f"<code>{name}</code>")
            else:
                own += _option(command, name, *record)
    if len(names) < MIN_FOLDED:
        return own + repeated
    summary = f"<summary>As for <b>sample</b>: {', '.join(names)}</summary>"
    return f'{own}<details class="repeated">{summary}{repeated}</details>'


def is_repeated(command: str, option: str) -> bool:
    """Whether an option is one that `sample` has as well."""
    return command != "sample" and option in OF_SAMPLE


def _option(command: str, name: str, names: str, text: str) -> str:
    """An option: its names and value, what it does, and its default or bounds."""
    about = re.fullmatch(r"(.*?)(?:  \[(.*)\])?", text, re.DOTALL)
    assert about is not None
    anchor = f"{command}{name}"
    # A search shows an option that several commands have only once: that of `sample`.
    hidden = " data-search-exclude" if is_repeated(command, name) else ""
    link = f'<a class="headerlink" href="#{anchor}" title="Link to this option">¶</a>'
    names = re.sub(r"(--[\w-]+)(.*)", r"<b>\1</b><i>\2</i>", escape(names))
    bounds = re.sub("([<>])(=?)", _sign, about[2] or "")
    below = f"<small>{escape(bounds)}</small>" if bounds else ""
    of = f"<span hidden>rnn-names {command}: </span>"  # a search shows it
    heading = f'<h4 id="{anchor}"{hidden}><code>{names}</code>{link}</h4>'
    return f"{heading}<p>{of}{_words(about[1])}</p>{below}"


def _sign(match: re.Match[str]) -> str:
    """A sign between a bound and the value, as one prints it."""
    return {"<": " < ", ">": " > ", "<=": " ≤ ", ">=": " ≥ "}[match[0]]


def _paragraph(text: str) -> str:
    r"""A paragraph of a help; of one that begins with Click's \b, each line is a row."""
    if not text.startswith("\b\n"):
        return f'<p markdown="0">{_words(text)}</p>'
    rows: list[list[str]] = []
    for line in text.splitlines()[1:]:
        term, about = re.split(r"\s{2,}", line, maxsplit=1)
        if term:
            rows.append([term, about])
        else:
            rows[-1][1] += f" {about}"
    cells = (f"<tr><td><code>{escape(a)}</code></td><td>{_words(b)}</td></tr>" for a, b in rows)
    return f'<table class="terms" markdown="0">{"".join(cells)}</table>'


def _words(text: str) -> str:
    """Running text of a help, with code as code."""
    return CODE.sub(r"<code>\1\2</code>", escape(text, False))


def _session(examples: Sequence[str]) -> str:
    """Commands that one can copy; a remark stands above its command."""
    lines = (re.fullmatch(r"(.*?)(?:\s{2,}# (.*))?", example) for example in examples)
    shown = (f"# {each[2]}\n{each[1]}" if each[2] else each[1] for each in lines if each)
    return "```bash\n" + "\n".join(shown) + "\n```"
