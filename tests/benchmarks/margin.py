"""How far float32 is from float64 where names are drawn: what `network_predictor.MARGIN` rests on.

usage: python tests/benchmarks/margin.py

For each network and temperature T, 4,000 names are drawn. At all their prefixes, the sums of the
probabilities of the next character, up to each character, are computed in float32 and in float64.
Printed is the largest difference, times T where T is below 1; and the largest relative one of
a probability above 1e-6, likewise. Set OPENBLAS_CORETYPE to see other kernels of BLAS.
"""

import numpy as np

from rnn_names import Model, blend
from rnn_names.arrays import Workspace
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.network import rnn
from rnn_names.network.prefix_tree import prefix_tree
from rnn_names.options import RandomOptions
from rnn_names.sampling.network_predictor import MARGIN, RELATIVE_ERROR, NetworkPredictor

TEMPERATURES = 0.1, 0.3, 0.7, 1.0, 2.0, 5.0
COUNT = 4000


def random_network(cell: str, units: int) -> Model:
    """A network whose logits are about as far apart as those of a trained one."""
    params = rnn.init_params(np.random.default_rng(units), 60, units, cell)
    params["Wya"] *= 4
    characters = "".join(chr(code) for code in range(ord("A"), ord("A") + 59))
    return Model(Vocabulary(characters), params, {"longest": 20, "shortest": 1})


def differences(model: Model, temperature: float) -> tuple[float, float]:
    """The largest difference of a sum of probabilities, and the largest relative one of one."""
    options = RandomOptions(temperature=temperature, any_shape=True, min_length=1)
    names = Names.from_strings(model.sample(COUNT, seed=1, temperature=temperature, any_shape=True))
    indices, lengths = model.vocabulary.indexed(names).padded(names.order())
    tree = prefix_tree(indices, lengths, len(model.vocabulary))
    found = []
    for dtype in (np.float32, np.float64):
        source = NetworkPredictor(model.params, options, dtype)
        states = rnn.hidden_states(tree, source.params, Workspace(dtype))
        found.append(source.next_probabilities(states, Workspace(dtype))[0])
    single, double = found
    probable = double > 1e-6
    relative = np.abs(single - double)[probable] / double[probable]
    return float(np.abs(np.cumsum(single - double, axis=0)).max()), float(relative.max())


def main() -> None:
    """Prints a row for each network."""
    bundled = ("dinosaurs", "first-names", "surnames", "chinese-towns", "elvish", "welsh-towns")
    networks = {name: Model.load(name) for name in bundled}
    networks["norse + first-names"] = blend([Model.load("norse"), networks["first-names"]])
    networks["four of them"] = blend([Model.load(name) for name in (*bundled[:3], "norse")])
    for cell in ("gru", "rnn"):
        for units in (128, 256, 384):
            networks[f"random {cell} of {units}"] = random_network(cell, units)
    worst = np.zeros(2)
    print(f"{'network':22}" + "".join(f"{f'T = {t}':>20}" for t in TEMPERATURES))
    for name, model in networks.items():
        cells = []
        for temperature in TEMPERATURES:
            each = np.array(differences(model, temperature)) * min(temperature, 1)
            worst = np.maximum(worst, each)
            cells.append(f"{each[0]:10.1e} {each[1]:.1e}")
        print(f"{name:22}" + "".join(f"{cell:>20}" for cell in cells), flush=True)
    margin, relative = f"MARGIN {MARGIN:.0e}", f"RELATIVE_ERROR {RELATIVE_ERROR:.0e}"
    print(f"worst: {worst[0]:.1e} ({margin}), relative {worst[1]:.1e} ({relative})")


if __name__ == "__main__":
    main()
