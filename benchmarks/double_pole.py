"""Evaluations until the double pole without velocities is balanced for 100,000 steps, 50 seeds a row.

Standard fitness (steps balanced, at most 1,000 while training), on the unit of four weights and on the fully recurrent
network of three units (18 weights), with random weight guessing on the same encoding and within the same first weights
beside the optimizers. Weights are searched within [-10, 10]. The
confirming trials of 100,000 steps are not counted, as in the papers.
"""

import sys
import time
from typing import Any, NamedTuple

import numpy as np
from _bench import pin, save, table

from evorc.evaluate import PopulationEvaluator
from evorc.networks import FullyRecurrent
from evorc.optimizers import Individual, by_name
from evorc.run import Evolution, StopRules

SEEDS = 50
PUBLISHED = {"CoSyNE (Gomez et al. 2008)": 1249, "CMA-ES (Igel 2003)": 3521, "ESP": 7374, "CNE": 76906}


class Setting(NamedTuple):
    """A row of the table."""

    units: int
    first: float  # weights are drawn within +- this
    name: str
    population_size: int
    allowed: int  # evaluations
    options: dict[str, Any] = {}  # noqa: RUF012


ROWS = [
    Setting(1, 10.0, "pso", 16, 20_000),
    Setting(1, 10.0, "ga", 20, 20_000),
    Setting(1, 10.0, "sa", 16, 20_000),
    Setting(1, 10.0, "guessing", 64, 300_000),
    Setting(3, 3.0, "pso", 20, 50_000),
    Setting(3, 3.0, "ga", 50, 50_000),
    Setting(3, 10.0, "ga", 50, 50_000),
    Setting(3, 3.0, "sa", 16, 50_000, {"initial_temperature": 1.0, "restart_after": 500}),
    Setting(3, 3.0, "guessing", 64, 300_000),
    Setting(3, 10.0, "guessing", 64, 300_000),
]


class Guessing:
    """Random weight guessing: every generation is drawn as the first one is."""

    def __init__(self, bounds: np.ndarray, *, population_size: int, random_state: int, initial: Any) -> None:
        self.population_size, self.initial = population_size, initial
        self.generator = np.random.default_rng(random_state)
        self.best = Individual(bounds[:, 0], -np.inf)

    def ask(self) -> np.ndarray:
        self.asked = self.initial(self.generator, self.population_size)
        return self.asked

    def tell(self, fitness: np.ndarray) -> None:
        champion = int(np.argmax(fitness))
        if fitness[champion] > self.best.fitness:
            self.best = Individual(self.asked[champion], float(fitness[champion]))

    def stop(self) -> bool:
        return False


def solve(setting: Setting, seed: int) -> tuple[bool, int, int]:
    """Whether it was solved, after how many evaluations, and the champion's score in the generalisation test."""
    units, first, name, population_size, allowed, options = setting
    evaluator = PopulationEvaluator("double_pole", FullyRecurrent(n_neurons=units, initial_bounds=(-first, first)))
    make: Any = Guessing if name == "guessing" else by_name(name)
    start = {"initial": evaluator.initial, "random_state": seed}
    optimizer = make(evaluator.bounds, population_size=population_size, **start, **options)
    result = Evolution(evaluator, optimizer, StopRules(max_evaluations=allowed)).run()
    general = next(test.passed for test in result.tests if test.name == "generalisation")
    return result.solved, result.evaluations, general


def row(setting: Setting, seeds: int) -> dict[str, Any]:
    """One optimizer on one network, over all seeds; a run that fails counts with all it was allowed."""
    began = time.process_time()
    solved, evaluations, general = map(np.array, zip(*(solve(setting, seed) for seed in range(seeds)), strict=True))
    return {
        "weights": setting.units * (setting.units + 3),
        "first within": setting.first,
        "optimizer": setting.name,
        "population": setting.population_size,
        "options": ", ".join(f"{name} {value:g}" for name, value in setting.options.items()),
        "solved": f"{solved.sum()}/{seeds}",
        "mean": float(evaluations.mean()),
        "median": float(np.median(evaluations)),
        "max": int(evaluations.max()),
        "of 625 starts": float(np.median(general[solved])) if solved.any() else float("nan"),
        "CPU s": time.process_time() - began,
    }


def main() -> None:
    pin()
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    rows = [row(setting, seeds) for setting in ROWS]
    table("Double pole without velocities: evaluations until solved", rows)
    print("published:", ", ".join(f"{name} {mean:,}" for name, mean in PUBLISHED.items()))
    save("double_pole", {"rows": rows, "published": PUBLISHED, "seeds": seeds})


if __name__ == "__main__":
    main()
