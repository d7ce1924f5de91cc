"""The same population of CTRNNs by other means. All but neat-python compute the same final states.

Each function takes `recurrent` [individual, source, target], `inputs` [individual, target], `theta` and `rate`
[individual, neuron], `series` [time], all of one dtype, and dt; it returns y [individual, neuron].
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit


@njit(error_model="numpy")
def naive_numba(recurrent, inputs, theta, rate, series, dt):
    """The loop everyone writes first: one individual at a time, libm."""
    population, n = theta.shape
    final, output, drive = np.zeros_like(theta), np.empty(n, theta.dtype), np.empty(n, theta.dtype)
    for p in range(population):
        y = final[p]
        for t in range(series.size):
            for i in range(n):
                output[i] = 1 / (1 + math.exp(-(y[i] + theta[p, i])))
                drive[i] = inputs[p, i] * series[t]
            for j in range(n):
                for i in range(n):
                    drive[i] += recurrent[p, j, i] * output[j]
            for i in range(n):
                y[i] += dt * rate[p, i] * (drive[i] - y[i])
    return final


def batched_numpy(recurrent, inputs, theta, rate, series, dt):
    """Whole populations a call, in place."""
    y, output = np.zeros_like(theta), np.empty_like(theta)
    drive, share = np.empty((len(theta), 1, theta.shape[1]), theta.dtype), dt * rate
    for x in series:
        np.add(y, theta, out=output)
        np.negative(output, out=output)
        np.exp(output, out=output)
        output += 1
        np.reciprocal(output, out=output)
        np.matmul(output[:, None], recurrent, out=drive)
        total = drive[:, 0]
        total += inputs * x
        total -= y
        total *= share
        y += total
    return y


def jax_scan() -> Callable[..., Any] | None:
    """jit(vmap(scan)), or None where JAX is not installed."""
    try:
        import jax
    except ImportError:
        return None

    def one(recurrent, inputs, theta, rate, series, dt):
        def step(y, x):
            drive = jax.nn.sigmoid(y + theta) @ recurrent + inputs * x
            return y + dt * rate * (drive - y), None

        return jax.lax.scan(step, 0 * theta, series)[0]

    compiled = jax.jit(jax.vmap(one, in_axes=(0, 0, 0, 0, None, None)))

    def run(*arguments):
        return compiled(*arguments).block_until_ready()

    return run


def neat_python() -> Callable[..., Any] | None:
    """neat-python's CTRNN, which squashes the sum instead of the states; None where it is not installed."""
    try:
        from neat.activations import sigmoid_activation
        from neat.aggregations import sum_aggregation
        from neat.ctrnn import CTRNN, CTRNNNodeEval
    except ImportError:
        return None

    def run(recurrent, inputs, theta, rate, series, dt):
        for w, u, bias, r in zip(recurrent.tolist(), inputs.tolist(), theta.tolist(), rate.tolist(), strict=True):
            nodes = {}
            for i in range(len(bias)):
                links = [(-1, u[i]), *((j, w[j][i]) for j in range(len(bias)))]
                nodes[i] = CTRNNNodeEval(1 / r[i], sigmoid_activation, sum_aggregation, bias[i], 1.0, links)
            network = CTRNN([-1], list(nodes), nodes)
            for x in series.tolist():
                network.advance([x], dt, dt)

    return run
