"""The report of a training run: one HTML file without scripts."""

import math
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from html import escape
from itertools import islice, pairwise
from string import Template

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.corpus import Corpus
from rnn_names.corpus.fingerprints import among, fingerprint
from rnn_names.corpus.names import Names
from rnn_names.errors import network_name, plural, printable
from rnn_names.files import write_atomically
from rnn_names.report.markup import assets, definitions, isolated
from rnn_names.sampling.preview import preview
from rnn_names.training.trainer import EpochRecord, Trainer, next_epoch_to_show
from rnn_names.version import __version__

NAMES_SHOWN = 8  # names drawn for each epoch in the table
FIRST_NAMES = 50  # names of the finished model at the beginning of the report
BARS = 30  # maximum number of rows in a table of shares
MAX_TICKS = 6
NAMES_MEASURED = 2000  # names drawn from the finished model for comparison with the list
MAX_DRAWN = 1 << 24  # maximum number of network outputs, which limits the number of long names


@dataclass
class Report:
    """The results of a training run so far."""

    corpus: Corpus  # all names, including held-out ones
    trainer: Trainer
    sources: Sequence[str]  # titles of the files of the names
    output: str  # the model's file
    path: str  # the report's file
    init: str | None = None  # the model that training started from, if any
    epochs: list[EpochRecord] = field(default_factory=list)  # since the run started or resumed
    samples: dict[int, list[str]] = field(default_factory=dict)  # drawn names by epoch

    def __post_init__(self) -> None:
        self.samples[self.trainer.epoch] = drawn_from(self.trainer, NAMES_SHOWN)

    def add(self, epoch: EpochRecord) -> None:
        """Adds an epoch and, at growing intervals, names drawn with the best weights so far."""
        self.epochs.append(epoch)
        if epoch.is_best and epoch.epoch >= next_epoch_to_show(max(self.samples)):
            self.samples[epoch.epoch] = drawn_from(self.trainer, NAMES_SHOWN)

    def save(self) -> None:
        """Writes the report, completely or not at all."""
        write_atomically(self.path, as_html(self).encode())


def as_html(report: Report) -> str:
    """The whole report as HTML."""
    corpus, trainer, init = report.corpus, report.trainer, report.init
    settings = trainer.settings
    sampled = drawn_from(trainer, NAMES_MEASURED)
    listed = np.sort(fingerprint(corpus.names))
    is_listed: list[bool] = among(fingerprint(Names.from_strings(sampled)), listed).tolist()
    first_names = dict(islice(dict(zip(sampled, is_listed, strict=True)).items(), FIRST_NAMES))
    known = sum(first_names.values())
    article = "A" if settings.cell == "gru" else "An"
    stopped = f" It was stopped after epoch {trainer.epoch} of {settings.epochs}."
    mark = ' class="listed"'
    items = (f"<li{mark * old}>{isolated(name)}</li>" for name, old in first_names.items())
    start = f"is {isolated(init)}, from which training started" if init else "has not seen a name"
    return Template(assets("report/report.html")).substitute(
        style=assets("report/style.css", "report/report.css"),
        name=escape(printable(os.path.basename(report.output))),
        network=f"{article} {network_name(settings.cell, settings.hidden_size)}",
        started="" if init is None else f"started from {isolated(init)} and ",
        names=f"{len(corpus):,}",
        sources=", ".join(map(isolated, report.sources)),
        ending="" if trainer.is_over else stopped,
        count=plural(len(first_names), "name"),
        first_names="".join(items),
        known=f"<p>{known} of them, grey with a dot, are in the list.</p>\n" if known else "",
        figures=_key_figures(report, is_listed),
        losses=_loss_curves(report.epochs),
        development="From gibberish to names" if init is None else "From one list to another",
        epoch_0=f" Epoch 0 {start}." if 0 in report.samples else "",
        names_by_epoch=_names_by_epoch(report),
        comparison=_comparison(corpus, sampled),
        read=definitions(_list_facts(report).items()),
        settings=definitions(
            (name.replace("_", " "), escape(str(value))) for name, value in asdict(settings).items()
        ),
        every_epoch=_every_epoch(report.epochs),
        version=escape(__version__),
    )


# --- Sections -------------------------------------------------------------------------------------


def _key_figures(report: Report, is_listed: Sequence[bool]) -> str:
    """The most important numbers, as items of an HTML list."""
    trainer = report.trainer
    training = trainer.model.training
    figures = []
    if report.epochs:
        loss, kind = training["held_out_loss"], "held-out (validation) loss"
        if loss is None:
            loss, kind = training["training_loss"], "training loss"
        first = report.epochs[0].epoch
        # The time of epochs before a run was resumed is not known.
        since = f" from epoch {first} on" if first > 1 else ""
        seconds = sum(epoch.seconds for epoch in report.epochs)
        figures += [
            (f"{loss:.3f}", f"{kind} of the model"),
            (f"epoch {training['epoch']}", f"the best of {trainer.epoch}"),
            (str(timedelta(seconds=round(seconds))), f"of training{since}"),
        ]
    if is_listed:
        figures.append((f"{1 - np.mean(is_listed):.1%}", "of its names are not in the list"))
    if os.path.exists(report.output):
        figures.append((f"{os.path.getsize(report.output) / 1e6:.1f} MB", "model file"))
    return "".join(f"<li><strong>{figure}</strong> {text}</li>" for figure, text in figures)


def _loss_curves(epochs: Sequence[EpochRecord]) -> str:
    if len(epochs) < 2:
        return "<p>Fewer than two epochs: there are no curves to draw.</p>"
    curves = {"training": [(epoch.epoch, epoch.training_loss) for epoch in epochs]}
    held_out = {e.epoch: e.held_out_loss for e in epochs if e.held_out_loss is not None}
    best, note = None, ""
    if held_out:
        curves["held-out"] = [*held_out.items()]
        n_best = max((epoch.epoch for epoch in epochs if epoch.is_best), default=None)
        best = (n_best, held_out[n_best], f"best: epoch {n_best}") if n_best else None
        distilled = epochs[-1].stage == "distillation"
        teacher = "and in the distillation stage against the teacher, " if distilled else ""
        note = f"<p>The training loss is measured under dropout, {teacher}"
        note += "so it can lie above the held-out loss.</p>"
    changes = [after for before, after in pairwise(epochs) if before.stage != after.stage]
    chart = _line_chart(curves, best, [(after.epoch - 0.5, after.stage) for after in changes])
    return _figure("Nats per character, by epoch", tuple(curves), chart) + note


def _names_by_epoch(report: Report) -> str:
    is_measured = any(epoch.held_out_loss is not None for epoch in report.epochs)
    losses = {e.epoch: e.held_out_loss if is_measured else e.training_loss for e in report.epochs}
    best = {report.trainer.model.training["epoch"]: drawn_from(report.trainer, NAMES_SHOWN)}
    rows = list[tuple[str, ...]]()
    for number, names in sorted((report.samples | best).items()):
        loss = f"{losses[number]:.3f}" if number in losses else "–"
        rows.append((str(number), loss, " ".join(map(isolated, names)) or "<em>no names yet</em>"))
    title = "held-out loss" if is_measured else "training loss"
    return _table(("epoch", title, "names"), rows, "by-epoch")


def _comparison(corpus: Corpus, sampled: Sequence[str]) -> str:
    if not sampled:
        return "<p>The network cannot draw names yet, so there is no comparison with the list.</p>"
    drawn, once = Names.from_strings(sampled), np.ones(len(sampled), dtype=np.int64)
    lengths = length_bars(corpus.names, corpus.counts, drawn)
    in_list = character_shares(corpus.names, corpus.counts)
    in_drawn = character_shares(drawn, once)
    characters = {c: (share, in_drawn.get(c, 0)) for c, share in islice(in_list.items(), BARS)}
    title = "Characters, upper and lower case together"
    if len(in_list) > len(characters):
        title += f": the {len(characters)} most frequent of {len(in_list)}"
    return (
        f"<p>The list, with repeats, against {plural(len(sampled), 'name')} from the model.</p>\n"
        '<div class="pair">\n'
        f"{_shares('Length in characters', lengths)}\n{_shares(title, characters)}\n</div>"
    )


def _shares(title: str, shares: Mapping[str, tuple[float, float]]) -> str:
    """The shares of each label in the list and among the samples, as numbers and as bars."""
    rows, highest = [], max(map(max, shares.values()))
    for label, pair in shares.items():
        widths = enumerate(f"{share / highest:.1%}" for share in pair)
        bars = (f'<div class="s{k}" style="width:{width}"></div>' for k, width in widths)
        rows.append((escape(label), *map("{:.1%}".format, pair), "".join(bars)))
    series = ("list", "samples")
    return _figure(title, series, _table(("", *series, ""), rows, "shares"))


def _list_facts(report: Report) -> dict[str, str]:
    corpus = report.corpus
    return {
        "list": ", ".join(map(isolated, report.sources)),
        "training started from": isolated(report.init) if report.init else "random weights",
        "names": f"{corpus.n_lines:,}",
        "distinct": f"{len(corpus):,}",
        "repeats": f"{corpus.n_lines - len(corpus):,}",
        "blank lines skipped": f"{corpus.n_blank:,}",
        "held out": f"{len(report.trainer.held_out):,}",
        "longest name": plural(int(corpus.names.lengths.max()), "character"),
        "distinct characters": f"{len(np.unique(corpus.names.codes))}",
    }


def _every_epoch(epochs: Sequence[EpochRecord]) -> str:
    rows = list[tuple[str, ...]]()
    for e in epochs:
        held_out = "–" if e.held_out_loss is None else f"{e.held_out_loss:.4f}"
        better = "yes" if e.is_best else ""
        rows.append((str(e.epoch), f"{e.training_loss:.4f}", held_out, better, f"{e.seconds:.1f}"))
    return _table(("epoch", "training", "held-out", "better", "seconds"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], style: str = "plain") -> str:
    """A table whose cells are HTML; the first cell of each row is its title."""
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return f'<table class="{style}"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>'


def _figure(title: str, series: Sequence[str], chart: str) -> str:
    keys = [f'<span class="key s{i}">{escape(name)}</span>' for i, name in enumerate(series)]
    caption = f"<figcaption><span>{escape(title)}</span> {' '.join(keys)}</figcaption>"
    return f"<figure>{caption}\n{chart}</figure>"


# --- A chart --------------------------------------------------------------------------------------


def _line_chart(
    curves: Mapping[str, Sequence[tuple[int, float]]],
    point: tuple[int, float, str] | None,
    dividers: Sequence[tuple[float, str]],
) -> str:
    """Draws curves through at least two points (x, y) of each series, with integers x, as SVG.

    Coordinates are percentages, so the chart fits any width without scaling its labels and lines.
    Labels mark a `point` of the last series and the positions x of `dividers`.
    """
    xs, ys = zip(*(point for points in curves.values() for point in points), strict=True)
    first, last = min(xs), max(xs)
    y_ticks = ticks(min(ys), max(ys), around=True)
    x_ticks = [first, *(x for x in map(round, ticks(first, last)) if x > first)]

    def place(x: float, y: float) -> tuple[float, float]:
        """The position of a point in the chart, in percent from the top left."""
        height = y_ticks[-1] - y_ticks[0]
        return 100 * (x - first) / (last - first), 100 * (y_ticks[-1] - y) / height

    # Enough digits to distinguish neighbouring ticks.
    digits = max(0, -math.floor(math.log10(y_ticks[1] - y_ticks[0]) + 1e-9))
    parts = [f'<svg class="chart" role="img" aria-label="{escape(", ".join(curves))}">']
    for y in y_ticks:
        at = f"{place(first, y)[1]:.2f}%"
        parts.append(f'<line x2="100%" y1="{at}" y2="{at}"/>')
        parts.append(f'<text x="-8" y="{at}" dy=".35em" class="end">{y:.{digits}f}</text>')
    for x in dict.fromkeys(x_ticks):
        parts.append(f'<text x="{place(x, ys[0])[0]:.2f}%" y="100%" dy="1.5em">{x}</text>')
    # Curves stretch with the chart; `non-scaling-stroke` keeps their lines equally thick.
    stretched = 'viewBox="0 0 100 100" preserveAspectRatio="none"'
    parts.append(f'<svg {stretched} width="100%" height="100%">')
    for series, points in enumerate(curves.values()):
        path = " ".join(f"{x:.2f},{y:.2f}" for x, y in (place(*point) for point in points))
        stroke = 'vector-effect="non-scaling-stroke"'
        parts.append(f'<polyline class="s{series}" points="{path}" {stroke}/>')
    parts.append("</svg>")
    for x, text in dividers:
        parts.append(_mark(place(x, ys[0])[0], 100, text, line=2))
    if point:
        x, y = place(*point[:2])
        parts.append(_mark(x, y, point[2], line=1))
        parts.append(f'<circle class="s{len(curves) - 1}" cx="{x:.2f}%" cy="{y:.2f}%" r="4"/>')
    return "\n".join([*parts, "</svg>"])


def ticks(low: float, high: float, around: bool = False) -> list[float]:
    """A few round numbers from `low` to `high`; with `around`, they enclose both.

    >>> ticks(1, 60), ticks(1.7, 3.2, around=True)
    ([10, 20, 30, 40, 50, 60], [1.5, 2.0, 2.5, 3.0, 3.5])
    """
    span = (high - low) or 1
    magnitude = 10 ** math.floor(math.log10(span / MAX_TICKS))
    step = next(k * magnitude for k in (1, 2, 5, 10) if span / (k * magnitude) <= MAX_TICKS)
    start, stop = math.ceil(low / step), math.floor(high / step)
    if around:
        start = math.floor(low / step)
        stop = max(math.ceil(high / step), start + 1)
    return [round(k * step, 10) for k in range(start, stop + 1)]


def _mark(x: float, y: float, text: str, line: int) -> str:
    """A line from the top down to a point, with a text on the side with more room."""
    side, shift = ("end", -6) if x > 50 else ("start", 6)
    return (
        f'<line class="mark" x1="{x:.2f}%" x2="{x:.2f}%" y2="{y:.2f}%"/>'
        f'<text x="{x:.2f}%" dx="{shift}" dy="{1.4 * line - 0.4:.1f}em" class="{side} mark">'
        f"{escape(text)}</text>"
    )


# --- The list and names drawn ---------------------------------------------------------------------


def drawn_from(trainer: Trainer, count: int) -> list[str]:
    """At most `count` names drawn with the best weights so far, within seconds."""
    model = trainer.model
    outputs = model.longest * len(model.vocabulary)  # for the longest name
    # All epochs have the same seed, so only the network changes from row to row of the report.
    return preview(model, min(count, max(MAX_DRAWN // outputs, 1)), trainer.settings.seed)


def length_bars(names: Names, counts: Array, drawn: Names) -> dict[str, tuple[float, float]]:
    """The shares of each length in a list and in drawn names; the last bar includes longer names.

    >>> al, bo_and_adam = (Names.from_strings(names.split()) for names in ("Al", "Bo Adam"))
    >>> length_bars(bo_and_adam, np.array([1, 3]), al)
    {'2': (0.25, 1.0), '3': (0.0, 0.0), '4': (0.75, 0.0)}
    """
    lengths = np.concatenate([names.lengths, drawn.lengths])
    first, longest = int(lengths.min()), int(lengths.max())
    last = min(longest, first + BARS - 1)
    listed = np.bincount(np.minimum(names.lengths, last), counts, last + 1) / counts.sum()
    sampled = np.bincount(np.minimum(drawn.lengths, last), minlength=last + 1) / len(drawn)
    labels = [*map(str, range(first, last)), f"{last}{'+' * (longest > last)}"]
    pairs = np.transpose([listed, sampled])[first:]
    return dict(zip(labels, map(tuple, pairs.tolist()), strict=True))


def character_shares(names: Names, counts: Array) -> dict[str, float]:
    """The share of each character by its label, ignoring case, most frequent first.

    >>> character_shares(Names.from_strings(["Al", "A"]), np.array([1, 2]))
    {'a': 0.75, 'l': 0.25}
    """
    totals: Counter[str] = Counter()
    of_each = np.bincount(names.codes, weights=np.repeat(counts, names.lengths))
    for code in np.flatnonzero(of_each):
        totals[_label(chr(code))] += int(of_each[code])
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return {character: n / totals.total() for character, n in ranked}


def _label(character: str) -> str:
    """A visible label for a character, which may be a space or a combining mark."""
    if character.isspace():
        return "␣"
    lower = character.lower()
    label = lower if len(lower) == 1 else character
    return "◌" + label if unicodedata.combining(label) else label
