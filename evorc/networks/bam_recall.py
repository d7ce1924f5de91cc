"""Recall from bidirectional associative memories. Lanes are probes, which share the weights."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..kernels import aligned
from ..kernels.compiler import kernel
from ..kernels.couple import couple
from ..kernels.drive import drive
from ..kernels.drive import in_lanes as arranged
from ..kernels.layout import State, Weights, no_streams, no_structure
from ..kernels.settle import settle
from .bam import BAM, THETA, decide, set_to_thresholds, step_bipolar, step_tanh
from .bam_memory import Array, Memory, check_shapes
from .checks import one_of, whole, within
from .spec import Parameters, Size
from .units import two_valued

Side = Literal["x", "y"]

TOGETHER = 64  # probes whose states stay in the cache
MANY = 16  # probes from which on it pays to ask for single precision
EXACT = 2.0**24  # up to here float32 holds every whole number


class Recalled(NamedTuple):
    """What a memory answers.

    Parameters
    ----------
    x, y : ndarray [probe, unit]
        The layers: -1 or 1, or in (-1, 1) where the memory is continuous.
    steps : ndarray of int [probe]
        After how many steps they stood still; -1 if they had not, -2 if they alternate between two states.
    """

    x: Array
    y: Array
    steps: NDArray[np.int64]


def recall(memory: Memory, probes: ArrayLike, *, layer: Side = "x", max_steps: int = 100) -> Recalled:
    """Let the layers answer each other until nothing changes.

    A step is the other layer, then the probed one. The other layer begins at 1, which is what a unit stays at whose
    sum is exactly its threshold.

    Parameters
    ----------
    memory : Memory
        What has been learnt.
    probes : array_like of shape (n_probes, n_units)
        -1 or 1, states of the units of `layer`.
    layer : {"x", "y"}, default="x"
        Which layer is probed.
    max_steps : int, default=100
        At least 1.

    Returns
    -------
    Recalled
        Where each probe has led.

    Raises
    ------
    ValueError
        If the probes have another width, or hold another value: which and where.

    Examples
    --------
    >>> from evorc.networks.bam_rules import correlation
    >>> memory = correlation([[1, -1, 1, -1]], [[1, 1, -1]])
    >>> recall(memory, [[1, -1, 1, 1]]).y
    array([[ 1.,  1., -1.]])
    >>> recall(memory, [[1, 1, -1]], layer="y").x
    array([[ 1., -1.,  1., -1.]])
    """
    whole("max_steps", max_steps, least=1)
    seen = seen_from(memory, layer)
    n, m = seen.forward.shape
    states = two_valued("probes", probes, "bipolar", n)
    single = len(states) >= MANY and _is_exact_in_single(seen)
    weights = _weights(seen, dtype="float32" if single else "float64")
    output, steps = np.empty((m + n, len(states))), np.empty(len(states), np.int64)
    for first in range(0, len(states), TOGETHER):
        some = slice(first, first + TOGETHER)
        state = _beginning(m, states[some], weights.recurrent.dtype)
        steps[some] = settle(step_bipolar, weights, state, np.empty((0, state.output.shape[1])), max_steps)
        output[:, some] = state.output
    return Recalled(*shown(memory, output, layer), steps)


def recall_continuous(
    memory: Memory,
    probes: ArrayLike,
    *,
    layer: Side = "x",
    dt: float = 0.1,
    max_steps: int = 1000,
    tolerance: float = 1e-6,
) -> Recalled:
    """Recall in continuous time: the other layer begins at rest, the probed one with outputs close to the probe.

    Parameters
    ----------
    memory : Memory
        What has been learnt. Its weights set how steep the units are: they should exceed 1 / (units of a layer).
    probes : array_like of shape (n_probes, n_units)
        Potentials of the units of `layer`, finite numbers; what the other layer sees is their tanh.
    layer : {"x", "y"}, default="x"
        Which layer is probed.
    dt : float, default=0.1
        Step of forward Euler, above 0 and up to 1. The unit of time is the units' decay.
    max_steps : int, default=1000
        At least 1.
    tolerance : float, default=1e-6
        How far an output may move in a step and count as still, at least 0.

    Returns
    -------
    Recalled
        Outputs in (-1, 1).

    Raises
    ------
    ValueError
        If the probes have another width or are not finite, or an option is out of its range.

    Examples
    --------
    >>> from evorc.networks.bam_rules import correlation
    >>> memory = correlation([[1, -1, 1, -1]], [[1, 1, -1]])
    >>> np.sign(recall_continuous(memory, [[0.2, -0.1, 0.3, 0.1]]).y)
    array([[ 1.,  1., -1.]])
    """
    whole("max_steps", max_steps, least=1)
    within("dt", dt, above=0.0, up_to=1.0)
    within("tolerance", tolerance, least=0.0)
    seen = seen_from(memory, layer)
    n, m = seen.forward.shape
    given = np.asarray(probes, float)
    if given.ndim != 2 or given.shape[1] != n or not np.isfinite(given).all():
        raise ValueError(f"probes: an array of shape {given.shape} is not one of finite potentials of {n} units")
    potentials = np.vstack([np.zeros((m, len(given))), given.T])
    weights, state = _weights(seen, dt), _state(np.tanh(potentials), potentials[None])
    inputs = np.empty((0, state.output.shape[1]))
    steps = settle(step_tanh, weights, state, inputs, max_steps, tolerance=tolerance)
    return Recalled(*shown(memory, state.output, layer), steps)


def recall_sequence(memory: Memory, start: ArrayLike, *, n_steps: int, backwards: bool = False) -> Array:
    """Temporal memory: each answer is the next probe (Kosko 1988). Learn it from each pattern and its successor.

    Parameters
    ----------
    memory : Memory
        With layers of equal size.
    start : array_like of shape (n_probes, n_units)
        -1 or 1.
    n_steps : int
        At least 1.
    backwards : bool, default=False
        Whether to go back in time, by the weights from y to x.

    Returns
    -------
    ndarray of shape (n_steps, n_probes, n_units)
        The states after each step.

    Raises
    ------
    ValueError
        If the layers differ in size, or the start has another width or another value.

    Examples
    --------
    >>> from evorc.networks.bam_rules import correlation
    >>> a, b = [1, 1, 1, 1], [1, -1, 1, -1]
    >>> recall_sequence(correlation([a], [b]), [a], n_steps=1)
    array([[[ 1., -1.,  1., -1.]]])
    """
    seen = seen_from(memory, "y" if backwards else "x")
    n, m = memory.forward.shape
    if n != m:
        raise ValueError(f"memory: its layers of {n} and {m} units are not of one size")
    whole("n_steps", n_steps, least=1)
    states = two_valued("start", start, "bipolar", n)
    state = _state(states.T)
    theta = aligned.copy(seen.thresholds_y[None, :, None])
    weights = _weights(seen)._replace(readout=np.empty((0, 0, 1)), params=theta)
    return outputs_of(step_sequence, weights, state, n_steps)


@kernel
def step_sequence(weights, state, inputs):
    set_to_thresholds(weights.params[THETA], state.drive)
    couple(weights.recurrent, state.output, state.drive)
    decide(state.drive, state.output)


def recall_overlap(
    network: BAM, parameters: Parameters, probes: ArrayLike, states_y: ArrayLike, *, max_steps: int = 20
) -> Array:
    """How well each memory of a population recalls, as a fitness for any optimizer. Lanes are memories.

    Parameters
    ----------
    network : BAM
        With bipolar units.
    parameters : mapping of str to ndarray [individual, ...]
        ``weights`` [individual, x, y], and ``thresholds`` [individual, y then x] if there are any.
    probes, states_y : array_like of shape (n_probes, n_x), (n_probes, n_y)
        -1 or 1: x patterns, whole or corrupted, and what should be recalled from them.
    max_steps : int, default=20
        At least 1.

    Returns
    -------
    ndarray of shape (n_individuals,)
        Mean overlap of the recalled y with the wanted, 1 where all units of all are right.

    Raises
    ------
    ValueError
        If the network is continuous, or patterns have another width or value.

    Examples
    --------
    >>> x, y = np.array([[1, 1, -1, -1], [1, -1, 1, -1]]), np.array([[1, -1], [1, 1]])
    >>> weights = np.stack([x.T @ y, -x.T @ y])
    >>> recall_overlap(BAM(), {"weights": weights}, x, y)
    array([ 1., -1.])
    """
    if network.units != "bipolar":
        raise ValueError(f'units: "{network.units}" do not settle; "bipolar" ones do')
    whole("max_steps", max_steps, least=1)
    shape = np.shape(parameters["weights"])
    if len(shape) != 3:
        raise ValueError(f"weights: their shape {shape} is not [individual, x, y]")
    n_individuals, n, m = shape
    wanted_shape = (n_individuals, m + n)
    if "thresholds" in parameters and np.shape(parameters["thresholds"]) != wanted_shape:
        raise ValueError(f"thresholds: their shape {np.shape(parameters['thresholds'])} is not {wanted_shape}")
    x, y = two_valued("probes", probes, "bipolar", n), two_valued("states_y", states_y, "bipolar", m)
    weights, state = arranged(network.population(parameters, Size(inputs=n, outputs=m)), 1.0)
    rest = np.zeros((n, state.output.shape[1]))
    total = np.zeros(state.output.shape[1])
    for probe, wanted in zip(x, y):
        state.output[:m], state.output[m:] = 1.0, probe[:, None]
        settle(network.step, weights, state, rest, max_steps)
        total += wanted @ state.output[:m] / m
    return np.asarray(total / len(x))


def probed(memory: Memory, probes: ArrayLike, layer: Side) -> tuple[Weights, State]:
    """Weights and state of bipolar units, one lane a probe; the layer that is not probed comes first."""
    seen = seen_from(memory, layer)
    n, m = seen.forward.shape
    states = two_valued("probes", probes, "bipolar", n)
    return _weights(seen), _beginning(m, states)


def shown(memory: Memory, output: Array, layer: Side) -> tuple[Array, Array]:
    """The layers x and y of outputs [unit, lane]."""
    other = seen_from(memory, layer).forward.shape[1]
    first, second = np.ascontiguousarray(output[:other].T), np.ascontiguousarray(output[other:].T)
    return (second, first) if layer == "x" else (first, second)


def seen_from(memory: Memory, layer: Side) -> Memory:
    """The memory with the probed layer as x."""
    one_of("layer", layer, ("x", "y"))
    check_shapes(memory)
    return memory if layer == "x" else memory.turned


def _is_exact_in_single(memory: Memory) -> bool:
    """Whether all sums are whole numbers that float32 holds, so that it decides every unit as float64 does."""
    parts = (memory.forward, memory.backward, memory.thresholds_x, memory.thresholds_y)
    if any((part != np.rint(part)).any() for part in parts):
        return False
    at_y = np.abs(memory.forward).sum(axis=0) + np.abs(memory.thresholds_y)
    at_x = np.abs(memory.backward).sum(axis=0) + np.abs(memory.thresholds_x)
    return bool(max(at_y.max(), at_x.max()) <= EXACT)


def _weights(memory: Memory, dt: float = 1.0, dtype: str = "float64") -> Weights:
    """With the y layer first; all lanes share them."""
    theta = np.concatenate([memory.thresholds_y, memory.thresholds_x])
    forward, none, backward, params = (
        aligned.copy(part.astype(dtype, order="C"))
        for part in (memory.forward[:, :, None], np.empty((0, 0, 1)), memory.backward[:, :, None], theta[None, :, None])
    )
    return Weights(forward, none, backward, params, no_structure(), np.dtype(dtype).type(dt))


def _beginning(m: int, states: Array, dtype: DTypeLike = np.float64) -> State:
    """The `m` units that are not probed, at 1, and the probes."""
    return _state(np.vstack([np.ones((m, len(states))), states.T]).astype(dtype))


def _state(output: Array, potentials: Array | None = None) -> State:
    memory = np.empty((0, 0, output.shape[1]), output.dtype) if potentials is None else potentials
    sums = aligned.zeros(output.shape, output.dtype)
    return State(aligned.copy(memory), aligned.copy(output), sums, no_streams(output.shape[1]))


def outputs_of(step: Callable[..., None], weights: Weights, state: State, n_steps: int) -> Array:
    """[step, probe, unit]"""
    rest = np.empty((n_steps, 0, state.output.shape[1]))
    whole_series: Array = np.concatenate(list(drive(step, weights, state, rest)))
    return whole_series.transpose(0, 2, 1)
