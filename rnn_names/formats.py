"""Names as text for other programs: plain lines, JSON lines, CSV and TSV.

But for plain text, each name comes with its log-probability by the model (natural, its end included, at temperature 1, rounded to six
places) and with whether it is new: not in the corpus that the model was trained on. Both can be missing: a probability of 0 has no
logarithm in JSON, and a model without fingerprints does not know what is new.
"""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.corpus import Names
    from rnn_names.model import Model

FIELDS = ("name", "log_prob", "novel")


def header(kind: str) -> bytes:
    r"""What comes before the first name.

    >>> header("csv")
    b'name,log_prob,novel\n'
    """
    return (({"csv": ",", "tsv": "\t"}[kind]).join(FIELDS) + "\n").encode() if kind in ("csv", "tsv") else b""


def records(kind: str, model: Model, names: Names, log_probs: NDArray[Any] | None = None) -> bytes:
    """A line of "jsonl", "csv" or "tsv" for each name; `log_probs` if they are known already."""
    values = (model.log_prob(names) if log_probs is None else log_probs).tolist()
    novel = [None] * len(names) if model.fingerprints is None else (~model.knows(names)).tolist()
    rows = zip(names.to_strings(), values, novel, strict=True)
    if kind == "jsonl":
        return "".join(f"{_json_line(*row)}\n" for row in rows).encode()
    text = io.StringIO()
    writer = csv.writer(text, delimiter={"csv": ",", "tsv": "\t"}[kind], lineterminator="\n")
    writer.writerows((name, f"{value:.6f}", "" if new is None else str(new).lower()) for name, value, new in rows)
    return text.getvalue().encode()


def scored(names: Names, log_probs: NDArray[Any], end: str = "\n") -> bytes:
    """A plain line for each name: its log-probability, a tab, the name, and `end`."""
    return "".join(f"{value:.6f}\t{name}{end}" for value, name in zip(log_probs.tolist(), names.to_strings(), strict=True)).encode()


def _json_line(name: str, log_prob: float, novel: bool | None) -> str:
    value = round(log_prob, 6) if math.isfinite(log_prob) else None
    return json.dumps(dict(zip(FIELDS, (name, value, novel), strict=True)), ensure_ascii=False)
