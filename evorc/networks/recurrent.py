"""Fully recurrent network in discrete time (Wierstra et al. 2014, section 5.4).

y_i(t) = tanh(sum_j w_ji y_j(t - 1) + sum_c u_ci x_c(t) + b_i)
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..kernels.compiler import kernel
from ..kernels.couple import copy, couple
from ..kernels.layout import Population
from ..kernels.squash import squash
from .spec import Block, Bounds, Mask, NetworkSpec, Parameters, Size, free


@kernel
def step(weights, state, inputs):
    y, drive = state.output, state.drive
    copy(weights.params[0], drive)
    couple(weights.recurrent, y, drive)
    couple(weights.inputs, inputs, drive)
    squash(drive, y)


@dataclass(frozen=True, kw_only=True)
class FullyRecurrent(NetworkSpec):
    """Fully recurrent tanh network in discrete time: its equation stands at the top of this module.

    The first neurons are the motors. One neuron without a bias on the double pole's three sensors is the published
    unit of four weights. Genes: ``recurrent`` [source, target], ``inputs`` [channel, target], ``bias`` if asked for.

    Parameters
    ----------
    n_neurons : int
        Number of neurons, at least the number of motors.
    weight_bounds : (float, float), default=(-10, 10)
        Bounds of w, u and b.
    initial_bounds : (float, float) or None, default=None
        Within which first genomes are drawn; None is `weight_bounds`. Units that start saturated learn late.
    bias : bool, default=False
        Whether there is a b.
    recurrent_mask : nested tuple of bool or None, default=None
        Which connections exist, [source, target]. None is all.

    Examples
    --------
    >>> sum(block.n_genes for block in FullyRecurrent(n_neurons=1).blocks(Size(inputs=3, outputs=1)))
    4
    """

    n_neurons: int
    weight_bounds: Bounds = (-10.0, 10.0)
    initial_bounds: Bounds | None = None
    bias: bool = False
    recurrent_mask: Mask | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_neurons("n_neurons", self.n_neurons, 1)
        self.check_bounds(weight_bounds=self.weight_bounds, initial_bounds=self.initial_bounds or self.weight_bounds)

    @property
    def step(self) -> Callable[..., None]:
        return step

    def blocks(self, size: Size) -> tuple[Block, ...]:
        n = self.n_neurons
        if size.outputs > n:
            raise ValueError(f"n_neurons: {n} is less than the {size.outputs} motors of the scenario")
        recurrent = free(n, n, mask=self.recurrent_mask, name="recurrent_mask")
        parts = {"recurrent": recurrent, "inputs": free(size.inputs, n)} | ({"bias": free(n)} if self.bias else {})
        return tuple(Block(name, genes, self.weight_bounds, self.initial_bounds) for name, genes in parts.items())

    def population(self, parameters: Parameters, size: Size) -> Population:
        output = np.zeros((len(parameters["recurrent"]), self.n_neurons))
        return self.arrays(
            recurrent=parameters["recurrent"],
            inputs=parameters["inputs"],
            params=parameters.get("bias", output)[:, None],
            output=output,
        )
