"""Bidirectional associative memories with noise: Glauber's dynamics, and Markov switching with Brownian motion."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import bam as reference
from scipy.linalg import expm

from evorc.kernels.compiler import JIT
from evorc.networks.bam_memory import Memory, symmetric
from evorc.networks.bam_recall import recall
from evorc.networks.stochastic_bam import sample
from evorc.networks.switched_bam import Mode, SwitchedBAM

many = pytest.mark.skipif(not JIT, reason="statistics of many runs take compiled code")
RATES = [[-1.0, 0.7, 0.3], [2.0, -2.5, 0.5], [0.2, 1.8, -2.0]]


def signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def linear(weight=0.0, **settings):
    return Mode(memory=symmetric([[weight]]), **settings)


@many
@pytest.mark.parametrize("layer", ["x", "y"])
@pytest.mark.parametrize("temperature", [0.7, 2.0])
def test_states_come_to_occur_as_boltzmann_says(temperature, layer, rng):
    memory = symmetric(rng.normal(size=(5, 5)) / 2, rng.normal(size=5) / 3, rng.normal(size=5) / 3)
    x, y = sample(memory, np.ones((200_000, 5)), temperatures=[temperature] * 60, layer=layer, random_state=1)
    _, chances = reference.boltzmann(memory, temperature)
    found = np.bincount((np.hstack([x, y]) > 0) @ 2 ** np.arange(9, -1, -1), minlength=1024) / len(x)
    assert abs(found - chances).sum() / 2 < 0.04


@many
def test_one_unit_a_layer_follows_the_closed_form():
    # E = -w x y: x y = 1 with probability 1 / (1 + exp(-2 w / T))
    x, y = sample(symmetric([[0.8]]), np.ones((100_000, 1)), temperatures=np.full(30, 1.3), random_state=0)
    assert (x * y).mean() == pytest.approx(np.tanh(0.8 / 1.3), abs=0.01)


def test_without_temperature_it_is_the_memory_without_noise(rng):
    memory = symmetric(rng.normal(size=(20, 15)))
    for layer, n in (("x", 20), ("y", 15)):
        probes = signs(rng, 10, n)
        calm, cold = recall(memory, probes, layer=layer), []
        for temperature in (0.0, 1e-9):
            cold.append(sample(memory, probes, temperatures=[temperature] * 30, layer=layer, random_state=0))
        for x, y in cold:
            assert_array_equal(x, calm.x)
            assert_array_equal(y, calm.y)


@many
def test_annealing_ends_lower_than_recall(rng):
    memory = symmetric(rng.normal(size=(30, 30)))
    probes = signs(rng, 40, 30)
    calm = recall(memory, probes)
    x, y = sample(memory, probes, temperatures=np.linspace(8, 0, 80), random_state=0)
    assert (
        np.einsum("pi,ij,pj->p", x, memory.forward, y).mean()
        > 1.05 * np.einsum("pi,ij,pj->p", calm.x, memory.forward, calm.y).mean()
    )


def test_the_noise_of_a_probe_is_its_own_and_the_seeds(rng):
    memory, probes = symmetric(rng.normal(size=(6, 5))), np.ones((8, 6))
    some = [sample(memory, probes, temperatures=[3.0] * 20, random_state=seed)[0] for seed in (0, 0, 1)]
    assert_array_equal(some[0], some[1])
    assert (some[0] != some[2]).any()
    assert len(np.unique(some[0], axis=0)) > 1
    assert_array_equal(sample(memory, probes[:3], temperatures=[3.0] * 20, random_state=0)[0], some[0][:3])


@pytest.mark.parametrize("temperatures", [[], [-1.0], [np.inf], [[1.0]], np.nan])
def test_what_is_no_temperature_is_refused(temperatures):
    with pytest.raises(ValueError, match=r"temperatures: .* not finite numbers of at least 0, one a step"):
        sample(symmetric([[1.0]]), [[1]], temperatures=temperatures)


@pytest.mark.parametrize(("delay", "leakage_delay"), [(0.0, 0.0), (0.05, 0.0), (0.0, 0.03), (0.04, 0.07)])
def test_a_set_without_noise_equals_the_plain_loop(delay, leakage_delay, rng):
    memory = Memory(rng.normal(size=(4, 3)), rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=3))
    mode = Mode(memory=memory, decay=1.4, delay=delay, leakage_delay=leakage_delay)
    x, y = rng.normal(size=(5, 4)), rng.normal(size=(5, 3))
    runs = SwitchedBAM([mode], [[0.0]], dt=0.01).simulate(x, y, n_steps=150, random_state=0)
    for k in range(5):
        by_hand_x, by_hand_y = reference.delayed(mode, x[k], y[k], 0.01, 150)
        assert_allclose(runs.x[:, k], by_hand_x, rtol=1e-11, atol=1e-13)
        assert_allclose(runs.y[:, k], by_hand_y, rtol=1e-11, atol=1e-13)


@many
def test_each_run_obeys_the_set_of_its_mode(rng):
    modes = [Mode(memory=symmetric(rng.normal(size=(2, 3))), decay=decay, delay=0.02) for decay in (0.5, 1.0, 2.0)]
    network = SwitchedBAM(modes, RATES, dt=0.02)
    runs = network.simulate(rng.normal(size=(20, 2)), rng.normal(size=(20, 3)), n_steps=200, random_state=3)
    before, now, after = runs.x[:-2], runs.x[1:-1], runs.x[2:]
    assert len(np.unique(runs.mode)) == 3
    for r, mode in enumerate(modes):
        change = now - 0.02 * mode.decay * now + 0.02 * np.tanh(runs.y[:-2]) @ mode.memory.backward
        here = runs.mode[1:-1] == r
        assert_allclose(after[here], change[here], atol=1e-12)
        assert before.shape == now.shape


@many
def test_modes_occur_as_the_stationary_law_of_the_generator_says():
    network = SwitchedBAM([linear(), linear(), linear()], RATES, dt=0.05)
    assert_allclose(network.stationary_law @ RATES, 0, atol=1e-14)
    assert network.stationary_law.sum() == pytest.approx(1)
    runs = network.simulate(np.ones((2000, 1)), np.ones((2000, 1)), n_steps=10_000, record_every=10, random_state=0)
    share = np.bincount(runs.mode.ravel(), minlength=3) / runs.mode.size
    assert_allclose(share, network.stationary_law, rtol=0.01)


@many
def test_the_chances_of_a_mode_after_some_time_are_those_of_the_generator():
    network = SwitchedBAM([linear(), linear(), linear()], RATES, dt=0.1)
    runs = network.simulate(np.ones((50_000, 1)), np.ones((50_000, 1)), n_steps=5, random_state=0)
    first, later = runs.mode[0], runs.mode[4]
    found = [np.bincount(later[first == r], minlength=3) / (first == r).sum() for r in range(3)]
    assert_allclose(found, expm(0.4 * np.array(RATES)), atol=0.02)


@many
def test_noise_that_is_always_there_spreads_as_an_ornstein_uhlenbeck_process():
    network = SwitchedBAM([linear(decay=2.0, noise=0.6)], [[0.0]], dt=0.005)
    runs = network.simulate(np.ones((20_000, 1)), np.zeros((20_000, 1)), n_steps=200, record_every=200, random_state=0)
    assert runs.x[-1].mean() == pytest.approx(np.exp(-2), abs=0.01)
    assert runs.x[-1].var() == pytest.approx(0.36 / 4 * (1 - np.exp(-4)), rel=0.03)
    assert abs(np.corrcoef(runs.x[-1, :, 0], runs.y[-1, :, 0])[0, 1]) < 0.03


@many
def test_the_mean_square_of_a_stable_set_decays_as_the_moment_equation_says():
    # dm_r/dt = sum_s m_s g_sr + (q_r^2 - 2 a_r) m_r for m_r = E x^2 [mode r]; the second mode alone would explode
    decay, noise = np.array([2.0, 0.3]), np.array([0.5, 0.8])
    rates = np.array([[-1.0, 1.0], [3.0, -3.0]])
    modes = [linear(decay=a, relative_noise=q) for a, q in zip(decay, noise)]
    network = SwitchedBAM(modes, rates, dt=0.002)
    runs = network.simulate(np.ones((40_000, 1)), np.ones((40_000, 1)), n_steps=500, record_every=250, random_state=0)
    moments = [(network.stationary_law @ expm(t * (rates + np.diag(noise**2 - 2 * decay)))).sum() for t in runs.time]
    assert noise[1] ** 2 > 2 * decay[1]
    assert_allclose((runs.x**2).mean(axis=(1, 2)), moments, rtol=0.08)
    assert_allclose((runs.y**2).mean(axis=(1, 2)), moments, rtol=0.08)
    assert moments[-1] < 0.15


def test_a_run_is_its_own_and_the_seeds():
    network = SwitchedBAM([linear(noise=1.0), linear(0.5, noise=0.5)], [[-1, 1], [1, -1]])
    some = [network.simulate(np.ones((4, 1)), np.ones((4, 1)), n_steps=9, random_state=seed).x for seed in (0, 0, 1)]
    assert_array_equal(some[0], some[1])
    assert (some[0] != some[2]).all()
    assert len(np.unique(some[0][-1])) == 4
    assert_array_equal(network.simulate(np.ones((2, 1)), np.ones((2, 1)), n_steps=9, random_state=0).x, some[0][:, :2])


def test_records_are_every_so_many_steps():
    network = SwitchedBAM([linear(noise=1.0)], [[0.0]], dt=0.1)
    all_of_them = network.simulate([[1.0]], [[0.0]], n_steps=10, random_state=0)
    some = network.simulate([[1.0]], [[0.0]], n_steps=10, record_every=3, random_state=0)
    assert_array_equal(some.x, all_of_them.x[2::3])
    assert_allclose(some.time, [0.3, 0.6, 0.9])


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: linear(decay=0.0), "decay: 0.0 is not a finite number above 0"),
        (lambda: linear(noise=-1.0), "noise: -1.0 is not a finite number of at least 0"),
        (lambda: linear(delay=np.inf), "delay: inf is not"),
        (lambda: SwitchedBAM([], []), r"modes: their layers are of the sizes \[\]"),
        (lambda: SwitchedBAM([linear(), Mode(memory=symmetric(np.eye(2)))], RATES), r"sizes \[\(1, 1\), \(2, 2\)\]"),
        (lambda: SwitchedBAM([linear()] * 2, RATES), "generator: .* is not one of 2 x 2 finite rates"),
        (lambda: SwitchedBAM([linear()] * 2, [[1, -1], [1, -1]]), "generator: its rows should hold rates"),
        (lambda: SwitchedBAM([linear()] * 2, [[-1, 2], [1, -1]]), "generator: its rows should hold rates"),
        (lambda: SwitchedBAM([linear()] * 2, np.zeros((2, 2))), "generator: its chain falls into parts"),
        (lambda: SwitchedBAM([linear()], [[0.0]], dt=0), "dt: 0 is not a finite number above 0"),
        (lambda: SwitchedBAM([linear()], [[0.0]]).simulate([[1]], [[1]], n_steps=0), "n_steps: 0 is not"),
        (
            lambda: SwitchedBAM([linear()], [[0.0]]).simulate([[1]], [[1, 2]], n_steps=1),
            "initial_y: .* \\[run, 1 units",
        ),
        (lambda: SwitchedBAM([linear()], [[0.0]]).simulate([[np.nan]], [[1]], n_steps=1), "initial_x: .* finite"),
        (
            lambda: SwitchedBAM([linear()], [[0.0]]).simulate([[1]], [[1]], n_steps=2, record_every=3),
            "record_every: 3 is not a whole number from 1 to 2",
        ),
    ],
)
def test_what_cannot_be_simulated_is_named(call, text):
    with pytest.raises(ValueError, match=text):
        call()
