"""Nothing in here runs for a model to be found: rnn-names imports no package of models."""

raise ImportError("this package holds a model, and nothing to import")
