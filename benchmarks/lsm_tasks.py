"""What a liquid is worth: templates to remember, exclusive or, separation, digits. Each beside a control without it.

Controls are linear readouts of the input itself: its trains filtered with exp(-t / 30 ms), as the liquid's are, and
with three time constants up to 300 ms, which is memory that the liquid was not given. Features are not standardised.
One row has noise of 1 % on the states (0.1 mV, 0.01 of a trace): what it loses, a readout
reads from the last digits.

Templates are remembered by two kinds of columns: that of Maass et al. (2002), its input doubled, and one whose global
parameters were found by 150 steps of a random search for the previous segment at a jitter of 8 ms, on eight other
columns with templates of their own. Its background is weaker and its synaptic currents last six times as long.
"""

import warnings
from itertools import product
from typing import Any

import numpy as np
from _bench import pin, save, table
from sklearn.datasets import load_digits
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import train_test_split

from evorc.datasets.spikes import jittered_templates, segment_recall, temporal_xor
from evorc.metrics import generalisation_rank, kernel_rank
from evorc.networks.lsm import LSM
from evorc.networks.lsm_analysis import pair_at_distance, separation
from evorc.networks.lsm_neurons import LIF
from evorc.networks.spikes import poisson_spikes, spikes_of_bins

COLUMNS, LEARNT, TESTED = 10, 400, 200
JITTERS, DISTANCES, PAIRS = (4.0, 8.0), (0.1, 0.2, 0.4), 200
ASKED = {4.0: 88.0, 8.0: 80.0}
SHORT, LONG = (30.0,), (30.0, 100.0, 300.0)
ROW, LEVELS, SPLITS = 40.0, 4, 3
FOUND: dict[str, Any] = {
    "scales": (4.0, 0.7, 2.0, 1.3),
    "length": 1.3,
    "input_scale": 0.6,
    "neuron": LIF(background=12.0),
    "tau_synapse": (18.0, 36.0),
}
COLUMN: dict[str, dict[str, Any]] = {"Maass et al.": {"input_scale": 2.0}, "found": FOUND}


def traces(trains: Any, n_channels: int, reads: Any, slows: tuple[float, ...]) -> np.ndarray:
    """The input filtered, [series, read * channel * time constant]."""
    found = np.zeros((len(trains), len(reads), n_channels, len(slows)))
    for k, (times, channels) in enumerate(trains):
        for r, read in enumerate(reads):
            past = times < read
            for j, slow in enumerate(slows):
                np.add.at(found[k, r, :, j], channels[past], np.exp((times[past] - read) / slow))
    return found.reshape(len(trains), -1)


def right(states: np.ndarray, labels: np.ndarray, learnt: Any, tested: Any) -> float:
    """Percent right of a ridge readout, its penalty by leave-one-out on what it learns from."""
    model = RidgeClassifierCV(np.logspace(-4, 4, 17))
    return 100.0 * float(model.fit(states[learnt], labels[learnt]).score(states[tested], labels[tested]))


def remembered(task: Any, target: np.ndarray, seed: int, n_channels: int, network: LSM) -> dict[str, float]:
    learnt, tested = slice(LEARNT), slice(LEARNT, LEARNT + TESTED)
    response = network.draw(n_channels).run(task.trains, duration=task.duration)
    found = {f"liquid, {kind}": response.states(kind)[:, -1] for kind in ("filtered", "both")}
    size = np.repeat([0.01, 0.1], network.n_neurons)
    found["both, noise"] = found["liquid, both"] + np.random.default_rng(seed).normal(
        0.0, size, found["liquid, both"].shape
    )
    found |= {
        name: traces(task.trains, n_channels, [task.duration], slows)
        for name, slows in (("no liquid, 30 ms", SHORT), ("no liquid, 30 to 300 ms", LONG))
    }
    return {name: right(states, target, learnt, tested) for name, states in found.items()} | {"Hz": response.rate}


def averaged(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def templates() -> list[dict[str, Any]]:
    """Which template a segment was, read at the end: means over columns, each with templates of its own."""
    found = []
    for jitter, (kind, settings) in product(JITTERS, COLUMN.items()):
        drawn = [jittered_templates(LEARNT + TESTED, jitter=jitter, random_state=seed) for seed in range(COLUMNS)]
        for number, name in ((0, "previous"), (1, "last")):
            rows = [
                remembered(task, task.targets[:, number], seed, 1, LSM(random_state=seed, **settings))
                for seed, task in enumerate(drawn)
            ]
            asked = ASKED[jitter] if name == "previous" else ""
            found.append({"jitter ms": jitter, "column": kind, "segment": name, **averaged(rows), "asked": asked})
    return found


def other_tasks() -> list[dict[str, Any]]:
    found = []
    drawn = [segment_recall(LEARNT + TESTED, n_channels=4, random_state=seed) for seed in range(3)]
    for back in range(4):
        rows = [
            remembered(task, task.targets[:, 3 - back], seed, 4, LSM(input_scale=2.0, random_state=seed))
            for seed, task in enumerate(drawn)
        ]
        found.append({"task": f"recall, {back} segments back", **averaged(rows)})
    drawn = [temporal_xor(LEARNT + TESTED, random_state=seed) for seed in range(3)]
    rows = [
        remembered(task, task.targets, seed, 4, LSM(input_scale=2.0, random_state=seed))
        for seed, task in enumerate(drawn)
    ]
    return [*found, {"task": "temporal xor", **averaged(rows)}]


def separated() -> list[dict[str, Any]]:
    """Mean distance of the states of 200 pairs of inputs, and of one input from two starts."""
    reads, liquid = np.arange(100.0, 501.0, 100.0), LSM().draw(1)
    found = []
    for distance in (0.0, *DISTANCES):
        pairs = [pair_at_distance(distance, random_state=k) for k in range(PAIRS)]
        other = liquid if distance else liquid.restarted(1)
        first = liquid.run([pair[0] for pair in pairs], duration=500.0, read_times=reads)
        second = other.run([pair[1] for pair in pairs], duration=500.0, read_times=reads)
        name = distance if distance else "0, another start"
        found.append({"d": name} | {f"{t:.0f} ms": float(s) for t, s in zip(reads, separation(first, second))})
    return found


def ranks() -> list[dict[str, Any]]:
    """Of 135 inputs that differ, and of 135 versions of one with a jitter of 1 ms."""
    found = []
    for scale in (0.5, 1.0, 2.0, 4.0):
        liquid = LSM(input_scale=scale).draw(4)
        different = [poisson_spikes(4, 500.0, 20.0, k) for k in range(135)]
        alike = jittered_templates(
            135, n_segments=1, n_templates=1, segment=500.0, jitter=1.0, n_channels=4, random_state=0
        )
        wide, narrow = (liquid.run(trains, duration=500.0) for trains in (different, alike.trains))
        kernel, general = (run.states()[:, -1] for run in (wide, narrow))
        found.append(
            {
                "input scale": scale,
                "Hz": float(wide.rate),
                "kernel rank": kernel_rank(kernel, tolerance=0.01),
                "generalisation rank": generalisation_rank(general, tolerance=0.01),
            }
        )
    return found


def digits() -> list[dict[str, Any]]:
    """Rows of a digit, one after the other, 0 to 4 spikes a pixel; the state is read after each of the eight rows."""
    images, labels = load_digits().images / 16.0, load_digits().target
    trains = [spikes_of_bins(np.rint(image * LEVELS), width=ROW) for image in images]
    reads = ROW * np.arange(1.0, 9.0)
    network = LSM(n_columns=4, scales=(0.5, 0.5, 1.0, 1.0))
    response = network.draw(8).run(trains, duration=8 * ROW, read_times=reads)
    states = response.states()
    found = {
        "liquid, eight reads": states.reshape(len(states), -1),
        "no liquid, eight reads, 30 ms": traces(trains, 8, reads, SHORT),
        "liquid, last read": states[:, -1],
        "no liquid, last read, 30 ms": traces(trains, 8, reads[-1:], SHORT),
        "no liquid, last read, 30 to 300 ms": traces(trains, 8, reads[-1:], LONG),
        "pixels, all at once": images.reshape(len(images), -1),
    }
    splits = [
        train_test_split(np.arange(len(labels)), test_size=0.3, stratify=labels, random_state=seed)
        for seed in range(SPLITS)
    ]
    return [
        {"digits": name, "right %": float(np.mean([right(x, labels, *split) for split in splits]))}
        for name, x in found.items()
    ]


def main() -> None:
    pin()
    warnings.simplefilter("ignore")
    payload = {}
    for name, title, made in (
        ("templates", f"Two segments of 250 ms at 20 Hz, read at 500 ms, right % of {COLUMNS} columns", templates),
        ("separation", f"Distance of states, {PAIRS} pairs", separated),
        ("digits", f"Digits as eight rows of spikes, means of {SPLITS} splits", digits),
        ("others", "Four segments of 250 ms, 4 channels, and an exclusive or, right %", other_tasks),
        ("ranks", "Ranks of the states after 135 inputs", ranks),
    ):
        payload[name] = made()
        table(title, payload[name])
    save("lsm_tasks", payload)


if __name__ == "__main__":
    main()
