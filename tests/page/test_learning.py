"""The page's learning, in Node: the same equations as Python's."""

import base64
import json
import re
from dataclasses import asdict, replace

import numpy as np
import pytest

from rnn_names import Model
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.corpus.fingerprints import PACKED_BITS, fingerprint, upper_bits
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.model.bundled import BASE_SOURCE, marked_as_start
from rnn_names.network import rnn
from rnn_names.page import script
from rnn_names.page.page import page
from rnn_names.page.script import PageModel, described_models, scripts
from rnn_names.training import trainer, warm_start
from rnn_names.training.batches import Batches
from rnn_names.training.gradients import gradients_with_dropout
from rnn_names.training.optimizers import Adam
from rnn_names.training.settings import Settings, Stage, make_stages
from support import node
from support.documents import ROOT
from support.networks import prefixes_of
from support.pages import scripts_of

pytestmark = pytest.mark.skipif(not node.NODE, reason=node.NOT_TESTED)

PRINT = "const print = (value) => console.log(JSON.stringify(value));\n"


def run(script, folder, **values):
    """Runs a script with the engine and what learns; `values` are constants of it."""
    given = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in values.items())
    return node.run("".join(scripts()[:2]) + PRINT + given + script, folder)


# --- Gradients ------------------------------------------------------------------------------------

GRADIENTS = """
const params = Object.fromEntries(
  Object.entries(arrays).map(([name, array]) => [name, Float64Array.from(array)]),
);
const tree = prefixTree(names, n_y);
const nodeMask = new Float64Array(tree.rows * n_a);
for (let row = NODES; row < tree.rows; row++) nodeMask.set(maskOf(row), row * n_a);
function maskOf(row) { // by the prefix, as rows are in another order in Python
  const prefix = [];
  for (let at = row; at > NODES; at = tree.parent[at]) prefix.unshift(tree.x[at]);
  return nodeMasks[prefix.join(" ")] ?? new Float64Array(n_a);
}
const masks = { unitMask: Float64Array.from(unitMask), nodeMask };
const { loss, gradients } = lossAndGradients(tree, params, masks);
print({ loss, characters: tree.characters });
print(Object.fromEntries(Object.entries(gradients).map(([name, a]) => [name, [...a]])));
"""


@pytest.mark.parametrize(
    "name, seed, kept", [("elvish", 2, 3), ("chinese-towns", 3, 4), ("chinese-towns", 1, 8)]
)
def test_gradients_equal_python(name, seed, kept, tmp_path):
    """With dropout in both places, which keeps a given number of units, and repeated names."""
    lines = lines_of(name)[:30]
    corpus = corpus_from_strings([*lines, *lines[:5]])
    vocabulary, n_a = Vocabulary.from_names(corpus.names), 8
    batches = Batches.from_corpus(corpus, vocabulary)
    tree = batches.tree(np.sort(batches.rows))
    rng = np.random.default_rng(0)
    params = rnn.init_params(rng, len(vocabulary), n_a, "gru")
    params = {each: array.astype(np.float64) for each, array in params.items()}
    params |= {each: rng.normal(size=params[each].shape) for each in ("ba", "by", "a0", "bn")}
    work = rnn.Workspace(np.float64)
    stage = Stage("network", False, 1, 64, 0.009, dropout=0.5, recurrent_dropout=1 - kept / n_a)
    loss, gradients = gradients_with_dropout(params, stage, tree, work, np.random.default_rng(seed))
    order = np.random.default_rng(seed).permutation(n_a)  # of the units: it begins with those kept

    bounds = [batches.names.offsets[row : row + 2] for row in np.sort(batches.rows)]
    node_masks = work("node_mask", len(tree.x), n_a)[:, np.argsort(order)].tolist()
    prefixes = [" ".join(map(str, prefix)) for prefix in prefixes_of(tree)]
    found, arrays = run(
        GRADIENTS,
        tmp_path,
        names=[batches.names.codes[a:b].tolist() for a, b in bounds],
        arrays={each: array.ravel().tolist() for each, array in params.items()},
        unitMask=np.where(np.argsort(order) < kept, n_a / kept, 0).tolist(),
        nodeMasks=dict(zip(prefixes, node_masks, strict=True)),
        n_a=n_a,
        n_y=len(vocabulary),
    )
    assert found == {"loss": pytest.approx(loss, rel=1e-9), "characters": tree.n_characters}
    assert arrays.keys() == gradients.keys()
    for each, expected in gradients.items():
        np.testing.assert_allclose(arrays[each], expected.ravel(), atol=1e-6, err_msg=each)


# --- Settings and start ---------------------------------------------------------------------------


def test_settings_and_learning_rates_equal_python(tmp_path):
    sizes, shares = [50, 100, 200, 500, 999, 1000, 1200, 2000], [0.0, 0.01, 0.02, 0.3, 0.999, 1.0]
    script = """print([false, true].map((started) => sizes.map((n) => settingsFor(n, started))));
    print([false, true].map((started) => shares.map((share) => rateFactor(share, started))));
    print(DECAY_TO_START);"""
    found, rates, pull = run(script, tmp_path, sizes=sizes, shares=shares)
    for started in (False, True):
        for size, settings in zip(sizes, found[started], strict=True):
            expected = asdict(Settings().resolved(size, started))
            assert settings == {name: expected[name] for name in settings} and len(settings) == 8
    assert pull == trainer.DECAY_TO_START
    for started, found_rates in zip((False, True), rates, strict=True):
        stage = make_stages(Settings(learning_rate=1).resolved(1200), started)[0]
        expected = [stage.learning_rate(share) for share in shares]
        np.testing.assert_allclose(found_rates, expected, atol=1e-15)


def test_a_dropout_mask_has_the_right_share_and_mean(tmp_path):
    script = """
    const mask = dropoutMask(randomNumbers(1, 2), 0.4, 20000);
    print([new Set(mask).size, mask.reduce((a, b) => a + b) / 20000]);"""
    ((factors, mean),) = run(script, tmp_path)
    assert factors == 2 and abs(mean - 1) < 0.02


def test_adam_steps_as_in_python(tmp_path):
    """Also with a pull towards what the parameters were first."""
    rng = np.random.default_rng(0)
    params, gradients = rng.normal(size=5), rng.normal(size=(3, 5)) * [1, 0.1, 0, 100, 1]
    script = """
    const params = { W: Float64Array.from(start) };
    const update = adam(params);
    for (const gradient of gradients) update({ W: gradient }, 0.01, 0.1);
    print([...params.W]);"""
    (found,) = run(script, tmp_path, start=params.tolist(), gradients=gradients.tolist())
    adam, first = Adam(np.zeros(5)), params.copy()
    for gradient in gradients:
        adam.step(params, np.clip(gradient, -5, 5), 0.01)
        params += 0.1 * (first - params)
    np.testing.assert_allclose(found, params, rtol=1e-12)


def test_training_starts_from_the_model_that_predicts_the_list_best(tmp_path):
    """From none if the frequencies of its letters predict it about as well."""
    models = described_models(
        [PageModel(name, Model.load(name)) for name in ("finnish-towns", "welsh-towns")]
    )
    lists = {name: lines_of(name)[:60] for name in ("welsh-towns", "chinese-towns")}
    script = """
    const given = modelsIn(models);
    for (const names of Object.values(lists)) print(closestModel(given, names)?.name ?? null);"""
    assert run(script, tmp_path, models=models, lists=lists) == ["welsh-towns", None]


def test_a_start_model_keeps_its_predictions(tmp_path):
    """With characters that it lacks, and before any training."""
    model = Model.load("welsh-towns")
    names = lines_of("welsh-towns")[:60]
    script = """
    const learner = new Learner([...names, "Łódź"], modelsIn(models));
    const { Wya, by, a0 } = learner.trained, own = learner.characters.indexOf("Ł") + 1;
    Wya.fill(0, own * a0.length, (own + 1) * a0.length); by[own] = -1e9;
    print([learner.characters.includes("Ł"), names.map((name) =>
      meanLoss(encodedNames([name], learner.characters), learner.trained))]);"""
    (found,) = run(script, tmp_path, models=described_models([PageModel("w", model)]), names=names)
    lengths = np.array([len(name) + 1 for name in names])
    assert found[0] is True
    np.testing.assert_allclose(found[1], -model.log_prob(names) / lengths, atol=2e-2)


# --- The base -------------------------------------------------------------------------------------


@pytest.fixture
def small_base(monkeypatch):
    """The base with the vectors of three lists, and few steps of fitting one: it is quick."""
    whole = warm_start.Base.load()
    small = replace(whole, lists=whole.lists[::18], vectors=whole.vectors[::18])
    monkeypatch.setattr(warm_start, "STEPS", 8)
    monkeypatch.setattr(warm_start.Base, "load", lambda: small)
    return script.described_base()


def test_the_network_fitted_to_a_list_equals_python(tmp_path, small_base):
    """Also of characters that the base does not know: by one that is like them, or by none."""
    names = sorted([*lines_of("welsh-towns")[:12], "Pěna", "Жук", "Ω字"])
    text = """
    const characters = sortedCharacters(names.join(""));
    const start = fittedBase(base, baseRows(base, names, characters), names, characters);
    print(start.name);
    print(Object.fromEntries(Object.entries(start.weights).map(([name, a]) => [name, [...a]])));"""
    told, arrays = run(text, tmp_path, names=names, base=small_base)
    start = warm_start.base_start(corpus_from_strings(names), Settings())
    assert told == start.message.replace("; nearest", " (nearest") + ")"
    assert arrays.keys() == start.model.params.keys()
    for name, expected in start.model.params.items():
        np.testing.assert_allclose(arrays[name], expected.ravel(), atol=1e-5, err_msg=name)


def test_long_lists_and_other_characters_do_not_start_from_the_base(tmp_path, small_base):
    known = lines_of("norse-men")[:60]
    others = [f"{name[0]}字文名" for name in known]
    lists = [known, [*known, *others[:5]], others, lines_of("dinosaurs")]
    text = """
    const starts = (names) => baseRows(base, names, sortedCharacters(names.join(""))) !== null;
    print(lists.map(starts));"""
    (found,) = run(text, tmp_path, lists=lists, base=small_base)
    assert found == [True, True, False, False]


STARTED = """
const run = (base) => {
  const learner = new Learner(names, [], { heldOut, base });
  learner.settings.epochs = 3;
  const losses = [];
  for (const step of learner.epochs()) if (step.epoch) losses.push(step.heldOutLoss);
  return losses;
};
print([run(null), run(base)]);
"""


def test_a_list_that_starts_from_the_base_predicts_other_names_better(tmp_path, small_base):
    """After few epochs than from random weights after as many."""
    lines = lines_of("norse-women")
    values = {"names": lines[:40], "heldOut": lines[25:40], "base": small_base}
    ((random, started),) = run(STARTED, tmp_path, **values)
    assert len(random) == len(started) == 3
    assert max(started) < min(random) - 0.3


ALL_LEARNED = """
const learner = new Learner(names, [], { base });
learner.settings.epochs = 2;
const steps = [...learner.epochs()].filter((step) => step.epoch);
print(steps.map(({ heldOutLoss, isBest }) => [heldOutLoss, isBest]));
const model = learnedModel(learner, "mine");
print(Buffer.from(npzOf(model, "rnn-names 0")).toString("base64"));
learner.settings.learning_rate = 0;
const gone = () => learner.trained.Waa[5] - learner.start.weights.Waa[5];
const before = gone();
learner.step(learner.rows, 0, randomNumbers(0, 0));
print([before, gone(), model.startedFrom]);
"""


def test_a_run_from_the_base_learns_all_names_with_decay_to_the_start(tmp_path, small_base):
    """The file has a record of that, and says where the base has its names from."""
    lines = lines_of("norse-women")[:25]
    steps, file, (before, after, start) = run(ALL_LEARNED, tmp_path, names=lines, base=small_base)
    assert steps == [[None, True]] * 2
    assert after == pytest.approx(before * (1 - trainer.DECAY_TO_START / 100)) and before
    assert start.startswith("the base (nearest lists: ")
    (tmp_path / "mine.npz").write_bytes(base64.b64decode(file))
    model = Model.load(tmp_path / "mine.npz")
    assert model.sources == marked_as_start([BASE_SOURCE])
    assert model.knows(lines).all()
    expected = {"epoch": 2, "names": 25, "held_out_names": 0, "held_out_loss": None}
    assert {name: model.training[name] for name in expected} == expected


@pytest.mark.parametrize("how", [{}, {"learn": True}, {"for_lists": True}])
def test_a_page_for_learning_has_the_base(how, small_models):
    text = page([PageModel("gru", small_models["gru"])], **how)
    has_code = "class BaseNetwork" in scripts_of(text)["learning"]
    assert ('"base":{' in text) == has_code == bool(how)
    assert len(text) < 900_000


# --- A run ----------------------------------------------------------------------------------------

LEARN = """
const learner = new Learner(listIn(text));
Object.assign(learner.settings, settings);
learner.trained = learner.firstWeights(randomNumbers(0, FOR_WEIGHTS));
learner.update = adam(learner.trained);
const losses = [];
for (const step of learner.epochs()) if (step.epoch) losses.push(step.heldOutLoss);
print({ losses, best: learner.best.loss });
const model = learnedModel(learner, "mine");
const file = npzOf(model, "rnn-names 0");
print(Buffer.from(file).toString("base64"));
const { blend } = blendOf([model], [1]);
print(names.map((name) => blend.logProb(name)));
const strange = { ...model, share: 0, title: 5, name: " m\\u202ei\\nne " };
const changed = modelOfNpz(npzOf(strange, "").buffer);
print([changed.name, changed.share, changed.title ?? null]);
"""


def test_a_learned_model_is_saved_as_a_model_file(tmp_path):
    """With the page's own weights, the list's fingerprints, and a record of the training."""
    lines = lines_of("elvish")[:80]
    result, file, log_probs, changed = run(
        LEARN,
        tmp_path,
        text="\r\n".join(["", *lines, f" {lines[0]} "]),
        settings={"hidden_size": 16, "epochs": 4},
        names=lines[:20],
    )
    assert result["best"] == min(result["losses"]) < result["losses"][0]
    assert changed == ["mine", 50, None], "a file may be a stranger's"
    (tmp_path / "mine.npz").write_bytes(base64.b64decode(file))
    model = Model.load(tmp_path / "mine.npz")
    np.testing.assert_allclose(model.log_prob(lines[:20]), log_probs, atol=1e-4)
    assert model.knows(lines).all() and not model.knows(["Qxzzy"]).any()
    whole = np.unique(fingerprint(Names.from_strings(lines)))
    np.testing.assert_array_equal(model.fingerprints, upper_bits(whole, PACKED_BITS))
    training = model.training
    assert (training["names"], training["held_out_names"]) == (73, 8)
    assert training["held_out_loss"] == result["best"]
    assert training["longest"] == max(map(len, lines))
    assert not training["lower_case_beginnings"]
    assert len(model.sample(5, seed=1)) == 5


def test_the_same_list_gives_the_same_model(tmp_path):
    lines = lines_of("elvish")[:60]
    script = """
    const learned = (names) => {
      const learner = new Learner(names, [], { seed: 3 });
      learner.rows = learner.rows.slice(0, 20);
      for (const step of learner.epochs()) if (step.epoch === 1) return step.heldOutLoss;
    };
    print([learned(names), learned(names), digestOf(names), digestOf([...names].reverse())]);"""
    ((first, second, digest, reversed_digest),) = run(script, tmp_path, names=lines)
    assert first == second
    assert digest == reversed_digest and re.fullmatch("[0-9a-f]{16}", digest)


NO_LISTS = {
    "\x89PNG\r\n\x1a\n\0\0": "This is not a list of names: it has characters that no name has.",
    "Anna\nBert\n": "2 different names are too few to learn from: give 20 or more.",
    "Lorem ipsum dolor sit amet, " * 3 + "\n" + "sed diam nonumy eirmod tempor " * 2 + "\n": (
        "These lines are too long for names: put one name on each line."
    ),
    "\n".join(f"Name{i}" for i in range(2001)): (
        "2,001 different names are too many for a page: give up to 2,000, or use rnn-names train."
    ),
}


def test_texts_without_names_get_a_message_and_list_marks_are_removed(tmp_path):
    """Bullets, numbers, and commas, which also stand between the names of one long line."""
    names = lines_of("elvish")[:60]
    listed = [f"{i}. {name}," if i % 2 else f"  • {name}" for i, name in enumerate(names)]
    script = """
    for (const text of texts) print(complaintAbout(listIn(text)) || listIn(text));"""
    texts = [*NO_LISTS, "\n".join(listed), ", ".join(names)]
    found = run(script, tmp_path, texts=texts)
    assert found == [*NO_LISTS.values(), names, names]


def lines_of(name):
    """The names of a list in data/."""
    return (ROOT / "data" / f"{name}.txt").read_text("utf-8").splitlines()
