"""Teacher-driven lanes, their outputs stored lane after lane, as whoever reads a single lane wants them."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numba import types

from .compiler import first_class, kernel, schedule
from .drive import CONTIGUOUS, Layer
from .layout import types_of
from .series import FEWEST, LANES


@kernel
def turn(source, target, t):
    """target[lane, t, i] = source[i, lane], eight lanes at a time: as many as a cache line holds."""
    neurons, lanes = source.shape
    eights = lanes - lanes % 8
    for l in range(0, eights, 8):
        for i in range(neurons):
            for k in range(l, l + 8):
                target[k, t, i] = source[i, k]
    for l in range(eights, lanes):
        for i in range(neurons):
            target[l, t, i] = source[i, l]


def _drive_turned(step, weights, state, inputs, outputs):
    """Step through inputs [time, channel, lane]; outputs [lane, time, neuron]."""
    for t in range(inputs.shape[0]):
        step(weights, state, inputs[t])
        turn(state.output, outputs, t)


@cache
def _compiled(dtype: np.dtype) -> Callable:
    t = types_of(dtype)
    cube = t.scalar[:, :, ::1]
    return schedule(_drive_turned, types.void(t.step, t.weights, t.state, cube, cube))


def drive_turned(layer: Layer, inputs: np.ndarray, outputs: np.ndarray) -> None:
    """Advance the layer through inputs [time, channel, lane], and fill outputs [lane, time, neuron] from the first."""
    dtype = layer.state.output.dtype
    step = first_class(layer.step, types_of(dtype).step)
    _compiled(dtype)(step, layer.weights, layer.state, np.require(inputs, dtype, CONTIGUOUS), outputs)


def batches_of(n: int) -> list[slice]:
    """Which of `n` settings are lanes together: few run faster one after the other, many in several turns."""
    width = LANES if n >= FEWEST else 1
    return [slice(first, min(first + width, n)) for first in range(0, n, width)]
