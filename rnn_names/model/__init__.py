"""A trained model, its file, and the models that come with the package."""
