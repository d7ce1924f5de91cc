"""Many series of unequal length through one stack of networks: series beside series in lanes, rows of states out."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .drive import Layer, block_length, drive_stack, run_through

LANES = 64
FEWEST = 16  # series in lanes: fewer run faster one after the other, where the loops go along the units

Where = slice | np.ndarray
StackOf = Callable[[np.ndarray], Sequence[Layer]]


class Rows(NamedTuple):
    """States of some rows of the series, which stand one after the other."""

    states: np.ndarray  # [row, neuron of all layers]
    where: Where  # which rows


def batches(offsets: np.ndarray) -> Iterator[np.ndarray]:
    """Numbers of series that run side by side: of similar length, so that few lanes wait for the longest."""
    lengths = np.diff(offsets)
    order = np.argsort(-lengths, kind="stable")
    n_batches = -(-order.size // LANES) if order.size >= FEWEST else order.size
    yield from np.array_split(order, n_batches)


def rows_of(stack_of: StackOf, series: np.ndarray, offsets: np.ndarray) -> Iterator[Rows]:
    """States for series [row, channel] that begin at `offsets`, which end with the number of rows.

    `stack_of` gives the layers, at rest or where they are to begin, for some of the series; they end in their states
    after the last row only where all of those series are of one length.
    """
    for batch in batches(offsets):
        stack = stack_of(batch)
        yield from _batch(stack, series, offsets[batch], np.diff(offsets)[batch])


def write_rows(stack_of: StackOf, series: np.ndarray, offsets: np.ndarray, found: np.ndarray) -> None:
    """All states of :func:`rows_of` into `found` [row, neuron of all layers].

    One series through one layer is written there at once: by way of a block 100 dense units take 8 % longer.
    """
    for batch in batches(offsets):
        stack = stack_of(batch)
        if batch.size == len(stack) == 1:
            here = slice(offsets[batch[0]], offsets[batch[0] + 1])
            run_through(*stack[0], series[here, :, None], found[here, :, None])
        else:
            for states, where in _batch(stack, series, offsets[batch], np.diff(offsets)[batch]):
                found[where] = states


def _batch(stack: Sequence[Layer], series: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> Iterator[Rows]:
    length = block_length(sum(len(layer.state.output) for layer in stack), starts.size)
    alone = starts.size == 1
    done = 0
    for outputs in drive_stack(stack, side_by_side(series, starts, lengths), length):
        if alone:
            yield Rows(outputs[:, :, 0], slice(int(starts[0]) + done, int(starts[0]) + done + len(outputs)))
        else:
            yield _gathered(outputs, starts + done, np.minimum(lengths - done, len(outputs)))
        done += len(outputs)


def _gathered(outputs: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> Rows:
    """The rows of a block in the order of their series, without those past a series' end."""
    running = int(np.count_nonzero(lengths > 0))  # the longest come first
    by_series = np.ascontiguousarray(outputs[:, :, :running].transpose(2, 0, 1))
    there = np.arange(len(outputs)) < lengths[:running, None]
    where = (starts[:running, None] + np.arange(len(outputs)))[there]
    return Rows(by_series.reshape(-1, outputs.shape[1]) if there.all() else by_series[there], where)


def side_by_side(series: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Inputs [time, channel, lane]; a series that has ended repeats its last row."""
    if starts.size == 1:
        return series[starts[0] : starts[0] + lengths[0], :, None]
    rows = starts + np.minimum(np.arange(lengths.max())[:, None], lengths - 1)
    return series[rows].transpose(0, 2, 1)
