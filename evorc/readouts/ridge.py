"""Ridge regression on a stream of rows: |Y - X W|^2 + alpha |W|^2 at its least (Tikhonov; Hoerl & Kennard 1970)."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import LinAlgWarning

from .accumulator import Accumulator, Spectrum, lost
from .leave_one_out import leave_one_out
from .moments import Moments
from .readout import Array, Readout, one_of
from .triangle import Triangle

ACCUMULATORS: dict[str, type[Accumulator]] = {"moments": Moments, "qr": Triangle}


class RidgeReadout(Readout):
    """Linear readout with a penalty alpha on the squares of its coefficients, none on its intercept.

    Memory is O(n_features^2) however many rows there are.

    Parameters
    ----------
    alpha : float or sequence of float, default=1e-6
        Penalty, at least 0. Of a sequence the one with the least error is chosen; one decomposition serves them all.
    solver : {"moments", "qr"}, default="moments"
        ``moments`` accumulates the products X'X and X'Y (the normal equations). They cannot resolve what is below
        1e-16 of the largest eigenvalue of X'X: an alpha of about 1e-11 for thousands of rows of a reservoir.
        ``qr`` accumulates the triangular factor of the rows, in three times the time, and resolves 1e-31 of it.
    selection : {"hold_out", "leave_one_out"}, default="hold_out"
        How one alpha of several is chosen. ``hold_out``: by the error on the rows added with ``held_out=True``, which
        are then learnt too; `fit` and `partial_fit` hold out the last fifth of the rows they are given.
        ``leave_one_out``: by the error on each row of the readout that was learnt without it, exactly; this needs
        all rows once more, so **they are kept in memory**. Where the errors of neighbouring steps are alike it takes
        what was learnt by heart for learnt: prefer ``hold_out`` then.
    fit_intercept : bool, default=True
        Whether there is an intercept; if not, it is 0.

    Attributes
    ----------
    coef_, intercept_, n_features_in_, n_targets_
        As in :class:`Readout`.
    alpha_ : float
        Alpha of the solution.
    alphas_ : ndarray of shape (n_alphas,)
        Those to choose from.
    errors_ : ndarray of shape (n_alphas,)
        Mean squared error of each over rows and targets, infinite where alpha is lost in rounding. Only there if there
        was a choice.

    References
    ----------
    .. [1] A. E. Hoerl and R. W. Kennard, Technometrics 12(1), 1970.
    .. [2] G. H. Golub and C. F. Van Loan, Matrix Computations, 4th ed., 2013.
    .. [3] D. M. Allen, Technometrics 16(1), 1974 (leaving one out).

    Examples
    --------
    >>> import numpy as np
    >>> states = np.random.default_rng(0).normal(size=(200, 3))
    >>> readout = RidgeReadout([1e-8, 1e-4, 1.0]).fit(states, states @ [[1.0], [2.0], [0.0]] + 5.0)
    >>> readout.alpha_, readout.intercept_.round(6)
    (1e-08, array([5.]))
    """

    def __init__(
        self,
        alpha: float | Sequence[float] = 1e-6,
        *,
        solver: str = "moments",
        selection: str = "hold_out",
        fit_intercept: bool = True,
    ) -> None:
        self.alpha = alpha
        self.solver = solver
        self.selection = selection
        self.fit_intercept = fit_intercept

    def start(self, n_features: int, n_targets: int) -> None:
        one_of("solver", self.solver, *ACCUMULATORS)
        one_of("selection", self.selection, "hold_out", "leave_one_out")
        alphas = penalties(self.alpha)
        super().start(n_features, n_targets)
        self.alphas_ = alphas
        size = n_features, n_targets, bool(self.fit_intercept)
        self._learnt = ACCUMULATORS[self.solver](*size)
        self._aside = ACCUMULATORS[self.solver](*size) if self._chooses("hold_out") else self._learnt
        self._kept: list[tuple[Array, Array]] = []

    def _chooses(self, selection: str) -> bool:
        return len(self.alphas_) > 1 and self.selection == selection

    def _n_held_out(self, n_rows: int) -> int:
        return min(max(1, n_rows // 5), n_rows - 1) if self._chooses("hold_out") else 0

    def _take(self, states: Array, targets: Array, held_out: bool) -> None:
        (self._aside if held_out else self._learnt).add(states, targets)
        if self._chooses("leave_one_out"):
            self._kept.append((states.copy(), targets.copy()))

    def _solve(self) -> None:
        self._learnt.settle()
        self._aside.settle()
        if self._chooses("hold_out"):
            all_rows, coef = self._solve_held_out()
        elif self._chooses("leave_one_out"):
            all_rows, coef = self._solve_leaving_one_out()
        else:
            self.alpha_ = float(self.alphas_[0])
            all_rows, coef = self._learnt, self._learnt.least_squares(self.alpha_)
        self.coef_ = coef
        self.intercept_ = all_rows.intercept(coef)

    def _solve_held_out(self) -> tuple[Accumulator, Array]:
        """Choose on the rows held out, and solve for all."""
        learnt, aside = self._learnt, self._aside
        if not (learnt.n_rows and aside.n_rows):
            what = "held out to choose by" if learnt.n_rows else "learnt"
            raise ValueError(
                f"alpha: of {len(self.alphas_)} values none can be chosen, since no rows were {what}; "
                "add rows with held_out=True and others without, or give one alpha"
            )
        spectrum = learnt.spectrum()

        def errors(alphas: Array) -> list[float]:
            return [aside.mean_squared_error(spectrum.coef(alpha), learnt) for alpha in alphas]

        self._choose(spectrum, errors)
        all_rows = learnt.joined(aside)
        return all_rows, all_rows.least_squares(self.alpha_)

    def _solve_leaving_one_out(self) -> tuple[Accumulator, Array]:
        """Choose on every row, and solve for all."""
        spectrum = self._learnt.spectrum()
        self._choose(spectrum, lambda alphas: leave_one_out(self._kept, self._learnt, spectrum, alphas))
        return self._learnt, spectrum.coef(self.alpha_)

    def _choose(self, spectrum: Spectrum, errors: Callable[[Array], ArrayLike]) -> None:
        """The alpha of least error; of equals the largest."""
        alphas = self.alphas_
        told = np.array([spectrum.resolves(alpha) for alpha in alphas])
        self.errors_ = np.full(len(alphas), np.inf)
        self.errors_[told] = errors(alphas[told])
        if not np.isfinite(self.errors_).any():
            raise ValueError(f"alpha: none of {len(alphas)} values gives a finite error; add larger ones, or more rows")
        self.alpha_ = float(alphas[np.lexsort((-alphas, self.errors_))[0]])
        unseen = alphas[~told & (alphas > 0.0)]
        if len(unseen) and self.alpha_ == alphas[told].min():
            warnings.warn(lost(unseen.max(), self._learnt.remedy), LinAlgWarning, stacklevel=2)


def penalties(alpha: object) -> Array:
    """One alpha or several as an array, refused if one is negative or not finite."""
    try:
        found = np.atleast_1d(np.asarray(alpha))
    except ValueError:  # rows of different lengths
        found = np.empty(0)
    numbers = found.ndim == 1 and len(found) and found.dtype.kind in "iuf"
    if not numbers or not (np.isfinite(found) & (found >= 0)).all():
        raise ValueError(f"alpha: {alpha!r} is not a finite number of at least 0, nor a sequence of such numbers")
    return found.astype(np.float64)
