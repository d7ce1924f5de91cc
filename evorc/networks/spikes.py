"""Spike trains: times in ms and channels, or counts in bins."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .checks import whole, within


class Spikes(NamedTuple):
    """Spikes in the order of time.

    Parameters
    ----------
    times : ndarray [spike]
        ms.
    channels : ndarray of int [spike]
        Which channel, or which neuron.
    """

    times: NDArray[np.float64]
    channels: NDArray[np.int64]


def check_spikes(given: Any, n_channels: int, duration: float, name: str = "spikes") -> Spikes:
    """Spikes of a pair (times, channels), after a look at them.

    Parameters
    ----------
    given : (array_like, array_like)
        Times in ms, sorted, within [0, duration), and channels.
    n_channels : int
        How many channels there are.
    duration : float
        Length of the window, ms.
    name : str
        How an error calls them.

    Returns
    -------
    Spikes

    Raises
    ------
    ValueError
        If the two differ in length, a time is not finite, not sorted or outside the window, or a channel unknown.

    Examples
    --------
    >>> check_spikes(([1.0, 2.5], [0, 1]), 2, 10.0).times
    array([1. , 2.5])
    """
    if not (isinstance(given, tuple | list) and len(given) == 2):
        raise ValueError(f"{name}: {type(given).__name__} is not a pair (times, channels)")
    times, channels = np.asarray(given[0], float), np.asarray(given[1])
    if times.ndim != 1 or times.shape != channels.shape:
        raise ValueError(f"{name}: times of shape {times.shape} and channels of shape {channels.shape} must be alike")
    if not times.size:
        return Spikes(times, channels.astype(np.int64))
    if not np.isfinite(times).all():
        raise ValueError(f"{name}: {(~np.isfinite(times)).sum()} times are nan or infinite; all must be finite")
    if (np.diff(times) < 0).any():
        first = int(np.argmax(np.diff(times) < 0))
        raise ValueError(f"{name}: {times[first + 1]} ms follows {times[first]} ms; times must be sorted")
    if times[0] < 0 or times[-1] >= duration:
        raise ValueError(f"{name}: times reach from {times[0]} to {times[-1]} ms; the window is [0, {duration}) ms")
    if channels.dtype.kind not in "iu" or channels.min() < 0 or channels.max() >= n_channels:
        raise ValueError(
            f"{name}: channels reach from {channels.min()} to {channels.max()}; 0 to {n_channels - 1} exist"
        )
    return Spikes(times, channels.astype(np.int64))


def bin_spikes(spikes: Any, *, n_channels: int, duration: float, width: float) -> NDArray[np.int64]:
    """Numbers of spikes [bin, channel].

    Parameters
    ----------
    spikes : (array_like, array_like)
        Times in ms and channels.
    n_channels : int
        How many channels.
    duration, width : float
        Of the window and of a bin, ms; the last bin may be cut.

    Returns
    -------
    ndarray of int [bin, channel]

    Examples
    --------
    >>> bin_spikes(([1.0, 2.5, 6.0], [0, 1, 1]), n_channels=2, duration=10.0, width=5.0)
    array([[1, 1],
           [0, 1]])
    """
    within("width", width, above=0.0)
    found = check_spikes(spikes, n_channels, duration)
    counts = np.zeros((int(np.ceil(duration / width - 1e-9)), n_channels), np.int64)
    np.add.at(counts, ((found.times / width).astype(int), found.channels), 1)
    return counts


def spikes_of_bins(counts: ArrayLike, *, width: float) -> Spikes:
    """Spikes for numbers of spikes in bins, evenly within each bin.

    Parameters
    ----------
    counts : array_like [bin, channel]
        Whole numbers of at least 0.
    width : float
        Of a bin, ms.

    Returns
    -------
    Spikes

    Raises
    ------
    ValueError
        If a count is negative, not whole or not finite.

    Examples
    --------
    >>> spikes_of_bins([[2, 0], [0, 1]], width=10.0)
    Spikes(times=array([ 2.5,  7.5, 15. ]), channels=array([0, 0, 1]))
    """
    within("width", width, above=0.0)
    found = np.asarray(counts, float)
    if found.ndim != 2 or not np.isfinite(found).all() or (found < 0).any() or (found != np.rint(found)).any():
        raise ValueError("counts: they must be whole numbers of at least 0, [bin, channel]")
    rows, channels = np.nonzero(found)
    each = found[rows, channels].astype(int)
    place = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    times = (np.repeat(rows, each) + (place + 0.5) / np.repeat(each, each)) * width
    return in_order(times, np.repeat(channels, each))


def in_order(times: NDArray[np.float64], channels: NDArray[np.int64]) -> Spikes:
    """Sorted by time, then by channel."""
    order = np.lexsort((channels, times))
    return Spikes(times[order], channels[order])


def poisson_spikes(n_channels: int, duration: float, rate: float, random_state: Any = None) -> Spikes:
    """Poisson trains of one rate.

    Parameters
    ----------
    n_channels : int
        How many.
    duration : float
        ms.
    rate : float
        Hz.
    random_state : int, Generator or None, default=None
        Draws them.

    Examples
    --------
    >>> len(poisson_spikes(4, 1000.0, 20.0, 0).times) > 40
    True
    """
    whole("n_channels", n_channels, least=0)
    within("duration", duration, least=0.0)
    within("rate", rate, least=0.0)
    rng = np.random.default_rng(random_state)
    each = rng.poisson(rate * duration / 1000.0, n_channels)
    return in_order(rng.uniform(0.0, duration, each.sum()), np.repeat(np.arange(n_channels), each))
