"""The command line: one file per command.

`main` finds the command and exits. What the commands share is in `options` and `model_options`,
`output` (names on stdout), `streams` (standard streams, errors, exit codes) and `interrupts`.
`train` has `training_run` (what it writes) and `progress` (what it shows). No other folder knows
screens, streams, exit codes or names of options.
"""
