"""`rnn-names completion`: what makes a shell complete our commands."""

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class
from click.shell_completion import get_completion_class as class_of

from rnn_names.cli.options import command
from rnn_names.cli.streams import COMPLETE_VARIABLE, PROGRAM, write


class PowerShell(ShellComplete):
    """Completion for PowerShell, which has files come where it is offered nothing."""

    name = "powershell"
    source_template = Path(__file__).with_name("completion.ps1").read_text("utf-8")

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one at the cursor, and that one."""
        return os.environ["COMP_WORDS"].splitlines()[1:], os.environ.get("COMP_WORD", "")

    def format_completion(self, item: CompletionItem) -> str:
        """A value, in quotes if it has more than letters, digits, dots and dashes, and its help."""
        value = str(item.value)
        if not value.replace("-", "").replace(".", "").isalnum():
            value = "'" + value.replace("'", "''") + "'"
        return f"{value}\t{item.help or item.value}" if item.type == "plain" else ""


add_completion_class(PowerShell)


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

    After it, the Tab key completes commands, options, their values and file names.
    """
    shell_complete = class_of(shell)
    assert shell_complete is not None
    commands = click.get_current_context().find_root().command
    write(shell_complete(commands, {}, PROGRAM, COMPLETE_VARIABLE).source().encode())
