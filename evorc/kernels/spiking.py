"""A schedule for spikes: neurons move at every step of the clock, synapses only when a spike passes them.

A step that ends at the time `now` (in steps, as all times here) moves every neuron exactly over the step, notes who
crossed its threshold, lets those spikes set out, and adds the charges that arrive. A spike that sets out at `now` with
a delay d arrives at `now` + d, so delays are at least one step.

Charges under way stand in one list for each step to come. A synapse carries at most one spike a step and its delay
does not change, so a list never holds more than one charge for each synapse and lane. Only its beginning is touched.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from . import aligned
from .compiler import kernel, part
from .vmath import exp

GROUP, BLOCK = 16, 256  # neurons that are searched for spikes together
FAINT = 1e-200  # what is smaller is zero: numbers below 1e-308 take a hundred times as long
SWEEP = 1023  # steps between two looks for such numbers, less one
ROOM = 1 << 16  # spikes that are noted before they are handed out


class Wiring(NamedTuple):
    """Who feeds whom, synapses in the order of their sources: the neurons, then the channels from outside."""

    starts: np.ndarray  # int64 [source + 1]: its first synapse
    targets: np.ndarray  # int64 [synapse]: the neuron; plus the number of neurons where the slow current is fed
    delays: np.ndarray  # int64 [synapse]
    amplitude: np.ndarray  # [synapse]: A
    utilisation: np.ndarray  # [synapse]: U
    recovery: np.ndarray  # [synapse]: 1 / D; infinite is at once
    facilitation: np.ndarray  # [synapse]: 1 / F


class Decay(NamedTuple):
    """What a step leaves of everything, and what it moves from a current into the potential."""

    potential: float
    currents: tuple[float, float]
    pulls: tuple[float, float]
    trace: float  # the trace's own time constant


class Cells(NamedTuple):
    """The neurons [neuron, lane]: what they are, and what they remember."""

    drift: np.ndarray  # what a step adds to the potential by itself
    threshold: np.ndarray
    reset: np.ndarray
    rest: np.ndarray  # steps during which the potential stands still after a spike
    potential: np.ndarray
    currents: np.ndarray  # [kind, neuron, lane]
    until: np.ndarray  # the last step of that rest
    trace: np.ndarray  # filtered spikes, as they were at the last one


class Synapses(NamedTuple):
    """What synapses remember: values at the last spike. A lane's stand side by side, since a spike meets them so."""

    last: np.ndarray  # [source, lane]: when it was
    u: np.ndarray  # [lane, synapse]
    r: np.ndarray  # [lane, synapse]


class Pending(NamedTuple):
    """Charges under way."""

    counts: np.ndarray  # int64 [slot]
    targets: np.ndarray  # int32 [slot, place]: the current, as it stands in memory
    charges: np.ndarray  # [slot, place]


class Outside(NamedTuple):
    """Spikes from outside in the order of time, and the times to be read."""

    times: np.ndarray  # int64 [spike]
    sources: np.ndarray  # int64 [spike]: channel
    series: np.ndarray  # int64 [spike]: the lane
    reads: np.ndarray  # int64 [read]
    found: np.ndarray  # [read, 2, neuron, lane]: filtered spikes, then potentials


class Record(NamedTuple):
    """Spikes that were fired, and how far everything is."""

    times: np.ndarray  # int64 [room]
    cells: np.ndarray  # int64 [room]: the neuron, as it stands in memory
    place: np.ndarray  # int64 [4]: the time, spikes noted, spikes taken from outside, reads made


NOW, NOTED, TAKEN, READ = range(4)


@kernel
def glide(v, fast, slow, until, drift, threshold, decay, now):
    """Move neurons to `now`; say how many of them cross their threshold. Inlined it would not be vectorised."""
    keep, (keep_fast, keep_slow), (pull_fast, pull_slow) = decay.potential, decay.currents, decay.pulls
    crossed = 0
    for k in range(v.size):
        before, quick, lasting = v[k], fast[k], slow[k]
        moved = (keep * before + drift[k]) + (pull_fast * quick + pull_slow * lasting)
        after = moved if until[k] < now else before
        v[k] = after
        fast[k] = keep_fast * quick
        slow[k] = keep_slow * lasting
        crossed += after >= threshold[k]
    return crossed


@kernel
def search(v, threshold, first, fired, noted):
    """Write the neurons above their threshold into `fired`, after those noted; `first` is the first of all."""
    for a in range(0, v.size, GROUP):
        x, y = v[a : a + GROUP], threshold[a : a + GROUP]
        if above(x, y):
            for k in range(x.size):
                if x[k] >= y[k]:
                    fired[noted] = first + a + k
                    noted += 1
    return noted


@part
def above(x, y):
    if x.size < GROUP:
        return True
    found = 0
    for k in range(GROUP):
        found += x[k] >= y[k]
    return found > 0


@part
def move(cells, decay, now, fired):
    """Move all neurons to `now`; write those that cross their threshold into `fired`, and say how many do."""
    v, until = cells.potential.reshape(-1), cells.until.reshape(-1)
    drift, threshold = cells.drift.reshape(-1), cells.threshold.reshape(-1)
    fast, slow = cells.currents[0].reshape(-1), cells.currents[1].reshape(-1)
    noted = 0
    for a in range(0, v.size, BLOCK):
        z = min(a + BLOCK, v.size)
        if glide(v[a:z], fast[a:z], slow[a:z], until[a:z], drift[a:z], threshold[a:z], decay, float(now)):
            noted = search(v[a:z], threshold[a:z], a, fired, noted)
    return noted


@part
def send(wiring, synapses, pending, source, l, now):
    """A spike sets out on all synapses of a source (Maass & Markram 2002, eq. 1 to 3)."""
    lanes, (slots, _) = synapses.last.shape[1], pending.targets.shape
    gap = now - synapses.last[source, l]
    synapses.last[source, l] = now
    u, r, here = synapses.u[l], synapses.r[l], now % slots
    for k in range(wiring.starts[source], wiring.starts[source + 1]):
        big_u, before = wiring.utilisation[k], u[k]
        u[k] = big_u + before * (1.0 - big_u) * exp(-gap * wiring.facilitation[k])
        r[k] = 1.0 + (r[k] - before * r[k] - 1.0) * exp(-gap * wiring.recovery[k])
        slot = here + wiring.delays[k]
        slot -= slots if slot >= slots else 0
        place = pending.counts[slot]
        pending.targets[slot, place] = wiring.targets[k] * lanes + l
        pending.charges[slot, place] = wiring.amplitude[k] * u[k] * r[k]
        pending.counts[slot] = place + 1


@part
def fire(cells, synapses, decay, cell, now):
    """A neuron is reset and rests; its trace grows by one."""
    gap = now - synapses.last.reshape(-1)[cell]
    trace = cells.trace.reshape(-1)
    trace[cell] = trace[cell] * exp(-gap / decay.trace) + 1.0
    cells.potential.reshape(-1)[cell] = cells.reset.reshape(-1)[cell]
    cells.until.reshape(-1)[cell] = now + cells.rest.reshape(-1)[cell]


@part
def arrive(pending, cells, now):
    """The charges that are due."""
    slot = now % pending.counts.size
    currents, targets, charges = cells.currents.reshape(-1), pending.targets[slot], pending.charges[slot]
    for place in range(pending.counts[slot]):
        currents[targets[place]] += charges[place]
    pending.counts[slot] = 0


@part
def read(cells, synapses, decay, now, found):
    """Spikes filtered by exp(-t / trace), and potentials."""
    last, trace, v = synapses.last.reshape(-1), cells.trace.reshape(-1), cells.potential.reshape(-1)
    filtered, potentials = found[0].reshape(-1), found[1].reshape(-1)
    for k in range(v.size):
        filtered[k] = trace[k] * exp((last[k] - now) / decay.trace)
        potentials[k] = v[k]


@part
def sweep(x):
    for k in range(x.size):
        x[k] = 0.0 if abs(x[k]) < FAINT else x[k]


@kernel
def advance(wiring, cells, synapses, pending, decay, outside, record, last):
    """Go on until the time `last`, or until the record has no room for another step."""
    place, lanes = record.place, cells.potential.shape[1]
    n = cells.potential.shape[0]
    while place[NOW] < last and record.cells.size - place[NOTED] >= cells.potential.size:
        now, taken = place[NOW] + 1, place[TAKEN]
        while taken < outside.times.size and outside.times[taken] < now:
            send(wiring, synapses, pending, n + outside.sources[taken], outside.series[taken], outside.times[taken])
            taken += 1
        place[TAKEN] = taken
        fired = record.cells[place[NOTED] :]
        noted = move(cells, decay, now, fired)
        for j in range(noted):
            fire(cells, synapses, decay, fired[j], now)
            send(wiring, synapses, pending, fired[j] // lanes, fired[j] % lanes, now)
            record.times[place[NOTED] + j] = now
        arrive(pending, cells, now)
        if now & SWEEP == 0:
            sweep(cells.currents.reshape(-1))
            sweep(cells.potential.reshape(-1))
        while place[READ] < outside.reads.size and outside.reads[place[READ]] <= now:
            read(cells, synapses, decay, now, outside.found[place[READ]])
            place[READ] += 1
        place[NOW] = now
        place[NOTED] += noted


def silent(wiring: Wiring, lanes: int) -> tuple[Synapses, Pending]:
    """Synapses that no spike has passed, and nothing under way."""
    n_sources, n_synapses = len(wiring.starts) - 1, len(wiring.targets)
    slots = int(wiring.delays.max(initial=1)) + 1
    u, r = np.zeros((2, lanes, n_synapses))
    room = (slots, max(n_synapses * lanes, 1))
    pending = Pending(np.zeros(slots, np.int64), np.empty(room, np.int32), np.empty(room))
    return Synapses(aligned.copy(np.full((n_sources, lanes), -np.inf)), u, r), pending


def run(
    wiring: Wiring, cells: Cells, synapses: Synapses, pending: Pending, decay: Decay, outside: Outside, last: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Run from 0 to the time `last`, handing out times and cells of the spikes fired since the last hand-out."""
    room = max(ROOM, 2 * cells.potential.size)
    place = np.zeros(4, np.int64)
    while place[NOW] < last:
        record = Record(np.empty(room, np.int64), np.empty(room, np.int64), place)
        place[NOTED] = 0
        advance(wiring, cells, synapses, pending, decay, outside, record, last)
        yield record.times[: place[NOTED]], record.cells[: place[NOTED]]
