"""Teacher-driven: series in, outputs out, in blocks of time so that memory does not grow with the series."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numba import types

from . import aligned
from .compiler import first_class, schedule
from .layout import Population, State, Weights, types_of


def _drive(step, weights, state, inputs, outputs):
    """Step through inputs [time, channel, lane]; outputs [time, neuron, lane] may have no rows at all."""
    for t in range(inputs.shape[0]):
        step(weights, state, inputs[t])
        if t < outputs.shape[0]:
            outputs[t] = state.output


@cache
def compiled(dtype: np.dtype) -> Callable:
    """The schedule for networks of one precision."""
    t = types_of(dtype)
    cube = t.scalar[:, :, ::1]
    return schedule(_drive, types.void(t.step, t.weights, t.state, cube, cube))


def drive(step: Callable, weights: Weights, state: State, inputs: np.ndarray, block: int = 256) -> Iterator[np.ndarray]:
    """Advance `state` through the series, handing out the outputs of up to `block` steps at a time."""
    dtype, step = _ready(step, weights, state, inputs)
    for first in range(0, len(inputs), block):
        part = np.ascontiguousarray(inputs[first : first + block], dtype)
        outputs = np.empty((len(part), *state.output.shape), dtype)
        compiled(dtype)(step, weights, state, part, outputs)
        yield outputs


def run_through(step: Callable, weights: Weights, state: State, inputs: np.ndarray) -> None:
    """Advance `state` to the end of the series and record nothing."""
    dtype, step = _ready(step, weights, state, inputs)
    part = np.ascontiguousarray(inputs, dtype)
    compiled(dtype)(step, weights, state, part, np.empty((0, *state.output.shape), dtype))


def _ready(step: Callable, weights: Weights, state: State, inputs: np.ndarray) -> tuple[np.dtype, Callable]:
    dtype, expected = state.output.dtype, (len(weights.inputs), state.output.shape[-1])
    if np.shape(inputs)[1:] != expected:
        raise ValueError(f"inputs: their shape {np.shape(inputs)} is not [time, {expected[0]}, {expected[1]}]")
    return dtype, first_class(step, types_of(dtype).step)


def in_lanes(population: Population, dt: float) -> tuple[Weights, State]:
    """Give every individual a lane of its own."""
    turned = (aligned.copy(np.moveaxis(part, 0, -1)) for part in population)
    recurrent, inputs, readout, params, memory, output = turned
    weights = Weights(recurrent, inputs, readout, params, output.dtype.type(dt))
    return weights, State(memory, output, aligned.zeros(output.shape, output.dtype))
