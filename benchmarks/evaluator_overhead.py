"""Handing a generation to two processes costs a millisecond or so, and two workers do the work of two.

1024 genomes of 100 genes in a world that ends after one step: milliseconds a generation, wall clock. The peers add up
each genome and are given it as they like it best and as most programs do it. Then 1024 double-pole controllers that
last, by one worker and by two; the second figure means something only while both cores are free.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from _bench import median_cpu, save, table

from evorc.evaluate import PopulationEvaluator
from evorc.networks import CTRNN, Feedforward
from evorc.optimizers import GeneticAlgorithm
from evorc.scenario import load_scenario

POPULATION, GENES, WORKERS, BLOCKS = 1024, 100, 2, 8
MAX_STEPS = 1000


def total(genome: np.ndarray) -> float:
    return float(genome.sum())


def totals(genomes: np.ndarray) -> np.ndarray:
    return genomes.sum(axis=1)


def ours(stack: ExitStack, pool: ProcessPoolExecutor) -> dict[str, Callable[[], Any]]:
    """evorc's backends on the world of one step."""
    scenario = load_scenario("one_step", folders=[Path(__file__).parent / "scenarios"])
    genomes = np.random.default_rng(0).uniform(-1.0, 1.0, (POPULATION, GENES))
    calls = {}
    for name, backend, workers in (
        ("evorc, serial", "serial", 1),
        ("evorc, auto", "auto", WORKERS),
        ("evorc, threads", "threads", WORKERS),
        ("evorc, processes", "processes", WORKERS),
        ("evorc, ProcessPoolExecutor", pool, WORKERS),
    ):
        made = PopulationEvaluator(scenario, Feedforward(n_hidden=9), n_jobs=workers, backend=backend)
        calls[name] = partial(stack.enter_context(made), genomes)
    return calls


def peers(stack: ExitStack, executor: ProcessPoolExecutor) -> dict[str, Callable[[], Any]]:
    """The usual ways to hand out genomes."""
    genomes = np.random.default_rng(0).uniform(-1.0, 1.0, (POPULATION, GENES))
    pool = stack.enter_context(get_context("forkserver").Pool(WORKERS))
    blocks = np.array_split(genomes, BLOCKS)
    calls = {
        "Pool.map, a genome a task": lambda: pool.map(total, genomes, chunksize=1),
        "Pool.map, its own chunks": lambda: pool.map(total, genomes),
        f"Pool.map, {BLOCKS} blocks": lambda: np.concatenate(pool.map(totals, blocks)),
        "ProcessPoolExecutor.map, chunks of 32": lambda: list(executor.map(total, genomes, chunksize=32)),
    }
    try:
        from joblib import Parallel, delayed
    except ImportError:
        return calls
    loky = stack.enter_context(Parallel(n_jobs=WORKERS))
    return calls | {"joblib, a genome a task": lambda: loky(delayed(total)(genome) for genome in genomes)}


def lasting(evaluate: PopulationEvaluator) -> np.ndarray:
    """As many genomes that balance to the end, from one that evolution finds."""
    optimizer = GeneticAlgorithm(evaluate.bounds, population_size=256, random_state=0)
    while optimizer.best.fitness < MAX_STEPS:
        genomes = optimizer.ask()
        optimizer.tell(evaluate(genomes).fitness)
    return np.tile(optimizer.best.genome, (POPULATION, 1))


def speed_up(stack: ExitStack) -> list[dict[str, Any]]:
    """Seconds for the double pole by one worker and by two."""
    network = CTRNN(n_neurons=10, tau_bounds=(0.02, 2.0))
    genomes = lasting(PopulationEvaluator("double_pole", network))
    made = {
        (backend, workers): stack.enter_context(
            PopulationEvaluator("double_pole", network, n_jobs=workers, backend=backend)
        )
        for backend in ("threads", "processes")
        for workers in (1, WORKERS)
    }
    calls = {key: partial(evaluate, genomes) for key, evaluate in made.items()}
    seconds = median_cpu(calls, repeats=9, clock=time.perf_counter)
    return [
        {
            "1024 lasting controllers": backend,
            "one worker, s": seconds[backend, 1].median,
            "two workers, s": seconds[backend, WORKERS].median,
            "speed-up": seconds[backend, 1].median / seconds[backend, WORKERS].median,
            "best": seconds[backend, 1].best / seconds[backend, WORKERS].best,
        }
        for backend in ("threads", "processes")
    ]


def main() -> None:
    with ExitStack() as stack:
        executor = stack.enter_context(ProcessPoolExecutor(WORKERS, mp_context=get_context("forkserver")))
        calls = ours(stack, executor) | peers(stack, executor)
        seconds = median_cpu(calls, repeats=15, clock=time.perf_counter)
        rows = [
            {"1024 x 100 genes, two workers": name, "ms a generation": 1e3 * time.median, "best": 1e3 * time.best}
            for name, time in seconds.items()
        ]
        table("What handing out a generation costs", rows)
        faster = speed_up(stack)
        table(f"What a second worker is worth (load of the machine: {os.getloadavg()[0]:.1f})", faster)
    save("evaluator_overhead", {"overhead": rows, "speed_up": faster})


if __name__ == "__main__":
    main()
