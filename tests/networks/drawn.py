"""Populations of random networks, and what they show when driven by a series."""

import numpy as np

from evorc.genome import Genome
from evorc.kernels.compiler import JIT
from evorc.kernels.drive import drive, in_lanes
from evorc.networks import Size

SIZE = Size(inputs=2, outputs=2)
STEPS = 1000 if JIT else 20
LANES = (1, 7, 64) if JIT else (1, 3)
DT = 0.1


def drawn(network, rng, individuals, size=SIZE):
    """Named parameters drawn within the bounds."""
    genome = Genome.of(network, size)
    low, high = genome.bounds.T
    return genome.split(rng.uniform(low, high, (individuals, genome.n_genes)))


def in_arrays(network, parameters, size=SIZE, dt=DT):
    """The arrays of the step kernel."""
    return in_lanes(network.population(parameters, size), dt)


def driven(network, parameters, series, size=SIZE, dt=DT):
    """Outputs [time, individual, neuron] for a series [time, individual, channel]."""
    weights, state = in_arrays(network, parameters, size, dt)
    return np.concatenate(list(drive(network.step, weights, state, series.transpose(0, 2, 1)))).transpose(0, 2, 1)
