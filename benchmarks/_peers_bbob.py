"""Other libraries' optimizers: each takes an objective, a number of genes and a seed, and goes on until that raises.

An objective takes a population [individual, gene] to values that are to be small, and raises when its budget is spent.
The box is [-5, 5]; distributions start in its middle with a standard deviation of 2.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import cma
import cmaes
import jax
import jax.numpy as jnp
import numpy as np
import optax
from deap import algorithms, base, creator, tools
from evosax import algorithms as evosax
from scipy.optimize import differential_evolution

from evorc.optimizers.topologies import unlogged

with unlogged():
    from pyswarms.backend.topology import Random, Ring, Topology
    from pyswarms.single import GeneralOptimizerPSO, GlobalBestPSO

Objective = Callable[[np.ndarray], np.ndarray]
HALF, SIGMA, POPULATION = 5.0, 2.0, 20


def pycma(diagonal: bool) -> Callable[[Objective, int, int], None]:
    """pycma with bounds, restarted with twice the population when it stops."""

    def run(objective: Objective, genes: int, seed: int) -> None:
        start, size = np.zeros(genes), 4 + int(3 * np.log(genes))
        generator = np.random.default_rng(seed)
        while True:
            numbers = np.random.RandomState(int(generator.integers(2**31)))
            options = {"bounds": [-HALF, HALF], "popsize": size, "verbose": -9, "CMA_diagonal": diagonal}
            options |= {"randn": numbers.randn, "seed": np.nan}
            strategy = cma.CMAEvolutionStrategy(start, SIGMA, options)
            while not strategy.stop():
                asked = strategy.ask()
                strategy.tell(asked, objective(np.array(asked)).tolist())
            start, size = generator.uniform(-HALF, HALF, genes), 2 * size

    return run


def of_cmaes(name: str, growth: int) -> Callable[[Objective, int, int], None]:
    """A class of the package cmaes, restarted when it says that it should stop."""

    def run(objective: Objective, genes: int, seed: int) -> None:
        start, size = np.zeros(genes), 4 + int(3 * np.log(genes))
        generator, box = np.random.default_rng(seed), np.array([[-HALF, HALF]] * genes)
        while True:
            word = int(generator.integers(2**31))
            strategy = getattr(cmaes, name)(start, SIGMA, bounds=box, population_size=size, seed=word)
            with suppress(np.linalg.LinAlgError, OverflowError), np.errstate(all="ignore"):  # XNES sometimes diverges
                while not strategy.should_stop():
                    asked = [strategy.ask() for _ in range(size)]
                    strategy.tell(list(zip(asked, objective(np.array(asked)).tolist())))
            start, size = generator.uniform(-HALF, HALF, genes), growth * size

    return run


@cache
def strategy_of(name: str, genes: int, size: int) -> Any:
    """An algorithm of evosax, compiled once."""
    if name == "Open_ES":
        own: dict[str, Any] = {"optimizer": optax.adam(0.01 * 2 * HALF)}
        own["std_schedule"] = optax.constant_schedule(0.02 * 2 * HALF)
    else:
        own = {}
    strategy = getattr(evosax, name)(population_size=size, solution=jnp.zeros(genes), **own)
    return strategy, jax.jit(strategy.init), jax.jit(strategy.ask), jax.jit(strategy.tell)


def of_evosax(name: str, size: int | None = None) -> Callable[[Objective, int, int], None]:
    """An algorithm of evosax, its points clipped to the box."""

    def run(objective: Objective, genes: int, seed: int) -> None:
        n = size or 4 + int(3 * np.log(genes))
        strategy, init, ask, tell = strategy_of(name, genes, n)
        params, key = strategy.default_params, jax.random.key(seed)
        if hasattr(params, "std_init"):
            params = params.replace(std_init=jnp.asarray(SIGMA))
        state = init(key, jnp.zeros(genes), params)
        while True:
            key, one, other = jax.random.split(key, 3)
            asked, state = ask(one, state, params)
            values = objective(np.clip(np.asarray(asked, np.float64), -HALF, HALF))
            state, _ = tell(other, asked, jnp.asarray(values), state, params)

    return run


def scipy_de(objective: Objective, genes: int, seed: int) -> None:
    """SciPy's differential evolution, rand/1/bin with dither, its polishing left out."""
    generator = np.random.default_rng(seed)
    first = generator.uniform(-HALF, HALF, (POPULATION, genes))
    differential_evolution(
        lambda x: objective(x.T),
        [(-HALF, HALF)] * genes,
        strategy="rand1bin",
        recombination=0.9,
        maxiter=100_000,
        init=first,
        tol=0.0,
        polish=False,
        rng=generator,
        vectorized=True,
        updating="deferred",
    )


class RandomLinks(Random):  # type: ignore[misc]
    """Random links of pyswarms, whose own list of neighbours, longer for some particles, NumPy takes no more."""

    def compute_gbest(self, swarm: Any, k: int, **_: Any) -> tuple[np.ndarray, float]:
        linked = self._Random__compute_neighbors(swarm, k) > 0
        best = np.where(linked, swarm.pbest_cost, np.inf).argmin(axis=1)
        return swarm.pbest_pos[best], swarm.pbest_cost.min()


PULLS = {"c1": 1.7, "c2": 1.7, "w": 0.6}  # what ours has by default
TOPOLOGIES: dict[str, tuple[Callable[[], Topology], dict[str, int]]] = {
    "random": (RandomLinks, {"k": 3}),
    "ring": (Ring, {"k": 3, "p": 2}),
}


def pyswarms(topology: str) -> Callable[[Objective, int, int], None]:
    """GlobalBestPSO of pyswarms, which is a star, or GeneralOptimizerPSO with another topology."""

    def run(objective: Objective, genes: int, seed: int) -> None:
        np.random.seed(seed)  # pyswarms knows no other  # noqa: NPY002
        options: dict[str, Any] = {"bounds": (np.full(genes, -HALF), np.full(genes, HALF)), "bh_strategy": "reflective"}
        with unlogged():
            if topology == "star":
                swarm = GlobalBestPSO(POPULATION, genes, PULLS, **options)
            else:
                made, neighbours = TOPOLOGIES[topology]
                swarm = GeneralOptimizerPSO(POPULATION, genes, PULLS | neighbours, made(), **options)
            swarm.optimize(objective, 100_000, verbose=False)

    return run


def deap_simple(objective: Objective, genes: int, seed: int) -> None:
    """DEAP's eaSimple as its manual begins: tournament of three, blend, gaussian; clipped to the box."""
    random.seed(seed)
    if not hasattr(creator, "Lowest"):
        creator.create("Lowest", base.Fitness, weights=(-1.0,))
        creator.create("Point", list, fitness=creator.Lowest)
    toolbox = base.Toolbox()
    toolbox.register("individual", tools.initRepeat, creator.Point, lambda: random.uniform(-HALF, HALF), genes)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("mate", tools.cxBlend, alpha=0.5)
    toolbox.register("mutate", tools.mutGaussian, mu=0.0, sigma=0.3, indpb=0.2)
    toolbox.register("evaluate", lambda individual: None)
    toolbox.register("map", lambda _, points: [(v,) for v in objective(np.clip(np.array(points), -HALF, HALF))])
    algorithms.eaSimple(toolbox.population(n=POPULATION), toolbox, 0.5, 0.2, 100_000, verbose=False)
