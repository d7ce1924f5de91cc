"""Two poles on a cart (Gomez, Schmidhuber & Miikkulainen 2008, appendix A), in plain NumPy."""

import itertools

import numpy as np

M, G, MU_P = 1.0, -9.8, 2e-6
m, l = np.array([0.1, 0.01]), np.array([0.5, 0.05])


def slopes(s, force, mu_c=5e-4):
    """d/dt of x, x', theta_1, theta_1', theta_2, theta_2'."""
    x_dot, theta, theta_dot = s[1], s[[2, 4]], s[[3, 5]]
    friction = MU_P * theta_dot / (m * l)
    F = m * l * theta_dot**2 * np.sin(theta) + 0.75 * m * np.cos(theta) * (friction + G * np.sin(theta))
    mass = m * (1 - 0.75 * np.cos(theta) ** 2)
    x_dotdot = (force - mu_c * np.sign(x_dot) + F.sum()) / (M + mass.sum())
    theta_dotdot = -3 / (4 * l) * (x_dotdot * np.cos(theta) + G * np.sin(theta) + friction)
    return np.array([x_dot, x_dotdot, theta_dot[0], theta_dotdot[0], theta_dot[1], theta_dotdot[1]])


def control_step(s, motor, mu_c=5e-4):
    """0.02 s under a motor in [-1, 1]: 10 N at most, 10/256 N at least, two Runge-Kutta steps."""
    force = 10 * motor
    if abs(force) < 10 / 256:
        force = 10 / 256 if force >= 0 else -10 / 256
    h = 0.01
    for _ in range(2):
        k1 = slopes(s, force, mu_c)
        k2 = slopes(s + h / 2 * k1, force, mu_c)
        k3 = slopes(s + h / 2 * k2, force, mu_c)
        k4 = slopes(s + h * k3, force, mu_c)
        s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return s


def damping_fitness(states):
    """0.1 f1 + 0.9 f2 (Gruau, Whitley & Pyeatt 1996) of the states after each step."""
    t = len(states)
    strayed = np.abs(np.array(states)[-100:, :4]).sum()
    return 0.1 * t / 1000 + 0.9 * (0.75 / strayed if t >= 100 else 0)


def grid():
    """x, x', theta_1, theta_1' of the 625 starts."""
    values = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    scale, shift = [4.32, 2.70, 0.12566304, 0.30019504], [2.16, 1.35, 0.06283152, 0.15009752]
    return np.array(list(itertools.product(values, repeat=4))) * scale - shift
