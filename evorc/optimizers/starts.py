"""What search distributions share beside their update: where they start, weights by rank, and when to start anew."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evorc.kernels.vmath import log

from .search import Array, Initial, RandomState, Search, State, at_least, checked_bounds, plain, within

SIGMA = 0.2  # of the range, where nothing else is known
SMALLEST = 1e-12  # of the range: steps that change no fitness
WORST_CONDITION = 1e14


class Start:
    """Where a distribution starts.

    Parameters
    ----------
    bounds : array_like of shape (n_genes, 2)
    population_size : int or None
        None is ``4 + floor(3 ln n_genes)`` (Hansen & Ostermeier 2001).
    initial : array_like of shape (population_size, n_genes) or (n_genes,), callable or None
        First genomes, a function that makes them, or the mean of every start.
    sigma : float or None
        First standard deviation as a fraction of the range; None is the spread of the first genomes, or 0.2.
    max_generations, target, random_state
        As in :class:`Search`, which is made here.
    """

    def __init__(
        self,
        bounds: ArrayLike,
        population_size: int | None,
        initial: Initial,
        sigma: float | None,
        max_generations: int | None,
        target: float | None,
        random_state: RandomState,
    ) -> None:
        mean = None if initial is None or callable(initial) or np.ndim(initial) != 1 else initial
        size = 4 + int(3.0 * np.log(len(checked_bounds(bounds)))) if population_size is None else population_size
        first = initial if mean is None else None
        self.search = search = Search(bounds, size, first, max_generations, target, random_state)
        self._drawn = first is not None
        self._mean = 0.5 * (search.low + search.high)
        if mean is not None:
            self._mean = search.inside("initial", np.asarray(mean)[None], 1)[0]
        self._sigma = None if sigma is None else within("sigma", sigma, np.finfo(float).tiny, 1.0)
        self._again = callable(initial) or mean is not None

    def begin(self, start: int) -> tuple[Array, Array, Array | None]:
        """Mean, standard deviations, and the first population if it is not to be drawn from them.

        A later start than the first is anywhere in the bounds, unless a first mean or a function was given.
        """
        search = self.search
        wide = (SIGMA if self._sigma is None else self._sigma) * search.span
        if start > 0 and not self._again:
            return search.uniform(1)[0], wide, None
        if not self._drawn:
            return self._mean.copy(), wide, None
        genomes = search.first()
        spread = genomes.std(axis=0)
        known = (spread > SMALLEST * search.span) & (self._sigma is None)
        return genomes.mean(axis=0), np.where(known, spread, wide), genomes


class Restarts:
    """When a distribution has nothing left to find, and how large the next population is (Auger & Hansen 2005).

    Parameters
    ----------
    search : Search
    restart_after : int or None
        Generations without a better fitness since the start.
    incpopsize : float
        Factor of the population size at a restart.
    """

    def __init__(self, search: Search, restart_after: int | None, incpopsize: float) -> None:
        self._search = search
        self.restart_after = None if restart_after is None else at_least("restart_after", restart_after, 1)
        self.incpopsize = within("incpopsize", incpopsize, 1.0, np.inf)
        self.forget()

    def forget(self) -> None:
        """Let no fitness count any more."""
        self._best = self._last = -np.inf
        self._stagnation = self._equal = 0

    def watch(self, values: Array) -> None:
        """Take the fitness of a generation."""
        best = float(values.max())
        self._equal = self._equal + 1 if best == self._last else 0
        self._stagnation = 0 if best > self._best else self._stagnation + 1
        self._best, self._last = max(self._best, best), best

    def due(self, steps: Array, condition: float = 1.0) -> bool:
        """Whether to start anew, with standard deviations `steps` and so much longer axes than others.

        The best fitness was the same in the last 10 + 30 n_genes / population_size generations, the steps change
        nothing, the distribution is degenerate, or no fitness was better in `restart_after` generations.
        """
        size, genes = self._search.shape
        equal = self._equal >= 10 + -(-30 * genes // size)
        small = bool(np.all(steps < SMALLEST * self._search.span))
        return equal or small or not condition <= WORST_CONDITION or self._stagnation == self.restart_after

    def restart(self) -> None:
        """Count a restart, and let the population grow."""
        self.forget()
        self._search.restarts += 1
        if self.incpopsize > 1.0:
            self._search.resize(int(self._search.population_size * self.incpopsize))

    def state_dict(self) -> State:
        """What was counted."""
        return {
            "stagnation": self._stagnation,
            "equal": self._equal,
            "best_since": self._best,
            "last_best": self._last,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on counting from a state."""
        self._stagnation, self._equal = int(plain(state["stagnation"])), int(plain(state["equal"]))
        self._best, self._last = float(plain(state["best_since"])), float(plain(state["last_best"]))


def falling(n: int, of: float) -> Array:
    """ln(of) - ln(i) for the ranks i = 1 .. n, with the bits of every machine."""
    return np.array([float(log(of)) - float(log(float(i))) for i in range(1, n + 1)])


def by_rank(weights: Array, values: Array) -> Array:
    """Weights, given for the best to the worst, in the order of the values; equal values share the mean of theirs."""
    order = np.argsort(-values, kind="stable")
    ranked, sorted_values = weights, values[order]
    first = np.flatnonzero(np.concatenate([[True], sorted_values[1:] != sorted_values[:-1]]))
    if len(first) < len(values):
        sizes = np.diff(np.append(first, len(values)))
        ranked = np.repeat(np.add.reduceat(weights, first) / sizes, sizes)
    given: NDArray[np.float64] = np.empty(len(values))
    given[order] = ranked
    return given
