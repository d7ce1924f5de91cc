"""The co-operation scenarios as their experiment files evolve them, 10 seeds each, and their speed on one core.

Every row is one run of `scenarios/<name>.toml` with its own budget. An evolution ends when a champion passes the
confirming tests; the held-out tests of the table come after that. Beside them:

- perceptual crossing: how often the agents pass each other in the second half of a held-out trial;
- coordinated movement: the starts of the held-out test that still succeed with one robot's sensors muted;
- acoustic coordination: the correlation of the two voices over the second half of held-out trials (-1 is taking turns,
  1 calling together), and the score when one agent does not hear the other.

Speeds are steps of a whole world, two bodies and two networks, on random genomes; that of the public C++ program of
perceptual crossing was measured once and does not run here.

    python benchmarks/cooperation.py [--seeds N] [SCENARIO ...]

runs these scenarios, and replaces their rows in the results.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
from _bench import median_cpu, pin, save, saved, table

from evorc.evaluate import Problem
from evorc.evaluate.trace import trace
from evorc.kernels.episodes import run_episodes
from evorc.run import Result, build
from evorc.run.settings import find, read
from evorc.scenario import load_scenario

SEEDS, LISTENED = 10, 20  # runs; trials whose voices are compared
PUBLIC_SPEED = 7.6e6  # two-agent steps/s of the public C++ program of perceptual crossing, one thread


def evolved(name: str, seed: int) -> tuple[Result, float]:
    """One run of a scenario's experiment file on one core, and its CPU time."""
    file = find(name)
    settings, _ = read(file)
    run = settings.run.model_copy(update={"random_state": seed, "n_jobs": 1})
    began = time.process_time()
    with build(settings.model_copy(update={"run": run}), file.name) as evolution:
        result = evolution.run()
    return result, time.process_time() - began


def unseen(result: Result, **options: Any) -> np.ndarray:
    """Scores of the champion in the trials of the test `unseen`, in a changed world."""
    scenario = load_scenario(result.problem.scenario.name, **options).tests["unseen"].scenario
    return replace(result.problem, scenario=scenario).scores(result.best.genome[None])[0]


def crossing(result: Result) -> dict[str, Any]:
    """How often the agents pass each other, in trials that they have never seen."""
    alive = result.problem.scenario.tests["alive"].scenario
    counts = replace(result.problem, scenario=alive).scores(result.best.genome[None])[0]
    return {"crossings a trial": float(counts.mean()), "trials with any": float((counts > 0).mean())}


def muting(result: Result) -> dict[str, Any]:
    """Share of starts that succeed with one robot's sensors muted."""
    return {f"robot {robot} muted": float(unseen(result, muted=robot).mean()) for robot in (1, 2)}


def voices(result: Result) -> dict[str, Any]:
    """Correlation of the voices, and what is left when one agent does not hear the other."""
    scenario = result.problem.scenario.tests["unseen"].scenario
    found = [together(result, scenario, trial) for trial in range(LISTENED)]
    return {
        "correlation of voices": float(np.mean(found)),
        "one deaf": float(np.mean([unseen(result, deaf=agent).mean() for agent in (1, 2)])),
    }


def together(result: Result, scenario: Any, trial: int) -> float:
    """Correlation of the two voices over the second half of a trial; 0 where one does not change."""
    lived = trace(result.problem, result.best.genome, trial=trial, scenario=scenario)
    calls = np.array([(world.voice1, world.voice2) for world in lived.worlds[len(lived.worlds) // 2 :]])
    spread = calls.std(axis=0)
    return float(np.corrcoef(calls.T)[0, 1]) if (spread > 1e-6).all() else 0.0


def row(name: str, seed: int, more: Callable[[Result], dict[str, Any]]) -> dict[str, Any]:
    """One seed."""
    result, seconds = evolved(name, seed)
    tests = {test.name: test.passed / test.trials if test.needed else test.mean for test in result.tests}
    return {
        "seed": seed,
        "evaluations": result.evaluations,
        "CPU s": seconds,
        "confirmed": "yes" if result.solved else "no",
        "trained": result.best.fitness,
        **{test: value for test, value in tests.items() if not test.startswith("validation")},
        **more(result),
    }


def speed(name: str) -> float:
    """Steps a second on random genomes, one core."""
    settings, _ = read(find(name))
    problem: Problem = build(settings, name).evaluator.problem
    problem = replace(problem, scenario=replace(problem.scenario, trials=8, conditions="fixed"))
    individuals = problem.blueprint.individuals(problem.initial(np.random.default_rng(0), 128))

    def run() -> int:
        _, steps = run_episodes(problem.network.step, problem.arena, individuals, problem.dt, problem.key(0))
        return int(steps.sum())

    return run() / median_cpu({name: run}, repeats=5)[name].median


MEASURES = {"perceptual_crossing": crossing, "coordinated_movement": muting, "acoustic_coordination": voices}


def main() -> None:
    pin()
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    asked = parser.parse_args()
    speeds = [{"scenario": name, "steps/s": speed(name)} for name in MEASURES]
    speeds.append({"scenario": "perceptual_crossing, public C++ program", "steps/s": PUBLIC_SPEED})
    table("Steps of two agents with their networks, one core", speeds)
    for name in asked.names or MEASURES:
        found = [row(name, seed, MEASURES[name]) for seed in range(asked.seeds)]
        numbers = [key for key, value in found[0].items() if isinstance(value, float)]
        middle = {key: median(one[key] for one in found) for key in numbers}
        budget = read(find(name))[0].stop.max_evaluations
        table(f"{name}: at most {budget:,} evaluations a seed", [*found, {"seed": "median", **middle}])
        save("cooperation", {"rows": saved("cooperation").get("rows", {}) | {name: found}, "speeds": speeds})


if __name__ == "__main__":
    main()
