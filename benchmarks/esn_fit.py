"""Echo state networks on a Mackey-Glass series: learning, generating, sweeps of settings, and the memory of a long fit.

CPU time on one pinned thread, medians. A fit draws its reservoir, finds its spectral radius, drives it and solves the
ridge readout. The sweep fits 64 settings and scores each on rows that it has not learnt; ReservoirPy and the NumPy loop
do so one by one. PyRCN needs PyTorch, is several times slower than ReservoirPy, and is left out.
"""

import resource
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from _bench import median_cpu, pin, save, table
from scipy import linalg
from scipy.sparse import csr_array, random_array

from evorc.datasets import mackey_glass
from evorc.estimators import ESNRegressor
from evorc.search import SettingSearch

try:
    from reservoirpy.nodes import Reservoir, Ridge
except ImportError:
    Reservoir = None

UNITS, DENSITY, STEPS, GENERATED, LEAK, RADIUS, ALPHA = 500, 0.1, 10_000, 2000, 0.3, 0.9, 1e-6
WARMUP, REPEATS, MEBIBYTE = 100, 5, 1 << 20
SETTINGS, SWEPT_UNITS, SWEPT, LEARNT = 64, 100, 2000, 1600
RADII, LEAKS = np.linspace(0.3, 1.4, 8), np.linspace(0.2, 1.0, 8)
SWEEPS = {
    "8 radii x 8 leak rates": {"spectral_radius": RADII, "leak_rate": LEAKS},
    "4 x 4, 4 input scalings": {
        "spectral_radius": RADII[::2],
        "leak_rate": LEAKS[::2],
        "input_scaling": [0.1, 0.3, 1.0, 3.0],
    },
    "4 x 4, 4 alphas": {"spectral_radius": RADII[::2], "leak_rate": LEAKS[::2], "alpha": [1e-8, 1e-6, 1e-4, 1e-2]},
}
LONG, LIMIT = 1_000_000, 1024
EVORC, RESERVOIRPY, NUMPY = "evorc", "ReservoirPy", "NumPy loop"

Series = np.ndarray
Calls = dict[str, Callable[[], Any]]


def data(n_steps: int) -> tuple[Series, Series]:
    """A series [time, channel], and itself one step ahead."""
    series = np.asarray(mackey_glass(n_steps + 1)).reshape(-1, 1)
    series = series - series.mean()
    return series[:-1], series[1:]


def own(n_units: int = UNITS, **settings: Any) -> ESNRegressor:
    defaults = {"spectral_radius": RADIUS, "leak_rate": LEAK, "topology_options": {"density": DENSITY}, "alpha": ALPHA}
    return ESNRegressor(n_units, **defaults | settings)


def peer(
    n_units: int = UNITS, radius: float = RADIUS, leak: float = LEAK, scaling: float = 1.0, alpha: float = ALPHA
) -> Any:
    options = {"sr": radius, "lr": leak, "input_scaling": scaling, "rc_connectivity": DENSITY, "seed": 1}
    return Reservoir(n_units, **options) >> Ridge(ridge=alpha)


class Loop:
    """A leaky reservoir in plain NumPy and SciPy."""

    def __init__(
        self,
        n_units: int = UNITS,
        radius: float = RADIUS,
        leak: float = LEAK,
        scaling: float = 1.0,
        alpha: float = ALPHA,
    ) -> None:
        rng = np.random.default_rng(0)
        weights = random_array((n_units, n_units), density=DENSITY, rng=rng, data_sampler=rng.normal)
        self.recurrent = csr_array(weights * (radius / abs(linalg.eigvals(weights.toarray())).max()))
        self.inputs, self.leak, self.alpha = scaling * rng.uniform(-1, 1, n_units), leak, alpha
        self.x = np.zeros(n_units)

    def step(self, value: float) -> Series:
        self.x = (1 - self.leak) * self.x + self.leak * np.tanh(self.recurrent @ self.x + self.inputs * value)
        return self.x

    def fit(self, series: Series, targets: Series) -> "Loop":
        states = np.array([self.step(value) for value in series[:, 0]])
        centred, self.mean = states - states.mean(axis=0), targets.mean()
        moments = centred.T @ centred + self.alpha * np.eye(len(self.x))
        self.coef = linalg.solve(moments, centred.T @ (targets[:, 0] - self.mean), assume_a="pos")
        self.mean -= states.mean(axis=0) @ self.coef
        return self

    def generate(self, n_steps: int, series: Series) -> Series:
        for value in series[:, 0]:
            self.step(value)
        found = [self.x @ self.coef + self.mean]
        while len(found) < n_steps:
            found.append(self.step(found[-1]) @ self.coef + self.mean)
        return np.array(found)


def generate_by_peer(model: Any, series: Series) -> Series:
    """Step by step, as its manual does."""
    found = [model.run(series)[-1]]
    while len(found) < GENERATED:
        found.append(model(found[-1]))
    return np.array(found)


def fits() -> Calls:
    series, targets = data(STEPS)
    calls: Calls = {EVORC: lambda: own().fit(series, targets), NUMPY: lambda: Loop().fit(series, targets)}
    return calls | ({RESERVOIRPY: lambda: peer().fit(series, targets)} if Reservoir else {})


def generations() -> Calls:
    series, targets = data(STEPS)
    model, loop, last = own().fit(series, targets), Loop().fit(series, targets), series[-WARMUP:]
    calls: Calls = {
        EVORC: lambda: model.generate(GENERATED, warmup=last),
        NUMPY: lambda: loop.generate(GENERATED, last),
    }
    if Reservoir:
        fitted = peer().fit(series, targets)
        calls[RESERVOIRPY] = lambda: generate_by_peer(fitted, last)
    return calls


def sweeps(space: dict[str, Any]) -> Calls:
    series, targets = data(SWEPT)
    names = {"spectral_radius": "radius", "leak_rate": "leak", "input_scaling": "scaling", "alpha": "alpha"}
    settings = [dict(zip((names[name] for name in space), map(float, values))) for values in product(*space.values())]
    search = SettingSearch(own(SWEPT_UNITS), space, optimizer="grid", refit=False)

    def by_loop() -> list[Any]:
        errors = []
        for setting in settings:
            loop = Loop(SWEPT_UNITS, **setting).fit(series[:LEARNT], targets[:LEARNT])
            states = np.array([loop.step(value) for value in series[LEARNT:, 0]])
            errors.append(np.mean((states @ loop.coef + loop.mean - targets[LEARNT:, 0]) ** 2))
        return errors

    def by_peer() -> list[Any]:
        errors = []
        for setting in settings:
            model = peer(SWEPT_UNITS, **setting).fit(series[:LEARNT], targets[:LEARNT])
            errors.append(np.mean((model.run(series[LEARNT:]) - targets[LEARNT:]) ** 2))
        return errors

    return {EVORC: lambda: search.fit(series, targets), NUMPY: by_loop} | ({RESERVOIRPY: by_peer} if Reservoir else {})


def row(task: str, calls: Calls, asked: float | str) -> dict[str, Any]:
    """Milliseconds of each, and how many times faster than ReservoirPy this is."""
    taken = {name: 1e3 * seconds.median for name, seconds in median_cpu(calls, REPEATS).items()}
    times = float(taken[RESERVOIRPY] / taken[EVORC]) if RESERVOIRPY in taken else "not installed"
    return {"task": task} | {name: float(t) for name, t in taken.items()} | {"times ReservoirPy": times, "asked": asked}


def peak() -> float:
    """Most memory of this process so far, in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEBIBYTE


def long_fit() -> None:
    """Print the memory before and after a fit, both of this process; the series is its own 16 MB."""
    series = np.random.default_rng(0).normal(size=(LONG + 1, 1))
    before = peak()
    own().fit(series[:-1], series[1:])
    print(before, peak())


def memory() -> dict[str, Any]:
    """The long fit in a process of its own."""
    told = subprocess.run([sys.executable, __file__, "long"], capture_output=True, text=True, check=True).stdout
    before, after = map(float, told.split())
    return {"steps": LONG, "units": UNITS, "MiB before": before, "MiB at most": after, "asked, at most": LIMIT}


def main() -> None:
    pin()
    used = [
        memory()
    ]  # first: on some systems a new process counts the most memory of the one that started it as its own
    rows = [
        row(f"fit, {UNITS} units, {STEPS} steps", fits(), 1.5),
        row(f"generate {GENERATED} steps, {UNITS} units", generations(), 3),
        *[
            row(f"{SETTINGS} settings, {SWEPT_UNITS} units, {SWEPT} steps: {name}", sweeps(space), 10)
            for name, space in SWEEPS.items()
        ],
    ]
    table("Echo state networks, milliseconds", rows)
    table("Peak memory of a long fit", used)
    save("esn_fit", {"rows": rows, "memory": used})


if __name__ == "__main__":
    pin()
    long_fit() if sys.argv[1:] == ["long"] else main()
