"""The same column in Brian2, for an interpreter that has it: `python _peers_lsm.py WIRING.npz SECONDS.json SPIKES.npz`.

What happens in a step Brian2 dates to its beginning, evorc to its end: so it is given spikes one step earlier, and a
refractory period, which it counts from there, one step longer.
"""

import json
import sys
import time

import brian2 as b2
import numpy as np

MODELS = {
    "LIF": ("dv/dt = (-v + R * (fast + slow + background)) / tau : volt (unless refractory)", "exact"),
    "ConductanceLIF": (
        """dv/dt = (-v + R * (g_e * (70*mV - v) + g_i * (-10*mV - v) + background)) / tau : volt (unless refractory)
        g_e = fast / (55*mV) : siemens
        g_i = slow / (-25*mV) : siemens""",
        "exponential_euler",
    ),
    "Izhikevich": ("v : volt\nrecovered : volt\na : 1\nb : 1\nc : volt\nd : volt\nbase : volt", "exact"),
}
SHARED = """
dfast/dt = -fast / tau_fast : amp
dslow/dt = -slow / tau_slow : amp
pause : second
"""
HALF = "v += 0.05 * (0.04 * v**2 / mV + 5 * v + 140*mV - recovered + base + (fast + slow) * ms / C)"
WHOLE = "recovered += 0.1 * a * (b * v - recovered)"
DYNAMICS = """
A : amp
U : 1
D : second
F : second
u : 1
r : 1
last : second
"""
ON_PRE = """
r = 1 + (r - u * r - 1) * exp(-(t - last) / D)
u = U + u * (1 - U) * exp(-(t - last) / F)
last = t
{} += A * u * r
"""


def column(given):
    ms, mV, nA = b2.ms, b2.mV, b2.nA
    names = {"R": b2.Mohm, "tau": 30 * ms, "tau_fast": 3 * ms, "tau_slow": 6 * ms, "background": 13.5 * nA}
    n, (model, method) = len(given["potentials"]), MODELS[str(given["model"])]
    rule = {"threshold": "v >= 15*mV", "reset": "v = 13.5*mV", "refractory": "pause"}
    if "params" in given:
        rule, names["C"] = {"threshold": "v >= 30*mV", "reset": "v = c\nrecovered += d"}, 5 * b2.nF
    cells = b2.NeuronGroup(n, f"{model}\n{SHARED}", method=method, namespace=names, **rule)
    cells.v, cells.pause = given["potentials"] * mV, given["pauses"] * ms
    if "params" in given:
        cells.a, cells.b, cells.base = given["params"][0], given["params"][1], given["params"][2] * mV
        cells.c, cells.d = given["reset"] * mV, given["jump"] * mV
        cells.recovered = given["params"][1] * given["potentials"] * mV
        cells.run_regularly(f"{HALF}\n{HALF}\n{WHOLE}", when="groups", order=-1)
    outside = b2.SpikeGeneratorGroup(int(given["n_inputs"]), given["channels"], (given["times"] - 0.1) * ms)
    parts = [cells, outside]
    for name, source in (("inner", cells), ("outer", outside)):
        for current, sign in (("fast", 1), ("slow", -1)):
            here = given[f"{name}_amplitude"] * sign > 0
            if here.any():
                parts.append(synapses({k: given[f"{name}_{k}"][here] for k in COLUMNS}, source, cells, current))
    return cells, [*parts, b2.SpikeMonitor(cells)]


COLUMNS = ("sources", "targets", "amplitude", "utilisation", "recovery", "facilitation", "delay")


def synapses(given, source, cells, current):
    if (given["recovery"] == 0).all():
        made = b2.Synapses(source, cells, "A : amp", on_pre=f"{current}_post += A")
        made.connect(i=given["sources"], j=given["targets"])
    else:
        made = b2.Synapses(source, cells, DYNAMICS, on_pre=ON_PRE.format(f"{current}_post"))
        made.connect(i=given["sources"], j=given["targets"])
        made.U, made.D, made.F = given["utilisation"], given["recovery"] * b2.ms, given["facilitation"] * b2.ms
        made.u, made.r, made.last = given["utilisation"], 1, -1e6 * b2.second
    made.A, made.delay = given["amplitude"] * b2.nA, given["delay"] * b2.ms
    return made


def main(wiring, answer, spikes):
    b2.prefs.codegen.target = "cython"
    b2.defaultclock.dt = 0.1 * b2.ms
    _, parts = column(np.load(wiring))
    net = b2.Network(*parts)
    net.store()
    duration = 1000.0 * b2.ms
    net.run(0.1 * b2.ms)
    taken = []
    for _ in range(3):
        net.restore()
        began = time.process_time()
        net.run(duration)
        taken.append(time.process_time() - began)
    monitor = parts[-1]
    np.savez(spikes, times=monitor.t / b2.ms, cells=np.array(monitor.i))
    with open(answer, "w") as out:
        json.dump({"seconds": min(taken), "median": sorted(taken)[1], "brian2": b2.__version__}, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
