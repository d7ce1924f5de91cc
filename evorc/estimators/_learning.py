"""What the reservoir estimators with a readout share: states to features, and learning in blocks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from ..readouts import Collected, Features, Readout, RidgeReadout
from ._driven import Array, Driven
from .series import Layout

HELD_OUT = 5  # one in so many rows, or series, chooses among several alphas


class Learning(Driven):
    """Base of the reservoir estimators with a readout."""

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
        dtype: str = "float64",
        random_state: Any = 0,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        for name in ("features", "include_inputs", "alpha", "readout", "washout"):
            setattr(self, name, given.pop(name))
        super().__init__(**given)

    def _new_readout(self) -> Readout:
        """A readout that has learnt nothing."""
        if self.readout is None:
            return RidgeReadout(self.alpha)
        return clone(self.readout) if isinstance(self.readout, Readout) else Collected(self.readout)

    def _check_washout(self, layout: Layout) -> int:
        washout = self.washout
        if not isinstance(washout, int | np.integer) or isinstance(washout, bool) or washout < 0:
            raise ValueError(f"washout: {washout!r} is not a whole number of at least 0")
        if layout.lengths.max() <= washout:
            raise ValueError(
                f"washout: {washout} steps leave nothing of the longest series, {layout.lengths.max()} steps"
            )
        return int(washout)

    def _n_features(self) -> int:
        units = Features(self.features).n_features(self.reservoir_.n_states)
        return units + (self.reservoir_.n_inputs if self.include_inputs else 0)

    def _expanded(self, states: Array, driving: Array) -> Array:
        """Features of states, then the inputs if asked for."""
        features = Features(self.features).expand(states)
        return np.concatenate([features, driving], axis=1) if self.include_inputs else features

    def _feature_rows(
        self, driving: Array, layout: Layout, initial_state: ArrayLike | None = None, *, noisy: bool = False
    ) -> Iterator[tuple[Array, Any]]:
        """Features of some rows at a time, and which."""
        for states, where in self._states(driving, layout, initial_state, noisy=noisy):
            yield self._expanded(states, driving[where]), where

    def _learn(self, driving: Array, targets: Array, used: NDArray[np.bool_], layout: Layout) -> None:
        """Add the rows that are used, the last share of them held out, and solve."""
        held = held_out(layout)
        for features, where in self._feature_rows(driving, layout, noisy=True):
            self._add(features, targets[where], used[where], held[where])
        self.readout_.solve()

    def _add(self, features: Array, targets: Array, used: NDArray[np.bool_], held: NDArray[np.bool_]) -> None:
        """Hand the rows that are used to the readout, and those held out as such."""
        for aside in (False, True):
            chosen = used & (held == aside)
            if chosen.all():
                self.readout_.add(features, targets, held_out=aside)
                break
            if chosen.any():
                self.readout_.add(features[chosen], targets[chosen], held_out=aside)

    def _read(self, driving: Array, layout: Layout, initial_state: ArrayLike | None = None) -> Array:
        """Outputs [row, output] of the readout."""
        outputs = np.empty((len(driving), self.readout_.n_targets_))
        for features, where in self._feature_rows(driving, layout, initial_state):
            outputs[where] = self.readout_.predict(features)
        return outputs


def held_out(layout: Layout) -> NDArray[np.bool_]:
    """Every fifth series, since labels often stand in order; of one series the last fifth of its rows."""
    if layout.n_series == 1:
        return layout.steps >= layout.lengths[0] - layout.lengths[0] // HELD_OUT
    return layout.numbers % HELD_OUT == min(HELD_OUT, layout.n_series) - 1
