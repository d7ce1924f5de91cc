"""Covariance matrix adaptation (Hansen & Ostermeier 2001; equations of Hansen 2016, arXiv:1604.00772)."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from evorc.kernels.elementwise import exp_of

from .covariance import Diagonal, Full, Rates, length
from .gaussian import Mirrors, bounded
from .search import Array, Initial, Optimizer, RandomState, State, one_of, plain, restored
from .starts import Restarts, Start, by_rank, falling

COVARIANCES: dict[str, type[Diagonal] | type[Full]] = {"full": Full, "separable": Diagonal}


class CMAES(Optimizer):
    """Covariance matrix adaptation evolution strategy.

    Genomes are drawn from ``N(mean, sigma^2 C)``. The mean moves to the weighted mean of the better half, C learns from
    their steps and from the path of the mean, and sigma from the length of that path. A full C learns from bad steps
    too (active CMA-ES); a separable one is diagonal and learns ``(n + 2) / 3`` times as fast (Ros & Hansen 2008).

    A point that was drawn outside the bounds is evaluated at its mirror image inside and counts where it was drawn, so
    that the bounds do not bend C. No standard deviation grows beyond the gene's range, where a mirrored normal number
    is uniform. Injected and refined genomes count as lying no farther from the mean than drawn ones do (Hansen 2011).
    Equal fitnesses share their weights.

    The search starts anew, with a larger population, when the best fitness of a generation has been the same for
    ``10 + 30 n / p`` of them, when all standard deviations are below 1e-12 of the range, when the condition of C is
    above 1e14 (Auger & Hansen 2005), or after `restart_after` generations without a better fitness.

    Parameters
    ----------
    bounds : array_like of shape (n_genes, 2)
        Lowest and highest value of each gene.
    population_size : int, optional
        Genomes a generation, at least 2. By default ``4 + floor(3 ln n_genes)``.
    covariance : {"full", "separable"}
        ``full`` costs ``n_genes^2`` a genome and a decomposition of C; ``separable`` is for hundreds of genes.
    sigma : float, optional
        First standard deviation as a fraction of the gene's range (high - low), at most 1. By default the spread of the
        first genomes if they are given, else 0.2.
    restart_after : int, optional
        Generations without a better fitness since the start; None for never.
    incpopsize : float, default=2
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
        Seed of the own generator. The eigenvectors of a full C are LAPACK's: its bits are those of one machine.

    Raises
    ------
    ValueError
        If a value is not allowed; the message names the field, what was found and what is allowed.

    References
    ----------
    Hansen (2016), arXiv:1604.00772: The CMA evolution strategy: a tutorial.
    Ros & Hansen (2008), PPSN X: A simple modification in CMA-ES achieving linear time and space complexity.
    Auger & Hansen (2005), CEC: A restart CMA evolution strategy with increasing population size.
    Hansen (2011), arXiv:1110.4181: Injecting external solutions into CMA-ES.

    Examples
    --------
    >>> optimizer = CMAES([[-1, 1]] * 3, max_generations=60, random_state=0)
    >>> while not optimizer.stop():
    ...     genomes = optimizer.ask()
    ...     optimizer.tell(-(genomes**2).sum(axis=1))
    >>> bool(optimizer.best.fitness > -1e-6)
    True
    """

    def __init__(
        self,
        bounds: ArrayLike,
        *,
        population_size: int | None = None,
        covariance: str = "full",
        sigma: float | None = None,
        restart_after: int | None = None,
        incpopsize: float = 2.0,
        initial: Initial = None,
        max_generations: int | None = None,
        target: float | None = None,
        random_state: RandomState = None,
    ) -> None:
        self._start = Start(bounds, population_size, initial, sigma, max_generations, target, random_state)
        self._search = search = self._start.search
        self.covariance = one_of("covariance", covariance, COVARIANCES)
        self._restarts = Restarts(search, restart_after, incpopsize)
        self._mirrors = Mirrors(search)
        self._begun = False
        self._settle(np.empty(len(search.low)), np.empty(len(search.low)))

    def _settle(self, mean: Array, unit: Array) -> None:
        """Begin at a mean, with genes measured in their first standard deviations."""
        genes = len(mean)
        self._mean, self._unit, self._sigma = mean, unit, 1.0
        self._c: Diagonal | Full = COVARIANCES[self.covariance](genes)
        self._p_sigma, self._p_c = np.zeros(genes), np.zeros(genes)
        self._unstarted = 1.0  # (1 - c_sigma)^(2 generations): how little p_sigma has started

    def ask(self) -> Array:
        """Genomes to evaluate, of shape (population_size, n_genes); the same ones until they are told."""
        return self._search.ask(self._draw if self._begun else self._begin)

    def tell(self, fitness: ArrayLike, genomes: ArrayLike | None = None) -> None:
        """Take the fitness of the asked genomes, or of `genomes` in their places; nan and infinite ones rank last."""
        told, values = self._search.tell(fitness, genomes)
        points, foreign = self._mirrors.points(told)
        if values.max() > -np.inf:
            scale = self._sigma * self._unit
            self._update(bounded(points, foreign, self._mean, scale, self._c.lengths), values, scale)
        self._restarts.watch(values)
        if self._restarts.due(self._sigma * self._unit * self._c.deviations, self._c.condition):
            self._restarts.restart()
            self._begun = False

    def _update(self, points: Array, values: Array, scale: Array) -> None:
        k = constants(len(self._mean), len(values), self.covariance == "separable")
        good, bad = by_rank(k.good, values), by_rank(k.bad, values)
        step = self._c.recombined(points, self._mean, scale, good, bad)  # eq. 41
        self._mean += scale * step  # eq. 42, c_m = 1
        pull = (k.c_sigma * (2.0 - k.c_sigma) * k.mu_eff) ** 0.5
        self._p_sigma = (1.0 - k.c_sigma) * self._p_sigma + pull * self._c.whitened(step)  # eq. 43
        self._unstarted *= (1.0 - k.c_sigma) ** 2
        stretch = length(self._p_sigma) / k.chi
        h = float(stretch < (1.4 + 2.0 / (len(step) + 1.0)) * (1.0 - self._unstarted) ** 0.5)
        pull = (k.c_c * (2.0 - k.c_c) * k.mu_eff) ** 0.5
        self._p_c = (1.0 - k.c_c) * self._p_c + h * pull * step  # eq. 45
        old = 1.0 + k.c_1 * (1.0 - h) * k.c_c * (2.0 - k.c_c) - k.c_1 - k.c_mu * k.sum
        self._c.learn(Rates(old, k.c_1, k.c_mu), self._p_c)  # eq. 47
        self._sigma *= float(exp_of(np.array([min(1.0, k.c_sigma / k.d_sigma * (stretch - 1.0))]))[0])  # eq. 44
        self._c.limit(self._search.span / (self._sigma * self._unit))
        self._turn()

    def _turn(self) -> None:
        """Bring the mean back between its mirrors, and turn with it what has a direction."""
        turned = self._mirrors.centre(self._mean)
        if turned.any():
            self._c.turn(turned)
            self._p_sigma[turned] *= -1.0
            self._p_c[turned] *= -1.0

    def forget(self) -> None:
        """Let the fitness told so far count no more, as when the world changes; the distribution goes on."""
        super().forget()
        self._restarts.forget()

    def state_dict(self) -> State:
        """Arrays and plain values from which :meth:`load_state_dict` goes on with the same bits."""
        shared = self._search.state_dict("CMAES") | self._restarts.state_dict() | self._mirrors.state_dict()
        vectors = {name: getattr(self, f"_{name}").copy() for name in ("mean", "unit", "p_sigma", "p_c")}
        values = {"begun": self._begun, "sigma": self._sigma, "unstarted": self._unstarted}
        return shared | {"covariance": self.covariance} | self._c.state_dict() | vectors | values

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of an optimizer that was made with the same parameters."""
        found, shape = str(plain(state["covariance"])), self._mean.shape
        if found != self.covariance:
            raise ValueError(f"state: its covariance is {found}, not {self.covariance}")
        mean, unit = restored(state, "mean", shape), restored(state, "unit", shape)
        self._search.load_state_dict(state, "CMAES")
        self._restarts.load_state_dict(state)
        self._mirrors.load_state_dict(state)
        self._settle(mean, unit)
        self._c.load_state_dict(state)
        self._p_sigma, self._p_c = restored(state, "p_sigma", shape), restored(state, "p_c", shape)
        self._begun = bool(plain(state["begun"]))
        self._sigma, self._unstarted = float(plain(state["sigma"])), float(plain(state["unstarted"]))

    def _begin(self) -> Array:
        mean, unit, genomes = self._start.begin(self._search.restarts)
        self._settle(mean, unit)
        self._begun = True
        return self._draw() if genomes is None else genomes

    def _draw(self) -> Array:
        points = np.empty(self._search.shape)
        self._c.draw(self._search.word(), self._mean, self._sigma * self._unit, points)
        return self._mirrors.images(points)


class Constants(NamedTuple):
    """Weights of the best to the worst, positive and negative ones, their sum, and the rates (Hansen 2016, table 1)."""

    good: Array
    bad: Array
    sum: float
    mu_eff: float
    c_sigma: float
    d_sigma: float
    c_c: float
    c_1: float
    c_mu: float
    chi: float  # expected length of a standard normal vector


@cache
def constants(n: int, size: int, separable: bool) -> Constants:
    """Constants for `n` genes and a population of `size`."""
    raw = falling(size, (size + 1) / 2.0)  # eq. 49
    good, bad = np.where(np.arange(size) < size // 2, raw, 0.0), np.minimum(raw, 0.0)
    mu_eff = effective(good)
    c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n)  # eq. 56
    haste = (n + 2.0) / 3.0 if separable else 1.0
    c_1 = min(1.0, haste * 2.0 / ((n + 1.3) ** 2 + mu_eff))  # eq. 57
    c_mu = min(1.0 - c_1, haste * 2.0 * (0.25 + mu_eff + 1.0 / mu_eff - 2.0) / ((n + 2.0) ** 2 + mu_eff))  # eq. 58
    c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0)  # eq. 55
    d_sigma = 1.0 + 2.0 * max(0.0, ((mu_eff - 1.0) / (n + 1.0)) ** 0.5 - 1.0) + c_sigma
    chi = n**0.5 * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n))
    if separable:
        shrink = 0.0
    else:  # eqs. 50 to 53
        mu_bad = effective(bad)
        shrink = min(1.0 + c_1 / c_mu, 1.0 + 2.0 * mu_bad / (mu_bad + 2.0), (1.0 - c_1 - c_mu) / (n * c_mu))
    good, bad = good / good.sum(), shrink * bad / -bad.sum()
    return Constants(good, bad, 1.0 + float(bad.sum()), mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi)


def effective(weights: Array) -> float:
    """How many equal weights vary as much."""
    return float(weights.sum()) ** 2 / float((weights * weights).sum())
