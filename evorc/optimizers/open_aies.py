"""Evolution strategy of OpenAI (Salimans, Ho, Chen, Sidor & Sutskever 2017)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .gaussian import Mirrors, bounded, draw_pairs, lengths, moments
from .search import Array, Initial, Optimizer, RandomState, State, plain, restored, within
from .starts import Start, by_rank

MOMENTUM, MEMORY, LEAST = 0.9, 0.999, 1e-8  # of Adam
VECTORS = ("mean", "momentum", "square")


class OpenAIES(Optimizer):
    """Evolution strategy of OpenAI: ascent along a gradient that antithetic pairs of normal steps estimate.

    With steps ``z = (x - mean) / sigma`` of the genomes, in pairs `z` and `-z`, and ranks `u` from -1/2 to 1/2 (equal
    fitnesses share them), the gradient ``sum(u z) / p`` of a population of `p` goes into Adam (Kingma & Ba 2015), which
    moves the mean by about `learning_rate` of the range. Sigma stays: the search ends at no point, but at a place where
    many mutants are fit. Choose it for very many genes, large populations and noisy fitnesses.

    A point that was drawn outside the bounds is evaluated at its mirror image inside and counts where it was drawn.
    Injected and refined genomes count as lying no farther from the mean than drawn ones do.

    Parameters
    ----------
    bounds : array_like of shape (n_genes, 2)
        Lowest and highest value of each gene.
    population_size : int, default=64
        Genomes a generation, at least 2. In an odd one the last point has no partner.
    sigma : float, default=0.02
        Standard deviation as a fraction of the gene's range (high - low), at most 1.
    learning_rate : float, default=0.01
        Step of Adam as a fraction of the gene's range.
    initial : array_like of shape (n_genes,) or (population_size, n_genes), or callable, optional
        The first mean; or first genomes, or a function of a generator and the population size that makes them, of which
        the mean is taken. By default the middle of the bounds.
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
    Salimans, Ho, Chen, Sidor & Sutskever (2017), arXiv:1703.03864: Evolution strategies as a scalable alternative to
    reinforcement learning.

    Examples
    --------
    >>> optimizer = OpenAIES([[-1, 1]] * 3, initial=[0.5, -0.5, 0.5], max_generations=100, random_state=0)
    >>> while not optimizer.stop():
    ...     genomes = optimizer.ask()
    ...     optimizer.tell(-(genomes**2).sum(axis=1))
    >>> bool(optimizer.best.fitness > -1e-2)
    True
    """

    def __init__(
        self,
        bounds: ArrayLike,
        *,
        population_size: int = 64,
        sigma: float = 0.02,
        learning_rate: float = 0.01,
        initial: Initial = None,
        max_generations: int | None = None,
        target: float | None = None,
        random_state: RandomState = None,
    ) -> None:
        self._start = Start(bounds, population_size, initial, sigma, max_generations, target, random_state)
        self._search = search = self._start.search
        self.learning_rate = within("learning_rate", learning_rate, 0.0, 1.0)
        self._mirrors = Mirrors(search)
        genes = len(search.low)
        self._sigma = within("sigma", sigma, np.finfo(float).tiny, 1.0) * search.span
        self._mean, self._momentum, self._square = np.empty(genes), np.zeros(genes), np.zeros(genes)
        self._begun = False
        self._unstarted = (1.0, 1.0)  # how little momentum and square have started: powers of their rates

    def ask(self) -> Array:
        """Genomes to evaluate, of shape (population_size, n_genes); the same ones until they are told."""
        return self._search.ask(self._draw if self._begun else self._begin)

    def tell(self, fitness: ArrayLike, genomes: ArrayLike | None = None) -> None:
        """Take the fitness of the asked genomes, or of `genomes` in their places; nan and infinite ones rank last."""
        told, values = self._search.tell(fitness, genomes)
        points = bounded(*self._mirrors.points(told), self._mean, self._sigma, lengths)
        gradient, n = np.empty_like(self._mean), len(values)
        weights = by_rank((0.5 - np.arange(n) / (n - 1.0)) / n, values)
        moments(weights, points, self._mean, self._sigma, gradient, np.empty_like(gradient))
        self._ascend(gradient)
        self._momentum[self._mirrors.centre(self._mean)] *= -1.0

    def _ascend(self, gradient: Array) -> None:
        """Adam (Kingma & Ba 2015, algorithm 1)."""
        self._momentum = MOMENTUM * self._momentum + (1.0 - MOMENTUM) * gradient
        self._square = MEMORY * self._square + (1.0 - MEMORY) * (gradient * gradient)
        one, other = self._unstarted = self._unstarted[0] * MOMENTUM, self._unstarted[1] * MEMORY
        direction = self._momentum / (1.0 - one) / (np.sqrt(self._square / (1.0 - other)) + LEAST)
        self._mean += self.learning_rate * self._search.span * direction

    def state_dict(self) -> State:
        """Arrays and plain values from which :meth:`load_state_dict` goes on with the same bits."""
        own = {name: getattr(self, f"_{name}").copy() for name in VECTORS}
        started = {"begun": self._begun, "unstarted": np.array(self._unstarted)}
        return self._search.state_dict("OpenAIES") | self._mirrors.state_dict() | own | started

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of an optimizer that was made with the same parameters."""
        vectors = [restored(state, name, self._mean.shape) for name in VECTORS]
        one, other = restored(state, "unstarted", (2,)).tolist()
        self._search.load_state_dict(state, "OpenAIES")
        self._mirrors.load_state_dict(state)
        self._mean, self._momentum, self._square = vectors
        self._begun, self._unstarted = bool(plain(state["begun"])), (one, other)

    def _begin(self) -> Array:
        self._mean, _, genomes = self._start.begin(0)
        self._begun = True
        return self._draw() if genomes is None else genomes

    def _draw(self) -> Array:
        points = np.empty(self._search.shape)
        draw_pairs(self._search.word(), self._mean, self._sigma, points)
        return self._mirrors.images(points)
