"""Delayed response in a T-maze (after Jakobi 1997): a lamp on one side of the corridor, later a junction to turn at.

A round robot (cm, s) with two wheels drives up a corridor, is shown a lamp on its left or right, passes a gate, and
at the junction must turn to the side where the lamp was.

    v = 8 (m_l + m_r) / 2,  dphi/dt = 8 (m_l - m_r) / 5.3,  dx/dt = v sin(phi),  dy/dt = v cos(phi)
    eye = max(0, 1 - d / 15)^2 max(0, cos(angle between the lamp at distance d and the eye at -90 or 90 degrees))
    range = max(0, 1 - (d - 2.75) / 10),  d to the wall at -45, 0 and 45 degrees

The gate closes behind the robot, hides the lamp and puts it down at a place and heading of its own: a body that keeps
to the lamp's wall would else be its own memory. From there on the two sides differ in the network's state alone.
Walls stop the robot, which slides along them. Forward Euler.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from evorc.kernels.random import Key, uniform
from evorc.kernels.vmath import cos, sin, sqrt
from evorc.scenario import HeldOut, Scenario

RADIUS, AXLE, SPEED = 2.75, 5.3, 8.0  # cm, cm, cm/s at full drive
HALF, GATE, GOAL = 5.5, 25.0, 14.0  # half a corridor's width; where the gate is; how far into an arm
SIGHT, REACH, DIAGONAL = 15.0, 10.0, 0.7071067811865476  # of the eyes, of the range sensors; sine of 45 degrees
SLACK, ASKEW = 2.0, 0.3  # largest offset from the middle, cm, and heading, rad, at the start and behind the gate
LAMP = (10.0, 16.0)  # how far up the lamp is
TRAINED = (10.0, 40.0)  # from the gate to the junction
DURATION, TRIALS, VALIDATED, TESTED = 30.0, 32, 1000, 200
UNSEEN = 1_000_000  # first trial of the held-out tests
HALFWAY = 0.25  # what it is worth to reach the junction


class World(NamedTuple):
    """Robot and maze. `side` is -1 for left; `passed` 1 behind the gate, where the robot gets `offset` and `askew`."""

    x: float
    y: float
    phi: float
    side: float
    lamp: float
    junction: float
    passed: float
    offset: float
    askew: float


@njit
def between(key, counter, low, high):
    return low + (high - low) * uniform(key, counter)


@njit
def maze(key, shortest, longest):
    """Trials 2 k and 2 k + 1 differ in the side of the lamp alone."""
    pair = Key(key.seed, key.generation, key.individual, key.trial // 2)
    return World(
        between(pair, 0, -SLACK, SLACK),
        RADIUS,
        between(pair, 1, -ASKEW, ASKEW),
        2.0 * (key.trial % 2) - 1.0,
        between(pair, 2, LAMP[0], LAMP[1]),
        GATE + between(pair, 3, shortest, longest),
        0.0,
        between(pair, 4, -SLACK, SLACK),
        between(pair, 5, -ASKEW, ASKEW),
    )


@njit
def nearness(world, right, ahead):
    """What a range sensor sees in a direction: 1 at the wall, 0 beyond its reach."""
    x, y, junction = world.x, world.y, world.junction
    along, up = 1.0 / right, 1.0 / ahead
    side = ((HALF if right > 0.0 else -HALF) - x) * along
    side = side if (side > 0.0) & (y + side * ahead < junction) else SIGHT
    below = (junction - y) * up
    corner = (ahead < 0.0) & (y > junction) & (abs(x + below * right) > HALF)
    end = ((junction + 2.0 * HALF if ahead > 0.0 else GATE * world.passed) - y) * up
    distance = min(min(side, below if corner else SIGHT), end)
    return max(0.0, 1.0 - (distance - RADIUS) / REACH)


@njit
def sense(world):
    s, c = sin(world.phi), cos(world.phi)
    across, ahead = world.side * HALF - world.x, world.lamp - world.y
    distance = sqrt(across * across + ahead * ahead)
    close = max(0.0, 1.0 - distance / SIGHT)
    light = close * close * (across * c - ahead * s) / distance * (1.0 - world.passed)
    left = nearness(world, DIAGONAL * (s - c), DIAGONAL * (s + c))
    right = nearness(world, DIAGONAL * (s + c), DIAGONAL * (c - s))
    return left, nearness(world, s, c), right, max(0.0, -light), max(0.0, light)


@njit
def drive(world, motors, dt):
    """One Euler step of the robot, within the walls."""
    step = dt * SPEED * 0.5 * (motors[0] + motors[1])
    room = 1e9 if world.y >= world.junction + RADIUS else HALF - RADIUS
    x = min(max(world.x + step * sin(world.phi), -room), room)
    floor = world.junction if abs(x) > HALF - RADIUS else world.passed * GATE
    y = min(max(world.y + step * cos(world.phi), floor + RADIUS), world.junction + 2.0 * HALF - RADIUS)
    phi = world.phi + dt * SPEED * (motors[0] - motors[1]) / AXLE
    arrives = (world.passed == 0.0) & (y > GATE)
    return World(
        world.offset if arrives else x,
        GATE + RADIUS if arrives else y,
        world.askew if arrives else phi,
        world.side,
        world.lamp,
        world.junction,
        1.0 if y > GATE else world.passed,
        world.offset,
        world.askew,
    )


@njit
def ended(world):
    return abs(world.x) > GOAL


@njit
def score(world):
    """1 at the end of the right arm, 0 of the wrong one; elsewhere the share of the way to the junction, quartered."""
    way = min(1.0, (world.y - RADIUS) / (world.junction + HALF - RADIUS))
    return (1.0 if world.x * world.side > 0.0 else 0.0) if abs(world.x) > GOAL else HALFWAY * way


@njit
def hand_written(sensed, memory):
    """Motors and memory of a robot that keeps to the middle, turns where the wall ends and remembers which eye saw."""
    left, ahead, right, left_eye, right_eye = sensed
    seen = right_eye - left_eye
    memory = (1.0 if seen > 0.0 else -1.0) if abs(seen) > 0.01 else memory
    turn = 0.8 * (left - right) + 2.0 * memory * max(0.0, ahead - 0.15)
    return (min(max(0.8 + turn, -1.0), 1.0), min(max(0.8 - turn, -1.0), 1.0)), memory


def scenario(*, dt: float = 0.1, shortest: float = TRAINED[0], longest: float = TRAINED[1]) -> Scenario:
    """Delayed response in a T-maze; the score is 1 in the arm on the side of the lamp.

    Parameters
    ----------
    dt : float, default=0.1
        Length of a step, in seconds.
    shortest, longest : float, default=10 and 40
        From the gate to the junction in training, in cm. The held-out test `long` takes three times the longest.
    """
    if not 0.0 < dt < np.inf:
        raise ValueError(f"dt: {dt!r} is not a positive number")
    if not 0.0 < shortest < longest < np.inf:
        raise ValueError(f"shortest, longest: {shortest!r} and {longest!r} are not positive numbers in their order")
    far = 3.0 * longest
    trained = _maze(shortest, longest, dt)
    held_out = {
        "validation": (_maze(shortest, far, dt, 2.0 * DURATION, UNSEEN), VALIDATED),
        "validation, long": (_maze(far, far, dt, 2.0 * DURATION, UNSEEN), VALIDATED),
        "long": (_maze(far, far, dt, 2.0 * DURATION, 2 * UNSEEN), TESTED),
        "unseen": (_maze(shortest, longest, dt, DURATION, 2 * UNSEEN), TESTED),
        "half the step": (_maze(far, far, dt / 2.0, 2.0 * DURATION, 2 * UNSEEN), TESTED),
    }
    tests = {name: HeldOut(scenario=replace(maze, trials=n), needed=n) for name, (maze, n) in held_out.items()}
    return replace(trained, tests=tests, confirm=("validation, long", "validation"))


def _maze(shortest: float, longest: float, dt: float, duration: float = DURATION, first: int = 0) -> Scenario:
    """Trials from number `first` on, with a corridor of this length behind the gate."""

    @njit
    def start(key):
        return maze(Key(key.seed, key.generation, key.individual, key.trial + first), shortest, longest)

    @njit
    def act(world, motors):
        return drive(world, motors, dt)

    return Scenario(
        name="delayed_response",
        world=World,
        start=start,
        sense=sense,
        act=act,
        ended=ended,
        score=score,
        sensors=("wall left", "wall ahead", "wall right", "left eye", "right eye"),
        motors=("left wheel", "right wheel"),
        motor_range=(-1.0, 1.0),
        dt=dt,
        max_steps=round(duration / dt),
        trials=TRIALS,
        conditions="fresh",
        passing=1.0,
        chance=0.11,
        baseline={"hand-written, with a memory": 1.0, "hand-written, without": 0.5},
        draw=draw,
    )


def draw(axes: Any, world: Any) -> None:
    """Maze, lamp, gate and robot from above, up the corridor being to the right; the lamp shines until the gate."""
    from matplotlib.patches import Rectangle

    top, far = world.junction + 2.0 * HALF, GOAL + RADIUS + 2.0
    axes.set(xlim=(-3.0, top + 3.0), ylim=(-far, far), aspect="equal", xlabel="cm", ylabel="cm")
    for side in (-1.0, 1.0):
        axes.plot([0.0, world.junction, world.junction], [side * HALF, side * HALF, side * far], color="0.2")
    axes.plot([top, top], [-far, far], color="0.2")
    axes.plot([0.0, 0.0], [-HALF, HALF], color="0.2")
    goal = world.junction, min(-world.side * GOAL, -world.side * far)
    look = {"facecolor": "mediumseagreen", "alpha": 0.35, "zorder": 0, "label": "goal"}
    axes.add_patch(Rectangle(goal, 2.0 * HALF, far - GOAL, linewidth=0, **look))
    axes.plot([GATE, GATE], [-HALF, HALF], color="0.2", linestyle="-" if world.passed else ":")
    star = {"linestyle": "", "marker": "*", "markersize": 18, "markeredgecolor": "0.3", "zorder": 3}
    axes.plot(world.lamp, -world.side * HALF, color="0.85" if world.passed else "gold", **star)
    axes.plot([], [], color="gold", label="lamp, on", **star)
    axes.plot([], [], color="0.85", label="lamp, off", **star)
    axes.plot([], [], color="0.2", linestyle=":", label="gate, open")
    _draw_robot(axes, world)


def _draw_robot(axes: Any, world: Any) -> None:
    from matplotlib.patches import Circle, Wedge

    axes.add_patch(Circle((world.y, -world.x), RADIUS, color="tab:blue", zorder=2, label="robot"))
    ahead, (*near, left, right) = -np.degrees(world.phi), sense(world)
    for angle, seen in ((90.0, left), (-90.0, right)):
        eye = Wedge((world.y, -world.x), RADIUS, ahead + angle - 25.0, ahead + angle + 25.0, zorder=3)
        eye.set(facecolor="gold" if seen > 0.01 else "white", edgecolor="0.2")
        axes.add_patch(eye)
    for angle, seen in zip((45.0, 0.0, -45.0), near, strict=True):
        length, way = RADIUS + REACH * (1.0 - seen), np.radians(ahead + angle)
        x, y = [world.y, world.y + length * np.cos(way)], [-world.x, -world.x + length * np.sin(way)]
        axes.plot(x, y, color="tab:orange" if seen else "0.8", linewidth=2 if seen else 1, zorder=1)
    eyes = {"linestyle": "", "marker": "s", "markersize": 9, "color": "0.2"}
    axes.plot([], [], markerfacecolor="gold", label="eye, lit", **eyes)
    axes.plot([], [], markerfacecolor="white", label="eye, dark", **eyes)
    axes.plot([], [], color="0.8", label="range ray")
    axes.plot([], [], color="tab:orange", linewidth=2, label="ray that meets a wall")
