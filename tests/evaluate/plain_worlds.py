"""A scenario in plain Python that a worker finds by import, and ways for it to go wrong.

The world is a list: where the walker is, its steps, and the first motor value, which a genome sets through its bias.
"""

import os
import signal
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from evorc.scenario import Scenario


def start(key):
    return [0.1 * key.trial, 0, 0.0]


def sense(world):
    return (world[0],)


def act(world, motors):
    return [world[0] + motors[0], world[1] + 1, world[2] or motors[0]]


def ended(world):
    return world[0] > 3.0


def score(world):
    return world[0] - 0.25 * world[1]


WALKER = Scenario(
    name="walker",
    start=start,
    sense=sense,
    act=act,
    ended=ended,
    score=score,
    sensors=("x",),
    motors=("step",),
    dt=1.0,
    max_steps=20,
    trials=2,
)
walker = partial(replace, WALKER)


def singled_out(world):
    """Whether this is the individual that a test has marked with a strong bias."""
    return world[2] > 0.999


def raising(world):
    if singled_out(world):
        raise KeyError("no such leg")
    return score(world)


def to_infinity(world):
    return float("inf") if singled_out(world) else score(world)


def to_nan(world):
    return float("nan")


def dying(world):
    if singled_out(world):
        os.kill(os.getpid(), signal.SIGKILL)
    return score(world)


def dying_once(world):
    """Die the first time; the mark is left where the environment says."""
    mark = Path(os.environ["EVORC_TEST_MARK"])
    if singled_out(world) and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return score(world)


def hanging(world):
    if singled_out(world):
        time.sleep(600)
    return score(world)


def hanging_once(world):
    mark = Path(os.environ["EVORC_TEST_MARK"])
    if singled_out(world) and not mark.exists():
        mark.touch()
        time.sleep(600)
    return score(world)
