"""Each optimizer beside the library that it mirrors, on the 24 functions of BBOB (Hansen et al. 2009) with one budget.

Functions x instances x dimensions, on [-5, 5]; the error is the best value less the optimum's, not below 1e-8. A row
says the median of log10 error of ours and of the peer, the median over problems of their difference (asked: an error at
most 10 % larger, 0.041), and on what share of the problems ours is ahead.

    python benchmarks/bbob.py [--evaluations N] [--instances N] [WORD ...]

runs the rows that contain every word, such as ``ParticleSwarm star``, and replaces them in the results. With another
budget or number of instances these begin anew.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import _bench
import _peers_bbob as peers
import ioh
import numpy as np
from _bench import pin, save, saved, table

from evorc.optimizers import by_name

DIMENSIONS, FUNCTIONS = (5, 10), range(1, 25)
EVALUATIONS, INSTANCES = 300, 3
LEAST = 1e-8
Run = Callable[[peers.Objective, int, int], None]


class Spent(Exception):
    """The budget is used up."""


class Errors:
    """A problem of the suite that counts its evaluations."""

    def __init__(self, function: int, instance: int, genes: int, budget: int) -> None:
        self.problem = ioh.get_problem(function, instance, genes, ioh.ProblemClass.BBOB)
        self.left, self.least = budget, np.inf

    def __call__(self, points: np.ndarray) -> np.ndarray:
        values = np.array(self.problem(np.ascontiguousarray(points)))
        counted = values[: self.left]
        self.least = min(self.least, float(counted.min(initial=np.inf)) - self.problem.optimum.y)
        self.left -= len(counted)
        if self.left == 0:
            raise Spent
        return values


def ours(name: str, **options: Any) -> Run:
    def run(objective: peers.Objective, genes: int, seed: int) -> None:
        bounds = np.array([[-peers.HALF, peers.HALF]] * genes)
        optimizer = by_name(name)(bounds, random_state=seed, **options)
        while True:
            optimizer.tell(-objective(optimizer.ask()))

    return run


class Pair(NamedTuple):
    """A row of the table."""

    name: str
    ours: Run
    peer_name: str
    peer: Run


SIZE = {"population_size": peers.POPULATION}
FULL, SEPARABLE = ours("cmaes"), ours("cmaes", covariance="separable")
LINKED, STAR = ours("pso", **SIZE), peers.pyswarms("star")
PAIRS = [
    Pair("CMAES", FULL, "cma", peers.pycma(False)),
    Pair("CMAES", FULL, "cmaes CMA", peers.of_cmaes("CMA", 2)),
    Pair("CMAES separable", SEPARABLE, "cma CMA_diagonal", peers.pycma(True)),
    Pair("CMAES separable", SEPARABLE, "cmaes SepCMA", peers.of_cmaes("SepCMA", 2)),
    Pair("SNES", ours("snes"), "evosax SNES", peers.of_evosax("SNES")),
    Pair("XNES", ours("xnes"), "cmaes XNES", peers.of_cmaes("XNES", 1)),
    Pair("OpenAIES", ours("openai_es", **SIZE), "evosax Open_ES", peers.of_evosax("Open_ES", peers.POPULATION)),
    Pair("DifferentialEvolution", ours("de", **SIZE), "scipy, rand1bin", peers.scipy_de),
    Pair("GeneticAlgorithm", ours("ga", **SIZE), "DEAP eaSimple", peers.deap_simple),
    Pair("ParticleSwarm", LINKED, "pyswarms Random", peers.pyswarms("random")),
    Pair("ParticleSwarm, ring", ours("pso", topology="ring", **SIZE), "pyswarms Ring", peers.pyswarms("ring")),
    Pair("ParticleSwarm, star", ours("pso", topology="star", **SIZE), "pyswarms GlobalBestPSO", STAR),
    Pair("ParticleSwarm", LINKED, "pyswarms GlobalBestPSO", STAR),
]


def errors(run: Run, evaluations: int, instances: int) -> tuple[np.ndarray, float]:
    """log10 of the error on every problem, and CPU seconds."""
    began, found = time.process_time(), []
    for genes in DIMENSIONS:
        for function in FUNCTIONS:
            for instance in range(1, instances + 1):
                objective = Errors(function, instance, genes, evaluations * genes)
                try:
                    run(objective, genes, 1000 * function + instance)
                except Spent:
                    found.append(np.log10(max(objective.least, LEAST)))
    return np.array(found), time.process_time() - began


def row(pair: Pair, own: tuple[np.ndarray, float], other: tuple[np.ndarray, float]) -> dict[str, Any]:
    """Both sides of a comparison."""
    mine, theirs = np.median(own[0]), np.median(other[0])
    return {
        "optimizer": pair.name,
        "log10 error": float(mine),
        "peer": pair.peer_name,
        "its log10 error": float(theirs),
        "median difference": float(np.median(own[0] - other[0])),
        "ahead on": f"{np.mean(own[0] < other[0]):.0%}",
        "behind on": f"{np.mean(own[0] > other[0]):.0%}",
        "within 10 %": bool(np.median(own[0] - other[0]) <= np.log10(1.1)),
        "CPU s": own[1],
        "peer's": other[1],
    }


def place(row: Mapping[str, Any]) -> str:
    """Which row it is."""
    return f"{row['optimizer']} | {row['peer']}"


def kept(setting: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Rows of the results, if they were made with the same setting."""
    found = saved("bbob")
    same = all(found.get(name) == value for name, value in setting.items())
    return {place(row): row for row in found["rows"]} if same else {}


def main() -> None:
    pin()
    parser = argparse.ArgumentParser()
    parser.add_argument("--evaluations", type=int, default=EVALUATIONS)
    parser.add_argument("--instances", type=int, default=INSTANCES)
    parser.add_argument("words", nargs="*", metavar="WORD")
    asked = parser.parse_args()
    setting = {"evaluations a gene": asked.evaluations, "instances": asked.instances, "dimensions": [*DIMENSIONS]}
    pairs = {place({"optimizer": pair.name, "peer": pair.peer_name}): pair for pair in PAIRS}
    told = cache(lambda run: errors(run, asked.evaluations, asked.instances))
    for name, pair in pairs.items():
        if all(word in name for word in asked.words):
            rows = kept(setting) | {name: row(pair, told(pair.ours), told(pair.peer))}
            save("bbob", setting | {"rows": [rows[known] for known in pairs if known in rows]})
    problems = f"{len(FUNCTIONS)} functions x {asked.instances} instances x {DIMENSIONS} genes"
    found = kept(setting)
    table(f"BBOB, {problems}, {asked.evaluations} evaluations a gene", [found[name] for name in pairs if name in found])


if __name__ == "__main__":
    _bench.PACKAGES = (*_bench.PACKAGES, "cma", "cmaes", "evosax", "ioh")
    main()
