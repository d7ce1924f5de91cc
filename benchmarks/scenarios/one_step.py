"""A world that ends after its first step: what remains is what handing out costs."""

from typing import NamedTuple

from numba import njit

from evorc.scenario import Scenario

CHANNELS = 9  # with nine hidden neurons and one motor, a feedforward network has 100 genes


class World(NamedTuple):
    moved: float


@njit
def start(key):
    return World(0.0)


@njit
def sense(world):
    return (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


@njit
def act(world, motors):
    return World(motors[0])


@njit
def ended(world):
    return True


@njit
def score(world):
    return world.moved


def scenario() -> Scenario:
    return Scenario(
        name="one_step",
        world=World,
        start=start,
        sense=sense,
        act=act,
        ended=ended,
        score=score,
        sensors=tuple(f"constant{k}" for k in range(CHANNELS)),
        motors=("motor",),
        dt=1.0,
        max_steps=1,
    )
