"""A trained model, its file, blends, and the models that come with the package.

Read `model`. Its file is in `npz`, `checks` and `atomic`; `blend` makes one model of several;
`selection` finds models by file or by name; `bundled` and `sources` tell of those that come with
the package.
"""
