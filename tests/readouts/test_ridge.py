"""The ridge readout against plain least squares, scikit-learn and multiple precision."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from readouts.rows import ALPHAS, assert_solution, both_solvers, rows, vandermonde
from reference.ridge import exact_ridge, ridge
from scipy.linalg import LinAlgWarning
from sklearn.linear_model import Ridge

from evorc.readouts import RidgeReadout


def in_blocks(readout, states, targets, sizes):
    readout.start(states.shape[1], targets.shape[1])
    ends = np.cumsum(sizes)
    for block, values in zip(np.split(states, ends), np.split(targets, ends)):
        if len(block):
            readout.add(block, values)
    readout.solve()
    return readout


@both_solvers
@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 12), st.integers(1, 3)),
    exponent=st.floats(-4.0, 3.0),
    fit_intercept=st.booleans(),
    seed=st.integers(0, 99),
)
def test_the_solution_is_that_of_plain_least_squares(solver, shape, exponent, fit_intercept, seed):
    states, targets = rows(seed, *shape)
    alpha = 10.0**exponent
    readout = RidgeReadout(alpha, solver=solver, fit_intercept=fit_intercept).fit(states, targets)
    assert_solution(readout, ridge(states, targets, alpha, fit_intercept), 1e-7)


@both_solvers
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_solution_is_that_of_scikit_learn(solver, fit_intercept):
    states, targets = rows(0, n_rows=1300)
    readout = RidgeReadout(0.5, solver=solver, fit_intercept=fit_intercept).fit(states, targets)
    other = Ridge(0.5, fit_intercept=fit_intercept, solver="svd").fit(states, targets)
    assert_solution(readout, (other.coef_.T, other.intercept_ * np.ones(2)))
    assert_allclose(readout.predict(states[:5]), other.predict(states[:5]), rtol=1e-9)


@both_solvers
def test_without_a_penalty_it_is_ordinary_least_squares(solver):
    states, targets = rows(1)
    assert_solution(RidgeReadout(0, solver=solver).fit(states, targets), ridge(states, targets, 0.0))


@both_solvers
@given(sizes=st.lists(st.integers(0, 700), max_size=6))
def test_the_sizes_of_blocks_change_no_bit(solver, sizes):
    states, targets = rows(2, n_rows=1500, n_features=3)
    whole = RidgeReadout(1e-3, solver=solver).fit(states, targets)
    split = in_blocks(RidgeReadout(1e-3, solver=solver), states, targets, sizes)
    assert whole.coef_.tobytes() == split.coef_.tobytes()
    assert whole.intercept_.tobytes() == split.intercept_.tobytes()


@both_solvers
def test_solving_midway_changes_only_rounding(solver):
    states, targets = rows(3, n_rows=1100)
    readout = RidgeReadout(1e-3, solver=solver)
    for first in range(0, 1100, 100):
        readout.partial_fit(states[first : first + 100], targets[first : first + 100])
        assert_solution(readout, ridge(states[: first + 100], targets[: first + 100], 1e-3))


@both_solvers
def test_single_precision_rows_are_summed_in_double(solver):
    states, targets = (part.astype(np.float32) for part in rows(4, n_rows=600))
    single = RidgeReadout(1e-3, solver=solver).fit(states, targets)
    double = RidgeReadout(1e-3, solver=solver).fit(states.astype(float), targets.astype(float))
    assert single.coef_.dtype == np.float64
    assert single.coef_.tobytes() == double.coef_.tobytes()


@both_solvers
@pytest.mark.parametrize("offset", [1e6, -1e9])
def test_an_offset_of_the_states_costs_no_digits_but_theirs(solver, offset):
    states, targets = rows(5, n_rows=1300)
    states, targets = states + offset, targets + offset
    readout = RidgeReadout(1e-3, solver=solver).fit(states, targets)
    coef, intercept = ridge(states - offset, targets - offset, 1e-3)  # exact differences
    assert_allclose(readout.coef_, coef, rtol=0, atol=1e-9)
    assert_allclose(readout.predict(states), (states - offset) @ coef + intercept + offset, rtol=1e-14)


@both_solvers
def test_states_that_drift_away_cost_no_digits(solver):
    states, targets = rows(6, n_rows=3000)
    states[600:, 0] += 1e5  # the mean of the first block is no good origin for the others
    readout = RidgeReadout(1e-3, solver=solver).fit(states, targets)
    assert_solution(readout, ridge(states, targets, 1e-3), 1e-8)


@pytest.mark.parametrize("alpha", [1e-20, 1e-18, 1e-12, 1e-6, 1.0])
def test_qr_is_as_good_as_multiple_precision_on_every_scale(alpha):
    states, targets = vandermonde()  # singular values from 1 to 5e-14
    readout = RidgeReadout(alpha, solver="qr").fit(states, targets)
    coef, intercept = exact_ridge(states, targets, alpha)
    assert_solution(readout, (coef, intercept), 1e-5)
    assert_allclose(readout.predict(states), states @ coef + intercept, rtol=0, atol=1e-14 * np.abs(coef).max())


@pytest.mark.parametrize("alpha", [1e-9, 1e-3])
def test_moments_are_good_where_they_do_not_warn(alpha):
    states, targets = vandermonde()
    coef, intercept = exact_ridge(states, targets, alpha)
    outputs = RidgeReadout(alpha).fit(states, targets).predict(states)
    assert_allclose(outputs, states @ coef + intercept, rtol=0, atol=1e-6)


def test_moments_warn_of_a_penalty_that_is_lost_in_rounding():
    states, targets = vandermonde(n_features=12)
    with pytest.warns(LinAlgWarning, match=r'alpha: 1e-18 is lost .*solver="qr"'):
        RidgeReadout(1e-18).fit(states, targets)


def test_moments_that_are_not_positive_are_refused():
    states, targets = vandermonde()
    with pytest.raises(ValueError, match=r'alpha: 1e-30 is lost .*solver="qr"'):
        RidgeReadout(1e-30).fit(np.hstack([states, states]), targets)


def dependent(kind):
    states, targets = rows(7)
    if kind == "a column twice":
        states[:, 3] = states[:, 1]
    elif kind == "a constant column":
        states[:, 3] = 0.1
    elif kind == "a sum of columns":
        states[:, 3] = states[:, 1] + states[:, 2]
    return (states[:5], targets[:5]) if kind == "few rows" else (states, targets)


@both_solvers
@pytest.mark.parametrize("kind", ["a column twice", "a constant column", "a sum of columns", "few rows"])
def test_dependent_states_have_no_solution_without_a_penalty(solver, kind):
    states, targets = dependent(kind)
    with pytest.raises(ValueError, match="alpha: 0 leaves no single solution"):
        RidgeReadout(0.0, solver=solver).fit(states, targets)
    assert_solution(RidgeReadout(1e-3, solver=solver).fit(states, targets), ridge(states, targets, 1e-3), 1e-7)


@both_solvers
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("n_features", "summed"), [(3, 2), (50, 1)])
def test_rounding_does_not_make_dependent_states_independent(solver, seed, n_features, summed):
    states = np.random.default_rng(seed).normal(size=(1000, n_features))
    states[:, -1] = states[:, :summed].sum(axis=1)
    with pytest.raises(ValueError, match="alpha: 0 leaves no single solution"):
        RidgeReadout(0.0, solver=solver).fit(states, states[:, :1])


@both_solvers
def test_states_that_never_change_leave_the_mean_of_the_targets(solver):
    readout = RidgeReadout(1e-6, solver=solver).fit(np.full((9, 2), 0.3), np.arange(9.0)[:, None])
    assert_allclose(readout.coef_, 0.0, atol=1e-12)
    assert_allclose(readout.intercept_, 4.0)


@both_solvers
def test_squares_beyond_the_range_of_numbers_are_refused(solver):
    with pytest.raises(ValueError, match="states: their squares"):
        RidgeReadout(solver=solver).fit(np.array([[1e200], [-1e200]]), np.array([[1.0], [2.0]]))


@both_solvers
def test_memory_does_not_grow_with_rows(solver):
    states, targets = rows(8, n_rows=512, n_features=20)
    readout = RidgeReadout(ALPHAS, solver=solver)
    readout.start(20, 2)
    readout.add(states, targets)
    tracemalloc.start()
    for _ in range(50):
        readout.add(states, targets)
    readout.add(np.tile(states, (50, 1)), np.tile(targets, (50, 1)))
    in_use, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert in_use < 50_000
