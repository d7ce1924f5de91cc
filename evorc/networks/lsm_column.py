"""Columns of neurons on a grid, and the synapses that the distance rule draws between them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..kernels import aligned
from ..kernels.spiking import FAST, SLOW, Wiring
from .lsm_parameters import Pathway

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
PAIRS = 1 << 22  # of neurons, that are looked at together


class Connections(NamedTuple):
    """Synapses, one an entry. A negative amplitude feeds the target's slow (inhibitory) current.

    Parameters
    ----------
    sources, targets : ndarray of int
        Numbers of neurons; for synapses from outside the source is a channel.
    amplitude : ndarray
        A, nA.
    utilisation, recovery, facilitation : ndarray
        U in (0, 1], D and F in ms. ``U=1, D=F=0`` is a static synapse.
    delay : ndarray
        ms, above 0.
    """

    sources: Whole
    targets: Whole
    amplitude: Array
    utilisation: Array
    recovery: Array
    facilitation: Array
    delay: Array


def static(sources: Any, targets: Any, amplitude: Any, delay: Any) -> Connections:
    """Synapses whose amplitude does not depend on what passed before.

    Parameters
    ----------
    sources, targets, amplitude, delay
        As in :class:`Connections`; one value may stand for all.

    Examples
    --------
    >>> static([0, 1], [1, 0], [5.0, -3.0], 1.0).delay
    array([1., 1.])
    """
    begin, end, strength, wait = map(np.array, np.broadcast_arrays(sources, targets, amplitude, delay))
    ones, zeros = np.ones(len(wait)), np.zeros(len(wait))
    return Connections(begin, end, strength.astype(float), ones, zeros, zeros, wait.astype(float))


def from_matrix(matrix: Any, delay: float) -> Connections:
    """Static synapses of a matrix of amplitudes [source, target], dense or of SciPy."""
    entries = sparse.coo_array(matrix)
    rows, columns = entries.coords
    return static(rows, columns, entries.data, delay)


def positions(shape: Sequence[int], n_columns: int) -> Array:
    """Places [neuron, axis] on the grid; columns stand so far apart that no synapse joins them."""
    one = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, len(shape)).astype(float)
    column = np.repeat(np.arange(n_columns), len(one))[:, None]
    return np.concatenate([np.tile(one, (n_columns, 1)), column], axis=1)


def by_distance(
    places: Array, excites: NDArray[np.bool_], pathways: Mapping[str, Pathway], length: float, rng: np.random.Generator
) -> Connections:
    """Synapses with probability C exp(-(D / length)^2) within each column, never from a neuron to itself."""
    where, column = places[:, :-1], places[:, -1]
    names = np.array([["II", "IE"], ["EI", "EE"]])
    chance = np.array([[pathways[name].connection for name in row] for row in names])
    found = []
    n, rows = len(places), max(1, PAIRS // len(places))
    for first in range(0, n, rows):
        part = slice(first, min(first + rows, n))
        likely = chance[excites[part].astype(int)][:, excites.astype(int)]
        if np.isfinite(length):
            squared = sum((where[part, None, axis] - where[None, :, axis]) ** 2 for axis in range(where.shape[1]))
            likely = likely * np.exp(-squared / length**2)
        likely[column[part, None] != column[None, :]] = 0.0
        likely[np.arange(part.stop - first), np.arange(first, part.stop)] = 0.0
        sources, targets = np.nonzero(rng.random(likely.shape) < likely)
        found.append((sources + first, targets))
    sources, targets = (np.concatenate(ends) for ends in zip(*found))
    kind = [names[int(a), int(b)] for a, b in zip(excites[sources], excites[targets])]
    return drawn(sources, targets, [pathways[name] for name in kind], rng)


def drawn(sources: Whole, targets: Whole, means: Sequence[Pathway], rng: np.random.Generator) -> Connections:
    """Parameters of each synapse: A gamma with SD 100 % of the mean, U, D and F normal with SD 50 %.

    A value that is not positive, or a U above 1, is drawn anew, uniformly up to twice the mean, as Maass et al. do
    with negative ones.
    """
    table = np.array(means, float).reshape(-1, len(Pathway._fields))
    _, amplitude, *dynamics, delay = table.T
    strength = amplitude * rng.gamma(1.0, 1.0, len(table))
    shown: list[Array] = []
    for mean, highest in zip(dynamics, (1.0, np.inf, np.inf)):
        value = rng.normal(mean, 0.5 * mean)
        outside = (value <= 0) | (value > highest)
        value[outside] = rng.uniform(0.0, np.minimum(2.0 * mean, highest)[outside])
        shown.append(np.where(mean == 0, 0.0, value))
    return Connections(sources, targets, strength, shown[0], shown[1], shown[2], delay)


def from_outside(
    n_inputs: int, excites: NDArray[np.bool_], share: float, amplitudes: Sequence[float], delay: float, rng: Any
) -> Connections:
    """Static synapses from every channel onto a random share of the neurons."""
    sources, targets = np.nonzero(rng.random((n_inputs, len(excites))) < share)
    return static(sources, targets, np.where(excites[targets], *amplitudes), delay)


def wire(inner: Connections, outer: Connections, n: int, n_inputs: int, dt: float, dtype: Any) -> tuple[Wiring, Whole]:
    """All synapses in the order of their sources and delays, times in steps, and which of those given each is."""
    both = [np.concatenate(ends) for ends in zip(inner, outer)]
    both[0] = np.concatenate([inner.sources, outer.sources + n])
    delays = np.rint(both[-1] / dt).astype(np.int64)
    dynamic = (both[3] != 1) | (both[4] != 0) | (both[5] != 0)
    order = np.lexsort((dynamic, delays, both[0]))
    s, delays, dynamic = Connections._make(part[order] for part in both), delays[order], dynamic[order]
    starts = np.flatnonzero(np.diff(np.stack([s.sources, delays, dynamic]), axis=1, prepend=-1).any(axis=0))
    bundles = np.searchsorted(s.sources[starts], np.arange(n + n_inputs + 1)).astype(np.int64)
    targets = s.targets + n * np.where(s.amplitude < 0, SLOW, FAST)
    with np.errstate(divide="ignore"):
        values = np.stack([s.amplitude, s.utilisation, dt / s.recovery, dt / s.facilitation], axis=1)
    ends = np.append(starts, len(order)).astype(np.int64)
    wiring = Wiring(
        bundles, delays[starts], dynamic[starts], ends, targets.astype(np.int64), aligned.copy(values.astype(dtype))
    )
    return wiring, order


def check_connections(name: str, found: Connections, n_sources: int, n: int, dt: float) -> None:
    """Refuse synapses that no network of this size can have."""
    sizes = {len(part) for part in found}
    if len(sizes) != 1:
        raise ValueError(f"{name}: their arrays are of lengths {sorted(sizes)}; one entry a synapse is allowed")
    if not sizes.pop():
        return
    for part, below in (("sources", n_sources), ("targets", n)):
        ends = getattr(found, part)
        if ends.dtype.kind not in "iu" or ends.min() < 0 or ends.max() >= below:
            raise ValueError(
                f"{name} {part}: they reach from {ends.min()} to {ends.max()}; 0 to {below - 1} is allowed"
            )
    numbers = np.stack(found[2:])
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name}: {(~np.isfinite(numbers)).sum()} values are nan or infinite; all must be finite")
    if found.utilisation.min() <= 0 or found.utilisation.max() > 1:
        raise ValueError(f"{name} utilisation: they reach outside (0, 1]")
    for part in ("recovery", "facilitation"):
        if getattr(found, part).min() < 0:
            raise ValueError(f"{name} {part}: {getattr(found, part).min()!r} ms is negative")
    if found.delay.min() < dt * (1.0 - 1e-9):
        raise ValueError(f"dt: {dt!r} ms is longer than the smallest delay of {name}, {found.delay.min()} ms")
