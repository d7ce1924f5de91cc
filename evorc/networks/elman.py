"""Simple recurrent network (Elman 1990): a hidden layer that sees its own last activity.

h_i(t) = tanh(sum_c u_ci x_c(t) + sum_j w_ji h_j(t - 1) + b_i),   o_k(t) = tanh(sum_i v_ik h_i(t) + d_k)
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
    h, drive = state.output[n_outputs:], state.drive
    copy(weights.params[0], drive)
    couple(weights.inputs, inputs, drive[n_outputs:])
    couple(weights.recurrent, h, drive[n_outputs:])
    squash(drive[n_outputs:], h)
    couple(weights.readout, h, drive[:n_outputs])
    squash(drive[:n_outputs], state.output[:n_outputs])


@dataclass(frozen=True, kw_only=True)
class Elman(NetworkSpec):
    """Simple recurrent network of Elman: its equation stands at the top of this module.

    The first neurons are the output layer. Genes: ``inputs`` [channel, hidden], ``recurrent`` [hidden source, hidden
    target], ``readout`` [hidden, output], and ``bias`` [output, then hidden] if asked for.

    Parameters
    ----------
    n_hidden : int
        Neurons of the hidden layer.
    weight_bounds : (float, float), default=(-10, 10)
        Bounds of u, w, v, b and d.
    bias : bool, default=False
        Whether there are b and d.

    Examples
    --------
    >>> sum(block.n_genes for block in Elman(n_hidden=3).blocks(Size(inputs=3, outputs=1)))
    21
    """

    n_hidden: int
    weight_bounds: Bounds = (-10.0, 10.0)
    bias: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_neurons("n_hidden", self.n_hidden, 1)
        self.check_bounds(weight_bounds=self.weight_bounds)

    @property
    def step(self) -> Callable[..., None]:
        return step

    def blocks(self, size: Size) -> tuple[Block, ...]:
        n, outputs = self.n_hidden, size.outputs
        shapes: dict[str, tuple[int, ...]] = {"inputs": (size.inputs, n), "recurrent": (n, n), "readout": (n, outputs)}
        if self.bias:
            shapes["bias"] = (outputs + n,)
        return tuple(Block(name, free(*shape), self.weight_bounds) for name, shape in shapes.items())

    def population(self, parameters: Parameters, size: Size) -> Population:
        output = np.zeros((len(parameters["inputs"]), size.outputs + self.n_hidden))
        weights = {name: parameters[name] for name in ("inputs", "recurrent", "readout")}
        return self.arrays(**weights, params=parameters.get("bias", output)[:, None], output=output)
