"""Cross-validation that never cuts a series."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import KFold

from ..estimators.series import form_of, lay_out

Indices = NDArray[np.int64]


class SeriesSplit:
    """Folds of whole series, for any of scikit-learn's functions that take ``cv=``.

    Series in a list or in a stack [series, time, channel] are split as they are, into indices of series. Series that
    stand one after the other in rows are split into indices of rows; then scikit-learn must be told to hand `lengths`
    on to the estimator, and to split them with the rows (see the examples).

    Parameters
    ----------
    n_splits : int, default=5
        Folds, from 2 to the number of series.
    lengths : array_like of int or None, default=None
        Of series in rows: the length of each, or for every row the length of its series.
    shuffle : bool, default=False
        Whether the series are put in random order first. If not, each fold is of neighbours.
    random_state : int, RandomState or None, default=None
        Seed of the order.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.model_selection import cross_val_score
    >>> from evorc.estimators import ESNRegressor
    >>> whole = np.sin(np.arange(601.0) / 5)
    >>> series, targets = np.split(whole[:600, None], 6), np.split(whole[1:], 6)
    >>> scores = cross_val_score(ESNRegressor(30, washout=20), series, targets, cv=SeriesSplit(3))
    >>> bool(scores.min() > 0.99)
    True

    The same series in rows, with the length of its series for every row:

    >>> import sklearn
    >>> each = np.full(600, 100)
    >>> with sklearn.config_context(enable_metadata_routing=True):
    ...     model = ESNRegressor(30, washout=20).set_fit_request(lengths=True).set_score_request(lengths=True)
    ...     cv = SeriesSplit(3, lengths=each)
    ...     in_rows = cross_val_score(model, whole[:600, None], whole[1:], cv=cv, params={"lengths": each})
    >>> np.array_equal(scores, in_rows)
    True
    """

    def __init__(
        self, n_splits: int = 5, *, lengths: ArrayLike | None = None, shuffle: bool = False, random_state: Any = None
    ) -> None:
        self.n_splits = n_splits
        self.lengths = lengths
        self.shuffle = shuffle
        self.random_state = random_state

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Indices, Indices]]:
        """Indices of what to learn and of what to test on, fold by fold.

        Parameters
        ----------
        X : list of series, array_like (n_series, n_steps, n_channels), or with `lengths` array_like (n_rows, ...)
            Series.
        y, groups : object, default=None
            Not looked at.

        Raises
        ------
        ValueError
            If there are fewer series than folds, or one alone.
        """
        starts, lengths = self._blocks(X)
        if len(lengths) < 2:
            raise ValueError(
                "X: one series cannot be split into series; give several, or lengths, or a TimeSeriesSplit"
            )
        folds = KFold(self.n_splits, shuffle=self.shuffle, random_state=self.random_state)
        for learnt, tested in folds.split(lengths):
            yield _spans(starts, lengths, learnt), _spans(starts, lengths, tested)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many folds."""
        return self.n_splits

    def _blocks(self, X: Any) -> tuple[Indices, Indices]:
        """The first index of each series and how many it has: one, or its rows."""
        if form_of(X) == "rows":
            layout = lay_out(X, self.lengths)[1]
            return layout.offsets[:-1], layout.lengths
        if self.lengths is not None:
            raise ValueError("lengths: given with several series already apart; leave them out")
        return np.arange(len(X)), np.ones(len(X), np.int64)


def _spans(starts: Indices, lengths: Indices, chosen: Indices) -> Indices:
    return np.concatenate([np.arange(starts[k], starts[k] + lengths[k]) for k in chosen])
