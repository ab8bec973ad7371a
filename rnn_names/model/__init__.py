"""A trained model, its file, blends, and the models that come with the package.

Read `model`. Its verbs that write names are in `writing`; its file is in `npz` and `atomic`.
`blend` makes one model of several. `bundled` and `sources` tell of the models that come with the
package.
"""
