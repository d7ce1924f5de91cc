"""Recall by Hopfield networks of two-valued units: every sweep lets every unit decide once.

A unit's field, the sum that drives it, is kept up to date: a unit that turns adds its row of the matrix to the fields
of all, and one that stays costs nothing. Units decide one by one, in blocks, or all at once.
"""

from typing import NamedTuple

import numpy as np

from ..kernels.compiler import inline, kernel
from ..kernels.random import Key, stream, stream_integer, stream_uniform
from ..kernels.settle import CYCLE, UNSETTLED
from ..kernels.vmath import sigmoid

BEFORE = -2  # no sweep's number, nor that of the one before the first


class Net(NamedTuple):
    """What is recalled from."""

    matrix: np.ndarray  # [source, target]
    thresholds: np.ndarray  # [unit]
    low: float  # the lower of a unit's two values; the other is 1


class Plan(NamedTuple):
    """How and for how long."""

    temperatures: np.ndarray  # [sweep]
    cold_from: int  # no later sweep is warm, and stillness is the end
    block: int  # units that decide at once
    shuffled: bool  # whether every sweep has its own random order
    record_every: int  # decisions


class Work(NamedTuple):
    """Scratch, [unit] each."""

    order: np.ndarray
    pending: np.ndarray  # units of the block that will turn
    turned: np.ndarray  # the last sweep in which a unit turned


@kernel
def name_streams(seed, names, words):
    """The word of every probe's random numbers."""
    for p in range(words.size):
        words[p] = stream(Key(seed, 0, names[p], 0))


@kernel
def relax(net, plan, words, states, fields, trace, work, sweeps):
    """Recall from states [probe, unit], their fields given; trace [probe, moment, unit] may have no moments."""
    for p in range(states.shape[0]):
        sweeps[p] = _relax(net, plan, words[p], states[p], fields[p], trace[p], work)


@kernel
def _relax(net, plan, word, state, field, trace, work):
    """The sweeps that turned a unit; UNSETTLED after the last; CYCLE where one sweep undoes another for ever."""
    n, before = state.size, 0
    for i in range(n):
        work.order[i] = i
        work.turned[i] = BEFORE
    _record(trace, 0, state)
    for t in range(plan.temperatures.size):
        if plan.shuffled:
            _shuffle(work.order, word, t)
        turns, again = _sweep(net, plan, word, t, state, field, trace, work)
        undone = turns == again and again == before and not plan.shuffled
        if t >= plan.cold_from and (turns == 0 or undone):
            for moment in range((t + 1) * n // plan.record_every + 1, trace.shape[0]):
                _record(trace, moment, state)
            return CYCLE if turns else t
        before = turns
    return UNSETTLED


@kernel
def _sweep(net, plan, word, t, state, field, trace, work):
    """How many units turned, and how many of them had done so in the sweep before."""
    n, turns, again = state.size, 0, 0
    for begin in range(0, n, plan.block):
        end, pending = min(begin + plan.block, n), 0
        for k in range(begin, end):
            i = work.order[k]
            if _turns(net, plan.temperatures[t], state[i], field[i] - net.thresholds[i], word, t * n + k):
                work.pending[pending] = i
                pending += 1
        for k in range(pending):
            i = work.pending[k]
            again += work.turned[i] == t - 1
            work.turned[i] = t
            change = net.low + type(net.low)(1) - state[i] - state[i]
            state[i] += change
            _add(change, net.matrix[i], field)
        turns += pending
        moment = (t * n + end) // plan.record_every
        if moment > (t * n + begin) // plan.record_every:
            _record(trace, moment, state)
    return turns, again


@inline
def _turns(net, temperature, s, pull, word, counter):
    """Whether a unit turns: to the side that it is pulled to, if it is not there, or by chance (Glauber 1963)."""
    if temperature == 0:
        return (pull > 0 and s < 1) or (pull < 0 and s == 1)
    chance = sigmoid((1.0 - net.low) * pull / temperature)
    return (stream_uniform(word, counter) < chance) != (s == 1)


@kernel
def _add(change, row, field):
    for k in range(field.size):
        field[k] += change * row[k]


@kernel
def _shuffle(order, word, t):
    """Fisher & Yates."""
    for k in range(order.size - 1, 0, -1):
        j = stream_integer(word, t * order.size + k, k + 1)
        order[k], order[j] = order[j], order[k]


@kernel
def _record(trace, moment, state):
    if moment < trace.shape[0]:
        for i in range(state.size):
            trace[moment, i] = state[i]
