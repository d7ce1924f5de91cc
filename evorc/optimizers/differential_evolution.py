"""Differential evolution (Storn & Price 1997)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evorc.kernels.compiler import kernel
from evorc.kernels.elementwise import reflected
from evorc.kernels.random import stream_integer, stream_uniform

from .search import Array, Initial, Optimizer, RandomState, Search, State, at_least, one_of, plain, restored, within

STRATEGIES = ("rand/1/bin", "best/1/bin", "current-to-best/1/bin")


class DifferentialEvolution(Optimizer):
    """Differential evolution: differences between individuals are the steps of others.

    Every generation makes one trial for each individual `x_i`, from a mutant of others that are drawn at random. The
    mutant is ``x_a + F (x_b - x_c)`` under ``rand/1/bin``, ``x_best + F (x_b - x_c)`` under ``best/1/bin``, and
    ``x_i + F (x_best - x_i) + F (x_b - x_c)`` under ``current-to-best/1/bin``. Each gene of the trial is the mutant's
    with probability `cr`, and one that is drawn at random always is. A trial takes its individual's place unless it is
    worse.

    Parameters
    ----------
    bounds : array_like of shape (n_genes, 2)
        Lowest and highest value of each gene. Genes are mirrored at them, never clipped.
    population_size : int, default=64
        Number of individuals, at least 4.
    strategy : {"rand/1/bin", "best/1/bin", "current-to-best/1/bin"}
        How a mutant is made.
    f : float or (float, float), default=(0.5, 1.0)
        Factor of the differences, in [0, 2]. Of a pair, each trial draws its own factor in between (dither).
    cr : float, default=0.9
        Probability that a gene is the mutant's.
    restart_after : int, optional
        Generations without a better fitness until the search starts anew, its `best` kept; None for never.
    initial : array_like of shape (population_size, n_genes) or callable, optional
        First genomes, or a function of a generator and the population size that makes them.
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
    Storn & Price (1997), Journal of Global Optimization 11:341-359.

    Examples
    --------
    >>> optimizer = DifferentialEvolution([[-1, 1]] * 3, population_size=16, max_generations=60, random_state=0)
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
        population_size: int = 64,
        strategy: str = "rand/1/bin",
        f: float | tuple[float, float] = (0.5, 1.0),
        cr: float = 0.9,
        restart_after: int | None = None,
        initial: Initial = None,
        max_generations: int | None = None,
        target: float | None = None,
        random_state: RandomState = None,
    ) -> None:
        self._search = search = Search(bounds, population_size, initial, max_generations, target, random_state, least=4)
        self._strategy = one_of("strategy", strategy, STRATEGIES)
        low, high = f if isinstance(f, (tuple, list)) else (f, f)
        self._factors = within("f", low, 0.0, 2.0), within("f", high, low, 2.0)
        self.cr = within("cr", cr, 0.0, 1.0)
        self.restart_after = None if restart_after is None else at_least("restart_after", restart_after, 1)
        self._genomes: Array = np.empty((0, len(search.low)))
        self._fitness: Array = np.empty(0)
        self._stagnation = 0

    def ask(self) -> Array:
        """Genomes to evaluate, of shape (population_size, n_genes); the same ones until they are told."""
        return self._search.ask(self._trials if len(self._genomes) else self._start)

    def tell(self, fitness: ArrayLike, genomes: ArrayLike | None = None) -> None:
        """Take the fitness of the asked genomes, or of `genomes` in their places; nan and infinite ones rank last."""
        told, values = self._search.tell(fitness, genomes)
        better = values.max() > self._fitness.max(initial=-np.inf)
        self._stagnation = 0 if better else self._stagnation + 1
        if len(self._genomes) == 0:
            self._genomes, self._fitness = told, values
        else:
            wins = values >= self._fitness
            self._genomes[wins], self._fitness[wins] = told[wins], values[wins]
        if self._stagnation == self.restart_after:
            self._genomes, self._fitness, self._stagnation = self._genomes[:0], self._fitness[:0], 0
            self._search.restarts += 1

    def forget(self) -> None:
        """Let the fitness told so far count no more, as when the world changes; the population is asked again."""
        self._search.forget(self._genomes)
        self._genomes, self._fitness, self._stagnation = self._genomes[:0], self._fitness[:0], 0

    def state_dict(self) -> State:
        """Arrays and plain values from which :meth:`load_state_dict` goes on with the same bits."""
        state = self._search.state_dict("DifferentialEvolution")
        return state | {
            "genomes": self._genomes.copy(),
            "fitness": self._fitness.copy(),
            "stagnation": self._stagnation,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of an optimizer that was made with the same parameters."""
        genomes = self._search.restored(state, "genomes")
        fitness = restored(state, "fitness", (len(genomes),))
        self._search.load_state_dict(state, "DifferentialEvolution")
        self._genomes, self._fitness, self._stagnation = genomes, fitness, int(plain(state["stagnation"]))

    def _start(self) -> Array:
        return self._search.fresh(self.population_size) if self.generation else self._search.first()

    def _trials(self) -> Array:
        """A trial for each individual, after the worst left or beside new ones, if the population's size changed."""
        search = self._search
        if len(self._genomes) > search.population_size:
            lives = np.sort(np.argsort(-self._fitness, kind="stable")[: search.population_size])
            self._genomes, self._fitness = self._genomes[lives], self._fitness[lives]
        n = len(self._genomes)
        trials, box = np.empty_like(self._genomes), np.stack([search.low, search.high])
        cross(search.word(), self._genomes, *self._sources(n), self.cr, box, trials)
        if n == search.population_size:
            return trials
        born = search.fresh(search.population_size - n)
        self._genomes = np.concatenate([self._genomes, born])
        self._fitness = np.append(self._fitness, np.full(len(born), -np.inf))
        return np.concatenate([trials, born])

    def _sources(self, n: int) -> tuple[NDArray[np.intp], Array]:
        """Rows and factors that make the mutants, as :func:`cross` takes them."""
        sources, factors = np.empty((4, n), dtype=np.intp), np.zeros((2, n))
        choose(self._search.word(), *self._factors, sources[1:], factors[1])
        best = np.argmax(self._fitness)
        match self._strategy:
            case "rand/1/bin":
                sources[0] = sources[1]
            case "best/1/bin":
                sources[:2] = best
            case "current-to-best/1/bin":
                sources[0], sources[1], factors[0] = np.arange(n), best, factors[1]
        return sources, factors


@kernel
def choose(word: np.uint64, low: float, high: float, others: NDArray[np.intp], factors: Array) -> None:
    """For each individual, three others that differ among themselves [3, n], and a factor [n] in [low, high)."""
    n = factors.size
    for i in range(n):
        a = stream_integer(word, 3 * i, n - 1)
        a += a >= i
        first, last = min(i, a), max(i, a)
        b = stream_integer(word, 3 * i + 1, n - 2)
        b += b >= first
        b += b >= last
        c = stream_integer(word, 3 * i + 2, n - 3)
        for taken in (min(first, b), max(first, min(last, b)), max(last, b)):  # in rising order
            c += c >= taken
        others[0, i], others[1, i], others[2, i] = a, b, c
        factors[i] = low + (high - low) * stream_uniform(word, i)


@kernel
def cross(
    word: np.uint64, genomes: Array, sources: NDArray[np.intp], factors: Array, cr: float, box: Array, trials: Array
) -> None:
    """Trials: binomial crossover of each individual with its mutant, mirrored at the bounds.

    Parameters
    ----------
    word : uint64
        Stream of the random numbers. Gene `j` of row `i` uses number ``i * n_genes + j``.
    genomes : ndarray of shape (n, n_genes)
        Individuals.
    sources : ndarray of shape (4, n)
        Rows that make each mutant: where it starts, what it is drawn to, and the two whose difference it adds.
    factors : ndarray of shape (2, n)
        How far it is drawn, and the factor of the difference.
    cr : float
        Probability that a gene is the mutant's.
    box : ndarray of shape (2, n_genes)
        Lowest and highest value of each gene.
    trials : ndarray of shape (n, n_genes)
        Filled.
    """
    n, genes = genomes.shape
    low, high = box[0], box[1]
    for i in range(n):
        itself, trial, pull, f = genomes[i], trials[i], factors[0, i], factors[1, i]
        start, guide = genomes[sources[0, i]], genomes[sources[1, i]]
        plus, minus = genomes[sources[2, i]], genomes[sources[3, i]]
        always = stream_integer(word, i, genes)
        for j in range(genes):
            mutant = start[j] + pull * (guide[j] - start[j]) + f * (plus[j] - minus[j])
            taken = (stream_uniform(word, i * genes + j) < cr) | (j == always)
            trial[j] = reflected(mutant, low[j], high[j]) if taken else itself[j]
