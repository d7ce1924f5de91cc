"""What an optimizer costs a generation, beside DEAP's loop and pyswarms' own, at 1024 individuals of 100 genes.

CPU time of `ask` and `tell` (their like in the peers) on one pinned thread, median over generations, in milliseconds.
The objective, a sphere on the whole population, is left out where a peer lets us, and costs 0.05 ms elsewhere.
"""

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from _bench import pin, save, table
from deap import algorithms, base, creator, tools

from evorc.optimizers import GeneticAlgorithm, ParticleSwarm, SimulatedAnnealing
from evorc.optimizers.deap import DeapOptimizer, evaluator_map
from evorc.optimizers.topologies import handlers, topology, unlogged

with unlogged():
    from pyswarms.backend import create_swarm
    from pyswarms.backend.operators import compute_pbest
    from pyswarms.single import GlobalBestPSO

POPULATION, GENES, GENERATIONS = 1024, 100, 40
BOUNDS = np.array([[-5.0, 5.0]] * GENES)
TARGETS = {"GeneticAlgorithm": 1.0, "ParticleSwarm": 2.5, "SimulatedAnnealing": 1.0}


def sphere(genomes: np.ndarray) -> np.ndarray:
    return -(genomes**2).sum(axis=1)


def asked_and_told(optimizer: Any) -> float:
    """Milliseconds of `ask` and `tell`, the objective left out."""
    taken = []
    for _ in range(GENERATIONS + 2):
        began = time.process_time()
        genomes = optimizer.ask()
        asked = time.process_time() - began
        fitness = sphere(genomes)
        began = time.process_time()
        optimizer.tell(fitness)
        taken.append(asked + time.process_time() - began)
    return 1e3 * statistics.median(taken[2:])  # the first two compile or load kernels


def deap_toolbox() -> base.Toolbox:
    """Lists, tournament, blend and gaussian, as DEAP's manual begins."""
    if not hasattr(creator, "Row"):
        creator.create("Highest", base.Fitness, weights=(1.0,))
        creator.create("Row", list, fitness=creator.Highest)
    toolbox = base.Toolbox()
    toolbox.register("individual", tools.initRepeat, creator.Row, lambda: random.uniform(-5, 5), GENES)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("mate", tools.cxBlend, alpha=0.5)
    toolbox.register("mutate", tools.mutGaussian, mu=0.0, sigma=0.1, indpb=1.0)
    toolbox.register("evaluate", lambda individual: None)
    toolbox.register("map", evaluator_map(sphere))
    return toolbox


def ea_simple() -> float:
    """A generation of DEAP's eaSimple on lists, evaluated as one array."""
    random.seed(0)
    toolbox = deap_toolbox()
    individuals = toolbox.population(n=POPULATION)
    return generations(lambda: algorithms.eaSimple(individuals, toolbox, 0.9, 1.0, 1, verbose=False), 6)


def generations(generation: Callable[[], Any], repeats: int = GENERATIONS) -> float:
    taken = []
    for _ in range(repeats):
        began = time.process_time()
        generation()
        taken.append(time.process_time() - began)
    return 1e3 * statistics.median(taken[1:])


def global_best() -> float:
    """A generation of pyswarms' GlobalBestPSO, from runs of different length so that its start does not count."""
    box = BOUNDS[:, 0].copy(), BOUNDS[:, 1].copy()

    def run(iterations: int) -> float:
        options = {"c1": 1.7, "c2": 1.7, "w": 0.6}
        with unlogged():
            swarm = GlobalBestPSO(POPULATION, GENES, options, bounds=box, bh_strategy="reflective")
        began = time.process_time()
        swarm.optimize(lambda x: -sphere(x), iterations, verbose=False)
        return time.process_time() - began

    return 1e3 * (statistics.median(run(30) for _ in range(3)) - statistics.median(run(5) for _ in range(3))) / 25


def backend() -> float:
    """A generation of a loop written on pyswarms.backend: star, no bounds."""
    swarm = create_swarm(POPULATION, GENES, options={"c1": 1.7, "c2": 1.7, "w": 0.6})
    swarm.pbest_cost = np.full(POPULATION, np.inf)
    with unlogged():
        star, unmodified = topology.Star(), handlers.VelocityHandler("unmodified")

    def generation() -> None:
        swarm.current_cost = -sphere(swarm.position)
        swarm.pbest_pos, swarm.pbest_cost = compute_pbest(swarm)
        swarm.best_pos, swarm.best_cost = star.compute_gbest(swarm)
        swarm.velocity = star.compute_velocity(swarm, vh=unmodified)
        swarm.position = star.compute_position(swarm)

    return generations(generation)


def main() -> None:
    pin()
    np.random.seed(0)  # pyswarms knows no other  # noqa: NPY002
    size = {"population_size": POPULATION, "random_state": 0}
    timed: dict[str, Callable[[], float]] = {
        "GeneticAlgorithm": lambda: asked_and_told(GeneticAlgorithm(BOUNDS, **size)),
        "GeneticAlgorithm, mutGaussian": lambda: asked_and_told(
            GeneticAlgorithm(BOUNDS, mutation="mutGaussian", **size)
        ),
        "SimulatedAnnealing": lambda: asked_and_told(SimulatedAnnealing(BOUNDS, **size)),
        "ParticleSwarm": lambda: asked_and_told(ParticleSwarm(BOUNDS, **size)),
        "ParticleSwarm, star": lambda: asked_and_told(ParticleSwarm(BOUNDS, topology="star", **size)),
        "DEAP eaSimple, lists": ea_simple,
        "DeapOptimizer, lists": lambda: asked_and_told(
            DeapOptimizer(deap_toolbox(), BOUNDS, cxpb=0.9, mutpb=1.0, **size)
        ),
        "pyswarms GlobalBestPSO": global_best,
        "pyswarms.backend, star, no bounds": backend,
    }
    rows = [
        {"optimizer": name, "ms a generation": measure(), "at most": TARGETS.get(name, "")}
        for name, measure in timed.items()
    ]
    table(f"Overhead a generation of {POPULATION} x {GENES}", rows)
    save("optimizer_overhead", {"population": POPULATION, "genes": GENES, "rows": rows})


if __name__ == "__main__":
    main()
