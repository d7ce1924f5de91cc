"""Reservoirs: one echo state network or a stack of them, driven by series, free running, or in both directions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels import aligned
from ..kernels.drive import LONGEST, SHORTEST, Layer, drive_stack
from ..kernels.generate import Readout, generate
from ..kernels.layout import State, Weights
from ..kernels.series import Rows, rows_of, write_rows
from ..kernels.turn import drive_turned
from .esn import ESN, quiet, rest, side_by_side, spread

ROOM = 1 << 21  # numbers: states of settings that wait for their readouts, 16 MiB

Series = NDArray[Any]  # [row, channel], one series after the other
Offsets = NDArray[np.int64]  # the first row of every series, and the number of rows


class Reservoir:
    """Echo state networks in layers, with their weights.

    Parameters
    ----------
    layers : sequence of ESN
        Each is driven by the states of the one before it.
    n_inputs : int
        Channels that drive the first.
    bidirectional : bool, default=False
        Whether the series also run backwards, through the same weights; the states stand side by side.
    """

    def __init__(self, layers: Sequence[ESN], n_inputs: int, *, bidirectional: bool = False) -> None:
        self.layers, self.n_inputs, self.bidirectional = tuple(layers), n_inputs, bidirectional

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Weights that were stored are mapped into memory read-only by some that load them: take a copy."""
        vars(self).update(state)
        if "weights" in state:
            self.weights = tuple(_owned(part) for part in state["weights"])

    @property
    def n_states(self) -> int:
        """Columns of the states."""
        return sum(layer.n_units for layer in self.layers) * (2 if self.bidirectional else 1)

    @cached_property
    def weights(self) -> tuple[Weights, ...]:
        """One for each layer."""
        widths = [self.n_inputs, *(layer.n_units for layer in self.layers)]
        return tuple(side_by_side([layer], width) for layer, width in zip(self.layers, widths))

    def rows(
        self, series: Series, offsets: Offsets, initial: Series | None = None, *, noisy: bool = True
    ) -> Iterator[Rows]:
        """States [row, unit of all layers] of all series, some rows at a time.

        Parameters
        ----------
        series : ndarray [row, channel]
            The series, one after the other.
        offsets : ndarray of int [series + 1]
            The first row of each, and the number of rows.
        initial : ndarray [series, unit of all layers] or None, default=None
            States before the first row of each series. None is zero.
        noisy : bool, default=True
            Whether the layers' noise is there.
        """
        if self.bidirectional:
            yield Rows(self.states(series, offsets, initial, noisy=noisy), slice(0, len(series)))
        else:
            yield from rows_of(partial(self._stack, initial=initial, noisy=noisy), series, offsets)

    def states(self, series: Series, offsets: Offsets, initial: Series | None = None, *, noisy: bool = True) -> Series:
        """States [row, unit of all layers] of all series at once; parameters as of :meth:`rows`."""
        stack = partial(self._stack, initial=initial, noisy=noisy)
        found = np.empty((len(series), self.n_states), self.layers[0].dtype)
        if not self.bidirectional:
            write_rows(stack, series, offsets, found)
            return found
        half = self.n_states // 2
        there, back = found[:, :half], found[::-1, half:]
        for states, where in rows_of(stack, series, offsets):
            there[where] = states
        for states, where in rows_of(partial(stack, initial=None), series[::-1], len(series) - offsets[::-1]):
            back[where] = states
        return found

    def free_run(self, readout: Readout, inputs: NDArray[Any], initial: Series) -> NDArray[Any]:
        """Outputs [series, time, output] where the readout's own values are the next inputs; without noise.

        Parameters
        ----------
        readout : Readout
            From states to outputs.
        inputs : ndarray [series, time, channel]
            What comes from outside, and in the last channels of the first row what is fed back first.
        initial : ndarray [series, unit of all layers]
            States before the first step.
        """
        stack = self._stack(np.arange(len(inputs)), initial, noisy=False)
        return generate(stack, readout, inputs.transpose(1, 2, 0)).transpose(2, 0, 1)

    def walk(self, inputs: NDArray[Any], initial: Series, *, noisy: bool) -> Iterator[NDArray[Any]]:
        """States [series, unit] after each step through inputs [series, time, channel], read as they are needed."""
        stack = self._stack(np.arange(len(inputs)), initial, noisy)
        for t in range(inputs.shape[1]):
            for outputs in drive_stack(stack, inputs[:, t : t + 1].transpose(1, 2, 0), 1):
                yield outputs[0].T

    def _stack(self, batch: NDArray[np.int64], initial: Series | None, noisy: bool) -> list[Layer]:
        """The layers with one state for each series of the batch."""
        states = [rest(layer, batch.size, batch) for layer in self.layers]
        if initial is not None:
            begin = 0
            for state in states:
                end = begin + len(state.output)
                state.output[...] = initial[batch, begin:end].T
                begin = end
        loud = noisy or not any(layer.noise for layer in self.layers)
        weights = (spread(part if loud else quiet(part), batch.size) for part in self.weights)
        return [Layer(layer.step, *both) for layer, both in zip(self.layers, zip(weights, states))]


def _owned(part: Any) -> Any:
    if isinstance(part, tuple):
        return type(part)(*map(_owned, part))
    return aligned.copy(part) if isinstance(part, np.ndarray) else part


def stacked(network: ESN, n_layers: int, between: float) -> list[ESN]:
    """Layers of equal settings, each drawn anew; those above the first are fed by all units of the one below.

    Their input weights are scaled by `between` over the square root of the number of units, so that a unit's input
    does not grow with it.
    """
    scaling = between / np.sqrt(network.n_units)
    weights = network.input_weights if isinstance(network.input_weights, str) else "uniform"
    above: dict[str, Any] = {"input_scaling": scaling, "input_weights": weights}
    seed = np.atleast_1d(network.random_state).tolist()
    return [network, *(replace(network, random_state=(*seed, k), **above) for k in range(1, n_layers))]


def setting_rows(
    networks: Sequence[ESN],
    series: Series,
    offsets: Offsets,
    *,
    weights: Weights | None = None,
    states: Sequence[State] | None = None,
) -> Iterator[Rows]:
    """States [setting, row, unit] of settings that share one reservoir, some rows of one series at a time.

    They stand in the place of the ones before.

    Parameters
    ----------
    networks : sequence of ESN
        The settings.
    series, offsets
        As in :meth:`Reservoir.rows`.
    weights : Weights or None, default=None
        What :func:`side_by_side` makes of the networks, if that was done before.
    states : sequence of State or None, default=None
        For each series where the settings begin; they end in their states after its last row. None is at rest.
    """
    weights = side_by_side(networks, series.shape[1]) if weights is None else weights
    n, n_units = len(networks), networks[0].n_units
    length = min(max(ROOM // (n * n_units), SHORTEST), LONGEST)
    room = np.empty((n, length, n_units), networks[0].dtype)
    for number, (first, last) in enumerate(pairwise(offsets)):
        state = rest(networks[0], n, [number] * n) if states is None else states[number]
        layer = Layer(networks[0].step, weights, state)
        for begin in range(first, last, length):
            part = series[begin : min(begin + length, last)]
            given = np.broadcast_to(part[:, :, None], (*part.shape, n))
            drive_turned(layer, given, room)
            yield Rows(room[:, : len(part)], slice(begin, begin + len(part)))
