"""How many patterns Hopfield networks hold, beside what theory says, and how low they cool a spin glass.

Overlaps of Hebb's rule against Amit, Gutfreund & Sompolinsky 1987, solved numerically; exactly stable patterns of
Hebb's, Storkey's and the pseudo-inverse rule; dense and modern memories; the energy of a spin glass; magnetisation
against m = tanh(m / T); and ten units against Boltzmann's law.
"""

import time
from itertools import product
from typing import Any

import numpy as np
from _bench import pin, save, table

from evorc.networks.dense_memory import DenseMemory, ModernMemory
from evorc.networks.hopfield_memory import Memory
from evorc.networks.hopfield_rules import hebb, pseudo_inverse, storkey
from evorc.networks.hopfield_theory import magnetisation, retrieval_overlap
from evorc.networks.quadratic import minimize, spin_glass

LOADS = {
    2000: (0.05, 0.10, 0.12, 0.13, 0.135, 0.14, 0.15, 0.16),
    4000: (0.05, 0.10, 0.12, 0.13, 0.135, 0.14, 0.15, 0.16),
}
SEEDS, PROBES = 3, 100
Row = dict[str, Any]


def signs(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.choice([-1.0, 1.0], shape)


def overlap_row(n: int, load: float) -> Row:
    found = []
    for seed in range(SEEDS):
        patterns = signs(np.random.default_rng(seed), round(load * n), n)
        states = Memory(hebb(patterns)).recall(patterns[:PROBES], random_state=seed).states
        found.append((states * patterns[:PROBES]).mean(axis=1))
    overlaps = np.concatenate(found)
    return {
        "load": load,
        "units": n,
        "overlap": float(overlaps.mean()),
        "theory": float(retrieval_overlap(load)),
        "above 0.9": float((overlaps > 0.9).mean()),
    }


def stable_row(rule: Any, n_patterns: int, n: int = 1000) -> Row:
    patterns = signs(np.random.default_rng(0), n_patterns, n)
    stable = ((patterns @ rule(patterns)) * patterns > 0).all(axis=1).mean()
    return {"rule": rule.__name__, "patterns": n_patterns, "units": n, "exactly stable": float(stable)}


def dense_row(degree: int, n_patterns: int) -> Row:
    rng = np.random.default_rng(0)
    patterns = signs(rng, n_patterns, 100)
    wrong = rng.permuted(np.arange(100) < np.full((n_patterns, 1), 5), axis=1)
    probes = np.where(wrong, -patterns, patterns)[:300]
    states = DenseMemory(patterns, degree=degree).recall(probes).states
    whole = float((states == patterns[:300]).all(axis=1).mean())
    return {"memory": f"dense, degree {degree}, 5 of 100 units wrong", "patterns": n_patterns, "recalled": whole}


def modern_row() -> Row:
    rng = np.random.default_rng(0)
    patterns = rng.normal(size=(100_000, 64))
    patterns *= 8.0 / np.linalg.norm(patterns, axis=1, keepdims=True)
    probes = patterns[:1000] + 0.3 * rng.normal(size=(1000, 64))
    states = ModernMemory(patterns).recall(probes, max_steps=1).states
    near = np.linalg.norm(states - patterns[:1000], axis=1) < 1e-4 * 8.0
    return {"memory": "modern, 64 units, one step, noise 0.3", "patterns": 100_000, "recalled": float(near.mean())}


def glass_row(seed: int) -> Row:
    glass = spin_glass(1000, random_state=seed).quadratic
    began = time.process_time()
    energy = minimize(glass, n_sweeps=2000, n_runs=4, random_state=seed).energy / 1000
    return {"spin glass": seed, "energy a unit": energy, "seconds": time.process_time() - began}


def magnet_row(temperature: float) -> Row:
    patterns = signs(np.random.default_rng(0), 2, 2000)
    options = {"temperature": temperature, "max_sweeps": 120, "record_every": 2000, "random_state": 0}
    trace = Memory(hebb(patterns)).recall(patterns[[0] * 20], **options).trace[:, 20:]
    m = float((trace @ patterns[0]).mean() / 2000)
    return {"temperature": temperature, "magnetisation": m, "theory": float(magnetisation(temperature))}


def boltzmann_distance() -> float:
    """Total variation between a million sampled states of ten units and Boltzmann's law."""
    rng = np.random.default_rng(0)
    w = np.triu(rng.normal(size=(10, 10)), 1) / 3.0
    memory, counts = Memory(w + w.T), np.zeros(1024)
    states = np.array(list(product((-1.0, 1.0), repeat=10)))
    law = np.exp(-memory.energy(states))
    for seed in range(5):
        options = {"temperature": 1.0, "max_sweeps": 1020, "record_every": 10, "random_state": seed}
        trace = memory.recall(signs(rng, 200, 10), **options).trace[:, 21:]
        counts += np.bincount(((trace > 0) @ 2 ** np.arange(9, -1, -1)).ravel(), minlength=1024)
    return float(0.5 * np.abs(counts / counts.sum() - law / law.sum()).sum())


def main() -> None:
    pin()
    overlaps = [overlap_row(n, load) for n, loads in LOADS.items() for load in loads]
    table("Hebb's rule: mean overlap of what is recalled from the patterns themselves", overlaps)
    stable = [stable_row(hebb, 72), stable_row(storkey, 269), stable_row(pseudo_inverse, 900)]
    table("Patterns of which no unit turns", stable)
    dense = [dense_row(2, 20), dense_row(3, 300), dense_row(4, 2000), modern_row()]
    table("Memories of steeper energies", dense)
    glasses = [glass_row(seed) for seed in range(5)]
    table("Sherrington & Kirkpatrick's spin glass, 1,000 units, the best of 4 runs of 2,000 sweeps", glasses)
    magnets = [magnet_row(temperature) for temperature in (0.3, 0.5, 0.7, 0.9, 1.2)]
    table("Two patterns in 2,000 units at a temperature", magnets)
    distance = boltzmann_distance()
    print(f"\nTen units, a million states: {distance:.4f} from Boltzmann's law (total variation)")
    tables = {"overlaps": overlaps, "stable": stable, "dense": dense, "glasses": glasses, "magnets": magnets}
    save("hopfield_capacity", {**tables, "boltzmann": distance})


if __name__ == "__main__":
    main()
