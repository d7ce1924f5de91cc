"""Selection: indices of parents, drawn by their fitness. Names and meanings are DEAP's.

A failed individual has a fitness of minus infinity, ranks last, and owns no share of a roulette.
"""

import numpy as np
from numpy.typing import NDArray

from .search import Array

Indices = NDArray[np.intp]


def selTournament(fitness: Array, k: int, generator: np.random.Generator, tournsize: int) -> Indices:
    """The best of `tournsize` individuals drawn at random, `k` times (Goldberg & Deb 1991).

    Parameters
    ----------
    fitness : ndarray of shape (n_individuals,)
        Higher is better.
    k : int
        Number of parents.
    generator : Generator
        Source of the draws.
    tournsize : int
        Individuals in a tournament; the first drawn wins a tie.

    Returns
    -------
    ndarray of shape (k,)
        Indices of the parents.
    """
    aspirants = generator.integers(0, len(fitness), (k, tournsize))
    winners: Indices = aspirants[np.arange(k), np.argmax(fitness[aspirants], axis=1)]
    return winners


def selRoulette(fitness: Array, k: int, generator: np.random.Generator) -> Indices:
    """`k` spins of a wheel whose slots are as wide as the fitness, which must not be negative (Holland 1975)."""
    order, wheel = _slots(fitness, _fitness_shares(fitness))
    return _spin(order, wheel, generator.random(k) * wheel[-1])


def selStochasticUniversalSampling(fitness: Array, k: int, generator: np.random.Generator) -> Indices:
    """One spin of the wheel of :func:`selRoulette` with `k` evenly spaced pointers (Baker 1987); best first."""
    order, wheel = _slots(fitness, _fitness_shares(fitness))
    return _spin(order, wheel, _pointers(k, generator) * wheel[-1])


def selRank(fitness: Array, k: int, generator: np.random.Generator, expected_best: float) -> Indices:
    """Linear ranking (Baker 1985) by stochastic universal sampling; best first.

    Parameters
    ----------
    fitness, k, generator
        As in :func:`selTournament`.
    expected_best : float
        Expected offspring of the best when `k` is the number of individuals, from 1 (no pressure) to 2. The worst
        expects ``2 - expected_best``.
    """
    n = len(fitness)
    # Baker 1985: MAX - (2 MAX - 2)(rank - 1)/(n - 1), rank 1 the best
    shares = np.empty(n)
    shares[_best_first(fitness)] = expected_best - (2.0 * expected_best - 2.0) * np.arange(n) / (n - 1)
    order, wheel = _slots(fitness, shares)
    return _spin(order, wheel, _pointers(k, generator) * wheel[-1])


def _best_first(fitness: Array) -> Indices:
    return np.argsort(-fitness, kind="stable")


def _pointers(k: int, generator: np.random.Generator) -> Array:
    pointers: Array = (np.arange(k) + generator.random()) / k
    return pointers


def _slots(fitness: Array, shares: Array) -> tuple[Indices, Array]:
    """Individuals from the best to the worst, and where the slot of each ends on the wheel."""
    order = _best_first(fitness)
    return order, np.cumsum(shares[order])


def _spin(order: Indices, wheel: Array, pointers: Array) -> Indices:
    """Owner of the first slot that ends beyond each pointer."""
    slot = np.searchsorted(wheel, pointers, side="right")
    return order[np.minimum(slot, len(order) - 1)]


def _fitness_shares(fitness: Array) -> Array:
    """Fitness as the width of a slot; equal slots where nobody has any."""
    shares = np.where(np.isfinite(fitness), fitness, 0.0)
    if shares.min() < 0.0:
        raise ValueError(
            f"selection: a roulette needs a fitness of at least 0, found {shares.min()}; use selTournament or selRank"
        )
    return shares if shares.any() else np.isfinite(fitness) + float(not np.isfinite(fitness).any())
