"""Associative recall: the same step again and again, until no output changes any more."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import types

from .compiler import first_class, inline, schedule
from .couple import copy
from .layout import State, Weights, types_of

UNSETTLED, CYCLE = -1, -2


class Limits(NamedTuple):
    """When to stop."""

    max_steps: int
    tolerance: float


@inline
def _apart(one, other, l, tolerance):
    """Whether an output of the lane differs; nan differs from all, infinity not from itself."""
    for i in range(one.shape[0]):
        a, b = one[i, l], other[i, l]
        if a != b and not abs(a - b) <= tolerance:
            return True
    return False


@inline
def _restore(held, state, l):
    for k in range(held.memory.shape[0]):
        for i in range(held.memory.shape[1]):
            state.memory[k, i, l] = held.memory[k, i, l]
    for i in range(held.output.shape[0]):
        state.output[i, l] = held.output[i, l]
    for i in range(held.stream.shape[0]):
        state.stream[i, l] = held.stream[i, l]


def _settle(step, weights, state, inputs, limits, held, before, steps):
    """Fill `steps`, at first UNSETTLED; `held` is the state before a step, `before` the output before that one."""
    for t in range(limits.max_steps):
        copy(held.output, before)
        copy(state.memory, held.memory)
        copy(state.output, held.output)
        copy(state.stream, held.stream)
        step(weights, state, inputs)
        running = 0
        for l in range(steps.size):
            if steps[l] != UNSETTLED:
                _restore(held, state, l)
            elif not _apart(state.output, held.output, l, limits.tolerance):
                steps[l] = t
            elif t and not _apart(state.output, before, l, limits.tolerance):
                steps[l] = CYCLE
            else:
                running += 1
        if not running:
            break


@cache
def _compiled(dtype: np.dtype) -> Callable:
    t = types_of(dtype)
    limits = types.NamedTuple((types.int64, t.scalar), Limits)
    return schedule(
        _settle, types.void(t.step, t.weights, t.state, t.matrix, limits, t.state, t.matrix, types.int64[::1])
    )


def settle(
    step: Callable, weights: Weights, state: State, inputs: np.ndarray, max_steps: int, *, tolerance: float = 0.0
) -> np.ndarray:
    """Repeat a step, the inputs held, until no lane's output changes; a lane that is still keeps its state.

    Parameters
    ----------
    step : kernel
        `step(weights, state, inputs)`.
    weights, state
        Of the lanes; the state is advanced in place.
    inputs : array_like of shape (channels, lanes)
        What the network gets at every step.
    max_steps : int
        After so many steps the lanes that still change are left.
    tolerance : float, default=0
        How far an output may go in a step that counts as none.

    Returns
    -------
    ndarray of int64, shape (lanes,)
        How many steps changed a lane's output, 0 where it stood still from the start; -1 where it had not settled; -2
        where it is caught between two outputs, that of the last step and that of the one before.

    Raises
    ------
    ValueError
        If the inputs have another shape.
    """
    dtype, n_lanes = state.output.dtype, state.output.shape[-1]
    given = np.ascontiguousarray(inputs, dtype)
    if given.shape != (len(weights.inputs), n_lanes):
        raise ValueError(f"inputs: their shape {given.shape} is not [{len(weights.inputs)}, {n_lanes}]")
    held = State(*(np.empty_like(part) for part in state))
    steps = np.full(n_lanes, UNSETTLED)
    limits = Limits(max_steps, dtype.type(tolerance))
    ready = first_class(step, types_of(dtype).step)
    _compiled(dtype)(ready, weights, state, given, limits, held, np.empty_like(state.output), steps)
    return steps
