"""The page's learning, in Node: the same equations as Python's."""

import json

import numpy as np
import pytest

from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.corpus.vocabulary import Vocabulary
from rnn_names.network import rnn
from rnn_names.network.batches import Batches
from rnn_names.training.gradients import part_gradients
from rnn_names.training.stages import Stage
from rnn_names.views.engine import engine, learning
from support import node
from support.documents import ROOT

pytestmark = pytest.mark.skipif(not node.NODE, reason=node.NOT_TESTED)

PRINT = "const print = (value) => console.log(JSON.stringify(value));\n"


def run(script, folder, **values):
    """Runs a script with the engine and what learns; `values` are constants of it."""
    given = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in values.items())
    return node.run(engine() + learning() + PRINT + given + script, folder)


# --- Gradients ------------------------------------------------------------------------------------

GRADIENTS = """
const params = Object.fromEntries(
  Object.entries(arrays).map(([name, array]) => [name, Float64Array.from(array)]),
);
const tree = prefixTree(names, padded(n_y, ROWS));
const nodeMask = new Float64Array(tree.rows * n_a);
for (let row = NODES; row < tree.rows; row++) nodeMask.set(maskOf(row), row * n_a);
function maskOf(row) { // by the prefix, as rows are in another order in Python
  const prefix = [];
  for (let at = row; at > NODES; at = tree.parent[at]) prefix.unshift(tree.x[at]);
  return nodeMasks[prefix.join(" ")] ?? new Float64Array(n_a);
}
const network = { gates, n_a, n_y, params };
const masks = { unitMask: Float64Array.from(unitMask), nodeMask };
const { loss, gradients } = lossAndGradients(tree, network, masks);
print({ loss, characters: tree.characters });
print(Object.fromEntries(Object.entries(gradients).map(([name, a]) => [name, [...a]])));
"""


def prefixes_of(tree):
    """The prefix of each node of a tree, as its indices, separated by spaces."""
    above, prefixes = [], []
    for rows in tree.levels:
        here = [
            [*above[parent], x] if above else []
            for x, parent in zip(tree.x[rows].tolist(), tree.parent[rows].tolist(), strict=True)
        ]
        prefixes += here
        above = here
    return [" ".join(map(str, prefix)) for prefix in prefixes]


@pytest.mark.parametrize("cell", ["gru", "rnn"])
@pytest.mark.parametrize("name", ["elvish", "welsh-towns", "chinese-towns"])
def test_gradients_are_those_of_python(name, cell, tmp_path):
    """With dropout in both places, and names that are there twice."""
    lines = (ROOT / "data" / f"{name}.txt").read_text("utf-8").splitlines()[:30]
    corpus = corpus_from_strings([*lines, *lines[:5]])
    vocabulary, n_a = Vocabulary.of(corpus.names), 8
    batches = Batches.of(corpus, vocabulary)
    (tree,) = batches.trees([np.sort(batches.rows)])
    rng = np.random.default_rng(0)
    params = rnn.init_params(rng, len(vocabulary), n_a, cell, np.float64)
    params |= {each: rng.normal(size=params[each].shape) for each in ("ba", "by", "a0")}
    if cell == "gru":
        params["bn"] = rng.normal(size=n_a)
    work = rnn.Workspace(np.float64)
    stage = Stage("network", False, 1, 64, 0.009, dropout=0.5, recurrent_dropout=0.4)
    loss, gradients = part_gradients(params, stage, tree, work, np.random.default_rng(1))

    node_masks = work("node_mask", len(tree.x), n_a).tolist()
    found, arrays = run(
        GRADIENTS,
        tmp_path,
        names=[batches.names.codes[a:b].tolist() for a, b in bounds(batches)],
        arrays={each: array.ravel().tolist() for each, array in params.items()},
        unitMask=work("unit_mask", n_a).tolist(),
        nodeMasks=dict(zip(prefixes_of(tree), node_masks, strict=True)),
        gates=3 if cell == "gru" else 1,
        n_a=n_a,
        n_y=len(vocabulary),
    )
    assert found == {"loss": pytest.approx(loss, rel=1e-9), "characters": tree.n_characters}
    assert arrays.keys() == gradients.keys()
    for each, expected in gradients.items():
        np.testing.assert_allclose(arrays[each], expected.ravel(), atol=1e-6, err_msg=each)


def bounds(batches):
    """Where the name of each row begins and ends."""
    starts = batches.names.offsets
    return [(starts[row], starts[row + 1]) for row in np.sort(batches.rows)]
