"""What all reservoir estimators share: the reservoir's hyper-parameters, and series through it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ..kernels.series import Rows
from ..networks.esn import ESN
from ..networks.reservoir import Reservoir, stacked
from .series import Layout, lay_out

Array = NDArray[Any]
OF_THE_NETWORK = (
    "n_units",
    "spectral_radius",
    "leak_rate",
    "bias_scaling",
    "activation",
    "update",
    "diffusion",
    "noise",
    "topology",
    "topology_options",
    "bias_weights",
    "input_density",
    "dtype",
)


class Driven(BaseEstimator):
    """Base of the reservoir estimators."""

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
        dtype: str = "float64",
        random_state: Any = 0,
    ) -> None:
        self.n_units = n_units
        self.spectral_radius = spectral_radius
        self.leak_rate = leak_rate
        self.input_scaling = input_scaling
        self.bias_scaling = bias_scaling
        self.activation = activation
        self.update = update
        self.diffusion = diffusion
        self.noise = noise
        self.topology = topology
        self.topology_options = topology_options
        self.input_weights = input_weights
        self.bias_weights = bias_weights
        self.input_density = input_density
        self.n_layers = n_layers
        self.inter_scaling = inter_scaling
        self.bidirectional = bidirectional
        self.dtype = dtype
        self.random_state = random_state

    def _series(self, X: Any, lengths: ArrayLike | None, *, reset: bool) -> tuple[Array, Layout]:
        """Checked rows of all series, and how they stand."""
        rows, layout = lay_out(X, lengths)
        checked = validate_data(self, rows, reset=reset, dtype=np.float64, ensure_min_samples=2 if reset else 1)
        if reset and layout.lengths.min() < 2:
            number = int(layout.lengths.argmin())
            raise ValueError(
                f"X: series {number} is a single row (n_samples=1); a series needs at least 2 to learn from"
            )
        return checked, layout

    def _network(self, input_scaling: Any) -> ESN:
        """The network of the first layer, after a look at every hyper-parameter."""
        if not isinstance(self.n_layers, int | np.integer) or isinstance(self.n_layers, bool) or self.n_layers < 1:
            raise ValueError(f"n_layers: {self.n_layers!r} is not a whole number of at least 1")
        settings = {name: getattr(self, name) for name in OF_THE_NETWORK}
        return ESN(**settings, input_scaling=input_scaling, input_weights=self.input_weights, random_state=self._seed())

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer) and not isinstance(self.random_state, bool):
            if self.random_state >= 0:
                return int(self.random_state)
            raise ValueError(f"random_state: {self.random_state!r} is negative; give a whole number of at least 0")
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _scaling(self) -> Any:
        scaling = self.input_scaling
        return scaling if isinstance(scaling, int | float) else tuple(np.atleast_1d(scaling).tolist())

    def _made(self, n_inputs: int, input_scaling: Any) -> Reservoir:
        layers = stacked(self._network(input_scaling), int(self.n_layers), self.inter_scaling)
        made = Reservoir(layers, n_inputs, bidirectional=bool(self.bidirectional))
        _ = made.weights  # drawn now, so that what cannot be drawn is told in fit
        return made

    def _initial(self, initial_state: ArrayLike | None, layout: Layout) -> Array | None:
        """States before the first row of each series."""
        if initial_state is None:
            return None
        width = self.reservoir_.n_states // (2 if self.bidirectional else 1)
        found = np.asarray(initial_state, np.float64)
        shape = (layout.n_series, width)
        if found.shape not in ((width,), shape) or not np.isfinite(found).all():
            raise ValueError(
                f"initial_state: an array of shape {found.shape} is not one of finite numbers of shape {shape}"
            )
        return np.broadcast_to(found, shape)

    def _states(
        self, rows: Array, layout: Layout, initial_state: ArrayLike | None = None, *, noisy: bool = False
    ) -> Iterator[Rows]:
        return self.reservoir_.rows(rows, layout.offsets, self._initial(initial_state, layout), noisy=noisy)

    def final_state(self, X: Any, *, lengths: ArrayLike | None = None, initial_state: ArrayLike | None = None) -> Array:
        """States after the last row of each series, to go on from with `initial_state`.

        Parameters
        ----------
        X, lengths, initial_state
            As in :meth:`fit` and :meth:`predict`.

        Returns
        -------
        ndarray of shape (n_units,) or (n_series, n_units)
            Of the units of all layers; a row a series where there are several.
        """
        check_is_fitted(self)
        rows, layout = self._series(X, lengths, reset=False)
        found = self._last_states(self._driving(rows, layout), layout, initial_state)
        return found[0] if layout.n_series == 1 and layout.form == "rows" else found

    def _driving(self, rows: Array, layout: Layout) -> Array:
        """What drives the reservoir at each row."""
        return rows

    def _last_states(self, rows: Array, layout: Layout, initial_state: ArrayLike | None) -> Array:
        if self.bidirectional:
            raise ValueError("bidirectional: a reservoir that runs both ways has no state to go on from")
        last = layout.offsets[1:] - 1
        found = np.empty((layout.n_series, self.reservoir_.n_states))
        for states, where in self._states(rows, layout, initial_state):
            index = np.arange(where.start, where.stop) if isinstance(where, slice) else where
            ends = np.flatnonzero(np.isin(index, last))
            found[np.searchsorted(last, index[ends])] = states[ends]
        return found
