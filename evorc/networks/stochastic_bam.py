"""Bidirectional associative memory with Glauber's dynamics: at a temperature T a unit is 1 with probability

    p = 1 / (1 + exp(-2 h / T)),   h its sum minus its threshold

(Glauber 1963). The units of a layer are drawn at once, since none feeds another: a step draws y given x, then x given
y, and leaves exp(-E / T) as it is, so that states come to occur in these proportions. At T = 0 there is no noise.
"""

from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike

from ..kernels.compiler import kernel
from ..kernels.couple import couple
from ..kernels.drive import run_through
from ..kernels.random import Key, stream, stream_uniform
from ..kernels.vmath import sigmoid
from .bam import SHARPNESS, THETA, add_inputs, set_to_thresholds, step_bipolar
from .bam_memory import Array, Memory
from .bam_recall import Side, probed, shown


def sample(
    memory: Memory,
    probes: ArrayLike,
    *,
    temperatures: ArrayLike,
    layer: Side = "x",
    random_state: int | np.random.Generator | None = None,
) -> tuple[Array, Array]:
    """Let the layers answer each other at a temperature a step: constant, or falling, which anneals.

    Parameters
    ----------
    memory : Memory
        With one matrix for both directions, if states are to follow exp(-E / T).
    probes : array_like of shape (n_probes, n_units)
        -1 or 1, states of the units of `layer`. Each has random numbers of its own.
    temperatures : array_like of shape (n_steps,)
        Finite numbers of at least 0, in the unit of the energy.
    layer : {"x", "y"}, default="x"
        Which layer is probed. The other is drawn first.
    random_state : int, Generator or None, default=None
        Seed of the noise.

    Returns
    -------
    x, y : ndarray of shape (n_probes, n_x), (n_probes, n_y)
        -1 or 1, the states after the last step.

    Raises
    ------
    ValueError
        If the probes have another width or another value, or a temperature is out of its range.

    References
    ----------
    Glauber, R. J. (1963). Time-dependent statistics of the Ising model. J. Math. Phys. 4(2), 294-307.

    Examples
    --------
    >>> from evorc.networks.bam_rules import correlation
    >>> memory = correlation([[1, -1, 1, -1]], [[1, 1, -1]])
    >>> x, y = sample(memory, [[1, -1, 1, 1]], temperatures=np.linspace(5.0, 0.0, 20), random_state=0)
    >>> abs(y @ [1, 1, -1])  # the pattern or its complement, which has the same energy
    array([3.])
    """
    schedule = np.atleast_1d(np.asarray(temperatures, float))
    if schedule.ndim != 1 or not schedule.size or not (np.isfinite(schedule) & (schedule >= 0)).all():
        raise ValueError(f"temperatures: {temperatures!r} are not finite numbers of at least 0, one a step")
    weights, state = probed(memory, probes, layer)
    seed = int(np.random.default_rng(random_state).integers(2**63))
    set_streams(seed, state.stream)
    params = np.concatenate([weights.params, np.zeros_like(weights.params)])
    weights = weights._replace(params=params)
    for temperature, steps in groupby(schedule.tolist()):
        if temperature:
            params[SHARPNESS] = 2.0 / temperature
        inputs = np.empty((len(list(steps)), 0, state.output.shape[1]))
        run_through(step_glauber if temperature else step_bipolar, weights, state, inputs)
    return shown(memory, state.output, layer)


@kernel
def set_streams(seed, streams):
    """The words of the lanes' random numbers; no steps taken."""
    for l in range(streams.shape[1]):
        streams[0, l] = stream(Key(seed, 0, l, 0))
        streams[1, l] = 0


@kernel
def draw(drive, sharpness, words, first, output):
    """The states of a layer, whose units draw the numbers from `first` on at each step of a lane."""
    for i in range(output.shape[0]):
        for l in range(output.shape[1]):
            u = stream_uniform(words[0, l], words[1, l] + np.uint64(first + i))
            output[i, l] = 1.0 if u < sigmoid(sharpness[i, 0] * drive[i, l]) else -1.0


@kernel
def step_glauber(weights, state, inputs):
    """As the bipolar step. The stream counts the numbers drawn."""
    m, units = weights.readout.shape[0], state.output.shape[0]
    y, x, to_y, to_x = state.output[:m], state.output[m:], state.drive[:m], state.drive[m:]
    sharpness = weights.params[SHARPNESS]
    set_to_thresholds(weights.params[THETA], state.drive)
    couple(weights.recurrent, x, to_y)
    draw(to_y, sharpness[:m], state.stream, 0, y)
    couple(weights.readout, y, to_x)
    add_inputs(inputs, to_x)
    draw(to_x, sharpness[m:], state.stream, m, x)
    for l in range(state.stream.shape[1]):
        state.stream[1, l] += np.uint64(units)
