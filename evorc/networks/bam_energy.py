"""Energy of bidirectional associative memories (Kosko 1988), which recall never raises."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlog1py

from .bam import step_bipolar
from .bam_memory import Array, Memory
from .bam_recall import Side, outputs_of, probed, seen_from
from .checks import whole
from .units import two_valued


def energy(memory: Memory, states_x: ArrayLike, states_y: ArrayLike) -> Array:
    """Energy of states of both layers, E = -x' W y + theta_x' x + theta_y' y.

    Parameters
    ----------
    memory : Memory
        With one matrix for both directions.
    states_x, states_y : array_like of shape (n_states, n_x), (n_states, n_y)
        -1 or 1.

    Returns
    -------
    ndarray of shape (n_states,)
        The energy of each.

    Raises
    ------
    ValueError
        If the two directions have matrices of their own: then there is no energy.

    Examples
    --------
    >>> from evorc.networks.bam_rules import correlation
    >>> energy(correlation([[1, -1]], [[1, 1, -1]]), [[1, -1]], [[1, 1, -1]])
    array([-6.])
    """
    check_symmetric(memory)
    n, m = memory.forward.shape
    x, y = two_valued("states_x", states_x, "bipolar", n), two_valued("states_y", states_y, "bipolar", m)
    return _energy(memory, x, y)


def energy_trace(memory: Memory, probes: ArrayLike, *, layer: Side = "x", n_steps: int = 10) -> Array:
    """Energy after each of the first steps of a recall; it never rises.

    Parameters
    ----------
    memory, probes, layer
        As in :func:`recall`.
    n_steps : int, default=10
        At least 1.

    Returns
    -------
    ndarray of shape (n_steps, n_probes)
        Row 0 is the energy after the first step.

    Raises
    ------
    ValueError
        As `energy` and `recall` do.

    Examples
    --------
    >>> from evorc.networks.bam_rules import correlation
    >>> energy_trace(correlation([[1, -1, 1, -1]], [[1, 1, -1]]), [[1, -1, 1, 1]], n_steps=2)
    array([[-12.],
           [-12.]])
    """
    check_symmetric(memory)
    whole("n_steps", n_steps, least=1)
    weights, state = probed(memory, probes, layer)
    m = len(weights.readout)
    outputs = outputs_of(step_bipolar, weights, state, n_steps)
    return _energy(seen_from(memory, layer), outputs[..., m:], outputs[..., :m])


def continuous_energy(memory: Memory, states_x: ArrayLike, states_y: ArrayLike) -> Array:
    """Energy of the continuous memory, -f(x)' W f(y) + sum of integrals of f^-1 + theta' f, with f = tanh (Kosko 1988).

    Parameters
    ----------
    memory : Memory
        With one matrix for both directions.
    states_x, states_y : array_like of shape (n_states, n_x), (n_states, n_y)
        Outputs f(x) and f(y), in [-1, 1].

    Returns
    -------
    ndarray of shape (n_states,)
        The energy of each.

    Raises
    ------
    ValueError
        If the two directions have matrices of their own, or an output is outside [-1, 1].

    Examples
    --------
    >>> from evorc.networks.bam_memory import symmetric
    >>> continuous_energy(symmetric([[2.0]]), [[0.0]], [[0.5]]).round(4)
    array([0.1308])
    """
    check_symmetric(memory)
    parts = []
    for name, given, n in zip(("states_x", "states_y"), (states_x, states_y), memory.forward.shape):
        states = np.asarray(given, float)
        if states.ndim != 2 or states.shape[1] != n or not (np.abs(states) <= 1).all():
            raise ValueError(f"{name}: an array of shape {states.shape} is not one of outputs in [-1, 1] of {n} units")
        parts.append(states)
    x, y = parts
    whole_energy: Array = _energy(memory, x, y) + _integral(x).sum(axis=1) + _integral(y).sum(axis=1)
    return whole_energy


def check_symmetric(memory: Memory) -> None:
    """Refuse a memory without an energy."""
    if not np.array_equal(memory.forward, memory.backward.T):
        raise ValueError("memory: each direction has a matrix of its own, so there is no energy")


def _energy(memory: Memory, x: Array, y: Array) -> Array:
    fields = x @ memory.forward - memory.thresholds_y
    return np.asarray(x @ memory.thresholds_x - (fields * y).sum(axis=-1))


def _integral(output: Array) -> Array:
    """Of the inverse of tanh from 0 to the output: v artanh v + ln(1 - v^2) / 2, which is ln 2 at 1."""
    return np.asarray((xlog1py(1 + output, output) + xlog1py(1 - output, -output)) / 2)
