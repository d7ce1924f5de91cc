"""Recall of 100 probes with a tenth of their units wrong from a Hopfield network that holds 100 patterns.

CPU time on one pinned thread, a probe, in milliseconds: unit by unit and all units at once, beside `hopfieldnetwork`,
NumPy's product of all probes with the weights until none changes, and what Storkey's rule takes to learn. A field of 0
leaves a unit as it is; hopfieldnetwork takes it for a positive one.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from _bench import median_cpu, pin, save, table

from evorc.networks.hopfield_memory import Memory
from evorc.networks.hopfield_rules import hebb, storkey

try:
    from hopfieldnetwork import HopfieldNetwork
except ModuleNotFoundError:
    HopfieldNetwork = None

SIZES, PATTERNS, WRONG, REPEATS = (1000, 2000), 100, 0.1, 7
FEW = 10  # probes of the peer, which takes them one by one
TARGETS = {"evorc, asynchronous": {1000: 0.25, 2000: 1.0}}


def task(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    patterns = rng.choice([-1.0, 1.0], (PATTERNS, n))
    wrong = rng.permuted(np.arange(n) < np.full((PATTERNS, 1), WRONG * n), axis=1)
    return patterns, np.where(wrong, -patterns, patterns)


def numpy_loop(weights: np.ndarray, probes: np.ndarray) -> np.ndarray:
    """All units of all probes at once, until each is still or goes back and forth."""
    before = states = probes
    while True:
        fields = states @ weights
        new = np.where(fields == 0, states, np.sign(fields))
        if ((new == states).all(axis=1) | (new == before).all(axis=1)).all():
            return new
        before, states = states, new


def peer(weights: np.ndarray, probes: np.ndarray, mode: str) -> np.ndarray:
    """hopfieldnetwork's own loop to a fixed point, on floats: on its int8 the product is slower."""
    found = []
    network = HopfieldNetwork(N=weights.shape[0])
    network.w = weights
    for probe in probes[:FEW]:
        network.set_initial_neurons_state(probe.copy())
        network.update_neurons(1, mode, run_max=True)
        found.append(network.S)
    return np.array(found)


def naive_storkey(patterns: np.ndarray) -> np.ndarray:
    n = patterns.shape[1]
    weights = np.zeros((n, n))
    for x in patterns:
        local = (weights @ x)[:, None] - weights * x
        weights += (np.outer(x, x) - x[:, None] * local.T - local * x) / n
        np.fill_diagonal(weights, 0.0)
    return weights


def recalls(n: int) -> dict[str, tuple[Callable[[], np.ndarray], int]]:
    """What is timed, and for how many probes."""
    patterns, probes = task(n)
    weights = hebb(patterns)
    memory = Memory(weights)
    other = Memory(storkey(patterns))
    single = weights.astype(np.float32), probes.astype(np.float32)
    calls: dict[str, tuple[Callable[[], np.ndarray], int]] = {
        "evorc, asynchronous": (lambda: memory.recall(probes, random_state=0).states, PATTERNS),
        "evorc, asynchronous, Storkey": (lambda: other.recall(probes, random_state=0).states, PATTERNS),
        "evorc, synchronous": (lambda: memory.recall(probes, update="synchronous").states, PATTERNS),
        "NumPy loop, synchronous, float64": (lambda: numpy_loop(weights, probes), PATTERNS),
        "NumPy loop, synchronous, float32": (lambda: numpy_loop(*single), PATTERNS),
    }
    if HopfieldNetwork is not None:
        calls["hopfieldnetwork, asynchronous"] = (partial(peer, weights, probes, "async"), FEW)
        calls["hopfieldnetwork, synchronous"] = (partial(peer, weights, probes, "sync"), FEW)
    return calls


def rows_of(n: int) -> list[dict[str, Any]]:
    calls, patterns = recalls(n), task(n)[0]
    taken = median_cpu({name: call for name, (call, _) in calls.items()}, REPEATS)
    rows = []
    for name, (call, count) in calls.items():
        found = call()
        rows.append(
            {
                "recall": name,
                "units": n,
                "ms a probe": 1e3 * taken[name].median / count,
                "recalled whole": float((found == patterns[:count]).all(axis=1).mean()),
                "at most": TARGETS.get(name, {}).get(n, ""),
            }
        )
    if HopfieldNetwork is None:
        rows.append({"recall": "hopfieldnetwork", "units": n, "ms a probe": "not installed"})
    return rows


def learning() -> list[dict[str, Any]]:
    patterns = np.random.default_rng(0).choice([-1.0, 1.0], (200, 1000))
    taken = median_cpu({"evorc": lambda: storkey(patterns), "NumPy": lambda: naive_storkey(patterns)}, 3)
    return [{"Storkey's rule": name, "seconds": each.median} for name, each in taken.items()]


def main() -> None:
    np.random.seed(0)  # hopfieldnetwork knows no other  # noqa: NPY002
    pin()
    rows = [row for n in SIZES for row in rows_of(n)]
    table(f"Recall of {PATTERNS} patterns with {WRONG:.0%} of the units wrong", rows)
    learnt = learning()
    table("Learning 200 patterns in 1,000 units", learnt)
    save("hopfield_recall", {"patterns": PATTERNS, "wrong": WRONG, "rows": rows, "learning": learnt})


if __name__ == "__main__":
    main()
