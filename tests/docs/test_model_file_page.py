"""What docs/model-file.md says of PyTorch is so."""

import numpy as np
import pytest

from support.documents import ROOT, examples

torch = pytest.importorskip("torch")


@pytest.fixture
def to_torch():
    """The function that the page shows."""
    page = (ROOT / "docs" / "model-file.md").read_text(encoding="utf-8")
    defined = {}
    for example in examples(page):
        if example.source.startswith("def to_torch("):
            exec(example.source, defined)
    return defined["to_torch"]


@pytest.mark.parametrize("cells", [["gru"], ["rnn"], ["gru", "rnn"]], ids="+".join)
def test_pytorch_gives_the_same_probabilities(cells, model_files, names, to_torch):
    """Of a blend, too; its plain cell is held still by biases of a million."""
    from rnn_names import Model, blend

    model = blend([Model.load(model_files[cell]) for cell in cells])
    rnn, output, state = to_torch(model)
    for name in names[:5]:
        indices = [model.vocabulary.characters.index(character) + 1 for character in name]
        x = torch.zeros(1, len(name) + 1, len(model.params["by"]))
        for place, index in enumerate(indices, 1):
            x[0, place, index] = 1
        with torch.no_grad():
            log_p = torch.log_softmax(output(rnn(x, state)[0]), dim=-1)[0]
        total = sum(float(log_p[place, index]) for place, index in enumerate([*indices, 0]))
        assert np.isclose(total, model.log_prob([name])[0], atol=1e-4)
