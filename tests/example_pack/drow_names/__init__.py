"""Nothing in here runs for the model to be found."""

raise RuntimeError("this package holds a model, and no code")
