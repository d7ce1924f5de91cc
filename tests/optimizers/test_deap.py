import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from deap import algorithms, base, creator, tools

from evorc.optimizers.deap import DeapOptimizer, evaluator_map

GENES = 4
BOUNDS = np.array([[-5.0, 5.0]] * GENES)


def sphere(genomes):
    return -(genomes**2).sum(axis=1)


def two_blocks(executor, genomes):
    distance = partial(np.linalg.norm, axis=1)  # a process can import it, whatever pytest did with this file
    return -np.concatenate(list(executor.map(distance, np.array_split(genomes, 2))))


def toolbox_of(kind, weight=1.0):
    name = f"{kind.__name__}{int(weight)}"
    if not hasattr(creator, name):
        creator.create(f"Fitness{name}", base.Fitness, weights=(weight,))
        creator.create(name, kind, fitness=getattr(creator, f"Fitness{name}"))
    toolbox = base.Toolbox()
    toolbox.register("individual", tools.initRepeat, getattr(creator, name), lambda: random.uniform(-1, 1), GENES)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("mate", tools.cxBlend, alpha=0.3)
    toolbox.register("mutate", tools.mutGaussian, mu=0.0, sigma=0.1, indpb=0.5)
    toolbox.register("evaluate", lambda individual: pytest.fail("evaluated one by one"))
    return toolbox


kinds = pytest.mark.parametrize("kind", [list, np.ndarray])


@kinds
def test_ea_simple_runs_unchanged_on_an_evaluator(kind):
    blocks = []

    def evaluator(genomes):
        blocks.append(genomes)
        return SimpleNamespace(fitness=sphere(genomes))

    random.seed(1)
    toolbox = toolbox_of(kind)
    toolbox.register("map", evaluator_map(evaluator))
    individuals = toolbox.population(n=30)
    final, logbook = algorithms.eaSimple(individuals, toolbox, cxpb=0.5, mutpb=0.2, ngen=15, verbose=False)
    assert all(block.ndim == 2 and block.dtype == np.float64 and block.flags.c_contiguous for block in blocks)
    assert [len(block) for block in blocks] == logbook.select("nevals")
    assert max(ind.fitness.values[0] for ind in final) > sphere(blocks[0]).max()


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_creator_classes_do_not_travel_to_other_processes(method):
    random.seed(1)
    toolbox = toolbox_of(list)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as executor:
        toolbox.register("map", evaluator_map(lambda genomes: two_blocks(executor, genomes)))
        individuals = toolbox.population(n=8)
        algorithms.eaSimple(individuals, toolbox, cxpb=0.5, mutpb=0.2, ngen=1, verbose=False)
    assert all(ind.fitness.valid for ind in individuals)


def test_failed_fitnesses_become_minus_infinity():
    evaluate = evaluator_map(lambda genomes: np.array([np.nan, np.inf, -np.inf, 1.0]))
    assert evaluate(None, [[0.0]] * 4) == [(-np.inf,), (-np.inf,), (-np.inf,), (1.0,)]


def test_nobody_to_evaluate_evaluates_nobody():
    assert evaluator_map(lambda genomes: pytest.fail("called"))(None, []) == []


def test_individuals_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"individuals: their lengths \[1, 2\] differ"):
        evaluator_map(sphere)(None, [[0.0], [0.0, 1.0]])


def test_a_fitness_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"fitness: .*\(3,\)"):
        evaluator_map(lambda genomes: np.zeros(2))(None, [[0.0]] * 3)


@kinds
@pytest.mark.parametrize("weight", [1.0, -1.0])
def test_asked_and_told_it_is_ea_simple(kind, weight):
    toolbox = toolbox_of(kind, weight)
    optimizer = DeapOptimizer(toolbox, BOUNDS, population_size=20, cxpb=0.6, mutpb=0.3, random_state=3)
    random.setstate(optimizer._random.getstate())
    asked = []
    for _ in range(6):
        asked.append(optimizer.ask())
        optimizer.tell(sphere(asked[-1]))

    toolbox.register("map", evaluator_map(lambda genomes: weight * sphere(genomes)))
    generations = []
    individuals = toolbox.population(n=20)
    generations.append(np.array(individuals))
    for _ in range(5):
        algorithms.eaSimple(individuals, toolbox, cxpb=0.6, mutpb=0.3, ngen=1, verbose=False)
        generations.append(np.array(individuals))
    assert np.array_equal(asked, generations)


@kinds
def test_individuals_outside_the_bounds_are_mirrored(kind):
    toolbox = toolbox_of(kind)
    toolbox.register("mutate", tools.mutGaussian, mu=0.0, sigma=50.0, indpb=1.0)
    optimizer = DeapOptimizer(toolbox, BOUNDS, population_size=10, mutpb=1.0, random_state=0)
    optimizer.tell(sphere(optimizer.ask()))
    genomes = optimizer.ask()
    assert np.all(np.abs(genomes) < 5.0)
    assert np.array_equal(np.array(optimizer._individuals), genomes)


def test_a_toolbox_of_another_length_is_refused():
    optimizer = DeapOptimizer(toolbox_of(list), BOUNDS[:2], population_size=10, random_state=0)
    with pytest.raises(ValueError, match=r"toolbox: .*\(10, 4\), not \(10, 2\)"):
        optimizer.ask()
