"""Cooperative synapse neuroevolution (Gomez, Schmidhuber & Miikkulainen 2008)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evorc.kernels.compiler import kernel
from evorc.kernels.random import stream_integer, stream_uniform
from evorc.kernels.vmath import exp, log

from .search import Array, Initial, Optimizer, RandomState, Search, State, at_least, plain, restored, within
from .variation import mutCauchy, reflect


class CoSyNE(Optimizer):
    """CoSyNE: a subpopulation for every gene, whose members meet new partners in every generation.

    Column `i` of the population is the subpopulation of gene `i`, and a row is a whole genome. The best quarter of the
    rows mate, by one-point crossover and Cauchy mutation, and their children take the places of the worse half. Then
    genes change rows within their subpopulation: one of a row with fitness `f` is marked with probability
    ``1 - ((f - f_min) / (f_max - f_min)) ** (1 / n_genes)``, a child's always, and those that are marked are shuffled.
    The best row is never marked, so it is evaluated again in every generation.

    Parameters
    ----------
    bounds : array_like of shape (n_genes, 2)
        Lowest and highest value of each gene. Genes are mirrored at them, never clipped.
    population_size : int, default=30
        Members of a subpopulation, which is as many genomes a generation; at least 4.
    mutpb : float, default=0.3
        Probability that a gene of a child mutates.
    sigma : float, default=0.015
        Scale of the Cauchy mutation as a fraction of the gene's range: the 0.3 of the paper for weights in [-10, 10].
    restart_after : int or None, default=50
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
    Gomez, Schmidhuber & Miikkulainen (2008), Journal of Machine Learning Research 9:937-965.

    Examples
    --------
    >>> optimizer = CoSyNE([[-1, 1]] * 3, max_generations=60, random_state=0)
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
        population_size: int = 30,
        mutpb: float = 0.3,
        sigma: float = 0.015,
        restart_after: int | None = 50,
        initial: Initial = None,
        max_generations: int | None = None,
        target: float | None = None,
        random_state: RandomState = None,
    ) -> None:
        self._search = search = Search(bounds, population_size, initial, max_generations, target, random_state, least=4)
        self.mutpb = within("mutpb", mutpb, 0.0, 1.0)
        self._sigma = within("sigma", sigma, 0.0, 1.0) * search.span
        self.restart_after = None if restart_after is None else at_least("restart_after", restart_after, 1)
        self._genomes: Array = np.empty((0, len(search.low)))  # those told last
        self._fitness: Array = np.empty(0)
        self._highest, self._stagnation = -np.inf, 0

    def ask(self) -> Array:
        """Genomes to evaluate, of shape (population_size, n_genes); the same ones until they are told."""
        return self._search.ask(self._regrouped if len(self._genomes) else self._start)

    def tell(self, fitness: ArrayLike, genomes: ArrayLike | None = None) -> None:
        """Take the fitness of the asked genomes, or of `genomes` in their places; nan and infinite ones rank last."""
        self._genomes, self._fitness = self._search.tell(fitness, genomes)
        highest = self._fitness.max()
        self._stagnation = 0 if highest > self._highest else self._stagnation + 1
        self._highest = max(highest, self._highest)
        if self._stagnation == self.restart_after:
            self._genomes, self._fitness = self._genomes[:0], self._fitness[:0]
            self._highest, self._stagnation = -np.inf, 0
            self._search.restarts += 1

    def forget(self) -> None:
        """Let the fitness told so far count no more, as when the world changes; the population is asked again."""
        self._search.forget(self._genomes)
        self._highest, self._stagnation = -np.inf, 0

    def state_dict(self) -> State:
        """Arrays and plain values from which :meth:`load_state_dict` goes on with the same bits."""
        return self._search.state_dict("CoSyNE") | {
            "genomes": self._genomes.copy(),
            "fitness": self._fitness.copy(),
            "highest": self._highest,
            "stagnation": self._stagnation,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of an optimizer that was made with the same parameters."""
        genomes = self._search.restored(state, "genomes")
        fitness = restored(state, "fitness", (len(genomes),))
        self._search.load_state_dict(state, "CoSyNE")
        self._genomes, self._fitness = genomes, fitness
        self._highest, self._stagnation = float(plain(state["highest"])), int(plain(state["stagnation"]))

    def _start(self) -> Array:
        return self._search.fresh(self.population_size) if self.generation else self._search.first()

    def _regrouped(self) -> Array:
        """The better half and children of the best quarter, after genes changed rows."""
        search, size = self._search, self.population_size
        order = np.argsort(-self._fitness, kind="stable")[: size - size // 2]
        genomes, fitness = self._genomes[order], self._fitness[order]
        born = self._children(genomes[: max(size // 4, 2)], size - len(order))
        chance = np.append(self._chances(fitness), np.ones(len(born)))
        regrouped = np.concatenate([genomes, born])
        permute(search.word(), chance, np.empty(size, dtype=np.intp), regrouped)
        return regrouped

    def _children(self, genomes: Array, n: int) -> Array:
        """One-point crossover of pairs drawn at random, and Cauchy mutation."""
        search, genes = self._search, genomes.shape[1]
        first, second = search.generator.integers(0, len(genomes), (2, n))
        point = search.generator.integers(0, genes, (n, 1)) + 1  # that many genes come from the first
        children: Array = np.where(np.arange(genes) < point, genomes[first], genomes[second])
        mutCauchy(search.word(), children, np.zeros(genes), self._sigma, self.mutpb)
        reflect(children, search.low, search.high)
        return children

    def _chances(self, fitness: Array) -> Array:
        """Probabilities of the genes of each row to be marked: the best row's never are, the worst row's always."""
        lowest = fitness.min(where=np.isfinite(fitness), initial=np.inf)
        span = fitness.max() - lowest
        if not 0.0 < span < np.inf:
            return (np.arange(len(fitness)) > 0).astype(np.float64)
        share = np.where(np.isfinite(fitness), fitness - lowest, 0.0) / span
        chances: Array = np.empty(len(share))
        mark(share, 1.0 / len(self._search.low), chances)
        return chances


@kernel
def mark(share: Array, exponent: float, chances: Array) -> None:
    """Probabilities ``1 - share ** exponent`` of rows that have such a share of the highest fitness."""
    for i in range(share.size):
        chances[i] = 1.0 - exp(exponent * log(share[i]))


@kernel
def permute(word: np.uint64, chance: Array, marked: NDArray[np.intp], genomes: Array) -> None:
    """Shuffle within each column the genes that are marked, those of row `i` with probability ``chance[i]``.

    Parameters
    ----------
    word : uint64
        Stream of the random numbers.
    chance : ndarray of shape (n,)
        Probabilities.
    marked : ndarray of shape (n,)
        Room for the marked rows of one column.
    genomes : ndarray of shape (n, n_genes)
        Changed in place.
    """
    n, genes = genomes.shape
    for j in range(genes):
        count = 0
        for i in range(n):
            if stream_uniform(word, j * n + i) < chance[i]:
                marked[count] = i
                count += 1
        for last in range(count - 1, 0, -1):  # Fisher & Yates
            one, two = marked[last], marked[stream_integer(word, j * n + last, last + 1)]
            genomes[one, j], genomes[two, j] = genomes[two, j], genomes[one, j]
