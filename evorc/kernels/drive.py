"""Teacher-driven: series in, outputs out, in blocks of time so that memory does not grow with the series."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import types

from . import aligned
from .compiler import first_class, schedule
from .couple import copy
from .layout import Population, State, Weights, no_streams, no_structure, types_of

BLOCK_SIZE = 1 << 20  # numbers in a block of outputs: 8 MiB, which the level-3 cache of most CPUs holds
SHORTEST, LONGEST = 16, 512  # steps of a block

CONTIGUOUS = ("C", "W")  # and not read-only, which to Numba is another type


class Layer(NamedTuple):
    """One network of a stack, in which each is driven by the outputs of the one below it."""

    step: Callable
    weights: Weights
    state: State


def _drive(step, weights, state, inputs, outputs):
    """Step through inputs [time, channel, lane]; outputs [time, neuron, lane] may have no rows at all."""
    for t in range(inputs.shape[0]):
        step(weights, state, inputs[t])
        if t < outputs.shape[0]:
            copy(state.output, outputs[t])


@cache
def compiled(dtype: np.dtype) -> Callable:
    """The schedule for networks of one precision."""
    t = types_of(dtype)
    cube = t.scalar[:, :, ::1]
    return schedule(_drive, types.void(t.step, t.weights, t.state, cube, cube))


def drive(step: Callable, weights: Weights, state: State, inputs: np.ndarray, block: int = 256) -> Iterator[np.ndarray]:
    """Advance `state` through the series, handing out the outputs of up to `block` steps at a time."""
    for outputs in drive_stack([Layer(step, weights, state)], inputs, block):
        yield outputs.copy()


def drive_stack(stack: Sequence[Layer], inputs: np.ndarray, block: int) -> Iterator[np.ndarray]:
    """Advance every layer's state, handing out the outputs of all layers, one below the other, [time, neuron, lane].

    Each block stands in the place of the one before: fresh pages would cost as much as the steps of a ring.
    """
    ready = [_ready(layer, np.shape(inputs) if layer is stack[0] else None) for layer in stack]
    rooms = [np.empty((min(block, len(inputs)), *layer.state.output.shape), ready[0][0]) for layer in stack]
    for first in range(0, len(inputs), block):
        part, shown = inputs[first : first + block], []
        for layer, (dtype, step), room in zip(stack, ready, rooms):
            given, part = np.require(part, dtype, CONTIGUOUS), room[: len(part)]
            compiled(dtype)(step, layer.weights, layer.state, given, part)
            shown.append(part)
        yield shown[0] if len(shown) == 1 else np.concatenate(shown, axis=1)


def run_through(
    step: Callable, weights: Weights, state: State, inputs: np.ndarray, outputs: np.ndarray | None = None
) -> None:
    """Advance `state` to the end of the series; into `outputs` [time, neuron, lane], where they are wanted."""
    dtype, first = _ready(Layer(step, weights, state), np.shape(inputs))
    part = np.require(inputs, dtype, CONTIGUOUS)
    compiled(dtype)(
        first, weights, state, part, np.empty((0, *state.output.shape), dtype) if outputs is None else outputs
    )


def _ready(layer: Layer, shape: tuple[int, ...] | None) -> tuple[np.dtype, Callable]:
    output = layer.state.output
    expected = (len(layer.weights.inputs), output.shape[-1])
    if shape is not None and shape[1:] != expected:
        raise ValueError(f"inputs: their shape {shape} is not [time, {expected[0]}, {expected[1]}]")
    return output.dtype, first_class(layer.step, types_of(output.dtype).step)


def block_length(n_neurons: int, n_lanes: int) -> int:
    """Steps whose outputs fit the cache."""
    return min(max(BLOCK_SIZE // (n_neurons * n_lanes), SHORTEST), LONGEST)


def in_lanes(population: Population, dt: float) -> tuple[Weights, State]:
    """Give every individual a lane of its own."""
    turned = (aligned.copy(np.moveaxis(part, 0, -1)) for part in population)
    recurrent, inputs, readout, params, memory, output = turned
    weights = Weights(recurrent, inputs, readout, params, no_structure(), output.dtype.type(dt))
    return weights, State(memory, output, aligned.zeros(output.shape, output.dtype), no_streams(output.shape[-1]))
