"""Genome <-> named parameters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from evorc.genome import Genome
from evorc.networks import CTRNN, Feedforward, FullyRecurrent, Size

finite = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def networks(draw):
    """A network with the size of its world: any mask, symmetry and choice of parameters."""
    inputs, outputs = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    n = draw(st.integers(max(1, outputs), 6))
    size, kind = Size(inputs, outputs), draw(st.sampled_from(["ctrnn", "symmetric", "fully recurrent", "feedforward"]))
    if kind == "feedforward":
        return Feedforward(n_hidden=n), size
    mask = draw(st.none() | arrays(bool, (n, n)).map(nested))
    if kind == "fully recurrent":
        return FullyRecurrent(n_neurons=n, bias=draw(st.booleans()), recurrent_mask=mask), size
    more = {
        "gain_bounds": draw(st.none() | st.just((0.5, 2.0))),
        "tau_scale": draw(st.sampled_from(["log", "linear"])),
    }
    if kind == "symmetric":
        return CTRNN(n_neurons=n, symmetry="bilateral", **more), size
    input_mask = draw(st.none() | arrays(bool, (inputs, n)).map(nested)) if inputs else None
    return CTRNN(n_neurons=n, recurrent_mask=mask, input_mask=input_mask, **more), size


def nested(mask):
    return tuple(map(tuple, mask.tolist()))


@settings(max_examples=150)
@given(st.data())
def test_the_round_trip_is_exact(data):
    genome = Genome.of(*data.draw(networks()))
    genomes = data.draw(arrays(float, (2, genome.n_genes), elements=finite))
    back = genome.join(genome.split(genomes))
    assert back.tobytes() == genomes.tobytes()


@settings(max_examples=60)
@given(st.data())
def test_every_gene_is_within_its_blocks_bounds_and_has_a_place(data):
    network, size = data.draw(networks())
    genome = Genome.of(network, size)
    assert genome.bounds.shape == (genome.n_genes, 2)
    assert (genome.bounds[:, 0] < genome.bounds[:, 1]).all()
    parts = genome.split(np.arange(1.0, genome.n_genes + 1)[None])
    found = np.concatenate([part.ravel() for part in parts.values()])
    assert set(found) - {0.0} == set(np.arange(1.0, genome.n_genes + 1))


MASK = ((True, False), (True, True))


def test_a_masked_connection_is_zero_and_has_no_gene():
    genome = Genome.of(FullyRecurrent(n_neurons=2, recurrent_mask=MASK), Size(1, 1))
    assert genome.n_genes == 5
    assert_array_equal(genome.split([[1, 2, 3, 4, 5]])["recurrent"][0], [[1, 0], [2, 3]])


def test_tied_parameters_share_a_gene():
    genome = Genome.of(CTRNN(n_neurons=2, symmetry="bilateral"), Size(2, 2))
    parts = genome.split([[1, 2, 3, 4, 5, 6]])
    assert_array_equal(parts["recurrent"][0], [[1, 2], [2, 1]])
    assert_array_equal(parts["inputs"][0], [[3, 4], [4, 3]])
    assert_array_equal(parts["theta"][0], [5, 5])


def test_tau_is_searched_on_a_log_scale():
    genome = Genome.of(CTRNN(n_neurons=1, tau_bounds=(0.5, 10.0)), Size(0, 1))
    assert_array_equal(genome.bounds[genome.slices["log_tau"]], np.log([[0.5, 10.0]]))


def test_describe_prints_the_map():
    network = CTRNN(n_neurons=2, recurrent_mask=MASK, gain_bounds=(0.5, 2), tau_scale="linear", theta_bounds=(-4, 4))
    expected = """\
genes  block      shape   bounds
0:3    recurrent  (2, 2)  [-16, 16]
3:9    inputs     (3, 2)  [-16, 16]
9:11   theta      (2,)    [-4, 4]
11:13  gain       (2,)    [0.5, 2]
13:15  tau        (2,)    [0.5, 10]"""
    assert Genome.of(network, Size(3, 1)).describe() == expected


GENOME = Genome.of(FullyRecurrent(n_neurons=2, recurrent_mask=MASK), Size(1, 1))


@pytest.mark.parametrize(
    ("genomes", "text"),
    [
        (np.zeros(5), r"genomes: their shape \(5,\) is not \[individuals, 5 genes\]"),
        (np.zeros((2, 4)), r"genomes: their shape \(2, 4\) is not"),
        (np.zeros((1, 2, 5)), r"genomes: their shape \(1, 2, 5\) is not"),
        ([[0, 0, 0, 0, 0], [0, 0, np.nan, 0, 0]], "genomes: gene 2 of individual 1 is nan"),
        ([[0, -np.inf, 0, 0, 0]], "genomes: gene 1 of individual 0 is -inf"),
    ],
    ids=str,
)
def test_wrong_genomes_are_refused(genomes, text):
    with pytest.raises(ValueError, match=text):
        GENOME.split(genomes)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"recurrent": np.ones((1, 2, 2))}, "recurrent: its values differ where a symmetry ties them, or are not zero"),
        ({"recurrent": np.ones((1, 4))}, r"recurrent: its shape \(4,\) is not \(2, 2\)"),
        ({"bias": np.ones((1, 2))}, r"parameters: .*'bias'.* are not the blocks \['inputs', 'recurrent'\]"),
    ],
    ids=str,
)
def test_parameters_that_are_no_genome_are_refused(changes, text):
    with pytest.raises(ValueError, match=text):
        GENOME.join({**GENOME.split(np.zeros((1, 5))), **changes})


def test_a_missing_block_is_named():
    with pytest.raises(ValueError, match=r"parameters: \['recurrent'\] are not the blocks"):
        GENOME.join({"recurrent": np.zeros((1, 2, 2))})
