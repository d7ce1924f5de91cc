"""Dense associative memories: energies that are steeper in the patterns' overlaps hold many more patterns.

Krotov & Hopfield 2016, two-valued units, F(x) = max(x, 0)^n:

    E = -sum_m F(xi(m) . s),   s_i <- sgn sum_m [F(r_i(m) + xi_i(m)) - F(r_i(m) - xi_i(m))]
    r_i(m) = sum_{j != i} xi_j(m) s_j

Ramsauer et al. 2020, real units; X has a pattern a row, M is the largest norm of a row, P their number:

    E = -lse(beta, X s) + s . s / 2 + ln(P) / beta + M^2 / 2,   s <- X' softmax(beta X s)
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

from ..kernels import aligned
from ..kernels.compiler import inline, kernel
from ..kernels.couple import product
from ..kernels.layout import State, Weights, no_streams, no_structure
from ..kernels.settle import settle
from ..kernels.vmath import exp
from .checks import whole, within
from .spec import Array
from .units import two_valued

PROBES = 64  # side by side


class Found(NamedTuple):
    """What became of the probes."""

    states: Array  # [probe, unit]
    steps: NDArray[np.int64]  # [probe]: that changed a unit; -1 had not settled, -2 between two states for ever


@inline
def rectified_power(x, n):
    """F."""
    power = x if x > 0 else type(x)(0)
    base = power
    for _ in range(1, n):
        power *= base
    return power


@kernel
def step_dense(weights, state, inputs):
    """One sweep: the units decide one by one, and every one that turns changes the overlaps at once."""
    s, overlap, pull = state.output, state.drive, state.memory[0, 0]
    n = int(weights.params[0, 0, 0])
    product(weights.recurrent, s, overlap)
    for i in range(s.shape[0]):
        pull[:] = 0
        for m in range(overlap.shape[0]):
            x = weights.recurrent[i, m, 0]
            for l in range(s.shape[1]):
                rest = overlap[m, l] - x * s[i, l]
                pull[l] += rectified_power(rest + x, n) - rectified_power(rest - x, n)
        _decide(s[i], pull)
        for m in range(overlap.shape[0]):
            x = weights.recurrent[i, m, 0]
            for l in range(s.shape[1]):
                overlap[m, l] += x * pull[l]


@kernel
def _decide(s, pull):
    """Take the sign of the pull where it has one; the pull becomes the change."""
    for l in range(s.size):
        new = type(s[l])(1) if pull[l] > 0 else type(s[l])(-1) if pull[l] < 0 else s[l]
        pull[l] = new - s[l]
        s[l] = new


@kernel
def step_modern(weights, state, inputs):
    """All patterns, weighted by the softmax of their overlaps."""
    p, beta = state.drive, weights.params[0, 0, 0]
    product(weights.recurrent, state.output, p)
    _softmax(beta, p, state.memory[0, 0], state.memory[0, 1])
    product(weights.readout, p, state.output)


@kernel
def _softmax(beta, z, top, total):
    total[:] = 0
    top[:] = -np.inf
    for m in range(z.shape[0]):
        for l in range(z.shape[1]):
            top[l] = max(top[l], z[m, l])
    for m in range(z.shape[0]):
        for l in range(z.shape[1]):
            z[m, l] = exp(beta * (z[m, l] - top[l]))
            total[l] += z[m, l]
    for m in range(z.shape[0]):
        for l in range(z.shape[1]):
            z[m, l] /= total[l]


class DenseMemory:
    """Dense associative memory of bipolar units (Krotov & Hopfield 2016), a rectified polynomial its energy.

    Parameters
    ----------
    patterns : array_like of shape (n_patterns, n_units)
        -1 or 1.
    degree : int, default=3
        n, at least 2. How many random patterns it holds: :func:`evorc.networks.hopfield_theory.dense_capacity`.

    References
    ----------
    D. Krotov and J. J. Hopfield, NIPS 29, 2016.

    Examples
    --------
    >>> patterns = np.sign(np.random.default_rng(0).normal(size=(60, 50)))
    >>> probes = patterns.copy()
    >>> probes[:, :3] *= -1
    >>> np.array_equal(DenseMemory(patterns).recall(probes).states, patterns)
    True
    """

    def __init__(self, patterns: ArrayLike, *, degree: int = 3) -> None:
        whole("degree", degree, least=2)
        self.patterns = two_valued("patterns", patterns, "bipolar")
        self.degree = degree
        self._weights = _weights_of(self.patterns, float(degree), np.empty((0, 0, 1)))

    def recall(self, probes: ArrayLike, *, max_sweeps: int = 100) -> Found:
        """Let the units decide one by one, in their order, until none turns; the energy never rises.

        Parameters
        ----------
        probes : array_like of shape (n_probes, n_units)
            -1 or 1.
        max_sweeps : int, default=100
            After so many it gives up.
        """
        whole("max_sweeps", max_sweeps, least=1)
        start = two_valued("probes", probes, "bipolar", self.patterns.shape[1])
        return _recalled(step_dense, self._weights, start, max_sweeps, 0.0)

    def energy(self, states: ArrayLike) -> Array:
        """E of states [state, unit]."""
        overlaps = two_valued("states", states, "bipolar", self.patterns.shape[1]) @ self.patterns.T
        energies: Array = -(np.maximum(overlaps, 0.0) ** self.degree).sum(axis=1)
        return energies


class ModernMemory:
    """Modern Hopfield network of real units (Ramsauer et al. 2020): one step is attention to the patterns.

    Parameters
    ----------
    patterns : array_like of shape (n_patterns, n_units)
        Finite numbers.
    beta : float, default=1
        Inverse temperature, above 0: small ones recall means of patterns.

    References
    ----------
    H. Ramsauer et al., Hopfield networks is all you need, ICLR 2021 (arXiv:2008.02217).

    Examples
    --------
    >>> patterns = np.random.default_rng(0).normal(size=(100, 64))
    >>> found = ModernMemory(patterns).recall(patterns + 0.3, max_steps=1).states
    >>> bool(np.abs(found - patterns).max() < 1e-3)
    True
    """

    def __init__(self, patterns: ArrayLike, *, beta: float = 1.0) -> None:
        within("beta", beta, above=0.0)
        self.patterns = _real("patterns", patterns)
        self.beta = beta
        self._weights = _weights_of(self.patterns, beta, self.patterns[:, :, None])

    def recall(self, probes: ArrayLike, *, max_steps: int = 100, tolerance: float = 1e-9) -> Found:
        """Repeat the step until no unit moves; the energy never rises.

        Parameters
        ----------
        probes : array_like of shape (n_probes, n_units)
            Finite numbers.
        max_steps : int, default=100
            After so many it gives up; 1 is one retrieval.
        tolerance : float, default=1e-9
            How far a unit at rest may still move in a step.
        """
        whole("max_steps", max_steps, least=1)
        within("tolerance", tolerance, least=0.0)
        start = _real("probes", probes, self.patterns.shape[1])
        return _recalled(step_modern, self._weights, start, max_steps, tolerance)

    def energy(self, states: ArrayLike) -> Array:
        """E of states [state, unit], at least 0."""
        s = _real("states", states, self.patterns.shape[1])
        lse = logsumexp(self.beta * (s @ self.patterns.T), axis=1) / self.beta
        constant = np.log(len(self.patterns)) / self.beta + 0.5 * (self.patterns**2).sum(axis=1).max()
        energies: Array = -lse + 0.5 * (s**2).sum(axis=1) + constant
        return energies


def _real(name: str, states: ArrayLike, n_units: int | None = None) -> Array:
    given = np.asarray(states)
    width = n_units if n_units is not None or given.ndim != 2 else given.shape[1]
    if given.dtype.kind not in "biuf" or given.ndim != 2 or given.shape[1] != width or not given.size:
        columns = "units" if n_units is None else f"{n_units} units"
        raise ValueError(f"{name}: their shape {given.shape} is not [{name}, {columns}], or they are no real numbers")
    if not np.isfinite(given).all():
        row, unit = np.argwhere(~np.isfinite(given))[0]
        raise ValueError(f"{name}: unit {unit} of row {row} is {given[row, unit]}; all must be finite")
    return np.ascontiguousarray(given, np.float64)


def _weights_of(patterns: Array, param: float, readout: Array) -> Weights:
    empty = np.empty((0, 0, 1))
    recurrent = aligned.copy(patterns.T)[:, :, None]
    return Weights(recurrent, empty, readout, np.full((1, 1, 1), param), no_structure(), np.float64(1.0))


def _recalled(step: Callable[..., None], weights: Weights, start: Array, max_steps: int, tolerance: float) -> Found:
    states, steps = np.empty_like(start), np.empty(len(start), np.int64)
    for first in range(0, len(start), PROBES):
        part = slice(first, first + PROBES)
        output = aligned.copy(start[part].T)
        count = output.shape[1]
        drive = aligned.zeros((weights.recurrent.shape[1], count), float)
        state = State(np.zeros((1, 2, count)), output, drive, no_streams(count))
        steps[part] = settle(step, weights, state, np.empty((0, count)), max_steps, tolerance=tolerance)
        states[part] = state.output.T
    return Found(states, steps)
