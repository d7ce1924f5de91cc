"""Echo state networks as scikit-learn estimators."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassNamePrefixFeaturesOutMixin, RegressorMixin, TransformerMixin
from sklearn.metrics import r2_score
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from ._driven import Array, Driven
from ._looping import Looping
from .series import Layout, target_rows


class ReservoirTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Driven):
    """States of a reservoir, as features for any scikit-learn estimator.

    Parameters are those of :class:`ESNRegressor` up to `bidirectional`, `dtype` and `random_state`. Noise, if asked
    for, is in all states.

    Attributes
    ----------
    reservoir_ : Reservoir
        The reservoir, drawn in `fit`.
    n_features_in_ : int
        Channels seen in `fit`.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(np.arange(200.0) / 5)[:, None]
    >>> ReservoirTransformer(n_units=20).fit_transform(series).shape
    (200, 20)
    """

    def fit(self, X: Any, y: Any = None, *, lengths: ArrayLike | None = None) -> Self:
        """Draw the reservoir for this number of channels; parameters as in :meth:`ESNRegressor.fit`."""
        rows, _ = self._series(X, lengths, reset=True)
        self.reservoir_ = self._made(rows.shape[1], self._scaling())
        self._n_features_out = self.reservoir_.n_states
        return self

    def fit_transform(
        self, X: Any, y: Any = None, *, lengths: ArrayLike | None = None, initial_state: ArrayLike | None = None
    ) -> Any:
        """:meth:`fit` and :meth:`transform` in one call, with the same series."""
        return self.fit(X, lengths=lengths).transform(X, lengths=lengths, initial_state=initial_state)

    def transform(self, X: Any, *, lengths: ArrayLike | None = None, initial_state: ArrayLike | None = None) -> Any:
        """States after each step, from rest or from `initial_state`.

        Returns
        -------
        ndarray of shape (n_rows, n_units), or in the form of `X`
        """
        check_is_fitted(self)
        rows, layout = self._series(X, lengths, reset=False)
        states = self.reservoir_.states(rows, layout.offsets, self._initial(initial_state, layout))
        return layout.give_back(states)


class ESNRegressor(RegressorMixin, Looping):
    """Echo state network: a fixed reservoir and a linear readout.

    Rows of `X` are time steps. `fit`, `predict` and `score` start every series from rest and carry nothing over.

    Parameters
    ----------
    n_units : int, default=100
        Units of the reservoir, or of each of its layers.
    spectral_radius : float or None, default=0.9
        Largest modulus of an eigenvalue of the recurrent weights. None takes them as they are.
    leak_rate : float, default=1
        Share of its answer in a unit's new state, in (0, 1].
    input_scaling : float or sequence of float, default=1
        Factor of the input weights, one or one a channel.
    bias_scaling : float, default=0
        Factor of the bias weights.
    activation : {"tanh", "linear", "relu", "logistic"}, default="tanh"
        How a unit answers.
    update : {"leaky", "es2n", "euler"}, default="leaky"
        The equation, see :class:`evorc.networks.ESN`.
    diffusion : float, default=0.01
        Damping of an Euler state network.
    noise : float, default=0
        Standard deviation of normal noise on the states while learning.
    topology : str, callable or matrix [source, target], default="erdos_renyi"
        A name in :mod:`evorc.networks.topology`, a function (n_units, rng), or the recurrent weights.
    topology_options : mapping or None, default=None
        Options of the topology, such as ``{"density": 0.1}``.
    input_weights, bias_weights : str or array, default="uniform"
        Distribution of these weights, or the weights [channel, unit] and [unit].
    input_density : float, default=1
        Share of the input weights that are not zero.
    n_layers : int, default=1
        Layers, each driven by the states of the one below; the readout sees all.
    inter_scaling : float, default=1
        Factor of the weights between layers.
    bidirectional : bool, default=False
        Whether the series also run backwards. Then the states of a whole fit are in memory at once.
    features : {"linear", "squares", "half_squares"}, default="linear"
        What the readout sees of a state x, see :class:`evorc.readouts.Features`.
    include_inputs : bool, default=False
        Whether the readout also sees what drives the reservoir.
    alpha : float or sequence of float, default=1e-6
        Penalty of the ridge readout. Of several the best on the last fifth of the rows, or of the series, is taken.
    readout : Readout, scikit-learn estimator or None, default=None
        What is solved; None is ``RidgeReadout(alpha)``.
    washout : int, default=0
        First steps of each series that are not learnt and not scored.
    feedback_scaling : float or None, default=None
        Factor of the weights from the last target back into the reservoir; None has none. Targets are fed back while
        learning, predictions afterwards.
    missing_targets : {"error", "skip"}, default="error"
        What becomes of rows whose target is nan; ``"skip"`` does not learn them.
    dtype : {"float64", "float32"}, default="float64"
        Precision of the reservoir.
    random_state : int, RandomState or None, default=0
        Seed of all that is drawn.

    Attributes
    ----------
    reservoir_ : Reservoir
        The reservoir with its weights.
    readout_ : Readout
        The solved readout.
    n_features_in_ : int
        Channels seen in `fit`.

    References
    ----------
    .. [1] H. Jaeger, The "echo state" approach to analysing and training recurrent neural networks, GMD 148, 2001.
    .. [2] M. Lukosevicius and H. Jaeger, Computer Science Review 3, 2009.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(np.arange(600.0) / 5)
    >>> model = ESNRegressor(n_units=50, washout=50).fit(series[:500, None], series[1:501])
    >>> bool(model.score(series[500:-1, None], series[501:]) > 0.999)
    True
    >>> model.generate(3, warmup=series[:500, None]).shape
    (3,)
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
        alpha: float | Sequence[float] = 1e-6,
        readout: Any = None,
        washout: int = 0,
        feedback_scaling: float | None = None,
        missing_targets: str = "error",
        dtype: str = "float64",
        random_state: Any = 0,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        self.feedback_scaling = given.pop("feedback_scaling")
        self.missing_targets = given.pop("missing_targets")
        super().__init__(**given)

    def fit(self, X: Any, y: Any, *, lengths: ArrayLike | None = None) -> Self:
        """Draw the reservoir and learn the readout.

        Parameters
        ----------
        X : array_like (n_rows, n_channels), array_like (n_series, n_steps, n_channels) or list of array_like
            One series, or several.
        y : array_like (n_rows,) or (n_rows, n_targets), or in the form of `X`
            Targets of every step.
        lengths : array_like of int or None, default=None
            Where a two-dimensional `X` is several series: their lengths, or for every row the length of its series.

        Returns
        -------
        ESNRegressor

        Raises
        ------
        ValueError
            If a value is nan or infinite, shapes do not fit together, or a hyper-parameter is out of range.
        """
        if hasattr(self, "readout_"):
            del self.readout_
        return self.partial_fit(X, y, lengths=lengths)

    def partial_fit(self, X: Any, y: Any, *, lengths: ArrayLike | None = None) -> Self:
        """Learn more series, beside those learnt so far; parameters as in :meth:`fit`. Each starts from rest."""
        new = not hasattr(self, "readout_")
        rows, layout = self._series(X, lengths, reset=new)
        targets = self._targets(y, layout)
        if new:
            self._one_target, width = targets.ndim == 1, targets.reshape(len(rows), -1).shape[1]
            self.reservoir_ = self._made(rows.shape[1] + self._n_fed(width), self._scalings(rows.shape[1], width))
            readout = self._new_readout()
            readout.start(self._n_features(), width)
            self.readout_ = readout
        targets = targets.reshape(len(rows), -1)
        used = self._used(targets, layout)
        driving = self._taught(rows, targets, layout)
        if getattr(self.readout_, "closed_loop", False):
            self._learn_in_the_loop(driving, targets, used, layout)
        else:
            self._learn(driving, targets, used, layout)
        return self

    def predict(self, X: Any, *, lengths: ArrayLike | None = None, initial_state: ArrayLike | None = None) -> Any:
        """Outputs after each step.

        Parameters
        ----------
        X, lengths
            As in :meth:`fit`.
        initial_state : array_like (n_units,) or (n_series, n_units) or None, default=None
            States before the first steps, such as :meth:`final_state` gives. None is rest.

        Returns
        -------
        ndarray of shape (n_rows,) or (n_rows, n_targets), or in the form of `X`
        """
        check_is_fitted(self)
        rows, layout = self._series(X, lengths, reset=False)
        if self.feedback_scaling is None:
            outputs = self._read(rows, layout, initial_state)
        else:
            outputs = self._loop_along(rows, layout, initial_state)
        return layout.give_back(outputs[:, 0] if self._one_target else outputs)

    def score(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None, *, lengths: ArrayLike | None = None
    ) -> float:
        """R^2 of the predictions over all steps after the washout.

        Parameters
        ----------
        X, y, lengths
            As in :meth:`fit`.
        sample_weight : array_like (n_rows,) or in the form of `X`, or None, default=None
            Weight of each step.
        """
        check_is_fitted(self)
        _, layout = self._series(X, lengths, reset=False)
        targets = self._targets(y, layout)
        predicted = target_rows(self.predict(X, lengths=lengths), layout)
        used = (layout.steps >= self._check_washout(layout)) & np.isfinite(targets.reshape(len(targets), -1)).all(
            axis=1
        )
        weights = None if sample_weight is None else np.asarray(target_rows(sample_weight, layout))[used]
        return float(r2_score(targets[used], np.asarray(predicted)[used], sample_weight=weights))

    def generate(
        self,
        n_steps: int,
        *,
        warmup: Any = None,
        warmup_targets: Any = None,
        inputs: Any = None,
        initial_state: ArrayLike | None = None,
    ) -> Array:
        """Let the network run on its own outputs.

        Without feedback, predictions are the next inputs: the targets were the inputs one step ahead, and the first
        value is the prediction after `warmup`. With feedback they are fed back, and `inputs` come from outside.

        Parameters
        ----------
        n_steps : int
            Values to generate, at least 1.
        warmup : series in one of the forms of `X`, or None
            What drives the network first. Several series run on side by side.
        warmup_targets : targets of `warmup`, needed with feedback
            What is fed back meanwhile.
        inputs : array_like (n_steps, n_channels) or (n_series, n_steps, n_channels), needed with feedback
            Inputs of the steps to generate.
        initial_state : array_like (n_units,) or (n_series, n_units) or None, default=None
            States before `warmup`. None is rest.

        Returns
        -------
        ndarray of shape (n_steps,) or (n_steps, n_targets), for several series (n_series, n_steps, ...)
        """
        check_is_fitted(self)
        if not isinstance(n_steps, int | np.integer) or isinstance(n_steps, bool) or n_steps < 1:
            raise ValueError(f"n_steps: {n_steps!r} is not a whole number of at least 1")
        if warmup is None:
            raise ValueError("warmup: None; give a series that drives the network first")
        rows, layout = self._series(warmup, None, reset=False)
        targets = None if warmup_targets is None else self._targets(warmup_targets, layout).reshape(len(rows), -1)
        make = self._generate_next if self.feedback_scaling is None else self._generate_fed
        outputs = make(int(n_steps), rows, layout, targets, inputs, initial_state)
        outputs = outputs[:, :, 0] if self._one_target else outputs
        return outputs[0] if layout.form == "rows" else outputs

    def _used(self, targets: Array, layout: Layout) -> Array:
        """Which rows are learnt: after the washout, with all their targets [row, target]."""
        used: Array = (layout.steps >= self._check_washout(layout)) & np.isfinite(targets).all(axis=1)
        if not used.any():
            raise ValueError(
                f"y: no row is left to learn after the washout of {self.washout} steps and missing targets"
            )
        return used

    def _targets(self, y: Any, layout: Layout) -> Array:
        """Checked targets [row] or [row, target]; nan only where it may be."""
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        if self.missing_targets not in ("error", "skip"):
            raise ValueError(f'missing_targets: {self.missing_targets!r} is not "error" or "skip"')
        finite = True if self.missing_targets == "error" else "allow-nan"
        found: Array = check_array(
            target_rows(y, layout),
            dtype=np.float64,
            ensure_2d=False,
            ensure_all_finite=finite,
            input_name="y",
            estimator=self,
        )
        if found.ndim > 2 or len(found) != layout.offsets[-1]:
            raise ValueError(f"y: shape {found.shape} is not one row for each of the {layout.offsets[-1]} steps of X")
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
