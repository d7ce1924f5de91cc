"""SHA-256 of the fitnesses of fixed genomes: the same on every x86-64 CPU and in every version.

A change that is meant to change them writes them anew: `EVORC_WRITE_GOLDEN=1 pytest tests/golden`.
"""

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
from kernels.worlds import drifter

from evorc.evaluate import PopulationEvaluator
from evorc.networks import CTRNN, Feedforward, FullyRecurrent
from evorc.scenario import load_scenario

FILE = Path(__file__).with_name("fitnesses.json")
NETWORKS = {
    "ctrnn": (CTRNN, {"n_neurons": 3, "tau_bounds": (0.05, 2.0)}),
    "ctrnn rk4": (CTRNN, {"n_neurons": 3, "tau_bounds": (0.05, 2.0), "integrator": "rk4"}),
    "fully recurrent": (FullyRecurrent, {"n_neurons": 2, "bias": True}),
    "feedforward": (Feedforward, {"n_hidden": 3}),
}
SCENARIOS = {
    "double pole": lambda: load_scenario("double_pole"),
    "double pole, damping": lambda: load_scenario("double_pole", fitness="damping", velocities=True),
    "drifter": lambda: drifter(trials=3),
}
CASES = [(s, n, dtype) for s in SCENARIOS for n in NETWORKS for dtype in ("float64", "float32")]


def genomes_of(bounds, n=512):
    """Genomes within bounds that are the same in every version of NumPy: multiples of the golden ratio, modulo 1."""
    low, high = bounds.T
    return low + (high - low) * (np.arange(1.0, n * len(bounds) + 1) * 0.6180339887498949 % 1.0).reshape(n, -1)


def digest(scenario, network, dtype):
    kind, settings = NETWORKS[network]
    evaluator = PopulationEvaluator(SCENARIOS[scenario](), kind(dtype=dtype, **settings))
    fitness = evaluator(genomes_of(evaluator.bounds)).fitness
    return hashlib.sha256(np.where(np.isnan(fitness), np.nan, fitness).tobytes()).hexdigest()


@pytest.fixture(scope="module")
def golden():
    """The recorded digests by case; recorded anew if asked to."""
    if os.environ.get("EVORC_WRITE_GOLDEN"):
        found = {", ".join(case): digest(*case) for case in CASES}
        FILE.write_text(json.dumps(found, indent=2) + "\n")
    return json.loads(FILE.read_text())


@pytest.mark.parametrize("case", CASES, ids=", ".join)
def test_the_fitnesses_are_those_recorded(case, golden):
    assert digest(*case) == golden[", ".join(case)]


def test_nothing_else_is_recorded(golden):
    assert sorted(golden) == sorted(map(", ".join, CASES))
