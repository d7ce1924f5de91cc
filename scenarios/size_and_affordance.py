"""Object size and affordance: catch small circles, or pass wide gaps (Izquierdo's visually guided agent).

A round body of radius 15 moves along x at y = 0, within [-200, 200]. It looks up along fifteen rays, evenly spread over
pi/6, which begin at its rim and are 220 long. Something falls towards it from y = 240: in the task "size" a circle, in
the task "affordance" two horizontal walls of length 30 with a gap between them.

    ray k:    from the centre of the body along (sin a_k, cos a_k),   a_k = (k - 7) pi / 84
    length:   l_k = distance to what falls along the ray - 15, within [0, 220]; 220 where the ray misses it
    sensor:   s_k = 1 - l_k / 220
    body:     dx/dt = 8 (left - right),   motors in [0, 1]
    falling:  dy/dt = -3,   until y <= 30
    circle:   |p - (x_o, y)| <= w / 2
    walls:    p_y = y,   w / 2 <= |p_x - x_o| <= w / 2 + 30
    score:    d = min(|x - x_o|, 75) / 75;   1 - d for circles with w < 30 and gaps with w > 30, d for all others

Forward Euler: the body moves, then what falls falls. Units have no names; constants are those of the model's public
program.
"""

from dataclasses import replace
from functools import partial
from math import ceil, cos, pi, sin
from typing import Any, Literal, NamedTuple

import numpy as np
from numba import njit

from evorc.kernels.random import Key, uniform
from evorc.kernels.vmath import sqrt
from evorc.scenario import HeldOut, Scenario

BODY, REACH, RAYS, EDGE = 15.0, 220.0, 15, 200.0  # radius of the body; length and number of rays; edges of the world
TOP, BOTTOM, FALL, SPEED, FAR = 240.0, 30.0, 3.0, 8.0, 75.0
WALL, MIDDLE, LEAST, MOST, ASIDE = 30.0, 30.0, 2.0, 10.0, 25.0  # a wall's length; widths differ from 30 by 2 to 10
DECIDE, HOLD, UNSEEN = 170.0, 90.0, 1000  # distances of the reflexes; trials of the test with any width and offset
WIDTHS, PLACES = 10, 12  # of the public program: 20, 22 ... 28, 32 ... 40, at offsets of 2, 4 ... 24
ANGLES = tuple((k - RAYS // 2) * pi / 6 / (RAYS - 1) for k in range(RAYS))
SIN, COS, TAN = tuple(map(sin, ANGLES)), tuple(map(cos, ANGLES)), tuple(sin(a) / cos(a) for a in ANGLES)


class World(NamedTuple):
    """Body and object, `width` wide; `left` and `right` are the last motors."""

    x: float
    object_x: float
    y: float
    width: float
    left: float
    right: float


@njit
def to_circle(dx, y, width, k):
    """Distance along ray k from the centre of the body to a circle at (dx, y); infinity where it misses."""
    across = dx * COS[k] - y * SIN[k]
    inside = width * width / 4.0 - across * across
    near = dx * SIN[k] + y * COS[k] - sqrt(max(inside, 0.0))
    return near if inside >= 0.0 else np.inf


@njit
def to_walls(dx, y, width, k):
    """The same to two walls beside a gap at (dx, y)."""
    across = abs(y * TAN[k] - dx)
    return y / COS[k] if (across >= width / 2.0) & (across <= width / 2.0 + WALL) else np.inf


@njit
def seen_size(world, k):
    length = to_circle(world.object_x - world.x, world.y, world.width, k) - BODY
    return 1.0 - min(max(length, 0.0), REACH) / REACH


@njit
def sense_size(world):
    return (
        seen_size(world, 0),
        seen_size(world, 1),
        seen_size(world, 2),
        seen_size(world, 3),
        seen_size(world, 4),
        seen_size(world, 5),
        seen_size(world, 6),
        seen_size(world, 7),
        seen_size(world, 8),
        seen_size(world, 9),
        seen_size(world, 10),
        seen_size(world, 11),
        seen_size(world, 12),
        seen_size(world, 13),
        seen_size(world, 14),
    )


@njit
def seen_affordance(world, k):
    length = to_walls(world.object_x - world.x, world.y, world.width, k) - BODY
    return 1.0 - min(max(length, 0.0), REACH) / REACH


@njit
def sense_affordance(world):
    return (
        seen_affordance(world, 0),
        seen_affordance(world, 1),
        seen_affordance(world, 2),
        seen_affordance(world, 3),
        seen_affordance(world, 4),
        seen_affordance(world, 5),
        seen_affordance(world, 6),
        seen_affordance(world, 7),
        seen_affordance(world, 8),
        seen_affordance(world, 9),
        seen_affordance(world, 10),
        seen_affordance(world, 11),
        seen_affordance(world, 12),
        seen_affordance(world, 13),
        seen_affordance(world, 14),
    )


@njit
def above(offset, width):
    """Something of this width, above the body."""
    return World(0.0, offset, TOP, width, 0.0, 0.0)


@njit
def start_evenly(key):
    """The evaluation of the public program."""
    step = key.trial % WIDTHS
    return above(2.0 * (key.trial // WIDTHS + 1), MIDDLE - MOST + 2.0 * (step if step < WIDTHS // 2 else step + 1))


@njit
def drawn(key, part, parts):
    """Any offset; a width from the `part` of as many `parts` of 20 to 28, or of 32 to 40 in every other trial."""
    differs = LEAST + (MOST - LEAST) * (part + uniform(key, 0)) / parts
    return above(ASIDE * (2.0 * uniform(key, 1) - 1.0), MIDDLE + (differs if key.trial % 2 else -differs))


@njit
def start_anywhere(key):
    """For trials that no generation meets."""
    return drawn(Key(key.seed, key.generation, key.individual, key.trial + 1_000_000), 0, 1)


@njit
def ended(world):
    return world.y <= BOTTOM


@njit
def distance(world):
    """From the body to the middle of what fell, within [0, 1]."""
    return min(abs(world.x - world.object_x), FAR) / FAR


@njit
def score_size(world):
    d = distance(world)
    return 1.0 - d if world.width < MIDDLE else d


@njit
def score_affordance(world):
    d = distance(world)
    return 1.0 - d if world.width > MIDDLE else d


def reflex_size(world: World) -> tuple[float, float]:
    """Hand-written motors for the task "size", without memory.

    Centre on the circle; once it is near, leave it to the left if it is large or no longer ahead. Its radius follows
    from the lengths of two rays, t_0 ahead and t at an angle a, by the law of cosines.
    """
    seen = np.array(sense_size(world))
    if not seen.any():
        return 0.5, 0.5
    aside, t = _aside(seen), BODY + REACH * (1.0 - seen)
    k = max(np.flatnonzero(seen), key=lambda k: abs(k - RAYS // 2))
    ahead, near = t[RAYS // 2], t[k] * COS[k]
    radius = (t[k] ** 2 - 2.0 * near * ahead + ahead**2) / (2.0 * (near - ahead)) if k != RAYS // 2 else 0.0
    leave = t.min() <= DECIDE and (abs(aside) > 1.5 or radius > MIDDLE / 2.0)
    return _push(-1.0 if leave else aside)


def reflex_affordance(world: World) -> tuple[float, float]:
    """Hand-written motors for the task "affordance", without memory.

    Centre between the inner ends of the walls; once they are near, leave to the left if the gap is narrow or no longer
    ahead; hold still at the end, when the rays fit between the walls.
    """
    seen = np.array(sense_affordance(world))
    hit = np.flatnonzero(seen)
    y = (BODY + REACH * (1.0 - seen[hit[0]])) * COS[hit[0]] if len(hit) else 0.0
    if y < HOLD:
        return 0.5, 0.5
    ends = hit[:-1][np.diff(hit) > 1]
    if not len(ends):
        return _push(-1.0 if y < DECIDE else _aside(seen))
    left, right = ends[0], hit[hit > ends[0]][0]
    middle, width = y * (TAN[left] + TAN[right]) / 2.0, y * (TAN[right] - TAN[left]) * (1.0 - 1.0 / (right - left))
    return _push(-1.0 if y < DECIDE and (width < MIDDLE or abs(middle) > 8.0) else middle)


def _aside(seen: Any) -> float:
    """Mean place of what is seen, in rays."""
    return float(seen @ (np.arange(RAYS) - RAYS // 2)) / seen.sum()


def _push(towards: float) -> tuple[float, float]:
    push = min(max(towards, -1.0), 1.0)
    return 0.5 + 0.5 * push, 0.5 - 0.5 * push


class Task(NamedTuple):
    """What a task is: its functions, the mean of 1,000 random CTRNNs, its reflex's score, its two kinds."""

    sense: Any
    score: Any
    chance: float
    reflex: float
    kinds: tuple[str, str]


TASKS = {
    "size": Task(sense_size, score_size, 0.501, 0.891, ("large circle: avoid it", "small circle: catch it")),
    "affordance": Task(sense_affordance, score_affordance, 0.503, 0.998, ("narrow gap: avoid it", "wide gap: pass it")),
}


def scenario(
    *,
    task: Literal["size", "affordance"] = "size",
    dt: float = 0.1,
    widths: int = 6,
    conditions: Literal["fresh", "fixed"] = "fresh",
) -> Scenario:
    """Catch small circles and avoid large ones, or pass wide gaps and avoid narrow ones.

    Parameters
    ----------
    task : {"size", "affordance"}, default="size"
        What falls: a circle, or two walls.
    dt : float, default=0.1
        Length of a step, in units of time.
    widths : int, default=6
        Training trials of each kind under fresh conditions. Each draws its width from its own part of 20 to 28 or of
        32 to 40.
    conditions : {"fresh", "fixed"}, default="fresh"
        Whether each generation draws its own trials, or all meet those of the public program, which then are no
        held-out test.
    """
    if task not in TASKS:
        raise ValueError(f'task: {task!r} is not "size" or "affordance"')
    if not 0.0 < dt < np.inf:
        raise ValueError(f"dt: {dt!r} is not a positive number")
    if widths < 1:
        raise ValueError(f"widths: {widths!r} is not a whole number of at least 1")
    if conditions not in ("fresh", "fixed"):
        raise ValueError(f'conditions: {conditions!r} is not "fresh" or "fixed"')

    @njit
    def start(key):
        return drawn(key, key.trial // 2, widths)

    evaluation = _falling(task, dt, start_evenly, WIDTHS * PLACES)
    tests = {
        "evaluation": HeldOut(scenario=evaluation, least_mean=0.9),
        "fine": HeldOut(scenario=_falling(task, dt / 2.0, start_evenly, WIDTHS * PLACES), least_mean=0.9),
        "anywhere": HeldOut(scenario=_falling(task, dt, start_anywhere, UNSEEN), least_mean=0.9),
    }
    plain = evaluation if conditions == "fixed" else _falling(task, dt, start, 2 * widths)
    return replace(plain, conditions=conditions, tests=tests, confirm=tuple(tests))


def _falling(task: str, dt: float, start: Any, trials: int) -> Scenario:
    """Some trials of a task."""

    @njit
    def act(world, motors):
        left, right = motors
        x = min(max(world.x + dt * SPEED * (left - right), -EDGE), EDGE)
        return World(x, world.object_x, world.y - dt * FALL, world.width, left, right)

    return Scenario(
        name="size_and_affordance",
        world=World,
        start=start,
        sense=TASKS[task].sense,
        act=act,
        ended=ended,
        score=TASKS[task].score,
        sensors=tuple(f"ray {k + 1}" for k in range(RAYS)),
        motors=("left", "right"),
        motor_range=(0.0, 1.0),
        dt=dt,
        max_steps=ceil((TOP - BOTTOM) / FALL / dt),
        trials=trials,
        chance=TASKS[task].chance,
        baseline={"hand-written reflex": TASKS[task].reflex},
        draw=partial(draw, task=task),
    )


def draw(axes: Any, world: World, task: str) -> None:
    """Body, rays and what falls from the side; a motor is as long as the arrow with which it pushes."""
    from matplotlib.patches import Circle

    axes.set(xlim=(-EDGE - BODY, EDGE + BODY), ylim=(-30, 270), aspect="equal", xlabel="x", ylabel="y")
    axes.add_patch(Circle((world.x, 0.0), BODY, color="tab:blue", zorder=2.6, label="agent"))
    good = TASKS[task].score(world._replace(x=world.object_x)) > 0.5
    look = {"color": "mediumseagreen" if good else "firebrick", "label": TASKS[task].kinds[good]}
    if task == "size":
        axes.add_patch(Circle((world.object_x, world.y), world.width / 2.0, **look))
    for side in (-1, 1) if task == "affordance" else ():
        ends = [world.object_x + side * (world.width / 2.0 + part) for part in (0.0, WALL)]
        axes.plot(ends, [world.y, world.y], linewidth=5, solid_capstyle="butt", **look)
    for s, c, seen in zip(SIN, COS, TASKS[task].sense(world), strict=True):
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
