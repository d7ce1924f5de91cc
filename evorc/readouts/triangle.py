"""Triangle: R of the QR factors of the rows. Three times the work of moments, for alphas down to 1e-30 of them."""

from typing import Self

import numpy as np
from scipy.linalg import svd
from scipy.linalg.lapack import dtpqrt

from .accumulator import Accumulator, Spectrum, judge
from .readout import Array

PANEL = 32
"""Columns that LAPACK's tpqrt eliminates at a time."""


class Triangle(Accumulator):
    """R = [R_xx, R_xy; 0, R_yy] of the rows, with R'R = S; S is never formed."""

    remedy = "use a larger alpha"

    def least_squares(self, alpha: float) -> Array:
        """By the singular values of R_xx, which are those of the states."""
        spectrum = self.spectrum()
        judge(alpha, spectrum.share(alpha), self.n_features, self.remedy)
        return spectrum.coef(alpha)

    def spectrum(self) -> Spectrum:
        """Of R_xx = U diag(s) V': S_xx = V diag(s^2) V' and V'S_xy = diag(s) U'R_xy."""
        n = self.n_features
        u, s, vt = svd(self.matrix[:n, :n], lapack_driver="gesdd")
        return Spectrum(vt.T, s**2, s[:, None] * (u.T @ self.matrix[:n, n:]), order=0.5)

    def _absorb(self, rows: Array) -> None:
        panel = min(PANEL, rows.shape[1])
        self.matrix = dtpqrt(0, panel, self.matrix, np.asfortranarray(rows), overwrite_a=1, overwrite_b=1)[0]

    def _merge(self, other: Self) -> None:
        self._absorb(other.matrix)

    def _sum_of_squares(self, weights: Array) -> float:
        return float(np.sum((self.matrix @ weights) ** 2))
