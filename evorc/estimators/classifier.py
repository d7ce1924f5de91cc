"""Classification of series, or of each of their steps, by an echo state network."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ..readouts import Collected
from ._driven import Array
from ._learning import Learning, held_out
from ._model_space import maps, principal
from .series import Layout, target_rows

AGGREGATES = ("last", "mean", "vote", "model_space")


class ESNClassifier(ClassifierMixin, Learning):
    """Echo state network that classifies series, or each step of them.

    With a label for each series (several series in `X`, as many labels) `aggregate` says what is classified; with a
    label for each row every step is. Series may be of any lengths. One series in rows is classified step by step.

    Parameters
    ----------
    aggregate : {"last", "mean", "vote", "model_space"}, default="last"
        ``"last"``: the last state of a series. ``"mean"``: the mean of its states after the washout. ``"vote"``: every
        step is classified, and the most frequent class wins. ``"model_space"``: the linear map that predicts the
        series' next state from its state, on the main axes of all states.
    n_directions : int, default=20
        Axes of the model space.
    readout : Readout, scikit-learn classifier or None, default=None
        None is ``RidgeReadout(alpha)`` on one column a class.
    n_units, spectral_radius, leak_rate, input_scaling, bias_scaling, activation, update, diffusion, noise, topology, \
topology_options, input_weights, bias_weights, input_density, n_layers, inter_scaling, bidirectional, features, \
include_inputs, alpha, washout, dtype, random_state
        As in :class:`ESNRegressor`.

    Attributes
    ----------
    classes_ : ndarray
        The labels, sorted.
    reservoir_, readout_, n_features_in_
        As in :class:`ESNRegressor`.

    References
    ----------
    .. [1] F. M. Bianchi, S. Scardapane, S. Lokse and R. Jenssen, IEEE Transactions on Neural Networks and Learning
       Systems 32(5), 2021 (the model space).

    Examples
    --------
    >>> import numpy as np
    >>> series = [np.sin(speed * np.arange(40.0))[:, None] for speed in (0.3, 0.5, 0.3, 0.5, 0.3, 0.5)]
    >>> model = ESNClassifier(n_units=30, aggregate="mean").fit(series, ["slow", "fast"] * 3)
    >>> model.predict(series[:2])
    array(['slow', 'fast'], dtype='<U4')
    """

    def __init__(
        self,
        n_units: int = 100,
        *,
        spectral_radius: float | None = 0.9,
        leak_rate: float = 1.0,
        input_scaling: float | Sequence[float] = 1.0,
        bias_scaling: float = 0.0,
        activation: str = "tanh",
        update: str = "leaky",
        diffusion: float = 0.01,
        noise: float = 0.0,
        topology: Any = "erdos_renyi",
        topology_options: Mapping[str, Any] | None = None,
        input_weights: Any = "uniform",
        bias_weights: Any = "uniform",
        input_density: float = 1.0,
        n_layers: int = 1,
        inter_scaling: float = 1.0,
        bidirectional: bool = False,
        features: str = "linear",
        include_inputs: bool = False,
        aggregate: str = "last",
        n_directions: int = 20,
        alpha: float | Sequence[float] = 1e-6,
        readout: Any = None,
        washout: int = 0,
        dtype: str = "float64",
        random_state: Any = 0,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        self.aggregate = given.pop("aggregate")
        self.n_directions = given.pop("n_directions")
        super().__init__(**given)

    def fit(self, X: Any, y: Any, *, lengths: ArrayLike | None = None) -> Self:
        """Draw the reservoir and learn the readout.

        Parameters
        ----------
        X, lengths
            As in :meth:`ESNRegressor.fit`.
        y : array_like of labels
            One for each series, or one for each row.

        Returns
        -------
        ESNClassifier
        """
        rows, layout = self._series(X, lengths, reset=True)
        labels = self._labels(y, layout)
        self.classes_, encoded = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y: only one class, {self.classes_[0]!r}; a classifier needs at least two")
        self._by_step = len(labels) != layout.n_series or (layout.n_series == 1 and layout.form == "rows")
        self.reservoir_ = self._made(rows.shape[1], self._scaling())
        self.readout_ = self._new_readout()
        if self._by_step or self.aggregate == "vote":
            of_rows = encoded if self._by_step else encoded[layout.numbers]
            targets = self._encoded(of_rows)
            self.readout_.start(self._n_features(), targets.shape[1])
            self._learn(rows, targets, layout.steps >= self._check_washout(layout), layout)
            return self
        if self.aggregate == "model_space":
            self._axes = principal(self._feature_rows(rows, layout, noisy=True), self._directions())
        summary, targets = self._summary(rows, layout, noisy=True), self._encoded(encoded)
        self.readout_.start(summary.shape[1], targets.shape[1])
        aside = held_out(Layout(np.arange(layout.n_series + 1), "rows"))
        for chosen in (~aside, aside):
            if chosen.any():
                self.readout_.add(summary[chosen], targets[chosen], held_out=bool(aside[chosen][0]))
        self.readout_.solve()
        return self

    def predict_proba(self, X: Any, *, lengths: ArrayLike | None = None) -> Any:
        """Probabilities of the classes, in the order of `classes_`.

        Those of a ridge readout are its outputs, cut off below 0 and scaled to a sum of 1; those of a vote the shares
        of the steps.

        Returns
        -------
        ndarray of shape (n_series, n_classes), or a row for every step in the form of `X`
        """
        check_is_fitted(self)
        rows, layout = self._series(X, lengths, reset=False)
        if self._by_step:
            return layout.give_back(self._shares(self._outputs(rows, layout)))
        if self.aggregate == "vote":
            return self._votes(self._outputs(rows, layout), layout)
        return self._shares(self._probabilities(self._summary(rows, layout)))

    def predict(self, X: Any, *, lengths: ArrayLike | None = None) -> Any:
        """The most probable class of each series, or of each step in the form of `X`."""
        shares = self.predict_proba(X, lengths=lengths)
        if isinstance(shares, list):
            return [self.classes_[part.argmax(axis=1)] for part in shares]
        return self.classes_[shares.argmax(axis=-1)]

    def score(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None, *, lengths: ArrayLike | None = None
    ) -> float:
        """Share of the series, or of the steps after the washout, whose class is right.

        Parameters
        ----------
        X, y, lengths
            As in :meth:`fit`.
        sample_weight : array_like of one weight for each label, or None, default=None
            How much each counts.
        """
        _, layout = self._series(X, lengths, reset=False)
        right = np.asarray(target_rows(self.predict(X, lengths=lengths), layout)) == self._labels(y, layout)
        weights = np.ones(len(right)) if sample_weight is None else np.asarray(target_rows(sample_weight, layout))
        if self._by_step:
            counted = layout.steps >= self._check_washout(layout)
            right, weights = right[counted], weights[counted]
        return float(np.average(right, weights=weights))

    def _labels(self, y: Any, layout: Layout) -> Array:
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        labels = column_or_1d(target_rows(y, layout), warn=True)
        check_classification_targets(labels)
        if len(labels) not in (layout.n_series, layout.offsets[-1]):
            raise ValueError(
                f"y: {len(labels)} labels are neither one for each of the {layout.n_series} series "
                f"nor for each of the {layout.offsets[-1]} steps of X"
            )
        if self.aggregate not in AGGREGATES:
            raise ValueError(f"aggregate: {self.aggregate!r} is not {' or '.join(repr(name) for name in AGGREGATES)}")
        found: Array = labels
        return found

    def _encoded(self, codes: Array) -> Array:
        """One column a class, or the class's number for a scikit-learn classifier."""
        if isinstance(self.readout_, Collected):
            return codes[:, None].astype(float)
        return np.eye(len(self.classes_))[codes]

    def _directions(self) -> int:
        found = self.n_directions
        if not isinstance(found, int | np.integer) or isinstance(found, bool) or found < 1:
            raise ValueError(f"n_directions: {found!r} is not a whole number of at least 1")
        return min(int(found), self._n_features())

    def _summary(self, rows: Array, layout: Layout, *, noisy: bool = False) -> Array:
        """What stands for each series, [series, feature]."""
        if self.aggregate == "model_space":
            return maps(self._feature_rows(rows, layout, noisy=noisy), self._axes, layout)
        washout = 0 if self.aggregate == "last" else self._check_washout(layout)
        chosen = layout.steps >= np.minimum(washout, layout.lengths - 1)[layout.numbers]
        if self.aggregate == "last":
            chosen = layout.steps == layout.lengths[layout.numbers] - 1
        total = np.zeros((layout.n_series, self._n_features()))
        for features, where in self._feature_rows(rows, layout, noisy=noisy):
            here = chosen[where]
            np.add.at(total, layout.numbers[where][here], features[here])
        return total / np.bincount(layout.numbers[chosen], minlength=layout.n_series)[:, None]

    def _probabilities(self, features: Array) -> Array:
        """Outputs [row, class] of the readout."""
        if not isinstance(self.readout_, Collected):
            return self.readout_.predict(features)
        known = self.readout_.estimator_.classes_.astype(int)
        outputs = np.zeros((len(features), len(self.classes_)))
        if hasattr(self.readout_, "predict_proba"):
            outputs[:, known] = self.readout_.predict_proba(features)
        else:
            outputs[np.arange(len(features)), self.readout_.predict(features)[:, 0].astype(int)] = 1.0
        return outputs

    def _outputs(self, rows: Array, layout: Layout) -> Array:
        outputs = np.empty((len(rows), len(self.classes_)))
        for features, where in self._feature_rows(rows, layout):
            outputs[where] = self._probabilities(features)
        return outputs

    def _shares(self, outputs: Array) -> Array:
        """Outputs as shares of one; the largest takes all where none is positive."""
        positive = np.maximum(outputs, 0.0)
        none = positive.sum(axis=1) == 0.0
        positive[none, outputs[none].argmax(axis=1)] = 1.0
        return positive / positive.sum(axis=1, keepdims=True)

    def _votes(self, outputs: Array, layout: Layout) -> Array:
        washout = np.minimum(self._check_washout(layout), layout.lengths - 1)
        counted = layout.steps >= washout[layout.numbers]
        votes = np.zeros((layout.n_series, len(self.classes_)))
        np.add.at(votes, (layout.numbers[counted], outputs[counted].argmax(axis=1)), 1.0)
        return votes / votes.sum(axis=1, keepdims=True)
