"""What is learnt and what is held out, and the score of predictions of it."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier
from sklearn.metrics import accuracy_score
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing

from ..estimators.series import form_of, lay_out, target_rows
from ..estimators.side_by_side import Data

Array = NDArray[Any]


class Validation:
    """A division of series: of one the last share of its rows is held out, of several every so manieth.

    Parameters
    ----------
    X, y, lengths
        As in :meth:`evorc.estimators.ESNRegressor.fit`, or rows of any scikit-learn estimator.
    share : float
        Of what is held out, above 0 and below 1.
    """

    def __init__(self, X: Any, y: Any, lengths: ArrayLike | None, share: float) -> None:
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0.0 < share < 1.0:
            raise ValueError(f"validation: {share!r} is not a share above 0 and below 1")
        self.whole = Data(X, y, lengths)
        self.layout = lay_out(X, lengths)[1]
        self.goes_on = self.layout.n_series == 1 and self.layout.form == "rows"
        n = int(self.layout.offsets[-1]) if self.goes_on else self.layout.n_series
        if n < 2:
            raise ValueError(f"X: {n} {'rows' if self.goes_on else 'series'} cannot be divided; give at least 2")
        if self.goes_on:
            held = np.arange(n) >= n - min(max(1, int(share * n)), n - 1)
        else:
            every = max(2, round(1 / share))
            held = np.arange(n) % every == min(every, n) - 1
        self.learnt, self.unseen = self._part(~held), self._part(held)
        self._unseen_layout = lay_out(self.unseen.X, self.unseen.lengths)[1]

    def predict(self, model: Any) -> Any:
        """What a fitted model predicts for the held out; of one series it is led there through what it has learnt."""
        if self.goes_on:
            return model.predict(self.whole.X)[-int(self._unseen_layout.offsets[-1]) :]
        return model.predict(self.unseen.X, **lengths_of(self.unseen))

    def score(self, model: Any, predicted: Any) -> float:
        """R^2 of predictions after the washout, for a classifier the share that is right."""
        layout = self._unseen_layout
        wanted, found = np.asarray(target_rows(self.unseen.y, layout)), np.asarray(target_rows(predicted, layout))
        counted = np.ones(len(wanted), bool)
        if len(wanted) == layout.offsets[-1] and not self.goes_on:
            last = model[-1] if isinstance(model, Pipeline) else model
            counted = layout.steps >= getattr(last, "washout", 0)
        if is_classifier(model):
            return float(accuracy_score(wanted[counted], found[counted]))
        wanted, found = wanted.reshape(len(wanted), -1), found.reshape(len(found), -1)
        counted &= np.isfinite(wanted).all(axis=1)
        if np.count_nonzero(counted) < 2:
            raise ValueError(
                "validation: fewer than 2 rows are held out and counted; give more rows, or a larger share"
            )
        score = r_squared(wanted[counted], found[counted])
        if not np.isfinite(score):
            raise ValueError("predictions: some are nan, infinite or too large to be squared")
        return score

    def _part(self, chosen: NDArray[np.bool_]) -> Data:
        """Some of the series, or of the rows of the one."""
        X, y, _ = self.whole
        numbers = np.flatnonzero(chosen)
        if self.goes_on or form_of(X) != "rows":
            return Data(_safe_indexing(X, numbers), _safe_indexing(y, numbers))
        rows = np.flatnonzero(chosen[self.layout.numbers])
        of_series = len(y) == self.layout.n_series != len(self.layout.numbers)
        targets = _safe_indexing(y, numbers if of_series else rows)
        return Data(_safe_indexing(X, rows), targets, self.layout.lengths[numbers])


def r_squared(wanted: Array, found: Array) -> float:
    """Coefficient of determination [row, target], the mean over targets, as scikit-learn's `r2_score` but quick.

    A constant target counts as 1 where it is met exactly, else as 0.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        error, spread = ((found - wanted) ** 2).sum(axis=0), ((wanted - wanted.mean(axis=0)) ** 2).sum(axis=0)
        return float(1.0 - np.divide(error, spread, out=(error != 0.0).astype(float), where=spread > 0.0).mean())


def lengths_of(data: Data) -> dict[str, Any]:
    """The keyword that tells a method how rows are cut into series, where they are."""
    return {} if data.lengths is None else {"lengths": data.lengths}
