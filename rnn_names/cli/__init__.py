"""The command line: one file per command.

`main` finds the command and exits; `options`, `output`, `progress`, `streams` and `interrupts` are
what the commands share. No other folder knows screens, streams, exit codes or names of options.
"""
