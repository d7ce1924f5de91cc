"""Kuramoto-Sivashinsky: another integrator, the order of the method, and what the equation conserves."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from evorc.datasets import kuramoto_sivashinsky

LENGTH, POINTS = 22.0, 32
PLACES = LENGTH * np.arange(POINTS) / POINTS
START = np.cos(2 * np.pi * PLACES / LENGTH) * (1 + np.sin(4 * np.pi * PLACES / LENGTH)) + 0.1


def derivative(u, order):
    """The derivative of a periodic function, by the matrix of its trigonometric interpolation."""
    k = 2j * np.pi / LENGTH * np.fft.fftfreq(POINTS, 1 / POINTS)
    powers = k**order
    if order % 2:
        powers[POINTS // 2] = 0.0
    return np.fft.ifft(powers * np.fft.fft(u)).real


def rate(t, u):
    return -0.5 * derivative(u * u, 1) - derivative(u, 2) - derivative(u, 4)


def generated(n_steps, **settings):
    settings = {"initial": START, "length": LENGTH, "n_points": POINTS, "discard": 0, **settings}
    return kuramoto_sivashinsky(n_steps, **settings)


def test_the_series_equals_another_integrator():
    times = 0.25 * np.arange(41)
    expected = solve_ivp(rate, (0.0, 10.0), START, "DOP853", t_eval=times, rtol=1e-11, atol=1e-11).y.T
    assert_allclose(generated(41, substeps=40), expected, atol=1e-8)


def test_the_method_is_of_order_four():
    exact = generated(2, dt=4.0, substeps=8192)[1]
    steps = (256, 512, 1024)
    errors = [abs(generated(2, dt=4.0, substeps=k)[1] - exact).max() for k in steps]
    slope = np.polyfit(np.log([1 / k for k in steps]), np.log(errors), 1)[0]
    assert slope == pytest.approx(4.0, abs=0.2)


def test_finer_grids_agree():
    coarse = generated(41, substeps=4)
    fine = LENGTH * np.arange(2 * POINTS) / (2 * POINTS)
    start = np.cos(2 * np.pi * fine / LENGTH) * (1 + np.sin(4 * np.pi * fine / LENGTH)) + 0.1
    finer = generated(41, substeps=4, initial=start, n_points=2 * POINTS)
    assert_allclose(finer[:, ::2], coarse, atol=2e-3)


def test_the_mean_over_space_is_conserved():
    means = generated(500).mean(axis=1)
    assert_allclose(means, START.mean(), atol=1e-13)


def test_a_drawn_initial_state_has_no_mean():
    drawn = kuramoto_sivashinsky(1, discard=0, random_state=0)[0]
    assert abs(drawn).max() > 0.5
    assert drawn.mean() == pytest.approx(0.0, abs=1e-15)


def test_energy_grows_by_the_slope_and_falls_by_the_curvature():
    u = generated(2001, dt=0.01)
    energy = 0.5 * (u**2).mean(axis=1)
    balance = [(derivative(row, 1) ** 2 - derivative(row, 2) ** 2).mean() for row in u]
    grown = (energy[2:] - energy[:-2]) / 0.02
    assert_allclose(grown[500:], balance[501:-1], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("mode", [1, 2, 5])
def test_a_small_wave_grows_or_decays_by_its_wave_number(mode):
    k = 2 * np.pi * mode / LENGTH
    wave = 1e-9 * np.cos(k * PLACES)
    found = generated(9, initial=wave, dt=0.5)
    expected = np.exp((k**2 - k**4) * 0.5 * np.arange(9))[:, None] * wave
    assert_allclose(found, expected, atol=1e-15)


def test_a_domain_too_short_for_any_growing_wave_becomes_flat():
    found = generated(400, length=6.0)
    assert_allclose(found[-1], START.mean(), atol=1e-3)


def test_a_moving_observer_sees_the_same_waves():
    shift = 4  # grid points that a mean of one point a time unit has moved by then
    speed = LENGTH / POINTS
    moved = generated(2, dt=float(shift), substeps=200, initial=START + speed)[1] - speed
    still = generated(2, dt=float(shift), substeps=200)[1]
    assert_allclose(moved, np.roll(still, shift), atol=1e-5)


def test_the_waves_of_the_usual_domain_neither_die_nor_burst():
    u = kuramoto_sivashinsky(2000, random_state=0)
    assert 1.0 < u.std() < 1.4
    assert abs(u).max() < 4.0
