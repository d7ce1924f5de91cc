"""Ridge as plain least squares on more rows, and recursive least squares as the sum that it makes smallest."""

import mpmath
import numpy as np


def ridge(states, targets, alpha, fit_intercept=True):
    """|Y - X W - 1 b'|^2 + alpha |W|^2 at its least: rows sqrt(alpha) I with targets of zero, b without a penalty."""
    n = states.shape[1]
    ones = np.full((len(states), 1), float(fit_intercept))
    rows = np.block([[states, ones], [np.sqrt(alpha) * np.eye(n), np.zeros((n, 1))]])
    solution = np.linalg.lstsq(rows, np.vstack([targets, np.zeros((n, targets.shape[1]))]), rcond=None)[0]
    return solution[:n], solution[n]


def exact_ridge(states, targets, alpha, digits=80):
    """The normal equations with so many digits that their rounding does not matter."""
    n, width = states.shape
    with mpmath.workdps(digits):
        x = mpmath.matrix(np.hstack([states, np.ones((n, 1))]).tolist())
        penalty = mpmath.diag([mpmath.mpf(alpha)] * width + [mpmath.mpf(0)])
        solution = mpmath.lu_solve(x.T * x + penalty, x.T * mpmath.matrix(targets.tolist()))
    solution = np.array(solution.tolist(), dtype=float)
    return solution[:width], solution[width]


def weighted_ridge(states, targets, alpha, forgetting):
    """sum_t forgetting^(n - t) |y_t - W'x_t|^2 + forgetting^n alpha |W|^2 at its least; x ends with a 1."""
    x = np.hstack([states, np.ones((len(states), 1))])
    weights = forgetting ** np.arange(len(x) - 1, -1, -1)[:, None]
    penalty = alpha * forgetting ** len(x) * np.eye(x.shape[1])
    return np.linalg.solve(x.T @ (weights * x) + penalty, x.T @ (weights * targets))
