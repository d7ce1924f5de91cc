"""Exponential natural evolution strategy (Glasmachers, Schaul, Yi, Wierstra & Schmidhuber 2010)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evorc.kernels.elementwise import exp_of
from evorc.kernels.vmath import log

from .covariance import product
from .gaussian import Mirrors, bounded, draw, lengths
from .search import Array, Initial, Optimizer, RandomState, State, plain, restored
from .snes import utilities
from .starts import Restarts, Start, by_rank


class XNES(Optimizer):
    """Exponential natural evolution strategy: SNES with correlations.

    Genomes are ``x = mean + sigma B z``, `z` standard normal and det B = 1. With the utilities ``u`` of :class:`SNES`,
    ``M = sum(u (z z^T - I))`` and its trace ``t``,

        ``mean += sigma B sum(u z)``,   ``sigma *= exp(eta / 2 t / n)``,   ``B = B exp(eta / 2 (M - t / n I))``,

    where ``eta = (9 + 3 ln n) / (5 n sqrt(n))``. It costs ``n_genes^2`` a genome and a matrix exponential a generation:
    for tens of genes. Bounds, injected genomes and restarts are as in :class:`SNES`; the search also starts anew when
    the condition of the covariance exceeds 1e14.

    Parameters
    ----------
    bounds : array_like of shape (n_genes, 2)
        Lowest and highest value of each gene.
    population_size : int, optional
        Genomes a generation, at least 2. By default ``4 + floor(3 ln n_genes)``.
    sigma : float, optional
        First standard deviation as a fraction of the gene's range (high - low), at most 1. By default the spread of the
        first genomes if they are given, else 0.2.
    restart_after : int, optional
        Generations without a better fitness since the start; None for never.
    incpopsize : float, default=1
        Factor of the population size at a restart.
    initial : array_like of shape (n_genes,) or (population_size, n_genes), or callable, optional
        Mean of every start; or first genomes, or a function of a generator and the population size that makes them, of
        which the mean is taken. By default the middle of the bounds. A restart begins at such a mean or function, or
        else anywhere in the bounds.
    max_generations : int, optional
        Stop after so many generations.
    target : float, optional
        Stop at this fitness.
    random_state : int, SeedSequence, Generator or None
        Seed of the own generator. The matrix exponential and an inverse are LAPACK's: its bits are those of one
        machine.

    Raises
    ------
    ValueError
        If a value is not allowed; the message names the field, what was found and what is allowed.

    References
    ----------
    Glasmachers, Schaul, Yi, Wierstra & Schmidhuber (2010), GECCO: Exponential natural evolution strategies.
    Wierstra et al. (2014), JMLR 15:949, algorithm 5.

    Examples
    --------
    >>> optimizer = XNES([[-1, 1]] * 3, max_generations=100, random_state=0)
    >>> while not optimizer.stop():
    ...     genomes = optimizer.ask()
    ...     optimizer.tell(-(genomes**2).sum(axis=1))
    >>> bool(optimizer.best.fitness > -1e-4)
    True
    """

    def __init__(
        self,
        bounds: ArrayLike,
        *,
        population_size: int | None = None,
        sigma: float | None = None,
        restart_after: int | None = None,
        incpopsize: float = 1.0,
        initial: Initial = None,
        max_generations: int | None = None,
        target: float | None = None,
        random_state: RandomState = None,
    ) -> None:
        self._start = Start(bounds, population_size, initial, sigma, max_generations, target, random_state)
        self._search = search = self._start.search
        self._restarts = Restarts(search, restart_after, incpopsize)
        self._mirrors = Mirrors(search)
        genes = len(search.low)
        self._eta = (9.0 + 3.0 * float(log(float(genes)))) / (5.0 * genes * genes**0.5)
        self._begun = False
        self._settle(np.empty(genes), np.empty(genes))

    def _settle(self, mean: Array, unit: Array) -> None:
        """Begin at a mean, with genes measured in their first standard deviations; sigma is a factor of B."""
        self._mean, self._unit = mean, unit
        self._b: Array = np.eye(len(mean))
        self._inverse: Array = self._b

    def ask(self) -> Array:
        """Genomes to evaluate, of shape (population_size, n_genes); the same ones until they are told."""
        return self._search.ask(self._draw if self._begun else self._begin)

    def tell(self, fitness: ArrayLike, genomes: ArrayLike | None = None) -> None:
        """Take the fitness of the asked genomes, or of `genomes` in their places; nan and infinite ones rank last."""
        told, values = self._search.tell(fitness, genomes)
        points, foreign = self._mirrors.points(told)
        points = bounded(points, foreign, self._mean, self._unit, lambda rows: lengths(self._latent(rows)))
        z = self._latent((points - self._mean) / self._unit)
        u = by_rank(utilities(len(values)), values)[:, None]
        self._mean += self._unit * product(product(u, z).T, self._b.T)[0]
        self._grow(product(z, u * z))  # utilities have sum 0, so the I of z z^T - I falls out
        turned = self._mirrors.centre(self._mean)
        self._b[turned] *= -1.0
        self._inverse = inverse_of(self._b)
        self._restarts.watch(values)
        if self._restarts.due(self._unit * lengths(self._b), self._condition()):
            self._restarts.restart()
            self._begun = False

    def _latent(self, steps: Array) -> Array:
        """The standard normal numbers of which steps are made."""
        return product(steps.T, self._inverse.T)

    def _grow(self, gradient: Array) -> None:
        """B exp(eta / 2 M): the one rate of sigma and B makes both one factor."""
        values, vectors = np.linalg.eigh(gradient)
        factor = product((vectors * exp_of(0.5 * self._eta * values)).T, vectors.T)
        self._b = product(self._b.T, factor)
        self._b *= np.minimum(1.0, self._search.span / (self._unit * lengths(self._b)))[:, None]

    def _condition(self) -> float:
        """An upper bound of the condition of the covariance, at most n_genes^2 times too large."""
        return float((self._b * self._b).sum() * (self._inverse * self._inverse).sum())

    def forget(self) -> None:
        """Let the fitness told so far count no more, as when the world changes; the distribution goes on."""
        super().forget()
        self._restarts.forget()

    def state_dict(self) -> State:
        """Arrays and plain values from which :meth:`load_state_dict` goes on with the same bits."""
        shared = self._search.state_dict("XNES") | self._restarts.state_dict() | self._mirrors.state_dict()
        own = {name: getattr(self, f"_{name}").copy() for name in ("mean", "unit", "b")}
        return shared | {"begun": self._begun} | own

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of an optimizer that was made with the same parameters."""
        shape = self._mean.shape
        mean, unit = restored(state, "mean", shape), restored(state, "unit", shape)
        self._search.load_state_dict(state, "XNES")
        self._restarts.load_state_dict(state)
        self._mirrors.load_state_dict(state)
        self._mean, self._unit, self._begun = mean, unit, bool(plain(state["begun"]))
        self._b = restored(state, "b", shape * 2)
        self._inverse = inverse_of(self._b)

    def _begin(self) -> Array:
        mean, unit, genomes = self._start.begin(self._search.restarts)
        self._settle(mean, unit)
        self._begun = True
        return self._draw() if genomes is None else genomes

    def _draw(self) -> Array:
        n, genes = self._search.shape
        z = np.empty((genes, n))
        draw(self._search.word(), np.zeros(n), np.ones(n), z)
        return self._mirrors.images(self._mean + self._unit * product(z, self._b.T))


def inverse_of(matrix: Array) -> Array:
    """Inverse, by LAPACK."""
    found: Array = np.linalg.inv(matrix).astype(np.float64, copy=False)
    return found
