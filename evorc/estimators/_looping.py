"""Reservoirs that run on their own outputs: with feedback, while generating, and while FORCE learns."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.generate import Readout as Loop
from ..readouts import Features
from ._driven import Array
from ._learning import Learning
from .series import Layout


class Looping(Learning):
    """Base of estimators whose outputs drive them."""

    feedback_scaling: float | None

    def _n_fed(self, n_targets: int) -> int:
        return 0 if self.feedback_scaling is None else n_targets

    def _scalings(self, n_channels: int, n_targets: int) -> Any:
        """One factor for all channels, or one for each and for each target that is fed back."""
        scaling = self._scaling()
        if self.feedback_scaling is None:
            return scaling
        if isinstance(self.feedback_scaling, bool) or not isinstance(self.feedback_scaling, int | float):
            raise ValueError(f"feedback_scaling: {self.feedback_scaling!r} is neither a number nor None")
        if np.size(scaling) not in (1, n_channels):
            raise ValueError(f"input_scaling: {np.size(scaling)} factors are not one for each of {n_channels} channels")
        return (*np.broadcast_to(scaling, n_channels).tolist(), *[float(self.feedback_scaling)] * n_targets)

    def _taught(self, rows: Array, targets: Array, layout: Layout) -> Array:
        """What drives the reservoir while it learns: with feedback, beside each row the target of the step before."""
        if self.feedback_scaling is None:
            return rows
        if not np.isfinite(targets).all():
            raise ValueError("missing_targets: with feedback every target is needed, since all are fed back")
        return np.concatenate([rows, before(targets, layout)], axis=1)

    def _driving(self, rows: Array, layout: Layout) -> Array:
        if self.feedback_scaling is None:
            return rows
        raise ValueError("final_state: with feedback a state depends on what was fed back; use generate")

    def _loop(self) -> Loop:
        """The readout, as the compiled loop needs it."""
        n_units, coef = self.reservoir_.n_states, self.readout_.coef_
        features = Features(self.features)
        n_features = features.n_features(n_units)
        linear, square = features.split(coef[:n_features], n_units)
        square = square if square.any() else square[:0]
        linear, square, direct = (part[:, :, None] for part in (linear, square, coef[n_features:]))
        return Loop(linear, square, direct, self.readout_.intercept_[:, None])

    def _run(self, inputs: Array, initial: Array) -> Array:
        """Outputs [series, time, output], which are the last channels of the next step's inputs."""
        if hasattr(self.readout_, "coef_"):
            return self.reservoir_.free_run(self._loop(), inputs, initial)

        def predict(t: int, features: Array) -> Array:
            return self.readout_.predict(features)

        return self._walk(inputs, initial, predict, noisy=False)

    def _walk(self, inputs: Array, initial: Array, react: Callable[[int, Array], Array], *, noisy: bool) -> Array:
        """The same step by step, for readouts that are not linear, or that learn meanwhile."""
        inputs, outputs = inputs.copy(), []
        for t, states in enumerate(self.reservoir_.walk(inputs, initial, noisy=noisy)):
            outputs.append(react(t, self._expanded(states, inputs[:, t])))
            if t + 1 < inputs.shape[1]:
                inputs[:, t + 1, inputs.shape[2] - outputs[-1].shape[1] :] = outputs[-1]
        return np.stack(outputs, axis=1)

    def _rest(self, layout: Layout, initial_state: ArrayLike | None) -> Array:
        initial = self._initial(initial_state, layout)
        return np.zeros((layout.n_series, self.reservoir_.n_states)) if initial is None else initial

    def _check_both_ways(self) -> None:
        if self.bidirectional:
            raise ValueError("bidirectional: a reservoir that runs both ways cannot run on its own outputs")

    def _loop_along(self, rows: Array, layout: Layout, initial_state: ArrayLike | None) -> Array:
        """Outputs for series from outside, with the outputs fed back."""
        self._check_both_ways()
        longest = int(layout.lengths.max())
        inputs = np.zeros((layout.n_series, longest, self.reservoir_.n_inputs))
        there = np.arange(longest) < layout.lengths[:, None]
        inputs[there, : rows.shape[1]] = rows
        return self._run(inputs, self._rest(layout, initial_state))[there]

    def _learn_in_the_loop(self, driving: Array, targets: Array, used: NDArray[np.bool_], layout: Layout) -> None:
        """FORCE: the network runs on its own output while the readout learns (Sussillo & Abbott 2009)."""
        self._check_both_ways()
        if self.feedback_scaling is None:
            raise ValueError("readout: it learns in the loop, so feedback_scaling must be a number")
        for number in range(layout.n_series):
            span = slice(*layout.offsets[number : number + 2])
            wanted, learnt = targets[span], used[span]

            def react(t: int, features: Array, wanted: Array = wanted, learnt: Array = learnt) -> Array:
                output: Array = self.readout_.predict(features)
                if learnt[t]:
                    self.readout_.add(features, wanted[t : t + 1])
                return output

            inputs = driving[None, span].copy()
            inputs[:, 1:, driving.shape[1] - targets.shape[1] :] = 0.0
            self._walk(inputs, np.zeros((1, self.reservoir_.n_states)), react, noisy=True)

    def _generate_next(
        self, n: int, rows: Array, layout: Layout, targets: Array | None, inputs: Any, initial_state: ArrayLike | None
    ) -> Array:
        """Predictions are the next inputs."""
        if targets is not None or inputs is not None:
            raise ValueError("warmup_targets, inputs: only a network with feedback_scaling takes them")
        if rows.shape[1] != self.readout_.n_targets_:
            raise ValueError(
                f"generate: {self.readout_.n_targets_} targets cannot be the next {rows.shape[1]} inputs; "
                "fit on targets that are the inputs one step ahead, or set feedback_scaling"
            )
        state = self._last_states(rows, layout, initial_state)
        first = self.readout_.predict(self._expanded(state, rows[layout.offsets[1:] - 1]))
        fed = np.zeros((layout.n_series, n - 1, rows.shape[1]))
        if n == 1:
            return first[:, None]
        fed[:, 0] = first
        return np.concatenate([first[:, None], self._run(fed, state)], axis=1)

    def _generate_fed(
        self, n: int, rows: Array, layout: Layout, targets: Array | None, inputs: Any, initial_state: ArrayLike | None
    ) -> Array:
        """Predictions are fed back beside inputs from outside."""
        self._check_both_ways()
        if targets is None or inputs is None:
            raise ValueError("warmup_targets, inputs: a network with feedback_scaling needs both to generate")
        outside = np.asarray(inputs, np.float64)
        outside = outside[None] if outside.ndim == 2 else outside
        shape = (layout.n_series, n, rows.shape[1])
        if outside.shape != shape or not np.isfinite(outside).all():
            raise ValueError(f"inputs: an array of shape {outside.shape} is not one of finite numbers of shape {shape}")
        taught = np.concatenate([rows, before(targets, layout)], axis=1)
        fed = np.zeros((*shape[:2], targets.shape[1]))
        fed[:, 0] = targets[layout.offsets[1:] - 1]
        return self._run(np.concatenate([outside, fed], axis=2), self._last_states(taught, layout, initial_state))


def before(targets: Array, layout: Layout) -> Array:
    """The target of the step before, zero for the first of each series."""
    shifted = np.roll(targets, 1, axis=0)
    shifted[layout.offsets[:-1]] = 0.0
    return shifted
