"""Recall from bidirectional associative memories, and their energy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks.drawn import DT, drawn, driven
from numpy.testing import assert_allclose, assert_array_equal
from reference import bam as reference

from evorc.genome import Genome
from evorc.kernels.compiler import JIT
from evorc.networks import Size
from evorc.networks.bam import BAM
from evorc.networks.bam_energy import continuous_energy, energy, energy_trace
from evorc.networks.bam_memory import Memory, symmetric
from evorc.networks.bam_recall import recall, recall_continuous, recall_overlap, recall_sequence
from evorc.networks.bam_rules import correlation, prlab, pseudo_inverse
from evorc.optimizers import GeneticAlgorithm, ParticleSwarm, SimulatedAnnealing

SIZE = Size(inputs=5, outputs=3)
compiled = pytest.mark.skipif(not JIT, reason="evolution takes compiled code")


def signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


@st.composite
def memories(draw):
    """Whole weights and thresholds, so that sums are exact and sometimes zero; and the size."""
    n, m, seed = draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    weights, theta = rng.integers(-3, 4, (n, m)).astype(float), rng.integers(-2, 3, n + m).astype(float)
    return symmetric(weights, theta[:n], theta[n:]), rng


def by_hand(memory, probe, steps):
    """Layers x and y after each step of the oracle, from probes of x."""
    rest = np.zeros((steps, len(probe)))
    return reference.bipolar_steps(memory, probe, np.ones(memory.forward.shape[1]), rest)


@pytest.mark.parametrize("units", ["bipolar", "tanh"])
@pytest.mark.parametrize("individuals", [1, 7])
def test_the_network_equals_its_oracle_under_inputs(units, individuals, rng):
    network = BAM(units=units, threshold_bounds=(-0.5, 0.5))
    parameters, series = drawn(network, rng, individuals, SIZE), rng.normal(size=(50, individuals, 5))
    shown = driven(network, parameters, series, SIZE)
    if units == "tanh":
        assert_allclose(shown, reference.bam(parameters, series, DT), rtol=1e-12, atol=1e-15)
        return
    for k in range(individuals):
        theta = parameters["thresholds"][k]
        memory = symmetric(parameters["weights"][k], theta[3:], theta[:3])
        expected = reference.bipolar_steps(memory, np.ones(5), np.ones(3), series[:, k])
        assert_array_equal(shown[:, k], [np.concatenate([y, x]) for x, y in expected])


@given(memories())
def test_recall_equals_the_oracle_from_either_layer(made):
    memory, rng = made
    for layer, seen in (("x", memory), ("y", memory.turned)):
        probes = signs(rng, 4, seen.forward.shape[0])
        found = recall(memory, probes, layer=layer)
        assert (found.steps >= 0).all()
        for k, probe in enumerate(probes):
            mine, other = by_hand(seen, probe, max(found.steps[k], 1))[-1]
            expected = (mine, other) if layer == "x" else (other, mine)
            assert_array_equal(found.x[k], expected[0])
            assert_array_equal(found.y[k], expected[1])


@given(memories())
def test_recall_ends_where_no_unit_wants_to_leave(made):
    memory, rng = made
    found = recall(memory, signs(rng, 4, memory.forward.shape[0]))
    assert ((found.x @ memory.forward - memory.thresholds_y) * found.y >= 0).all()
    assert ((found.y @ memory.backward - memory.thresholds_x) * found.x >= 0).all()


@given(memories())
def test_the_energy_is_the_double_sum_and_never_rises(made):
    memory, rng = made
    for layer, seen in (("x", memory), ("y", memory.turned)):
        probes = signs(rng, 3, seen.forward.shape[0])
        trace = energy_trace(memory, probes, layer=layer, n_steps=6)
        assert (np.diff(trace, axis=0) <= 0).all()
        hand = [[reference.energy(seen, *states) for states in by_hand(seen, probe, 6)] for probe in probes]
        assert_array_equal(trace, np.transpose(hand))
    x, y = signs(rng, 3, memory.forward.shape[0]), signs(rng, 3, memory.forward.shape[1])
    assert_array_equal(energy(memory, x, y), [reference.energy(memory, *pair) for pair in zip(x, y)])


def test_a_probe_is_recalled_alike_in_any_company(rng):
    memory = prlab(signs(rng, 6, 30), signs(rng, 6, 20))
    probes = signs(rng, 9, 30)
    together = recall(memory, probes)
    alone = [recall(memory, probe[None]) for probe in probes]
    assert_array_equal(together.x, np.concatenate([one.x for one in alone]))
    assert_array_equal(together.y, np.concatenate([one.y for one in alone]))
    assert_array_equal(together.steps, np.concatenate([one.steps for one in alone]))


def test_disturbed_probes_find_their_pair_from_both_sides(rng):
    x, y = signs(rng, 5, 120), signs(rng, 5, 80)
    memory = correlation(x, y)
    disturbed_x, disturbed_y = (states * np.where(rng.random(states.shape) < 0.15, -1, 1) for states in (x, y))
    for found in (recall(memory, disturbed_x), recall(memory, disturbed_y, layer="y")):
        assert_array_equal(found.x, x)
        assert_array_equal(found.y, y)


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_many_probes_are_decided_alike_whether_or_not_weights_are_whole(scale, rng):
    memory = symmetric(scale * rng.integers(-2, 3, (150, 7)), thresholds_y=scale * rng.integers(-2, 3, 7))
    probes = signs(rng, 200, 150)
    found = recall(memory, probes)
    for k, probe in enumerate(probes):
        x, y = by_hand(memory, probe, max(found.steps[k], 1))[-1]
        assert_array_equal(found.x[k], x)
        assert_array_equal(found.y[k], y)


def test_whole_weights_too_large_for_single_precision_are_not_rounded():
    # float32 would take 2^24 + 1 for 2^24, the sum for 0, and leave the unit at 1
    memory = symmetric([[-(2.0**24)], [-1.0], [2.0**24]])
    assert_array_equal(recall(memory, np.ones((100, 3))).y, -np.ones((100, 1)))


def test_a_unit_at_its_threshold_keeps_its_state():
    memory = symmetric([[1.0, 0.0], [-1.0, 2.0]], thresholds_y=[0.0, 2.0])
    found = recall(memory, [[1, 1]])
    assert_array_equal(found.y, [[1.0, 1.0]])


def test_a_cycle_of_two_states_is_found_and_a_short_run_is_told():
    turning = Memory(np.eye(3), -np.eye(3), np.zeros(3), np.zeros(3))
    assert_array_equal(recall(turning, np.ones((2, 3))).steps, [-2, -2])
    assert_array_equal(recall(turning, np.ones((2, 3)), max_steps=1).steps, [-1, -1])


def test_two_matrices_have_no_energy(rng):
    memory = pseudo_inverse(signs(rng, 3, 8), signs(rng, 3, 6))
    for ask in (energy, continuous_energy):
        with pytest.raises(ValueError, match="memory: each direction has a matrix of its own"):
            ask(memory, np.ones((1, 8)), np.ones((1, 6)))
    with pytest.raises(ValueError, match="memory: each direction"):
        energy_trace(memory, np.ones((1, 8)))


@pytest.fixture
def smooth(rng):
    weights = rng.normal(size=(6, 4))
    return symmetric(weights, rng.normal(size=6) / 4, rng.normal(size=4) / 4)


@pytest.mark.parametrize("layer", ["x", "y"])
def test_a_continuous_recall_ends_where_the_potentials_equal_their_sums(smooth, layer, rng):
    found = recall_continuous(smooth, rng.normal(size=(5, 6 if layer == "x" else 4)), layer=layer, tolerance=1e-13)
    assert (found.steps > 0).all()
    assert_allclose(np.arctanh(found.x), found.y @ smooth.backward - smooth.thresholds_x, atol=1e-9)
    assert_allclose(np.arctanh(found.y), found.x @ smooth.forward - smooth.thresholds_y, atol=1e-9)


def test_the_continuous_energy_never_rises_and_its_slope_is_that_of_the_potentials(smooth, rng):
    network = BAM(units="tanh", threshold_bounds=(-1, 1))
    theta = np.concatenate([smooth.thresholds_y, smooth.thresholds_x])
    parameters = {"weights": smooth.forward[None], "thresholds": theta[None]}
    kick = np.zeros((400, 1, 6))
    kick[:10] = rng.normal(size=6)
    outputs = driven(network, parameters, kick, Size(inputs=6, outputs=4))[9:, 0]
    found = continuous_energy(smooth, outputs[:, 4:], outputs[:, :4])
    assert (np.diff(found) <= 1e-12).all()
    assert found[0] - found[-1] > 0.01
    v, h = outputs[3], 1e-6
    u = np.arctanh(v)
    pull = np.concatenate([v[4:] @ smooth.forward - smooth.thresholds_y, v[:4] @ smooth.backward - smooth.thresholds_x])
    ahead = [continuous_energy(smooth, *np.split((v + h * e)[None], [4], axis=1)[::-1])[0] for e in np.eye(10)]
    back = [continuous_energy(smooth, *np.split((v - h * e)[None], [4], axis=1)[::-1])[0] for e in np.eye(10)]
    assert_allclose((np.array(ahead) - back) / (2 * h), u - pull, atol=1e-7)


def test_steep_units_in_continuous_time_recall_what_bipolar_ones_do(rng):
    x, y = signs(rng, 4, 60), signs(rng, 4, 40)
    found = recall_continuous(correlation(x, y), 0.3 * x + 0.2 * rng.normal(size=x.shape))
    assert_array_equal(np.sign(found.y), y)
    assert_array_equal(np.sign(found.x), x)


def test_the_limit_of_the_continuous_energy_is_finite():
    # at outputs of 1 each integral of artanh is ln 2
    assert_allclose(continuous_energy(symmetric([[3.0]]), [[1.0]], [[-1.0]]), 3 + 2 * np.log(2))


@pytest.mark.parametrize("rule", [correlation, pseudo_inverse, prlab])
def test_a_sequence_is_recalled_forwards_and_backwards(rule, rng):
    patterns = signs(rng, 5, 80)
    memory = rule(patterns, np.roll(patterns, -1, axis=0))
    there = recall_sequence(memory, patterns[:1], n_steps=10)
    assert_array_equal(there[:, 0], np.tile(np.roll(patterns, -1, axis=0), (2, 1)))
    back = recall_sequence(memory, patterns[:1], n_steps=5, backwards=True)
    assert_array_equal(back[:, 0], patterns[::-1])


def test_a_sequence_regards_the_thresholds_of_its_direction():
    memory = symmetric(np.eye(2), thresholds_x=[5.0, -5.0], thresholds_y=[-5.0, 5.0])
    assert_array_equal(recall_sequence(memory, [[-1, -1]], n_steps=1)[0], [[1, -1]])
    assert_array_equal(recall_sequence(memory, [[1, 1]], n_steps=1, backwards=True)[0], [[-1, 1]])


def test_the_fitness_of_a_population_is_the_overlap_of_each_memory(rng):
    network = BAM(threshold_bounds=(-1, 1))
    parameters = drawn(network, rng, 6, SIZE)
    x, y = signs(rng, 4, 5), signs(rng, 4, 3)
    expected = []
    for weights, theta in zip(parameters["weights"], parameters["thresholds"]):
        found = recall(symmetric(weights, theta[3:], theta[:3]), x, max_steps=20)
        expected.append((found.y * y).mean())
    assert_allclose(recall_overlap(network, parameters, x, y), expected)


@compiled
@pytest.mark.parametrize("optimizer", [GeneticAlgorithm, ParticleSwarm, SimulatedAnnealing])
def test_evolution_improves_recall(optimizer):
    rng = np.random.default_rng(1)
    x, y = signs(rng, 5, 8), signs(rng, 5, 6)
    genome = Genome.of(BAM(), Size(inputs=8, outputs=6))
    search, best = optimizer(genome.bounds, population_size=32, max_generations=40, random_state=0), []
    while not search.stop():
        search.tell(recall_overlap(BAM(), genome.split(search.ask()), x, y))
        best.append(search.best.fitness)
    assert best[-1] > best[0] + 0.1


@compiled
@pytest.mark.filterwarnings("ignore:.*pairs:UserWarning")
def test_evolved_multiplicities_recall_more_than_koskos():
    rng = np.random.default_rng(0)
    x, y = signs(rng, 10, 30), signs(rng, 10, 20)
    one_by_one = np.einsum("ki,kj->kij", x, y)

    def fitness(genomes):
        return recall_overlap(BAM(), {"weights": np.einsum("gk,kij->gij", genomes, one_by_one)}, x, y)

    search = GeneticAlgorithm([[0.1, 2.0]] * 10, population_size=20, max_generations=25, random_state=0)
    while not search.stop():
        search.tell(fitness(search.ask()))
    assert search.best.fitness > (recall(correlation(x, y), x).y * y).mean() + 0.02


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda memory: recall(memory, [[1, 1]]), r"probes: their shape \(1, 2\) is not \[probes, 3 units\]"),
        (lambda memory: recall(memory, [[1, 1, 0]]), "probes: unit 2 of row 0 is 0"),
        (lambda memory: recall(memory, [[1, 1]], layer="z"), 'layer: \'z\' is not "x" or "y"'),
        (lambda memory: recall(memory, [[1, 1, 1]], max_steps=0), "max_steps: 0 is not a whole number of at least 1"),
        (lambda memory: recall_continuous(memory, [[1, np.nan, 0]]), r"probes: .* is not one of finite potentials"),
        (lambda memory: recall_continuous(memory, [[1, 0, 0]], dt=2.0), "dt: 2.0 is not a finite number above 0"),
        (lambda memory: recall_continuous(memory, [[1, 0, 0]], tolerance=-1), "tolerance: -1 is not"),
        (lambda memory: energy(memory, [[1, 1, 1]], [[1, 2]]), "states_y: unit 1 of row 0 is 2"),
        (lambda memory: energy_trace(memory, [[1, 1, 1]], n_steps=0), "n_steps: 0 is not"),
        (lambda memory: continuous_energy(memory, [[0, 0, 0]], [[0, 2]]), r"states_y: .* in \[-1, 1\] of 2 units"),
        (lambda memory: recall_sequence(memory, [[1, 1, 1]], n_steps=1), "memory: its layers of 3 and 2 units are not"),
        (lambda memory: symmetric([[1, np.inf]]), "weights: .* is not one of finite numbers"),
        (lambda memory: symmetric(np.eye(2), thresholds_x=[1.0]), "thresholds_x: .* is not one of 2 finite numbers"),
        (lambda memory: recall(memory._replace(thresholds_x=np.ones(2)), [[1, 1, 1]]), r"memory: .* are not \[x, y\]"),
        (lambda memory: recall(memory._replace(backward=np.ones((3, 2))), [[1, 1, 1]]), r"memory: .* are not \[x, y\]"),
        (lambda memory: recall_overlap(BAM(), {"weights": np.ones((2, 3))}, [], []), r"weights: their shape \(2, 3\)"),
        (
            lambda memory: recall_overlap(BAM(), {"weights": np.ones((2, 3, 1)), "thresholds": np.ones(4)}, [], []),
            r"thresholds: their shape \(4,\) is not \(2, 4\)",
        ),
        (lambda memory: BAM(units="spin"), "units: 'spin' is not"),
        (lambda memory: BAM(threshold_bounds=(1, 0)), "threshold_bounds: .* is not a pair"),
        (lambda memory: recall_overlap(BAM(units="tanh"), {}, [], []), 'units: "tanh" do not settle'),
    ],
)
def test_what_cannot_be_recalled_is_named(call, text):
    with pytest.raises(ValueError, match=text):
        call(symmetric(np.ones((3, 2))))
