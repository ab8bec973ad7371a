"""Suggestions for a mistyped command line."""

import re
import shlex
from difflib import get_close_matches

import click

from rnn_names.model import bundled

MISSPELLINGS = {
    "--count (-n)": "--number --num --amount --how-many",
    "--prefix": "--start-with --starts-with --startswith --begin-with --begins-with",
    "--suffix": "--end-with --ends-with --endswith",
    "--boldness safe": "--safe",
    "--format jsonl": "--json",
    "a text in the pattern of a cast, '[Lord|Lady] {norse}'": "--title --titles",
}
"""Options, and words that are likely to mean them."""

ADVICE = {
    "cast -m --model": "the pattern names its models, as in rnn-names cast '{norse} {surnames}'",
    "pick --initials --format --columns": "kept names are plain lines; rnn-names cast has it",
    "alias --column --field": "cut out the keys: cut -d, -f1 FILE | rnn-names alias",
}
"""What to do instead of giving a command some options."""

COMMAND_WORDS = {"help": "--help", "list": "models", "best": "sample --best"}
"""Words that are no commands, and what they are likely to mean."""


def command_hint(word: str) -> str:
    """What to type in place of a word that is no command; "" if that is unknown."""
    meant = f"sample -m {word}" if word in bundled.names() else COMMAND_WORDS.get(word)
    return f"No such command '{word}'. Did you mean rnn-names {meant}?" if meant else ""


def usage_hint(command: click.Command, error: click.UsageError) -> str:
    """A better message for some errors of Click's; "" for the others."""
    options = {name for each in command.params for name in each.opts}
    name = getattr(error, "option_name", "")
    if name in ("-o", "--output") and "--output" not in options:
        return f"{error.message} This command writes to standard output: > FILE"
    for meant, others in MISSPELLINGS.items():
        is_here = not meant.startswith("--") or meant.split()[0] in options
        if is_here and name in others.split():
            return f"No such option '{name}'. Did you mean {meant}?"
    for words, advice in ADVICE.items():
        if command.name == words.split()[0] and name in words.split():
            return f"No such option '{name}': {advice}"
    choices = getattr(getattr(error, "param", None), "type", None)
    wrong = re.match("'(.*)' is not one of", error.message)
    if wrong and isinstance(choices, click.Choice):
        like = [each for each in choices.choices if each.startswith(wrong[1].lower())]
        like = like or get_close_matches(wrong[1].lower(), choices.choices, n=1)
        return f"{error.format_message()} Did you mean {like[0]}?" if like else ""
    extra = re.fullmatch(r"Got unexpected extra argument \((.*)\)", error.message)
    if extra and command.name == "score":
        pipe = f"echo {shlex.quote(extra[1].split()[0])} | rnn-names score -m MODEL"
        return f"{error.message}; names come from a file or a pipe: {pipe}"
    if extra and "--model" in options:
        what, sign = ("number", "-n") if extra[1].isdecimal() else ("model", "-m")
        advice = f"if it is a {what}, put {sign} before it: {sign} {shlex.quote(extra[1])}"
        return f"{error.message}; {advice}"
    return ""
