"""A population of CTRNNs driven by one series runs faster in lanes than by any other means on one core.

10 neurons, fully connected, 1000 Euler steps of 0.01 on a sine, 1024 individuals. Neuron-steps a second; every row but
neat-python's ends in the same states.
"""

import numpy as np
from _bench import median_cpu, pin, save, table  # first: it sets how many threads the libraries may start
from _peers_ctrnn import batched_numpy, jax_scan, naive_numba, neat_python

from evorc.kernels.drive import in_lanes, run_through
from evorc.kernels.layout import Population
from evorc.networks import CTRNN, Size

NEURONS, INDIVIDUALS, STEPS, DT = 10, 1024, 1000, 0.01
LANES = 128
FEW = 2  # individuals for neat-python
TOLERANCE = {"float64": 1e-6, "float32": 1e-3}
NAIVE, JAX = "naive Numba loop", "JAX jit(vmap(scan))"


def problem(dtype: str) -> tuple[list[np.ndarray], Population]:
    """Random networks, as the peers want them and as evorc does."""
    generator = np.random.default_rng(0)
    recurrent = generator.normal(size=(INDIVIDUALS, NEURONS, NEURONS))
    inputs, theta = generator.normal(size=(2, INDIVIDUALS, NEURONS))
    log_tau = generator.uniform(np.log(0.5), np.log(5.0), theta.shape)
    series = np.sin(2 * np.pi * 0.5 * DT * np.arange(STEPS))
    parameters = {"recurrent": recurrent, "inputs": inputs[:, None], "theta": theta, "log_tau": log_tau}
    population = CTRNN(n_neurons=NEURONS, dtype=dtype).population(parameters, Size(inputs=1, outputs=1))
    return [a.astype(dtype) for a in (recurrent, inputs, theta, np.exp(-log_tau), series)], population


def in_blocks(population: Population, series: np.ndarray) -> np.ndarray:
    """Final states [individual, neuron], a block of lanes after the other."""
    step = CTRNN(n_neurons=NEURONS).step
    shared = np.repeat(series[:, None, None], LANES, axis=2)
    final = []
    for first in range(0, INDIVIDUALS, LANES):
        weights, state = in_lanes(Population(*(part[first : first + LANES] for part in population)), DT)
        run_through(step, weights, state, shared)
        final.append(state.memory[0].T)
    return np.concatenate(final)


def rates(dtype: str) -> dict[str, dict[str, float | None]]:
    """Neuron-steps a second of every row in one precision, after a check that all end in the same states."""
    arrays, population = problem(dtype)
    arguments = (*arrays, np.dtype(dtype).type(DT))
    jax, neat = jax_scan(), neat_python() if dtype == "float64" else None
    few = [*(a[:FEW] for a in arrays[:4]), *arguments[4:]]
    calls = {
        "evorc": lambda: in_blocks(population, arrays[4]),
        NAIVE: lambda: naive_numba(*arguments),
        "batched NumPy": lambda: batched_numpy(*arguments),
        **({JAX: lambda: jax(*arguments)} if jax else {}),
    }
    expected = naive_numba(*arguments)
    for name, call in calls.items():
        np.testing.assert_allclose(call(), expected, TOLERANCE[dtype], TOLERANCE[dtype], err_msg=name)
    seconds = median_cpu(calls | ({"neat-python CTRNN": lambda: neat(*few)} if neat else {}), repeats=9)
    share = {"neat-python CTRNN": FEW / INDIVIDUALS}
    whole = NEURONS * INDIVIDUALS * STEPS
    return {
        name: {"median": share.get(name, 1.0) * whole / time.median, "best": share.get(name, 1.0) * whole / time.best}
        for name, time in seconds.items()
    }


def main() -> None:
    pin()
    found = {dtype: rates(dtype) for dtype in ("float64", "float32")}
    empty = {"median": None, "best": None}
    rows = []
    for name in ("evorc", JAX, NAIVE, "batched NumPy", "neat-python CTRNN"):
        row: dict[str, object] = {"neuron-steps/s": name}
        for dtype in found if name != "neat-python CTRNN" else ["float64"]:
            row |= {f"{dtype} {kind}": rate for kind, rate in found[dtype].get(name, empty).items()}
        rows.append({"neuron-steps/s": name} | dict.fromkeys(["float64 median", "float64 best"]) | row)
    for row in rows:
        for kind in ("median", "best"):
            row.setdefault(f"float32 {kind}", "-")
    table("CTRNN, 10 neurons, 1000 Euler steps, 1024 individuals, one core", rows)
    ratios = {
        f"{dtype}, times {peer}": found[dtype]["evorc"]["median"] / found[dtype][peer]["median"]
        for dtype in found
        for peer in (NAIVE, JAX)
        if peer in found[dtype]
    }
    for name, ratio in ratios.items():
        print(f"  evorc {name}: {ratio:.2f}")
    save("ctrnn_population", {"rows": rows, "ratios": ratios})


if __name__ == "__main__":
    main()
