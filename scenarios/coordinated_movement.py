"""Coordinated movement: two robots travel together with infrared sensors alone (Quinn 2001; Quinn et al. 2003).

Two round robots of radius 2.5 cm with two wheels begin within reach of each other's sensors, turned at random, and must
move away together. Nobody leads from the beginning: the robots have the same network unless they are not clonal.

    gap = |p_2 - p_1| - 5 cm
    infrared_k = max(0, 1 - gap / 5 cm) max(0, cos(bearing of the other - direction of sensor k))
    speed = 8 cm/s (left + right) / 2,   turning = 8 cm/s (right - left) / 5 cm,   a wheel within [-1, 1]

Uniform noise of +-0.05 is added to every sensor and every wheel. Where two bodies overlap, both are pushed apart by
half of it. Forward Euler, along the heading at the step's end.

A trial lasts 60 s and is over when the middle between the robots has moved 25 cm (ten radii) from where it was, or when
they have been beyond reach (a gap of more than 5 cm) for 2 s without a break. Its score is that of Quinn et al.,

    F = P sum_t f(d_t, D_t-1) (1 + tanh(s_t / 20)) / 25,   f = max(0, d_t - D_t-1),   P = max(0, 1 - c / 20)

with d the distance of the middle from its beginning in cm, D the largest so far, s = -max(0, gap - 5 cm), and c the
steps in which the bodies touch. It is at most 1.
"""

from dataclasses import replace
from math import cos as plain_cos
from math import pi
from math import sin as plain_sin
from typing import Any, NamedTuple

from numba import njit

from evorc.kernels.random import integer, stream_uniform, uniform
from evorc.kernels.vmath import cos, sin, sqrt, tanh
from evorc.scenario import HeldOut, Scenario

RADIUS, REACH = 2.5, 5.0  # of a body, of a sensor; cm
TOP_SPEED, NOISE = 8.0, 0.05
NEAREST, FARTHEST = 1.0, 4.0  # gap at the beginning
GOAL, PATIENCE, DURATION = 25.0, 2.0, 60.0  # cm, s, s
DISPERSAL, MOST_TOUCHES = 20.0, 20.0
TOUCH_SHARE = 0.01  # of a trial's longest time that a success may spend in touch
STARTS, NEEDED = 1000, 900  # of the held-out test
VALIDATION, VALIDATED = 400, 380  # of the tests that confirm a champion
CHANCE = 0.383  # mean of 2,000 random symmetric CTRNNs of four neurons
DIRECTIONS = (15.0, 45.0, 90.0, 165.0, -165.0, -90.0, -45.0, -15.0)  # degrees to the left of the heading
SENSORS = tuple((plain_cos(angle * pi / 180.0), plain_sin(angle * pi / 180.0)) for angle in DIRECTIONS)
DRAWS = 20  # random numbers a step: eight sensors and two wheels of each robot


class World(NamedTuple):
    """Two robots, in cm and radians, and what has been measured: `alone` and `touching` count seconds."""

    x1: float
    y1: float
    phi1: float
    x2: float
    y2: float
    phi2: float
    farthest: float
    gained: float
    touching: float
    alone: float
    steps: float
    noise: int


@njit
def placed(key, first):
    """Both on the x axis, the middle at 0, turned at random; `first` is the first of the key's numbers."""
    half = RADIUS + 0.5 * (NEAREST + (FARTHEST - NEAREST) * uniform(key, first))
    phi1, phi2 = 2.0 * pi * uniform(key, first + 1), 2.0 * pi * uniform(key, first + 2)
    return World(-half, 0.0, phi1, half, 0.0, phi2, 0.0, 0.0, 0.0, 0.0, 0.0, integer(key, first, 2**53))


@njit
def start(key):
    return placed(key, 0)


@njit
def start_validation(key):
    return placed(key, 10)


@njit
def start_unseen(key):
    return placed(key, 20)


@njit
def positive(x):
    return x if x > 0.0 else 0.0


@njit
def jitter(world, which):
    """Noise of a sensor or a wheel."""
    return NOISE * (2.0 * stream_uniform(world.noise, DRAWS * world.steps + which) - 1.0)


@njit
def infrared(world, phi, dx, dy, first, on):
    """What a robot's eight sensors tell of the other, which is (dx, dy) away."""
    distance = sqrt(dx * dx + dy * dy)
    strength = on * positive(1.0 - (distance - 2.0 * RADIUS) / REACH) / distance
    ahead = strength * (dx * cos(phi) + dy * sin(phi))
    left = strength * (dy * cos(phi) - dx * sin(phi))
    return (
        positive(ahead * SENSORS[0][0] + left * SENSORS[0][1]) + on * jitter(world, first),
        positive(ahead * SENSORS[1][0] + left * SENSORS[1][1]) + on * jitter(world, first + 1),
        positive(ahead * SENSORS[2][0] + left * SENSORS[2][1]) + on * jitter(world, first + 2),
        positive(ahead * SENSORS[3][0] + left * SENSORS[3][1]) + on * jitter(world, first + 3),
        positive(ahead * SENSORS[4][0] + left * SENSORS[4][1]) + on * jitter(world, first + 4),
        positive(ahead * SENSORS[5][0] + left * SENSORS[5][1]) + on * jitter(world, first + 5),
        positive(ahead * SENSORS[6][0] + left * SENSORS[6][1]) + on * jitter(world, first + 6),
        positive(ahead * SENSORS[7][0] + left * SENSORS[7][1]) + on * jitter(world, first + 7),
    )


@njit
def move(world, motors, dt):
    """One Euler step of both robots; what overlaps is pushed apart."""
    left1, right1 = motors[0] + jitter(world, 16), motors[1] + jitter(world, 17)
    left2, right2 = motors[2] + jitter(world, 18), motors[3] + jitter(world, 19)
    way1, way2 = dt * TOP_SPEED * 0.5 * (left1 + right1), dt * TOP_SPEED * 0.5 * (left2 + right2)
    x1, y1 = world.x1 + way1 * cos(world.phi1), world.y1 + way1 * sin(world.phi1)
    x2, y2 = world.x2 + way2 * cos(world.phi2), world.y2 + way2 * sin(world.phi2)
    dx, dy = x2 - x1, y2 - y1
    distance = sqrt(dx * dx + dy * dy)
    overlap = positive(2.0 * RADIUS - distance)
    px, py = 0.5 * overlap * dx / distance, 0.5 * overlap * dy / distance
    phi1 = world.phi1 + dt * TOP_SPEED * (right1 - left1) / (2.0 * RADIUS)
    phi2 = world.phi2 + dt * TOP_SPEED * (right2 - left2) / (2.0 * RADIUS)
    return measured(world, (x1 - px, y1 - py, phi1, x2 + px, y2 + py, phi2), distance - 2.0 * RADIUS, dt)


@njit
def measured(world, places, gap, dt):
    """The world after a step, with what Quinn et al. measure of it."""
    x1, y1, phi1, x2, y2, phi2 = places
    mx, my = 0.5 * (x1 + x2), 0.5 * (y1 + y2)
    distance = sqrt(mx * mx + my * my)
    gained = world.gained + positive(distance - world.farthest) * (1.0 - tanh(positive(gap - REACH) / DISPERSAL))
    farthest = distance if distance > world.farthest else world.farthest
    touching = world.touching + (dt if gap < 0.0 else 0.0)
    alone = world.alone + dt if gap > REACH else 0.0
    steps = world.steps + 1.0
    return World(x1, y1, phi1, x2, y2, phi2, farthest, gained, touching, alone, steps, world.noise)


@njit
def lost(world, dt):
    return world.alone > PATIENCE + 0.5 * dt


@njit
def score(world):
    """F of Quinn et al., as a share of the way asked for."""
    share = world.gained / GOAL
    return (share if share < 1.0 else 1.0) * positive(1.0 - 10.0 * world.touching / MOST_TOUCHES)


@njit
def hand_written(sensed, memory):
    """Motors and memory of a robot that turns to one ahead and keeps off it, and drives on before one behind."""
    ahead, left = 0.0, 0.0
    for k in range(8):
        ahead += sensed[k] * SENSORS[k][0]
        left += sensed[k] * SENSORS[k][1]
    speed = 0.6 - sqrt(ahead * ahead + left * left) if ahead > 0.0 else 0.2
    turn = 2.0 * left if ahead > 0.0 else -0.6 * left
    return (min(max(speed - turn, -1.0), 1.0), min(max(speed + turn, -1.0), 1.0)), memory


def scenario(*, clonal: bool = True, muted: int = 0, trials: int = 24, dt: float = 0.1) -> Scenario:
    """Coordinated movement of two robots; the score is the way made together, 1 at best.

    Parameters
    ----------
    clonal : bool, default=True
        Whether both robots have the same network.
    muted : {0, 1, 2}, default=0
        Whose sensors read 0, in training and in all tests; 0 is nobody's.
    trials : int, default=24
        Starts trained.
    dt : float, default=0.1
        Length of a step, in seconds.
    """
    if muted not in (0, 1, 2):
        raise ValueError(f"muted: {muted!r} is not 0, 1 or 2")
    if not 0.0 < dt <= 0.2:
        raise ValueError(f"dt: {dt!r} is not above 0 and at most 0.2")
    plain, fine = (replace(_travel(muted, step), clonal=clonal) for step in (dt, dt / 2.0))
    confirm = {"validation": plain, "validation, fine": fine}
    tests = {name: _judged(travel, start_validation, VALIDATION, VALIDATED) for name, travel in confirm.items()}
    tests |= {
        name: _judged(travel, start_unseen, STARTS, NEEDED) for name, travel in (("unseen", plain), ("fine", fine))
    }
    chance = CHANCE if clonal and not muted else None
    return replace(plain, trials=trials, tests=tests, confirm=tuple(confirm), chance=chance)


def _judged(travel: Scenario, start: Any, trials: int, needed: int) -> HeldOut:
    """A test whose trials are passed or not."""
    judged = replace(travel, start=start, trials=trials, score=_success(travel.dt), passing=1.0)
    return HeldOut(scenario=judged, needed=needed)


def _success(dt: float) -> Any:
    """1 for a trial in which the robots made the way together, did not lose each other and hardly touched, else 0."""

    @njit
    def success(world):
        arrived = (world.farthest >= GOAL) & (world.touching < TOUCH_SHARE * DURATION)
        return 1.0 if arrived & (not lost(world, dt)) else 0.0

    return success


def _travel(muted: int, dt: float) -> Scenario:
    """The world with one robot's sensors muted, in steps of `dt`."""
    on1, on2 = (0.0 if muted == number else 1.0 for number in (1, 2))

    @njit
    def sense(world):
        dx, dy = world.x2 - world.x1, world.y2 - world.y1
        return infrared(world, world.phi1, dx, dy, 0, on1) + infrared(world, world.phi2, -dx, -dy, 8, on2)

    @njit
    def act(world, motors):
        return move(world, motors, dt)

    @njit
    def ended(world):
        return (world.farthest >= GOAL) | lost(world, dt)

    return Scenario(
        name="coordinated_movement",
        world=World,
        start=start,
        sense=sense,
        act=act,
        ended=ended,
        score=score,
        sensors=tuple(f"infrared {angle:+.0f}" for angle in DIRECTIONS),
        motors=("left", "right"),
        agents=2,
        dt=dt,
        max_steps=round(DURATION / dt),
        passing=0.8,
        baseline={"hand-written": 0.52},
        draw=draw,
    )


def draw(axes: Any, world: Any) -> None:
    """Both robots from above, with their sensors' rays, black where they feel the other; the way to go is a circle."""
    from matplotlib.patches import Circle

    edge = 1.25 * GOAL
    axes.set(xlim=(-1.6 * edge, 1.6 * edge), ylim=(-edge, edge), aspect="equal", xlabel="cm", ylabel="cm")
    dx, dy = world.x2 - world.x1, world.y2 - world.y1
    bodies = (
        (world.x1, world.y1, world.phi1, dx, dy, "tab:blue"),
        (world.x2, world.y2, world.phi2, -dx, -dy, "tab:orange"),
    )
    for number, (x, y, phi, ahead, aside, color) in enumerate(bodies):
        seen = infrared(world, phi, ahead, aside, 8 * number, 1.0)
        for angle, value in zip(DIRECTIONS, seen, strict=True):
            way = phi + angle * pi / 180.0
            reach = RADIUS, RADIUS + REACH
            look = ("black", 2.0, 2.1) if value > 2.0 * NOISE else ("0.8", 1.0, 2.0)
            ray = [x + r * plain_cos(way) for r in reach], [y + r * plain_sin(way) for r in reach]
            axes.plot(*ray, color=look[0], linewidth=look[1], zorder=look[2])
        axes.add_patch(Circle((x, y), RADIUS, color=color, zorder=3, label=f"agent {number + 1}"))
        nose = x + RADIUS * plain_cos(phi), y + RADIUS * plain_sin(phi)
        axes.plot([x, nose[0]], [y, nose[1]], color="white", linewidth=2, zorder=4)
    axes.plot([], [], color="0.8", label="infrared ray")
    axes.plot([], [], color="black", linewidth=2.0, label="ray that feels")
    middle = 0.5 * (world.x1 + world.x2), 0.5 * (world.y1 + world.y2)
    way_to_go = {"color": "mediumseagreen", "zorder": 1, "marker": "P", "markevery": [1]}
    axes.plot([0.0, middle[0]], [0.0, middle[1]], linewidth=2, label="middle of both", **way_to_go)
    goal = Circle((0.0, 0.0), GOAL, fill=False, color="mediumseagreen", linestyle="--", linewidth=1.5, zorder=0)
    goal.set_label("goal for the middle")
    axes.add_patch(goal)
