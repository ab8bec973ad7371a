"""`rnn-names completion`: what makes a shell complete our commands."""

import click

from rnn_names.cli.options import GroupedCommand
from rnn_names.cli.streams import COMPLETE_VARIABLE, PROGRAM, write


@click.command(
    cls=GroupedCommand,
    short_help="Print a script that makes a shell complete commands.",
    examples=[
        """eval "$(rnn-names completion bash)"        # in ~/.bashrc""",
        """eval "$(rnn-names completion zsh)"         # in ~/.zshrc, after compinit""",
        """rnn-names completion fish | source         # in ~/.config/fish/config.fish""",
    ],
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a completion script for SHELL.

    After it, the Tab key completes commands, options, their values and file names.
    """
    from click.shell_completion import get_completion_class

    shell_complete = get_completion_class(shell)
    assert shell_complete is not None
    commands = click.get_current_context().find_root().command
    write(shell_complete(commands, {}, PROGRAM, COMPLETE_VARIABLE).source().encode())
