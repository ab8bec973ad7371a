"""The command line. No other folder deals with terminals, standard streams or exit codes.

main                        runs a command: train, sample, cast, pick, alias, score, info,
                            models, blend, page, mcp or completion, each in its own file
options, model_options      declare options; config reads some from files
input_checks, usage_hints   refuse invalid input and suggest what was meant
output, formats             write names and tables; streams and interrupts serve all commands
training_run, picking/      belong to train and to pick
list_notes                  finds oddities in lists (train) and in tables of keys (alias)

`rnn-names sample -m dinosaurs -n 1 --seed 7`, in the order of the calls:

    main                  imports the command, and turns errors into one line
    options               has made --seed from a field of RandomOptions (declared_option)
    model_options         turns "dinosaurs" into a ModelChoice
    sample                gets the values; conditions and sampling options in a dictionary
      input_checks        makes RandomOptions of the dictionary, which checks each value
      model.load_chosen   reads the bundled file, by way of selection, npz and file_checks
      sampling.stream     yields the names (see sampling/): here Kreaphitholus
      output              writes them as lines, tables or documents (NameWriter)
"""
