"""Episodes that end at different times cost evorc no more than the steps they took.

Control steps a second on the double pole without velocities, of CTRNNs with 3 and 10 neurons, on three populations:
random controllers, one in mid-evolution (a few last 1,000 steps, most fail early), and one that lasts to the end.
evorc is given genomes, the others ready arrays. The rows agree on how long each individual lasts. JAX takes every step
for everybody until the last has fallen: it gets a part of the larger populations, which does not change its rate.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from _bench import median_cpu, pin, save, table
from _peers_double_pole import jax_loops, scalar_loop

from evorc.evaluate import PopulationEvaluator
from evorc.networks import CTRNN
from evorc.optimizers import GeneticAlgorithm

MAX_STEPS = 1000
RANDOM, EVOLVED = 4096, 1024  # individuals
PART = {"JAX while_loop": 1024, "JAX scan": 128}  # individuals that JAX gets
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


def rows(n_neurons: int, genomes: np.ndarray, loops: dict[str, Callable[..., np.ndarray]]) -> list[dict[str, Any]]:
    """One row a means, after a check that all agree on the lengths."""
    calls: dict[tuple[str, str], Callable[[], np.ndarray]] = {}
    for dtype in AGREE:
        problem, ready = evaluator(n_neurons, dtype).problem, arrays(n_neurons, genomes, dtype)
        calls["evorc", dtype] = lambda problem=problem: problem.scores(genomes)[:, 0]
        for peer, run in loops.items():
            few = [part[: PART[peer]] for part in ready]
            calls[peer, dtype] = lambda run=run, few=few: run(*few, MAX_STEPS)
    ready = arrays(n_neurons, genomes, "float64")
    calls[SCALAR, "float64"] = lambda: scalar_loop(*ready, MAX_STEPS)
    steps = scalar_loop(*ready, MAX_STEPS)
    agree = {row: float(np.mean([a == b for a, b in zip(call(), steps, strict=False)])) for row, call in calls.items()}
    for (by, dtype), share in agree.items():
        if share < AGREE[dtype]:
            raise SystemExit(f"{by}, {dtype}: only {share:.1%} of the lengths agree")
    rates = {
        (by, dtype): steps[: PART.get(by)].sum() / np.array(seconds)
        for (by, dtype), seconds in median_cpu(calls, repeats=5).items()
    }
    return [
        {
            "by": by,
            "dtype": dtype,
            "steps/s": float(rate[0]),
            "best": float(rate[1]),
            "evorc is times": float(rates["evorc", dtype][0] / rate[0]),
            "agree": agree[by, dtype],
        }
        for (by, dtype), rate in sorted(rates.items(), key=lambda item: (item[0][0] != "evorc", item[0]))
    ] + ([] if loops else [{"by": "JAX", "dtype": "not installed"}])


def main() -> None:
    pin()
    loops, result = jax_loops(), {}
    for n_neurons in (3, 10):
        for name, genomes in populations(n_neurons).items():
            steps = evaluator(n_neurons)(genomes).fitness
            last = int((steps >= MAX_STEPS).sum())
            title = f"{name}, {n_neurons} neurons: {steps.mean():.1f} steps on average, {last} of {len(steps)} last"
            result[name, n_neurons] = rows(n_neurons, genomes, loops)
            table(f"Double pole, {title}", result[name, n_neurons])
    save("double_pole_steps", {f"{name}, {n} neurons": found for (name, n), found in result.items()})


if __name__ == "__main__":
    main()
