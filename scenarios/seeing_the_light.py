"""Seeing the light: go to a triangle, not to a rectangle, with eyes that evolve (after Harvey, Husbands & Cliff 1994).

A round robot with two wheels stands in an arena of 150 x 100 cm. On the far wall, y = 100, hang a white triangle and a
white rectangle, 30 cm wide and high, at x = 45 and 105, either on either side. The robot's camera looks ahead from the
height of their middles and would see a whole picture, (u, v) = (right, up) / ahead. The network gets no more of it than
the mean brightness of three round fields, whose places and radii are genes of the body.

    v = 10 (left + right) / 2,   dphi/dt = 10 (left - right) / 10,   motors in [-1, 1], cm and s
    dx/dt = v sin(phi),   dy/dt = v cos(phi),   stopped at the walls
    brightness of a field = 1/4 b(centre) + 1/8 sum of b at six points at sqrt(2/3) of its radius r (Gauss)
    b(u, v) = clip(1/2 + m / r, 0, 1),   m how far, across or up, the point is within white paper in the picture
    score = mean over time of max(0, 1 - d_1 / D_1)^4 - 1/2 max(0, 1 - d_2 / 40)

d_1 is the distance to the triangle, D_1 that of the start, d_2 the distance to the rectangle. The fitness is the worst
of four starts; a start is mastered where the robot ends less than 20 cm from the triangle and more than 40 cm from the
rectangle. Forward Euler.
"""

from dataclasses import replace
from math import cos as cosine
from math import degrees, pi
from math import sin as sine
from typing import Any, Literal, NamedTuple

import numpy as np
from numba import njit

from evorc.kernels.random import Key, uniform
from evorc.kernels.vmath import cos, sin, sqrt
from evorc.scenario import HeldOut, Scenario

LENGTH, DEPTH, RADIUS = 150.0, 100.0, 6.0  # of the arena and of the robot
SPEED, AXLE = 10.0, 10.0
HALF, LEFT, RIGHT = 15.0, 45.0, 105.0  # half a shape's width and height; where shapes hang
GOOD, BAD = 20.0, 40.0  # nearer than this to the triangle, farther than this from the rectangle
NEAREST, FARTHEST, ASIDE = 10.0, 40.0, 30.0  # starts: y, and x from the side walls
DURATION, STARTS, VALIDATED, UNSEEN = 30.0, 200, 400, 1_000_000
FIELDS = 3
VIEW, GREEN, RED = 30.0, "mediumseagreen", "firebrick"  # degrees on either side, and colours, of what is drawn
RIM = [k * pi / 3 for k in range(6)]
PLACES = ((0.0, 0.0, 0.25), *((sqrt(2 / 3) * cosine(a), sqrt(2 / 3) * sine(a), 0.125) for a in RIM))
EYES = (0.0, -0.08, 0.06, 0.0, 0.16, 0.06, 0.0, 0.0, 0.02)  # of the reflex: below and above the middle, the third idle
BODY = {
    f"{gene} {k + 1}": bounds
    for k in range(FIELDS)
    for gene, bounds in (("right", (-0.4, 0.4)), ("up", (-0.4, 0.4)), ("radius", (0.02, 0.2)))
}


class World(NamedTuple):
    """Robot, shapes, fields, and what was earned so far; `left` and `right` are the last motors."""

    x: float
    y: float
    phi: float
    triangle: float
    rectangle: float
    first: float
    earned: float
    left: float
    right: float
    u1: float
    v1: float
    r1: float
    u2: float
    v2: float
    r2: float
    u3: float
    v3: float
    r3: float


@njit
def far(world, shape):
    """Distance of the robot to a shape."""
    dx, dy = shape - world.x, DEPTH - world.y
    return sqrt(dx * dx + dy * dy)


@njit
def inside(x, z, triangle, rectangle):
    """How far within the white paper a point of the wall is, cm; negative outside."""
    above = z + HALF
    slanted = 0.5 * (2.0 * HALF - above) - abs(x - triangle)
    upright = HALF - abs(x - rectangle)
    return min(max(slanted, min(upright, HALF - z)), above)


@njit
def brightness(world, u, v, r):
    """Mean over a field of the picture; the wall is met `ahead` away, if it is met."""
    s, c = sin(world.phi), cos(world.phi)
    total = 0.0
    for k in range(7):
        across, up, weight = u + r * PLACES[k][0], v + r * PLACES[k][1], PLACES[k][2]
        towards = c - across * s
        ahead = (DEPTH - world.y) / max(towards, 1e-3)
        margin = inside(world.x + ahead * (s + across * c), ahead * up, world.triangle, world.rectangle)
        lit = min(max(0.5 + margin / (ahead * r), 0.0), 1.0)
        total += weight * lit if towards > 1e-3 else 0.0
    return total


@njit
def sense(world):
    return (
        brightness(world, world.u1, world.v1, world.r1),
        brightness(world, world.u2, world.v2, world.r2),
        brightness(world, world.u3, world.v3, world.r3),
    )


@njit
def start_anywhere(key, body):
    """On the near side, turned anywhere; the triangle hangs on the left in every other trial."""
    x = ASIDE + (LENGTH - 2.0 * ASIDE) * uniform(key, 0)
    y = NEAREST + (FARTHEST - NEAREST) * uniform(key, 1)
    phi = 2.0 * pi * uniform(key, 2)
    triangle = RIGHT if key.trial % 2 else LEFT
    dx, dy = triangle - x, DEPTH - y
    first = sqrt(dx * dx + dy * dy)
    return World(x, y, phi, triangle, LEFT + RIGHT - triangle, first, 0.0, 0.0, 0.0, *body)


@njit
def later(key, trials):
    """Key of a trial that no generation meets."""
    return Key(key.seed, key.generation, key.individual, key.trial + trials)


@njit
def start_tested(key, body):
    return start_anywhere(later(key, UNSEEN), body)


@njit
def start_validated(key, body):
    return start_anywhere(later(key, 2 * UNSEEN), body)


@njit
def ended(world):
    return False


@njit
def mastered(world):
    """1 where the robot ended at the triangle."""
    return 1.0 if (far(world, world.triangle) < GOOD) & (far(world, world.rectangle) > BAD) else 0.0


def reflex(world: World) -> tuple[float, float]:
    """Hand-written motors, for a body with the eyes of `EYES`: ahead where only the low field is lit, else turn right.

    A rectangle's upright edges light both fields at once, the slanted edges of a triangle the low one first.
    """
    low, high, _ = sense(world)
    return (1.0, 1.0) if low > 0.5 > high else (0.5, -0.5)


def scenario(
    *,
    dt: float = 0.1,
    starts: int = 4,
    aggregate: Literal["min", "mean"] = "min",
    conditions: Literal["fresh", "fixed"] = "fresh",
) -> Scenario:
    """Seeing the light; the fitness is the worst score of four starts.

    Parameters
    ----------
    dt : float, default=0.1
        Length of a step, s.
    starts : int, default=4
        Training trials.
    aggregate : {"min", "mean"}, default="min"
        Whether the fitness is that of the worst start or the mean of all.
    conditions : {"fresh", "fixed"}, default="fresh"
        Whether each generation draws its own starts.
    """
    if not 0.0 < dt < np.inf:
        raise ValueError(f"dt: {dt!r} is not a positive number")
    if starts < 1:
        raise ValueError(f"starts: {starts!r} is not a whole number of at least 1")
    if aggregate not in ("min", "mean"):
        raise ValueError(f'aggregate: {aggregate!r} is not "min" or "mean"')
    if conditions not in ("fresh", "fixed"):
        raise ValueError(f'conditions: {conditions!r} is not "fresh" or "fixed"')

    plain = _arena(dt)
    unseen = replace(plain, start=start_tested, trials=STARTS, aggregate="mean", score=mastered, passing=0.5)
    others = replace(unseen, start=start_validated, trials=VALIDATED)
    finer = replace(others, act=_arena(dt / 2.0).act, dt=dt / 2.0, max_steps=2 * plain.max_steps)
    tests = {
        "starts": HeldOut(scenario=unseen, needed=190),
        "validation": HeldOut(scenario=others, needed=392),
        "fine": HeldOut(scenario=finer, needed=388),
    }
    return replace(
        plain,
        trials=starts,
        aggregate=aggregate,
        conditions=conditions,
        tests=tests,
        confirm=("validation", "fine"),
        chance=-0.024,  # of 1,000 random bodies and CTRNNs
    )


def _arena(dt: float) -> Scenario:
    """One trial."""

    @njit
    def act(world, motors):
        left, right = motors
        speed = 0.5 * SPEED * (left + right)
        x = min(max(world.x + dt * speed * sin(world.phi), RADIUS), LENGTH - RADIUS)
        y = min(max(world.y + dt * speed * cos(world.phi), RADIUS), DEPTH - RADIUS)
        phi = world.phi + dt * SPEED * (left - right) / AXLE
        near = max(0.0, 1.0 - far(world, world.triangle) / world.first)
        good = near * near * near * near  # or it would pay to stand between the shapes
        bad = max(0.0, 1.0 - far(world, world.rectangle) / BAD)
        earned = world.earned + dt * (good - 0.5 * bad)
        return World(x, y, phi, *world[3:6], earned, left, right, *world[9:])

    @njit
    def score(world):
        return world.earned / DURATION

    return Scenario(
        name="seeing_the_light",
        world=World,
        start=start_anywhere,
        sense=sense,
        act=act,
        ended=ended,
        score=score,
        sensors=tuple(f"field {k + 1}" for k in range(FIELDS)),
        motors=("left", "right"),
        motor_range=(-1.0, 1.0),
        body=BODY,
        dt=dt,
        max_steps=round(DURATION / dt),
        baseline={"hand-written reflex": 0.338},
        draw=draw,
        aggregate="min",
    )


def draw(axes: Any, world: World) -> None:
    """The arena from above; on its right what the camera sees, with the three fields, each as opaque as it is lit.

    The shapes hang on the far wall, and are laid down behind it. A wheel is as long as the arrow that it drives.
    """
    from matplotlib.patches import Circle, Polygon, Rectangle, Wedge

    axes.set(xlim=(-5, 280), ylim=(-5, DEPTH + 2 * HALF + 10), aspect="equal", xlabel="x (cm)", ylabel="y (cm)")
    axes.set_xticks(range(0, 151, 50))
    axes.add_patch(Rectangle((0, 0), LENGTH, DEPTH, facecolor="none", edgecolor="black", linewidth=2))
    base = DEPTH + 4
    corners = [(world.triangle - HALF, base), (world.triangle + HALF, base), (world.triangle, base + 2 * HALF)]
    look = degrees(pi / 2 - world.phi)
    axes.add_patch(Circle((world.x, world.y), RADIUS, color="tab:blue", zorder=2.6, label="robot"))
    axes.add_patch(Wedge((world.x, world.y), 40, look - VIEW, look + VIEW, color="0.85", zorder=0, label="its view"))
    axes.plot([], [], color="black", marker=">", markevery=[1], label="drive of a wheel")
    axes.add_patch(Polygon(corners, color=GREEN, label="triangle: go there"))
    square = Rectangle((world.rectangle - HALF, base), 2 * HALF, 2 * HALF, color=RED, label="rectangle: avoid it")
    axes.add_patch(square)
    ends = ((world.triangle, GOOD, GREEN, "to end within"), (world.rectangle, BAD, RED, "to end outside"))
    for shape, radius, color, label in ends:
        look = {"fill": False, "edgecolor": color, "linestyle": ":", "zorder": 0.5, "label": label}
        axes.add_patch(Wedge((shape, DEPTH), radius, 180, 360, **look))
    axes.plot([], [], "o", markersize=10, color="0.4", markerfacecolor="gold", label="field, lit")
    axes.plot([], [], "o", markersize=10, color="0.4", markerfacecolor="0.25", label="field, dark")
    ahead, aside = (sine(world.phi), cosine(world.phi)), (cosine(world.phi), -sine(world.phi))
    for side, motor in ((-1, world.left), (1, world.right)):
        foot = (world.x + side * RADIUS * aside[0], world.y + side * RADIUS * aside[1])
        tip = (foot[0] + 15 * motor * ahead[0], foot[1] + 15 * motor * ahead[1])
        push = {"arrowstyle": "-|>", "color": "black", "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", tip, foot, arrowprops=push)
    _draw_picture(axes, world)


def _draw_picture(axes: Any, world: World) -> None:
    """What the camera sees, in strips of the shapes, since one may reach behind the robot."""
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Circle, Rectangle

    middle, scale = np.array([220.0, 60.0]), 80.0
    axes.add_patch(Rectangle(middle - 50.0, 100.0, 100.0, facecolor="0.25", edgecolor="black"))
    axes.text(middle[0], middle[1] + 53.0, "the camera's picture", ha="center", va="bottom")
    for shape, color, slope in ((world.triangle, GREEN, 2.0), (world.rectangle, RED, 0.0)):
        across = np.linspace(-HALF, HALF, 41)
        dx, dy = shape + across - world.x, DEPTH - world.y
        ahead, aside = dx * sine(world.phi) + dy * cosine(world.phi), dx * cosine(world.phi) - dy * sine(world.phi)
        top = HALF - slope * np.abs(across)
        bottoms = middle + scale * np.stack([aside, np.full(41, -HALF)], axis=1) / ahead[:, None]
        tops = middle + scale * np.stack([aside, top], axis=1) / ahead[:, None]
        seen = np.flatnonzero((ahead[:-1] > 0.1) & (ahead[1:] > 0.1))
        strips = [
            np.clip([bottoms[k], bottoms[k + 1], tops[k + 1], tops[k]], middle - 50.0, middle + 50.0) for k in seen
        ]
        axes.add_collection(PolyCollection(strips, color=color, zorder=2))
    for u, v, r, lit in zip(world[9::3], world[10::3], world[11::3], sense(world), strict=True):
        place = middle + scale * np.array([u, v])
        axes.add_patch(Circle(place, scale * r, color="gold", alpha=lit, linewidth=0, zorder=3))
        axes.add_patch(Circle(place, scale * r, fill=False, edgecolor="white", linewidth=2, zorder=3))
