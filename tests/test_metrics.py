"""Metrics against their closed forms and invariances."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from sklearn.metrics import mean_squared_error, r2_score

from evorc.datasets import memory_capacity_input
from evorc.metrics import (
    generalisation_rank,
    information_processing_targets,
    kernel_rank,
    memory_capacity,
    nmse,
    nrmse,
    nrmse84,
    valid_time,
)

offsets = st.floats(-100.0, 100.0)
hundredths = st.integers(-10_000, 10_000).map(lambda k: k / 100)
shapes = st.tuples(st.just(2), st.integers(2, 20), st.integers(1, 3))
pairs = arrays(np.float64, shapes, elements=hundredths, unique=True)  # so that no variable is constant


@given(pairs)
def test_nmse_is_what_the_coefficient_of_determination_leaves(pair):
    targets, predictions = pair
    assert nmse(targets, predictions) == pytest.approx(1.0 - r2_score(targets, predictions), rel=1e-7, abs=1e-9)


@given(pairs)
def test_nrmse_is_the_root_of_nmse(pair):
    targets, predictions = pair
    assert nrmse(targets, predictions) ** 2 == pytest.approx(nmse(targets, predictions), rel=1e-12)


@given(pairs, st.floats(0.1, 10.0), offsets)
def test_scale_and_offset_of_the_series_do_not_matter(pair, scale, offset):
    targets, predictions = pair
    for normaliser in ("std", "range"):
        before = nrmse(targets, predictions, normaliser=normaliser)
        after = nrmse(scale * targets + offset, scale * predictions + offset, normaliser=normaliser)
        assert after == pytest.approx(before, rel=1e-6, abs=1e-9)


def test_the_mean_of_the_targets_has_an_error_of_one(rng):
    targets = rng.normal(size=(50, 2))
    assert nmse(targets, np.broadcast_to(targets.mean(axis=0), targets.shape)) == pytest.approx(1.0, rel=1e-12)
    assert nmse(targets, targets) == 0.0


def test_the_range_normalises_the_plain_error(rng):
    targets, predictions = rng.normal(size=(2, 40))
    expected = np.sqrt(mean_squared_error(targets, predictions)) / (targets.max() - targets.min())
    assert nrmse(targets, predictions, normaliser="range") == pytest.approx(expected, rel=1e-12)


def test_every_variable_is_normalised_by_itself():
    targets = np.array([[0.0, 0.0], [2.0, 200.0]])
    assert nmse(targets, targets + np.array([1.0, 0.0])) == 0.5
    assert nmse(targets, targets + np.array([0.0, 100.0])) == 0.5


def test_one_dimension_is_one_variable(rng):
    targets, predictions = rng.normal(size=(2, 30))
    assert nrmse(targets, predictions) == nrmse(targets[:, None], predictions[:, None])


def test_nrmse84_sees_the_84th_step_alone(rng):
    targets = rng.normal(size=(50, 100))
    predictions = targets + 7.0
    predictions[:, 83] = targets[:, 83] + rng.choice([-0.3, 0.3], 50)
    assert nrmse84(targets, predictions) == pytest.approx(0.3 / targets.std(), rel=1e-12)
    assert nrmse84(targets, predictions, variance=0.09) == pytest.approx(1.0, rel=1e-12)
    assert nrmse84(targets[:, :84], predictions[:, :84], variance=4.0) == pytest.approx(0.15, rel=1e-12)


def bursting(n_steps, first, size=3):
    """A standardised series of two values and a forecast whose error passes 0.4 at step `first`."""
    targets = np.tile([[-1.0], [1.0]], (n_steps // 2, size))
    return targets, targets + np.where(np.arange(n_steps) < first, 0.39, 0.41)[:, None]


@pytest.mark.parametrize("first", [0, 1, 17, 40])
def test_a_forecast_is_valid_until_its_error_passes_the_threshold(first):
    targets, forecast = bursting(40, first)
    assert valid_time(targets, forecast, dt=0.5, lyapunov_exponent=2.0) == first
    assert valid_time(targets, forecast, dt=0.02, lyapunov_exponent=0.9056) == pytest.approx(first * 0.018112)


def test_what_comes_after_the_first_failure_does_not_matter():
    targets, forecast = bursting(40, 10)
    forecast[11:] = targets[11:]
    assert valid_time(targets, forecast, dt=1.0, lyapunov_exponent=1.0) == 10.0


def test_the_threshold_and_the_deviation_are_the_ones_given():
    targets, forecast = bursting(40, 10)
    settings = {"dt": 1.0, "lyapunov_exponent": 1.0}
    assert valid_time(targets, forecast, threshold=0.5, **settings) == 40.0
    assert valid_time(targets, forecast, threshold=0.3, **settings) == 0.0
    assert valid_time(targets, forecast, std=2.0, threshold=0.2, **settings) == 10.0
    assert valid_time(5 * targets + 3, 5 * forecast + 3, **settings) == 10.0
    assert valid_time(5 * targets, 5 * forecast, std=[5.0, 5.0, 5.0], **settings) == 10.0


def test_the_error_is_the_root_mean_square_over_variables():
    targets = np.tile([[-1.0], [1.0]], (10, 4))
    forecast = targets + np.array([0.79, 0.0, 0.0, 0.0])  # 0.395 over four
    assert valid_time(targets, forecast, dt=1.0, lyapunov_exponent=1.0) == 20.0
    forecast[:, 0] += 0.02
    assert valid_time(targets, forecast, dt=1.0, lyapunov_exponent=1.0) == 0.0


@pytest.mark.parametrize("burst", [np.nan, np.inf, 1e300])
def test_a_forecast_that_bursts_is_over(burst):
    targets, forecast = bursting(40, 40)
    forecast[25:, 1] = burst
    assert valid_time(targets, forecast, dt=1.0, lyapunov_exponent=1.0) == 25.0


@given(pairs)
def test_capacities_are_squared_correlations(pair):
    targets, predictions = pair
    found = memory_capacity(targets, predictions)
    expected = [np.corrcoef(targets[:, k], predictions[:, k])[0, 1] ** 2 for k in range(targets.shape[1])]
    assert_allclose(found.curve, expected, atol=1e-9)
    assert found.total == pytest.approx(sum(expected), abs=1e-8)


def test_a_delay_line_remembers_exactly_as_far_as_it_is_long():
    inputs, targets = memory_capacity_input(4000, 30, random_state=0)
    states = np.column_stack([inputs, targets[:, :9]])  # the last ten inputs
    weights = np.linalg.lstsq(states[:2000], targets[:2000], rcond=None)[0]
    capacity = memory_capacity(targets[2000:], states[2000:] @ weights)
    assert_allclose(capacity.curve[:9], 1.0, rtol=1e-12)
    assert capacity.total == pytest.approx(9.0, abs=0.1)
    exact = memory_capacity(targets[2000:], states[2000:] @ weights, threshold=0.02)
    assert_allclose(exact.curve, [1.0] * 9 + [0.0] * 21, rtol=1e-12)


@pytest.mark.parametrize("constant", [0.0, 0.1, -3.7])
def test_a_constant_prediction_knows_nothing(constant, rng):
    targets = rng.normal(size=(30, 2))
    assert memory_capacity(targets, np.full((30, 2), constant)).curve.tolist() == [0.0, 0.0]


def test_sign_and_scale_of_a_prediction_do_not_matter_to_its_capacity(rng):
    targets, predictions = rng.normal(size=(2, 30, 2))
    expected = memory_capacity(targets, predictions).curve
    assert_allclose(memory_capacity(targets, predictions * [-3.0, 1e-200] + [5.0, 0.0]).curve, expected)


@pytest.mark.parametrize(("degree", "max_delay"), [(1, 0), (1, 7), (2, 5), (3, 4), (5, 2), (4, 0)])
def test_there_is_one_target_for_every_way_to_share_the_degree(degree, max_delay, rng):
    targets, degrees = information_processing_targets(rng.uniform(-1, 1, 20), degree, max_delay)
    every = {shares for shares in product(range(degree + 1), repeat=max_delay + 1) if sum(shares) == degree}
    assert {tuple(row) for row in degrees.tolist()} == every
    assert len(degrees) == comb(max_delay + degree, degree)
    assert targets.shape == (20 - max_delay, len(degrees))


def test_targets_are_products_of_normalised_legendre_polynomials(rng):
    u = rng.uniform(-1, 1, 30)
    legendre = {
        0: np.ones(30),
        1: np.sqrt(3) * u,
        2: np.sqrt(5) * (3 * u**2 - 1) / 2,
        3: np.sqrt(7) * (5 * u**3 - 3 * u) / 2,
    }
    targets, degrees = information_processing_targets(u[:, None], degree=3, max_delay=2)
    for target, (now, before, two_before) in zip(targets.T, degrees.tolist()):
        expected = legendre[now][2:] * legendre[before][1:-1] * legendre[two_before][:-2]
        assert_allclose(target, expected, atol=1e-13)


def test_targets_of_all_degrees_are_orthonormal():
    u = np.random.default_rng(0).uniform(-1, 1, 200_000)
    targets = [information_processing_targets(u, degree, 2).targets for degree in (1, 2, 3)]
    whole = np.hstack(targets)
    assert_allclose(whole.T @ whole / len(whole), np.eye(whole.shape[1]), atol=0.05)


def test_the_capacity_of_a_memoryless_polynomial_is_that_of_its_degree():
    u = np.random.default_rng(1).uniform(-1, 1, 5000)
    state = (1.5 * u**2)[2:, None]
    totals = []
    for degree in (1, 2, 3):
        targets = information_processing_targets(u, degree, 2).targets
        totals.append(memory_capacity(targets, np.repeat(state, targets.shape[1], axis=1), threshold=0.01).total)
    assert_allclose(totals, [0.0, 1.0, 0.0], atol=1e-12)


@pytest.mark.parametrize("rank", [1, 3, 8])
def test_the_rank_is_the_number_of_independent_directions(rank, rng):
    states = rng.normal(size=(20, rank)) @ rng.normal(size=(rank, 12))
    assert kernel_rank(states) == generalisation_rank(states) == rank


def test_singular_values_below_the_tolerance_do_not_count():
    states = np.diag([10.0, 2.0, 0.5, 0.0])
    assert [kernel_rank(states, tolerance=share) for share in (0.0, 0.1, 0.3)] == [3, 2, 1]
    assert [kernel_rank(1e-9 * states, tolerance=share) for share in (0.01, 0.1, 0.3)] == [3, 2, 1]


def test_noise_raises_the_rank_unless_it_is_tolerated(rng):
    states = np.outer(np.ones(30), rng.normal(size=10)) + 1e-4 * rng.normal(size=(30, 10))
    assert generalisation_rank(states) == 10
    assert generalisation_rank(states, tolerance=0.01) == 1


GOOD = [[1.0, 2.0], [3.0, 1.0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nmse([1, 2], [1, 2, 3]), r"predictions: their shape \(3,\) and the targets' \(2,\) must be one"),
        (lambda: nmse([[1], [2]], [1, 2]), r"predictions: their shape \(2,\) and the targets' \(2, 1\) must be one"),
        (lambda: nmse([], []), r"predictions: their shape \(0,\)"),
        (lambda: nmse(1.0, 2.0), r"predictions: their shape \(\)"),
        (lambda: nmse(GOOD, [[1, 2], [np.nan, 1]]), r"predictions: nan at \[1, 0\] is not a finite number"),
        (lambda: nmse([1, np.inf], [1, 2]), r"targets: inf at \[1\] is not a finite number"),
        (lambda: nmse([[1, 2], [1, 3]], GOOD), "targets: variable 0 is constant"),
        (lambda: nrmse([1, 1], [1, 2], normaliser="range"), "targets: variable 0 is constant"),
        (lambda: nrmse(GOOD, GOOD, normaliser="mean"), "normaliser: 'mean' is not 'std' or 'range'"),
        (lambda: nrmse84(GOOD, GOOD), r"targets: their shape \(2, 2\) is not \[run, step\] with at least 84 steps"),
        (lambda: nrmse84(np.ones((2, 84)), np.ones((2, 84))), "variance: 0.0 is not a finite number above 0"),
        (lambda: valid_time(GOOD, GOOD, dt=0, lyapunov_exponent=1), "dt: 0 is not a finite number above 0"),
        (lambda: valid_time(GOOD, GOOD, dt=1, lyapunov_exponent=-1), "lyapunov_exponent: -1 is not a finite number"),
        (lambda: valid_time(GOOD, GOOD, dt=1, lyapunov_exponent=1, threshold=0), "threshold: 0 is not a finite"),
        (lambda: valid_time(GOOD, GOOD, dt=1, lyapunov_exponent=1, std=[1, 0]), r"std: \[1, 0\] are not 2 finite"),
        (
            lambda: valid_time(GOOD, GOOD, dt=1, lyapunov_exponent=1, std=[1, 1, 1]),
            r"std: \[1, 1, 1\] are not 2 finite",
        ),
        (lambda: valid_time([[np.nan]], [[1.0]], dt=1, lyapunov_exponent=1), r"targets: nan at \[0, 0\]"),
        (lambda: memory_capacity([[1, 1], [1, 2]], GOOD), "targets: variable 0 is constant"),
        (lambda: information_processing_targets([0.0, 1.5], 1, 0), r"inputs: .* within \[-1, 1\]"),
        (lambda: information_processing_targets([0.0, np.nan], 1, 0), r"inputs: .* within \[-1, 1\]"),
        (lambda: information_processing_targets(np.zeros((3, 2)), 1, 0), r"inputs: of shape \(3, 2\)"),
        (lambda: information_processing_targets([0.0], 0, 0), "degree: 0 is not a whole number of at least 1"),
        (lambda: information_processing_targets([0.0], 1, -1), "max_delay: -1 is not a whole number of at least 0"),
        (lambda: information_processing_targets([0.0], 1, 1), "max_delay: 1 is not below the number of steps, 1"),
        (lambda: kernel_rank([1.0, 2.0]), r"states: of shape \(2,\); they must be finite numbers \[input, unit\]"),
        (lambda: kernel_rank([[np.nan]]), r"states: of shape \(1, 1\); they must be finite"),
        (lambda: kernel_rank(GOOD, tolerance=-0.1), r"tolerance: -0.1 is not within \[0, 1\]"),
        (lambda: generalisation_rank(GOOD, tolerance=2), r"tolerance: 2 is not within \[0, 1\]"),
    ],
)
def test_a_bad_argument_is_named_with_what_was_found(call, message):
    with pytest.raises(ValueError, match=message):
        call()
