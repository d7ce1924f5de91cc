"""Bidirectional associative memory as a scikit-learn estimator."""

import warnings
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags, check_array, check_consistent_length
from sklearn.utils.validation import check_is_fitted, validate_data

from ..networks.bam_energy import energy
from ..networks.bam_memory import Memory
from ..networks.bam_recall import Recalled, recall
from ..networks.bam_rules import RULES
from ..networks.checks import one_of
from ..networks.units import LOW, bipolar, two_valued

Array = NDArray[np.float64]


class BidirectionalMemory(BaseEstimator):
    """Bidirectional associative memory: learns pairs of patterns and recalls either from the other.

    Parameters
    ----------
    rule : {"correlation", "multiple_training", "prlab", "pseudo_inverse"} or callable, default="correlation"
        How it learns: a name, see :mod:`evorc.networks.bam_rules`, or a function of bipolar patterns x and y [pair,
        unit] that gives a :class:`evorc.networks.bam_memory.Memory`.
    units : {"bipolar", "binary"}, default="bipolar"
        Whether patterns are of -1 and 1, or of 0 and 1. Both learn the same.
    binarize : float, optional
        Makes a unit's 1 of values above it and the lower value of all others. None takes nothing but the two values.
    max_steps : int, default=100
        Steps of a recall that does not settle, at least 1.

    Attributes
    ----------
    memory_ : Memory
        Weights of both directions, and thresholds.
    n_features_in_ : int
        Units of the x layer.

    References
    ----------
    B. Kosko, IEEE Trans. Systems, Man, and Cybernetics 18(1), 49, 1988.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.choice([-1, 1], (5, 100)), rng.choice([-1, 1], (5, 60))
    >>> memory = BidirectionalMemory().fit(x, y)
    >>> disturbed = x.copy()
    >>> disturbed[:, :20] = 1
    >>> memory.score(disturbed, y)
    1.0
    >>> np.array_equal(memory.recall_x(y), x)
    True
    """

    def __init__(
        self,
        *,
        rule: str | Callable[[Array, Array], Memory] = "correlation",
        units: str = "bipolar",
        binarize: float | None = None,
        max_steps: int = 100,
    ) -> None:
        self.rule = rule
        self.units = units
        self.binarize = binarize
        self.max_steps = max_steps

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn pairs.

        Parameters
        ----------
        X : array_like of shape (n_pairs, n_features)
            The patterns of the x layer, of the units' two values unless `binarize` makes them so.
        y : array_like of shape (n_pairs, n_units) or (n_pairs,)
            Those of the y layer.

        Returns
        -------
        BidirectionalMemory
            This estimator.

        Raises
        ------
        ValueError
            If a value is none of the two (the message says where), or a parameter is not allowed.

        Warns
        -----
        UserWarning
            If there are more pairs than the rule can hold.
        """
        if not callable(self.rule):
            one_of("rule", self.rule, RULES)
        one_of("units", self.units, LOW)
        given_x, given_y = validate_data(self, X, y, multi_output=True, dtype="numeric")
        states_x = self._states("X", given_x, None)
        states_y = self._states("y", given_y.reshape(len(given_y), -1), None)
        learn = self.rule if callable(self.rule) else RULES[self.rule]
        self.memory_ = learn(bipolar(states_x, self.units), bipolar(states_y, self.units))
        self._flat = given_y.ndim == 1
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Recall the y layer from the x layer.

        Parameters
        ----------
        X : array_like of shape (n_probes, n_features)
            Probes.

        Returns
        -------
        ndarray of shape (n_probes, n_units) or (n_probes,)
            States of the y layer, in the form in which `fit` was given them.

        Warns
        -----
        ConvergenceWarning
            If probes alternate between two states, or had not settled after the last step.
        """
        found = self._given(self._recall(self._probes_x(X), "x").y)
        return found[:, 0] if self._flat else found

    def recall_x(self, y: ArrayLike) -> Array:
        """Recall the x layer from the y layer.

        Parameters
        ----------
        y : array_like of shape (n_probes, n_units) or (n_probes,)
            Probes.

        Returns
        -------
        ndarray of shape (n_probes, n_features)
            States of the x layer.

        Warns
        -----
        ConvergenceWarning
            As :meth:`predict` does.
        """
        return self._given(self._recall(self._probes_y(y), "y").x)

    def score(self, X: ArrayLike, y: ArrayLike) -> float:
        """Share of the probes from which y is recalled without one wrong unit.

        Parameters
        ----------
        X : array_like of shape (n_probes, n_features)
            Probes.
        y : array_like of shape (n_probes, n_units) or (n_probes,)
            What should be recalled.

        Returns
        -------
        float
            From 0 to 1.
        """
        probes, wanted = self._both(X, y)
        return float((self._recall(probes, "x").y == wanted).all(axis=1).mean())

    def energy(self, X: ArrayLike, y: ArrayLike) -> Array:
        """Energy of states of both layers, which recall never raises.

        Parameters
        ----------
        X, y : array_like of shape (n_states, n_features), (n_states, n_units)
            States.

        Returns
        -------
        ndarray of shape (n_states,)
            Of the states as -1 and 1.

        Raises
        ------
        ValueError
            If the rule gives each direction a matrix of its own, as the pseudo-inverse does: there is no energy then.
        """
        return energy(self.memory_, *self._both(X, y))

    def _both(self, X: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        states_x, states_y = self._probes_x(X), self._probes_y(y)
        check_consistent_length(states_x, states_y)
        return states_x, states_y

    def _probes_x(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        given = validate_data(self, X, reset=False, dtype="numeric")
        return bipolar(self._states("X", given, self.n_features_in_), self.units)

    def _probes_y(self, y: ArrayLike) -> Array:
        check_is_fitted(self)
        given = check_array(y, ensure_2d=False, dtype="numeric", input_name="y")
        states = self._states("y", given.reshape(len(given), -1), self.memory_.forward.shape[1])
        return bipolar(states, self.units)

    def _states(self, name: str, given: NDArray[Any], n_units: int | None) -> Array:
        if self.binarize is not None:
            given = np.where(given > self.binarize, 1.0, LOW[self.units])
        return two_valued(name, given, self.units, n_units)

    def _given(self, states: Array) -> Array:
        """Bipolar states with the units' values."""
        return np.where(states > 0, 1.0, LOW[self.units])

    def _recall(self, probes: Array, layer: Any) -> Recalled:
        found = recall(self.memory_, probes, layer=layer, max_steps=self.max_steps)
        told = []
        if (found.steps == -2).any():
            told.append(f"{(found.steps == -2).sum()} of {len(probes)} probes alternate between two states")
        if (found.steps == -1).any():
            unsettled = (found.steps == -1).sum()
            told.append(f"{unsettled} of {len(probes)} had not settled after max_steps = {self.max_steps}")
        if told:
            warnings.warn("recall: " + "; ".join(told), ConvergenceWarning, stacklevel=3)
        return found
