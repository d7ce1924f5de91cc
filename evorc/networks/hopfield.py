"""Hopfield network (Hopfield 1982) as a network that is searched: all units decide at once.

    s_i(t) = sgn(sum_j w_ji s_j(t - 1) + sum_c u_ci x_c(t) - theta_i),   w_ij = w_ji,   w_ii = 0

Where the sum is 0 a unit stays as it is. Learning rules are in `hopfield_rules`, recall unit by unit and with
temperature in `hopfield_memory`, search for the lowest energy in `quadratic`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..kernels.compiler import kernel
from ..kernels.couple import couple
from ..kernels.drive import in_lanes as side_by_side
from ..kernels.layout import Population
from ..kernels.settle import settle
from .checks import whole
from .hopfield_memory import Memory as Memory
from .hopfield_memory import Recall as Recall
from .quadratic import Minimum as Minimum
from .quadratic import minimize as minimize
from .spec import Array, Block, Bounds, Mask, NetworkSpec, Parameters, Size, free
from .units import two_valued


@kernel
def step(weights, state, inputs):
    s, z, theta = state.output.reshape(-1), state.drive.reshape(-1), weights.params[0].reshape(-1)
    for k in range(z.size):
        z[k] = -theta[k]
    couple(weights.recurrent, state.output, state.drive)
    couple(weights.inputs, inputs, state.drive)
    for k in range(s.size):
        s[k] = type(s[k])(1) if z[k] > 0 else type(s[k])(-1) if z[k] < 0 else s[k]


@dataclass(frozen=True, kw_only=True)
class Hopfield(NetworkSpec):
    """Hopfield network of bipolar units: its equation stands at the top of this module.

    The first neurons are the motors; all start at -1. Genes: ``recurrent`` [source, target], of which the two
    connections between two units share one, ``inputs`` [channel, target], and ``threshold`` if asked for.

    Parameters
    ----------
    n_neurons : int
        Number of units, at least 2.
    weight_bounds : (float, float), default=(-1, 1)
        Bounds of w and u.
    threshold_bounds : (float, float) or None, default=None
        Bounds of theta; None has none.
    mask : nested tuple of bool, shape (n_neurons, n_neurons), optional
        Connections that exist, the same both ways.

    Examples
    --------
    >>> sum(block.n_genes for block in Hopfield(n_neurons=4).blocks(Size(inputs=0, outputs=0)))
    6
    """

    n_neurons: int
    weight_bounds: Bounds = (-1.0, 1.0)
    threshold_bounds: Bounds | None = None
    mask: Mask | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_neurons("n_neurons", self.n_neurons, 2)
        self.check_bounds(weight_bounds=self.weight_bounds)
        if self.threshold_bounds is not None:
            self.check_bounds(threshold_bounds=self.threshold_bounds)
        self._connections()

    @property
    def step(self) -> Callable[..., None]:
        return step

    def blocks(self, size: Size) -> tuple[Block, ...]:
        if size.outputs > self.n_neurons:
            raise ValueError(f"n_neurons: {self.n_neurons} are fewer than the {size.outputs} motors")
        made = [Block("recurrent", self._connections(), self.weight_bounds)]
        made.append(Block("inputs", free(size.inputs, self.n_neurons), self.weight_bounds))
        if self.threshold_bounds is not None:
            made.append(Block("threshold", free(self.n_neurons), self.threshold_bounds))
        return tuple(made)

    def population(self, parameters: Parameters, size: Size) -> Population:
        output = np.full((len(parameters["recurrent"]), self.n_neurons), -1.0)
        weights = {name: parameters[name] for name in ("recurrent", "inputs")}
        threshold = parameters.get("threshold", np.zeros_like(output))
        return self.arrays(**weights, params=threshold[:, None], output=output)

    def _connections(self) -> np.ndarray:
        """One gene for the two connections between two units."""
        n = self.n_neurons
        there = free(n, n, mask=self.mask) >= 0
        if not (there == there.T).all():
            raise ValueError("mask: it is not symmetric, and the weights must be")
        one_way = np.triu(there, 1)
        genes = np.where(one_way, np.cumsum(one_way).reshape(n, n) - 1, -1)
        return np.maximum(genes, genes.T)


def recall_overlap(
    network: Hopfield, parameters: Parameters, patterns: ArrayLike, probes: ArrayLike, *, max_steps: int = 50
) -> Array:
    """How well a population of networks recalls: the fitness with which memories evolve.

    Parameters
    ----------
    network : Hopfield
        Of as many neurons as a pattern has units.
    parameters : mapping
        Of the population, as a genome is split.
    patterns : array_like of shape (n_probes, n_units)
        What each probe should remind of, -1 or 1.
    probes : array_like of shape (n_probes, n_units)
        What recall begins with.
    max_steps : int, default=50
        After so many steps a network is judged as it is.

    Returns
    -------
    ndarray of shape (individuals,)
        Mean overlap over the probes; 1 where all are recalled whole.

    Examples
    --------
    >>> from evorc.genome import Genome
    >>> from evorc.optimizers import SimulatedAnnealing
    >>> network = Hopfield(n_neurons=8)
    >>> patterns = np.sign(np.random.default_rng(0).normal(size=(3, 8)))
    >>> genome = Genome.of(network, Size(inputs=0, outputs=0))
    >>> optimizer = SimulatedAnnealing(genome.bounds, max_generations=100, random_state=0)
    >>> while not optimizer.stop():
    ...     genomes = optimizer.ask()
    ...     optimizer.tell(recall_overlap(network, genome.split(genomes), patterns, patterns))
    >>> optimizer.best.fitness
    1.0
    """
    wanted = two_valued("patterns", patterns, "bipolar", network.n_neurons)
    starts = two_valued("probes", probes, "bipolar", network.n_neurons)
    if wanted.shape != starts.shape:
        raise ValueError(f"probes: there are {len(starts)} for {len(wanted)} patterns")
    whole("max_steps", max_steps, least=1)
    individuals = len(parameters["recurrent"])
    weights, state = side_by_side(network.population(parameters, Size(inputs=0, outputs=0)), 1.0)
    overlaps = np.empty((len(wanted), individuals))
    for pattern, start, overlap in zip(wanted, starts, overlaps, strict=True):
        state.output[:] = start[:, None]
        settle(step, weights, state, np.empty((0, individuals)), max_steps)
        overlap[:] = (state.output * pattern[:, None]).sum(axis=0) / network.n_neurons
    fitness: Array = overlaps.mean(axis=0)
    return fitness
