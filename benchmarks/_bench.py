"""What the benchmarks share: one pinned thread, medians of CPU time, a table, and JSON that names the machine.

Where a peer is JAX, import it first: XLA reads its settings once.
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from threadpoolctl import threadpool_limits

from evorc.run.folder import processor, versions

os.environ |= {
    "JAX_PLATFORMS": "cpu",
    "JAX_ENABLE_X64": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}

RESULTS = Path(__file__).parent / "results"
TURN = 0.05
Name = TypeVar("Name")
PEERS = ("deap", "pyswarms", "jax", "neat-python", "reservoirpy", "hopfieldnetwork")
PACKAGES = ("evorc", "numpy", "numba", "scipy", *PEERS)


def pin() -> None:
    """Keep this process on the last core that it may use, where the system can, and its libraries to one thread."""
    threadpool_limits(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


class Seconds(NamedTuple):
    """What a call takes."""

    median: float
    best: float


def median_cpu(
    calls: Mapping[Name, Callable[[], Any]], repeats: int, clock: Callable[[], float] = time.process_time
) -> dict[Name, Seconds]:
    """CPU time of each call, after one that does not count. They take turns, so that all meet the same machine.

    A turn is as many calls as fill `TURN` seconds: the first of them finds the caches full of another's data.
    """
    turns = {}
    for name, function in calls.items():
        function()
        turns[name] = max(1, int(TURN / _time(function, 1, clock)))
    taken: dict[Name, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, function in calls.items():
            taken[name].append(_time(function, turns[name], clock))
    return {name: Seconds(statistics.median(laps), min(laps)) for name, laps in taken.items()}


def _time(function: Callable[[], Any], times: int, clock: Callable[[], float]) -> float:
    """Mean seconds of a call."""
    began = clock()
    for _ in range(times):
        function()
    return max(clock() - began, 1e-9) / times


def table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows under their keys."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [columns, *([_text(row.get(column, "")) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    print(f"\n{title}\n{machine()['cpu']}")
    for line in cells:
        first, *rest = (cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths)))
        print("  ".join([first, *rest]))


def save(name: str, payload: Mapping[str, Any]) -> Path:
    """Write `benchmarks/results/<name>.json`: the payload, and what the machine was."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(json.dumps({**payload, "machine": machine()}, indent=2) + "\n")
    unfinished.replace(path)
    return path


def saved(name: str) -> dict[str, Any]:
    """What a benchmark saved before; nothing if it has not been run."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def machine() -> dict[str, Any]:
    """CPU, Python and package versions."""
    return {
        "cpu": processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    } | versions(PACKAGES)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
