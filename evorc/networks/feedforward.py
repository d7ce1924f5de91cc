"""Memoryless network with one hidden layer: the control that must fail where a task needs memory.

h_i(t) = tanh(sum_c u_ci x_c(t) + b_i),   o_k(t) = tanh(sum_i v_ik h_i(t) + d_k)
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..kernels.compiler import kernel
from ..kernels.couple import copy, couple
from ..kernels.layout import Population
from ..kernels.squash import squash
from .spec import Block, Bounds, NetworkSpec, Parameters, Size, free


@kernel
def step(weights, state, inputs):
    n_outputs = weights.readout.shape[1]
    y, drive = state.output, state.drive
    copy(weights.params[0], drive)
    couple(weights.inputs, inputs, drive[n_outputs:])
    squash(drive[n_outputs:], y[n_outputs:])
    couple(weights.readout, y[n_outputs:], drive[:n_outputs])
    squash(drive[:n_outputs], y[:n_outputs])


@dataclass(frozen=True, kw_only=True)
class Feedforward(NetworkSpec):
    """Feedforward tanh network with one hidden layer: its equation stands at the top of this module.

    The first neurons are the output layer. Genes: ``inputs`` [channel, hidden], ``readout`` [hidden, output] and
    ``bias`` [output, then hidden].

    Parameters
    ----------
    n_hidden : int
        Neurons of the hidden layer.
    weight_bounds : (float, float), default=(-10, 10)
        Bounds of u, v, b and d.

    Examples
    --------
    >>> sum(block.n_genes for block in Feedforward(n_hidden=3).blocks(Size(inputs=2, outputs=1)))
    13
    """

    n_hidden: int
    weight_bounds: Bounds = (-10.0, 10.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_neurons("n_hidden", self.n_hidden, 1)
        self.check_bounds(weight_bounds=self.weight_bounds)

    @property
    def step(self) -> Callable[..., None]:
        return step

    def blocks(self, size: Size) -> tuple[Block, ...]:
        hidden, outputs = self.n_hidden, size.outputs
        shapes = {"inputs": (size.inputs, hidden), "readout": (hidden, outputs), "bias": (outputs + hidden,)}
        return tuple(Block(name, free(*shape), self.weight_bounds) for name, shape in shapes.items())

    def population(self, parameters: Parameters, size: Size) -> Population:
        bias = parameters["bias"]
        return self.arrays(
            inputs=parameters["inputs"],
            readout=parameters["readout"],
            params=bias[:, None],
            output=np.zeros_like(bias),
        )
