"""tau_i dy_i/dt = -y_i + sum_j w_ji sigma(g_j (y_j + theta_j)) + I_i (Beer 1995, eq. 1)."""

import numpy as np


def sigma(x):
    return 1.0 / (1.0 + np.exp(-x))


def ctrnn(parameters, series, dt, integrator="euler"):
    """Outputs [time, individual, neuron] for a series [time, individual, channel], from y = 0."""
    w, u, theta = parameters["recurrent"], parameters["inputs"], parameters["theta"]
    g = parameters.get("gain", np.ones_like(theta))
    tau = np.exp(parameters["log_tau"]) if "log_tau" in parameters else parameters["tau"]

    def slope(y, x):
        recurrent = np.einsum("nji,nj->ni", w, sigma(g * (y + theta)))
        return (-y + recurrent + np.einsum("nci,nc->ni", u, x)) / tau

    y, outputs = np.zeros_like(theta), []
    for x in series:
        k1 = slope(y, x)
        if integrator == "euler":
            y = y + dt * k1
        else:
            k2 = slope(y + dt / 2 * k1, x)
            k3 = slope(y + dt / 2 * k2, x)
            k4 = slope(y + dt * k3, x)
            y = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        outputs.append(sigma(g * (y + theta)))
    return np.array(outputs)
