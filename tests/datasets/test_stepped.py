"""The Hénon map and the sums of sines against what is known of them in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from evorc.datasets import henon, multiple_superimposed_oscillators

FREQUENCIES = (0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97)
small = st.floats(-0.1, 0.1)


@given(a=st.floats(0.1, 1.4), b=st.floats(0.0, 0.3), x=small, y=small)
def test_every_row_follows_from_the_one_before(a, b, x, y):
    series = henon(50, a=a, b=b, initial=(x, y), discard=0)
    assert series[0].tolist() == [x, y]
    x, y = series[:-1].T
    assert_allclose(series[1:], np.column_stack([1 - a * x**2 + y, b * x]), rtol=1e-15, atol=1e-15)


def test_an_orbit_at_the_fixed_point_stays_until_rounding_errors_grow():
    x = (-0.7 + np.sqrt(0.49 + 5.6)) / 2.8
    assert_allclose(henon(20, initial=(x, 0.3 * x), discard=0), [[x, 0.3 * x]] * 20, atol=1e-9)


def test_the_attractor_has_its_known_extent():
    series = henon(20_000, random_state=0)
    assert_allclose(series.min(axis=0), [-1.285, -0.3854], atol=2e-3)
    assert_allclose(series.max(axis=0), [1.273, 0.3819], atol=2e-3)


def test_no_drawn_initial_state_diverges():
    assert all(np.isfinite(henon(1, random_state=seed)).all() for seed in range(200))


@pytest.mark.parametrize("n_sines", range(1, 9))
def test_a_sum_of_sines_is_annihilated_by_the_filter_with_its_zeros(n_sines):
    series = multiple_superimposed_oscillators(300, n_sines)[:, 0]
    for w in FREQUENCIES[:n_sines]:
        series = series[2:] - 2.0 * np.cos(w) * series[1:-1] + series[:-2]
    assert_allclose(series, 0.0, atol=1e-9)


def test_one_sine_is_a_sine_that_starts_at_zero():
    assert_allclose(multiple_superimposed_oscillators(100, 1)[:, 0], np.sin(0.2 * np.arange(100)), atol=1e-15)


def test_every_further_sine_is_added_to_those_before():
    for n, w in enumerate(FREQUENCIES[1:], 1):
        fewer, more = (multiple_superimposed_oscillators(50, k)[:, 0] for k in (n, n + 1))
        assert_allclose(more - fewer, np.sin(w * np.arange(50)), atol=1e-14)
