"""The command line: one file per command, and what they share.

No other folder knows screens, streams or exit codes.
"""
