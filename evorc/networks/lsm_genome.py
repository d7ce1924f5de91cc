"""Global parameters of a liquid as a genome that any optimizer can search."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .lsm import LSM

GENES = ("EE", "EI", "IE", "II", "length", "input_scale")
"""Factors of the amplitudes of the four pathways, lambda, and the factor of the input amplitudes."""


def liquid_bounds(
    *,
    scales: Sequence[float] = (0.2, 3.0),
    length: Sequence[float] = (0.5, 4.0),
    input_scale: Sequence[float] = (0.2, 5.0),
) -> NDArray[np.float64]:
    """Bounds [gene, 2], as optimizers take them.

    Parameters
    ----------
    scales : (float, float), default=(0.2, 3)
        Of the factors of all four pathways.
    length, input_scale : (float, float), default=(0.5, 4) and (0.2, 5)
        Of lambda and of the input amplitudes.

    Returns
    -------
    ndarray of shape (6, 2)

    Examples
    --------
    >>> from evorc.optimizers import ParticleSwarm
    >>> swarm = ParticleSwarm(liquid_bounds(), population_size=4, random_state=0)
    >>> liquids = [liquid_of(genome, LSM()) for genome in swarm.ask()]
    >>> len(liquids)
    4
    """
    return np.array([scales] * 4 + [length, input_scale], float)


def liquid_of(genome: Any, network: LSM) -> LSM:
    """The network with the six global parameters of a genome, and all else as it is.

    Parameters
    ----------
    genome : array_like of shape (6,)
        In the order of :data:`GENES`.
    network : LSM
        What the genome does not say.

    Returns
    -------
    LSM

    Raises
    ------
    ValueError
        If the genome has another length, or a gene is out of its range.

    Examples
    --------
    >>> liquid_of([1.5, 1, 1, 1, 2.5, 0.8], LSM()).scales
    (1.5, 1.0, 1.0, 1.0)
    """
    genes = np.asarray(genome, float)
    if genes.shape != (len(GENES),):
        raise ValueError(f"genome: its shape {genes.shape} is not ({len(GENES)},), {', '.join(GENES)}")
    first, second, third, fourth, length, input_scale = genes.tolist()
    return replace(network, scales=(first, second, third, fourth), length=length, input_scale=input_scale)
