"""What bidirectional associative memories of 256 x 128 units hold, rule by rule, and what noise and switching do.

A pair counts as held if recall from either layer gives both back without one wrong unit. The reference for Kosko's rule
is a simulation in plain NumPy of the same size. Recall is timed beside NumPy's matrix products on the same probes.
"""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from _bench import median_cpu, pin, save, table
from numpy.typing import NDArray
from scipy.linalg import expm

from evorc.networks.bam_energy import energy_trace
from evorc.networks.bam_memory import Memory, symmetric
from evorc.networks.bam_recall import recall
from evorc.networks.bam_rules import attach_dummies, correlation, multiple_training, prlab, pseudo_inverse
from evorc.networks.switched_bam import Mode, SwitchedBAM

Array = NDArray[np.float64]
N, M, DRAWS = 256, 128, 40
COUNTS = (8, 10, 12, 15, 20, 25, 30, 64)
REFERENCE = {8: 1.00, 10: 0.98, 12: 0.967, 15: 0.747, 20: 0.67, 25: 0.20, 30: 0.05}
GENERATOR = np.array([[-1.0, 0.7, 0.3], [2.0, -2.5, 0.5], [0.2, 1.8, -2.0]])


def pairs_of(n_pairs: int, seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], (n_pairs, N)), rng.choice([-1.0, 1.0], (n_pairs, M))


def held(memory: Memory, x: Array, y: Array, flips: float = 0.0) -> float:
    """Share of the pairs that come back from both sides, a share of the probe's units turned."""
    turned = np.random.default_rng(len(x))
    x_probes, y_probes = (s * np.where(turned.random(s.shape) < flips, -1.0, 1.0) for s in (x, y))
    answers = recall(memory, x_probes), recall(memory, y_probes, layer="y")
    whole = [(found.x == x).all(axis=1) & (found.y == y).all(axis=1) for found in answers]
    return float((whole[0] & whole[1]).mean())


def with_dummies(x: Array, y: Array, flips: float = 0.0) -> float:
    wide_x, wide_y = attach_dummies(x, y)
    return held(multiple_training(wide_x, wide_y), wide_x, wide_y, flips)


def shares(flips: float) -> list[dict[str, Any]]:
    rules: dict[str, Callable[..., float]] = {
        rule.__name__: partial(lambda rule, x, y, flips: held(rule(x, y), x, y, flips), rule)
        for rule in (correlation, multiple_training, prlab, pseudo_inverse)
    }
    rules["multiple_training, dummies"] = with_dummies
    rows = []
    for n_pairs in COUNTS:
        draws = [pairs_of(n_pairs, seed) for seed in range(DRAWS if n_pairs < 64 else 4)]
        row: dict[str, Any] = {"pairs": n_pairs}
        for name, share in rules.items():
            row[name] = float(np.mean([share(x, y, flips=flips) for x, y in draws]))
        rows.append(row | ({"correlation, reference": REFERENCE.get(n_pairs, "")} if not flips else {}))
    return rows


def rises() -> dict[str, Any]:
    """The largest rise of the energy in a step of 1,000 recalls from random probes."""
    rng, largest = np.random.default_rng(0), -np.inf
    for n_pairs in (12, 64):
        memory = correlation(*pairs_of(n_pairs, 0))
        for layer, n in (("x", N), ("y", M)):
            trace = energy_trace(memory, rng.choice([-1.0, 1.0], (250, n)), layer=layer, n_steps=20)  # type: ignore[arg-type]
            largest = max(largest, float(np.diff(trace, axis=0).max()))
    return {"recalls": 1000, "largest rise of the energy": largest}


def in_numpy(memory: Memory, probes: Array) -> Array:
    x, y = probes, np.ones((len(probes), M))
    while True:
        field = x @ memory.forward
        after_y = np.where(field > 0, 1.0, np.where(field < 0, -1.0, y))
        field = after_y @ memory.backward
        after_x = np.where(field > 0, 1.0, np.where(field < 0, -1.0, x))
        if np.array_equal(after_x, x) and np.array_equal(after_y, y):
            return y
        x, y = after_x, after_y


def speed() -> list[dict[str, Any]]:
    x, y = pairs_of(12, 0)
    memory, rng = correlation(x, y), np.random.default_rng(0)
    rows = []
    for n_probes in (1, 64, 1000):
        probes = x[rng.integers(0, 12, n_probes)]
        probes = probes * np.where(rng.random(probes.shape) < 0.1, -1.0, 1.0)
        found = median_cpu({"evorc": partial(recall, memory, probes), "NumPy": partial(in_numpy, memory, probes)}, 7)
        rows.append(
            {"probes": n_probes} | {f"{who}, us a probe": 1e6 * t.median / n_probes for who, t in found.items()}
        )
    return rows


def switching() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Share of time in each mode beside the stationary law; mean square beside the moment equation."""
    decay, noise = np.array([2.0, 1.0, 0.3]), np.array([0.4, 0.4, 0.8])
    modes = [Mode(memory=symmetric([[0.0]]), decay=a, relative_noise=q) for a, q in zip(decay, noise)]
    network = SwitchedBAM(modes, GENERATOR, dt=0.01)
    begin = np.ones((5000, 1))
    long = network.simulate(begin, begin, n_steps=20_000, record_every=10, random_state=0)
    share = np.bincount(long.mode.ravel(), minlength=3) / long.mode.size
    law = network.stationary_law
    occupancy = [
        {
            "mode": r,
            "share of time": float(share[r]),
            "stationary law": float(law[r]),
            "off by": float(share[r] / law[r] - 1),
        }
        for r in range(3)
    ]
    short = SwitchedBAM(modes, GENERATOR, dt=0.002).simulate(
        begin, begin, n_steps=1000, record_every=250, random_state=0
    )
    growth = GENERATOR + np.diag(noise**2 - 2 * decay)
    squares = [
        {"time": float(t), "mean square": float(found), "moment equation": float((law @ expm(t * growth)).sum())}
        for t, found in zip(short.time, ((short.x**2 + short.y**2) / 2).mean(axis=(1, 2)))
    ]
    return occupancy, squares


def main() -> None:
    pin()
    warnings.simplefilter("ignore", UserWarning)
    found = {"held": shares(0.0), "held with 10 % flips": shares(0.1)}
    found["energy"], found["recall"] = [rises()], speed()
    found["occupancy"], found["mean square"] = switching()
    titles = {
        "held": f"Share of random pairs held, {N} x {M} units",
        "held with 10 % flips": "The same from probes with 10 % of the units turned",
        "energy": "Energy of Kosko's rule",
        "recall": "Recall of 12 pairs from probes with 10 % flips",
        "occupancy": "Markov switching: share of time in each mode",
        "mean square": "Mean square of the switched memory, of which one mode alone would explode",
    }
    for name, rows in found.items():
        table(titles[name], rows)
    save("bam_capacity", {"n_x": N, "n_y": M, **found})


if __name__ == "__main__":
    main()
