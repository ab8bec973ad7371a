"""Lists with counts: a name, a tab and a whole number on every line."""

import io
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names import Settings, train
from rnn_names.corpus.corpus import corpus_from_strings, read_corpus
from rnn_names.corpus.reading import PIECE_BYTES
from rnn_names.errors import CorpusError
from rnn_names.network.language_model import log_probs
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer

CENSUS = {"Mary": 7065, "Anna": 2604, "Emma": 2003, "Ida": 1472, "Zoë": 5, "Mary Ann": 1}
QUICK = {"hidden_size": 8, "epochs": 3, "batch_size": 4}


def as_text(counts):
    return "".join(f"{name}\t{count}\n" for name, count in counts.items())


def read(text):
    corpus = read_corpus([("list.txt", io.BytesIO(text.encode()))])
    return dict(zip(corpus.names.to_strings(), corpus.counts.tolist(), strict=True)), corpus


def test_blank_lines_spaces_and_repeats_are_handled():
    counts, corpus = read("\nMary \t7 \n\n  Anna\t2\nMary\t3\n\n")
    assert counts == {"Mary": 10, "Anna": 2}
    assert corpus.n_blank == 3


def test_a_line_with_many_spaces_is_normalised_like_others():
    counts, _ = read("Ida" + 1100 * " " + "\t5\nZoe\u0308\t3\n")
    assert counts == {"Ida": 5, "Zo\u00eb": 3}
    assert read("Zoe\u0308" + 1100 * " " + "\t3\nIda\t5\n")[0] == counts


def test_other_lists_have_no_counts():
    assert not read("Mary\nAnna\nMary\n")[1].has_counts
    assert not read("Louis 14\nLouis 16\n")[1].has_counts


def test_lists_with_and_without_counts_can_be_combined():
    sources = [("a", io.BytesIO(b"Mary\t7\nAnna\t2\n")), ("b", io.BytesIO(b"Mary\nIda\n"))]
    corpus = read_corpus(sources)
    counts = dict(zip(corpus.names.to_strings(), corpus.counts, strict=True))
    assert counts == {"Anna": 2, "Ida": 1, "Mary": 8}


@pytest.mark.parametrize(
    "bad", ["Ida", "Ida\t", "Ida\t1.5", "Ida\t0", "Ida\t-3", "\t5", "Ida\t1,472"]
)
@pytest.mark.parametrize("line", [2, 999, 1201])
def test_an_error_names_any_line_without_a_count(bad, line):
    lines = [f"Name{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}\t{i + 1}" for i in range(1500)]
    lines[line - 1] = bad
    with pytest.raises(CorpusError, match=rf"list\.txt, line {line}: no count.* append a tab"):
        read("\n".join(lines))


@pytest.mark.parametrize("text", ["name\tcount\nMary\t7\n", "Anna\nMary\t7\n"])
def test_a_tab_in_a_list_without_counts_explains_lists_with_counts(text):
    with pytest.raises(CorpusError, match=r"a tab .* end every line with a tab and a"):
        read(text)


class Pipe(io.BytesIO):
    """A stream that gives its bytes in pieces of one size, as a slow writer's pipe may."""

    def __init__(self, data, size):
        super().__init__(data)
        self.size = size

    def read1(self, size=-1):
        return self.read(self.size)


@pytest.mark.parametrize(
    "text", ["\n\nMary\t7065\n\nAnna\t2604\n", "\nMary\nAnna\n", "\n \n\u2003\nB\t2\nC\n"]
)
def test_pieces_of_a_pipe_do_not_change_the_result(text):
    def outcome(size):
        try:
            corpus = read_corpus([("a pipe", Pipe(text.encode(), size))])
        except CorpusError as error:
            return str(error)
        return corpus.names.to_strings(), corpus.counts.tolist(), corpus.n_blank

    assert len({str(outcome(size)) for size in range(1, len(text) + 1)}) == 1


def test_a_long_line_of_white_space_is_refused_in_pieces_of_any_size():
    data = b"Ada\nBo\n" + b" " * (PIECE_BYTES + 1) + b"\nCy\n"
    for size in (1 << 16, PIECE_BYTES - 1, PIECE_BYTES):
        with pytest.raises(CorpusError, match=r"line 3: over .* bytes in a line"):
            read_corpus([("a pipe", Pipe(data, size))])


@given(
    st.dictionaries(
        st.text("abcé -", min_size=1).map(str.strip).filter(bool),
        st.integers(1, 10**11 - 1),
        min_size=2,
    )
)
def test_any_valid_counts_are_read(counts):
    for text in (as_text(counts), "\ufeff" + as_text(counts).replace("\n", "\r\n")):
        found, corpus = read(text)
        assert found == counts
        assert corpus.has_counts and corpus.n_lines == sum(counts.values())


def test_an_epoch_draws_as_many_names_as_are_distinct_by_their_counts():
    names = corpus_from_strings([f"{a}{b}\t{1 + 999 * (a == 'a')}" for a in "abcd" for b in "abcd"])
    trainer = Trainer(TrainingSetup(names, Settings(**QUICK, held_out=0)))
    batches, drawn = trainer.setup.batches, Counter()
    for seed in range(1000):
        epoch = [rows for _, rows in batches.minibatches(5, np.random.default_rng(seed))]
        assert sum(map(len, epoch)) == 16
        drawn.update(np.concatenate(epoch).tolist())
    shares = names.counts / names.counts.sum()
    for row, share in enumerate(shares):
        assert drawn[row] / 16_000 == pytest.approx(share, rel=0.05, abs=0.0004)


def test_counts_of_billions_need_no_memory_or_time():
    model = train({name: 10**10 + i for i, name in enumerate(CENSUS)}, **QUICK)
    assert model.training["names"] > 4 * 10**10
    assert model.training["distinct_names"] == 5
    assert model.knows(list(CENSUS)).all()


def test_the_held_out_loss_weighs_names_by_their_counts():
    names = corpus_from_strings([f"{name}\t{count}" for name, count in CENSUS.items()])
    trainer = Trainer(TrainingSetup(names, Settings(**QUICK, held_out=0.5)))
    epoch = next(iter(trainer.epochs()))
    held_out = trainer.held_out.to_strings()
    assert len(held_out) == 3
    scores = log_probs(trainer.model.params, trainer.vocabulary, trainer.held_out)
    weights = np.array([CENSUS[name] for name in held_out])
    lengths = np.array([len(name) + 1 for name in held_out])
    assert epoch.held_out_loss == pytest.approx(-(weights @ scores) / (weights @ lengths))


def test_an_n_gram_with_weights_equals_one_of_repeated_names():
    rng = np.random.default_rng(0)
    rows = np.sort(rng.integers(0, 9, 60))
    names = corpus_from_strings([a + b + c for a in "abc" for b in "ab" for c in "ab"][:9])
    trainer = Trainer(TrainingSetup(names, Settings(**QUICK, held_out=0)))
    coded, n_y = trainer.setup.batches.names, len(trainer.vocabulary)
    repeated = NGram(coded.take(rows), n_y)
    weighted = NGram(coded, n_y, np.bincount(rows, minlength=9))
    histories = np.arange((n_y + 1) ** 3)  # all of up to three symbols
    assert np.array_equal(repeated.probabilities(histories), weighted.probabilities(histories))


def test_a_census_table_trains_and_the_summary_says_so(invoke, tmp_path):
    (tmp_path / "census.tsv").write_text(as_text(CENSUS), "utf-8")
    done = invoke("train", "census.tsv", "--epochs", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = "6 distinct names with counts (13,150 in all; names are drawn in proportion)"
    assert told in done.stderr
    resumed = invoke("train", "census.tsv", "--epochs", 2, "--resume", cwd=tmp_path)
    assert resumed.returncode == 1 and "there is no interrupted run" in resumed.stderr


def test_score_and_exclude_ignore_counts(invoke, model_file, tmp_path):
    (tmp_path / "counts.txt").write_text("Allosaurus\t12\nAbelisaurus\t7\n", "utf-8")
    (tmp_path / "plain.txt").write_text("Allosaurus\nAbelisaurus\n", "utf-8")
    with_counts = invoke("score", "-m", model_file, "counts.txt", cwd=tmp_path)
    assert with_counts.returncode == 0, with_counts.stderr
    assert with_counts.stdout == invoke("score", "-m", model_file, "plain.txt", cwd=tmp_path).stdout
    options = ("sample", "-m", model_file, "--seed", 1, "-n", 50)
    files = (tmp_path / name for name in ("counts.txt", "plain.txt"))
    first, second = (invoke(*options, "--exclude", file).stdout for file in files)
    assert first == second


@pytest.mark.parametrize("count", [-1, 0, 1.5, "many", 10**11])
def test_an_error_names_an_invalid_count_of_a_dictionary(count):
    with pytest.raises(CorpusError, match=rf"^count {count!r} of 'Ada': must be a whole number"):
        train({"Eve": 2, "Ada": count}, epochs=0)
