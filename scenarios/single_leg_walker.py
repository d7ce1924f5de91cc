"""Single-legged walker (Beer & Gallagher 1992; Beer, Chiel & Gallagher 1999).

A body of mass 1 with one leg walks along x, in units without names. The foot is up or down. A foot that is down stays
where it is: two forces at the joint move the body, and the leg turns and stretches with it. A foot that is up lets the
body stop, and the same forces swing the leg, which is 15 long.

    f = 0.05 (forward - backward)
    down:  dv/dt = f within +-pi/6 or back towards it, else 0;  dx/dt = v;   angle = atan((foot_x - x) / reach)
    up:    v = 0;  dw/dt = -0.5 f, |w| <= 1;  dangle/dt = w, stopped at +-pi/6
           foot_x = x + 15 sin(angle);  reach = 15 cos(angle)

The body falls, v = 0, where it is more than 20 ahead of the foot. Forward Euler.
"""

from dataclasses import replace
from math import pi
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from evorc.kernels.vmath import cos, sin
from evorc.scenario import HeldOut, Scenario

LEG, LIMIT, FALL = 15.0, pi / 6, 20.0  # leg's length, its largest angle, farthest foot that carries the body
MAX_FORCE, MAX_TORQUE, MAX_SPEED, MAX_OMEGA = 0.05, 0.5, 6.0, 1.0
JOINT = 12.5  # from the middle of the body to its side, where the leg is
STARTS = 25  # angles of the held-out test
SOLVED, WALKS = 0.6, 0.45  # mean speeds: 95 % of the optimum; more than three full steps in 220
CHANCE = {3: 0.020, 2: 0.038, 1: 0.061}  # mean of 20,000 random CTRNNs of 3 neurons, without a sensor
CHANCE_SENSING = {3: 0.014, 2: 0.039, 1: 0.076}
TAN_PI_8 = 0.41421356237309503
ATAN = (  # (atan(t) / t - 1) / z in powers of z = t^2 up to tan(pi / 8)^2, the highest first: Chebyshev nodes
    -0.019175404711104935,
    0.03923044778479309,
    -0.050854078345894844,
    0.05858140904866328,
    -0.06664510525508936,
    0.07692183125376892,
    -0.0909090457530649,
    0.11111111015187018,
    -0.14285714284665682,
    0.19999999999995516,
    -0.3333333333333333,
)


class World(NamedTuple):
    """Body, leg and foot. `reach` is how far beside the joint the foot is; `down` 1 where it stands."""

    x: float
    speed: float
    angle: float
    omega: float
    foot_x: float
    reach: float
    down: float


@njit
def atan(x):
    """Arc tangent without branches, to 2 ulp: by 1 / x, then by (b - 1) / (b + 1), to at most tan(pi / 8)."""
    a = abs(x)
    b = 1.0 / a if a > 1.0 else a
    t = (b - 1.0) / (b + 1.0) if b > TAN_PI_8 else b
    z = t * t
    p = ATAN[0]
    for k in range(1, len(ATAN)):
        p = p * z + ATAN[k]
    y = t + t * z * p
    y = y + pi / 4 if b > TAN_PI_8 else y
    y = pi / 2 - y if a > 1.0 else y
    return y if x >= 0.0 else -y


@njit
def clip(x, most):
    return min(max(x, -most), most)


@njit
def walk(world, down, force, dt):
    """One Euler step with the foot down (1) or up (0)."""
    x, angle = world.x, world.angle
    strong = (abs(angle) <= LIMIT) | ((angle > LIMIT) & (force > 0.0)) | ((angle < -LIMIT) & (force < 0.0))
    speed = clip(world.speed + dt * (force if strong else 0.0), MAX_SPEED)
    speed = speed if down > 0.0 else world.speed
    x = x + dt * speed
    stance = atan((world.foot_x - x) / world.reach)
    omega = clip(world.omega - dt * MAX_TORQUE * force, MAX_OMEGA)
    swing = angle + dt * omega
    omega = omega if abs(swing) <= LIMIT else 0.0
    swing = clip(swing, LIMIT)
    foot_x = world.foot_x if down > 0.0 else x + LEG * sin(swing)
    reach = world.reach if down > 0.0 else LEG * cos(swing)
    omega = (stance - angle) / dt if down > 0.0 else omega
    speed = speed if (down > 0.0) & (x - foot_x <= FALL) else 0.0
    return World(x, speed, stance if down > 0.0 else swing, omega, foot_x, reach, down)


@njit
def standing(x, angle):
    """The leg at an angle, its foot up."""
    return World(x, 0.0, angle, 0.0, x + LEG * sin(angle), LEG * cos(angle), 0.0)


@njit
def start(key):
    return standing(0.0, LIMIT)


@njit
def start_anywhere(key):
    """One of the angles of the held-out test, evenly spaced."""
    return standing(0.0, LIMIT * (2.0 * key.trial + 1.0 - STARTS) / STARTS)


@njit
def sense_nothing(world):
    return ()


@njit
def sense_angle(world):
    return (world.angle / LIMIT,)


@njit
def ended(world):
    return False


@njit
def three_motors(motors):
    return (1.0 if motors[0] > 0.5 else 0.0), motors[1] - motors[2]


@njit
def two_motors(motors):
    return (1.0 if motors[0] > 0.5 else 0.0), motors[0] - motors[1]


@njit
def one_motor(motors):
    return (1.0 if motors[0] > 0.5 else 0.0), 2.0 * (motors[0] - 0.5)


EFFECTORS = {
    3: (three_motors, ("foot", "forward", "backward")),
    2: (two_motors, ("foot and forward", "backward")),
    1: (one_motor, ("foot, forward or backward",)),
}


@njit
def optimal_pattern(world):
    """The three motors of the best possible walk: push to the limit, coast until the body would fall, swing at once."""
    standing = (world.down > 0.0) & (world.x - world.foot_x <= FALL) | (world.down == 0.0) & (world.angle >= LIMIT)
    return (1.0, 1.0, 0.0) if standing else (0.0, 0.0, 1.0)


def scenario(*, duration: float = 220.0, dt: float = 0.1, sensor: bool = False, effectors: int = 3) -> Scenario:
    """Single-legged walker; the score is its mean speed.

    Parameters
    ----------
    duration : float, default=220.0
        Length of a walk, in units of time.
    dt : float, default=0.1
        Length of a step.
    sensor : bool, default=False
        Whether the controller senses the leg's angle, as a fraction of its limit. Without it walks only what
        oscillates by itself (a central pattern generator). The published sensor has a fixed weight of 5.
    effectors : {3, 2, 1}, default=3
        Motors: foot, forward and backward; or one for foot and forward; or one for all. The foot is down above 0.5.
    """
    if effectors not in EFFECTORS:
        raise ValueError(f"effectors: {effectors!r} is not 3, 2 or 1")
    for name, value in (("duration", duration), ("dt", dt)):
        if not 0.0 < value < np.inf:
            raise ValueError(f"{name}: {value!r} is not a positive number")
    plain = _walk(duration, dt, *EFFECTORS[effectors])
    longer = _walk(10.0 * duration, dt / 10.0, *EFFECTORS[effectors])
    if sensor:
        plain, longer = (replace(walk, sense=sense_angle, sensors=("angle",)) for walk in (plain, longer))
    starts = replace(plain, start=start_anywhere, trials=STARTS, passing=WALKS)
    tests = {
        "long": HeldOut(scenario=replace(longer, passing=WALKS), needed=1),
        "starts": HeldOut(scenario=starts, needed=STARTS),
    }
    chance = CHANCE_SENSING if sensor else CHANCE
    return replace(plain, tests=tests, passing=SOLVED, confirm=("long",), chance=chance[effectors])


def _walk(duration: float, dt: float, read: Any, motors: tuple[str, ...]) -> Scenario:
    """The walk without a sensor; `read` turns the motors into the foot's state and the difference of the forces."""

    @njit
    def act(world, motors):
        down, push = read(motors)
        return walk(world, down, MAX_FORCE * push, dt)

    @njit
    def mean_speed(world):
        return world.x / duration

    return Scenario(
        name="single_leg_walker",
        world=World,
        start=start,
        sense=sense_nothing,
        act=act,
        ended=ended,
        score=mean_speed,
        sensors=(),
        motors=motors,
        motor_range=(0.0, 1.0),
        dt=dt,
        max_steps=round(duration / dt),
        baseline={"optimal pattern generator": 0.6264},
        draw=draw,
    )


def draw(axes: Any, world: Any) -> None:
    """Body, leg and foot from above; the foot is filled while it stands."""
    axes.set(xlim=(world.x - 40, world.x + 40), ylim=(-18, 33), aspect="equal", xlabel="distance", yticks=[])
    axes.grid(axis="x", color="0.8")  # the ground, which the body passes
    axes.add_patch(_body(world.x))
    axes.plot([world.x, world.foot_x], [JOINT, JOINT + world.reach], color="0.2", linewidth=3, label="leg")
    face = "tab:orange" if world.down else "white"
    foot = {"linestyle": "", "marker": "o", "color": "tab:orange", "markersize": 11, "markeredgewidth": 2}
    axes.plot(world.foot_x, JOINT + world.reach, markerfacecolor=face, **foot)
    axes.plot([], [], label="foot, down", **foot)
    axes.plot([], [], label="foot, up", markerfacecolor="white", **foot)


def _body(x: float) -> Any:
    from matplotlib.patches import Ellipse

    return Ellipse((x, 0.0), 50.0, 2 * JOINT, color="tab:blue", zorder=1.8, label="body")  # above the ground
