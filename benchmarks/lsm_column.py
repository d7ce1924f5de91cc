"""The column of 135 neurons with dynamic synapses and delays, 0.1 ms steps: CPU milliseconds a biological second.

Beside it Brian2 with its cython target, same wiring and same input, and how many of its spikes are met within one
step. The same for the other neuron models; single precision and learning (STDP) stand beside them. Brian2 may need
another NumPy: name an interpreter that has it in BRIAN2_PYTHON. Then large networks, whose cost should follow spikes
times fan-out.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from _bench import median_cpu, pin, save, table

from evorc.networks.lsm import LSM
from evorc.networks.lsm_column import static
from evorc.networks.lsm_liquid import Liquid, Response
from evorc.networks.lsm_neurons import LIF, ConductanceLIF, Izhikevich, Neuron
from evorc.networks.lsm_parameters import PATHWAYS
from evorc.networks.lsm_plasticity import STDP
from evorc.networks.spikes import Spikes, poisson_spikes

SECOND, RATE, CHANNELS, REPEATS = 1000.0, 20.0, 4, 7
SIDE_BY_SIDE = 64
SIZES = {1000: 1.0, 3000: 1.0, 10_000: 1.0}  # seconds
DENSITY, OF_LARGE = 0.01, 0.6


def trains(n: int, duration: float = SECOND) -> list[Spikes]:
    """Input on the steps, so that both round alike, and none at 0, before Brian2 begins."""
    found = [poisson_spikes(CHANNELS, duration - 1.0, RATE, k) for k in range(n)]
    return [Spikes(np.round(times + 0.1, 1), channels) for times, channels in found]


class Column(NamedTuple):
    """A call to be timed."""

    title: str  # of the table
    name: str
    liquid: Liquid
    call: Callable[[], Response]
    size: int  # columns, or series


def columns() -> list[Column]:
    each, some = trains(1), trains(SIDE_BY_SIDE)
    found = []

    def add(title: str, name: str, liquid: Liquid, given: list[Spikes], size: int) -> None:
        found.append(Column(title, name, liquid, partial(liquid.run, given, duration=SECOND), size))

    for title, before, network in (
        ("rows", "", LSM()),
        ("conductances", "", LSM(neuron=ConductanceLIF())),
        ("izhikevich", "", LSM(neuron=Izhikevich())),
        ("others", "float32, ", LSM(dtype="float32")),
    ):
        liquid = network.draw(CHANNELS)
        add(title, f"{before}one column", liquid, each, 1)
        add(title, f"{before}{SIDE_BY_SIDE} series through one column", liquid, some, SIDE_BY_SIDE)
    add("rows", f"{SIDE_BY_SIDE} columns, one series", LSM(n_columns=SIDE_BY_SIDE).draw(CHANNELS), each, SIDE_BY_SIDE)
    one = found[0].liquid
    found.append(Column("others", "STDP", one, lambda: one.learn(each, duration=SECOND, rule=STDP())[1], 1))
    return found


def measured(calls: list[Column]) -> dict[str, list[dict[str, Any]]]:
    """Rows of each table."""
    taken = median_cpu({number: column.call for number, column in enumerate(calls)}, REPEATS)
    rows: dict[str, list[dict[str, Any]]] = {column.title: [] for column in calls}
    for number, column in enumerate(calls):
        row = {
            "": column.name,
            "ms a second and column": 1e3 * taken[number].median / column.size,
            "best": 1e3 * taken[number].best / column.size,
            "Hz": float(column.call().rate),
            "synapses": len(column.liquid.connections.sources) // column.liquid.network.n_columns,
        }
        rows[column.title].append(row)
    return rows


def brian2(liquid: Liquid, train: Spikes) -> dict[str, Any] | None:
    """What Brian2 took, and the share of spikes that have a partner within one step; None without Brian2."""
    given = {f"{name}_{part}": value for name, made in parts(liquid).items() for part, value in made._asdict().items()}
    traits, model = liquid.traits, type(liquid.network.neuron).__name__
    with tempfile.TemporaryDirectory() as folder:
        wiring, answer, spikes = (Path(folder) / name for name in ("wiring.npz", "answer.json", "spikes.npz"))
        own = {"potentials": liquid.first_potentials, "pauses": traits.pause + liquid.network.dt, "model": model}
        own |= {"n_inputs": liquid.n_inputs, "reset": traits.reset, "jump": traits.jump}
        own |= {"params": traits.params} if len(traits.params) else {}
        np.savez(wiring, **given, **own, times=train.times, channels=train.channels)
        python = os.environ.get("BRIAN2_PYTHON", sys.executable)
        peer = Path(__file__).with_name("_peers_lsm.py")
        done = subprocess.run([python, peer, wiring, answer, spikes], capture_output=True, text=True)
        if done.returncode:
            print(f"Brian2 left out: {done.stderr.strip().splitlines()[-1]}")
            return None
        found = np.load(spikes)
        return json.loads(answer.read_text()) | {"times": found["times"], "cells": found["cells"]}


def parts(liquid: Liquid) -> dict[str, Any]:
    return {"inner": liquid.connections, "outer": liquid.input_connections}


def agreement(liquid: Liquid, train: Spikes, peer: dict[str, Any]) -> dict[str, Any]:
    """Both ways: the smaller share of spikes that the other has within one step."""
    dt, (times, cells) = liquid.network.dt, liquid.run([train], duration=SECOND).spikes[0]
    own = list(zip(cells.tolist(), np.rint(times / dt).astype(int).tolist()))
    theirs = list(zip(peer["cells"].tolist(), (np.rint(peer["times"] / dt).astype(int) + 1).tolist()))
    met = min(share(own, theirs), share(theirs, own))
    same = len(set(own) & set(theirs)) / max(len(own), len(theirs))
    return {
        "spikes": len(own),
        "of Brian2": len(theirs),
        "within one step": met,
        "same step": same,
    }


def share(of: list[tuple[int, int]], among: list[tuple[int, int]]) -> float:
    known = set(among)
    return sum(any((cell, step + off) in known for off in (-1, 0, 1)) for cell, step in of) / len(of)


def large(n: int, duration: float) -> dict[str, Any]:
    """A network of 1 % connectivity whatever the distance, in a process of its own."""
    command = [sys.executable, __file__, str(n), str(duration)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def one_large(n: int, duration: float) -> None:
    scale = OF_LARGE / np.sqrt(n / 1000)
    sparse = {name: pathway._replace(connection=DENSITY) for name, pathway in PATHWAYS.items()}
    rng = np.random.default_rng(0)
    fed = static(*np.nonzero(rng.random((CHANNELS, n)) < 0.3), 18.0, 0.8)
    network = LSM(shape=(n,), length=np.inf, pathways=sparse, scales=(scale,) * 4, input_connections=fed)
    liquid = network.draw(CHANNELS)
    given = trains(1, 1000.0 * duration)
    call = partial(liquid.run, given, duration=1000.0 * duration)
    seconds = median_cpu({"": call}, 3)[""].median / duration
    response = call()
    events = sum(
        np.bincount(liquid.connections.sources, minlength=n)[train.channels].sum() for train in response.spikes
    )
    row = {
        "neurons": n,
        "synapses": len(liquid.connections.sources),
        "Hz": float(response.rate),
        "s CPU a second": seconds,
        "ns a neuron and step": 1e9 * seconds / (n * 10_000),
        "synaptic events": int(events),
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(row))


def compared(neuron: Neuron, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The spikes that Brian2 has too; what it takes is a row more."""
    liquid, train, name = LSM(neuron=neuron).draw(CHANNELS), trains(1)[0], type(neuron).__name__
    if not (peer := brian2(liquid, train)):
        return []
    taken = {"ms a second and column": 1e3 * peer["median"], "best": 1e3 * peer["seconds"]}
    times = taken["ms a second and column"] / rows[0]["ms a second and column"]
    rows.append({"": f"Brian2 {peer['brian2']}, cython", **taken})
    return [{"neuron": name} | agreement(liquid, train, peer) | {"times Brian2": times}]


def main() -> None:
    pin()
    calls = columns()
    taken = measured(calls)
    payload: dict[str, Any] = {"agreement": []}
    for title, neuron in (("rows", LIF()), ("conductances", ConductanceLIF()), ("izhikevich", Izhikevich())):
        payload[title] = taken[title]
        payload["agreement"] += compared(neuron, payload[title])
        table(f"Column of 135 neurons, {type(neuron).__name__}, CPU milliseconds a second", payload[title])
    payload["others"] = taken["others"]
    table("Single precision, and synapses that learn", payload["others"])
    if payload["agreement"]:
        table("The same spikes as Brian2, 1 s", payload["agreement"])
    payload["large"] = [large(n, duration) for n, duration in SIZES.items()]
    table("1 % connectivity", payload["large"])
    save("lsm_column", payload)


if __name__ == "__main__":
    one_large(int(sys.argv[1]), float(sys.argv[2])) if len(sys.argv) > 1 else main()
