"""The error on each row of the readout that was learnt from all others, without learning it anew (Allen 1974: PRESS).

    e_i / (1 - h_i),    h_i = 1/n + sum_k p_ik^2 / (s_k + alpha)

e_i is the error of the readout learnt from all rows and h_i the row's leverage; p_i is the row less the mean, along the
principal directions, and s their sums of squares. Without an intercept 1/n is absent.
"""

from collections.abc import Iterable

import numpy as np

from .accumulator import EPSILON, Accumulator, Spectrum
from .readout import BLOCK, Array


def leave_one_out(kept: Iterable[tuple[Array, Array]], learnt: Accumulator, spectrum: Spectrum, alphas: Array) -> Array:
    """Mean squared error over rows and targets for each alpha; infinite where a row decides alone what is learnt of it.

    Parameters
    ----------
    kept : iterable of (ndarray of shape (n_rows, n_features), ndarray of shape (n_rows, n_targets))
        All rows, in blocks.
    learnt : Accumulator
        The same rows, settled.
    spectrum : Spectrum
        Of `learnt`.
    alphas : ndarray of shape (n_alphas,)
        Each resolved by `spectrum`.
    """
    shares = 1.0 / (spectrum.squares[:, None] + alphas)
    solutions = [spectrum.along(alpha) for alpha in alphas]
    errors = np.zeros(len(alphas))
    for states, targets in _pieces(kept):
        rows, wanted = learnt.centre(states, targets)
        along = rows @ spectrum.directions
        left = 1.0 - learnt.centred / learnt.n_rows - along**2 @ shares
        left[left < len(shares) * EPSILON] = 0.0  # rounding
        for k, solution in enumerate(solutions):
            with np.errstate(divide="ignore", invalid="ignore"):
                residual = (wanted - along @ solution) / left[:, k, None]
            errors[k] += np.sum(residual**2)
    errors[np.isnan(errors)] = np.inf
    mean: Array = errors / (learnt.n_rows * spectrum.projections.shape[1])
    return mean


def _pieces(kept: Iterable[tuple[Array, Array]]) -> Iterable[tuple[Array, Array]]:
    for states, targets in kept:
        for first in range(0, len(states), BLOCK):
            yield states[first : first + BLOCK], targets[first : first + BLOCK]
