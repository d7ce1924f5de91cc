"""Run every episode of a population in a scenario, in lanes."""

from typing import Any, NamedTuple

import numpy as np

from .compiler import first_class
from .layout import Episodes, Lanes, Population, State, Weights, Worlds, types_of
from .random import Key
from .rollout import interpreted, rollout
from .weave import Loops

LANES = 64  # of 32, 64 and 128 the fastest on the double pole (benchmarks/double_pole_steps.py)
NARROW = 8  # lanes below which moving together gains nothing: one AVX-512 register of float64


class Arena(NamedTuple):
    """A scenario, as the schedule needs it."""

    loops: Loops
    compiled: bool
    n_scalars: int  # of a world
    n_elements: int  # of a world's array fields
    n_inputs: int
    gain: float
    shift: float
    trials: int
    max_steps: int


def run_episodes(
    step: Any, arena: Arena, population: Population, dt: float, key: Key, n_lanes: int = LANES
) -> tuple[np.ndarray, np.ndarray]:
    """Scores and steps [individual, trial] of a population. The number of lanes changes the speed and nothing else."""
    n = len(population.output)
    score, steps = np.full((n, arena.trials), np.nan), np.zeros((n, arena.trials), np.int64)
    lanes = _vacant(arena, population, dt, min(n_lanes, score.size))
    types = types_of(population.output.dtype)
    if not arena.compiled:
        episodes = Episodes(key, arena.trials, arena.max_steps, 0, 0, score, steps)
        interpreted(step, *arena.loops, population, lanes, episodes)
        return score, steps
    loops = (
        first_class(f, t) for f, t in zip(arena.loops, (types.start, types.sense, types.act, types.score), strict=True)
    )
    functions = (first_class(step, types.step), *loops)
    advance, waiting, under_way = rollout(population.output.dtype), 0, score.size
    while under_way:
        few = lanes.age.size // 2 if lanes.age.size > NARROW else 0
        under_way = advance(
            *functions, population, lanes, Episodes(key, arena.trials, arena.max_steps, waiting, few, score, steps)
        )
        lanes, waiting = _together(lanes, under_way), score.size
    return score, steps


def _vacant(arena: Arena, population: Population, dt: float, n: int) -> Lanes:
    """Lanes in which nothing runs yet."""
    recurrent, inputs, readout, params, memory, output = (
        np.zeros((*part.shape[1:], n), part.dtype) for part in population
    )
    worlds: Any = [None] * n
    if arena.compiled:
        worlds = Worlds(np.zeros((arena.n_scalars, n)), np.zeros((arena.n_elements, n)), arena.gain, arena.shift)
    return Lanes(
        Weights(recurrent, inputs, readout, params, output.dtype.type(dt)),
        State(memory, output, np.zeros_like(output)),
        worlds,
        np.zeros((arena.n_inputs, n), output.dtype),
        episode=np.full(n, -1),
        age=np.zeros(n, np.int64),
        ended=np.ones(n, np.bool_),
    )


def _together(lanes: Lanes, under_way: int) -> Lanes:
    """The lanes that are still under way, and no more idle ones than a power of two asks for."""
    width = max(NARROW, 1 << (under_way - 1).bit_length())
    keep = np.argsort(lanes.episode < 0, kind="stable")[:width]

    def kept(part: Any) -> Any:
        if isinstance(part, tuple):
            return type(part)(*map(kept, part))  # type: ignore[call-arg]
        return np.ascontiguousarray(part[..., keep]) if isinstance(part, np.ndarray) else part

    return kept(lanes) if under_way else lanes
