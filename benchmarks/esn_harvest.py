"""States of a leaky tanh reservoir, one series after one input: microseconds a step.

The same matrices and the same series in every row; all end in the same states. PyRCN and the JAX nodes of ReservoirPy
are several times slower than ReservoirPy itself and are left out. A ring is also set against ReservoirPy's time at a
density of 0.1.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from _bench import median_cpu, pin, save, table
from scipy import sparse

from evorc.estimators import ReservoirTransformer

LEAK, RADIUS, REPEATS = 0.3, 0.9, 7
STEPS = {100: 4000, 300: 2000, 500: 2000, 1000: 1000, 2000: 300}
DENSITIES = (1.0, 0.1, "ring")
ASKED = {(100, 1.0): 5, (100, 0.1): 5, (300, 1.0): 2, (300, 0.1): 2, (500, 1.0): 1, (500, 0.1): 1.8}
ASKED |= {(1000, 1.0): 1, (1000, 0.1): 1.8, (2000, 1.0): 1, (2000, 0.1): 1.8, (500, "ring"): 20}
EVORC, SINGLE, RESERVOIRPY, NUMPY = "evorc", "evorc float32", "ReservoirPy", "NumPy loop"


def matrix(n_units: int, density: Any) -> Any:
    """Recurrent weights [target, source] of spectral radius about 0.9, as the peers want them."""
    rng = np.random.default_rng(n_units)
    if density == "ring":
        ring = (np.full(n_units, RADIUS), (np.arange(n_units), np.arange(n_units) - 1))
        return sparse.csr_array((ring[0], (ring[1][0], ring[1][1] % n_units)), shape=(n_units, n_units))
    scale = RADIUS / np.sqrt(n_units * density)  # the circular law
    weights = scale * rng.normal(size=(n_units, n_units)) * (rng.random((n_units, n_units)) < density)
    return weights if density == 1.0 else sparse.csr_array(weights)


def own(weights: Any, inputs: np.ndarray, series: np.ndarray, dtype: str) -> Callable[[], np.ndarray]:
    settings = {"spectral_radius": None, "leak_rate": LEAK, "topology": weights.T, "input_weights": inputs.T}
    return partial(ReservoirTransformer(len(inputs), **settings, dtype=dtype).fit(series).transform, series)


def numpy_loop(weights: Any, inputs: np.ndarray, series: np.ndarray) -> np.ndarray:
    x, states = np.zeros(len(inputs)), np.empty((len(series), len(inputs)))
    for t, u in enumerate(series):
        x = (1 - LEAK) * x + LEAK * np.tanh(weights @ x + inputs @ u)
        states[t] = x
    return states


def reservoirpy(weights: Any, inputs: np.ndarray, series: np.ndarray) -> Callable[[], np.ndarray] | None:
    """A run from rest, or None where it is not installed."""
    try:
        from reservoirpy.nodes import Reservoir
    except ImportError:
        return None
    node = Reservoir(W=weights, Win=inputs, lr=LEAK, bias=np.zeros(len(inputs)))

    def run() -> np.ndarray:
        if node.initialized:
            node.reset()
        return node.run(series)

    return run


def measured(n_units: int, density: Any) -> dict[str, Any]:
    """One row of the table."""
    rng, weights = np.random.default_rng(0), matrix(n_units, density)
    inputs, series = rng.uniform(-1, 1, (n_units, 1)), rng.uniform(-1, 1, (STEPS[n_units], 1))
    calls = {
        EVORC: own(weights, inputs, series, "float64"),
        SINGLE: own(weights, inputs, series, "float32"),
        NUMPY: partial(numpy_loop, weights, inputs, series),
    }
    if peer := reservoirpy(weights, inputs, series):
        calls[RESERVOIRPY] = peer
    for name, call in calls.items():
        tolerance = 1e-3 if name == SINGLE else 1e-12
        np.testing.assert_allclose(call(), calls[NUMPY](), tolerance, tolerance, err_msg=name)
    taken = {name: 1e6 * seconds.median / len(series) for name, seconds in median_cpu(calls, REPEATS).items()}
    row: dict[str, Any] = {"units": n_units, "density": density} | {name: float(t) for name, t in taken.items()}
    if peer:
        row["times ReservoirPy"] = float(taken[RESERVOIRPY] / taken[EVORC])
        row["asked"] = ASKED.get((n_units, density), "")
    return row


def main() -> None:
    pin()
    rows = [measured(n_units, density) for n_units in STEPS for density in DENSITIES]
    for sparse_row, ring in zip(rows[1::3], rows[2::3]):
        if RESERVOIRPY in sparse_row:
            ring["times ReservoirPy at 0.1"] = float(sparse_row[RESERVOIRPY] / ring[EVORC])
    table("Harvest of states, one series, microseconds a step", rows)
    save("esn_harvest", {"rows": rows})


if __name__ == "__main__":
    main()
