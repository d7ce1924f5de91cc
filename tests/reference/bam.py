"""Bidirectional associative memory (Kosko 1988): y = sgn(W'x - theta_y), x = sgn(Wy - theta_x), sgn(0) keeps a unit.

In continuous time dx/dt = -x + W tanh(y) - theta_x + I, dy/dt = -y + W' tanh(x) - theta_y.
"""

from itertools import product

import numpy as np

EXAMPLES = (
    {"units": "tanh", "weight_bounds": (-0.4, 0.4)},
    {"units": "tanh", "threshold_bounds": (-1.0, 1.0), "weight_bounds": (-0.2, 0.2)},
)


def bam(parameters, series, dt=0.1):
    """Outputs, y then x, [time, individual, unit] for a series [time, individual, channel], forward Euler."""
    w = parameters["weights"]
    n_y = w.shape[2]
    theta = parameters.get("thresholds", np.zeros((len(w), n_y + w.shape[1])))
    y, x, found = 0 * theta[:, :n_y], 0 * theta[:, n_y:], []
    for given in series:
        dy = -y + np.einsum("nij,ni->nj", w, np.tanh(x)) - theta[:, :n_y]
        dx = -x + np.einsum("nij,nj->ni", w, np.tanh(y)) - theta[:, n_y:] + given
        y, x = y + dt * dy, x + dt * dx
        found.append(np.concatenate([np.tanh(y), np.tanh(x)], axis=1))
    return np.array(found)


def sgn(field, state):
    return np.where(field > 0, 1.0, np.where(field < 0, -1.0, state))


def bipolar_steps(memory, x, y, given):
    """States x [unit], y [unit] after each step, the inputs [step, unit] added to x."""
    found = []
    for one in given:
        y = sgn(x @ memory.forward - memory.thresholds_y, y)
        x = sgn(y @ memory.backward - memory.thresholds_x + one, x)
        found.append((x, y))
    return found


def energy(memory, x, y):
    pairs = sum(memory.forward[i, j] * x[i] * y[j] for i in range(len(x)) for j in range(len(y)))
    return -pairs + memory.thresholds_x @ x + memory.thresholds_y @ y


def prlab_epoch(x, y, relaxation):
    """Weights and thresholds after one pass of pseudo-relaxation through the pairs (Oh & Kothari 1994)."""
    n, m = x.shape[1], y.shape[1]
    w, theta_x, theta_y = x.T @ y / np.sqrt(n * m), np.zeros(n), np.zeros(m)
    for a, b in zip(x, y):
        before = w.copy()
        for i in range(n):
            s = before[i] @ b - theta_x[i]
            if s * a[i] < 0.99:
                w[i] -= relaxation / (1 + m) * (s - a[i]) * b
                theta_x[i] += relaxation / (1 + m) * (s - a[i])
        before = w.copy()
        for j in range(m):
            s = before[:, j] @ a - theta_y[j]
            if s * b[j] < 0.99:
                w[:, j] -= relaxation / (1 + n) * (s - b[j]) * a
                theta_y[j] += relaxation / (1 + n) * (s - b[j])
    return w, theta_x, theta_y


def boltzmann(memory, temperature):
    """All states x, y and their probabilities exp(-E / T) / Z."""
    n, m = memory.forward.shape
    states = [(np.array(s[:n]), np.array(s[n:])) for s in product([-1.0, 1.0], repeat=n + m)]
    weight = np.array([np.exp(-energy(memory, x, y) / temperature) for x, y in states])
    return states, weight / weight.sum()


def delayed(mode, x, y, dt, steps):
    """Potentials of a parameter set without noise, x and y [step, unit], constant before time 0."""
    lag, leak = round(mode.delay / dt), round(mode.leakage_delay / dt)
    f, b = mode.memory.forward, mode.memory.backward
    past_x, past_y = [x] * (max(lag, leak) + 1), [y] * (max(lag, leak) + 1)
    for _ in range(steps):
        dx = -mode.decay * past_x[-1 - leak] + np.tanh(past_y[-1 - lag]) @ b - mode.memory.thresholds_x
        dy = -mode.decay * past_y[-1 - leak] + np.tanh(past_x[-1 - lag]) @ f - mode.memory.thresholds_y
        past_x.append(past_x[-1] + dt * dx)
        past_y.append(past_y[-1] + dt * dy)
    return np.array(past_x[-steps:]), np.array(past_y[-steps:])
