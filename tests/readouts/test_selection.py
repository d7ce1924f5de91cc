"""How the ridge readout chooses among penalties."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from readouts.rows import ALPHAS, assert_solution, both_solvers, rows, vandermonde
from reference.ridge import ridge
from scipy.linalg import LinAlgWarning
from sklearn.linear_model import RidgeCV

from evorc.readouts import RidgeReadout

PENALTIES = [0.01, 1.0, 30.0, 1000.0]


def left_out(states, targets, alpha, fit_intercept=True):
    """Residual of each row from the readout learnt from all others, by learning it so many times."""
    residuals = []
    for i in range(len(states)):
        coef, intercept = ridge(np.delete(states, i, 0), np.delete(targets, i, 0), alpha, fit_intercept)
        residuals.append(targets[i] - states[i] @ coef - intercept)
    return np.array(residuals)


@both_solvers
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_leaving_one_out_equals_deleting_each_row(solver, fit_intercept):
    states, targets = rows(0, n_rows=30, noise=3.0)
    readout = RidgeReadout(PENALTIES, solver=solver, selection="leave_one_out", fit_intercept=fit_intercept)
    readout.fit(states, targets)
    brute = [np.mean(left_out(states, targets, alpha, fit_intercept) ** 2) for alpha in PENALTIES]
    assert_allclose(readout.errors_, brute, rtol=1e-10)
    assert readout.alpha_ == PENALTIES[np.argmin(brute)]
    assert_solution(readout, ridge(states, targets, readout.alpha_, fit_intercept))


@both_solvers
@pytest.mark.parametrize("noise", [0.1, 10.0, 40.0])
def test_leaving_one_out_chooses_what_scikit_learn_chooses(solver, noise):
    states, targets = rows(1, n_rows=60, noise=noise)
    readout = RidgeReadout(PENALTIES, solver=solver, selection="leave_one_out").fit(states, targets)
    other = RidgeCV(PENALTIES, store_cv_results=True).fit(states, targets)
    assert readout.alpha_ == other.alpha_
    assert_allclose(readout.errors_, other.cv_results_.mean(axis=(0, 1)), rtol=1e-9)


def test_rows_left_out_may_come_in_blocks():
    states, targets = rows(2, n_rows=1300, noise=10.0)
    whole = RidgeReadout(PENALTIES, selection="leave_one_out").fit(states, targets)
    readout = RidgeReadout(PENALTIES, selection="leave_one_out")
    for part in np.array_split(np.arange(1300), 7):
        readout.partial_fit(states[part], targets[part])
    assert_allclose(readout.errors_, whole.errors_, rtol=1e-12)


@both_solvers
@pytest.mark.parametrize("scale", [1.0, 0.0])
def test_a_row_that_decides_alone_cannot_judge(solver, scale):
    states, targets = rows(3, n_rows=20)
    targets *= scale
    states[:, 2] = 0.0
    states[4, 2] = 3e7  # leaving it out leaves nothing to learn this coefficient from
    readout = RidgeReadout([1.0, 1e9], solver=solver, selection="leave_one_out", fit_intercept=False)
    readout.fit(states, targets)
    assert readout.errors_[0] == np.inf > readout.errors_[1]
    assert readout.alpha_ == 1e9
    readout.set_params(alpha=[1e-12, 1.0])
    with pytest.raises(ValueError, match="alpha: none of 2 values gives a finite error"):
        readout.fit(states, targets)


@both_solvers
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_error_on_rows_held_out_is_what_they_show(solver, fit_intercept):
    states, targets = rows(4, n_rows=1500, noise=3.0)
    learnt, held_out = slice(0, 900), slice(900, 1500)
    readout = RidgeReadout(PENALTIES, solver=solver, fit_intercept=fit_intercept)
    readout.start(7, 2)
    readout.add(states[held_out], targets[held_out], held_out=True)
    readout.add(states[learnt], targets[learnt])
    readout.solve()
    for alpha, error in zip(PENALTIES, readout.errors_, strict=True):
        coef, intercept = ridge(states[learnt], targets[learnt], alpha, fit_intercept)
        assert_allclose(error, np.mean((targets[held_out] - states[held_out] @ coef - intercept) ** 2), rtol=1e-9)
    assert readout.alpha_ == PENALTIES[np.argmin(readout.errors_)]
    assert_solution(readout, ridge(states, targets, readout.alpha_, fit_intercept))


@both_solvers
def test_an_offset_changes_no_error_and_no_solution(solver):
    states, targets = rows(5, noise=3.0)
    states, targets = states + 1e6, targets + 1e6
    far = RidgeReadout(PENALTIES, solver=solver).fit(states, targets)
    near = RidgeReadout(PENALTIES, solver=solver).fit(states - 1e6, targets - 1e6)
    assert_allclose(far.errors_, near.errors_, rtol=1e-12)
    assert_allclose(far.coef_, near.coef_, rtol=1e-12)


@both_solvers
def test_fit_holds_out_the_last_fifth(solver):
    states, targets = rows(6, noise=3.0)
    readout = RidgeReadout(PENALTIES, solver=solver)
    readout.start(7, 2)
    readout.add(states[:160], targets[:160])
    readout.add(states[160:], targets[160:], held_out=True)
    readout.solve()
    whole = RidgeReadout(PENALTIES, solver=solver).fit(states, targets)
    assert whole.errors_.tobytes() == readout.errors_.tobytes()
    assert whole.coef_.tobytes() == readout.coef_.tobytes()


def test_rows_held_out_are_learnt_where_there_is_no_choice():
    states, targets = rows(7)
    readout = RidgeReadout(0.1)
    readout.start(7, 2)
    readout.add(states[:50], targets[:50], held_out=True)
    readout.add(states[50:], targets[50:])
    readout.solve()
    assert readout.coef_.tobytes() == RidgeReadout(0.1).fit(states, targets).coef_.tobytes()
    assert readout.alpha_ == 0.1


@pytest.mark.parametrize("held_out", [True, False])
def test_a_choice_needs_rows_of_both_kinds(held_out):
    states, targets = rows(8)
    readout = RidgeReadout(ALPHAS)
    readout.start(7, 2)
    readout.add(states, targets, held_out=held_out)
    with pytest.raises(ValueError, match=r"alpha: of 4 values none can be chosen, since no rows were (held|learnt)"):
        readout.solve()


def test_of_equal_errors_the_largest_penalty_is_chosen():
    states, targets = rows(9)
    readout = RidgeReadout(ALPHAS).fit(states, np.ones_like(targets))
    assert_allclose(readout.errors_, 0.0, atol=1e-15)
    assert readout.alpha_ == max(ALPHAS)


@pytest.mark.parametrize(("solver", "least", "most"), [("moments", 1e-16, 1e-13), ("qr", 0.0, 1e-21)])
def test_no_error_is_claimed_that_is_below_rounding(solver, least, most):
    states, targets = rows(10, noise=0.0)
    readout = RidgeReadout([1e-13, 1e-12, 1e-11, 1e-10, 1e-9], solver=solver).fit(states, targets)
    relative = readout.errors_ / targets.var()
    assert (least < relative).all()
    assert (relative < most).all()


@pytest.mark.parametrize("selection", ["hold_out", "leave_one_out"])
def test_penalties_lost_in_rounding_are_not_chosen_and_said_so(selection):
    states, targets = vandermonde(200)
    order = np.random.default_rng(0).permutation(200)
    wanted = [0.0, 1e-20, 1e-12, 1e-3]
    with pytest.warns(LinAlgWarning, match=r'alpha: 1e-20 is lost .*solver="qr"'):
        readout = RidgeReadout(wanted, selection=selection).fit(states[order], targets[order])
    assert readout.errors_[0] == readout.errors_[1] == np.inf
    assert readout.alpha_ == 1e-12


def test_qr_finds_a_better_penalty_where_moments_are_blind():
    states, targets = vandermonde(200)
    order = np.random.default_rng(0).permutation(200)
    wanted = [1e-20, 1e-18, 1e-15, 1e-12, 1e-9]
    readout = RidgeReadout(wanted, solver="qr").fit(states[order], targets[order])
    assert readout.alpha_ < 1e-12
    assert readout.errors_.min() < 0.1 * readout.errors_[3]
