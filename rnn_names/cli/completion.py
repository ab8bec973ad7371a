"""`rnn-names completion`: what makes a shell complete our commands."""

import os

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class
from click.shell_completion import get_completion_class as class_of

from rnn_names.cli.options import command
from rnn_names.cli.streams import COMPLETE_VARIABLE, PROGRAM, write

POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $line, $cursor)
    $before = $line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor }
    $env:COMP_WORDS = ($before | ForEach-Object { $_.Extent.Text.Trim("'`"") }) -join "`n"
    $env:COMP_WORD = $word.Trim("'`"")
    $env:%(complete_var)s = "powershell_complete"
    try {
        & %(prog_name)s | Where-Object { $_ } | ForEach-Object {
            $value, $help = $_ -split "`t"
            [System.Management.Automation.CompletionResult]::new($value, $value, "Text", $help)
        }
    } finally {
        Remove-Item Env:COMP_WORDS, Env:COMP_WORD, Env:%(complete_var)s -ErrorAction Ignore
    }
}
"""


class PowerShell(ShellComplete):
    """Completion for PowerShell, which has files come where it is offered nothing."""

    name, source_template = "powershell", POWERSHELL

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
