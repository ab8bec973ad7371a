"""The command line: one file per command, and modules that commands share.

No other folder deals with terminals, standard streams or exit codes.
"""
