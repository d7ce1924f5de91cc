"""Double pole balancing (Wieland 1991; equations of Gomez, Schmidhuber & Miikkulainen 2008, appendix A).

A cart on a track of +-2.4 m carries a pole of 1 m and one of 0.1 m. Every 0.02 s the controller sets a force of at most
10 N, at least 10/256 N, and the world makes two Runge-Kutta steps of 0.01 s. A trial ends when the cart leaves the
track or a pole leans more than 36 degrees. Without velocities the controller needs a memory.

    x'' = (F - mu_c sgn(x') + sum_i F_i) / (M + sum_i m_i')
    theta_i'' = -3/(4 l_i) (x'' cos theta_i + g sin theta_i + mu_p theta_i' / (m_i l_i)),      g = -9.8
    F_i = m_i l_i theta_i'^2 sin theta_i + 3/4 m_i cos theta_i (mu_p theta_i' / (m_i l_i) + g sin theta_i)
    m_i' = m_i (1 - 3/4 cos^2 theta_i)
"""

from dataclasses import replace
from math import factorial, radians
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from numba import njit

from evorc.scenario import HeldOut, Scenario

TRACK, LEAN = 2.4, radians(36.0)  # m, rad
FORCE, LEAST_FORCE = 10.0, 10.0 / 256.0  # N
CART, GRAVITY, PIVOT_FRICTION = 1.0, -9.8, 2e-6  # kg, m/s^2, N m s
MASS_1, MASS_2, HALF_1, HALF_2 = 0.1, 0.01, 0.5, 0.05  # kg, m
STEP = 0.01  # s, two a control step
TILT = radians(4.0)  # rad, the long pole's at the start
# Taylor series in theta^2, highest power first, exact to the last bit up to 50 degrees. No pole leans so far before its
# trial ends, and without the reduction of larger angles a step takes half the time.
SINE = tuple((-1.0) ** k / factorial(2 * k + 1) for k in reversed(range(9)))
COSINE = tuple((-1.0) ** k / factorial(2 * k) for k in reversed(range(9)))
WINDOW = 100  # steps that the damping fitness looks back
GRID = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the ranges from which the 625 starts are taken
SPAN = (4.32, 2.70, 0.12566304, 0.30019504)  # m, m/s, rad, rad/s


class World(NamedTuple):
    """Cart and poles; `steps` balanced."""

    x: float
    x_dot: float
    theta1: float
    theta1_dot: float
    theta2: float
    theta2_dot: float
    steps: float


class DampedWorld(NamedTuple):
    """The same, with how far it strayed in each of the last 100 steps."""

    x: float
    x_dot: float
    theta1: float
    theta1_dot: float
    theta2: float
    theta2_dot: float
    steps: float
    strayed: Annotated[np.ndarray, WINDOW]


@njit
def series(coefficients, z):
    total = coefficients[0]
    for i in range(1, len(coefficients)):
        total = total * z + coefficients[i]
    return total


@njit
def pole(theta, theta_dot, mass, half):
    """Friction and gravity on a pole, and the force and mass that the cart feels of it."""
    z = theta * theta
    s, c = theta * series(SINE, z), series(COSINE, z)
    turn = PIVOT_FRICTION / (mass * half) * theta_dot + GRAVITY * s
    return c, turn, mass * half * theta_dot * theta_dot * s + 0.75 * mass * c * turn, mass * (1.0 - 0.75 * c * c)


@njit
def slopes(x_dot, theta1, theta1_dot, theta2, theta2_dot, force, mu_c):
    """Time derivatives of x, x', theta_1, theta_1', theta_2, theta_2'."""
    c1, turn1, force1, mass1 = pole(theta1, theta1_dot, MASS_1, HALF_1)
    c2, turn2, force2, mass2 = pole(theta2, theta2_dot, MASS_2, HALF_2)
    friction = mu_c if x_dot > 0.0 else -mu_c if x_dot < 0.0 else 0.0
    acceleration = (force - friction + force1 + force2) / (CART + mass1 + mass2)
    return (
        x_dot,
        acceleration,
        theta1_dot,
        -0.75 / HALF_1 * (acceleration * c1 + turn1),
        theta2_dot,
        -0.75 / HALF_2 * (acceleration * c2 + turn2),
    )


@njit
def along(s, h, d):
    """The state s, moved by h along its slopes d."""
    return (s[0] + h * d[0], s[1] + h * d[1], s[2] + h * d[2], s[3] + h * d[3], s[4] + h * d[4], s[5] + h * d[5])


@njit
def runge_kutta(s, force, mu_c):
    """One step of the classical method."""
    k1 = slopes(s[1], s[2], s[3], s[4], s[5], force, mu_c)
    a = along(s, STEP / 2, k1)
    k2 = slopes(a[1], a[2], a[3], a[4], a[5], force, mu_c)
    b = along(s, STEP / 2, k2)
    k3 = slopes(b[1], b[2], b[3], b[4], b[5], force, mu_c)
    c = along(s, STEP, k3)
    k4 = slopes(c[1], c[2], c[3], c[4], c[5], force, mu_c)
    return along(along(along(along(s, STEP / 6, k1), STEP / 3, k2), STEP / 3, k3), STEP / 6, k4)


@njit
def force_of(motor):
    """Force in newtons; never quite none, so that no controller balances by doing nothing."""
    force = FORCE * motor
    return max(force, LEAST_FORCE) if force >= 0.0 else min(force, -LEAST_FORCE)


@njit
def ended(world):
    return not ((abs(world.x) <= TRACK) & (abs(world.theta1) <= LEAN) & (abs(world.theta2) <= LEAN))  # true of nan


@njit
def sense_all(world):
    return (
        world.x / TRACK,
        world.x_dot / 10.0,
        world.theta1 / LEAN,
        world.theta1_dot / 5.0,
        world.theta2 / LEAN,
        world.theta2_dot / 16.0,
    )


@njit
def sense_positions(world):
    return world.x / TRACK, world.theta1 / LEAN, world.theta2 / LEAN


@njit
def balanced(world):
    """Standard fitness: steps balanced."""
    return world.steps


@njit
def damped(world):
    """Damping fitness of Gruau, Whitley & Pyeatt (1996): 0.1 f1 + 0.9 f2."""
    if world.steps < WINDOW:
        return 0.1 * world.steps / 1000.0
    return 0.1 * world.steps / 1000.0 + 0.9 * 0.75 / world.strayed.sum()


@njit
def start(key):
    return World(0.0, 0.0, TILT, 0.0, 0.0, 0.0, 0.0)


@njit
def start_damped(key):
    return DampedWorld(0.0, 0.0, TILT, 0.0, 0.0, 0.0, 0.0, np.zeros(WINDOW))


@njit
def start_on_grid(key):
    """One of the 5 x 5 x 5 x 5 starts of the generalisation test (Gruau, Whitley & Pyeatt 1996)."""
    trial = key.trial
    x, x_dot = GRID[trial // 125 % 5] - 0.5, GRID[trial // 25 % 5] - 0.5
    theta, theta_dot = GRID[trial // 5 % 5] - 0.5, GRID[trial % 5] - 0.5
    return World(SPAN[0] * x, SPAN[1] * x_dot, SPAN[2] * theta, SPAN[3] * theta_dot, 0.0, 0.0, 0.0)


def scenario(
    *,
    velocities: bool = False,
    fitness: Literal["standard", "damping"] = "standard",
    max_steps: int = 1000,
    mu_c: float = 5e-4,
) -> Scenario:
    """Double pole balancing.

    Parameters
    ----------
    velocities : bool, default=False
        Whether the controller senses the velocities.
    fitness : {"standard", "damping"}, default="standard"
        Steps balanced, or Gruau's, which also asks for calm.
    max_steps : int, default=1000
        Steps of a training trial.
    mu_c : float, default=0.0005
        Friction of the cart on the track, in newtons. Public programs declare it and leave it at 0.
    """
    if fitness not in ("standard", "damping"):
        raise ValueError(f'fitness: {fitness!r} is not "standard" or "damping"')
    if not 0.0 <= mu_c < FORCE:
        raise ValueError(f"mu_c: {mu_c!r} is not a friction from 0 to below {FORCE:g} N")

    @njit
    def move(world, motors):
        s = (world.x, world.x_dot, world.theta1, world.theta1_dot, world.theta2, world.theta2_dot)
        force = force_of(motors[0])
        return runge_kutta(runge_kutta(s, force, mu_c), force, mu_c)

    @njit
    def act(world, motors):
        s = move(world, motors)
        return World(s[0], s[1], s[2], s[3], s[4], s[5], world.steps + 1.0)

    @njit
    def act_damped(world, motors):
        s = move(world, motors)
        strayed = abs(s[0]) + abs(s[1]) + abs(s[2]) + abs(s[3])
        world.strayed[int(world.steps) % WINDOW] = strayed
        return DampedWorld(s[0], s[1], s[2], s[3], s[4], s[5], world.steps + 1.0, world.strayed)

    names = ("x", "x_dot", "theta1", "theta1_dot", "theta2", "theta2_dot")
    plain = Scenario(
        name="double_pole",
        world=World,
        start=start,
        sense=sense_all if velocities else sense_positions,
        act=act,
        ended=ended,
        score=balanced,
        sensors=names if velocities else names[::2],
        motors=("force",),
        dt=2 * STEP,
        max_steps=max_steps,
        passing=float(max_steps),
        confirm=("long",),
        chance=12.0,  # random units of four weights; CTRNNs of three neurons last 5.5 steps
        draw=draw,
    )
    long = replace(plain, max_steps=100_000, passing=100_000.0)
    many = replace(plain, start=start_on_grid, trials=625, max_steps=1000, passing=1000.0)
    tests = {"long": HeldOut(scenario=long, needed=1), "generalisation": HeldOut(scenario=many, needed=200)}
    if fitness == "standard":
        return replace(plain, tests=tests)
    calm = replace(plain, world=DampedWorld, start=start_damped, act=act_damped, score=damped)
    return replace(calm, tests=tests, passing=None, chance=None, confirm=("long", "generalisation"))


def draw(axes: Any, world: Any) -> None:
    """Cart, poles and track; the poles, which share an axle, are drawn side by side to be told apart."""
    axes.set(xlim=(-2.8, 2.8), ylim=(-0.35, 1.35), aspect="equal", xlabel="position (m)", yticks=[])
    axes.plot([-TRACK, TRACK], [-0.12, -0.12], color="0.6", linewidth=2, label="track: 4.8 m")
    axes.add_patch(_cart(world.x))
    for aside, theta, half, color in ((-0.1, world.theta1, HALF_1, "tab:orange"), (0.1, world.theta2, HALF_2, "0.1")):
        look = {"color": color, "linewidth": 4, "solid_capstyle": "round", "label": f"pole of {2 * half:g} m"}
        axes.plot(*_pole(world.x + aside, theta, half), zorder=3, **look)
        for limit in (-LEAN, LEAN):
            axes.plot(*_pole(world.x + aside, limit, half), color="0.6", linestyle=":", linewidth=1)
    axes.plot([], [], color="0.6", linestyle=":", label="limit: 36 degrees")


def _pole(x: float, theta: float, half: float) -> tuple[list[float], list[float]]:
    return [x, x + 2 * half * np.sin(theta)], [0.0, 2 * half * np.cos(theta)]


def _cart(x: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.25, -0.1), 0.5, 0.1, color="tab:blue", label="cart")
