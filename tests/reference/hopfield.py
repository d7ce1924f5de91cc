"""s_i(t) = sgn(sum_j w_ji s_j(t-1) + sum_c u_ci x_c(t) - theta_i), and the rest of its family."""

from itertools import product

import numpy as np

EXAMPLES = ({"n_neurons": 5}, {"n_neurons": 4, "threshold_bounds": (-0.5, 0.5)})


def sign(drive, before):
    """1 above 0, -1 below, and as it was at 0."""
    return np.where(drive == 0.0, before, np.sign(drive))


def hopfield(parameters, series):
    """Outputs [time, individual, neuron] for a series [time, individual, channel]."""
    w, u = parameters["recurrent"], parameters["inputs"]
    theta = parameters.get("threshold", np.zeros(w.shape[:2]))
    s, found = -np.ones(w.shape[:2]), []
    for x in series:
        s = sign(np.einsum("nji,nj->ni", w, s) + np.einsum("nci,nc->ni", u, x) - theta, s)
        found.append(s)
    return np.array(found)


def energy(w, theta, s):
    """E = -1/2 sum_ij s_i w_ij s_j + sum_i theta_i s_i."""
    return -0.5 * s @ w @ s + theta @ s


def recall(w, theta, s, low, block, sweeps):
    """Sweeps in the units' order, `block` of them deciding at once; states after each sweep."""
    s, found = np.array(s, float), []
    for _ in range(sweeps):
        for first in range(0, len(s), block):
            part = slice(first, first + block)
            pull = s @ w[:, part] - theta[part]
            s[part] = np.where(pull == 0.0, s[part], np.where(pull > 0.0, 1.0, low))
        found.append(s.copy())
    return np.array(found)


def hebb(patterns):
    """w_ij = sum_m x_i(m) x_j(m) / N, w_ii = 0."""
    n = patterns.shape[1]
    return sum((np.outer(x, x) for x in patterns), np.zeros((n, n))) / n * (1.0 - np.eye(n))


def storkey(patterns):
    """w_ij += (x_i x_j - x_i h_ji - h_ij x_j) / N, h_ij = sum_{k != i, j} w_ik x_k."""
    n = patterns.shape[1]
    w = np.zeros((n, n))
    for x in patterns:
        h = np.array([[sum(w[i, k] * x[k] for k in range(n) if k not in (i, j)) for j in range(n)] for i in range(n)])
        w = (w + (np.outer(x, x) - x[:, None] * h.T - h * x) / n) * (1.0 - np.eye(n))
    return w


def boltzmann(w, theta, temperature):
    """P(s) ~ exp(-E(s) / T) of all states, numbered in the order of `itertools.product`."""
    energies = np.array([energy(w, theta, np.array(s)) for s in product((-1.0, 1.0), repeat=len(w))])
    p = np.exp(-(energies - energies.min()) / temperature)
    return p / p.sum()


def dense(patterns, degree, s):
    """Krotov & Hopfield 2016, eq. 4, unit by unit."""
    s = np.array(s, float)
    for i in range(len(s)):
        rest = patterns @ s - patterns[:, i] * s[i]
        up, down = (np.maximum(rest + side * patterns[:, i], 0.0) ** degree for side in (1.0, -1.0))
        s[i] = sign(up.sum() - down.sum(), s[i])
    return s


def modern(patterns, beta, s):
    """Ramsauer et al. 2020, eq. 3: X' softmax(beta X s)."""
    p = np.exp(beta * (patterns @ s - (patterns @ s).max()))
    return patterns.T @ (p / p.sum())


def graded(w, currents, gain, u):
    """du/dt of Hopfield 1984, eq. 5, with R = C = 1 and V = tanh(gain u)."""
    return -u + w @ np.tanh(gain * u) + currents
