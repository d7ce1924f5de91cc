"""Every optimizer with options that matter, and a problem for them."""

import random

import numpy as np
import pytest
from deap import base, creator, tools

from evorc.optimizers import (
    CMAES,
    SNES,
    XNES,
    CoSyNE,
    DifferentialEvolution,
    GeneticAlgorithm,
    OpenAIES,
    ParticleSwarm,
    RandomWeightGuessing,
    SimulatedAnnealing,
)
from evorc.optimizers.deap import DeapOptimizer

BOUNDS = np.array([[-1.0, 3.0], [0.0, 0.5], [-20.0, -10.0]])


class Toolbox(base.Toolbox):
    """A toolbox of lists that DEAP's own operators vary."""

    def __init__(self, low, high):
        super().__init__()
        if not hasattr(creator, "ListIndividual"):
            creator.create("Maximum", base.Fitness, weights=(1.0,))
            creator.create("ListIndividual", list, fitness=creator.Maximum)
        self.register("genes", lambda: list(map(random.uniform, low, high)))
        self.register("individual", tools.initIterate, creator.ListIndividual, self.genes)
        self.register("population", tools.initRepeat, list, self.individual)
        self.register("select", tools.selTournament, tournsize=3)
        self.register("mate", tools.cxBlend, alpha=0.5)
        self.register("mutate", tools.mutGaussian, mu=0.0, sigma=1.0, indpb=0.5)


def from_toolbox(bounds, **options):
    low, high = np.transpose(bounds).tolist() if np.shape(bounds)[1:] == (2,) else ([], [])
    return DeapOptimizer(Toolbox(low, high), bounds, **options)


VARIANTS = {
    "ga": (GeneticAlgorithm, {}),
    "ga generational": (GeneticAlgorithm, {"replacement": "generational", "elitism": 2, "mutpb": 0.5}),
    "ga rank": (GeneticAlgorithm, {"selection": "selRank", "crossover": "cxTwoPoint", "mutation": "mutGaussian"}),
    "ga binary": (GeneticAlgorithm, {"crossover": "cxSimulatedBinary", "mutation": "mutPolynomialBounded"}),
    "ga uniform": (GeneticAlgorithm, {"crossover": "cxUniform", "sigma": 0.5, "indpb": 0.3}),
    "sa": (SimulatedAnnealing, {}),
    "sa linear": (SimulatedAnnealing, {"cooling": "linear", "max_generations": 30, "reheat_after": 5}),
    "sa adaptive": (SimulatedAnnealing, {"cooling": "adaptive", "restart_after": 3, "step_size": 0.5}),
    "pso": (ParticleSwarm, {}),
    "pso star": (ParticleSwarm, {"topology": "star", "inertia": "constriction", "c1": 2.05, "c2": 2.05}),
    "pso ring": (ParticleSwarm, {"topology": "ring", "static": True, "velocity_handler": "adjust"}),
    "pso decay": (ParticleSwarm, {"inertia": "linear_decay", "max_generations": 30, "velocity_clamp": 0.2}),
    "pso pyramid": (ParticleSwarm, {"topology": "pyramid", "static": True, "boundary_handler": "random"}),
    "cmaes": (CMAES, {}),
    "cmaes separable": (CMAES, {"covariance": "separable"}),
    "cmaes restarts": (CMAES, {"restart_after": 4, "incpopsize": 1}),
    "openai es": (OpenAIES, {"sigma": 0.1, "learning_rate": 0.05}),
    "snes": (SNES, {}),
    "snes restarts": (SNES, {"restart_after": 4, "antithetic": True}),
    "xnes": (XNES, {}),
    "de": (DifferentialEvolution, {}),
    "de best": (DifferentialEvolution, {"strategy": "best/1/bin", "f": 0.7, "cr": 0.5, "restart_after": 6}),
    "de current": (DifferentialEvolution, {"strategy": "current-to-best/1/bin"}),
    "cosyne": (CoSyNE, {}),
    "cosyne restarts": (CoSyNE, {"sigma": 0.1, "restart_after": 4}),
    "guessing": (RandomWeightGuessing, {}),
    "deap": (from_toolbox, {}),
}
every = pytest.mark.parametrize("variant", VARIANTS)


def make(variant, bounds=BOUNDS, **options):
    made, defaults = VARIANTS[variant]
    return made(bounds, **({"population_size": 12, "random_state": 5} | defaults | options))


def objective(genomes):
    return -(((genomes - BOUNDS.mean(axis=1)) / np.ptp(BOUNDS, axis=1)) ** 2).sum(axis=1)


def run(optimizer, generations, fitness=objective):
    asked = []
    for _ in range(generations):
        asked.append(optimizer.ask())
        optimizer.tell(fitness(asked[-1]))
    return np.array(asked)
