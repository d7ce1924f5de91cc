"""Any scikit-learn regressor or classifier as a readout."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from .readout import Array, Readout


def _has_probabilities(readout: "Collected") -> bool:
    return hasattr(getattr(readout, "estimator_", readout.estimator), "predict_proba")


class Collected(Readout):
    """A readout that collects all rows and then fits a scikit-learn estimator to them.

    **All rows are kept in memory**, and there are no `coef_` and `intercept_`. One column of targets is handed to the
    estimator as a vector, as scikit-learn wants it, and comes back as a column.

    Parameters
    ----------
    estimator : estimator
        Regressor or classifier; a clone of it is fitted. A classifier's targets are labels, as numbers.

    Attributes
    ----------
    estimator_ : estimator
        The fitted clone.
    n_features_in_, n_targets_ : int
        As in :class:`Readout`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> states = np.linspace(-1.0, 1.0, 20)[:, None]
    >>> readout = Collected(LogisticRegression()).fit(states, states > 0.0)
    >>> readout.predict([[-0.5], [0.5]]).ravel()
    array([False,  True])
    >>> readout.predict_proba([[0.5]]).shape
    (1, 2)
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def start(self, n_features: int, n_targets: int) -> None:
        if isinstance(self.estimator, type) or not all(hasattr(self.estimator, part) for part in ("fit", "predict")):
            raise ValueError(f"estimator: {self.estimator!r} is not an instance with the methods fit and predict")
        super().start(n_features, n_targets)
        self._kept: list[tuple[Array, Array]] = []

    def predict(self, states: ArrayLike) -> Array:
        """What the estimator predicts for rows of states [rows, features]: an array [rows, targets]."""
        check_is_fitted(self)
        predicted = self.estimator_.predict(self._checked("states", states, self.n_features_in_))
        outputs: Array = np.asarray(predicted).reshape(-1, self.n_targets_)
        return outputs

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, states: ArrayLike) -> Any:
        """What the estimator gives as probabilities of the classes, for rows of states [rows, features]."""
        check_is_fitted(self)
        return self.estimator_.predict_proba(self._checked("states", states, self.n_features_in_))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "estimator_")

    def _take(self, states: Array, targets: Array, held_out: bool) -> None:
        self._kept.append((states.copy(), targets.copy()))

    def _solve(self) -> None:
        states, targets = (np.concatenate(parts) for parts in zip(*self._kept))
        self._kept = [(states, targets)]
        self.estimator_ = clone(self.estimator).fit(states, targets.ravel() if self.n_targets_ == 1 else targets)
