"""A closed loop without a world: a readout's own values are the next inputs."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import types

from .compiler import first_class, kernel, schedule
from .couple import copy, couple
from .drive import Layer
from .layout import types_of


class Readout(NamedTuple):
    """outputs = intercept + linear x + square x^2 + direct inputs. The last axis of weights is 1: all lanes share."""

    linear: np.ndarray  # [neuron of all layers, output, 1]
    square: np.ndarray  # the same, or with no neurons
    direct: np.ndarray  # [channel, output, 1], or with no channels
    intercept: np.ndarray  # [output, 1]


@kernel
def _repeat(value, target):
    for i in range(target.shape[0]):
        for l in range(target.shape[1]):
            target[i, l] = value[i, 0]


@kernel
def _square(x):
    flat = x.reshape(-1)
    for k in range(flat.size):
        flat[k] *= flat[k]


def _generate(step, weights, states, readout, shown, inputs, outputs):
    """Fill outputs [time, output, lane]; they are written into the last channels of the next step's inputs."""
    fed = inputs.shape[1] - outputs.shape[1]
    for t in range(inputs.shape[0]):
        if t:
            copy(outputs[t - 1], inputs[t, fed:])
        begin = 0
        for k in range(len(weights)):
            step(weights[k], states[k], states[k - 1].output if k else inputs[t])
            end = begin + states[k].output.shape[0]
            copy(states[k].output, shown[begin:end])
            begin = end
        _repeat(readout.intercept, outputs[t])
        couple(readout.linear, shown, outputs[t])
        couple(readout.direct, inputs[t], outputs[t])
        if readout.square.shape[0]:
            _square(shown)
            couple(readout.square, shown, outputs[t])


@cache
def _compiled(dtype: np.dtype, n_layers: int) -> Callable:
    t = types_of(dtype)
    cube = t.scalar[:, :, ::1]
    readout = types.NamedTuple((cube, cube, cube, t.matrix), Readout)
    stack = (types.UniTuple(t.weights, n_layers), types.UniTuple(t.state, n_layers))
    return schedule(_generate, types.void(t.step, *stack, readout, t.matrix, cube, cube))


def generate(stack: Sequence[Layer], readout: Readout, inputs: np.ndarray) -> np.ndarray:
    """Outputs [time, output, lane] of layers of one kind that run on their own readout.

    `inputs` [time, channel, lane] hold the outside's channels, then as many as there are outputs; of these the first
    row is used and the others are filled in.
    """
    dtype, n = stack[0].state.output.dtype, inputs.shape[-1]
    parts = Readout(*(np.ascontiguousarray(part, dtype) for part in readout))
    inputs = np.array(inputs, dtype, order="C")
    outputs = np.empty((len(inputs), len(parts.intercept), n), dtype)
    shown = np.empty((sum(len(layer.state.output) for layer in stack), n), dtype)
    step = first_class(stack[0].step, types_of(dtype).step)
    weights, states = tuple(layer.weights for layer in stack), tuple(layer.state for layer in stack)
    _compiled(dtype, len(stack))(step, weights, states, parts, shown, inputs, outputs)
    return outputs
