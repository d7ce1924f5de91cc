"""Acoustic coordination: two agents find each other by sound and hear themselves too (after Di Paolo 2000).

Two round agents of radius 1, in an open plane, have two wheels, two ears 60 degrees to the left and to the right of
the heading, and one voice at their middle. An ear hears both voices at once, and a loud one masks a faint one:

    I = 100 (own + other / r^2 (1 - 0.9 max(0, -cos a)))
    ear = ln(1 + I) / ln(101) + noise

with own and other the loudness of the voices, in [0, 1]; r the distance of the other's middle from the ear and a its
direction from the ear's outward normal: behind a = 90 degrees the sound crosses the hearer's body and is weakened in
proportion to its way through it. The noise is uniform within +-0.02, that of a wheel within +-0.05.

    speed = (left + right) / 2,   turning = (right - left) / 2,   a wheel within [-1, 1]

Where two bodies overlap, both are pushed apart by half of it. Forward Euler. Lengths are in radii of a body.

A trial lasts 100 s. The agents begin 10 to 15 radii apart (middle to middle), turned at random. Half of the score is
how near they ended, 1 - (d - 4) / (d_0 - 4) within [0, 1], half the share of the time in which d was at most 4.

Di Paolo's idea is kept: the same network in both, open plane, two wheels, two ears, one continuous voice, noise, a body
that weakens sound, a score of approach and of time together. The numbers and the logarithm are this project's.
"""

from dataclasses import replace
from math import cos as plain_cos
from math import pi
from math import sin as plain_sin
from typing import Any, NamedTuple

from numba import njit

from evorc.kernels.random import integer, stream_uniform, uniform
from evorc.kernels.vmath import cos, log, sin, sqrt
from evorc.scenario import HeldOut, Scenario

EAR = (plain_cos(pi / 3.0), plain_sin(pi / 3.0))  # of the left ear, ahead and to the left
VOICE, SHADOW = 100.0, 0.9
FULL = 4.61512051684126  # ln(1 + VOICE)
EAR_NOISE, WHEEL_NOISE, DRAWS = 0.02, 0.05, 8  # random numbers a step: two ears and two wheels of each agent
NEAR, NEAREST, FARTHEST = 4.0, 10.0, 15.0
DURATION, UNSEEN, VALIDATION = 100.0, 400, 200  # s, starts of held-out tests; the last of those that confirm a champion
TOGETHER, VALIDATED, MEETS = 0.6, 0.7, 0.5  # mean scores asked of such tests; score of a passed trial
CHANCE = 0.014  # mean of 2,000 random symmetric CTRNNs of five neurons


class World(NamedTuple):
    """Two agents, in radii of a body and radians, and their voices. `near` counts the steps that they were near."""

    x1: float
    y1: float
    phi1: float
    voice1: float
    x2: float
    y2: float
    phi2: float
    voice2: float
    began: float
    near: float
    steps: float
    noise: int


@njit
def placed(key, first):
    """Both on the x axis, the middle at 0, turned at random; `first` is the first of the key's numbers."""
    began = NEAREST + (FARTHEST - NEAREST) * uniform(key, first)
    phi1, phi2 = 2.0 * pi * uniform(key, first + 1), 2.0 * pi * uniform(key, first + 2)
    noise = integer(key, first, 2**53)
    return World(-0.5 * began, 0.0, phi1, 0.0, 0.5 * began, 0.0, phi2, 0.0, began, 0.0, 0.0, noise)


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
    """Uniform noise within +-1."""
    return 2.0 * stream_uniform(world.noise, DRAWS * world.steps + which) - 1.0


@njit
def loudness(own, other, dx, dy, nx, ny):
    """What an ear hears; it is at (nx, ny) from the middle of its body, which is its normal, the other at (dx, dy)."""
    rx, ry = dx - nx, dy - ny
    square = rx * rx + ry * ry
    behind = positive(-(rx * nx + ry * ny) / sqrt(square))
    return log(1.0 + VOICE * (own + other * (1.0 - SHADOW * behind) / square)) / FULL


@njit
def ears(world, phi, own, other, away, first):
    """What a body's left and right ears hear of its own voice and of the other's, which is `away`."""
    dx, dy = away
    ahead, aside = cos(phi), sin(phi)
    left = loudness(own, other, dx, dy, EAR[0] * ahead - EAR[1] * aside, EAR[0] * aside + EAR[1] * ahead)
    right = loudness(own, other, dx, dy, EAR[0] * ahead + EAR[1] * aside, EAR[0] * aside - EAR[1] * ahead)
    return left + EAR_NOISE * jitter(world, first), right + EAR_NOISE * jitter(world, first + 1)


@njit
def move(world, motors, dt):
    """One Euler step of both agents; what overlaps is pushed apart."""
    left1, right1 = motors[0] + WHEEL_NOISE * jitter(world, 4), motors[2] + WHEEL_NOISE * jitter(world, 5)
    left2, right2 = motors[3] + WHEEL_NOISE * jitter(world, 6), motors[5] + WHEEL_NOISE * jitter(world, 7)
    way1, way2 = dt * 0.5 * (left1 + right1), dt * 0.5 * (left2 + right2)
    x1, y1 = world.x1 + way1 * cos(world.phi1), world.y1 + way1 * sin(world.phi1)
    x2, y2 = world.x2 + way2 * cos(world.phi2), world.y2 + way2 * sin(world.phi2)
    dx, dy = x2 - x1, y2 - y1
    distance = sqrt(dx * dx + dy * dy)
    push = 0.5 * positive(2.0 - distance) / distance
    return World(
        x1 - push * dx,
        y1 - push * dy,
        world.phi1 + dt * 0.5 * (right1 - left1),
        0.5 + 0.5 * motors[1],
        x2 + push * dx,
        y2 + push * dy,
        world.phi2 + dt * 0.5 * (right2 - left2),
        0.5 + 0.5 * motors[4],
        world.began,
        world.near + (1.0 if distance <= NEAR else 0.0),
        world.steps + 1.0,
        world.noise,
    )


@njit
def ended(world):
    return False


@njit
def score(world):
    """Half for how near they ended, half for the time together."""
    dx, dy = world.x2 - world.x1, world.y2 - world.y1
    left = positive(sqrt(dx * dx + dy * dy) - NEAR) / (world.began - NEAR)
    return 0.5 * positive(1.0 - left) + 0.5 * world.near / world.steps


@njit
def hand_written(sensed, memory):
    """Motors and memory of a caller (memory 1), who stands and calls, and of a listener (0), who turns to the sound."""
    left, right = sensed
    turn = 8.0 * (right - left)
    wheels = min(max(1.0 + turn, -1.0), 1.0), min(max(1.0 - turn, -1.0), 1.0)
    return ((0.0, 1.0, 0.0) if memory > 0.5 else (wheels[0], -1.0, wheels[1])), memory


def scenario(*, clonal: bool = True, deaf: int = 0, trials: int = 24, dt: float = 0.1) -> Scenario:
    """Acoustic coordination; the score is approach and time together, 1 at best.

    Parameters
    ----------
    clonal : bool, default=True
        Whether both agents have the same network.
    deaf : {0, 1, 2}, default=0
        Who does not hear the other, in training and in all tests; 0 is nobody. Own sounds are heard.
    trials : int, default=24
        Starts trained.
    dt : float, default=0.1
        Length of a step, in seconds.
    """
    if deaf not in (0, 1, 2):
        raise ValueError(f"deaf: {deaf!r} is not 0, 1 or 2")
    if not 0.0 < dt <= 0.2:
        raise ValueError(f"dt: {dt!r} is not above 0 and at most 0.2")
    plain, fine = (replace(_meeting(deaf, step), clonal=clonal) for step in (dt, dt / 2.0))
    confirm = {"validation": plain, "validation, fine": fine}
    tests = {name: _judged(meeting, start_validation, VALIDATION, VALIDATED) for name, meeting in confirm.items()}
    tests |= {name: _judged(made, start_unseen, UNSEEN, TOGETHER) for name, made in (("unseen", plain), ("fine", fine))}
    chance = CHANCE if clonal and not deaf else None
    # One of a generation may try to be confirmed, the best: a test takes as long as eight evaluations.
    return replace(plain, trials=trials, passing=None, tests=tests, confirm=tuple(confirm), chance=chance)


def _judged(meeting: Scenario, start: Any, trials: int, mean: float) -> HeldOut:
    """A test that asks for a mean score."""
    return HeldOut(scenario=replace(meeting, start=start, trials=trials), least_mean=mean)


def _meeting(deaf: int, dt: float) -> Scenario:
    """The world with an agent that does not hear the other, in steps of `dt`."""
    hears1, hears2 = (0.0 if deaf == number else 1.0 for number in (1, 2))

    @njit
    def sense(world):
        dx, dy = world.x2 - world.x1, world.y2 - world.y1
        first = ears(world, world.phi1, world.voice1, hears1 * world.voice2, (dx, dy), 0)
        return first + ears(world, world.phi2, world.voice2, hears2 * world.voice1, (-dx, -dy), 2)

    @njit
    def act(world, motors):
        return move(world, motors, dt)

    return Scenario(
        name="acoustic_coordination",
        world=World,
        start=start,
        sense=sense,
        act=act,
        ended=ended,
        score=score,
        sensors=("left ear", "right ear"),
        motors=("left wheel", "voice", "right wheel"),
        agents=2,
        dt=dt,
        max_steps=round(DURATION / dt),
        passing=MEETS,
        baseline={"hand-written, one calls and one listens": 0.926},
        draw=draw,
    )


def draw(axes: Any, world: Any) -> None:
    """Both agents from above; the louder a voice, the stronger its rings. Ears are the darker the louder."""
    from matplotlib.patches import Circle

    far = max(9.0, *(abs(place) + 3.0 for place in (0.6 * world.x1, 0.6 * world.x2, world.y1, world.y2)))
    axes.set(xlim=(-1.6 * far, 1.6 * far), ylim=(-far, far), aspect="equal", xlabel="radii", ylabel="radii")
    dx, dy = world.x2 - world.x1, world.y2 - world.y1
    heard1 = ears(world, world.phi1, world.voice1, world.voice2, (dx, dy), 0)
    heard2 = ears(world, world.phi2, world.voice2, world.voice1, (-dx, -dy), 2)
    bodies = (
        (world.x1, world.y1, world.phi1, world.voice1, heard1, "tab:blue"),
        (world.x2, world.y2, world.phi2, world.voice2, heard2, "tab:orange"),
    )
    for number, (x, y, phi, voice, loud, color) in enumerate(bodies, 1):
        axes.add_patch(Circle((x, y), NEAR, fill=False, color=color, linestyle=":", alpha=0.6, zorder=0))
        for radius in (1.6, 2.3, 3.0):
            strength = min(max(voice, 0.0), 1.0)
            axes.add_patch(Circle((x, y), radius, fill=False, color=color, alpha=strength, linewidth=2, zorder=1))
        axes.add_patch(Circle((x, y), 1.0, color=color, zorder=2, label=f"agent {number}"))
        axes.plot([x, x + plain_cos(phi)], [y, y + plain_sin(phi)], color="white", linewidth=2, zorder=3)
        for side, volume in zip((pi / 3.0, -pi / 3.0), loud, strict=True):
            place = x + plain_cos(phi + side), y + plain_sin(phi + side)
            shade = str(round(1.0 - min(max(volume, 0.0), 1.0), 3))
            axes.plot(*place, marker="o", markersize=6, color="0.2", markerfacecolor=shade, zorder=4)
    axes.plot([], [], "o", markersize=13, color="0.3", markerfacecolor="none", markeredgewidth=2, label="voice")
    axes.plot([], [], "o", markersize=9, color="0.2", markerfacecolor="white", label="ear that hears little")
    axes.plot([], [], "o", markersize=9, color="0.2", markerfacecolor="black", label="ear that hears much")
    axes.plot([], [], ":", color="0.5", label="4 radii: near")
