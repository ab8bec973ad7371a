"""The held-out loss on makemore's own split of its list, of default training.

    python tests/quality/makemore.py names.txt

`names.txt` is that of https://github.com/karpathy/makemore (MIT licence), 32,033 lines. Its script
shuffles them with `torch.manual_seed(3407)` and holds out the last 1,000 lines. Names given to both
sexes have two lines, so that some of the 1,000 are among the others, too: the loss is shown with
and without these. It counts all characters and the end of a name, as makemore's does.

Training holds out names of its own among the 31,033 other lines, and chooses by them.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.corpus.names import Names
from rnn_names.network.language_model import mean_loss
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer

SEED, HELD_OUT = 3407, 1_000
SHA256 = "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d"


def shuffled(n: int, seed: int) -> list[int]:
    """`torch.randperm(n)` after `torch.manual_seed(seed)`, for n below 2³²/20.

    It is a Fisher–Yates shuffle by the 32-bit numbers of a Mersenne Twister.
    """
    twister = np.random.MT19937()
    twister._legacy_seeding(seed)
    order = [*range(n)]
    for at, draw in enumerate(twister.random_raw(n - 1).tolist()):
        other = at + draw % (n - at)
        order[at], order[other] = order[other], order[at]
    return order


def main() -> None:
    """Trains on the rest, and measures."""
    text = Path(sys.argv[1]).read_bytes()
    if hashlib.sha256(text).hexdigest() != SHA256:
        raise SystemExit(f"{sys.argv[1]} is another list than the one of 32,033 lines")
    lines = text.decode().split()
    order = shuffled(len(lines), SEED)
    learned = [lines[row] for row in order[:-HELD_OUT]]
    held_out = [lines[row] for row in order[-HELD_OUT:]]
    new = [name for name in held_out if name not in {*learned}]
    print(
        f"{len(lines):,} lines; {HELD_OUT - len(new)} of the {HELD_OUT:,} held out are learned, too"
    )
    trainer = Trainer(TrainingSetup(corpus_from_strings(learned), Settings()))
    for _ in trainer.epochs():
        pass
    model = trainer.model
    for title, names in (("makemore's split", held_out), ("without those learned", new)):
        loss = mean_loss(model.params, model.vocabulary, Names.from_strings(names))
        print(f"{title}: {len(names):,} lines, {loss:.4f} nats per character")


if __name__ == "__main__":
    main()
