"""What a ridge readout keeps of its rows [states, targets]: their number, their mean, and a matrix of their scatter.

A block of m rows of mean q, after n rows of mean p, adds to the scatter about the mean that of its own rows about q,
and n m / (n + m) (q - p)(q - p)' (Chan, Golub & LeVeque 1983). So the rows of a block less q, with
sqrt(n m / (n + m)) (q - p) beneath them, are absorbed as any rows, and no large sums are subtracted. Means are counted
from the first row of all, so that they keep their digits however far from zero the states are.
"""

import warnings
from abc import ABC, abstractmethod
from copy import deepcopy
from typing import ClassVar, NamedTuple, Self

import numpy as np
from scipy.linalg import LinAlgWarning

from .readout import BLOCK, Array

EPSILON = float(np.finfo(np.float64).eps)


class Spectrum(NamedTuple):
    """The ridge solutions for all alphas: directions @ (projections / (squares + alpha)).

    Parameters
    ----------
    directions : ndarray of shape (n_features, n_features)
        Principal directions of the states, in columns.
    squares : ndarray of shape (n_features,)
        Sums of squares of the states along them.
    projections : ndarray of shape (n_features, n_targets)
        Products of states and targets along them.
    order : float
        Rounding is that of float64 in this power of `squares`: 1, or 1/2 where their roots were found.
    """

    directions: Array
    squares: Array
    projections: Array
    order: float

    def coef(self, alpha: float) -> Array:
        """Solution [features, targets] for one alpha."""
        coef: Array = self.directions @ self.along(alpha)
        return coef

    def along(self, alpha: float) -> Array:
        """The solution in the coordinates of the directions."""
        along: Array = self.projections / (self.squares + alpha)[:, None]
        return along

    def share(self, alpha: float) -> float:
        """Least direction relative to the largest, alpha included, in the power in which rounding counts."""
        least, most = self.squares.min() + alpha, self.squares.max() + alpha
        return float((least / most) ** self.order) if most > 0.0 else 0.0

    def resolves(self, alpha: float) -> bool:
        """Whether the solution for one alpha is more than rounding."""
        return self.share(alpha) >= least_share(alpha, len(self.squares))


class Accumulator(ABC):
    """Rows that were taken in. What it tells is of those that were absorbed: settle it first.

    Rows wait until there is a whole block of them, so that the sizes of the caller's blocks change no bit.

    Parameters
    ----------
    n_features, n_targets : int
        Columns of states and targets.
    centred : bool
        Whether the scatter is about the mean, for an intercept without penalty, or about zero.
    """

    remedy: ClassVar[str]
    """What resolves a smaller alpha."""

    def __init__(self, n_features: int, n_targets: int, centred: bool) -> None:
        width = n_features + n_targets
        self.n_features = n_features
        self.centred = centred
        self.n_rows = 0
        self._origin = np.zeros(width)
        self._mean = np.zeros(width)
        self.matrix = np.zeros((width, width), order="F")
        self._block = np.empty((BLOCK + 1, width))
        self._waiting = 0

    def add(self, states: Array, targets: Array) -> None:
        """Take in rows of any real type."""
        n, done = self.n_features, 0
        if self.centred and not (self.n_rows or self._waiting):
            self._origin[:n], self._origin[n:] = states[0], targets[0]
        while done < len(states):
            taken = min(BLOCK - self._waiting, len(states) - done)
            place = self._block[self._waiting : self._waiting + taken]
            np.subtract(states[done : done + taken], self._origin[:n], out=place[:, :n])
            np.subtract(targets[done : done + taken], self._origin[n:], out=place[:, n:])
            done, self._waiting = done + taken, self._waiting + taken
            if self._waiting == BLOCK:
                self._absorb_waiting()

    def settle(self) -> None:
        """Absorb the rows that wait, before a solution."""
        self._absorb_waiting()
        if not np.abs(self.matrix).max() < 1e150:
            raise ValueError("states: their squares, or the targets', exceed the range of float64; scale them down")

    def joined(self, other: Self) -> Self:
        """A third one, of the rows of both; both are settled."""
        both = deepcopy(self)
        both._merge(other)
        both._absorb(both._moved_to(both._mean_of(other), other.n_rows)[None])
        return both

    def intercept(self, coef: Array) -> Array:
        """Intercept of least error for given coefficients."""
        mean = self._origin + self._mean
        intercept: Array = mean[self.n_features :] - mean[: self.n_features] @ coef
        return intercept

    def centre(self, states: Array, targets: Array) -> tuple[Array, Array]:
        """Rows less the mean."""
        n = self.n_features
        origin, mean = self._origin, self._mean
        return states - origin[:n] - mean[:n], targets - origin[n:] - mean[n:]

    def mean_squared_error(self, coef: Array, learnt: Self) -> float:
        """Of coefficients with the intercept that `learnt` has for them, on the rows of this; at least its rounding."""
        weights = np.vstack([-coef, np.eye(coef.shape[1])])
        shift = (self._mean - self._mean_of(learnt)) @ weights
        return (self._sum_of_squares(weights) / self.n_rows + float(shift @ shift)) / len(shift)

    @abstractmethod
    def least_squares(self, alpha: float) -> Array:
        """Ridge solution [features, targets] for one alpha."""

    @abstractmethod
    def spectrum(self) -> Spectrum:
        """Ridge solutions for all alphas."""

    @abstractmethod
    def _absorb(self, rows: Array) -> None:
        """Add the products of rows that are centred already."""

    @abstractmethod
    def _merge(self, other: Self) -> None:
        """Add the scatter of other rows about their own mean."""

    @abstractmethod
    def _sum_of_squares(self, weights: Array) -> float:
        """Of (centred rows) @ weights."""

    def _absorb_waiting(self) -> None:
        n, self._waiting = self._waiting, 0
        if not n:
            return
        rows = self._block[: n + self.centred]
        if self.centred:
            mean = rows[:n].mean(axis=0)
            rows[:n] -= mean
            rows[n] = self._moved_to(mean, n)
        else:
            self.n_rows += n
        self._absorb(rows)

    def _mean_of(self, other: Self) -> Array:
        """Mean of others' rows from the origin of these."""
        mean: Array = other._mean + (other._origin - self._origin)
        return mean

    def _moved_to(self, mean: Array, n: int) -> Array:
        """Count `n` more rows of this mean; the row that stands for the distance between the means."""
        step, share = mean - self._mean, n / (self.n_rows + n)
        row: Array = np.sqrt(self.n_rows * share) * step
        self._mean += share * step
        self.n_rows += n
        return row


def least_share(alpha: float, n_features: int) -> float:
    """Where rounding begins. Without an alpha a direction must stand clear of it to be there at all."""
    return EPSILON if alpha else 10.0 * n_features * EPSILON


def judge(alpha: float, share: float, n_features: int, remedy: str) -> None:
    """Refuse an alpha of 0 where the states are linearly dependent; warn of an alpha that is lost in rounding."""
    if share >= least_share(alpha, n_features):
        return
    if alpha == 0.0:
        raise ValueError(lost(alpha, remedy))
    warnings.warn(lost(alpha, remedy), LinAlgWarning, stacklevel=2)


def lost(alpha: float, remedy: str) -> str:
    """Why there is no solution, and what to change."""
    if alpha == 0.0:
        return (
            "alpha: 0 leaves no single solution, since the states are linearly dependent, or nearly so; "
            "give an alpha above 0, or more rows than features"
        )
    return f"alpha: {alpha:g} is lost in rounding beside the largest direction of the states; {remedy}"
