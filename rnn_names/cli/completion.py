"""`rnn-names completion`: prints shell completion scripts."""

import os
from pathlib import Path

import click
from click import shell_completion

from rnn_names.cli.options import command
from rnn_names.cli.streams import COMPLETE_VARIABLE, PROGRAM, write


@shell_completion.add_completion_class
class PowerShell(shell_completion.ShellComplete):
    """Completion for PowerShell, which completes file names itself when it gets no suggestions."""

    name = "powershell"
    source_template = Path(__file__).with_name("completion.ps1").read_text("utf-8")

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the incomplete word at the cursor."""
        return os.environ["COMP_WORDS"].splitlines()[1:], os.environ.get("COMP_WORD", "")

    def format_completion(self, item: shell_completion.CompletionItem) -> str:
        """A value and its help; characters other than letters, digits, - and . need quotes."""
        value = str(item.value)
        if not value.replace("-", "").replace(".", "").isalnum():
            value = "'" + value.replace("'", "''") + "'"
        return f"{value}\t{item.help or item.value}" if item.type == "plain" else ""


@command(
    "Print a script that makes a shell complete commands.",
    """eval "$(rnn-names completion bash)"        # in ~/.bashrc""",
    """eval "$(rnn-names completion zsh)"         # in ~/.zshrc, after compinit""",
    """rnn-names completion fish | source         # in ~/.config/fish/config.fish""",
    """rnn-names completion powershell | Out-String | Invoke-Expression      # in $PROFILE""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
def completion(shell: str) -> None:
    """Print a completion script for SHELL.

    Once it has run, the Tab key completes commands, options, their values and file names.
    """
    completion_class = shell_completion.get_completion_class(shell)
    assert completion_class is not None
    commands = click.get_current_context().find_root().command
    write(completion_class(commands, {}, PROGRAM, COMPLETE_VARIABLE).source().encode())
