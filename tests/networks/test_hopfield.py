"""Hopfield networks of two-valued units: recall, energy, temperature, and the network that is searched."""

import re
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks.drawn import LANES, STEPS, drawn, driven, in_arrays
from numpy.testing import assert_allclose, assert_array_equal
from reference import hopfield as reference

from evorc.genome import Genome
from evorc.kernels.compiler import JIT
from evorc.networks import Size
from evorc.networks.hopfield import Hopfield, Memory, recall_overlap
from evorc.networks.hopfield_rules import hebb
from evorc.networks.hopfield_theory import magnetisation
from evorc.optimizers import GeneticAlgorithm, ParticleSwarm, SimulatedAnnealing

compiled = pytest.mark.skipif(not JIT, reason="takes too long without a compiler")
LOW = {"bipolar": -1.0, "binary": 0.0}
every_units = pytest.mark.parametrize("units", LOW)


def signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def couplings(rng, n):
    w = np.triu(rng.normal(size=(n, n)), 1)
    return w + w.T


@every_units
@pytest.mark.parametrize(("update", "block"), [("asynchronous", 1), (4, 4), ("synchronous", 17)])
def test_recall_in_the_units_order_equals_the_oracle(units, update, block, rng):
    w, theta, starts = couplings(rng, 17), rng.normal(size=17), rng.choice([LOW[units], 1.0], (9, 17))
    found = Memory(w, theta, units=units).recall(starts, update=update, order="fixed", max_sweeps=5, record_every=17)
    expected = np.array([reference.recall(w, theta, s, LOW[units], block, 5) for s in starts])
    assert_array_equal(found.trace[:, 0], starts)
    still = found.sweeps != -2
    assert_array_equal(found.trace[still, 1:], expected[still])
    assert_array_equal(found.states[still], expected[still, -1])
    assert still.sum() > 2


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.sampled_from(["random", "fixed"]), st.sampled_from([*LOW]))
def test_no_decision_raises_the_energy(seed, n, order, units):
    rng = np.random.default_rng(seed)
    memory = Memory(couplings(rng, n), rng.normal(size=n), units=units)
    start = rng.choice([LOW[units], 1.0], (3, n))
    found = memory.recall(start, order=order, record_every=1, random_state=seed)
    assert (np.diff(memory.energy(found.trace), axis=1) <= 1e-12).all()
    assert (found.sweeps >= 0).all()
    for s in found.states:
        assert_array_equal(s, reference.recall(memory.weights, memory.thresholds, s, LOW[units], n, 1)[0])


def test_the_energy_is_that_of_the_equation(rng):
    w, theta, states = couplings(rng, 8), rng.normal(size=8), signs(rng, 5, 8)
    assert_allclose(Memory(w, theta).energy(states), [reference.energy(w, theta, s) for s in states])


def test_whole_numbers_are_summed_exactly_whatever_their_unit(rng):
    patterns = signs(rng, 9, 50)
    for unit, w in ((1.0, 50.0), (0.02, 1.0)):
        memory = Memory(hebb(patterns) * w)
        assert memory._whole
        assert memory._unit == unit
    assert not Memory(couplings(rng, 50))._whole


@pytest.mark.parametrize("scale", [1.0, 0.1234567])
def test_a_tie_leaves_a_unit_as_it_is(scale):
    w = np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]]) * scale
    found = Memory(w).recall([[1, 1, -1], [-1, 1, -1]], order="fixed")
    assert_array_equal(found.states, [[1, 1, 1], [-1, -1, -1]])
    assert_array_equal(found.sweeps, [1, 1])


def test_large_whole_numbers_are_not_rounded():
    a = 2.0**24
    memory = Memory([[0, a + 1, -a], [a + 1, 0, 0], [-a, 0, 0]])
    assert_array_equal(memory.recall([[-1, 1, 1]], order="fixed", max_sweeps=1).states[0, :1], [1])


def test_rounding_breaks_no_tie_of_hebbs_rule(rng):
    patterns = signs(rng, 4, 60)  # even numbers of patterns and few units: many fields are 0
    probes = signs(rng, 20, 60)
    w = np.rint(hebb(patterns) * 60)
    expected = [reference.recall(w, np.zeros(60), s, -1.0, 1, 30)[-1] for s in probes]
    assert_array_equal(Memory(hebb(patterns)).recall(probes, order="fixed").states, expected)


@pytest.mark.parametrize("temperature", [0.0, [0.5, 0.2]])
def test_a_probe_goes_its_way_whatever_is_recalled_beside_it(temperature, rng):
    memory, probes = Memory(couplings(rng, 30)), signs(rng, 7, 30)
    together = memory.recall(probes, temperature=temperature, names=np.arange(7) * 5, random_state=3)
    for p in (6, 2):
        alone = memory.recall(probes[p : p + 1], temperature=temperature, names=[p * 5], random_state=3)
        assert_array_equal(alone.states[0], together.states[p])
        assert alone.sweeps[0] == together.sweeps[p]


def test_another_name_or_seed_draws_other_numbers(rng):
    memory, probe = Memory(couplings(rng, 200)), signs(rng, 1, 200)
    drawn_by = [(0, 0), (1, 0), (0, 1), (0, 0)]
    ends = [memory.recall(probe, temperature=2.0, max_sweeps=3, names=[a], random_state=b).states for a, b in drawn_by]
    assert [np.array_equal(ends[0], end) for end in ends] == [True, False, False, True]


def test_two_units_that_decide_at_once_go_back_and_forth():
    memory = Memory([[0, -1], [-1, 0]])
    assert memory.recall([[1, 1], [1, -1]], update="synchronous").sweeps.tolist() == [-2, 0]
    assert memory.recall([[1, 1]], order="fixed").sweeps.tolist() == [1]


def test_units_of_random_blocks_that_go_back_and_forth_part_in_the_end():
    w = np.zeros((4, 4))
    w[0, 1] = w[1, 0] = w[2, 3] = w[3, 2] = -1.0
    starts = np.ones((50, 4))
    assert (Memory(w).recall(starts, update=2, order="fixed").sweeps == -2).all()
    assert (Memory(w).recall(starts, update=2, random_state=0).sweeps > 0).all()


def test_asymmetric_weights_may_go_round_and_are_left_at_the_limit():
    ring = Memory([[0, 1, 0], [0, 0, 1], [-1, 0, 0]], asymmetric=True)  # a period of 6
    assert ring.recall([[1, 1, 1]], update="synchronous", max_sweeps=20).sweeps.tolist() == [-1]


@pytest.mark.parametrize("update", ["asynchronous", 3, "synchronous"])
def test_binary_units_do_what_bipolar_ones_do(update, rng):
    patterns, probes = signs(rng, 5, 40), signs(rng, 20, 40)
    options = {"update": update, "random_state": 0, "record_every": 40}
    one = Memory(hebb(patterns)).recall(probes, **options)
    other = Memory(hebb(patterns), units="binary").recall(0.5 * (probes + 1.0), **options)
    assert_array_equal(2.0 * other.trace - 1.0, one.trace)
    assert_array_equal(other.sweeps, one.sweeps)


@compiled
@pytest.mark.parametrize("units", LOW)
def test_no_temperature_is_the_limit_of_a_low_one(units, rng):
    memory, probes = Memory(couplings(rng, 50), units=units), rng.choice([LOW[units], 1.0], (10, 50))
    cold, none = (memory.recall(probes, temperature=t, max_sweeps=20, random_state=1).states for t in (1e-9, 0.0))
    assert_array_equal(cold, none)


def test_the_trace_counts_decisions_and_keeps_the_end(rng):
    memory, probes = Memory(couplings(rng, 12)), signs(rng, 6, 12)
    fine, coarse = (memory.recall(probes, record_every=k, max_sweeps=8, random_state=0) for k in (1, 5))
    assert fine.trace.shape == (6, 97, 12)
    assert_array_equal(coarse.trace, fine.trace[:, ::5])
    assert_array_equal(fine.trace[:, -1], fine.states)
    assert (np.abs(np.diff(fine.trace, axis=1)).sum(axis=2) <= 2.0).all()


@compiled
def test_ten_units_at_a_temperature_keep_to_boltzmanns_law(rng):
    w, theta = couplings(rng, 10) / 3.0, rng.normal(size=10) / 3.0
    memory, place = Memory(w, theta), 2 ** np.arange(9, -1, -1)
    counts = np.zeros(1024)
    for seed in range(5):
        found = memory.recall(signs(rng, 200, 10), temperature=1.0, max_sweeps=1020, record_every=10, random_state=seed)
        numbers = (found.trace[:, 21:] > 0) @ place
        counts += np.bincount(numbers.ravel(), minlength=1024)
    assert counts.sum() == 1e6
    assert 0.5 * np.abs(counts / counts.sum() - reference.boltzmann(w, theta, 1.0)).sum() < 0.02


@compiled
@pytest.mark.parametrize("temperature", [0.3, 0.5, 0.7])
def test_the_magnetisation_is_that_of_the_mean_field(temperature, rng):
    patterns = signs(rng, 2, 2000)
    found = Memory(hebb(patterns)).recall(
        patterns[[0] * 10], temperature=temperature, max_sweeps=60, record_every=2000, random_state=0
    )
    overlap = (found.trace[:, 20:] @ patterns[0]).mean() / 2000
    assert overlap == pytest.approx(magnetisation(temperature), abs=0.01)


@compiled
def test_a_binary_unit_is_on_by_the_logistic_function_of_its_pull():
    memory = Memory(np.zeros((1, 1)), [-0.7], units="binary")
    found = memory.recall([[0.0]], temperature=0.5, max_sweeps=40_000, record_every=1, random_state=0)
    assert found.trace.mean() == pytest.approx(1.0 / (1.0 + np.exp(-1.4)), abs=0.01)


def weights_with(i, j, value):
    w = np.zeros((3, 3))
    w[i, j] = value
    return w


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: Memory(np.zeros((2, 3))), "weights: its shape (2, 3)"),
        (lambda: Memory(weights_with(0, 2, 1.0)), "weights: w[0, 2] = 1 is not w[2, 0] = 0"),
        (lambda: Memory(weights_with(1, 1, 1.0)), "weights: w[1, 1] is not 0"),
        (lambda: Memory(weights_with(1, 0, np.nan)), "weights: 1 of its entries are nan"),
        (lambda: Memory(np.zeros((3, 3)), [0.0, 1.0]), "thresholds: their shape (2,) is not (3,)"),
        (lambda: Memory(np.zeros((3, 3)), units="ternary"), "units: 'ternary' is not"),
        (lambda: Memory(weights_with(0, 2, 1.0), asymmetric=True).energy([[1, 1, 1]]), "weights: they are asymmetric"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1]]), "probes: their shape (1, 2) is not [probes, 3 units]"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1, 1], [1, 0.5, 0]]), "probes: unit 1 of row 1 is 0.5, as 2"),
        (lambda: Memory(np.zeros((3, 3)), units="binary").recall([[1, -1, 1]]), "probes: unit 1 of row 0 is -1"),
        (lambda: Memory(np.zeros((3, 3))).recall([["a", "b", "c"]]), "probes: their values are of type"),
        (lambda: Memory(np.zeros((3, 3))).recall(np.zeros((0, 3))), "probes: their shape (0, 3)"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1, 1]], update="both"), "update: 'both' is not"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1, 1]], update=0), "update: 0 is not a whole number"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1, 1]], order="up"), "order: 'up' is not"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1, 1]], temperature=-1), "temperature: -1 is not"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1, 1]], temperature=[1] * 101), "temperature: its 101 sweeps"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1, 1]], max_sweeps=0), "max_sweeps: 0 is not"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1, 1]], record_every=0), "record_every: 0 is not"),
        (lambda: Memory(np.zeros((3, 3))).recall([[1, 1, 1]], names=[1, 2]), "names: their shape (2,)"),
        (lambda: Hopfield(n_neurons=1), "n_neurons: 1 is not"),
        (lambda: Hopfield(n_neurons=2, threshold_bounds=(1, 0)), "threshold_bounds: (1, 0)"),
        (lambda: Hopfield(n_neurons=2, mask=((True, True), (False, True))), "mask: it is not symmetric"),
        (lambda: Hopfield(n_neurons=2).blocks(Size(0, 3)), "n_neurons: 2 are fewer than the 3 motors"),
    ],
)
def test_what_is_not_allowed_is_named(refused, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        refused()


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("settings", reference.EXAMPLES, ids=str)
def test_the_searched_network_equals_its_oracle(settings, lanes, rng):
    network = Hopfield(**settings)
    parameters, series = drawn(network, rng, lanes), rng.normal(size=(STEPS, lanes, 2))
    assert_array_equal(driven(network, parameters, series), reference.hopfield(parameters, series))


def test_its_weights_are_symmetric_and_none_leads_back(rng):
    mask = np.ones((4, 4), bool)
    mask[0, 3] = mask[3, 0] = False
    parameters = drawn(Hopfield(n_neurons=4, mask=tuple(map(tuple, mask))), rng, 6)
    w = parameters["recurrent"]
    assert_array_equal(w, w.transpose(0, 2, 1))
    assert_array_equal((w != 0).all(axis=0), mask & ~np.eye(4, dtype=bool))


def test_single_precision_is_a_network_too(rng):
    network = Hopfield(n_neurons=4, dtype="float32")
    weights, state = in_arrays(network, drawn(network, rng, 2))
    assert weights.recurrent.dtype == state.output.dtype == np.float32


def test_the_fitness_is_the_overlap_of_what_each_individual_recalls(rng):
    network, patterns, probes = Hopfield(n_neurons=9), signs(rng, 4, 9), signs(rng, 4, 9)
    genome = Genome.of(network, Size(inputs=0, outputs=0))
    parameters = genome.split(rng.uniform(-1, 1, (5, genome.n_genes)))
    fitness = recall_overlap(network, parameters, patterns, probes, max_steps=1)
    expected = [
        np.mean([reference.sign(p @ w, p) @ x / 9 for p, x in zip(probes, patterns)]) for w in parameters["recurrent"]
    ]
    assert_allclose(fitness, expected)


@compiled
@pytest.mark.parametrize("optimizer", [GeneticAlgorithm, SimulatedAnnealing, partial(ParticleSwarm, topology="star")])
def test_evolution_finds_a_memory_where_hebbs_rule_fails(optimizer, rng):
    patterns = signs(rng, 5, 10)
    genome = Genome.of(network := Hopfield(n_neurons=10), Size(inputs=0, outputs=0))
    search = optimizer(genome.bounds, population_size=64, max_generations=150, target=1.0, random_state=0)
    while not search.stop():
        search.tell(recall_overlap(network, genome.split(search.ask()), patterns, patterns))
    by_hebb = {"recurrent": hebb(patterns)[None], "inputs": np.zeros((1, 0, 10))}
    assert recall_overlap(network, by_hebb, patterns, patterns)[0] < 0.9
    assert search.best.fitness == 1.0


@compiled
def test_evolution_finds_a_rule_where_hebbs_fails(rng):
    patterns, upper = np.where(rng.random((4, 24)) < 0.2, -1.0, 1.0), np.triu_indices(4)  # alike

    def fitness(genomes):
        found = []
        for genes in genomes:
            mixing = np.zeros((4, 4))
            mixing[upper] = genes
            memory = Memory(hebb(patterns, mixing=mixing + np.triu(mixing, 1).T))
            found.append((memory.recall(patterns, order="fixed").states * patterns).mean())
        return np.array(found)

    search = GeneticAlgorithm([[-2, 2]] * 10, population_size=32, max_generations=300, target=1.0, random_state=0)
    while not search.stop():
        search.tell(fitness(search.ask()))
    assert fitness([np.eye(4)[upper]])[0] < 1.0
    assert search.best.fitness == 1.0
