"""Hopfield network of graded units (Hopfield 1984, eqs. 5 and 7).

    C_i du_i/dt = -u_i / R_i + sum_j T_ij V_j + I_i,   V_i = g(lambda u_i)
    E = -1/2 sum_ij V_i T_ij V_j - sum_i I_i V_i + sum_i 1 / (lambda R_i) int_g(0)^V_i g^-1(V) dV

Bipolar units have g = tanh; binary ones g(x) = (1 + tanh x) / 2.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlog1py

from ..kernels.compiler import inline, kernel
from ..kernels.couple import product
from ..kernels.drive import drive
from ..kernels.layout import State, Weights, no_streams, no_structure
from ..kernels.settle import settle
from ..kernels.vmath import sigmoid, tanh
from .checks import one_of, square, whole, within
from .spec import Array
from .units import LOW

CURRENT, CONDUCTANCE, CAPACITANCE, GAIN = range(4)  # kinds of parameters


@inline
def flow(weights, i, u, total):
    """du/dt."""
    p = weights.params
    return (p[CURRENT, i, 0] + total - p[CONDUCTANCE, i, 0] * u) / p[CAPACITANCE, i, 0]


@kernel
def step_bipolar(weights, state, inputs):
    """Forward Euler."""
    u, v, total, gain = state.memory[0], state.output, state.drive, weights.params[GAIN]
    product(weights.recurrent, v, total)
    for i in range(u.shape[0]):
        for l in range(u.shape[1]):
            u[i, l] += weights.dt * flow(weights, i, u[i, l], total[i, l])
            v[i, l] = tanh(gain[i, 0] * u[i, l])


@kernel
def step_binary(weights, state, inputs):
    """Forward Euler; (1 + tanh x) / 2 is the logistic function of 2 x."""
    u, v, total, gain = state.memory[0], state.output, state.drive, weights.params[GAIN]
    product(weights.recurrent, v, total)
    for i in range(u.shape[0]):
        for l in range(u.shape[1]):
            u[i, l] += weights.dt * flow(weights, i, u[i, l], total[i, l])
            v[i, l] = sigmoid((gain[i, 0] + gain[i, 0]) * u[i, l])


STEPS = {"bipolar": step_bipolar, "binary": step_binary}


class Settled(NamedTuple):
    """Where graded units came to rest."""

    outputs: Array  # [probe, unit]: V
    steps: NDArray[np.int64]  # [probe]: -1 had not come to rest, -2 between two states for ever


class ContinuousMemory:
    """Hopfield network of graded units: its equations stand at the top of this module.

    Parameters
    ----------
    weights : array_like of shape (n_units, n_units)
        T, symmetric.
    currents : float or array_like of shape (n_units,), default=0
        I.
    units : {"bipolar", "binary"}, default="bipolar"
        Whether V lies in (-1, 1) or in (0, 1).
    gain : float, default=1
        lambda, above 0.
    resistance, capacitance : float, default=1
        R and C of all units, above 0. R C is the time constant.
    dt : float, default=0.01
        Step, in the unit of R C. The energy falls for steps that are short beside C / (1 / R + lambda |T|).

    Raises
    ------
    ValueError
        If the weights are not square, finite and symmetric, or another value is not allowed.

    References
    ----------
    J. J. Hopfield, PNAS 81, 3088, 1984.

    Examples
    --------
    >>> memory = ContinuousMemory([[0.0, 1.0], [1.0, 0.0]], gain=2.0)
    >>> memory.recall([[0.4, 0.1]]).outputs.round(3).tolist()  # V = tanh 2 V
    [[0.958, 0.958]]
    """

    def __init__(
        self,
        weights: Any,
        currents: ArrayLike = 0.0,
        *,
        units: str = "bipolar",
        gain: float = 1.0,
        resistance: float = 1.0,
        capacitance: float = 1.0,
        dt: float = 0.01,
    ) -> None:
        one_of("units", units, LOW)
        for name, value in (("gain", gain), ("resistance", resistance), ("capacitance", capacitance), ("dt", dt)):
            within(name, value, above=0.0)
        self.weights = square("weights", np.asarray(weights))
        if not (self.weights == self.weights.T).all():
            raise ValueError("weights: they are not symmetric; only symmetric ones have an energy that falls")
        n = len(self.weights)
        given = np.asarray(currents, float)
        if given.shape not in ((), (n,)) or not np.isfinite(given).all():
            raise ValueError(f"currents: their shape {given.shape} is not ({n},), or not all are finite")
        self.currents = np.broadcast_to(given, n)
        self.units, self.gain, self.resistance, self.capacitance, self.dt = units, gain, resistance, capacitance, dt

    def recall(self, probes: ArrayLike, *, max_steps: int = 100_000, tolerance: float = 1e-9) -> Settled:
        """Follow the equation until no output moves.

        Parameters
        ----------
        probes : array_like of shape (n_probes, n_units)
            V to begin with, between the units' limits.
        max_steps : int, default=100_000
            After so many it gives up.
        tolerance : float, default=1e-9
            How far an output at rest may still move in a step.

        Returns
        -------
        Settled
            Outputs, and the steps that each probe took.
        """
        whole("max_steps", max_steps, least=1)
        within("tolerance", tolerance, least=0.0)
        weights, state = self._arrays(probes)
        nothing = np.empty((0, state.output.shape[1]))
        steps = settle(STEPS[self.units], weights, state, nothing, max_steps, tolerance=tolerance)
        return Settled(state.output.T.copy(), steps)

    def trace(self, probes: ArrayLike, n_steps: int) -> Array:
        """V after each step, [step, probe, unit], the first of them the probes."""
        whole("n_steps", n_steps, least=1)
        weights, state = self._arrays(probes)
        begin = state.output[None].copy()
        n_probes = begin.shape[-1]
        later = drive(STEPS[self.units], weights, state, np.empty((n_steps, 0, n_probes)))
        return np.concatenate([begin, *later]).transpose(0, 2, 1)

    def energy(self, outputs: ArrayLike) -> Array:
        """E of outputs [..., unit]."""
        v = self._between(outputs)
        x = v if self.units == "bipolar" else 2.0 * v - 1.0
        # int artanh = 1/2 ((1 + x) ln(1 + x) + (1 - x) ln(1 - x)); a binary unit's dV is half of dx
        integral = 0.5 * (xlog1py(1.0 + x, x) + xlog1py(1.0 - x, -x)) * (1.0 if self.units == "bipolar" else 0.5)
        total = -0.5 * (v @ self.weights) - self.currents
        energies: Array = (total * v + integral / (self.gain * self.resistance)).sum(axis=-1)
        return energies

    def _between(self, outputs: ArrayLike) -> Array:
        v, low = np.asarray(outputs, float), LOW[self.units]
        if v.ndim < 1 or v.shape[-1] != len(self.weights) or not ((v >= low) & (v <= 1.0)).all():
            raise ValueError(
                f"outputs: their shape {v.shape} is not [..., {len(self.weights)}], or not all lie in [{low:g}, 1]"
            )
        return v

    def _arrays(self, probes: ArrayLike) -> tuple[Weights, State]:
        v = self._between(probes)
        if v.ndim != 2 or not v.size:
            raise ValueError(f"probes: their shape {v.shape} is not [probes, {len(self.weights)}]")
        n, low = len(self.weights), LOW[self.units]
        inside = np.clip(v, low + 1e-12, 1.0 - 1e-12)  # the ends are reached by no finite u
        u = np.arctanh(inside if self.units == "bipolar" else 2.0 * inside - 1.0) / self.gain
        kinds = np.array(
            [self.currents, *(np.full(n, k) for k in (1.0 / self.resistance, self.capacitance, self.gain))]
        )
        empty = np.empty((0, n, 1))
        recurrent = np.ascontiguousarray(self.weights)[:, :, None]
        weights = Weights(recurrent, empty, empty, kinds[:, :, None], no_structure(), np.float64(self.dt))
        memory, output = np.ascontiguousarray(u.T)[None], np.ascontiguousarray(v.T)
        return weights, State(memory, output, np.empty_like(output), no_streams(len(v)))
