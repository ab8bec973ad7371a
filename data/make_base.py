"""Makes the base, from which short lists start, of lists beside this file; `make models` does.

    python data/make_base.py FILE [LIST…]       leaves these lists out

Each minibatch is of one list. The network that follows from its vector is trained like any other,
and by the chain rule its gradient goes on to what is shared and to the vector. Names that the
recipe of a short list holds out are left out of all lists, so that its held-out loss stays honest.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rnn_names.arrays import Workspace, rounded
from rnn_names.corpus.corpus import Corpus, corpus_from_file
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.model.bundled import MODELS
from rnn_names.network import rnn
from rnn_names.processes.threads import one_blas_thread
from rnn_names.training.batches import Batches
from rnn_names.training.gradients import gradients_with_dropout
from rnn_names.training.optimizers import Adam, views
from rnn_names.training.settings import SHORT_LIST, Settings, Stage
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.warm_start import Base

DATA = Path(__file__).resolve().parent
FILES = {
    "first-names": "us-first-names",
    "surnames": "us-surnames",
    "women": "us-women",
    "men": "us-men",
}

UNITS, VECTOR, EPOCHS, BATCH = 192, 32, 28, 256
MAX_NAMES, MORE_NAMES = 2_500, {"first-names": 6_000, "surnames": 8_000}  # of a list
UNKNOWN_LIST = 0.1  # share of minibatches that learn with the vector 0
WARM_UP = 100  # minibatches in which the learning rate rises
STAGE = Stage("base", False, EPOCHS, BATCH, 0.004, dropout=0.2, recurrent_dropout=0.1)


def base_of(corpora: Mapping[str, Corpus]) -> Base:
    """The base of some lists."""
    rng = np.random.default_rng(0)
    lists = []
    for name, corpus in corpora.items():
        rows = rng.permutation(len(corpus))[: MORE_NAMES.get(name, MAX_NAMES)]
        lists.append(corpus.take(np.sort(rows)))
    own = [Vocabulary.from_names(each.names) for each in lists]
    vocabulary = Vocabulary.from_names(Names.concatenate([each.names for each in lists]))
    params = rnn.init_params(rng, len(vocabulary), UNITS, "gru")
    bounds = np.cumsum([len(params[name]) for name in ("ba", "by", "a0")])
    params["We"] = (0.1 * rng.standard_normal((bounds[-1], VECTOR))).astype(np.float32)
    params["vectors"] = (0.3 * rng.standard_normal((len(lists), VECTOR))).astype(np.float32)
    shapes = {name: array.shape for name, array in params.items()}
    flat = np.concatenate([*map(np.ravel, params.values())])
    params, gradient = views(flat, shapes), np.zeros_like(flat)
    vectors, d = params.pop("vectors"), views(gradient, shapes)
    base, optimizer, work = (
        Base(tuple(corpora), vocabulary, params, vectors),
        Adam(flat),
        Workspace(),
    )
    rows_of = [base.rows(each.characters) for each in own]
    batches = [Batches.from_corpus(*each) for each in zip(lists, own, strict=True)]
    for epoch in range(EPOCHS):
        began, loss, characters = time.monotonic(), 0.0, 0
        todo = [
            (k, rows) for k, each in enumerate(batches) for _, rows in each.minibatches(BATCH, rng)
        ]
        for number, which in enumerate(rng.permutation(len(todo))):
            k, names = todo[which]
            tree, rows, e = batches[k].tree(names), rows_of[k], vectors[k].copy()
            is_known = rng.random() >= UNKNOWN_LIST
            network = base.network(e * is_known, rows)
            batch_loss, found = gradients_with_dropout(network, STAGE, tree, work, rng)
            sums = base.gradient_of_sums(network, found, rows)
            gradient[:] = 0
            d["Waa"][:], d["Wax"][:, rows], d["Wya"][rows] = (
                found["Waa"],
                found["Wax"],
                found["Wya"],
            )
            d["ba"][:], d["by"][:], d["a0"][:] = np.split(sums, bounds[:-1])
            d["bn"][:], d["We"][:] = found["bn"], np.outer(sums, e * is_known)
            d["vectors"][k] = sums @ params["We"] * is_known
            gradient /= max(tree.n_characters, np.linalg.norm(gradient))
            step = epoch * len(todo) + number + 1
            rate = STAGE.learning_rate(step / (EPOCHS * len(todo))) * min(1, step / WARM_UP)
            optimizer.step(flat, gradient, rate)
            loss, characters = loss + batch_loss, characters + tree.n_characters
        seconds = time.monotonic() - began
        print(f"base, epoch {epoch + 1}: {loss / characters:.3f}; {seconds:.0f} s", flush=True)
    shared = {name: rounded(array) for name, array in params.items()}
    return Base(base.lists, vocabulary, shared, rounded(vectors))


def main(path: str, left_out: list[str]) -> None:
    """Makes the base of all lists but some, and writes it."""
    corpora = {
        name: corpus_from_file(DATA / f"{FILES.get(name, name)}.txt")
        for name in MODELS
        if name not in left_out
    }
    short = (each for each in corpora.values() if len(each) < SHORT_LIST)
    held_out = (TrainingSetup(each, Settings(epochs=0, held_out=0.1)).held_out for each in short)
    aside = {name for names in held_out for name in names.to_strings()}
    for name, corpus in corpora.items():
        kept = [i for i, each in enumerate(corpus.names.to_strings()) if each not in aside]
        corpora[name] = corpus.take(np.array(kept))
    with one_blas_thread():
        base_of(corpora).save(path)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
