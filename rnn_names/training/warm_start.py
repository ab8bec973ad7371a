"""Models that training may start from: the base, and the closest bundled one.

The base is one network that has learned all bundled lists, with a vector e for each:

    ba = ba′ + We_ba e       by = by′ + We_by e − log k       a0 = tanh(a0′ + We_a0 e)

`We` stacks the three matrices. k is the number of the list's characters that share a row of `by`.
`data/make_base.py` trains the base.
"""

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.corpus.corpus import Corpus
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.errors import TrainingError
from rnn_names.model import npz
from rnn_names.model.bundled import BASE, BASE_SOURCE, CLOSEST, MODELS, NONE, path_of
from rnn_names.model.model import Model
from rnn_names.network import rnn
from rnn_names.processes.threads import one_blas_thread
from rnn_names.training.batches import Batches
from rnn_names.training.optimizers import Adam
from rnn_names.training.settings import SHORT_LIST, Settings

MAX_FITTED = 300  # maximum number of names that a vector is fitted to
STEPS, RATE = 80, 0.05  # steps of Adam, and its learning rate
NEARNESS = 0.002  # weight of the penalty ‖e − nearest vector‖²
OTHER = "-"  # replaces a character without a similar one in the base
MIN_ALIKE_SHARE = 0.8  # minimum share of a list's characters that are like those of the base
MAX_NAMES_COMPARED = 2000  # names on which bundled models are compared, which takes a second


class InitialModel(NamedTuple):
    """A model that training starts from, its name, and a message about it."""

    name: str
    model: Model
    message: str


def initial_model(corpus: Corpus, settings: Settings, init: str | None) -> InitialModel | None:
    """The model to start from: the closest for CLOSEST, none for NONE, else possibly the base."""
    if init == CLOSEST:
        return closest_model(corpus.names)
    return None if init == NONE else base_start(corpus, settings)


def base_start(corpus: Corpus, settings: Settings) -> InitialModel | None:
    """The base fitted to a short list; None if length, settings or characters do not allow it."""
    if len(corpus) >= SHORT_LIST or settings.epochs == 0:
        return None
    base, characters = Base.load(), Vocabulary.from_names(corpus.names).characters
    known = [ord(each) for each in characters if alike(each, base.vocabulary.characters)]
    is_of_size = settings.hidden_size in (None, len(base.shared["a0"]))
    fits = is_of_size and settings.cell in (None, "gru")
    if not fits or np.isin(corpus.names.codes, known).mean() < MIN_ALIKE_SHARE:
        return None
    model, nearest = base.fitted(corpus)
    return InitialModel("base", model, f"the base; nearest lists: {', '.join(nearest)}")


@dataclass(frozen=True)
class Base:
    """The parameters that all lists share, and the vector of each."""

    lists: tuple[str, ...]
    vocabulary: Vocabulary
    shared: dict[str, Array]  # the arrays of a network; and We, (n_ba + n_y + n_a, d)
    vectors: Array  # (lists, d)

    @classmethod
    def load(cls, path: str = BASE) -> "Base":
        """Reads a base from its file, by default the one that comes with the package."""
        meta, arrays = npz.read(path, lambda _: ("<f4",))
        lists, vectors = tuple(meta["lists"]), arrays.pop("vectors")
        return cls(lists, Vocabulary(meta["vocabulary"]), arrays, vectors)

    def save(self, path: str) -> None:
        """Writes the file of a base."""
        meta = {"lists": self.lists, "vocabulary": self.vocabulary.characters}
        npz.write(path, meta, {**self.shared, "vectors": self.vectors})

    def rows(self, characters: str) -> Array:
        """The rows of EOS and of each character, or a similar one, in the vocabulary: (n_y,)."""
        known = self.vocabulary.characters
        similar = (alike(character, known) or OTHER for character in characters)
        return np.array([0, *(1 + known.index(each) for each in similar)])

    def network(self, e: Array, rows: Array) -> dict[str, Array]:
        """The network for a vector e (d,) and the characters in these rows of the vocabulary."""
        shared, bounds = self.shared, np.cumsum([len(self.shared[name]) for name in ("ba", "by")])
        ba, by, a0 = np.split(shared["We"] @ e, bounds)
        return {
            "Wax": shared["Wax"][:, rows],
            "Waa": shared["Waa"],
            "Wya": shared["Wya"][rows],
            "ba": shared["ba"] + ba,
            "by": (shared["by"] + by - np.log(np.bincount(rows, minlength=len(by)).clip(1)))[rows],
            "a0": np.tanh(shared["a0"] + a0),
            "bn": shared["bn"],
        }

    def gradient_of_sums(self, params: dict[str, Array], d: dict[str, Array], rows: Array) -> Array:
        """The gradient of the three sums in ba, by and a0; times `We`, it is the gradient of e."""
        by = np.bincount(rows, d["by"], len(self.shared["by"]))
        sums = [d["ba"], by, d["a0"] * (1 - params["a0"] ** 2)]
        return np.concatenate(sums).astype(np.float32)

    def fitted(self, corpus: Corpus) -> tuple[Model, list[str]]:
        """A model fitted to a list, and descriptions of the two nearest lists."""
        names, vocabulary = corpus.names, Vocabulary.from_names(corpus.names)
        rows, work = self.rows(vocabulary.characters), Workspace()
        fitted = corpus.take(evenly_spread(len(corpus), MAX_FITTED))
        batches = Batches.from_corpus(fitted, vocabulary)
        tree = batches.tree(batches.rows)
        with one_blas_thread():
            losses = [
                rnn.cross_entropy(tree.y, rnn.log_predictions(tree, self.network(e, rows), work))
                for e in self.vectors
            ]
            nearest = np.argsort(losses)[:2]
            nearest_vector = self.vectors[nearest[0]]
            e, optimizer = nearest_vector.copy(), Adam(nearest_vector)
            for step in range(STEPS):
                params = self.network(e, rows)
                _, gradients = rnn.loss_and_gradients(tree, params, work)
                of_sums = self.gradient_of_sums(params, gradients, rows)
                gradient = of_sums @ self.shared["We"] / tree.n_characters
                gradient += 2 * NEARNESS * (e - nearest_vector)
                optimizer.step(e, gradient, RATE * (1 - step / STEPS))
        params = {name: array.astype(np.float32) for name, array in self.network(e, rows).items()}
        record = {"longest": int(names.lengths.max()), "epoch": 0}
        model = Model(vocabulary, params, record, sources=(BASE_SOURCE,))
        return model, [MODELS[self.lists[k]].source.what for k in nearest]


def evenly_spread(n: int, most: int) -> Array:
    """Evenly spread rows of a list of n names, at most `most`: (min(n, most),)."""
    count = min(n, most)
    return np.arange(count) * n // count


def alike(character: str, known: str) -> str | None:
    """The known character most similar to `character`, by letter, case or sound; or None.

    >>> [alike(each, "abcdefz") for each in "aéEжф."]
    ['a', 'e', 'e', 'z', 'f', None]
    """
    name = unicodedata.name(character, "")  # for instance "CYRILLIC SMALL LETTER EF"
    sound = (name.partition(" WITH ")[0].partition(" LETTER ")[2].split() or [""])[-1]
    sound = sound[-1:] if len(sound) == 2 and sound[0] == "E" else sound[:1]
    letter = unicodedata.normalize("NFD", character)[0]
    cased = sound if "CAPITAL" in name else sound.lower()
    similar = (each for each in (character, letter, letter.swapcase(), cased) if each)
    return next((character for character in similar if character in known), None)


def closest_model(names: Names) -> InitialModel:
    """The bundled model with the lowest loss on the given names."""
    sample = names.take(evenly_spread(len(names), MAX_NAMES_COMPARED))
    models = {name: Model.load(path_of(name)) for name in MODELS}
    with one_blas_thread():  # the matrices are small, and more threads mostly wait for each other
        losses = {name: _loss(model, sample) for name, model in models.items()}
    name = min(losses, key=losses.__getitem__)
    if losses[name] == np.inf:
        reason = "no bundled model can spell any of these names; leave it out"
        raise TrainingError(f"init {CLOSEST}: {reason}", settings=["init"])
    message = f"{name}, the closest bundled model ({losses[name]:.2f} nats per character)"
    return InitialModel(name, models[name], message)


def _loss(model: Model, names: Names) -> float:
    """Nats per character, with a uniform guess for names it cannot spell; inf if it spells none."""
    scores = model.log_prob(names)  # (len(names),) in nats; −inf with an unknown character
    spelled = np.isfinite(scores)
    if not spelled.any():
        return np.inf
    characters = names.lengths + 1  # including the end
    guesses = -np.log(len(model.vocabulary)) * characters
    return -float(np.where(spelled, scores, guesses).sum()) / int(characters.sum())
