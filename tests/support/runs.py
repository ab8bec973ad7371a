"""Runs of training that were interrupted."""

from rnn_names import Model, Settings
from rnn_names.training.checkpoint import Checkpoint
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer


def interrupted(output, corpus, epochs, settings, init=None, start=None):
    """The trainer of a run that was left after some epochs, its state beside `output`.

    `init` is what the run says that it started from: a file, unless `start` is that model.
    """
    if init and start is None:
        start = Model.load(init)
    trainer = Trainer(TrainingSetup(corpus, Settings(**settings), start))
    checkpoint = Checkpoint(str(output), trainer, corpus, init)
    for epoch in checkpoint.trainer.epochs():
        checkpoint.keep()
        if epoch.epoch == epochs:
            break
    checkpoint.write()
    return checkpoint.trainer
