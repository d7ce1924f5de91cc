"""A population of CTRNNs driven by one series runs faster in lanes than by any other means on one core.

10 neurons, fully connected, 1000 Euler steps of 0.01 on a sine, 1024 individuals. Neuron-steps a second; every row but
neat-python's ends in the same states.
"""

from functools import partial

import numpy as np
from _bench import Seconds, median_cpu, pin, save, table
from _peers_ctrnn import batched_numpy, jax_scan, naive_numba, neat_python

from evorc.kernels.drive import in_lanes, run_through
from evorc.kernels.layout import Population
from evorc.networks import CTRNN, Size

NEURONS, INDIVIDUALS, STEPS, DT = 10, 1024, 1000, 0.01
LANES = 176  # of 128 to 256 the fastest
FEW = 2  # individuals for neat-python
TOLERANCE = {"float64": 1e-6, "float32": 1e-3}
EVORC, NAIVE, JAX, NEAT = "evorc", "naive Numba loop", "JAX jit(vmap(scan))", "neat-python CTRNN"


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
        run_through(step, weights, state, shared[:, :, : state.output.shape[1]])
        final.append(state.memory[0].T)
    return np.concatenate(final)


def rates(dtype: str) -> dict[str, Seconds]:
    """Neuron-steps a second of every row in one precision, after a check that all end in the same states."""
    arrays, population = problem(dtype)
    arguments = (*arrays, np.dtype(dtype).type(DT))
    calls = {
        EVORC: partial(in_blocks, population, arrays[4]),
        NAIVE: partial(naive_numba, *arguments),
        "batched NumPy": partial(batched_numpy, *arguments),
    }
    if jax := jax_scan():
        calls[JAX] = partial(jax, *arguments)
    expected = naive_numba(*arguments)
    for name, call in calls.items():
        np.testing.assert_allclose(call(), expected, TOLERANCE[dtype], TOLERANCE[dtype], err_msg=name)
    if (neat := neat_python()) and dtype == "float64":
        calls[NEAT] = partial(neat, *(part[:FEW] for part in arrays[:4]), *arguments[4:])
    work = {name: NEURONS * STEPS * (FEW if name == NEAT else INDIVIDUALS) for name in calls}
    seconds = median_cpu(calls, repeats=9)
    return {name: Seconds(work[name] / time.median, work[name] / time.best) for name, time in seconds.items()}


def row(name: str, found: dict[str, dict[str, Seconds]]) -> dict[str, object]:
    cells: dict[str, object] = {"neuron-steps/s": name}
    for dtype, rate in found.items():
        missing = "-" if name == NEAT and dtype == "float32" else "not installed"
        cells[dtype], cells[f"{dtype} best"] = rate.get(name, (missing, missing))
    return cells


def main() -> None:
    pin()
    found = {dtype: rates(dtype) for dtype in TOLERANCE}
    rows = [row(name, found) for name in (EVORC, JAX, NAIVE, "batched NumPy", NEAT)]
    table("CTRNN, 10 neurons, 1000 Euler steps, 1024 individuals, one core", rows)
    times = [
        {"evorc is times": peer}
        | {dtype: float(rate[EVORC].median / rate[peer].median) for dtype, rate in found.items() if peer in rate}
        for peer in (JAX, NAIVE, "batched NumPy", NEAT)
    ]
    table("The same as ratios of medians", times)
    save("ctrnn_population", {"rows": rows, "evorc is times": times})


if __name__ == "__main__":
    main()
