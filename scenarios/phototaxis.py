"""Phototaxis of a robot with two wheels and two eyes, or one (after Di Paolo 2000).

A round robot of radius R = 4 meets six lamps, one after the other, in a plane without walls; lengths and times have no
names. A lamp of power I in [3000, 5000] stands at a drawn bearing and distance, [10 R, 15 R], for [0.75 T, 1.25 T].

    eye = g_e I / max(d^2, 1) where the lamp, at distance d of the eye, is not behind the body; else 0
    v_l = g_w m_l,  v_r = g_w m_r
    dx/dt = (v_l + v_r) / 2 cos(phi),  dy/dt = (v_l + v_r) / 2 sin(phi),  dphi/dt = (v_r - v_l) / (2 R)

The eyes sit on the rim at +-60 degrees, a single one in front. The gains g_e and g_w of eyes and wheels, [0.01, 10],
are genes of the body (of their logarithms). A lamp is worth the mean of how much nearer the robot came,
max(0, 1 - d_end / d_begin), and of the share of the time that it was within 4 R. Forward Euler.
"""

from dataclasses import replace
from functools import partial
from math import log, radians
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from evorc.kernels.random import Key, integer, stream_uniform, uniform
from evorc.kernels.vmath import cos, exp, sin, sqrt
from evorc.scenario import HeldOut, Scenario

RADIUS, NEAR = 4.0, 16.0  # of the body; within which the robot is at the lamp
POWER, DISTANCE = (3000.0, 5000.0), (10.0 * RADIUS, 15.0 * RADIUS)
EYE = radians(60.0)  # from ahead, of each of two
GAIN = (log(0.01), log(10.0))
LAMPS, STAY, SPREAD = 6, 50.0, 0.25  # lamps a trial; for how long, T, and by which share more or less
TRIALS, STARTS, NEEDED = 4, 1000, 950
UNSEEN = 1_000_000  # first trial of the held-out tests
TURN = 6.283185307179586
WIRED = (0.0, log(10.0))  # gains of the hand-wired vehicles
PLAIN, REVERSING, TURNING = (0.05, 0.2), (-1.0, 2.0), (-1.0, 0.7)  # their drive in the dark and weight of an eye
CHANCE = {2: 0.029, 1: 0.026}  # mean of 1,000 random CTRNNs of 8 neurons
BASELINE = {  # mean of 400 trials; drives and weights are the best of a grid
    2: {"Braitenberg's vehicle 2b": 0.629, "the same, reversing in the dark": 0.848},
    1: {"hand-wired, one eye": 0.884},
}
HASTE = {2: 0.608, 1: 0.828}  # of the first of them in the held-out test


class World(NamedTuple):
    """Robot and lamp. `close` is the time near this lamp, `arrived` when it first was, `worth` that of lamps before."""

    x: float
    y: float
    phi: float
    lamp_x: float
    lamp_y: float
    power: float
    begin: float
    stay: float
    time: float
    close: float
    arrived: float
    worth: float
    lamps: int
    noise: int
    eye: float
    wheel: float


@njit
def span(u, bounds):
    return bounds[0] + (bounds[1] - bounds[0]) * u


@njit
def lamp_of(noise, number, x, y, spread):
    """A lamp around a place: where, its power, its distance, and how long it stays."""
    bearing, begin = TURN * stream_uniform(noise, 4 * number), span(stream_uniform(noise, 4 * number + 1), DISTANCE)
    power = span(stream_uniform(noise, 4 * number + 2), POWER)
    stay = STAY * (1.0 + spread * (2.0 * stream_uniform(noise, 4 * number + 3) - 1.0))
    return x + begin * cos(bearing), y + begin * sin(bearing), power, begin, stay


@njit
def begun(key, body, spread):
    """A robot in the middle, at a drawn heading, and its first lamp."""
    noise = integer(key, 0, 2**53)
    lamp_x, lamp_y, power, begin, stay = lamp_of(noise, 0, 0.0, 0.0, spread)
    phi, eye, wheel = TURN * uniform(key, 1), exp(body[0]), exp(body[1])
    return World(0.0, 0.0, phi, lamp_x, lamp_y, power, begin, stay, 0.0, 0.0, 0.0, 0.0, 0, noise, eye, wheel)


@njit
def distance_of(world, x, y):
    across, along = world.lamp_x - x, world.lamp_y - y
    return sqrt(across * across + along * along)


@njit
def seen(world, angle):
    """What an eye sees that looks so far to the left of ahead."""
    c, s = cos(world.phi + angle), sin(world.phi + angle)
    across, along = world.lamp_x - world.x - RADIUS * c, world.lamp_y - world.y - RADIUS * s
    light = world.eye * world.power / max(across * across + along * along, 1.0)
    return light if across * c + along * s > 0.0 else 0.0


@njit
def sense_two(world):
    return seen(world, EYE), seen(world, -EYE)


@njit
def sense_one(world):
    return (seen(world, 0.0),)


@njit
def worth_of(begin, end, close, time):
    """What a lamp was worth."""
    return 0.5 * max(0.0, 1.0 - end / begin) + 0.5 * close / time


@njit
def drive(world, motors, dt, spread):
    """One Euler step; a lamp whose time is over gives way to the next."""
    left, right = world.wheel * motors[0], world.wheel * motors[1]
    speed = 0.5 * (left + right)
    x, y = world.x + dt * speed * cos(world.phi), world.y + dt * speed * sin(world.phi)
    phi, time, distance = world.phi + dt * (right - left) / (2.0 * RADIUS), world.time + dt, distance_of(world, x, y)
    close = world.close + (dt if distance <= NEAR else 0.0)
    arrived = time if (close > 0.0) & (world.close == 0.0) else world.arrived
    worth = world.worth + worth_of(world.begin, distance, close, time)
    over, number = time >= world.stay - 0.5 * dt, world.lamps + 1
    lamp_x, lamp_y, power, begin, stay = lamp_of(world.noise, number, x, y, spread)
    return World(
        x,
        y,
        phi,
        lamp_x if over else world.lamp_x,
        lamp_y if over else world.lamp_y,
        power if over else world.power,
        begin if over else world.begin,
        stay if over else world.stay,
        0.0 if over else time,
        0.0 if over else close,
        0.0 if over else arrived,
        worth if over else world.worth,
        number if over else world.lamps,
        world.noise,
        world.eye,
        world.wheel,
    )


@njit
def six_over(world):
    return world.lamps >= LAMPS


@njit
def mean_worth(world):
    return world.worth / LAMPS


@njit
def never(world):
    return False


@njit
def haste(world):
    """Share of the time that was left when the robot first was at the lamp; 0 unless it is there at the end."""
    arrived = (world.close > 0.0) & (distance_of(world, world.x, world.y) <= NEAR)
    return 1.0 - world.arrived / STAY if arrived else 0.0


@njit
def crossed(sensed, wired):
    """Wheels of vehicle 2b of Braitenberg (1984): each eye excites the wheel across."""
    return min(1.0, wired[0] + wired[1] * sensed[1]), min(1.0, wired[0] + wired[1] * sensed[0])


@njit
def turning(sensed, wired):
    """Wheels of a vehicle with one eye: it spins in the dark, light drives it ahead."""
    return min(1.0, wired[0] + wired[1] * sensed[0]), 1.0


def scenario(*, eyes: int = 2, dt: float = 0.2) -> Scenario:
    """Phototaxis; the score is the mean worth of six lamps, at most 1.

    Parameters
    ----------
    eyes : {2, 1}, default=2
        Two eyes at +-60 degrees, or one in front.
    dt : float, default=0.2
        Length of a step, in the scenario's unit of time.
    """
    if eyes not in (2, 1):
        raise ValueError(f"eyes: {eyes!r} is not 2 or 1")
    if not 0.0 < dt < np.inf:
        raise ValueError(f"dt: {dt!r} is not a positive number")
    tests = {
        "starts": HeldOut(scenario=_starts(eyes, dt), needed=NEEDED, least_mean=HASTE[eyes]),
        "half the step": HeldOut(scenario=_starts(eyes, dt / 2.0), needed=NEEDED, least_mean=HASTE[eyes]),
    }
    return replace(_lamps(eyes, dt, SPREAD, 0), tests=tests)


def _lamps(eyes: int, dt: float, spread: float, first: int) -> Scenario:
    """Six lamps a trial, from trial number `first` on."""

    @njit
    def start(key, body):
        return begun(Key(key.seed, key.generation, key.individual, key.trial + first), body, spread)

    @njit
    def act(world, motors):
        return drive(world, motors, dt, spread)

    return Scenario(
        name="phototaxis",
        world=World,
        start=start,
        sense=sense_two if eyes == 2 else sense_one,
        act=act,
        ended=six_over,
        score=mean_worth,
        sensors=("left eye", "right eye") if eyes == 2 else ("eye",),
        motors=("left wheel", "right wheel"),
        motor_range=(-1.0, 1.0),
        body={"log_eye_gain": GAIN, "log_wheel_gain": GAIN},
        dt=dt,
        max_steps=round(LAMPS * STAY * (1.0 + SPREAD) / dt),
        trials=TRIALS,
        conditions="fresh",
        chance=CHANCE[eyes],
        baseline=BASELINE[eyes],
        draw=partial(draw, eyes=(EYE, -EYE) if eyes == 2 else (0.0,)),
    )


def _starts(eyes: int, dt: float) -> Scenario:
    """One lamp a trial, for the time T: passed by who is at it in the end."""
    one = _lamps(eyes, dt, 0.0, UNSEEN)
    steps = round(STAY / dt) - 1
    return replace(one, ended=never, score=haste, max_steps=steps, trials=STARTS, conditions="fixed", passing=1e-9)


def draw(axes: Any, world: Any, eyes: tuple[float, ...]) -> None:
    """Robot, wheels, eyes and lamp from above, the lamp in the middle; who is in the dashed circle is at it.

    The picture grows with the robot's distance from the lamp.
    """
    from matplotlib.patches import Circle

    x, y, c, s = world.x - world.lamp_x, world.y - world.lamp_y, np.cos(world.phi), np.sin(world.phi)
    far = max(60.0, 1.1 * abs(x) / 1.6, 1.1 * abs(y))
    axes.set(xlim=(-1.6 * far, 1.6 * far), ylim=(-far, far), aspect="equal", xlabel="from the lamp")
    words = f"lamp {min(world.lamps + 1, LAMPS)} of {LAMPS}, for {world.time:.0f} of {world.stay:.0f} units of time"
    axes.set_title(words, fontsize="medium", loc="left")
    for radius, alpha in ((3.0 * NEAR, 0.08), (2.0 * NEAR, 0.12), (NEAR, 0.25)):
        axes.add_patch(Circle((0.0, 0.0), radius, color="gold", alpha=alpha, linewidth=0, zorder=0))
    axes.add_patch(Circle((0.0, 0.0), NEAR, fill=False, edgecolor="goldenrod", linestyle="--", zorder=1))
    star = {"linestyle": "", "marker": "*", "markersize": 18, "color": "gold", "markeredgecolor": "0.3"}
    axes.plot(0.0, 0.0, zorder=2, label="lamp", **star)
    axes.plot([], [], color="goldenrod", linestyle="--", label="at the lamp")
    axes.add_patch(Circle((x, y), RADIUS, facecolor="tab:blue", edgecolor="0.2", zorder=3, label="robot"))
    for side in (-1.0, 1.0):  # the wheels, along the heading
        across, along = x - side * RADIUS * s, y + side * RADIUS * c
        wheel = [across - 2.5 * c, across + 2.5 * c], [along - 2.5 * s, along + 2.5 * s]
        axes.plot(*wheel, color="0.2", linewidth=3, label="wheel")
    eye = {"linestyle": "", "marker": "o", "markersize": 7, "color": "0.2", "zorder": 5}
    for angle in eyes:
        spot = x + RADIUS * np.cos(world.phi + angle), y + RADIUS * np.sin(world.phi + angle)
        face = "gold" if seen(world, angle) > 0.0 else "white"
        axes.plot(*spot, markerfacecolor=face, **eye)
    axes.plot([], [], markerfacecolor="gold", label="eye that sees it", **eye)
    axes.plot([], [], markerfacecolor="white", label="eye in the dark", **eye)
