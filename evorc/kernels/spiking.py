"""A schedule for spikes: neurons move at every step of the clock, synapses only when a spike reaches them.

A step that ends at the time `now` (in steps, as all times here) moves every neuron over the step, notes who crossed
its threshold, lets those spikes set out, and hands over what arrives. A spike that sets out at `now` with a delay d
arrives at `now` + d, so delays are at least one step. Synapses of one source and one delay are a bundle: a spike under
way is one entry of a list for each bundle, whose synapses move when it arrives.

How neurons move is a kernel of its own, `move(memory, params, constants, marks)`: it takes potentials over one step
and leaves for each `BLOCK` of cells the sum of `MARK` + number in the block over those that are above the threshold
then. A neuron that rests has a potential of minus infinity, which no such step changes; it is given its reset when it
wakes.

Synaptic currents all decay alike, so what stands in memory is a current over its scale, a number that is the same for
all cells and decays in their place. A step then writes nothing but potentials.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import from_dtype, types

from . import aligned
from .compiler import first_class, kernel, part, schedule
from .plasticity import Plasticity, depress, no_plasticity, potentiate, remember
from .vmath import exp

BLOCK = 128  # cells that are searched for spikes together
MARK = 1 << 32  # for each cell above its threshold; the numbers of all cells of a block add up to less
FAINT = 1e-30  # what is smaller is zero: numbers near the smallest ones take a hundred times as long
SWEEP = 255  # steps between two looks for such numbers, less one
AT_ONCE = 512  # synapses, whose exponentials run faster side by side
LOW = 1e-6  # scale below which currents are written down anew
ROOM = 1 << 16  # spikes that are noted before they are handed out
LONG_AGO = -(1 << 60)  # when a spike was that never was

POTENTIAL, FAST, SLOW, OWN = range(4)  # rows of `Cells.memory`; from there on they are a neuron model's own
THRESHOLD = 0  # in `Cells.constants`; the scales of FAST and SLOW follow, then what is the model's own


class Wiring(NamedTuple):
    """Who feeds whom: sources are the neurons, then the channels from outside; synapses stand bundle by bundle."""

    bundles: np.ndarray  # int64 [source + 1]: its first bundle
    delays: np.ndarray  # int64 [bundle]
    dynamic: np.ndarray  # bool [bundle]: whether its synapses have dynamics
    starts: np.ndarray  # int64 [bundle + 1]: its first synapse
    targets: np.ndarray  # int64 [synapse]: row of `Cells.memory` times the number of neurons, plus the neuron
    params: np.ndarray  # [synapse, 4]: A, U, 1 / D and 1 / F; infinite is at once


class Cells(NamedTuple):
    """The neurons. A cell is one neuron of one lane: its number is neuron * lanes + lane."""

    memory: np.ndarray  # [kind, cell]: potential, fast and slow current, the model's own
    params: np.ndarray  # [kind, cell]: the model's own
    constants: np.ndarray  # [kind]: the threshold, the two scales, the model's own
    decay: np.ndarray  # [3]: time constant of the trace, what a step leaves of the fast and of the slow current
    marks: np.ndarray  # int64 [block]
    reset: np.ndarray  # [neuron]
    jump: np.ndarray  # [neuron]: what a spike adds to the first of the model's own memories
    rest: np.ndarray  # int64 [neuron]: steps during which the potential stands still after a spike
    trace: np.ndarray  # [cell]: filtered spikes, as they were at the last one
    last: np.ndarray  # int64 [source, lane]: when that was; channels too
    waking: np.ndarray  # int64 [slot, a power of two]: a cell that wakes then, -1 for none
    following: np.ndarray  # int64 [cell]: another that wakes with it, -1 for none


class Synapses(NamedTuple):
    """What synapses remember, as of their last spike. A lane's stand side by side, since a spike meets them so."""

    memory: np.ndarray  # [lane, synapse, 2]: u and R
    left: np.ndarray  # [2, place]: room for what time leaves of both
    plastic: Plasticity


class Pending(NamedTuple):
    """Spikes under way."""

    counts: np.ndarray  # int64 [slot, a power of two]
    spikes: np.ndarray  # int64 [slot, place, 3]: the bundle, the lane, and how long after the one before


class Outside(NamedTuple):
    """Spikes from outside in the order of time, and the times to be read."""

    times: np.ndarray  # int64 [spike]
    sources: np.ndarray  # int64 [spike]: channel
    series: np.ndarray  # int64 [spike]: the lane
    reads: np.ndarray  # int64 [read]
    found: np.ndarray  # [read, 2, cell]: filtered spikes, then potentials


class Record(NamedTuple):
    """Spikes that were fired, and how far everything is."""

    times: np.ndarray  # int32 [room]
    cells: np.ndarray  # int32 [room]
    place: np.ndarray  # int64 [4]: the time, spikes noted, spikes taken from outside, reads made


NOW, NOTED, TAKEN, READ = range(4)


@part
def wake(cells, now):
    """Those whose rest is over are where a spike leaves them."""
    slot, lanes = now & (cells.waking.size - 1), cells.last.shape[1]
    cell = cells.waking[slot]
    while cell >= 0:
        cells.memory[POTENTIAL, cell] = cells.reset[cell // lanes]
        cell = cells.following[cell]
    cells.waking[slot] = -1


@part
def search(v, threshold, first, marks, fired, noted):
    """Write the cells above the threshold into `fired`, after those noted; `marks` says how many they are."""
    crossed = noted + marks // MARK
    if marks // MARK == 1:
        fired[noted] = first + marks % MARK
    k = 0
    while noted < crossed and marks // MARK > 1:
        if v[first + k] >= threshold:
            fired[noted] = first + k
            noted += 1
        k += 1
    return crossed


@part
def fly(move, cells, fired):
    """Move all neurons; write those that cross their threshold into `fired`, and say how many do."""
    v, threshold, noted = cells.memory[POTENTIAL], cells.constants[THRESHOLD], 0
    move(cells.memory, cells.params, cells.constants, cells.marks)
    for block in range(cells.marks.size):
        if cells.marks[block]:
            noted = search(v, threshold, block * BLOCK, cells.marks[block], fired, noted)
    for kind in (FAST, SLOW):
        cells.constants[kind] *= cells.decay[kind]
    return noted


@part
def send(wiring, cells, pending, source, l, now):
    """A spike sets out on all bundles of a source."""
    slots = pending.counts.size
    gap = now - cells.last[source, l]
    cells.last[source, l] = now
    for b in range(wiring.bundles[source], wiring.bundles[source + 1]):
        slot = (now + wiring.delays[b]) & (slots - 1)
        place = pending.counts[slot]
        spike = pending.spikes[slot, place]
        spike[0], spike[1], spike[2] = b, l, gap
        pending.counts[slot] = place + 1


@part
def fire(cells, cell, i, l, now):
    """A neuron is reset, or rests first; its trace grows by one."""
    trace = cells.trace
    past = trace.dtype.type(cells.last[i, l] - now)
    trace[cell] = trace[cell] * exp(past / cells.decay[0]) + cells.decay.dtype.type(1)
    if cells.memory.shape[0] > OWN:
        cells.memory[OWN, cell] += cells.jump[i]
    cells.memory[POTENTIAL, cell] = cells.reset[i]
    if cells.rest[i] > 0:
        cells.memory[POTENTIAL, cell] = -np.inf
        slot = (now + cells.rest[i] + 1) & (cells.waking.size - 1)
        cells.following[cell] = cells.waking[slot]
        cells.waking[slot] = cell


@part
def ease(wiring, pending, slot, place, left):
    """How u and R come to rest meanwhile, for as many spikes from `place` on as `left` has room for; the first not."""
    facilitated, recovered, some = left[0], left[1], 0
    while place < pending.counts[slot]:
        b, past = pending.spikes[slot, place, 0], left.dtype.type(-pending.spikes[slot, place, 2])
        first, last = wiring.starts[b], wiring.starts[b + 1]
        if wiring.dynamic[b]:
            if some + last - first > facilitated.size:
                break
            for k in range(first, last):
                recovered[some] = past * wiring.params[k, 2]
                facilitated[some] = past * wiring.params[k, 3]
                some += 1
        place += 1
    for j in range(some):
        facilitated[j] = exp(facilitated[j])
    for j in range(some):
        recovered[j] = exp(recovered[j])
    return place


@part
def use(params, memory, k, facilitated, recovered):
    """A synapse after a spike, and what that gives (Maass & Markram 2002, eq. 1 to 3)."""
    one, a, big_u, u, r = params.dtype.type(1), params[k, 0], params[k, 1], memory[k, 0], memory[k, 1]
    now = big_u + u * (one - big_u) * facilitated
    rested = one + (r - u * r - one) * recovered
    memory[k, 0] = now
    memory[k, 1] = rested
    return a * now * rested


@part
def arrive(wiring, cells, synapses, pending, now):
    """What is due passes its synapses."""
    slot, lanes, memory = now & (pending.counts.size - 1), cells.last.shape[1], cells.memory.reshape(-1)
    one, left, params, plastic = cells.decay.dtype.type(1), synapses.left, wiring.params, synapses.plastic
    by_fast, by_slow = one / cells.constants[FAST], one / cells.constants[SLOW]
    place = 0
    while place < pending.counts[slot]:
        stop, some = ease(wiring, pending, slot, place, left), 0
        for here in range(place, stop):
            b, l = pending.spikes[slot, here, 0], pending.spikes[slot, here, 1]
            of_lane, dynamic = synapses.memory[l], wiring.dynamic[b]
            for k in range(wiring.starts[b], wiring.starts[b + 1]):
                charge = params[k, 0]
                scale = by_slow if charge < 0 else by_fast
                if dynamic:
                    charge = use(params, of_lane, k, left[0, some], left[1, some])
                    some += 1
                memory[wiring.targets[k] * lanes + l] += charge * scale
            for k in range(wiring.starts[b], wiring.starts[b + 1] if plastic.targets.size else 0):
                depress(plastic, params, k, now)
        place = stop
    pending.counts[slot] = 0


@part
def read(cells, now, found):
    """Spikes filtered by exp(-t / decay), and potentials."""
    last, lanes, v = cells.last.reshape(-1), cells.last.shape[1], cells.memory[POTENTIAL]
    for k in range(v.size):
        past = cells.trace.dtype.type(last[k] - now)
        found[0, k] = cells.trace[k] * exp(past / cells.decay[0])
        found[1, k] = v[k] if v[k] > -np.inf else cells.reset[k // lanes]


@part
def tidy(cells):
    """Currents whose scale is one again, and no faint numbers."""
    for kind in (POTENTIAL, FAST, SLOW):
        x, scale = cells.memory[kind], cells.decay.dtype.type(1)
        if kind != POTENTIAL:
            scale = cells.constants[kind]
            cells.constants[kind] = 1.0
        for k in range(x.size):
            now = x[k] * scale
            x[k] = 0.0 if abs(now) < FAINT else now


def _advance(move, wiring, cells, synapses, pending, outside, record, last):
    """Go on until the time `last`, or until the record has no room for another step."""
    place, lanes, n = record.place, np.uint64(cells.last.shape[1]), cells.reset.size
    while place[NOW] < last and record.cells.size - place[NOTED] >= cells.memory.shape[1]:
        now, taken = place[NOW] + 1, place[TAKEN]
        while taken < outside.times.size and outside.times[taken] < now:
            send(wiring, cells, pending, n + outside.sources[taken], outside.series[taken], outside.times[taken])
            taken += 1
        place[TAKEN] = taken
        wake(cells, now)
        fired = record.cells[place[NOTED] :]
        noted = fly(move, cells, fired)
        for j in range(noted):
            i = np.uint64(fired[j]) // lanes
            l = np.uint64(fired[j]) - i * lanes
            fire(cells, fired[j], i, l, now)
            send(wiring, cells, pending, i, l, now)
            record.times[place[NOTED] + j] = now
            if synapses.plastic.targets.size:
                potentiate(synapses.plastic, wiring.params, i, now)
        arrive(wiring, cells, synapses, pending, now)
        for j in range(noted if synapses.plastic.targets.size else 0):
            remember(synapses.plastic, fired[j], now)
        if now & SWEEP == 0 or min(cells.constants[FAST], cells.constants[SLOW]) < LOW:
            tidy(cells)
        while place[READ] < outside.reads.size and outside.reads[place[READ]] <= now:
            read(cells, now, outside.found[place[READ]])
            place[READ] += 1
        place[NOW] = now
        place[NOTED] += noted


class SpikeTypes(NamedTuple):
    """Numba's types of the step of a neuron model, and of the schedule's arguments."""

    move: Any
    advance: Any


@cache
def spike_types(dtype: np.dtype) -> SpikeTypes:
    """For one precision."""
    x, i8 = from_dtype(np.dtype(dtype)), types.int64
    row, matrix, whole, wholes = x[::1], x[:, ::1], i8[::1], i8[:, ::1]
    wiring = types.NamedTuple((whole, whole, types.boolean[::1], whole, whole, matrix), Wiring)
    cells = (matrix, matrix, row, row, whole, row, row, whole, row, wholes, whole, whole)
    pending = types.NamedTuple((whole, i8[:, :, ::1]), Pending)
    outside = types.NamedTuple((whole, whole, whole, whole, x[:, :, ::1]), Outside)
    move = types.FunctionType(types.void(matrix, matrix, row, whole))
    plastic = types.NamedTuple((whole, whole, whole, row, whole, row, whole, row), Plasticity)
    synapses = types.NamedTuple((x[:, :, ::1], matrix, plastic), Synapses)
    record = types.NamedTuple((types.int32[::1], types.int32[::1], whole), Record)
    cells = types.NamedTuple(cells, Cells)
    return SpikeTypes(move, types.void(move, wiring, cells, synapses, pending, outside, record, i8))


@cache
def _compiled(dtype: np.dtype) -> Callable:
    return schedule(_advance, spike_types(dtype).advance)


def slots_for(longest: int) -> int:
    """A power of two, so that a time finds its slot without a division."""
    return 1 << longest.bit_length()


def silent(wiring: Wiring, lanes: int) -> tuple[Synapses, Pending]:
    """Synapses that no spike has passed, and nothing under way."""
    slots, dtype = slots_for(int(wiring.delays.max(initial=1))), wiring.params.dtype
    memory = aligned.zeros((lanes, len(wiring.targets), 2), dtype)
    room = (slots, max(len(wiring.delays) * lanes, 1), 3)
    left = aligned.zeros((2, AT_ONCE + int(np.diff(wiring.starts).max(initial=0))), dtype)
    return Synapses(memory, left, no_plasticity(dtype)), Pending(np.zeros(slots, np.int64), np.empty(room, np.int64))


def run(
    move: Callable, wiring: Wiring, cells: Cells, synapses: Synapses, pending: Pending, outside: Outside, last: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Run from 0 to the time `last`, handing out times and cells of the spikes fired since the last hand-out."""
    dtype, size = cells.memory.dtype, cells.memory.shape[1]
    advance, step = _compiled(dtype), first_class(move, spike_types(dtype).move)
    room = max(ROOM, 2 * size)
    place = np.zeros(4, np.int64)
    while place[NOW] < last:
        record = Record(np.empty(room, np.int32), np.empty(room, np.int32), place)
        place[NOTED] = 0
        advance(step, wiring, cells, synapses, pending, outside, record, last)
        yield record.times[: place[NOTED]], record.cells[: place[NOTED]]


@kernel
def _deal(times, cells, ends, sorted_times, neurons):
    """Spikes in the order of their lanes, within a lane as they came; `ends` begins as where each lane begins."""
    lanes = np.uint64(ends.size)
    for j in range(times.size):
        i = np.uint64(cells[j]) // lanes
        l = np.uint64(cells[j]) - i * lanes
        sorted_times[ends[l]] = times[j]
        neurons[ends[l]] = i
        ends[l] += 1


def by_series(times: np.ndarray, cells: np.ndarray, lanes: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Times and neurons of the spikes of each lane, in the order in which they came."""
    ends = np.zeros(lanes, np.int64)
    ends[1:] = np.cumsum(np.bincount(cells % np.int32(lanes), minlength=lanes))[:-1]
    when, neurons, cuts = np.empty_like(times), np.empty(len(times), np.int64), ends[1:].copy()
    _deal(times, cells, ends, when, neurons)
    return list(zip(np.split(when, cuts), np.split(neurons, cuts)))
