"""The command line: one file per command, and what they share.

No other folder knows screens, streams, exit codes or names of options.
"""
