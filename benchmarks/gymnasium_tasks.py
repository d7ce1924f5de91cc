"""Gymnasium's continuous and harder tasks by small recurrent networks: mean return of 100 unseen episodes.

Each task runs as its experiment file beside the scenarios says, with two worker processes, for some seeds (the first
argument, 3 by default) and for at most so many minutes a seed (the second, 20). Where the environment has a reward
threshold, a run ends when a champion has passed it in the file's unseen episodes, 100 or more; since that test ends the
search, it then plays 100 others, of another seed: their mean is shown. More arguments name tasks, whose rows are
replaced in the results.
"""

import sys
import time
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from _bench import save, saved, table

from evorc.run import build
from evorc.run.settings import find, read

OTHERS = 100
ASKED = {
    "mountain_car": 90.0,
    "inverted_double_pendulum": 9100.0,
    "lunar_lander": 200.0,
    "swimmer": None,
    "bipedal_walker": None,
}


def solve(name: str, seed: int, minutes: float) -> dict[str, Any]:
    """One run, and what its champion does in other unseen episodes."""
    settings, _ = read(find(name))
    settings.run.random_state, settings.stop.max_seconds = seed, 60.0 * minutes
    began = time.perf_counter()
    with build(settings, name) as evolution:
        result = evolution.run()
        unseen = replace(result.problem.scenario.tests["unseen"].scenario, trials=OTHERS)
        others = replace(result.problem, scenario=unseen, seed=10_000 + seed).scores(result.best.genome[None])
    return {
        "task": name,
        "seed": seed,
        "genes": result.problem.genome.n_genes,
        "solved": result.solved,
        "evaluations": result.evaluations,
        "training": result.best.fitness,
        "100 others": float(others.mean()),
        "asked": ASKED[name],
        "minutes": (time.perf_counter() - began) / 60.0,
    }


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    names = sys.argv[3:] or [*ASKED]
    rows = [row for row in saved("gymnasium_tasks").get("rows", []) if row["task"] not in names]
    for name, seed in product(names, range(seeds)):
        rows.append(solve(name, seed, minutes))
        save("gymnasium_tasks", {"rows": rows})
    table("Mean return of 100 unseen episodes", rows)
    for name in {row["task"] for row in rows}:
        found = [row["100 others"] for row in rows if row["task"] == name]
        print(f"{name}: best {max(found):.1f}, median {np.median(found):.1f} of {len(found)} seeds")


if __name__ == "__main__":
    main()
