"""The command line. No other folder deals with terminals, standard streams or exit codes.

main                        runs a command: train, sample, cast, pick, alias, score, info,
                            models, blend, page, mcp or completion, each in its own file
options, model_options      declare options; config reads some from files
input_checks, usage_hints   refuse invalid input and suggest what was meant
output, formats             write names and tables; streams and interrupts serve all commands
training_run, list_notes    belong to train, and picking/ to pick
"""
