"""Associative memory as a scikit-learn estimator."""

import warnings
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from ..networks.hopfield_memory import Memory, Recall
from ..networks.hopfield_rules import RULES, warn_of_capacity
from ..networks.units import LOW, bipolar, two_valued

Array = NDArray[np.float64]


class HopfieldMemory(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Hopfield network that learns patterns and recalls them from incomplete or disturbed ones.

    Parameters
    ----------
    rule : {"hebb", "storkey", "pseudo_inverse", "perceptron"} or callable, default="hebb"
        How it learns: a name, or a function of bipolar patterns [pattern, unit] that gives weights [source, target].
    units : {"bipolar", "binary"}, default="bipolar"
        Whether patterns are of -1 and 1, or of 0 and 1. Both learn the same.
    binarize : float, optional
        Makes a unit's 1 of values above it and the lower value of all others. None takes nothing but the two values.
    update : {"asynchronous", "synchronous"} or int, default="asynchronous"
        How many units decide at once: one, all, or a number of them.
    order : {"random", "fixed"}, default="random"
        Whether every sweep goes through the units in a random order of its own.
    temperature : float or array_like, default=0
        Of the units' decisions; or that of each sweep, after which colder ones at 0 follow.
    max_sweeps : int, default=100
        Sweeps of probes that do not settle.
    random_state : int, Generator or None
        Seed of orders and chances. What is drawn for a probe depends on its values, and not on other probes.

    Attributes
    ----------
    memory_ : Memory
        The network, for traces of recall and other ways of it.
    patterns_ : ndarray of shape (n_patterns, n_features)
        As learnt, with the units' values.
    weights_ : ndarray of shape (n_features, n_features)
        w[source, target].
    thresholds_ : ndarray of shape (n_features,)
        Of the units.
    n_features_in_ : int
        Number of units.

    References
    ----------
    J. J. Hopfield, PNAS 79, 2554, 1982.

    Examples
    --------
    >>> patterns = np.sign(np.random.default_rng(0).normal(size=(5, 100)))
    >>> memory = HopfieldMemory(random_state=0).fit(patterns)
    >>> probes = patterns.copy()
    >>> probes[:, :20] = 1
    >>> memory.score(probes, patterns)
    1.0
    >>> memory.transform(probes).round(1).argmax(axis=1).tolist()
    [0, 1, 2, 3, 4]
    """

    def __init__(
        self,
        *,
        rule: str | Callable[[Array], Array] = "hebb",
        units: str = "bipolar",
        binarize: float | None = None,
        update: str | int = "asynchronous",
        order: str = "random",
        temperature: ArrayLike = 0.0,
        max_sweeps: int = 100,
        random_state: int | np.random.Generator | None = None,
    ) -> None:
        self.rule = rule
        self.units = units
        self.binarize = binarize
        self.update = update
        self.order = order
        self.temperature = temperature
        self.max_sweeps = max_sweeps
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: Any = None) -> "HopfieldMemory":
        """Learn patterns.

        Parameters
        ----------
        X : array_like of shape (n_patterns, n_features)
            The patterns, of the units' two values unless `binarize` makes them so.
        y : None
            Not used.

        Returns
        -------
        HopfieldMemory
            This estimator.

        Raises
        ------
        ValueError
            If a value is none of the two (the message says where), or a parameter is not allowed.

        Warns
        -----
        UserWarning
            If there are more patterns than the rule can hold.
        """
        rules = f"one of {', '.join(RULES)}, or a function"
        if not callable(self.rule) and self.rule not in RULES:
            raise ValueError(f"rule: {self.rule!r} is not {rules}")
        patterns = self._states(X, reset=True)
        if not callable(self.rule) and patterns.shape[1] > 1:
            warn_of_capacity(self.rule, *patterns.shape)
        learn = self.rule if callable(self.rule) else RULES[self.rule]
        weights = learn(bipolar(patterns, self.units))
        self.memory_ = Memory(weights, units=self.units, asymmetric=callable(self.rule))
        self.patterns_ = patterns
        self.weights_, self.thresholds_ = self.memory_.weights, self.memory_.thresholds
        self._n_features_out = len(patterns)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """What the probes remind of.

        Parameters
        ----------
        X : array_like of shape (n_probes, n_features)
            Probes.

        Returns
        -------
        ndarray of shape (n_probes, n_features)
            The states in which recall ended.

        Warns
        -----
        ConvergenceWarning
            If probes alternate between two states, or had not settled after the last sweep.
        """
        found = self._recall(self._probes(X))
        self._warn_of_restless(found.sweeps)
        return found.states

    def transform(self, X: ArrayLike) -> Array:
        """Overlap of what is recalled with every pattern.

        Parameters
        ----------
        X : array_like of shape (n_probes, n_features)
            Probes.

        Returns
        -------
        ndarray of shape (n_probes, n_patterns)
            From -1 to 1; 1 where a pattern was recalled whole.
        """
        recalled = bipolar(self.predict(X), self.units)
        overlaps: Array = recalled @ bipolar(self.patterns_, self.units).T / self.n_features_in_
        return overlaps

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Share of the probes that are recalled without one wrong unit.

        Parameters
        ----------
        X : array_like of shape (n_probes, n_features)
            Probes.
        y : array_like of shape (n_probes, n_features) or (n_probes,), optional
            What they should remind of: states, or the numbers of learnt patterns. None is the probes themselves.

        Returns
        -------
        float
            From 0 to 1.
        """
        probes = self._probes(X)
        wanted = probes if y is None else self._wanted(y)
        if wanted.shape != probes.shape:
            raise ValueError(f"y: it is for {len(wanted)} probes, and X has {len(probes)}")
        found = self._recall(probes)
        self._warn_of_restless(found.sweeps)
        return float((found.states == wanted).all(axis=1).mean())

    def energy(self, X: ArrayLike) -> Array:
        """Energy of states.

        Parameters
        ----------
        X : array_like of shape (n_states, n_features)
            States.

        Returns
        -------
        ndarray of shape (n_states,)
            Recall never raises it at temperature 0, unless several units decide at once.
        """
        return self.memory_.energy(self._probes(X))

    def _probes(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        return self._states(X, reset=False)

    def _wanted(self, y: ArrayLike) -> Array:
        if np.ndim(y) != 1:
            return self._probes(y)
        numbers = np.asarray(y)
        if not np.isin(numbers, np.arange(len(self.patterns_))).all():
            raise ValueError(f"y: not all are numbers of patterns, from 0 to {len(self.patterns_) - 1}")
        wanted: Array = self.patterns_[numbers.astype(np.int64)]
        return wanted

    def _states(self, X: ArrayLike, *, reset: bool) -> Array:
        given = validate_data(self, X, reset=reset, dtype="numeric")
        if self.binarize is not None and self.units in LOW:
            given = np.where(given > self.binarize, 1.0, LOW[self.units])
        return two_valued("X", given, self.units)

    def _recall(self, probes: Array) -> Recall:
        return self.memory_.recall(
            probes,
            update=self.update,
            order=self.order,
            temperature=self.temperature,
            max_sweeps=self.max_sweeps,
            names=_names(probes),
            random_state=self.random_state,
        )

    def _warn_of_restless(self, sweeps: NDArray[np.int64]) -> None:
        told = []
        if (sweeps == -2).any():
            told.append(f"{(sweeps == -2).sum()} of {sweeps.size} probes alternate between two states")
        if (sweeps == -1).any() and np.ravel(self.temperature)[-1] == 0:
            told.append(f"{(sweeps == -1).sum()} of {sweeps.size} had not settled after max_sweeps = {self.max_sweeps}")
        if told:
            warnings.warn("recall: " + "; ".join(told), ConvergenceWarning, stacklevel=3)


def _names(probes: Array) -> NDArray[np.int64]:
    """A number for each probe that depends on its values alone."""
    packed = np.packbits(probes > 0, axis=1)
    return np.array([np.frombuffer(blake2b(row, digest_size=8).digest(), np.int64)[0] for row in packed])
