"""Hexapod walker (after Beer & Gallagher 1992): six of the legs of `single_leg_walker` carry one body of mass 1.

The body walks along x, in units without names. A foot that is up is swung as in the single leg; the feet that are down
stay where they are, and push the body together.

    f_k = forward_k - backward_k
    down:  dv/dt = (0.05 / 3) sum_k f_k over feet that are down, within +-pi/6 or back towards it
           angle_k = atan((foot_k - x - hip_k) / reach_k)
    up:    dw_k/dt = -0.025 f_k, |w_k| <= 1;  dangle_k/dt = w_k, stopped at +-pi/6
           foot_k = x + hip_k + 15 sin(angle_k);  reach_k = 15 cos(angle_k)

The body falls, v = 0, unless its centre is within the polygon of the feet that are down, and while a foot that is down
is more than 20 behind its hip. Hips are at 25, 0 and -25 on either side, 12.5 from the middle. Forward Euler.

Each leg has a network of its own, all with the same genome (40 genes a leg, 50 with the coupling): of its leg it senses
the angle, of the leg across and of those next to it on its side what their neurons showed a step ago. Given to the
neuron of the same number alone (`input_mask`), these are the coupled central pattern generators of the paper.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from evorc.kernels.random import Key, uniform
from evorc.kernels.vmath import cos, sin
from evorc.scenario import HeldOut, Scenario, scenario_module

single = scenario_module("single_leg_walker")
atan, clip = single.atan, single.clip
LEG, LIMIT, FALL, JOINT = single.LEG, single.LIMIT, single.FALL, single.JOINT
MAX_SPEED, MAX_OMEGA = single.MAX_SPEED, single.MAX_OMEGA
FORCE = single.MAX_FORCE / 3.0  # three legs push the body as one does there
SWING = single.MAX_FORCE * single.MAX_TORQUE  # rate of the angle's rate under full force
SPACING = 25.0  # from hip to hip
HIPS = (SPACING, 0.0, -SPACING, SPACING, 0.0, -SPACING)
LEGS = ("left front", "left middle", "left hind", "right front", "right middle", "right hind")
PARTS = ("angle", "omega", "foot x", "reach", "down")
NEURONS = ("foot", "forward", "backward", "interneuron 1", "interneuron 2")
UNSEEN = 1_000_000  # first trial of the held-out test
DURATION, TRIALS, STARTS, WALKS = 220.0, 2, 100, 1.0
TOP = 1.5  # speed of the hand-written tripod, above which it falls from some starts
TRIPOD, CHANCE = 1.398, -0.007  # of the hand-written tripod; mean of 2,000 random networks
SILENT = (0.0,) * (len(LEGS) * len(NEURONS))


def named(leg: str, what: str) -> str:
    return f"{leg} {what}".replace(" ", "_")


# Middle of the body and its speed; of each leg the angle, its rate, where the foot is, how far beside the hip, and 1
# where it is down; and what each leg's neurons showed in the last step.
World = NamedTuple(
    "World",
    [
        ("x", float),
        ("speed", float),
        *((named(leg, part), float) for leg in LEGS for part in PARTS),
        *((named(leg, f"shown {neuron}"), float) for leg in LEGS for neuron in NEURONS),
    ],
)


@njit
def legs_of(world):
    """The parts of each leg."""
    return world[2:7], world[7:12], world[12:17], world[17:22], world[22:27], world[27:32]


@njit
def shown_of(world):
    """What the neurons of each leg showed in the last step."""
    return fives(world[32:])


@njit
def fives(motors):
    """What the neurons of each leg show."""
    return motors[0:5], motors[5:10], motors[10:15], motors[15:20], motors[20:25], motors[25:30]


@njit
def crossing(x, left, right):
    """Where the line between a left and a right foot crosses the axis, seen from the middle, times their distance."""
    near, far = JOINT + left[3], JOINT + right[3]
    return (left[2] - x) * far + (right[2] - x) * near


@njit
def stands(x, legs, down):
    """Whether the middle is within the polygon of the feet that are down: their lines cross before and behind it."""
    before = behind = False
    for left in range(3):
        for right in range(3, 6):
            both, at = down[left] & down[right], crossing(x, legs[left], legs[right])
            before = before | (both & (at >= 0.0))
            behind = behind | (both & (at <= 0.0))
    return before & behind


@njit
def feet(legs):
    """Which feet are down."""
    return legs[0][4] > 0.0, legs[1][4] > 0.0, legs[2][4] > 0.0, legs[3][4] > 0.0, legs[4][4] > 0.0, legs[5][4] > 0.0


@njit
def lowered(drives):
    """Which feet the motors put down."""
    left = drives[0][0] > 0.5, drives[1][0] > 0.5, drives[2][0] > 0.5
    return (*left, drives[3][0] > 0.5, drives[4][0] > 0.5, drives[5][0] > 0.5)


@njit
def accelerated(world, legs, drives, dt):
    """Speed of the body under the legs that are down."""
    force, held, down = 0.0, False, lowered(drives)
    for k in range(6):
        angle, push = legs[k][0], drives[k][1] - drives[k][2]
        strong = (abs(angle) <= LIMIT) | ((angle > LIMIT) & (push > 0.0)) | ((angle < -LIMIT) & (push < 0.0))
        force = force + (push if strong & down[k] else 0.0)
        held = held | (down[k] & (world.x + HIPS[k] - legs[k][2] > FALL))
    return clip(world.speed + dt * FORCE * force, MAX_SPEED) if stands(world.x, legs, down) & (not held) else 0.0


@njit
def moved(leg, drive, hip, dt):
    """The parts of a leg after a step that has brought its hip there."""
    angle, omega, foot, reach, _ = leg
    down = drive[0] > 0.5
    stance = atan((foot - hip) / reach)
    omega = clip(omega - dt * SWING * (drive[1] - drive[2]), MAX_OMEGA)
    swing = angle + dt * omega
    omega = omega if abs(swing) <= LIMIT else 0.0
    swing = clip(swing, LIMIT)
    return (
        stance if down else swing,
        (stance - angle) / dt if down else omega,
        foot if down else hip + LEG * sin(swing),
        reach if down else LEG * cos(swing),
        1.0 if down else 0.0,
    )


@njit
def walk(world, motors, dt):
    """One Euler step."""
    legs, drives = legs_of(world), fives(motors)
    speed = accelerated(world, legs, drives, dt)
    x = world.x + dt * speed
    front = moved(legs[0], drives[0], x + HIPS[0], dt), moved(legs[3], drives[3], x + HIPS[3], dt)
    middle = moved(legs[1], drives[1], x + HIPS[1], dt), moved(legs[4], drives[4], x + HIPS[4], dt)
    hind = moved(legs[2], drives[2], x + HIPS[2], dt), moved(legs[5], drives[5], x + HIPS[5], dt)
    return World(x, speed, *front[0], *middle[0], *hind[0], *front[1], *middle[1], *hind[1], *motors)


@njit
def felt(leg, across, beside):
    """What the network of a leg senses."""
    return (leg[0] / LIMIT, *across, *beside)


@njit
def both(one, other):
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3], one[4] + other[4]


@njit
def sense(world):
    legs, shown = legs_of(world), shown_of(world)
    a = felt(legs[0], shown[3], shown[1])
    b = felt(legs[1], shown[4], both(shown[0], shown[2]))
    c = felt(legs[2], shown[5], shown[1])
    d = felt(legs[3], shown[0], shown[4])
    e = felt(legs[4], shown[1], both(shown[3], shown[5]))
    f = felt(legs[5], shown[2], shown[4])
    return (*a, *b, *c, *d, *e, *f)


@njit
def at_rest(key, k):
    """Leg k at an angle of its own, its foot up."""
    angle = LIMIT * (2.0 * uniform(key, k) - 1.0)
    return angle, 0.0, HIPS[k] + LEG * sin(angle), LEG * cos(angle), 0.0


@njit
def start_anywhere(key):
    """The legs at six angles of their own, feet up, neurons silent."""
    left = at_rest(key, 0) + at_rest(key, 1) + at_rest(key, 2)
    right = at_rest(key, 3) + at_rest(key, 4) + at_rest(key, 5)
    return World(0.0, 0.0, *left, *right, *SILENT)


@njit
def ended(world):
    return False


def hand_written(world: Any) -> tuple[float, ...]:
    """Alternating tripods: one swings, the other pushes up to the speed at which the swing is just in time."""
    first, other = (0, 4, 2), (3, 1, 5)
    legs = legs_of(world)
    standing, swinging = (first, other) if feet(legs)[0] else (other, first)
    if all(legs[k][0] >= LIMIT for k in swinging):
        standing, swinging = swinging, standing
    push = 1.0 if world.speed < TOP else 0.0
    drives = [(1.0, push, 0.0, 0.0, 0.0) if k in standing else (0.0, 0.0, 1.0, 0.0, 0.0) for k in range(6)]
    return sum(drives, ())


def scenario(*, duration: float = DURATION, dt: float = 0.1) -> Scenario:
    """Hexapod walker; the score is its mean speed.

    Parameters
    ----------
    duration : float, default=220.0
        Length of a walk, in units of time.
    dt : float, default=0.1
        Length of a step.
    """
    for name, value in (("duration", duration), ("dt", dt)):
        if not 0.0 < value < np.inf:
            raise ValueError(f"{name}: {value!r} is not a positive number")
    tests = {
        "starts": HeldOut(scenario=_walk(duration, dt, STARTS, UNSEEN), needed=STARTS),
        "long": HeldOut(scenario=_walk(5.0 * duration, dt, STARTS, UNSEEN), needed=STARTS),
        "half the step": HeldOut(scenario=_walk(duration, dt / 2.0, STARTS, UNSEEN), needed=STARTS),
    }
    return replace(_walk(duration, dt, TRIALS, 0), passing=None, tests=tests)


def _walk(duration: float, dt: float, trials: int, first: int) -> Scenario:
    """Walks from the starts of these trials."""

    @njit
    def start(key):
        return start_anywhere(Key(key.seed, key.generation, key.individual, key.trial + first))

    @njit
    def act(world, motors):
        return walk(world, motors, dt)

    @njit
    def mean_speed(world):
        return world.x / duration

    return Scenario(
        name="hexapod",
        world=World,
        start=start,
        sense=sense,
        act=act,
        ended=ended,
        score=mean_speed,
        sensors=("angle", *(f"{neuron} {where}" for where in ("across", "beside") for neuron in NEURONS)),
        motors=NEURONS,
        motor_range=(0.0, 1.0),
        agents=len(LEGS),
        dt=dt,
        max_steps=round(duration / dt),
        trials=trials,
        conditions="fixed" if first else "fresh",
        passing=WALKS,
        baseline={"hand-written tripod": TRIPOD},
        chance=CHANCE,
        draw=draw,
    )


def draw(axes: Any, world: Any) -> None:
    """Body and legs from above; a foot is filled while it is down, and the polygon of those that are is shaded."""
    from matplotlib.patches import FancyBboxPatch, Polygon

    axes.set(xlim=(world.x - 60, world.x + 60), ylim=(-38, 38), aspect="equal", xlabel="distance", yticks=[])
    axes.grid(axis="x", color="0.8")  # the ground, which the body passes
    corner, round_off = (world.x - SPACING, 4.0 - JOINT), "round,pad=4,rounding_size=8"
    look = {"boxstyle": round_off, "color": "tab:blue", "zorder": 1.8, "label": "body, 1 to 6: agents"}
    axes.add_patch(FancyBboxPatch(corner, 2.0 * SPACING, 2.0 * JOINT - 8.0, **look))
    axes.plot(world.x, 0.0, marker="+", color="white", zorder=3)
    axes.plot(world.x + SPACING - 1.0, 0.0, marker=">", color="white", zorder=3)  # the head
    legs, spots = legs_of(world), []
    foot = {"linestyle": "", "marker": "o", "color": "tab:orange", "markersize": 9, "markeredgewidth": 2, "zorder": 3}
    for k, (hip, leg) in enumerate(zip(HIPS, legs, strict=True)):
        side = 1.0 if k < 3 else -1.0
        spot = leg[2], side * (JOINT + leg[3])
        axes.plot([world.x + hip, spot[0]], [side * JOINT, spot[1]], color="0.2", linewidth=3, zorder=1.9)
        axes.plot(*spot, markerfacecolor="tab:orange" if leg[4] else "white", **foot)
        axes.text(world.x + hip, side * (JOINT - 3.5), str(k + 1), color="white", ha="center", va="center")
        spots += [spot] if leg[4] else []
    axes.plot([], [], label="foot, down", **foot)
    axes.plot([], [], markerfacecolor="white", label="foot, up", **foot)
    carried, fallen = {"color": "mediumseagreen"}, {"color": "firebrick", "linestyle": ":"}
    if len(spots) > 2:
        middle = np.mean(spots, axis=0)
        around = sorted(spots, key=lambda spot: np.arctan2(spot[1] - middle[1], spot[0] - middle[0]))
        stable = stands(world.x, legs, feet(legs))
        axes.add_patch(Polygon(around, alpha=0.3, zorder=1, linewidth=2, **(carried if stable else fallen)))
    axes.plot([], [], linewidth=2, label="support, stable", **carried)
    axes.plot([], [], linewidth=2, label="support, not stable", **fallen)
