"""What every readout does: it takes in rows of states and targets, solves for its coefficients, and predicts."""

from abc import ABC, abstractmethod
from numbers import Integral
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

Array = NDArray[np.float64]

BLOCK = 383
"""Rows that are worked on at a time, one less than what OpenBLAS likes best: their mean is one more."""


class Readout(BaseEstimator, ABC):
    """Base of all readouts: y(t) = coef' x(t) + intercept.

    ``start``, any number of ``add``, then ``solve``, and more of ``add`` and ``solve`` as rows come; ``fit`` and
    ``partial_fit`` are these in one call. Rows are consecutive steps, in blocks of any size.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features, n_targets)
        Solution.
    intercept_ : ndarray of shape (n_targets,)
        Solution.
    n_features_in_, n_targets_ : int
        Widths of the rows, as started.
    """

    n_features_in_: int
    n_targets_: int
    coef_: Array
    intercept_: Array

    def start(self, n_features: int, n_targets: int) -> None:
        """Forget everything, and expect rows of these widths.

        Parameters
        ----------
        n_features, n_targets : int
            Columns of states and targets, at least 1.

        Raises
        ------
        ValueError
            If a width or an option is not allowed.
        """
        for name in [name for name in vars(self) if name.endswith("_")]:
            delattr(self, name)
        self.n_features_in_ = whole_number("n_features", n_features, 1)
        self.n_targets_ = whole_number("n_targets", n_targets, 1)
        self._n_rows = 0

    def add(self, states: ArrayLike, targets: ArrayLike, *, held_out: bool = False) -> None:
        """Take in consecutive rows.

        Parameters
        ----------
        states : array_like of shape (n_rows, n_features)
            Finite real numbers.
        targets : array_like of shape (n_rows, n_targets)
            What the readout should give for each of them.
        held_out : bool, default=False
            Whether these rows choose among settings instead of being learnt from. Where there is nothing to choose
            they are learnt as all others.

        Raises
        ------
        ValueError
            If a value is nan or infinite, or a shape is not the one that was started.
        """
        if not hasattr(self, "n_features_in_"):
            raise ValueError("add: nothing was started; call start(n_features, n_targets) first, or fit")
        x, y = self._pair(states, targets)
        self._take(x, y, held_out)
        self._n_rows += len(x)

    def solve(self) -> None:
        """Set ``coef_`` and ``intercept_`` to the solution for all rows so far.

        Raises
        ------
        ValueError
            If there are no rows, or they have no solution.
        """
        if not getattr(self, "_n_rows", 0):
            raise ValueError("solve: there are no rows yet; add at least one")
        self._solve()

    def fit(self, states: ArrayLike, targets: ArrayLike) -> Self:
        """Forget everything, take in all rows, and solve; shapes as in :meth:`add`."""
        states, targets = as_rows("states", states), as_rows("targets", targets)
        self.start(states.shape[1], targets.shape[1])
        return self.partial_fit(states, targets)

    def partial_fit(self, states: ArrayLike, targets: ArrayLike) -> Self:
        """Take in more rows and solve for all so far; shapes as in :meth:`add`."""
        states, targets = as_rows("states", states), as_rows("targets", targets)
        if not hasattr(self, "n_features_in_"):
            self.start(states.shape[1], targets.shape[1])
        x, y = self._pair(states, targets)
        learnt = len(x) - self._n_held_out(len(x))
        self._take(x[:learnt], y[:learnt], False)
        if learnt < len(x):
            self._take(x[learnt:], y[learnt:], True)
        self._n_rows += len(x)
        self.solve()
        return self

    def predict(self, states: ArrayLike) -> Array:
        """Outputs for rows of states.

        Parameters
        ----------
        states : array_like of shape (n_rows, n_features)
            Finite real numbers.

        Returns
        -------
        ndarray of shape (n_rows, n_targets)

        Raises
        ------
        ValueError
            If nothing was solved, a value is nan or infinite, or the width is another than the one started.
        """
        check_is_fitted(self)
        outputs: Array = self._checked("states", states, self.n_features_in_) @ self.coef_ + self.intercept_
        return outputs

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "coef_")

    @abstractmethod
    def _take(self, states: Array, targets: Array, held_out: bool) -> None:
        """Take in rows that were checked; they may be float32, and belong to the caller."""

    @abstractmethod
    def _solve(self) -> None:
        """Solve for all rows so far; there is at least one."""

    def _n_held_out(self, n_rows: int) -> int:
        """How many of the last rows of a call choose among settings, where the caller does not say."""
        return 0

    def _pair(self, states: ArrayLike, targets: ArrayLike) -> tuple[Array, Array]:
        x, y = self._checked("states", states, self.n_features_in_), self._checked("targets", targets, self.n_targets_)
        if len(x) != len(y):
            raise ValueError(f"targets: {len(y)} rows are not one for each of the {len(x)} rows of states")
        return x, y

    def _checked(self, name: str, rows: ArrayLike, width: int) -> Array:
        found = as_rows(name, rows)
        if found.shape[1] != width:
            what = f"{type(self).__name__} was started with {width}"
            raise ValueError(f"{name}: {found.shape[1]} columns, but this {what}; give as many, or call start or fit")
        if not -np.inf < found.min() <= found.max() < np.inf:  # nan is neither
            row, column = (int(k) for k in np.argwhere(~np.isfinite(found))[0])
            value = found[row, column]
            raise ValueError(f"{name}: {value} in row {row}, column {column}; leave such rows out or fill the gap")
        return found


def as_rows(name: str, rows: ArrayLike) -> Array:
    """An array [rows, columns] of real numbers with at least one row, in the precision it came in."""
    found = np.asarray(rows)
    if found.dtype.kind not in "biuf":
        raise ValueError(f"{name}: values of type {found.dtype} are not real numbers; encode them as numbers")
    if found.ndim != 2 or 0 in found.shape:
        raise ValueError(f"{name}: shape {found.shape} is not [rows, columns] with at least one of each")
    return found


def whole_number(name: str, found: object, least: int) -> int:
    """Refuse what is not a whole number of at least `least`."""
    if not isinstance(found, Integral) or isinstance(found, bool) or found < least:
        raise ValueError(f"{name}: {found!r} is not a whole number of at least {least}")
    return int(found)


def one_of(name: str, found: object, *allowed: str) -> None:
    """Refuse what is none of the words allowed."""
    if found not in allowed:
        raise ValueError(f"{name}: {found!r} is not {' or '.join(repr(word) for word in allowed)}")
