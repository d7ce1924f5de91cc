"""Graded units follow their equation, and their energy falls."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference import hopfield as reference
from scipy.integrate import quad, solve_ivp

from evorc.kernels.compiler import JIT
from evorc.networks.hopfield_continuous import ContinuousMemory

compiled = pytest.mark.skipif(not JIT, reason="takes too long without a compiler")
SHORT = 50 if JIT else 5


def couplings(rng, n):
    w = rng.normal(size=(n, n)) / np.sqrt(n)
    return 0.5 * (w + w.T)


@compiled
def test_euler_approaches_the_equation_with_order_one(rng):
    w, currents, u = couplings(rng, 6), rng.normal(size=6), rng.normal(size=6)
    exact = solve_ivp(lambda _, u: reference.graded(w, currents, 1.5, u), (0, 1), u, rtol=1e-10, atol=1e-12).y[:, -1]
    steps, errors = np.array([0.1, 0.05, 0.025]), []
    for dt in steps:
        memory = ContinuousMemory(w, currents, gain=1.5, dt=dt)
        end = memory.trace([np.tanh(1.5 * u)], round(1 / dt))[-1, 0]
        errors.append(np.abs(end - np.tanh(1.5 * exact)).max())
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("units", ["bipolar", "binary"])
def test_no_short_step_raises_the_energy(units, rng):
    low = -1.0 if units == "bipolar" else 0.0
    memory = ContinuousMemory(couplings(rng, 12), rng.normal(size=12), units=units, gain=5.0, dt=0.005)
    trace = memory.trace(rng.uniform(low, 1.0, (4, 12)), 10 * SHORT)
    energies = memory.energy(trace)
    assert (np.diff(energies, axis=0) <= 1e-12).all()
    assert (energies[-1] < energies[0] - 0.1).all()


@pytest.mark.parametrize("units", ["bipolar", "binary"])
def test_the_energy_is_that_of_the_equation(units, rng):
    w, currents, resistance, gain = couplings(rng, 3), rng.normal(size=3), 2.0, 1.5
    memory = ContinuousMemory(w, currents, units=units, gain=gain, resistance=resistance)
    middle = 0.0 if units == "bipolar" else 0.5
    inverse = np.arctanh if units == "bipolar" else lambda v: np.arctanh(2.0 * v - 1.0)
    v = rng.uniform(middle - 0.4, 1.0, 3)
    work = sum(quad(inverse, middle, end)[0] for end in v) / (gain * resistance)
    assert memory.energy(v) == pytest.approx(-0.5 * v @ w @ v - currents @ v + work)
    assert np.isfinite(memory.energy(np.ones(3)))


def test_resistance_and_capacitance_set_the_time(rng):
    w, start = couplings(rng, 4), rng.uniform(-0.5, 0.5, (2, 4))
    one = ContinuousMemory(w, dt=0.01).trace(start, SHORT)
    scaled = ContinuousMemory(w / 2, resistance=2.0, capacitance=3.0, dt=0.06).trace(start, SHORT)
    assert_allclose(scaled, one, rtol=1e-10)


@compiled
def test_at_rest_the_outputs_solve_the_equation(rng):
    w, currents = couplings(rng, 8), rng.normal(size=8)
    memory = ContinuousMemory(w, currents, gain=3.0, dt=0.05)
    found = memory.recall(rng.uniform(-0.9, 0.9, (5, 8)), tolerance=1e-13)
    assert (found.steps > 0).all()
    assert_allclose(found.outputs, np.tanh(3.0 * (found.outputs @ w + currents)), atol=1e-8)


@compiled
def test_steep_units_come_to_rest_near_two_valued_memories(rng):
    patterns = rng.choice([-1.0, 1.0], (3, 40))
    probes = 0.6 * patterns
    probes[:, :6] *= -1
    found = ContinuousMemory(patterns.T @ patterns / 40, gain=10.0, dt=0.02).recall(probes)
    assert_allclose(found.outputs, patterns, atol=0.05)


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: ContinuousMemory([[0, 1], [2, 0]]), "weights: they are not symmetric"),
        (lambda: ContinuousMemory(np.eye(2), [1, 2, 3]), "currents: their shape (3,)"),
        (lambda: ContinuousMemory(np.eye(2), gain=0.0), "gain: 0.0"),
        (lambda: ContinuousMemory(np.eye(2), dt=-1.0), "dt: -1.0"),
        (lambda: ContinuousMemory(np.eye(2), units="other"), "units: 'other'"),
        (lambda: ContinuousMemory(np.eye(2)).recall([[2.0, 0.0]]), "outputs: their shape (1, 2)"),
        (lambda: ContinuousMemory(np.eye(2)).recall([0.5, 0.0]), "probes: their shape (2,)"),
        (lambda: ContinuousMemory(np.eye(2), units="binary").energy([-0.5, 0.0]), "outputs: their shape (2,)"),
        (lambda: ContinuousMemory(np.eye(2)).recall([[0.5, 0.0]], max_steps=0), "max_steps: 0"),
        (lambda: ContinuousMemory(np.eye(2)).trace([[0.5, 0.0]], 0), "n_steps: 0"),
    ],
)
def test_what_is_not_allowed_is_named(refused, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        refused()
