"""Klinotaxis of a worm (Izquierdo & Lockery 2010; the circuit and constants of Izquierdo & Beer 2013).

A point in the plane (cm, s) crawls with a swinging head towards the peak of a cone of concentration, c = -s d at the
distance d of the peak, from d = 4.5. It does not sense where the peak is, but how c changed as it moved:

    D = mean of c over the last N s - mean over the M s before them;  ASEL = max(0, D), ASER = max(0, -D)

Six interneurons see these two cells; what they show, o_i, reaches both neck motor neurons, which an oscillator of
4.2 s drives in antiphase, and which turn the head and with it the body:

    tau dV/dt = -V + w_self sigma(V + b) + sum_i w_i o_i + w_osc sin(2 pi t / 4.2)        (D likewise, with - w_osc)
    theta = g (sigma(V + b) - sigma(D + b)),  dphi/dt = theta
    speed = 0.022 (1 - |p|)^2 (1 - |0.7 - q|)^2

p is the mean over the last 4.2 s of the sign of theta's change, q that of |theta|: who bends one way only, or hardly
or too much, gets no thrust. The interneurons are the network; N, M, g and the neck neurons are genes of the body. The
score is max(0, 1 - mean distance / 4.5) over the last 100 of 350 s. Forward Euler.
"""

from dataclasses import replace
from functools import cache
from math import pi
from typing import Annotated, Any, NamedTuple

import numpy as np
from numba import njit

from evorc.kernels.random import Key, uniform
from evorc.kernels.vmath import cos, sigmoid, sin, sqrt
from evorc.scenario import HeldOut, Scenario

FAR, TOP_SPEED, SWEEP = 4.5, 0.022, 4.2  # cm, cm/s, s
DURATION, COUNTED = 350.0, 100.0  # s, and the last part of it that counts
STEEPNESS = 0.5  # of the cone, in units of concentration a cm
SENSITIVITY = 100.0  # so that weights within 15 are the published ones within 1500
INTERNEURONS = 6
ORIENTATIONS, TESTED = 4, 36
UNSEEN = 1_000_000  # first trial of the held-out tests
BODY = {
    "recent": (0.1, SWEEP),  # N, in s
    "before": (0.1, SWEEP),  # M
    "turn": (1.0, 2.0),  # g
    "bias": (-15.0, 15.0),
    "time_constant": (0.1, SWEEP),
    "itself": (-15.0, 15.0),  # w_self
    "oscillator": (0.0, 15.0),  # w_osc
    **{f"weight_{k + 1}": (-15.0, 15.0) for k in range(INTERNEURONS)},
}
SCALARS = (
    *("x", "y", "phi", "theta", "steepness"),
    *("ventral", "dorsal", "pull"),  # states of the neck neurons, and what the interneurons gave in the last step
    *("present", "past"),  # sums of c over the last N and the M before
    *("swung", "bent"),  # sums over the last sweep of theta's signs and sizes
    "total",  # of the distances that count
    *BODY,
)
NEEDED, INDEX = 30, 0.86
HAND = (0.5, 2.1, 2.0, -1.0, 0.5, 0.0, 2.0, -2.0, 2.0, 0.0, 0.0, 0.0, 0.0)  # body of the hand-written worm


@cache
def world_of(sweep: int) -> Any:
    """A world that remembers so many steps of theta, and twice as many of c."""
    counters = [(name, int) for name in ("n_recent", "n_before", "steps", "place", "turn_place")]
    rings = [("sensed", Annotated[np.ndarray, 2 * sweep + 2]), ("turns", Annotated[np.ndarray, sweep + 2])]
    return NamedTuple(f"World_{sweep}", [*((name, float) for name in SCALARS), *counters, *rings])


def __getattr__(name: str) -> Any:
    """The worlds by their names: another process looks them up so."""
    if not name.startswith("World_"):
        raise AttributeError(name)
    return world_of(int(name.removeprefix("World_")))


@njit
def distance_of(world):
    return sqrt(world.x * world.x + world.y * world.y)


@njit
def back(place, steps, size):
    """An index into a ring of so many, some steps before a place."""
    return place - steps if place >= steps else place - steps + size


@njit
def sense(world):
    change = SENSITIVITY * (world.present / world.n_recent - world.past / world.n_before)
    return max(0.0, change), max(0.0, -change)


@njit
def begun(phi, steepness, body, dt, sweep):
    """The worm 4.5 cm left of the peak, and what it has sensed so far."""
    c = -FAR * steepness
    recent, before = int(body[0] / dt), int(body[1] / dt)
    scalars = (-FAR, 0.0, phi, 0.0, steepness, 0.0, 0.0, 0.0, recent * c, before * c, 0.0, 0.0, 0.0)
    return (*scalars, *body, recent, before, 0, 0, 0, np.full(2 * sweep + 2, c), np.zeros(sweep + 2))


@njit
def neck(world, state, drive, dt):
    """A neck motor neuron after a step."""
    inflow = world.itself * sigmoid(state + world.bias) + world.pull + drive
    return state + dt / world.time_constant * (inflow - state)


@njit
def pulled(world, motors):
    """What the interneurons give to both neck neurons."""
    first = world.weight_1 * motors[0] + world.weight_2 * motors[1] + world.weight_3 * motors[2]
    return first + world.weight_4 * motors[3] + world.weight_5 * motors[4] + world.weight_6 * motors[5]


@njit
def sign(change):
    return 1.0 if change > 0.0 else -1.0


@njit
def crawled(world, motors, dt, sweep, transient):
    """One Euler step."""
    steps, size, turns = world.steps + 1, 2 * sweep + 2, sweep + 2
    drive = world.oscillator * sin(2.0 * pi / SWEEP * (dt * steps))
    ventral, dorsal = neck(world, world.ventral, drive, dt), neck(world, world.dorsal, -drive, dt)
    theta = world.turn * (sigmoid(ventral + world.bias) - sigmoid(dorsal + world.bias))
    phi = world.phi + dt * theta
    # the step that leaves the sweep, and the one before it
    place = world.turn_place
    old, older = world.turns[back(place, sweep, turns)], world.turns[back(place, sweep + 1, turns)]
    swung = world.swung + sign(theta - world.theta) - (sign(old - older) if steps > sweep else 0.0)
    bent = world.bent + abs(theta) - abs(old)
    world.turns[place] = theta
    straight, wide = 1.0 - abs(swung) / sweep, 1.0 - abs(0.7 - bent / sweep)
    step = dt * TOP_SPEED * straight * straight * wide * wide
    x, y = world.x + step * cos(phi), world.y + step * sin(phi)
    distance = sqrt(x * x + y * y)
    c = -distance * world.steepness
    here = world.place
    recent = world.sensed[back(here, world.n_recent, size)]
    before = world.sensed[back(here, world.n_recent + world.n_before, size)]
    world.sensed[here] = c
    total = world.total + (distance if steps > transient else 0.0)
    scalars = (x, y, phi, theta, world.steepness, ventral, dorsal, pulled(world, motors))
    sums = (world.present + c - recent, world.past + recent - before, swung, bent, total)
    places = (steps, here + 1 if here + 1 < size else 0, place + 1 if place + 1 < turns else 0)
    return scalars + sums + genes(world) + (world.n_recent, world.n_before) + places + (world.sensed, world.turns)


@njit
def genes(world):
    neck_genes = (
        world.recent,
        world.before,
        world.turn,
        world.bias,
        world.time_constant,
        world.itself,
        world.oscillator,
    )
    first = (world.weight_1, world.weight_2, world.weight_3)
    return neck_genes + first + (world.weight_4, world.weight_5, world.weight_6)


@njit
def hand_written(sensed):
    """Two interneurons, one a sensor: the head swings less while the concentration rises, and more while it falls."""
    return min(1.0, 0.3 * sensed[0]), min(1.0, 0.3 * sensed[1]), 0.0, 0.0, 0.0, 0.0


@njit
def ended(world):
    return False


def scenario(*, dt: float = 0.01) -> Scenario:
    """Klinotaxis; the score is the chemotaxis index of the last 100 s.

    Parameters
    ----------
    dt : float, default=0.01
        Length of a step, in seconds, at most 0.1; the published is 0.01.
    """
    if not 0.0 < dt <= 0.1:
        raise ValueError(f"dt: {dt!r} is not a positive number of at most 0.1")
    tests = {
        "orientations": HeldOut(scenario=_worm(dt, TESTED, UNSEEN), needed=NEEDED, least_mean=INDEX),
        "published step": HeldOut(scenario=_worm(0.01, TESTED, UNSEEN), needed=NEEDED, least_mean=INDEX),
        "half the step": HeldOut(scenario=_worm(dt / 2.0, TESTED, UNSEEN), needed=NEEDED, least_mean=INDEX),
        "steepness": HeldOut(scenario=_worm(dt, TESTED, UNSEEN, (0.1, 1.0)), needed=NEEDED),
    }
    return replace(_worm(dt, ORIENTATIONS, 0), tests=tests)


def _worm(dt: float, trials: int, first: int, slopes: tuple[float, float] = (STEEPNESS, STEEPNESS)) -> Scenario:
    """Crawls from the four orientations, or from drawn ones in cones of drawn steepness if these are `UNSEEN`."""
    sweep, steps, transient = round(SWEEP / dt), round(DURATION / dt), round((DURATION - COUNTED) / dt)
    flat, steep = slopes
    World = world_of(sweep)

    @njit
    def start(key, body):
        drawn = Key(key.seed, key.generation, key.individual, key.trial + first)
        phi = 2.0 * pi * (uniform(drawn, 0) if first > 0 else key.trial / ORIENTATIONS)
        return World(*begun(phi, flat + (steep - flat) * uniform(drawn, 1), body, dt, sweep))

    @njit
    def act(world, motors):
        return World(*crawled(world, motors, dt, sweep, transient))

    @njit
    def index(world):
        return max(0.0, 1.0 - world.total / (steps - transient) / FAR)

    return Scenario(
        name="klinotaxis",
        world=World,
        start=start,
        sense=sense,
        act=act,
        ended=ended,
        score=index,
        sensors=("ASEL", "ASER"),
        motors=tuple(f"interneuron {k + 1}" for k in range(INTERNEURONS)),
        motor_range=(0.0, 1.0),
        body=BODY,
        dt=dt,
        max_steps=steps,
        trials=trials,
        passing=INDEX if first else None,
        chance=0.049,
        baseline={"hand-written": 0.879, "published, minimal circuits": 0.855, "published, AIY-AIZ inhibited": 0.877},
        draw=draw,
    )


def draw(axes: Any, world: Any) -> None:
    """Dish, peak and worm from above; the worm is drawn five times its size, its head filled by the cell that tells."""
    from matplotlib.patches import Circle

    axes.set(xlim=(-7.7, 7.7), ylim=(-4.8, 4.8), aspect="equal", xlabel="cm", ylabel="cm")
    for radius in np.linspace(0.75, FAR, 6):
        axes.add_patch(Circle((0.0, 0.0), radius, color="tab:green", alpha=0.07, linewidth=0, zorder=0))
    star = {"linestyle": "", "marker": "*", "markersize": 16, "color": "gold", "markeredgecolor": "0.3"}
    axes.plot(0.0, 0.0, zorder=2, label="peak", **star)
    along = np.linspace(0.0, 1.0, 30)  # from tail to head; only the last part bends
    heading = world.phi + world.theta * np.maximum(along - 0.6, 0.0)
    x, y = np.cumsum(np.cos(heading)) / 60.0, np.cumsum(np.sin(heading)) / 60.0
    worm = {"color": "tab:blue", "linewidth": 4, "solid_capstyle": "round"}
    axes.plot(world.x + x - x[-1], world.y + y - y[-1], zorder=3, label="worm, enlarged", **worm)
    rising, falling = sense(world)
    face = "gold" if rising > 0.0 else "tab:purple" if falling > 0.0 else "white"
    head = {"linestyle": "", "marker": "o", "markersize": 8, "color": "0.2"}
    axes.plot(world.x, world.y, markerfacecolor=face, zorder=4, **head)
    for color, told in (("gold", "ASEL: it rises"), ("tab:purple", "ASER: it falls"), ("white", "no change")):
        axes.plot([], [], markerfacecolor=color, label=told, **head)
    axes.set_title(f"{distance_of(world):.2f} cm from the peak", fontsize="medium", loc="left")
