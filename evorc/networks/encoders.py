"""From numbers to spikes. A row of a series lasts `width` ms; every encoder answers with times in ms and channels."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .checks import whole, within
from .spikes import Spikes, in_order, spikes_of_bins

Array = NDArray[np.float64]
LAST = 0.9  # share of a row after which nothing fires, so that two rows stay apart


def poisson(values: ArrayLike, *, width: float, max_rate: float = 100.0, random_state: Any = None) -> Spikes:
    """Poisson trains whose rates follow the values.

    Parameters
    ----------
    values : array_like [row, channel]
        In [0, 1]: shares of the largest rate.
    width : float
        How long a row lasts, ms.
    max_rate : float, default=100
        Rate of a value of 1, Hz.
    random_state : int, Generator or None, default=None
        Draws the spikes.

    Returns
    -------
    Spikes

    Raises
    ------
    ValueError
        If a value is not in [0, 1], or a number is not above 0.

    Examples
    --------
    >>> len(poisson([[0.0], [1.0]], width=1000.0, random_state=0).times) > 60
    True
    """
    shares = _shares(values, width)
    within("max_rate", max_rate, above=0.0)
    rng = np.random.default_rng(random_state)
    each = rng.poisson(shares * max_rate * width / 1000.0)
    rows, channels = (np.repeat(place.ravel(), each.ravel()) for place in np.indices(each.shape))
    return in_order((rows + rng.random(len(rows))) * width, channels)


def latency(values: ArrayLike, *, width: float) -> Spikes:
    """One spike a row and channel, the earlier the larger the value; none for a value of 0.

    Parameters
    ----------
    values, width
        As in :func:`poisson`. A value of 1 fires at the beginning of its row, the smallest one near its end.

    Returns
    -------
    Spikes

    Examples
    --------
    >>> latency([[1.0, 0.5], [0.0, 1.0]], width=10.0)
    Spikes(times=array([ 0. ,  4.5, 10. ]), channels=array([0, 1, 1]))
    """
    shares = _shares(values, width)
    rows, channels = np.nonzero(shares)
    return in_order((rows + LAST * (1.0 - shares[rows, channels])) * width, channels)


def rank_order(values: ArrayLike, *, width: float) -> Spikes:
    """One spike a row and channel, in the order of the values, the largest first (Thorpe & Gautrais 1998).

    Parameters
    ----------
    values, width
        As in :func:`poisson`; of equal values the first channel is first.

    Returns
    -------
    Spikes

    Examples
    --------
    >>> rank_order([[0.2, 0.9]], width=10.0)
    Spikes(times=array([0. , 4.5]), channels=array([1, 0]))
    """
    shares = _shares(values, width)
    ranks = np.argsort(np.argsort(-shares, axis=1, kind="stable"), axis=1)
    rows, channels = np.nonzero(np.ones_like(ranks))
    return in_order((rows + LAST * ranks.ravel() / shares.shape[1]) * width, channels)


def ben_spiker(series: ArrayLike, *, width: float, taps: ArrayLike = (), threshold: float = 0.955) -> Spikes:
    """Ben's spiker algorithm: spikes which a linear filter turns back into the series.

    A channel fires at a row where taking the filter away from the series, from there on, leaves so much less of it.

    Parameters
    ----------
    series : array_like [row, channel]
        Values of at least 0, best as large as the filter's sums.
    width : float
        How long a row lasts, ms.
    taps : array_like, default=()
        The filter h, one value a row. Empty is a Gaussian of 9 rows, standard deviation 2, with a sum of 1.
    threshold : float, default=0.955
        A channel fires if ``sum |s - h| <= sum |s| - threshold * sum |h|``, in (0, 1].

    Returns
    -------
    Spikes
        At the beginnings of rows.

    References
    ----------
    B. Schrauwen and J. Van Campenhout, Proceedings of IJCNN, 2003.

    Examples
    --------
    >>> series = np.convolve([0, 0, 1, 0, 0, 0], [0.5, 0.3, 0.2])[:, None]
    >>> ben_spiker(series, width=1.0, taps=[0.5, 0.3, 0.2]).times
    array([2.])
    """
    s = _finite(series, width).copy()
    within("threshold", threshold, above=0.0, up_to=1.0)
    h = np.asarray(taps, float)
    if not h.size:
        h = np.exp(-(((np.arange(9.0) - 4.0) / 2.0) ** 2) / 2.0)
        h /= h.sum()
    if h.ndim != 1 or not np.isfinite(h).all():
        raise ValueError(f"taps: an array of shape {h.shape} is not a row of finite numbers")
    fired, least = np.zeros(s.shape, bool), threshold * np.abs(h).sum()
    for t in range(len(s) - len(h) + 1):
        ahead = s[t : t + len(h)]
        fired[t] = np.abs(ahead - h[:, None]).sum(axis=0) <= np.abs(ahead).sum(axis=0) - least
        ahead -= h[:, None] * fired[t]
    rows, channels = np.nonzero(fired)
    return in_order(width * rows.astype(float), channels)


def threshold_crossings(series: ArrayLike, *, width: float, levels: int = 8) -> Spikes:
    """A spike whenever a value crosses one of several levels: channel 2c on the way up, 2c + 1 on the way down.

    Parameters
    ----------
    series : array_like [row, channel]
        In [0, 1]; between two rows the value moves along a line.
    width : float
        How long a row lasts, ms.
    levels : int, default=8
        Evenly between 0 and 1, both left out.

    Returns
    -------
    Spikes
        Twice as many channels as the series has.

    Examples
    --------
    >>> threshold_crossings([[0.0], [1.0], [0.4]], width=10.0, levels=1)
    Spikes(times=array([ 5.        , 18.3333...]), channels=array([0, 1]))
    """
    x = _shares(series, width)
    whole("levels", levels, least=1)
    times, channels = [], []
    for level in np.arange(1, levels + 1) / (levels + 1):
        over = x >= level
        rows, crossing = np.nonzero(over[1:] != over[:-1])
        before, after = x[rows, crossing], x[rows + 1, crossing]
        times.append((rows + (level - before) / (after - before)) * width)
        channels.append(2 * crossing + (after < before))
    return in_order(np.concatenate(times), np.concatenate(channels))


def counts(values: ArrayLike, *, width: float) -> Spikes:
    """Numbers of spikes as they are, evenly within each row (see :func:`evorc.networks.spikes.spikes_of_bins`)."""
    return spikes_of_bins(values, width=width)


ENCODERS: Mapping[str, Callable[..., Spikes]] = {
    "poisson": poisson,
    "latency": latency,
    "rank_order": rank_order,
    "ben_spiker": ben_spiker,
    "threshold": threshold_crossings,
    "counts": counts,
}
"""By the names that estimators use."""


def n_channels(encoder: str, n_inputs: int) -> int:
    """How many channels of spikes an encoder makes of so many inputs."""
    return 2 * n_inputs if encoder == "threshold" else n_inputs


def _finite(values: ArrayLike, width: float) -> Array:
    within("width", width, above=0.0)
    found = np.asarray(values, float)
    if found.ndim != 2 or not np.isfinite(found).all():
        raise ValueError(f"values: an array of shape {found.shape}; they must be finite numbers [row, channel]")
    return found


def _shares(values: ArrayLike, width: float) -> Array:
    found = _finite(values, width)
    if found.size and (found.min() < 0 or found.max() > 1):
        raise ValueError(f"values: they reach from {found.min()} to {found.max()}; [0, 1] is allowed")
    return found
