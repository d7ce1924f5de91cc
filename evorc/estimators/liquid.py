"""Liquid state machines as scikit-learn estimators."""

from collections.abc import Mapping, Sequence
from typing import Any

from ._driven import Array
from ._liquid import SpikeDriven
from .classifier import ESNClassifier
from .reservoir import ESNRegressor


class LSMRegressor(SpikeDriven, ESNRegressor):
    """Liquid state machine: a column of spiking neurons and a linear readout at the end of every row.

    Rows of `X` are time steps of `width` ms, turned into spikes by an encoder, or numbers of spikes themselves. `fit`,
    `predict` and `score` start every series from rest and carry nothing over.

    Parameters
    ----------
    shape : tuple of int, default=(15, 3, 3)
        The grid of a column.
    n_columns : int, default=1
        Columns side by side.
    length : float, default=2
        lambda of the distance rule.
    scales : tuple of four float, default=(1, 1, 1, 1)
        Factors of the amplitudes of EE, EI, IE and II.
    connections, input_connections : Connections, matrix or None, default=None
        Synapses of the user's own.
    input_density : float, default=0.3
        Share of the neurons that each channel of spikes feeds.
    input_scale : float, default=1
        Factor of the input amplitudes.
    dt : float, default=0.1
        Length of a step, ms.
    dtype : {"float64", "float32"}, default="float64"
        Precision of neurons and synapses.
    network_options : mapping or None, default=None
        Further fields of :class:`evorc.networks.lsm.LSM`, such as ``{"tau_trace": 50.0}``.
    encoder : {"latency", "poisson", "rank_order", "ben_spiker", "threshold", "counts", "spikes"}, default="latency"
        How a row becomes spikes, see :mod:`evorc.networks.encoders`. All but ``"counts"`` scale each channel to [0, 1]
        by the lowest and highest value seen in `fit`; ``"counts"`` takes rows as numbers of spikes. ``"spikes"`` takes
        `X` as a list of pairs (times in ms, channels), one a series.
    encoder_options : mapping or None, default=None
        Options of the encoder. Those of ``"spikes"`` are `n_channels`, and the `duration` of every series in ms; by
        default both are as large as the spikes seen in `fit` ask for.
    width : float, default=20
        How long a row lasts, ms.
    state : {"filtered", "potential", "both"}, default="filtered"
        What the readout sees: filtered spikes, membrane potentials, or both.
    features, include_inputs, alpha, readout, washout, missing_targets, random_state
        As in :class:`ESNRegressor`.

    Attributes
    ----------
    reservoir_ : SpikingReservoir
        The encoder and the drawn liquid.
    readout_ : Readout
        The solved readout.
    n_features_in_ : int
        Channels seen in `fit`.

    References
    ----------
    .. [1] W. Maass, T. Natschlaeger and H. Markram, Neural Computation 14(11), 2002.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(np.arange(300.0) / 8)[:, None]
    >>> model = LSMRegressor(shape=(5, 3, 3), alpha=1e-2, state="both", input_scale=2.0)
    >>> bool(model.fit(series, series[:, 0]).score(series, series[:, 0]) > 0.8)
    True
    """

    feedback_scaling = None

    def __init__(
        self,
        *,
        shape: tuple[int, ...] = (15, 3, 3),
        n_columns: int = 1,
        length: float = 2.0,
        scales: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
        connections: Any = None,
        input_connections: Any = None,
        input_density: float = 0.3,
        input_scale: float = 1.0,
        dt: float = 0.1,
        dtype: str = "float64",
        network_options: Mapping[str, Any] | None = None,
        encoder: str = "latency",
        encoder_options: Mapping[str, Any] | None = None,
        width: float = 20.0,
        state: str = "filtered",
        features: str = "linear",
        include_inputs: bool = False,
        alpha: float | Sequence[float] = 1e-2,
        readout: Any = None,
        washout: int = 0,
        missing_targets: str = "error",
        random_state: Any = 0,
    ) -> None:
        for name, value in locals().items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)

    def generate(self, n_steps: int, **options: Any) -> Array:
        """Refused: the outputs of a liquid are numbers, and it is driven by spikes."""
        raise ValueError("generate: a liquid cannot run on its own outputs")


class LSMClassifier(SpikeDriven, ESNClassifier):
    """Liquid state machine that classifies series, or each step of them.

    Parameters
    ----------
    aggregate, n_directions
        As in :class:`ESNClassifier`; ``"last"`` reads the liquid once, at the end of a series.
    shape, n_columns, length, scales, connections, input_connections, input_density, input_scale, dt, \
dtype, network_options, encoder, encoder_options, width, state, features, include_inputs, alpha, readout, washout, \
random_state
        As in :class:`LSMRegressor`.

    Attributes
    ----------
    classes_ : ndarray
        The labels, sorted.
    reservoir_, readout_, n_features_in_
        As in :class:`LSMRegressor`.

    Examples
    --------
    >>> import numpy as np
    >>> series = [np.sin(speed * np.arange(20.0))[:, None] for speed in (0.3, 0.9) * 10]
    >>> model = LSMClassifier(shape=(5, 3, 3), aggregate="mean", input_scale=2.0).fit(series, ["slow", "fast"] * 10)
    >>> model.predict(series[:2])
    array(['slow', 'fast'], dtype='<U4')

    Series may come as spikes, pairs of times in ms and channels:

    >>> from evorc.networks.spikes import poisson_spikes
    >>> trains = [poisson_spikes(2, 200.0, rate, seed) for seed, rate in enumerate((20.0, 80.0) * 10)]
    >>> model = LSMClassifier(shape=(5, 3, 3), encoder="spikes", encoder_options={"duration": 200.0})
    >>> float(model.fit(trains, ["quiet", "loud"] * 10).score(trains, ["quiet", "loud"] * 10)) > 0.9
    True
    """

    def __init__(
        self,
        *,
        shape: tuple[int, ...] = (15, 3, 3),
        n_columns: int = 1,
        length: float = 2.0,
        scales: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
        connections: Any = None,
        input_connections: Any = None,
        input_density: float = 0.3,
        input_scale: float = 1.0,
        dt: float = 0.1,
        dtype: str = "float64",
        network_options: Mapping[str, Any] | None = None,
        encoder: str = "latency",
        encoder_options: Mapping[str, Any] | None = None,
        width: float = 20.0,
        state: str = "filtered",
        features: str = "linear",
        include_inputs: bool = False,
        aggregate: str = "last",
        n_directions: int = 20,
        alpha: float | Sequence[float] = 1e-2,
        readout: Any = None,
        washout: int = 0,
        random_state: Any = 0,
    ) -> None:
        for name, value in locals().items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)
