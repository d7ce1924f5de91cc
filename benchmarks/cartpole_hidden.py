"""CartPole-v1 with its velocities hidden: a small recurrent network balances unseen episodes, a memoryless one cannot.

Two worker processes. A run ends when a controller that balanced all its training episodes scores a mean of at least 475
in 100 unseen episodes, or after 5,000 evaluations. Since that test ends the search, the champion plays 100 more
episodes, of another seed. Below: steps per second in one process, beside a bare loop of the environment.
"""

import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np
from _bench import median_cpu, pin, save, table

from evorc.evaluate import PopulationEvaluator, Problem, run_test
from evorc.networks import CTRNN, Feedforward, FullyRecurrent, NetworkSpec
from evorc.optimizers import by_name
from evorc.run import Evolution, StopRules
from evorc.scenario import Scenario, load_scenario

SEEDS, BUDGET = 5, 5_000
NETWORKS: dict[str, NetworkSpec] = {
    "fully recurrent, 2 units": FullyRecurrent(n_neurons=2),
    "fully recurrent, 3 units": FullyRecurrent(n_neurons=3),
    "CTRNN, 3 neurons": CTRNN(n_neurons=3, tau_bounds=(0.02, 1.0)),
    "feedforward, 4 hidden": Feedforward(n_hidden=4),
    "feedforward, 9 hidden": Feedforward(n_hidden=9),
}


def solve(scenario: Scenario, network: NetworkSpec, seed: int) -> tuple[bool, int, float, float]:
    """Whether it was solved, evaluations, and mean scores in the confirming and in other unseen episodes."""
    with PopulationEvaluator(scenario, network, n_jobs=2, backend="processes", random_state=seed) as evaluator:
        optimizer = by_name("ga")(evaluator.bounds, population_size=64, random_state=seed, initial=evaluator.initial)
        result = Evolution(evaluator, optimizer, StopRules(max_evaluations=BUDGET)).run()
    others = replace(result.problem, seed=10_000 + seed)
    other = run_test(others, "unseen", result.best.genome[None])[0]
    return result.solved, result.evaluations, result.tests[0].mean, other.mean


def row(name: str, scenario: Scenario, seeds: int) -> dict[str, Any]:
    """One network over all seeds."""
    began = time.perf_counter()
    network = NETWORKS[name]
    runs = [solve(scenario, network, seed) for seed in range(seeds)]
    solved, evaluations, unseen, others = map(np.array, zip(*runs, strict=True))
    return {
        "network": name,
        "parameters": Problem(scenario, network).genome.n_genes,
        "solved": f"{solved.sum()}/{seeds}",
        "evaluations, median": int(np.median(evaluations)),
        "100 unseen: best": float(unseen.max()),
        "median": float(np.median(unseen)),
        "100 others: best": float(others.max()),
        "median of others": float(np.median(others)),
        "wall s/seed": (time.perf_counter() - began) / seeds,
    }


def speeds(scenario: Scenario) -> list[dict[str, Any]]:
    """Steps per second of CPU time, random policies, resets included."""
    import gymnasium

    env = gymnasium.make("CartPole-v1")
    problem = Problem(scenario, NETWORKS["fully recurrent, 3 units"])
    genomes = problem.initial(np.random.default_rng(0), 256)
    steps = int(problem.scores(genomes).sum())  # a step is worth 1
    actions = np.random.default_rng(0).integers(0, 2, steps).tolist()

    def bare() -> None:
        env.reset(seed=0)
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()

    seconds = median_cpu({"bare gymnasium loop": bare, "evorc": lambda: problem.scores(genomes)}, repeats=5)
    return [{"program": name, "steps/s": steps / lap.median} for name, lap in seconds.items()]


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    scenario = load_scenario("gymnasium", env="CartPole-v1", observe=(0, 2), scale=(2.4, 0.21), trials=8)
    rows = [row(name, scenario, seeds) for name in NETWORKS]
    table("CartPole-v1 without velocities: mean return in unseen episodes (500 is the most)", rows)
    pin()
    speed = speeds(scenario)
    table("CartPole-v1: steps/s in one process", speed)
    save("cartpole_hidden", {"rows": rows, "steps_per_second": speed, "seeds": seeds})


if __name__ == "__main__":
    main()
