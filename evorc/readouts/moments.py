"""Moments: the scatter matrix itself (normal equations). Quick, and blind below 1e-16 of its largest eigenvalue."""

from typing import Self

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigh
from scipy.linalg.blas import dsymm, dsyrk
from scipy.linalg.lapack import dpocon

from .accumulator import EPSILON, Accumulator, Spectrum, judge, lost
from .readout import Array


class Moments(Accumulator):
    """S = [X'X, X'Y; Y'X, Y'Y] of the rows [X, Y], of which the lower triangle is kept (half the work)."""

    remedy = 'use solver="qr", or a larger alpha'

    def least_squares(self, alpha: float) -> Array:
        """(S_xx + alpha I)^-1 S_xy, by Cholesky."""
        n = self.n_features
        penalised = self.matrix[:n, :n].copy(order="F")
        penalised[np.diag_indices(n)] += alpha
        sizes = np.abs(penalised)
        norm = (sizes.sum(axis=0) + sizes.sum(axis=1) - np.diagonal(sizes)).max()
        try:
            factor = cho_factor(penalised, lower=True, overwrite_a=True)
        except LinAlgError as error:
            raise ValueError(lost(alpha, self.remedy)) from error
        condition, _ = dpocon(factor[0], norm, uplo="L")
        judge(alpha, float(np.sqrt(n) * condition), n, self.remedy)  # of sums: about sqrt(n) below that of eigenvalues
        coef: Array = cho_solve(factor, self.matrix[n:, :n].T)
        return coef

    def spectrum(self) -> Spectrum:
        """Of S_xx = V diag(squares) V'."""
        n = self.n_features
        squares, directions = eigh(self.matrix[:n, :n], lower=True, driver="evd")
        return Spectrum(directions, squares, directions.T @ self.matrix[n:, :n].T, order=1.0)

    def _absorb(self, rows: Array) -> None:
        self.matrix = dsyrk(1.0, rows.T, beta=1.0, c=self.matrix, lower=1, overwrite_c=1)

    def _merge(self, other: Self) -> None:
        self.matrix += other.matrix

    def _sum_of_squares(self, weights: Array) -> float:
        """W'SW is a small difference of large products: what it cannot tell from rounding is counted as an error."""
        exact = np.sum(weights * dsymm(1.0, self.matrix, weights, lower=1))
        rounding = EPSILON * np.sum((np.sqrt(np.diagonal(self.matrix)) @ np.abs(weights)) ** 2)
        return float(max(exact, rounding))
