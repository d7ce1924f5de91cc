"""A lever that has to be held at a place that wanders: plain Python, slow or faulty on demand."""

import os
import signal
import time
from math import cos
from typing import Literal

from evorc.scenario import HeldOut, Scenario

STEPS = 8
Fault = Literal["none", "raise", "raise in test", "nan", "kill", "hang"]


def scenario(*, pause: float = 0.0, fault: Fault = "none", passing: float | None = None) -> Scenario:
    """The lever; `pause` are seconds a step takes."""

    def start(key):
        return [0.1 * key.trial, 0.0, fault == "raise in test" and key.trial > 1]

    def sense(world):
        return cos(world[0]), 1.0

    def act(world, motors):
        if pause:
            time.sleep(pause)
        if fault == "raise" or world[2]:
            raise ArithmeticError("the lever broke")
        if fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "hang":
            time.sleep(1000.0)
        error = motors[0] - cos(3.0 * world[0])
        return [world[0] + 0.2, world[1] - error * error, world[2]]

    def score(world):
        return float("nan") if fault == "nan" else world[1]

    lever = Scenario(
        name="lever",
        start=start,
        sense=sense,
        act=act,
        ended=lambda world: False,
        score=score,
        sensors=("place", "one"),
        motors=("hand",),
        dt=0.1,
        max_steps=STEPS,
        trials=2,
        passing=passing,
        draw=draw,
    )
    return with_test(lever)


def with_test(lever):
    from dataclasses import replace

    tests = {"longer": HeldOut(scenario=replace(lever, trials=4, passing=-4.0), needed=1)}
    return replace(lever, tests=tests)


def draw(axes, world):
    axes.plot([0.0, cos(world[0])], [0.0, 1.0])
