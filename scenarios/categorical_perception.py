"""Categorical perception: catch circles, avoid diamonds (Beer 1996; Beer 2003), in units without names.

A round body of radius 15 moves along x at y = 0. It looks up along seven rays, evenly spread over pi/6, which begin at
its rim and are 220 long. An object falls towards it from y = 275.

    ray k:    from the centre of the body along (sin a_k, cos a_k),   a_k = (k - 3) pi / 36
    length:   l_k = distance to the object along the ray - 15, within [0, 220]; 220 where the ray misses it
    sensor:   s_k = 1 - l_k / 220
    body:     dx/dt = 5 (left - right),   motors in [0, 1]
    object:   dy/dt = -3,   until y <= 15
    circle:   |p - c| <= 15 around its centre c = (x_o, y)
    diamond:  |p_x - x_o| + |p_y - y| <= 15 sqrt(2), a square with sides of 30 that stands on a corner
    score:    d = min(|x - x_o|, 45) / 45;   1 - d for a circle, d for a diamond

Forward Euler: the body moves, then the object falls.
"""

from dataclasses import replace
from math import ceil, cos, pi, sin, sqrt
from typing import Any, Literal, NamedTuple

import numpy as np
from numba import njit

from evorc.kernels.random import uniform
from evorc.kernels.vmath import sqrt as root
from evorc.scenario import HeldOut, Scenario

BODY, REACH, RAYS = 15.0, 220.0, 7  # radius of the body; length and number of the rays
SIDE = 15.0  # radius of the circle, half a side of the diamond
TOP, BOTTOM, FALL, SPEED = 275.0, 15.0, 3.0, 5.0
SPREAD, FAR = 50.0, 45.0  # largest offset of an object, and the distance at which it counts as avoided
OFFSETS, UNSEEN = 12, 10_000  # of each shape in the evaluation of the paper; trials of the test at any offset
NEAR, CORNER = 95.0, 0.04  # of the reflex: where it decides, and a corner's least bend per distance
ANGLES = tuple((k - RAYS // 2) * pi / 36 for k in range(RAYS))
SIN, COS = tuple(map(sin, ANGLES)), tuple(map(cos, ANGLES))
PER_A = tuple(sqrt(2.0) / (sin(angle) + cos(angle)) for angle in ANGLES)  # length of ray per length along a side
PER_B = tuple(sqrt(2.0) / (cos(angle) - sin(angle)) for angle in ANGLES)
HALF = sqrt(0.5)


class World(NamedTuple):
    """Body and object. `circle` is 1 for a circle and 0 for a diamond; `left` and `right` are the last motors."""

    x: float
    object_x: float
    y: float
    circle: float
    left: float
    right: float


@njit
def to_circle(dx, y, k):
    """Distance along ray k from the centre of the body to a circle at (dx, y); infinity where it misses."""
    across = dx * COS[k] - y * SIN[k]
    inside = SIDE * SIDE - across * across
    near = dx * SIN[k] + y * COS[k] - root(max(inside, 0.0))
    return near if inside >= 0.0 else np.inf


@njit
def to_diamond(dx, y, k):
    """The same to a diamond, in coordinates along its sides: between two pairs of parallel lines (slabs)."""
    a, b = HALF * (dx + y), HALF * (y - dx)
    near = max((a - SIDE) * PER_A[k], (b - SIDE) * PER_B[k])
    far = min((a + SIDE) * PER_A[k], (b + SIDE) * PER_B[k])
    return near if near <= far else np.inf


@njit
def seen(world, k):
    """Sensor of ray k."""
    dx = world.object_x - world.x
    distance = to_circle(dx, world.y, k) if world.circle > 0.0 else to_diamond(dx, world.y, k)
    return 1.0 - min(max(distance - BODY, 0.0), REACH) / REACH


@njit
def sense(world):
    return (
        seen(world, 0),
        seen(world, 1),
        seen(world, 2),
        seen(world, 3),
        seen(world, 4),
        seen(world, 5),
        seen(world, 6),
    )


@njit
def above(key, offset):
    """An object above, a circle in every other trial."""
    return World(0.0, offset, TOP, 1.0 - key.trial % 2, 0.0, 0.0)


@njit
def start_evenly(key):
    """The evaluation of the paper: evenly spaced offsets."""
    return above(key, SPREAD * (2.0 * (key.trial // 2) / (OFFSETS - 1) - 1.0))


@njit
def start_anywhere(key):
    """Any offset."""
    return above(key, SPREAD * (2.0 * uniform(key, 1) - 1.0))


@njit
def ended(world):
    return world.y <= BOTTOM


@njit
def score(world):
    d = min(abs(world.x - world.object_x), FAR) / FAR
    return 1.0 - d if world.circle > 0.0 else d


def reflex(world: World) -> tuple[float, float]:
    """Hand-written motors, without memory: centre on what is seen, but leave it where its nearest point is a corner.

    Where the length of three neighbouring rays bends by more than a few hundredths of the distance, they see a corner.
    Who is near and does not see both sides of what it looks at is already leaving.
    """
    seen = np.array(sense(world))
    if not seen.any():
        return 0.5, 0.5
    length, k = REACH * (1.0 - seen), int(seen.argmax())
    aside = float(seen @ np.arange(-3, 4)) / seen.sum()
    bend = np.diff(length, 2)[k - 1] / 2.0 if 0 < k < RAYS - 1 else np.inf
    leave = (0.0 < length[k] < NEAR) & (bend > CORNER * (length[k] + BODY))
    push = -np.copysign(1.0, aside) if leave else np.clip(2.0 * aside, -1.0, 1.0)
    return 0.5 + 0.5 * push, 0.5 - 0.5 * push


def scenario(*, dt: float = 0.1, offsets: int = 6, conditions: Literal["fresh", "fixed"] = "fresh") -> Scenario:
    """Categorical perception; the fitness is the mean of 1 - d (circles) and d (diamonds).

    Parameters
    ----------
    dt : float, default=0.1
        Length of a step, in units of time.
    offsets : int, default=6
        Training trials of each shape under fresh conditions. Each draws its offset from its own part of [-50, 50].
    conditions : {"fresh", "fixed"}, default="fresh"
        Whether each generation draws its own offsets, or all meet the 24 trials of the evaluation, which then are no
        held-out test.
    """
    if not 0.0 < dt < np.inf:
        raise ValueError(f"dt: {dt!r} is not a positive number")
    if offsets < 1:
        raise ValueError(f"offsets: {offsets!r} is not a whole number of at least 1")
    if conditions not in ("fresh", "fixed"):
        raise ValueError(f'conditions: {conditions!r} is not "fresh" or "fixed"')

    @njit
    def start_somewhere(key):
        return above(key, SPREAD * (2.0 * (key.trial // 2 + uniform(key, 0)) / offsets - 1.0))

    evaluation = _falling(dt, start_evenly, 2 * OFFSETS)
    tests = {
        "evaluation": HeldOut(scenario=evaluation, least_mean=0.97),
        "fine": HeldOut(scenario=_falling(dt / 10.0, start_evenly, 2 * OFFSETS), least_mean=0.96),
        "offsets": HeldOut(scenario=_falling(dt, start_anywhere, UNSEEN), least_mean=0.95),
    }
    plain = evaluation if conditions == "fixed" else _falling(dt, start_somewhere, 2 * offsets)
    return replace(plain, conditions=conditions, tests=tests, confirm=tuple(tests))


def _falling(dt: float, start: Any, trials: int) -> Scenario:
    """Some trials."""

    @njit
    def act(world, motors):
        left, right = motors
        x = world.x + dt * SPEED * (left - right)
        return World(x, world.object_x, world.y - dt * FALL, world.circle, left, right)

    return Scenario(
        name="categorical_perception",
        world=World,
        start=start,
        sense=sense,
        act=act,
        ended=ended,
        score=score,
        sensors=tuple(f"ray {k + 1}" for k in range(RAYS)),
        motors=("left", "right"),
        motor_range=(0.0, 1.0),
        dt=dt,
        max_steps=ceil((TOP - BOTTOM) / FALL / dt),
        trials=trials,
        chance=0.5,  # 2,000 random CTRNNs of the experiment in the evaluation
        baseline={"hand-written reflex": 1.0},
        draw=draw,
    )


def draw(axes: Any, world: World) -> None:
    """Body, rays and object from the side; a motor is as long as the arrow with which it pushes."""
    from matplotlib.patches import Circle, Polygon

    axes.set(xlim=(-220, 220), ylim=(-30, 300), aspect="equal", xlabel="x", ylabel="y")
    axes.add_patch(Circle((world.x, 0.0), BODY, color="tab:blue", zorder=2.6, label="agent"))
    h = SIDE * sqrt(2.0)
    corners = [(world.object_x + h * a, world.y + h * b) for a, b in ((-1, 0), (0, -1), (1, 0), (0, 1))]
    circle = Circle((world.object_x, world.y), SIDE, color="mediumseagreen", label="circle: catch it")
    axes.add_patch(circle if world.circle else Polygon(corners, color="firebrick", label="diamond: avoid it"))
    for s, c, seen in zip(SIN, COS, sense(world), strict=True):
        tip = BODY + REACH * (1.0 - seen)
        x, y = (world.x + BODY * s, world.x + tip * s), (BODY * c, tip * c)
        axes.plot(x, y, color="tab:orange" if seen else "0.8", linewidth=2 if seen else 1, zorder=2.5)
    for side, motor in ((-1, world.left), (1, world.right)):
        push = {"arrowstyle": "-|>", "color": "black", "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
        foot = world.x + side * (BODY + 4 + 40 * motor)
        axes.annotate("", (world.x + side * (BODY + 2), 0.0), (foot, 0.0), arrowprops=push)
    axes.plot([], [], color="0.8", label="ray")
    axes.plot([], [], color="tab:orange", linewidth=2, label="ray that meets it")
    axes.plot([], [], color="black", linewidth=2, marker=">", markevery=[1], label="push of a motor")
