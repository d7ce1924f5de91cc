"""Separable natural evolution strategy (Schaul, Glasmachers & Schmidhuber 2011)."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evorc.kernels.elementwise import exp_of
from evorc.kernels.vmath import log

from .gaussian import Mirrors, bounded, draw, draw_pairs, lengths, moments
from .search import Array, Initial, Optimizer, RandomState, State, plain, restored
from .starts import Restarts, Start, by_rank, falling


class SNES(Optimizer):
    """Separable natural evolution strategy: a normal distribution without correlations climbs its natural gradient.

    With steps ``s = (x - mean) / sigma`` of the genomes and their utilities ``u``,

        ``mean += sigma sum(u s)``,   ``sigma *= exp(eta / 2 sum(u (s^2 - 1)))``,   ``eta = (3 + ln n) / (5 sqrt(n))``.

    Utilities are ``max(0, ln(p / 2 + 1) - ln(rank))``, of sum 1, less ``1 / p`` for a population of `p`; equal
    fitnesses share them. A point that was drawn outside the bounds is evaluated at its mirror image inside and counts
    where it was drawn, so that the bounds do not bend the gradient. No sigma grows beyond the gene's range, where a
    mirrored normal number is uniform. Injected and refined genomes count as lying no farther from the mean than drawn
    ones do.

    The search starts anew when the best fitness of a generation has been the same for ``10 + 30 n / p`` of them, when
    all sigmas are below 1e-12 of the range, or after `restart_after` generations without a better fitness.

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
    antithetic : bool, default=False
        Draw steps in pairs `s` and `-s` (Brockhoff et al. 2010): what is even in the fitness falls out of the mean's
        gradient. In an odd population one step has no partner.
    initial : array_like of shape (n_genes,) or (population_size, n_genes), or callable, optional
        Mean of every start; or first genomes, or a function of a generator and the population size that makes them, of
        which the mean is taken. By default the middle of the bounds. A restart begins at such a mean or function, or
        else anywhere in the bounds.
    max_generations : int, optional
        Stop after so many generations.
    target : float, optional
        Stop at this fitness.
    random_state : int, SeedSequence, Generator or None
        Seed of the own generator.

    Raises
    ------
    ValueError
        If a value is not allowed; the message names the field, what was found and what is allowed.

    References
    ----------
    Schaul, Glasmachers & Schmidhuber (2011), GECCO: High dimensions and heavy tails for natural evolution strategies.
    Wierstra et al. (2014), JMLR 15:949, algorithm 6.
    Brockhoff, Auger, Hansen, Arnold & Hohm (2010), PPSN XI: Mirrored sampling and sequential selection for evolution
    strategies.

    Examples
    --------
    >>> optimizer = SNES([[-1, 1]] * 3, max_generations=60, random_state=0)
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
        antithetic: bool = False,
        initial: Initial = None,
        max_generations: int | None = None,
        target: float | None = None,
        random_state: RandomState = None,
    ) -> None:
        self._start = Start(bounds, population_size, initial, sigma, max_generations, target, random_state)
        self._search = search = self._start.search
        self._restarts = Restarts(search, restart_after, incpopsize)
        self._mirrors = Mirrors(search)
        self._fill = draw_pairs if antithetic else draw
        genes = len(search.low)
        self._eta = (3.0 + float(log(float(genes)))) / (5.0 * genes**0.5)
        self._begun = False
        self._mean, self._sigma = np.empty(genes), np.empty(genes)

    def ask(self) -> Array:
        """Genomes to evaluate, of shape (population_size, n_genes); the same ones until they are told."""
        return self._search.ask(self._draw if self._begun else self._begin)

    def tell(self, fitness: ArrayLike, genomes: ArrayLike | None = None) -> None:
        """Take the fitness of the asked genomes, or of `genomes` in their places; nan and infinite ones rank last."""
        told, values = self._search.tell(fitness, genomes)
        points = bounded(*self._mirrors.points(told), self._mean, self._sigma, lengths)
        gradient, spread = np.empty_like(self._mean), np.empty_like(self._mean)
        moments(by_rank(utilities(len(values)), values), points, self._mean, self._sigma, gradient, spread)
        self._mean += self._sigma * gradient
        self._sigma *= exp_of(0.5 * self._eta * spread)  # utilities have sum 0, so the 1 of s^2 - 1 falls out
        np.minimum(self._sigma, self._search.span, out=self._sigma)
        self._mirrors.centre(self._mean)
        self._restarts.watch(values)
        if self._restarts.due(self._sigma):
            self._restarts.restart()
            self._begun = False

    def forget(self) -> None:
        """Let the fitness told so far count no more, as when the world changes; the distribution goes on."""
        super().forget()
        self._restarts.forget()

    def state_dict(self) -> State:
        """Arrays and plain values from which :meth:`load_state_dict` goes on with the same bits."""
        own = {"begun": self._begun, "mean": self._mean.copy(), "sigma": self._sigma.copy()}
        return self._search.state_dict("SNES") | self._restarts.state_dict() | self._mirrors.state_dict() | own

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of an optimizer that was made with the same parameters."""
        shape = self._mean.shape
        mean, sigma = restored(state, "mean", shape), restored(state, "sigma", shape)
        self._search.load_state_dict(state, "SNES")
        self._restarts.load_state_dict(state)
        self._mirrors.load_state_dict(state)
        self._mean, self._sigma, self._begun = mean, sigma, bool(plain(state["begun"]))

    def _begin(self) -> Array:
        self._mean, self._sigma, genomes = self._start.begin(self._search.restarts)
        self._begun = True
        return self._draw() if genomes is None else genomes

    def _draw(self) -> Array:
        points = np.empty(self._search.shape)
        self._fill(self._search.word(), self._mean, self._sigma, points)
        return self._mirrors.images(points)


@cache
def utilities(n: int) -> Array:
    """Of the best to the worst of `n` (Wierstra et al. 2014, section 3.1)."""
    raw = np.maximum(0.0, falling(n, n / 2 + 1.0))
    found: Array = raw / raw.sum() - 1.0 / n
    return found
