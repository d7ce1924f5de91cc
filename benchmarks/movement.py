"""Moving and remembering: T-maze, phototaxis, klinotaxis and hexapod as in their experiment files, 10 seeds each.

Every seed is one run of `scenarios/NAME.toml`, its champion put to all held-out tests. Asked: the T-maze with three
times the longest delay 200 of 200, without a memory about half; phototaxis 950 of 1,000 starts and sooner at the lamp
than Braitenberg's vehicle; a chemotaxis index of 0.86 from unseen orientations; a statically stable gait. Steps per
second are of worlds and networks together on random genomes; the public C++ program of the worm makes 3.6e5. Words
after the program's name, such as ``klinotaxis``, run the tasks that contain one of them; other rows stay.
"""

import sys
import time
from typing import Any

import numpy as np
from _bench import median_cpu, pin, save, saved, table

from evorc.evaluate import PopulationEvaluator
from evorc.evaluate.trace import trace
from evorc.networks import Feedforward
from evorc.run.experiment import build, evolve
from evorc.run.result import Result
from evorc.run.settings import find, read
from evorc.scenario import HeldOut, load_scenario

SEEDS = 10
MEMORYLESS = 20_000  # evaluations of the feedforward control
KEY_TEST = {"delayed_response": "long", "phototaxis": "starts", "klinotaxis": "orientations", "hexapod": "starts"}
WORM_REFERENCE = 3.6e5  # steps/s of the public C++ program, measured once
PERIOD, MARKS = 60.0, 60  # of the gait that is shown, and its columns


def evolved(name: str, seed: int, **options: Any) -> Result:
    """One run of an experiment file."""
    settings, _ = read(find(name))
    if options:
        settings = settings.model_copy(update={"scenario": type(settings.scenario)(name=name, **options)})
    run = settings.run.model_copy(update={"random_state": seed, "n_jobs": 1})
    with build(settings.model_copy(update={"run": run}), f"{name}.toml") as evolution:
        return evolution.run()


def memoryless(seed: int) -> Result:
    """The T-maze with a network that cannot remember."""
    return evolve("delayed_response", Feedforward(n_hidden=6), max_evaluations=MEMORYLESS, random_state=seed)


def row(name: str, seed: int, result: Result, seconds: float) -> dict[str, Any]:
    """A seed's fitness, and its champion in the held-out tests: trials passed and their mean score."""
    tests = {test.name: f"{test.passed}/{test.trials} {test.mean:.3f}" for test in result.tests}
    fitness = f"{result.best.fitness:.3f}"
    return {"seed": seed, "evaluations": result.evaluations, "CPU s": seconds, "fitness": fitness, **tests}


def seeds(title: str, name: str, run: Any) -> tuple[dict[str, Any], list[Result]]:
    """All seeds of one task, printed."""
    rows, results = [], []
    for seed in range(SEEDS):
        began = time.process_time()
        results.append(run(seed))
        rows.append(row(name, seed, results[-1], time.process_time() - began))
        print(title, rows[-1], flush=True)
    table(title, rows)
    found = [next(test for test in result.tests if test.name == KEY_TEST[name]) for result in results]
    told = {
        "test": KEY_TEST[name],
        "median fitness": float(np.median([result.best.fitness for result in results])),
        "median passed": float(np.median([test.passed / test.trials for test in found])),
        "median score": float(np.median([test.mean for test in found])),
        "seeds that pass": sum(test.success for test in found),
    }
    print(told)
    return {"rows": rows, **told}, results


def gait(result: Result) -> dict[str, Any]:
    """Distance of one unseen walk, how it is carried, and the pattern of stance in its last part."""
    scenario: HeldOut = result.problem.scenario.tests["starts"]
    worlds = trace(result.problem, result.best.genome, scenario=scenario.scenario).worlds[1:]
    legs = [name.removesuffix("_down") for name in worlds[0]._fields if name.endswith("_down")]
    down = np.array([[getattr(world, f"{leg}_down") > 0.0 for leg in legs] for world in worlds])
    second = slice(len(worlds) // 2, None)
    moving = np.array([world.speed != 0.0 for world in worlds])[second]
    first, other = down[second][:, [0, 4, 2]], down[second][:, [3, 1, 5]]
    swinging = (first.all(axis=1) & ~other.any(axis=1)) | (other.all(axis=1) & ~first.any(axis=1))
    last = np.linspace(len(worlds) - PERIOD / result.problem.scenario.dt, len(worlds) - 1, MARKS).astype(int)
    for leg, marks in zip(legs, down[last].T, strict=True):
        print(f"{leg.replace('_', ' '):>13}  {''.join('#' if mark else '.' for mark in marks)}")
    found = {
        "distance": float(worlds[-1].x),
        "carried": float(moving.mean()),
        "on one tripod": float(swinging.mean()),
        "feet down": float(down[second].sum(axis=1).mean()),
        "pattern": {leg: "".join("#" if mark else "." for mark in down[last][:, k]) for k, leg in enumerate(legs)},
    }
    print({name: value for name, value in found.items() if name != "pattern"}, flush=True)
    return found


def speeds() -> list[dict[str, Any]]:
    """World-and-network steps per second, one core, random genomes."""
    rows = []
    for name in ("klinotaxis", "hexapod"):  # whose trials are all of one length
        settings, _ = read(find(name))
        with build(settings, f"{name}.toml") as evolution:
            problem = evolution.evaluator.problem
        scenario = load_scenario(name, dt=0.01) if name == "klinotaxis" else problem.scenario
        evaluator = PopulationEvaluator(scenario, problem.network)
        genomes = evaluator.initial(np.random.default_rng(0), 64 if name == "klinotaxis" else 512)
        taken = median_cpu({name: lambda e=evaluator, g=genomes: e(g)}, repeats=3)[name]
        steps = len(genomes) * scenario.trials * scenario.max_steps
        reference = {"C++ steps/s": WORM_REFERENCE} if name == "klinotaxis" else {}
        rows.append({"scenario": name, "steps/s": steps / taken.median, **reference})
    return rows


def main() -> None:
    pin()
    runs: dict[str, tuple[str, Any]] = {
        "T-maze": ("delayed_response", lambda seed: evolved("delayed_response", seed)),
        "T-maze, no memory": ("delayed_response", memoryless),
        "phototaxis, two eyes": ("phototaxis", lambda seed: evolved("phototaxis", seed)),
        "klinotaxis": ("klinotaxis", lambda seed: evolved("klinotaxis", seed)),
        "hexapod": ("hexapod", lambda seed: evolved("hexapod", seed)),
        "phototaxis, one eye": ("phototaxis", lambda seed: evolved("phototaxis", seed, eyes=1)),
    }
    words = sys.argv[1:]
    found = {**saved("movement"), "seeds": SEEDS} if words else {"seeds": SEEDS}
    for title, (name, run) in runs.items():
        if words and not any(word in title for word in words):
            continue
        found[title], results = seeds(title, name, run)
        if name == "hexapod":
            found["gaits"] = [gait(result) for result in results]
        save("movement", found)
    found["steps_per_second"] = speeds()
    table("Steps/s", found["steps_per_second"])
    save("movement", found)


if __name__ == "__main__":
    main()
