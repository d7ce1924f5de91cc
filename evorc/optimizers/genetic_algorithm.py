"""Genetic algorithm on real genes (Holland 1975), with DEAP's operators on whole populations."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import selection as select
from . import variation as vary
from .search import (
    Array,
    Initial,
    Optimizer,
    RandomState,
    Search,
    State,
    at_least,
    one_of,
    plain,
    restored,
    within,
)

# operator: the function and the names of its parameters
SELECTIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "selTournament": (select.selTournament, ("tournsize",)),
    "selRoulette": (select.selRoulette, ()),
    "selStochasticUniversalSampling": (select.selStochasticUniversalSampling, ()),
    "selRank": (select.selRank, ("expected_best",)),
}
CROSSOVERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "cxBlend": (vary.cxBlend, ("alpha",)),
    "cxSimulatedBinary": (vary.cxSimulatedBinary, ("eta",)),
    "cxUniform": (vary.cxUniform, ("cx_indpb",)),
    "cxTwoPoint": (vary.cxTwoPoint, ()),
}
MUTATIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "mutGaussian": (vary.mutGaussian, ("mu", "sigma", "indpb")),
    "mutCauchy": (vary.mutCauchy, ("mu", "sigma", "indpb")),
    "mutPolynomialBounded": (vary.mutPolynomialBounded, ("eta", "low", "up", "indpb")),
}


class GeneticAlgorithm(Optimizer):
    """Genetic algorithm with selection, crossover, mutation and replacement of one's choice.

    Each generation draws parents by their fitness, mates a share `cxpb` of the pairs, mutates a share `mutpb` of the
    children, and mirrors at the bounds every gene that left them. A parent that survives keeps the fitness that it was
    told; with a noisy fitness choose ``replacement="generational"`` and ``elitism=0``.

    Parameters
    ----------
    bounds : array_like of shape (n_genes, 2)
        Lowest and highest value of each gene. Genes are mirrored at them, never clipped.
    population_size : int, default=64
        Genomes a generation, at least 2.
    selection : {"selTournament", "selRoulette", "selStochasticUniversalSampling", "selRank"}
        How parents are drawn. Roulette and universal sampling need a fitness of at least 0.
    tournsize : int, default=2
        Individuals in a tournament.
    expected_best : float, default=1.1
        Expected offspring of the best under ``selRank``, in [1, 2].
    crossover : {"cxBlend", "cxSimulatedBinary", "cxUniform", "cxTwoPoint"}
        How two parents make two children.
    cxpb : float, default=0.9
        Share of the pairs that mate.
    alpha : float, default=0.5
        Reach of ``cxBlend`` beyond the parents, in units of their distance.
    cx_indpb : float, default=0.5
        Probability of ``cxUniform`` to swap a gene.
    mutation : {"mutCauchy", "mutGaussian", "mutPolynomialBounded"}
        How a child changes.
    mutpb : float, default=1.0
        Share of the children that mutate.
    indpb : float, default=1.0
        Probability that a gene of a mutating child changes.
    mu, sigma : float, default=0.0 and 0.01
        Mean and width of the change as a fraction of the gene's range (high - low).
    eta : float, default=20.0
        Crowding of ``cxSimulatedBinary`` and ``mutPolynomialBounded``; larger is nearer to the parents.
    replacement : {"steady_state", "generational"}
        ``steady_state`` keeps the best of parents and children together, as GENITOR does (Whitley 1989);
        ``generational`` keeps the children and `elitism` parents.
    elitism : int, default=1
        Parents that replace the worst children under ``generational``.
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

    Examples
    --------
    >>> optimizer = GeneticAlgorithm([[-1, 1]] * 3, population_size=8, max_generations=40, random_state=0)
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
        selection: str = "selTournament",
        tournsize: int = 2,
        expected_best: float = 1.1,
        crossover: str = "cxBlend",
        cxpb: float = 0.9,
        alpha: float = 0.5,
        cx_indpb: float = 0.5,
        mutation: str = "mutCauchy",
        mutpb: float = 1.0,
        indpb: float = 1.0,
        mu: float = 0.0,
        sigma: float = 0.01,
        eta: float = 20.0,
        replacement: str = "steady_state",
        elitism: int = 1,
        restart_after: int | None = 50,
        initial: Initial = None,
        max_generations: int | None = None,
        target: float | None = None,
        random_state: RandomState = None,
    ) -> None:
        self._search = search = Search(bounds, population_size, initial, max_generations, target, random_state)
        self.cxpb = within("cxpb", cxpb, 0.0, 1.0)
        self.mutpb = within("mutpb", mutpb, 0.0, 1.0)
        self.replacement = one_of("replacement", replacement, ("steady_state", "generational"))
        self.elitism = int(within("elitism", at_least("elitism", elitism, 0), 0, search.population_size - 1))
        self.restart_after = None if restart_after is None else at_least("restart_after", restart_after, 1)
        values = {
            "tournsize": at_least("tournsize", tournsize, 1),
            "expected_best": within("expected_best", expected_best, 1.0, 2.0),
            "alpha": within("alpha", alpha, 0.0, np.inf),
            "cx_indpb": within("cx_indpb", cx_indpb, 0.0, 1.0),
            "indpb": within("indpb", indpb, 0.0, 1.0),
            "mu": within("mu", mu, -1.0, 1.0) * search.span,
            "sigma": within("sigma", sigma, 0.0, 1.0) * search.span,
            "eta": within("eta", eta, 0.0, np.inf),
            "low": search.low,
            "up": search.high,
        }
        self._select, names = SELECTIONS[one_of("selection", selection, SELECTIONS)]
        self._select_by = [values[name] for name in names]
        self._mate, names = CROSSOVERS[one_of("crossover", crossover, CROSSOVERS)]
        self._mate_by = [values[name] for name in names]
        self._mutate, names = MUTATIONS[one_of("mutation", mutation, MUTATIONS)]
        self._mutate_by = [values[name] for name in names]
        self._parents: Array = np.empty((0, len(search.low)))
        self._fitness: Array = np.empty(0)
        self._stagnation = 0

    def ask(self) -> Array:
        """Genomes to evaluate, of shape (population_size, n_genes); the same ones until they are told."""
        return self._search.ask(self._children if len(self._parents) else self._start)

    def tell(self, fitness: ArrayLike, genomes: ArrayLike | None = None) -> None:
        """Take the fitness of the asked genomes, or of `genomes` in their places; nan and infinite ones rank last."""
        told, values = self._search.tell(fitness, genomes)
        better = values.max() > self._fitness.max(initial=-np.inf)
        self._stagnation = 0 if better else self._stagnation + 1
        if len(self._parents) == 0:
            self._parents, self._fitness = told, values
        elif self.replacement == "steady_state":
            self._keep_the_best(told, values)
        else:
            self._keep_the_children(told, values)
        if self._stagnation == self.restart_after:
            self._parents, self._fitness, self._stagnation = self._parents[:0], self._fitness[:0], 0
            self._search.restarts += 1

    def forget(self) -> None:
        """Let the fitness told so far count no more, as when the world changes; the parents are asked again."""
        self._search.forget(self._parents)
        self._parents, self._fitness, self._stagnation = self._parents[:0], self._fitness[:0], 0

    def state_dict(self) -> State:
        """Arrays and plain values from which :meth:`load_state_dict` goes on with the same bits."""
        state = self._search.state_dict("GeneticAlgorithm")
        mine = {"parents": self._parents.copy(), "fitness": self._fitness.copy(), "stagnation": self._stagnation}
        return state | mine

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of an optimizer that was made with the same parameters."""
        parents = self._search.restored(state, "parents")
        fitness = restored(state, "fitness", (len(parents),))
        self._search.load_state_dict(state, "GeneticAlgorithm")
        self._parents, self._fitness, self._stagnation = parents, fitness, int(plain(state["stagnation"]))

    def _start(self) -> Array:
        return self._search.fresh(self.population_size) if self.generation else self._search.first()

    def _children(self) -> Array:
        """Selection, crossover and mutation; parents come in random order, so those that mate may be the first."""
        search, size = self._search, self.population_size
        self._make_room(size)
        chosen = self._select(self._fitness, size, search.generator, *self._select_by)
        children = self._parents[search.generator.permutation(chosen)]
        half = size // 2
        mated = search.generator.binomial(half, self.cxpb)
        self._mate(search.word(), children[:mated], children[half : half + mated], *self._mate_by)
        mutants = np.flatnonzero(search.generator.random(size) < self.mutpb)
        if len(mutants) == size:
            self._mutate(search.word(), children, *self._mutate_by)
        else:
            mutated = children[mutants]
            self._mutate(search.word(), mutated, *self._mutate_by)
            children[mutants] = mutated
        vary.reflect(children, search.low, search.high)
        return children

    def _make_room(self, size: int) -> None:
        """Keep the best parents of a population that shrinks; in one that grows, children will fill the new places."""
        if len(self._parents) > size:
            lives = np.sort(np.argsort(-self._fitness, kind="stable")[:size])
            self._parents, self._fitness = self._parents[lives], self._fitness[lives]

    def _keep_the_best(self, children: Array, values: Array) -> None:
        """The best of children and parents live on; children win ties, which lets the search drift on plateaus."""
        size = len(values)
        grown = size - len(self._fitness)
        if grown:  # a place that is not yet taken is worth less than any child
            self._parents = np.concatenate([self._parents, children[:grown]])
            self._fitness = np.concatenate([self._fitness, np.full(grown, -np.inf)])
        every = np.concatenate([values, self._fitness])
        last = np.partition(every, size)[size]  # fitness of the last one that lives on
        lives = every > last
        lives[np.flatnonzero(every == last)[: size - np.count_nonzero(lives)]] = True
        born, dead = np.flatnonzero(lives[:size]), np.flatnonzero(~lives[size:])
        self._parents[dead], self._fitness[dead] = children[born], values[born]

    def _keep_the_children(self, children: Array, values: Array) -> None:
        """The children live on, but for the worst, which make room for the elite."""
        n = min(self.elitism, len(values) - 1, len(self._fitness))
        elite = np.argsort(-self._fitness, kind="stable")[:n]
        worst = np.argsort(values, kind="stable")[:n]
        children[worst], values[worst] = self._parents[elite], self._fitness[elite]
        self._parents, self._fitness = children, values
