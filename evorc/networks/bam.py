"""Bidirectional associative memory (Kosko 1988): two layers x and y, and one matrix between them, used both ways.

    bipolar:  y_j <- sgn(sum_i w_ij x_i - theta_j),   x_i <- sgn(sum_j w_ij y_j - theta_i + I_i)
    tanh:     dx_i/dt = -x_i + sum_j w_ij tanh(y_j) - theta_i + I_i,   dy_j/dt = -y_j + sum_i w_ij tanh(x_i) - theta_j

A bipolar step is y, then x; a unit whose sum is exactly at its threshold keeps its state. Either way the energy
E = -x' W y + theta_x' x + theta_y' y never rises for I = 0 (in the continuous memory with tanh(x) for x, and with the
integral of the inverse of tanh added).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..kernels.compiler import inline, kernel
from ..kernels.couple import couple
from ..kernels.layout import Population
from ..kernels.squash import squash
from .spec import Block, Bounds, NetworkSpec, Parameters, Size, free

THETA, SHARPNESS = 0, 1  # kinds of parameters; the second is that of the stochastic memory


@kernel
def set_to_thresholds(theta, drive):
    """drive = -theta, of each lane's own thresholds or of those that all share."""
    if theta.shape[1] == drive.shape[1]:
        t, z = theta.reshape(-1), drive.reshape(-1)
        for k in range(z.size):
            z[k] = -t[k]
    else:
        for i in range(drive.shape[0]):
            for l in range(drive.shape[1]):
                drive[i, l] = -theta[i, 0]


@kernel
def add_inputs(inputs, drive):
    """drive[c] += inputs[c], the other units have no channel."""
    given, z = inputs.reshape(-1), drive.reshape(-1)
    for k in range(given.size):
        z[k] += given[k]


@inline
def decided(z, s):
    """sgn(z); a unit that is exactly at its threshold keeps its state."""
    one = type(s)(1)
    return one if z > 0 else (-one if z < 0 else s)


@kernel
def decide(drive, output):
    z, s = drive.reshape(-1), output.reshape(-1)
    for k in range(s.size):
        s[k] = decided(z[k], s[k])


@kernel
def step_bipolar(weights, state, inputs):
    m = weights.readout.shape[0]
    y, x, to_y, to_x = state.output[:m], state.output[m:], state.drive[:m], state.drive[m:]
    set_to_thresholds(weights.params[THETA], state.drive)
    couple(weights.recurrent, x, to_y)
    decide(to_y, y)
    couple(weights.readout, y, to_x)
    add_inputs(inputs, to_x)
    decide(to_x, x)


@kernel
def step_tanh(weights, state, inputs):
    """Forward Euler, both layers at once. Memory: the potentials."""
    m = weights.readout.shape[0]
    y, x, to_y, to_x = state.output[:m], state.output[m:], state.drive[:m], state.drive[m:]
    set_to_thresholds(weights.params[THETA], state.drive)
    couple(weights.recurrent, x, to_y)
    couple(weights.readout, y, to_x)
    add_inputs(inputs, to_x)
    u, z = state.memory[0].reshape(-1), state.drive.reshape(-1)
    for k in range(u.size):
        u[k] += weights.dt * (z[k] - u[k])
    squash(state.memory[0], state.output)


STEPS = {"bipolar": step_bipolar, "tanh": step_tanh}


@dataclass(frozen=True, kw_only=True)
class BAM(NetworkSpec):
    """Bidirectional associative memory of Kosko: its equations stand at the top of this module.

    The x layer has one unit a channel, to which the inputs are added; the y layer one unit an output. The first
    neurons are the y layer. Genes: ``weights`` [x, y], and ``thresholds`` [y, then x] if their bounds are given.

    Parameters
    ----------
    units : {"bipolar", "tanh"}, default="bipolar"
        Units that are -1 or 1 and begin at 1, or units in continuous time, forward Euler, that begin at rest.
    weight_bounds : (float, float), default=(-1, 1)
        Bounds of w.
    threshold_bounds : (float, float) or None, default=None
        Bounds of theta; None fixes all at 0.

    References
    ----------
    Kosko, B. (1988). Bidirectional associative memories. IEEE Trans. Systems, Man, and Cybernetics 18(1), 49-60.

    Examples
    --------
    >>> sum(block.n_genes for block in BAM(threshold_bounds=(-1, 1)).blocks(Size(inputs=3, outputs=2)))
    11
    """

    units: Literal["bipolar", "tanh"] = "bipolar"
    weight_bounds: Bounds = (-1.0, 1.0)
    threshold_bounds: Bounds | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_choices(units=tuple(STEPS))
        self.check_bounds(weight_bounds=self.weight_bounds)
        if self.threshold_bounds is not None:
            self.check_bounds(threshold_bounds=self.threshold_bounds)

    @property
    def step(self) -> Callable[..., None]:
        return STEPS[self.units]

    def blocks(self, size: Size) -> tuple[Block, ...]:
        weights = Block("weights", free(size.inputs, size.outputs), self.weight_bounds)
        if self.threshold_bounds is None:
            return (weights,)
        return weights, Block("thresholds", free(size.outputs + size.inputs), self.threshold_bounds)

    def population(self, parameters: Parameters, size: Size) -> Population:
        weights, rest = parameters["weights"], np.zeros((len(parameters["weights"]), size.outputs + size.inputs))
        parts = {
            "recurrent": weights,
            "readout": weights.transpose(0, 2, 1),
            "inputs": np.empty((len(weights), size.inputs, 0)),  # a channel for each unit: nothing to multiply
            "params": parameters.get("thresholds", rest)[:, None],
        }
        if self.units == "tanh":
            return self.arrays(**parts, memory=rest[:, None], output=rest)
        return self.arrays(**parts, output=np.ones_like(rest))
