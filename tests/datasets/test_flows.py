"""Lorenz and Rössler systems against another integrator, their fixed points, symmetries and divergence."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from evorc.datasets import lorenz63, lorenz96, roessler


def lorenz63_rate(t, s):
    x, y, z = s
    return [10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z]


def lorenz96_rate(t, x):
    n = len(x)
    return [(x[(i + 1) % n] - x[i - 2]) * x[i - 1] - x[i] + 8.0 for i in range(n)]


def roessler_rate(t, s):
    x, y, z = s
    return [-y - z, x + 0.2 * y, 0.2 + z * (x - 5.7)]


CASES = {
    "lorenz63": (lorenz63, lorenz63_rate, [1.0, 2.0, 20.0]),
    "lorenz96": (lorenz96, lorenz96_rate, [8.0, 8.5, 7.0, 8.0, 6.0, 9.0]),
    "roessler": (roessler, roessler_rate, [-4.0, 3.0, 0.5]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_flow_equals_another_integrator(case):
    generate, rate, start = CASES[case]
    sizes = {"n_variables": len(start)} if generate is lorenz96 else {}
    times = 0.05 * np.arange(60)
    expected = solve_ivp(rate, (0.0, times[-1]), start, "LSODA", t_eval=times, rtol=1e-12, atol=1e-12).y.T
    found = generate(60, dt=0.05, initial=start, discard=0, **sizes)
    assert_allclose(found, expected, rtol=0, atol=2e-8)


def test_the_default_times_between_rows_are_those_documented():
    for generate, dt in ((lorenz63, 0.02), (lorenz96, 0.05), (roessler, 0.1)):
        series = generate(30, random_state=0, discard=0)
        assert_allclose(generate(15, random_state=0, discard=0, dt=2 * dt), series[::2], atol=1e-7)


def test_the_parameters_are_those_of_the_equations():
    # where each flow stands still
    c = np.sqrt(2.0 * (15.0 - 1.0))
    assert_allclose(lorenz63(50, rho=15.0, beta=2.0, initial=(c, c, 14.0), discard=0), [[c, c, 14.0]] * 50, atol=1e-9)
    assert_allclose(lorenz96(50, n_variables=4, forcing=0.5, initial=[0.5] * 4, discard=0), 0.5, atol=1e-12)
    a, b, c = 0.1, 0.3, 4.0
    z = (c - np.sqrt(c * c - 4.0 * a * b)) / (2.0 * a)
    assert_allclose(roessler(50, a=a, b=b, c=c, initial=(a * z, -z, z), discard=0), [[a * z, -z, z]] * 50, atol=1e-8)


def test_sigma_pulls_x_to_y():
    x, y, _ = lorenz63(2, sigma=3.0, dt=1e-4, initial=(1.0, 2.0, 5.0), discard=0).T
    assert (x[1] - x[0]) / 1e-4 == pytest.approx(3.0 * (y[0] - x[0]), rel=1e-2)


def test_lorenz63_with_x_and_y_mirrored_is_a_solution():
    series = lorenz63(100, initial=(1.0, 2.0, 3.0), discard=0)
    mirrored = lorenz63(100, initial=(-1.0, -2.0, 3.0), discard=0)
    assert_allclose(mirrored, series * [-1, -1, 1], atol=1e-8)


def test_a_rotated_lorenz96_is_a_solution(rng):
    start = 8.0 + rng.normal(size=7)
    series = lorenz96(40, n_variables=7, initial=start, discard=0)
    rotated = lorenz96(40, n_variables=7, initial=np.roll(start, 2), discard=0)
    assert_allclose(rotated, np.roll(series, 2, axis=1), atol=1e-7)


def test_lorenz96_loses_energy_by_damping_alone():
    # without forcing the quadratic terms conserve sum x^2, and -x takes it away as exp(-2 t)
    series = lorenz96(40, forcing=0.0, n_variables=6, initial=[1.0, -2.0, 3.0, 0.5, 0.0, 2.0], discard=0)
    energy = (series**2).sum(axis=1)
    assert_allclose(energy, energy[0] * np.exp(-2.0 * 0.05 * np.arange(40)), rtol=1e-9)


def test_near_trajectories_of_lorenz63_diverge_by_its_lyapunov_exponent():
    state, apart, growth = lorenz63(1, random_state=0)[0], np.array([1e-7, 0.0, 0.0]), []
    for _ in range(40):
        ends = [lorenz63(1, initial=start, dt=5.0, discard=1)[0] for start in (state, state + apart)]
        distance = np.linalg.norm(ends[1] - ends[0])
        growth.append(np.log(distance / 1e-7) / 5.0)
        state, apart = ends[0], (ends[1] - ends[0]) * (1e-7 / distance)
    assert np.mean(growth[2:]) == pytest.approx(0.9056, abs=0.08)


def test_the_attractor_of_lorenz63_has_its_known_moments():
    x, _, z = lorenz63(4000, random_state=0).T
    assert z.mean() == pytest.approx(23.55, abs=0.3)
    assert x.std() == pytest.approx(7.92, abs=0.2)
