"""Single-legged walker, a CTRNN of three neurons, 50,000 evaluations a seed, 10 seeds a row: mean speed of the best.

The optimal pattern generator reaches 0.6264, who makes one step and stands still 0.1256. Beside our rows: what the
public C++ program of the model reached with its own genetic algorithm in 50,100 evaluations without a sensor. Below
them: control steps per second on random genomes. The program's figures were measured once; it does not run here.
"""

import sys
import time
from typing import Any

import numpy as np
from _bench import median_cpu, pin, save, table

from evorc.evaluate import PopulationEvaluator, run_test
from evorc.networks import CTRNN
from evorc.optimizers import by_name
from evorc.scenario import load_scenario

SEEDS, BUDGET = 10, 50_000
GENETIC: dict[str, Any] = {"population_size": 200, "tournsize": 3, "sigma": 0.02, "indpb": 0.3}
ROWS: list[tuple[str, bool, str, dict[str, Any]]] = [  # initialisation, sensor, optimizer, its options
    ("centre_crossing", False, "ga", GENETIC),
    ("uniform", False, "ga", GENETIC),
    ("centre_crossing", False, "sa", {"population_size": 32, "restart_after": None}),
    ("centre_crossing", False, "pso", {"population_size": 50}),
    ("centre_crossing", True, "ga", GENETIC),
    ("uniform", True, "ga", GENETIC),
]
REFERENCE = {"best": 0.5543, "median": 0.251, "seeds >= 0.5": 3, "seeds >= 0.6": 0, "one step": 5}
REFERENCE_SPEED = 1.0e7  # control steps/s, C++, one thread


def evolve(evaluator: PopulationEvaluator, name: str, options: dict[str, Any], seed: int) -> tuple[float, float]:
    """Mean speed of the best of all evaluations, and of the same over ten times as long with a tenth of the step."""
    optimizer = by_name(name)(evaluator.bounds, random_state=seed, initial=evaluator.initial, **options)
    while optimizer.evaluations + optimizer.population_size <= BUDGET:
        optimizer.tell(evaluator(optimizer.ask()).fitness)
    return optimizer.best.fitness, run_test(evaluator.problem, "long", optimizer.best.genome[None])[0].mean


def row(initialisation: Any, sensor: bool, name: str, options: dict[str, Any], seeds: int) -> dict[str, Any]:
    """One setting over all seeds."""
    began = time.process_time()
    network = CTRNN(n_neurons=3, initialisation=initialisation)
    evaluator = PopulationEvaluator(load_scenario("single_leg_walker", sensor=sensor), network)
    best, long = np.array([evolve(evaluator, name, options, seed) for seed in range(seeds)]).T
    return {
        "optimizer": name,
        "first weights": initialisation,
        "sensor": "yes" if sensor else "no",
        **told(best),
        "median, long": f"{np.median(long):.4f}",
        "CPU s/seed": (time.process_time() - began) / seeds,
        "seeds": " ".join(f"{speed:.3f}" for speed in np.sort(best)[::-1]),
    }


def told(best: np.ndarray) -> dict[str, Any]:
    """What the reference says of its seeds."""
    return {
        "best": f"{best.max():.4f}",
        "median": f"{np.median(best):.4f}",
        "seeds >= 0.5": int((best >= 0.5).sum()),
        "seeds >= 0.6": int((best >= 0.6).sum()),
        "one step": int((best < 0.13).sum()),
    }


def speeds() -> list[dict[str, Any]]:
    """Control steps per second, one core, random genomes."""
    scenario = load_scenario("single_leg_walker")
    rows = [{"program": "public C++ program", "steps/s": REFERENCE_SPEED}]
    for dtype in ("float64", "float32"):
        evaluator = PopulationEvaluator(scenario, CTRNN(n_neurons=3, dtype=dtype))
        genomes = evaluator.initial(np.random.default_rng(0), 2048)
        seconds = median_cpu({"evorc": lambda e=evaluator, g=genomes: e(g)}, repeats=5)["evorc"]
        rows.append({"program": f"evorc {dtype}", "steps/s": len(genomes) * scenario.max_steps / seconds.median})
    return rows


def main() -> None:
    pin()
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    ours = [row(*setting, seeds) for setting in ROWS]
    theirs = {"optimizer": "public C++ program", "first weights": "uniform", "sensor": "no", **REFERENCE}
    missing = {name: "" for name in ours[0] if name not in theirs}
    table("Single-legged walker, three neurons: mean speed of the best", [*ours, theirs | missing])
    speed = speeds()
    table("Single-legged walker: control steps/s", speed)
    save("single_leg_walker", {"rows": ours, "public_program": REFERENCE, "steps_per_second": speed, "seeds": seeds})


if __name__ == "__main__":
    main()
