"""A trained model, its file, blends, and the models that come with the package.

Start with `model`. `npz` and `file_checks` read and write its file; `blending` combines several
models into one; `selection` finds models by file or by name; `bundled` describes the models that
come with the package and the sources of their lists.
"""
