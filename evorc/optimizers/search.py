"""What every optimizer holds: bounds, first genomes, counting, the best so far, and when to stop."""

import json
from collections.abc import Callable, Mapping
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
State = dict[str, Any]
Initial = ArrayLike | Callable[[np.random.Generator, int], ArrayLike] | None
RandomState = int | np.random.SeedSequence | np.random.Generator | None


class Individual(NamedTuple):
    """A genome and its fitness.

    Parameters
    ----------
    genome : ndarray of shape (n_genes,)
        Genes, inside the bounds.
    fitness : float
        Higher is better.
    """

    genome: Array
    fitness: float


class Search:
    """The part of a search that is the same for every algorithm, which holds one and asks it.

    Parameters
    ----------
    bounds : array_like of shape (n_genes, 2)
        Lowest and highest value of each gene.
    population_size : int
        Genomes a generation, at least `least`.
    initial : array_like of shape (population_size, n_genes) or callable, optional
        First genomes, or a function of a generator and the population size that makes them. Uniform in the bounds
        by default.
    max_generations : int, optional
        Stop after so many generations.
    target : float, optional
        Stop when the best fitness reaches it.
    random_state : int, SeedSequence, Generator or None
        Seed of the own generator.
    least : int, default=2
        Smallest population that the algorithm works with.

    Raises
    ------
    ValueError
        If a value is not allowed; the message names the field, what was found and what is allowed.
    """

    def __init__(
        self,
        bounds: ArrayLike,
        population_size: int,
        initial: Initial,
        max_generations: int | None,
        target: float | None,
        random_state: RandomState,
        least: int = 2,
    ) -> None:
        self.bounds = checked_bounds(bounds)
        self.low, self.high = np.ascontiguousarray(self.bounds.T)
        self.span = self.high - self.low
        self.least = least
        self.population_size = self._first_size = at_least("population_size", population_size, least)
        self.max_generations = None if max_generations is None else at_least("max_generations", max_generations, 1)
        self.target = np.inf if target is None else float(target)
        self.generator = np.random.default_rng(random_state)
        self.generation = self.evaluations = self.restarts = 0
        self.best = Individual(np.full(len(self.low), np.nan), -np.inf)
        self._initial = initial
        self._asked: Array | None = None
        self._injected: Array = np.empty((0, len(self.low)))

    @property
    def shape(self) -> tuple[int, int]:
        """Population size and number of genes."""
        return self.population_size, len(self.low)

    def word(self) -> np.uint64:
        """A fresh 64-bit key for a kernel, drawn from the generator."""
        return self.generator.integers(0, 2**64, dtype=np.uint64)

    def uniform(self, n: int) -> Array:
        """`n` genomes, uniform in the bounds."""
        genomes: Array = self.low + self.span * self.generator.random((n, len(self.low)))
        return genomes

    def first(self) -> Array:
        """Genomes of the first generation."""
        if self._initial is None or callable(self._initial):
            return self.fresh(self.population_size)
        return self.inside("initial", self._initial, self.population_size)

    def fresh(self, n: int) -> Array:
        """`n` genomes for a new start: made by the function `initial`, or uniform."""
        if n == 0 or not callable(self._initial):
            return self.uniform(n)
        return self.inside("initial", self._initial(self.generator, n), n)

    def inside(self, name: str, genomes: ArrayLike, n: int) -> Array:
        """A copy of `n` genomes that are inside the bounds, or an error that says what is wrong with them."""
        copied, shape = np.array(genomes, dtype=np.float64, order="C"), (n, len(self.low))
        if copied.shape != shape:
            raise ValueError(f"{name}: genomes of shape {copied.shape} are not of shape {shape}")
        if not np.all((copied >= self.low) & (copied <= self.high)):
            raise ValueError(f"{name}: a gene is outside its bounds")
        return copied

    def inject(self, genomes: ArrayLike) -> None:
        """Let genomes take the last places of the next population that is proposed."""
        rows = np.atleast_2d(np.asarray(genomes, dtype=np.float64))
        self._injected = np.concatenate([self._injected, self.inside("genomes", rows, len(rows))])

    def resize(self, population_size: int) -> None:
        """Propose so many genomes from now on; those that wait for their fitness stay as many as they are."""
        self.population_size = at_least("population_size", population_size, self.least)

    def forget(self, survivors: Array | None = None) -> None:
        """Let no fitness count any more; the survivors, if there are any, wait for a new one."""
        self.best = Individual(np.full(len(self.low), np.nan), -np.inf)
        self._asked = survivors.copy() if survivors is not None and len(survivors) else None

    def ask(self, propose: Callable[[], Array]) -> Array:
        """Genomes that wait for their fitness; `propose` makes them when none do."""
        if self._asked is None:
            self._asked = self._with_injected(propose())
        return self._asked.copy()

    def _with_injected(self, proposed: Array) -> Array:
        """The proposed genomes, with as many of the injected ones in the last places as there is room for."""
        guests, self._injected = np.split(self._injected, [len(proposed)])
        return np.concatenate([proposed[: len(proposed) - len(guests)], guests]) if len(guests) else proposed

    def tell(self, fitness: ArrayLike, genomes: ArrayLike | None = None) -> tuple[Array, Array]:
        """Take a fitness, and give back the genomes it belongs to, and the fitness with failures at minus infinity.

        These are the asked genomes, or those that took their places while they were evaluated (Lamarck).
        """
        if self._asked is None:
            raise ValueError("fitness: nothing was asked; call ask before tell")
        size = len(self._asked)
        values = np.array(fitness, dtype=np.float64)
        if values.shape != (size,):
            raise ValueError(f"fitness: an array of shape {values.shape} is not of shape ({size},)")
        values[~np.isfinite(values)] = -np.inf
        told = self._asked if genomes is None else self.inside("genomes", genomes, size)
        self._asked = None
        champion = int(np.argmax(values))
        if values[champion] > self.best.fitness:
            self.best = Individual(told[champion].copy(), float(values[champion]))
        self.generation += 1
        self.evaluations += size
        return told, values

    def stop(self) -> bool:
        """Whether the target or the last generation was reached."""
        last = self.max_generations is not None and self.generation >= self.max_generations
        return last or self.best.fitness >= self.target

    def state_dict(self, optimizer: str) -> State:
        """Everything as arrays and plain values."""
        return {
            "optimizer": optimizer,
            "generation": self.generation,
            "evaluations": self.evaluations,
            "restarts": self.restarts,
            "population_size": self.population_size,
            "first_population_size": self._first_size,
            "best_genome": self.best.genome.copy(),
            "best_fitness": self.best.fitness,
            "asked": np.empty((0, len(self.low))) if self._asked is None else self._asked.copy(),
            "injected": self._injected.copy(),
            "random_state": json.dumps(self.generator.bit_generator.state, default=np.ndarray.tolist),
        }

    def load_state_dict(self, state: Mapping[str, Any], optimizer: str) -> None:
        """Go on from a state of the same optimizer, first population size and number of genes."""
        found = str(plain(state["optimizer"]))
        if found != optimizer:
            raise ValueError(f"state: it belongs to {found}, not to {optimizer}")
        first = int(plain(state["first_population_size"]))
        if first != self._first_size:
            raise ValueError(f"state: it began with a population of {first}, not of {self._first_size}")
        best, asked = restored(state, "best_genome", (len(self.low),)), self.restored(state, "asked")
        self._asked, self._injected = asked if len(asked) else None, self.restored(state, "injected")
        self.generation, self.evaluations = int(plain(state["generation"])), int(plain(state["evaluations"]))
        self.restarts = int(plain(state["restarts"]))
        self.population_size = int(plain(state["population_size"]))
        self.best = Individual(best, float(plain(state["best_fitness"])))
        self.generator.bit_generator.state = json.loads(str(plain(state["random_state"])))

    def restored(self, state: Mapping[str, Any], name: str) -> Array:
        """Genomes of a state, however many they are."""
        return restored(state, name, (len(state[name]), len(self.low)))


class Optimizer:
    """What the evolution loop may read of any optimizer; `ask`, `tell` and the state belong to each algorithm."""

    _search: Search

    @property
    def bounds(self) -> Array:
        """Lowest and highest value of each gene, of shape (n_genes, 2)."""
        return self._search.bounds

    @property
    def population_size(self) -> int:
        """Genomes a generation, from the next one that is proposed."""
        return self._search.population_size

    @property
    def generation(self) -> int:
        """Generations told."""
        return self._search.generation

    @property
    def evaluations(self) -> int:
        """Genomes told."""
        return self._search.evaluations

    @property
    def restarts(self) -> int:
        """How often the whole population was given up for a new one."""
        return self._search.restarts

    @property
    def best(self) -> Individual:
        """Best individual so far; nan and minus infinity before the first one that did not fail."""
        return self._search.best

    def inject(self, genomes: ArrayLike) -> None:
        """Let genomes take the last places of the next population that is proposed.

        Before the first population this is a warm start. What there is no room for waits for the next one.

        Parameters
        ----------
        genomes : array_like of shape (n, n_genes) or (n_genes,)
            Genomes inside the bounds.
        """
        self._search.inject(genomes)

    def resize(self, population_size: int) -> None:
        """Let the population grow or shrink, from the next one that is proposed.

        Parameters
        ----------
        population_size : int
            Genomes a generation.
        """
        self._search.resize(population_size)

    def forget(self) -> None:
        """Let the fitness told so far count no more, as when the world changes; what lives on is asked again."""
        self._search.forget()

    def stop(self) -> bool:
        """Whether the target or the last generation was reached."""
        return self._search.stop()


def plain(value: Any) -> Any:
    """A plain value, also of the array without axes that an npz file makes of it."""
    return value.item() if isinstance(value, np.ndarray) else value


def restored(state: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> Array:
    """An array of a state, if it has the shape that this optimizer needs."""
    value = np.array(state[name], dtype=np.float64, order="C")
    if value.size == 0 == prod(shape):  # JSON does not keep the shape of an empty array
        return np.empty(shape)
    if value.shape != shape:
        raise ValueError(f"state: {name} of shape {value.shape} is not of shape {shape}")
    return value


def checked_bounds(bounds: ArrayLike) -> Array:
    """Bounds as an array [genes, 2], or an error that says what is wrong with them."""
    array = np.array(bounds, dtype=np.float64, order="C")
    if array.ndim != 2 or array.shape[1] != 2 or len(array) == 0:
        raise ValueError(f"bounds: an array of shape {array.shape} is not of shape (n_genes, 2)")
    wrong = np.flatnonzero(~(np.isfinite(array).all(axis=1) & (array[:, 0] < array[:, 1])))
    if len(wrong):
        low, high = array[wrong[0]].tolist()
        raise ValueError(f"bounds: gene {wrong[0]} has [{low}, {high}], not two finite numbers with low < high")
    return array


def at_least(name: str, value: int, lowest: int) -> int:
    """A whole number of at least `lowest`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < lowest:
        raise ValueError(f"{name}: {value!r} is not a whole number of at least {lowest}")
    return int(value)


def within(name: str, value: float, low: float, high: float) -> float:
    """A number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not low <= value <= high:
        raise ValueError(f"{name}: {value!r} is not a number from {low} to {high}")
    return float(value)


def one_of(name: str, value: str, allowed: Mapping[str, Any] | tuple[str, ...]) -> str:
    """One of the allowed words."""
    if value not in allowed:
        raise ValueError(f"{name}: {value!r} is not one of {', '.join(allowed)}")
    return value
