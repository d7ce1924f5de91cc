"""The double pole without velocities, driven by CTRNNs, by other means: the same physics, the same network.

Each function takes `recurrent` [individual, source, target], `inputs` [individual, channel, target], `theta` and `rate`
[individual, neuron] of one dtype, and max_steps; it returns the steps that each individual balanced.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

CONTROL, STEP = 0.02, 0.01
TRACK, LEAN, TILT = 2.4, math.radians(36.0), math.radians(4.0)
FORCE, LEAST_FORCE, MU_C, MU_P, GRAVITY = 10.0, 10.0 / 256.0, 5e-4, 2e-6, -9.8
POLES = ((0.1, 0.5), (0.01, 0.05))  # mass, half length


def physics(decorate: Callable[..., Any], sin: Any, cos: Any, choose: Any) -> Callable[..., Any]:
    """One control step `advance(state, motor)` of six-tuples, of whatever the arguments can be applied to."""

    @decorate
    def pole(theta, theta_dot, mass, half):
        s, c = sin(theta), cos(theta)
        turn = MU_P * theta_dot / (mass * half) + GRAVITY * s
        force = mass * half * theta_dot * theta_dot * s + 0.75 * mass * c * turn
        return c, turn, force, mass * (1 - 0.75 * c * c)

    @decorate
    def slopes(s, force):
        c1, turn1, force1, mass1 = pole(s[2], s[3], POLES[0][0], POLES[0][1])
        c2, turn2, force2, mass2 = pole(s[4], s[5], POLES[1][0], POLES[1][1])
        friction = choose(s[1] > 0, MU_C, choose(s[1] < 0, -MU_C, 0.0))
        a = (force - friction + force1 + force2) / (1 + mass1 + mass2)
        turned1 = -0.75 / POLES[0][1] * (a * c1 + turn1)
        turned2 = -0.75 / POLES[1][1] * (a * c2 + turn2)
        return s[1], a, s[3], turned1, s[5], turned2

    @decorate
    def along(s, h, d):
        return (s[0] + h * d[0], s[1] + h * d[1], s[2] + h * d[2], s[3] + h * d[3], s[4] + h * d[4], s[5] + h * d[5])

    @decorate
    def runge_kutta(s, force):
        k1 = slopes(s, force)
        k2 = slopes(along(s, STEP / 2, k1), force)
        k3 = slopes(along(s, STEP / 2, k2), force)
        k4 = slopes(along(s, STEP, k3), force)
        return along(along(along(along(s, STEP / 6, k1), STEP / 3, k2), STEP / 3, k3), STEP / 6, k4)

    @decorate
    def advance(s, motor):
        wanted = FORCE * (2 * motor - 1)
        least = choose(wanted >= 0, LEAST_FORCE, -LEAST_FORCE)
        force = choose(abs(wanted) < LEAST_FORCE, least, wanted)
        return runge_kutta(runge_kutta(s, force), force)

    return advance


@njit(error_model="numpy")
def pick(condition, a, b):
    return a if condition else b


advance = physics(njit(error_model="numpy"), math.sin, math.cos, pick)


@njit(error_model="numpy")
def scalar_loop(recurrent, inputs, theta, rate, max_steps):
    """The loop everyone writes first: one individual after the other, libm, and out when it falls."""
    population, n = theta.shape
    steps = np.zeros(population, np.int64)
    y, output, drive = np.zeros(n), np.zeros(n), np.zeros(n)
    for p in range(population):
        y[:] = 0.0
        for i in range(n):
            output[i] = 1 / (1 + math.exp(-(y[i] + theta[p, i])))
        s = (0.0, 0.0, TILT, 0.0, 0.0, 0.0)
        up = True
        while up and steps[p] < max_steps:
            x1, x2, x3 = s[0] / TRACK, s[2] / LEAN, s[4] / LEAN
            for i in range(n):
                drive[i] = inputs[p, 0, i] * x1 + inputs[p, 1, i] * x2 + inputs[p, 2, i] * x3
            for j in range(n):
                for i in range(n):
                    drive[i] += recurrent[p, j, i] * output[j]
            for i in range(n):
                y[i] += CONTROL * rate[p, i] * (drive[i] - y[i])
                output[i] = 1 / (1 + math.exp(-(y[i] + theta[p, i])))
            s = advance(s, output[0])
            steps[p] += 1
            up = abs(s[0]) <= TRACK and abs(s[2]) <= LEAN and abs(s[4]) <= LEAN
    return steps


def jax_loops() -> dict[str, Callable[..., Any]]:
    """A vmapped while_loop, and a vmapped scan of fixed length with a mask; none where JAX is not installed."""
    try:
        import jax
        from jax import numpy as jnp
    except ImportError:
        return {}
    move = physics(lambda function: function, jnp.sin, jnp.cos, jnp.where)

    def begin(theta):
        zero = 0 * theta[0]
        return 0 * theta, (zero, zero, zero + TILT, zero, zero, zero), zero, zero == 0

    def step(networks, carry):
        (recurrent, inputs, theta, rate), (y, s, steps, up) = networks, carry
        seen = jnp.stack([s[0] / TRACK, s[2] / LEAN, s[4] / LEAN])
        y = y + CONTROL * rate * (jax.nn.sigmoid(y + theta) @ recurrent + seen @ inputs - y)
        s = move(s, jax.nn.sigmoid(y + theta)[0])
        stays = (abs(s[0]) <= TRACK) & (abs(s[2]) <= LEAN) & (abs(s[4]) <= LEAN)
        return y, s, steps + up, up & stays

    def until_fallen(*arguments):
        networks, max_steps = arguments[:4], arguments[4]
        going = lambda carry: carry[3] & (carry[2] < max_steps)  # noqa: E731
        return jax.lax.while_loop(going, lambda carry: step(networks, carry), begin(networks[2]))[2]

    def all_steps(*arguments):
        networks, max_steps = arguments[:4], arguments[4]
        return jax.lax.scan(lambda carry, _: (step(networks, carry), None), begin(networks[2]), None, max_steps)[0][2]

    def ready(one, **options):
        compiled = jax.jit(jax.vmap(one, in_axes=(0, 0, 0, 0, None)), **options)
        return lambda *arguments: np.asarray(compiled(*arguments)).astype(np.int64)

    return {"JAX while_loop": ready(until_fallen), "JAX scan": ready(all_steps, static_argnums=4)}
