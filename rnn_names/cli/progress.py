"""What `train` shows while it works, and what it says at the end."""

from __future__ import annotations

import os
import shlex
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from rnn_names.cli import interrupts
from rnn_names.cli.options import DEFAULT_MODEL
from rnn_names.cli.streams import bar, tell
from rnn_names.errors import shown

if TYPE_CHECKING:
    from rnn_names.corpus.corpus import Corpus
    from rnn_names.training.checkpoint import Checkpoint
    from rnn_names.training.stages import Epoch, Stage
    from rnn_names.training.trainer import Trainer
    from rnn_names.training.warm_start import Closest

LOG_WIDTH = 100  # columns of what `train` prints where there is no terminal


class Progress:
    """What `train` shows: a bar on a terminal, elsewhere a plain line now and then."""

    def __init__(self, trainer: Trainer, quiet: bool) -> None:
        self.trainer, self.quiet = trainer, quiet
        self.screen = threading.RLock()  # an interrupt writes from a thread of its own
        self.epochs: list[Epoch] = []
        self.before = trainer.epoch
        self.next_line = 1
        self.announced: Stage | None = None
        self.began = time.perf_counter()
        self.bar = bar(
            total=trainer.characters_done + trainer.characters_left,
            initial=trainer.characters_done,
            # Otherwise tqdm waits for as many characters as ever came between two looks at the
            # bar: ever more, so that it hardly moves in the end.
            miniters=1,
            mininterval=0.5,
            smoothing=0.05,  # the time left goes by the speed of the last ten seconds
            disable=quiet or not sys.stderr.isatty() or not trainer.settings.epochs,
            # "At most", since a stage may end early.
            bar_format="{desc} {percentage:3.0f}% {bar} {elapsed}, at most {remaining} left"
            "{postfix}",
        )

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self.began

    @property
    def width(self) -> int:
        """Columns of the terminal; `LOG_WIDTH` where there is none, or none any more."""
        with suppress(OSError):
            return os.get_terminal_size(sys.stderr.fileno()).columns
        return LOG_WIDTH

    def batch(self, characters: int, smoothed_loss: float) -> None:
        """Moves the bar by a minibatch."""
        interrupts.pause()
        with self.screen:
            loss = self.trainer.model.training["held_out_loss"]
            held_out = "" if loss is None else f", held-out {loss:.3f}"
            self.bar.set_description_str(
                f"epoch {self.trainer.epoch + 1}/{self.trainer.settings.epochs}", refresh=False
            )
            self.bar.set_postfix_str(f"loss {smoothed_loss:.3f}{held_out}", refresh=False)
            self.bar.update(characters)

    def announce_stage(self) -> None:
        """Announces the next stage before its first epoch, but not the only network."""
        stage = self.trainer.position.next_stage
        if stage is None or stage is self.announced:
            return
        self.announced = stage
        if stage.is_distillation:
            with self.screen:
                self.bar.set_description_str("preparing distillation", refresh=False)
            self.say("Distillation stage: learning a teacher's predictions.")
        elif self.trainer.settings.teacher_networks > 1:
            self.say(f"{stage.name.capitalize()}.")

    def epoch(self, epoch: Epoch) -> None:
        """Says a line with a few names after better epochs, at growing intervals."""
        self.epochs.append(epoch)
        with self.screen:  # a stage may end early, and the size of distillation was an estimate
            self.bar.total = self.bar.n + self.trainer.characters_left
        if self.trainer.is_lost(epoch.training_loss, epoch.held_out_loss):
            self.say(
                f"{epoch.stage.capitalize()}: it ends with epoch {epoch.epoch}, in which its loss "
                "passed four times that of a uniform guess. The best weights so far are kept."
            )
        if self.quiet or not epoch.is_best or epoch.epoch < self.next_line:
            return
        self.next_line = epoch.epoch + max(epoch.epoch // 2, 1)
        held_out = "" if epoch.held_out_loss is None else f", held-out {epoch.held_out_loss:.3f}"
        losses = f"epoch {epoch.epoch:>3}: loss {epoch.training_loss:.3f}{held_out}  "
        self.say(losses + self._few_names(self.width - len(losses)))

    def curves(self) -> list[str]:
        """The lines of a picture of the losses of all epochs, for the terminal."""
        from rnn_names.views.terminal import loss_curves

        return loss_curves(self.epochs, self.width)

    def _few_names(self, room: int) -> str:
        from rnn_names.sampling.stream import preview

        names = preview(self.trainer.model, 4, self.trainer.epoch)
        while len(names) > 1 and len(", ".join(names)) > room:
            names.pop()
        return ", ".join(names) or "(no names yet)"

    def say(self, text: str) -> None:
        """Writes a line to stderr, above the bar; nothing with --quiet."""
        if self.quiet or not text:
            return
        with self.screen:
            self.bar.clear()
            tell(text)
            self.bar.refresh()

    def close(self) -> None:
        """Takes the bar off the screen."""
        with self.screen:
            self.bar.close()


def opening(corpus: Corpus, checkpoint: Checkpoint, closest: Sequence[Closest]) -> str:
    """What is about to be trained, on what, and from which models if they were looked for."""
    trainer, settings = checkpoint.trainer, checkpoint.trainer.settings
    repeats = f" ({corpus.n_lines:,} with repeats)" if corpus.n_lines > len(corpus) else ""
    if corpus.has_counts:
        repeats = f" with counts ({corpus.n_lines:,} in all; names are drawn in proportion)"
    n_held_out, n_characters = len(trainer.held_out), len(trainer.vocabulary) - 1
    until = "until the last stage" if settings.all_names else "for validation"
    held_out = f", {n_held_out:,} of them held out {until}" if n_held_out else ""
    network = f"{'a GRU' if settings.cell == 'gru' else 'an RNN'} of {settings.hidden_size} units"
    length = f"up to {_epochs(settings.epochs)}, {settings.batch_size} names per batch."
    training = f"Training {network} for {length}"
    if not settings.epochs:
        training = f"{network[0].upper()}{network[1:]}."
    elif settings.teacher_networks > 1:
        training = (
            f"Training {settings.teacher_networks} networks, each {network}, one after another, "
            f"then the\nbest of them on what all predict together: {length}"
        )
    names = f"{len(corpus):,} distinct names{repeats}"
    lines = [f"{names}, {n_characters} characters{held_out}.", training]
    if closest:
        models = " and ".join(each.name for each in closest)
        losses = " and ".join(f"{each.loss:.2f}" for each in closest)
        lines.append(
            f"{'Started' if trainer.epoch else 'Starts'} from {models}, the closest bundled "
            f"model{'s' * (len(closest) > 1)} ({losses} nats per character)."
        )
    if trainer.epoch:
        lines.append(f"Going on after epoch {trainer.epoch}.")
    elif os.path.exists(checkpoint.path):
        lines.append(
            f"Note: {shown(checkpoint.path)} holds an interrupted run, which --resume goes on "
            "with. This one replaces it after its first epoch."
        )
    return "\n".join(lines)


def summary(progress: Progress, corpus: Corpus, output: str, init: str | None) -> str:
    """What came of the training, which may have started from a model, and what to try next."""
    from rnn_names.corpus.names import Names
    from rnn_names.sampling.stream import preview
    from rnn_names.views.statistics import NAMES_MEASURED, length_note

    trainer, size = progress.trainer, os.path.getsize(output)
    model = f"Wrote {shown(output)} ({size / 1e6:.1f} MB). Try: rnn-names sample -n 20" + (
        f" -m {shown(shlex.quote(output))}" if output != DEFAULT_MODEL else ""
    )
    if not trainer.epoch:
        weights = f"those of {shown(init)}" if init else "random"
        return f"No training: the weights are {weights}.\n{model}"
    record = trainer.model.training
    losses = f"training loss {record['training_loss']:.4f}"
    if record["held_out_loss"] is not None:
        losses = f"held-out loss {record['held_out_loss']:.4f}, {losses}"
    more = " more" * (progress.before > 0)  # than before the run was resumed
    lines = [
        f"{_epochs(trainer.epoch - progress.before)}{more} in {progress.seconds:.0f} s; the best "
        f"was epoch {record['epoch']}:",
        f"{losses} nats per character.",
    ]
    if record["all_names"]:
        lines.append("The held-out loss is that before the last stage, which learned these names.")
    drawn = preview(trainer.model, NAMES_MEASURED, trainer.settings.seed)
    if drawn:
        lines.append(length_note(corpus.names, corpus.counts, Names.from_strings(drawn)))
    return "\n".join(filter(None, [*lines, model]))


def _epochs(n: int) -> str:
    return f"{n} epoch{'s' * (n != 1)}"
