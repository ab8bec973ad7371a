"""Suggestions for a mistyped command line and for too few names."""

import os
import re
import shlex
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import click

from rnn_names.errors import TooFewNamesError
from rnn_names.model import bundled

GUESSED_OPTIONS = {
    "--count (-n)": "--number --num --amount --how-many",
    "--prefix": "--start-with --starts-with --startswith --begin-with --begins-with",
    "--suffix": "--end-with --ends-with --endswith",
    "--boldness safe": "--safe",
    "--format jsonl": "--json",
    "plain text in the pattern of a cast, '[Lord|Lady] {norse}'": "--title --titles",
}
"""Options, and the options that users type instead of them."""

ADVICE = {
    "cast -m --model": "the pattern names its models, as in rnn-names cast '{norse} {surnames}'",
    "pick --initials --format --columns": "kept names are plain lines; rnn-names cast has this",
    "alias --seed": "names follow from the keys, and from the secret in --secret-file",
    "alias --column --field": "cut out the keys: cut -d, -f1 FILE | rnn-names alias",
}
"""Advice on options that a command lacks, by command and options."""

COMMAND_WORDS = {"help": "--help", "list": "models", "best": "sample --best"}
"""Words that users type as commands, and the arguments that they probably mean."""

BALANCED = "--boldness balanced"  # the remedy if no name is safe


def command_hint(word: str) -> str:
    """A suggestion for a word that is not a command; "" if there is none."""
    meant = f"sample -m {word}" if word in bundled.names() else COMMAND_WORDS.get(word)
    return f"No such command '{word}'. Did you mean rnn-names {meant}?" if meant else ""


def usage_hint(command: click.Command, error: click.UsageError) -> str:
    """A better message for some errors of Click; "" for the others."""
    options = {name for param in command.params for name in param.opts}
    name = getattr(error, "option_name", "")
    if name in ("-o", "--output") and "--output" not in options:
        return f"{error.message} This command writes to standard output: > FILE"
    for meant, others in GUESSED_OPTIONS.items():
        has_option = not meant.startswith("--") or meant.split()[0] in options
        if has_option and name in others.split():
            return f"No such option '{name}'. Did you mean {meant}?"
    for words, advice in ADVICE.items():
        if command.name == words.split()[0] and name in words.split():
            return f"No such option '{name}': {advice}"
    kind = getattr(getattr(error, "param", None), "type", None)
    wrong = re.match("'(.*)' is not one of", error.message)
    if wrong and isinstance(kind, click.Choice):
        similar = [choice for choice in kind.choices if choice.startswith(wrong[1].lower())]
        similar = similar or get_close_matches(wrong[1].lower(), kind.choices, n=1)
        return f"{error.format_message()} Did you mean {similar[0]}?" if similar else ""
    extra = re.fullmatch(r"Got unexpected extra argument \((.*)\)", error.message)
    if extra and command.name == "score":
        word = shlex.quote(extra[1].split()[0])
        if os.path.isfile(extra[1]):
            return f"{error.message}; put -m before the model: rnn-names score -m MODEL {word}"
        pipe = f"echo {word} | rnn-names score -m MODEL"
        return f"{error.message}; names come from a file or a pipe: {pipe}"
    if extra and command.name == "alias" and "{" in extra[1]:
        return f"{error.message}; alias takes models, not a pattern: join two runs with paste"
    if extra and "--model" in options:
        noun, option = ("number", "-n") if extra[1].isdecimal() else ("model", "-m")
        advice = f"if it is a {noun}, put {option} before it: {option} {shlex.quote(extra[1])}"
        return f"{error.message}; {advice}"
    return ""


def remedy_for(error: Exception, given: Mapping[str, Any]) -> str:
    """The remedy if boldness safe gives too few names, unless it is in use; "" otherwise."""
    if given.get("boldness") != "safe" or not isinstance(error, TooFewNamesError):
        return ""
    if not error.n_found:
        return BALANCED
    if error.tightest == "min_edits" and given.get("min_edits") is None:
        return "--min-edits 1"
    return "" if given.get("min_p") else "--min-p 0.05"
