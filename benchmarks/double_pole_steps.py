"""Episodes that end at different times cost evorc no more than the steps they took.

Control steps a second on the double pole without velocities, of CTRNNs with 3 and 10 neurons, on three populations:
random controllers, one in mid-evolution (a few last 1,000 steps, most fail early), and one that lasts to the end.
evorc is given genomes, the others ready arrays. The rows agree on how long each individual lasts.
"""

from collections.abc import Callable
from typing import Any

from _bench import median_cpu, pin, save, table  # first: it sets how many threads the libraries may start

import numpy as np
from _peers_double_pole import jax_loops, scalar_loop

from evorc.evaluate import PopulationEvaluator
from evorc.networks import CTRNN
from evorc.optimizers import GeneticAlgorithm

MAX_STEPS = 1000
RANDOM, EVOLVED = 4096, 1024  # individuals
SCALAR = "scalar libm loop"
AGREE = {"float64": 0.99, "float32": 0.9}  # share of equal lengths; rounding turns a few


def evaluator(n_neurons: int, dtype: str = "float64") -> PopulationEvaluator:
    return PopulationEvaluator("double_pole", CTRNN(n_neurons=n_neurons, tau_bounds=(0.02, 2.0), dtype=dtype))


def populations(n_neurons: int) -> dict[str, np.ndarray]:
    """Genomes of the three populations."""
    evaluate, generator = evaluator(n_neurons), np.random.default_rng(0)
    optimizer = GeneticAlgorithm(evaluate.bounds, population_size=EVOLVED, random_state=0)
    lasting = np.zeros(0, bool)
    while lasting.sum() < 5:
        genomes = optimizer.ask()
        fitness = evaluate(genomes).fitness
        optimizer.tell(fitness)
        lasting = fitness >= MAX_STEPS
    long = genomes[lasting]
    while len(long) < EVOLVED:
        mutants = long[generator.integers(len(long), size=EVOLVED)]
        mutants = mutants + generator.normal(size=mutants.shape) * 0.01
        long = np.concatenate([long, mutants[evaluate(mutants).fitness >= MAX_STEPS]])
    return {
        "random": evaluate.initial(generator, RANDOM),
        "mid-evolution": genomes,
        "all long": long[:EVOLVED],
    }


def arrays(n_neurons: int, genomes: np.ndarray, dtype: str) -> list[np.ndarray]:
    """What the peers want."""
    found = evaluator(n_neurons).genome.split(genomes)
    parts = found["recurrent"], found["inputs"], found["theta"], np.exp(-found["log_tau"])
    return [np.ascontiguousarray(part, dtype) for part in parts]


def rows(n_neurons: int, name: str, genomes: np.ndarray) -> list[dict[str, Any]]:
    """One row a means, after a check that all agree on the lengths."""
    calls: dict[tuple[str, str], Callable[[], np.ndarray]] = {}
    for dtype in ("float64", "float32"):
        problem, ready = evaluator(n_neurons, dtype).problem, arrays(n_neurons, genomes, dtype)
        calls["evorc", dtype] = lambda problem=problem: problem.scores(genomes)[:, 0]
        for peer, run in jax_loops().items():
            calls[peer, dtype] = lambda run=run, ready=ready: run(*ready, MAX_STEPS)
    ready = arrays(n_neurons, genomes, "float64")
    calls[SCALAR, "float64"] = lambda: scalar_loop(*ready, MAX_STEPS)
    steps = calls[SCALAR, "float64"]()
    agree = {row: float((call() == steps).mean()) for row, call in calls.items()}
    for (row, dtype), share in agree.items():
        if share < AGREE[dtype]:
            raise SystemExit(f"{row}, {dtype}: only {share:.1%} of the lengths agree")
    seconds = median_cpu(calls, repeats=5)
    rate = {row: steps.sum() / time.median for row, time in seconds.items()}
    found = []
    for row, dtype in sorted(calls, key=lambda key: (key[0] != "evorc", key)):
        found.append({
            "population": f"{name}, {n_neurons} neurons, mean {steps.mean():.0f}, {(steps >= MAX_STEPS).sum()} last",
            "by": row,
            "dtype": dtype,
            "steps/s": float(rate[row, dtype]),
            "best": float(steps.sum() / seconds[row, dtype].best),
            "evorc is times": float(rate["evorc", dtype] / rate[row, dtype]),
            "agree": agree[row, dtype],
        })  # fmt: skip
    if not jax_loops():
        found.append(dict.fromkeys(found[0]) | {"population": found[0]["population"], "by": "JAX"})
    return found


def main() -> None:
    pin()
    result = {}
    for n_neurons in (3, 10):
        for name, genomes in populations(n_neurons).items():
            found = rows(n_neurons, name, genomes)
            table(f"Double pole without velocities: {found[0]['population']}", [_short(row) for row in found])
            result[f"{name}, {n_neurons} neurons"] = found
    save("double_pole_steps", {"populations": result})


def _short(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "population"}


if __name__ == "__main__":
    main()
