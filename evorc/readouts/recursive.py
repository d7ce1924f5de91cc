"""Recursive least squares (Plackett 1950; Haykin, Adaptive Filter Theory): up to date after every row.

    k(t) = P(t-1) x(t) / (forgetting + x(t)' P(t-1) x(t))
    W(t) = W(t-1) + k(t) (y(t) - W(t-1)' x(t))'
    P(t) = (P(t-1) - k(t) x(t)' P(t-1)) / forgetting,    P(0) = I / alpha

x ends with a 1, the feature of the intercept.
"""

from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from ..kernels.compiler import inline, kernel
from .readout import BLOCK, Array, Readout, whole_number


@inline
def multiply(matrix: Array, x: Array, product: Array) -> None:
    """A symmetric matrix by x: whole rows are added, which vectorises without changing the order of a sum."""
    product[:] = 0.0
    for j in range(len(x)):
        for i in range(len(x)):
            product[i] += x[j] * matrix[j, i]


@kernel
def recur(inverse: Array, weights: Array, rows: Array, targets: Array, p: Array, forgetting: float) -> int:
    """Take in rows, and say how many: fewer than there are if x'Px is no longer a positive number. `p` is scratch."""
    for t in range(len(rows)):
        x, total = rows[t], forgetting
        multiply(inverse, x, p)
        for j in range(len(x)):
            total += x[j] * p[j]
        if not 0.5 * forgetting <= total < np.inf:  # x'Px is at least 0, but for rounding
            return t
        for o in range(targets.shape[1]):
            error = targets[t, o]
            for j in range(len(x)):
                error -= x[j] * weights[j, o]
            for j in range(len(x)):
                weights[j, o] += p[j] * (error / total)
        scale = 1.0 / total
        for j in range(len(x)):  # P stays symmetric: p_i p_j is p_j p_i to the bit
            for i in range(len(x)):
                inverse[j, i] = (inverse[j, i] - p[j] * p[i] * scale) * (1.0 / forgetting)
    return len(rows)


class RecursiveLeastSquares(Readout):
    """Linear readout that is up to date after every row, at O(n_features^2) a row.

    With ``forgetting=1`` it is the ridge solution for all rows, except that **the intercept is penalised** like every
    coefficient. Rounding grows with the condition of the states: for an offline fit with a small alpha use
    :class:`RidgeReadout`.

    Parameters
    ----------
    alpha : float, default=1.0
        Penalty, above 0. A small one lets the first rows change the coefficients much.
    forgetting : float, default=1.0
        Weight of a row relative to the next, above 0 and at most 1. Below 1 the penalty is forgotten too, and the
        recursion breaks down where states do not vary in all directions for long.

    Attributes
    ----------
    coef_, intercept_, n_features_in_, n_targets_
        As in :class:`Readout`. `coef_` and `intercept_` are there from `start` on, zero at first.

    References
    ----------
    .. [1] R. L. Plackett, Biometrika 37(1/2), 1950.
    .. [2] S. Haykin, Adaptive Filter Theory, the chapter on recursive least squares.

    Examples
    --------
    >>> import numpy as np
    >>> states = np.random.default_rng(0).normal(size=(200, 2))
    >>> readout = RecursiveLeastSquares(alpha=1e-6)
    >>> readout.start(n_features=2, n_targets=1)
    >>> for state in states:
    ...     readout.update(state, [state[0] - 2.0 * state[1]])
    >>> readout.coef_.ravel().round(6)
    array([ 1., -2.])
    """

    def __init__(self, alpha: float = 1.0, *, forgetting: float = 1.0) -> None:
        self.alpha = alpha
        self.forgetting = forgetting

    def start(self, n_features: int, n_targets: int) -> None:
        if not (isinstance(self.alpha, Real) and 0.0 < self.alpha < np.inf):
            raise ValueError(f"alpha: {self.alpha!r} is not a finite number above 0")
        if not (isinstance(self.forgetting, Real) and 0.0 < self.forgetting <= 1.0):
            raise ValueError(f"forgetting: {self.forgetting!r} is not a number above 0 and at most 1")
        super().start(n_features, n_targets)
        self._inverse: Array = np.eye(n_features + 1) / self.alpha
        self._weights: Array = np.zeros((n_features + 1, n_targets))
        self._solve()

    def update(self, state: ArrayLike, target: ArrayLike) -> None:
        """Take in one row.

        Parameters
        ----------
        state : array_like of shape (n_features,)
        target : array_like of shape (n_targets,)

        Raises
        ------
        ValueError
            As :meth:`add` does.
        """
        self.add(np.reshape(state, (1, -1)), np.reshape(target, (1, -1)))

    def _take(self, states: Array, targets: Array, held_out: bool) -> None:
        for first in range(0, len(states), BLOCK):
            part = states[first : first + BLOCK]
            rows = np.ones((len(part), self.n_features_in_ + 1))
            rows[:, :-1] = part
            wanted = np.array(targets[first : first + BLOCK], np.float64, order="C")
            taken = recur(self._inverse, self._weights, rows, wanted, np.empty(rows.shape[1]), float(self.forgetting))
            if taken < len(part):
                raise ValueError(
                    f"states: in row {first + taken} the recursion has lost its precision; "
                    "scale the states down, or give a larger alpha or forgetting"
                )
        self._solve()

    def _solve(self) -> None:
        self.coef_, self.intercept_ = self._weights[:-1], self._weights[-1]  # views: no copy for every row


class ForceReadout(RecursiveLeastSquares):
    """FORCE learning (Sussillo & Abbott 2009): recursive least squares while the network runs on its own output.

    The recursion is that of :class:`RecursiveLeastSquares`, on every so many-th row. Whoever drives the network feeds
    `predict` back into it instead of the target, from the first step on: `closed_loop` says so.

    Parameters
    ----------
    alpha : float, default=1.0
        Penalty, above 0 and well below the number of features. The smaller, the quicker errors become small; too quick
        a change makes the loop unstable. The authors' values go from 1 to 100.
    every : int, default=1
        Rows from one that is learnt to the next, at least 1; the paper's interval of modification in steps.

    Attributes
    ----------
    closed_loop : bool
        True: learn in the loop.

    References
    ----------
    .. [1] D. Sussillo and L. F. Abbott, Neuron 63(4), 2009, equations 4 to 6.

    Examples
    --------
    >>> import numpy as np
    >>> readout = ForceReadout(every=2)
    >>> readout.start(n_features=3, n_targets=1)
    >>> for state in np.eye(3):
    ...     readout.update(state, [1.0])
    >>> readout.coef_.ravel().round(3)
    array([0.   , 0.333, 0.   ])
    """

    closed_loop = True
    forgetting = 1.0

    def __init__(self, alpha: float = 1.0, *, every: int = 1) -> None:
        self.alpha = alpha
        self.every = every

    def start(self, n_features: int, n_targets: int) -> None:
        whole_number("every", self.every, 1)
        super().start(n_features, n_targets)

    def _take(self, states: Array, targets: Array, held_out: bool) -> None:
        learnt = slice(-(self._n_rows + 1) % self.every, None, self.every)  # counted from 1: every, 2 every, ...
        super()._take(states[learnt], targets[learnt], held_out)
