"""What racing gains: best fitness of the same seeds after the same number of simulated steps, with and without it.

Racing ends the trials of three quarters of a generation after a quarter of their steps (its defaults), so as many steps
make about twice as many generations. A row says the median over the seeds of the best fitness over whole trials, on how
many seeds it is better than without racing, and the steps and CPU seconds until the fitness reached a goal. A seed that
did not reach it counts with all its steps. Worlds differ in what a quarter of a trial tells of the whole; a trial of
the double pole that goes wrong is short anyhow. Conditions are the same in all generations.

    python benchmarks/racing.py [--seeds N] [WORD ...]

runs the problems whose names contain every word, such as ``hexapod ga``, and replaces them in the results.
"""

import argparse
import time
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from _bench import pin, save, saved, table

from evorc.evaluate import PopulationEvaluator, Racing
from evorc.evaluate.problem import Genomes, Heat, Problem
from evorc.kernels.episodes import run_episodes
from evorc.networks import CTRNN, FullyRecurrent, NetworkSpec
from evorc.optimizers import by_name
from evorc.scenario import load_scenario

SEEDS = 20
GENETIC: dict[str, Any] = {"tournsize": 3, "sigma": 0.02, "indpb": 0.3}


class Setting(NamedTuple):
    """A problem to be raced or not."""

    scenario: str
    given: dict[str, Any]
    network: NetworkSpec
    optimizer: str
    options: dict[str, Any]
    goal: float  # fitness
    allowed: int  # steps of all trials of all individuals


WALKER = CTRNN(n_neurons=3, initialisation="centre_crossing")
ALIKE = np.eye(5, dtype=bool).tolist()  # what a neuron of another leg showed reaches the one of the same number
WALKING = CTRNN(n_neurons=5, initialisation="centre_crossing", input_mask=[[True] * 5, *ALIKE, *ALIKE])
CATCHER = CTRNN(
    n_neurons=14,
    wiring="sensory",
    symmetry="bilateral",
    weight_bounds=(-5.0, 5.0),
    input_bounds=(1.0, 20.0),
    theta_bounds=(-10.0, 10.0),
    gain_bounds=(1.0, 5.0),
    tau_bounds=(1.0, 2.0),
)
SETTINGS = [
    Setting("single_leg_walker", {}, WALKER, "ga", GENETIC | {"population_size": 200}, 0.5, 110_000_000),
    Setting("hexapod", {}, WALKING, "ga", GENETIC | {"population_size": 200}, 1.0, 20_000_000),
    Setting(
        "double_pole",
        {"fitness": "damping"},
        FullyRecurrent(n_neurons=3),
        "ga",
        {"population_size": 50},
        0.105,
        2_000_000,
    ),
    Setting(
        "categorical_perception",
        {},
        CATCHER,
        "cmaes",
        {"population_size": 40, "sigma": 0.2},
        0.8,
        40_000_000,
    ),
]


class Counting:
    """Runs a population and counts the steps that its individuals lived."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.steps = 0

    def run(self, genomes: Genomes, _: list[slice], heat: Heat) -> tuple[np.ndarray, np.ndarray]:
        """Scores of all individuals, none of which is lost."""
        problem = self.problem
        arena = problem.arena._replace(max_steps=heat.max_steps)
        individuals, key = problem.blueprint.individuals(genomes), problem.key(heat.generation)
        scores, steps = run_episodes(problem.network.step, arena, individuals, problem.dt, key)
        self.steps += int(steps.sum())
        return scores, np.zeros(len(genomes), bool)

    def close(self) -> None:
        """Nothing to end."""


class Run(NamedTuple):
    """What became of one seed."""

    best: float
    generations: int
    reached: bool  # the goal
    steps: int  # until then, or all
    seconds: float  # until then, or all


def evolve(setting: Setting, racing: Racing | None, seed: int) -> Run:
    """One seed, until its steps are used up."""
    scenario = replace(load_scenario(setting.scenario, **setting.given), conditions="fixed")
    evaluator = PopulationEvaluator(scenario, setting.network, backend="serial", racing=racing)
    evaluator.backend = counting = Counting(evaluator.problem)
    optimizer = by_name(setting.optimizer)(
        evaluator.bounds, initial=evaluator.initial, random_state=seed, **setting.options
    )
    counting.run(evaluator.initial(np.random.default_rng(seed), 1), [], Heat(0, scenario.max_steps))  # compiles
    counting.steps, began, met = 0, time.process_time(), None
    while counting.steps < setting.allowed:
        optimizer.tell(evaluator(optimizer.ask(), optimizer.generation).fitness)
        if met is None and optimizer.best.fitness >= setting.goal:
            met = counting.steps, time.process_time() - began
    steps, seconds = met or (counting.steps, time.process_time() - began)
    return Run(optimizer.best.fitness, optimizer.generation, met is not None, steps, seconds)


def rows(setting: Setting, seeds: int) -> list[dict[str, Any]]:
    """With and without racing, the seeds taking turns."""
    kinds = {"": None, "0.25, 1; a quarter survives": Racing()}
    runs: dict[str, list[Run]] = {kind: [] for kind in kinds}
    for seed in range(seeds):
        for kind, racing in kinds.items():
            runs[kind].append(evolve(setting, racing, seed))
    plain = np.array([run.best for run in runs[""]])
    return [
        {
            "scenario": setting.scenario,
            "optimizer": setting.optimizer,
            "racing": kind,
            "steps": setting.allowed,
            "generations": float(np.median([run.generations for run in found])),
            "best, median": float(np.median([run.best for run in found])),
            "better on": f"{sum(run.best > one for run, one in zip(found, plain, strict=True))}/{seeds}"
            if kind
            else "",
            "worse on": f"{sum(run.best < one for run, one in zip(found, plain, strict=True))}/{seeds}" if kind else "",
            "goal": setting.goal,
            "reached": f"{sum(run.reached for run in found)}/{seeds}",
            "steps to goal, mean": float(np.mean([run.steps for run in found])),
            "median": float(np.median([run.steps for run in found])),
            "CPU s to goal, mean": float(np.mean([run.seconds for run in found])),
        }
        for kind, found in runs.items()
    ]


def named(scenario: str, optimizer: str) -> str:
    """What a problem is called."""
    return f"{scenario} {optimizer}"


def kept() -> dict[str, list[dict[str, Any]]]:
    """Rows of the results, by problem."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in saved("racing").get("rows", []):
        found.setdefault(named(row["scenario"], row["optimizer"]), []).append(row)
    return found


def main() -> None:
    pin()
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("words", nargs="*", metavar="WORD")
    asked = parser.parse_args()
    problems = {named(setting.scenario, setting.optimizer): setting for setting in SETTINGS}
    for problem, setting in problems.items():
        if all(word in problem for word in asked.words):
            known = kept() | {problem: rows(setting, asked.seeds)}
            save("racing", {"rows": [row for name in problems for row in known.get(name, [])]})
    table("Racing: the same seeds and steps with and without", [row for found in kept().values() for row in found])


if __name__ == "__main__":
    main()
