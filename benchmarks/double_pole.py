"""Evaluations until the double pole without velocities is balanced for 100,000 steps, 100 seeds a row or as it says.

Every optimizer on the fully recurrent unit of four weights, on three such units (18 weights) and on an Elman network of
three hidden units (21 weights), all searched within [-10, 10]; random weight guessing on the same encoding and the
published figures beside them. Under the standard fitness (steps balanced, at most 1,000) an individual that reaches
1,000 steps is solved if it lasts 100,000; under the damping fitness the best of each generation must last 100,000, and
1,000 from at least 200 of 625 starts. These trials are not counted, as in the papers. A run that is not solved
counts with what it was allowed. The settings were chosen on seeds below 2,000; those of the table begin at 10,000.

    python benchmarks/double_pole.py [--seeds N] [WORD ...]

runs the rows that contain every word, such as ``damping snes``, and replaces them in the results.
"""

import argparse
import json
import time
from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np
from _bench import pin, save, saved, table
from scipy.stats import bootstrap

from evorc.evaluate import PopulationEvaluator
from evorc.networks import Elman, FullyRecurrent, NetworkSpec
from evorc.optimizers import by_name
from evorc.run import Evolution, StopRules
from evorc.scenario import load_scenario

SEEDS, FIRST_SEED = 100, 10_000
COLUMNS = ("fitness", "network", "weights", "optimizer", "first within", "options", "allowed")  # what a row is
# mean evaluations: Gomez, Schmidhuber & Miikkulainen (2008), table 5; CMA-ES: Igel (2003); NEAT: population of 16
PUBLISHED = {
    "standard": {"RWG": 415_209, "SANE": 262_700, "CNE": 76_906, "ESP": 7374, "CMA-ES": 3521, "CoSyNE": 1249},
    "damping": {"RWG": 1_232_296, "SANE": 451_612, "CNE": 87_623, "ESP": 26_342, "NEAT": 6929, "CMA-ES": 6061}
    | {"CoSyNE": 3416},
}

Fitness = Literal["standard", "damping"]


class Setting(NamedTuple):
    """A row of the table."""

    network: str
    optimizer: str
    first: float  # weights are drawn within +- this; with 0 a distribution begins there
    options: dict[str, Any]
    allowed: int  # evaluations


UNIT, UNITS, ELMAN = "1 unit", "3 units", "Elman 3"
TO_BEST = {"population_size": 20, "strategy": "current-to-best/1/bin", "restart_after": 50}
PAIRED = {"population_size": 10, "sigma": 0.12, "antithetic": True, "restart_after": 15}
CHAINS = {"population_size": 5, "initial_temperature": 0.1, "step_size": 0.008, "restart_after": 700}
ROWS = [
    Setting(UNIT, "snes", 0.0, PAIRED, 20_000),
    Setting(UNIT, "xnes", 0.0, {"sigma": 0.1, "restart_after": 15}, 20_000),
    Setting(UNIT, "cmaes", 0.0, {"sigma": 0.1, "restart_after": 25, "incpopsize": 1}, 20_000),
    Setting(UNIT, "open_aies", 0.0, {}, 20_000),
    Setting(UNIT, "pso", 5.0, {"population_size": 16}, 20_000),
    Setting(UNIT, "de", 5.0, TO_BEST | {"population_size": 16, "restart_after": 20}, 20_000),
    Setting(UNIT, "cosyne", 10.0, {"population_size": 30, "restart_after": 20}, 20_000),
    Setting(UNIT, "ga", 10.0, {"population_size": 20}, 20_000),
    Setting(UNIT, "sa", 10.0, {"population_size": 16}, 20_000),
    Setting(UNIT, "guessing", 10.0, {"population_size": 128}, 200_000),
    *(
        Setting(network, name, first, options, 50_000 if name == "guessing" else 20_000)
        for network in (UNITS, ELMAN)
        for name, first, options in (
            ("snes", 0.0, {"sigma": 0.05, "restart_after": 30}),
            ("xnes", 0.0, {"sigma": 0.05}),
            ("cmaes", 0.0, {"sigma": 0.05, "restart_after": 30, "incpopsize": 1}),
            ("open_aies", 0.0, {}),
            ("pso", 3.0, {"population_size": 20}),
            ("de", 3.0, TO_BEST),
            ("cosyne", 3.0, {"population_size": 30}),
            ("ga", 3.0, {"population_size": 50}),
            ("sa", 1.0, CHAINS),
            ("guessing", 3.0, {"population_size": 128}),
        )
    ),
]


class Run(NamedTuple):
    """What became of one seed: `general` of the 625 starts were survived."""

    solved: bool
    evaluations: int
    general: int


@cache
def evaluator(network: str, fitness: Fitness) -> PopulationEvaluator:
    """The double pole for a network."""
    networks: dict[str, NetworkSpec] = {
        UNIT: FullyRecurrent(n_neurons=1),
        UNITS: FullyRecurrent(n_neurons=3),
        ELMAN: Elman(n_hidden=3),
    }
    return PopulationEvaluator(load_scenario("double_pole", fitness=fitness), networks[network])


def solve(setting: Setting, fitness: Fitness, seed: int) -> Run:
    """One run of the evolution loop."""
    evaluate, first = evaluator(setting.network, fitness), setting.first
    genes = len(evaluate.bounds)
    initial: Any = (lambda generator, n: generator.uniform(-first, first, (n, genes))) if first else np.zeros(genes)
    optimizer = by_name(setting.optimizer)(evaluate.bounds, initial=initial, random_state=seed, **setting.options)
    result = Evolution(evaluate, optimizer, StopRules(max_evaluations=setting.allowed)).run()
    general = next(test.passed for test in result.tests if test.name == "generalisation")
    return Run(result.solved, result.evaluations, general)


def named(setting: Setting, fitness: Fitness) -> dict[str, Any]:
    """The columns that say which row it is."""
    network, name, first, options, allowed = setting
    weights = len(evaluator(network, fitness).bounds)
    told = ", ".join(f"{option} {value}" for option, value in options.items())
    return dict(zip(COLUMNS, (fitness, network, weights, name, first, told, allowed), strict=True))


def row(setting: Setting, fitness: Fitness, seeds: int) -> dict[str, Any]:
    """One optimizer on one network, over all seeds."""
    began = time.process_time()
    runs = [solve(setting, fitness, FIRST_SEED + seed) for seed in range(seeds)]
    solved, evaluations, general = map(np.array, zip(*runs, strict=True))
    low, high = interval(evaluations)
    return named(setting, fitness) | {
        "solved": f"{solved.sum()}/{seeds}",
        "mean": float(evaluations.mean()),
        "from": low,
        "to": high,
        "median": float(np.median(evaluations)),
        "max": int(evaluations.max()),
        "of 625 starts": float(np.median(general[solved])) if solved.any() else float("nan"),
        "CPU s": time.process_time() - began,
    }


def interval(evaluations: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean, bootstrapped."""
    if len(evaluations) < 2 or np.ptp(evaluations) == 0:
        return float(evaluations[0]), float(evaluations[0])
    found = bootstrap((evaluations,), np.mean, n_resamples=2000, rng=0).confidence_interval
    return float(found.low), float(found.high)


def published() -> list[dict[str, Any]]:
    """Rows of the papers."""
    return [
        {"fitness": fitness, "network": "published", "optimizer": name, "mean": mean}
        for fitness, means in PUBLISHED.items()
        for name, mean in means.items()
    ]


def kept(places: list[str]) -> dict[str, dict[str, Any]]:
    """Rows of the table that are in the results, by what they say they are."""
    rows = saved("double_pole").get("rows", [])
    found = {json.dumps({name: row.get(name) for name in COLUMNS}): row for row in rows}
    return {place: found[place] for place in places if place in found}


def main() -> None:
    pin()
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("words", nargs="*", metavar="WORD")
    asked = parser.parse_args()
    pairs = {json.dumps(named(setting, fitness)): (setting, fitness) for fitness in PUBLISHED for setting in ROWS}
    for place, pair in pairs.items():
        if all(word in place for word in asked.words):
            found = row(*pair, asked.seeds)
            table(place, [found])
            rows = kept([*pairs]) | {place: found}
            save("double_pole", {"rows": [rows[known] for known in pairs if known in rows], "published": PUBLISHED})
    table("Double pole without velocities: evaluations until solved", [*kept([*pairs]).values(), *published()])


if __name__ == "__main__":
    main()
