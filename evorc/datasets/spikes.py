"""Spike trains to tell apart, to remember and to compute on (Maass, Natschlaeger & Markram 2002).

A train is a pair (times in ms, channels), sorted by time.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._checks import Array, RandomState, check_positive, check_whole

Train = tuple[Array, NDArray[np.int64]]


class SpikeTask(NamedTuple):
    """Trains and what is to be said about them.

    Parameters
    ----------
    trains : list of (times, channels)
        One pair for each series.
    targets : ndarray
        A row for each series.
    duration : float
        Length of each series, ms.
    """

    trains: list[Train]
    targets: NDArray[Any]
    duration: float


def jittered_templates(
    n_series: int,
    *,
    n_segments: int = 2,
    n_templates: int = 2,
    segment: float = 250.0,
    rate: float = 20.0,
    jitter: float = 4.0,
    n_channels: int = 1,
    random_state: RandomState = None,
) -> SpikeTask:
    """Trains of segments, each a noisy version of one of a few templates; the target is which, segment by segment.

    Every segment has templates of its own: Poisson trains, drawn once. A series picks one for each segment, and moves
    each of its spikes by normal noise; those that leave the segment are turned back at its ends.

    Parameters
    ----------
    n_series : int
        How many series.
    n_segments, n_templates : int, default=2
        Segments of a series, and templates of a segment.
    segment : float, default=250
        Length of a segment, ms.
    rate : float, default=20
        Of each channel, Hz.
    jitter : float, default=4
        Standard deviation of the noise, ms.
    n_channels : int, default=1
        Channels.
    random_state : int, Generator or None, default=None
        Draws all of it.

    Returns
    -------
    SpikeTask
        Targets [series, segment]: numbers of templates.

    Examples
    --------
    >>> task = jittered_templates(5, random_state=0)
    >>> task.targets.shape, task.duration
    ((5, 2), 500.0)
    """
    check_whole(1, n_series=n_series, n_segments=n_segments, n_templates=n_templates, n_channels=n_channels)
    check_positive(segment=segment, rate=rate)
    if not (isinstance(jitter, int | float) and 0 <= jitter < np.inf):
        raise ValueError(f"jitter: {jitter!r} is not a finite number of at least 0")
    rng = np.random.default_rng(random_state)
    templates = [[_poisson(n_channels, segment, rate, rng) for _ in range(n_templates)] for _ in range(n_segments)]
    targets = rng.integers(n_templates, size=(n_series, n_segments))
    trains = []
    for row in targets:
        parts = []
        for number, which in enumerate(row):
            times, channels = templates[number][which]
            moved = _inside(times + rng.normal(0.0, jitter, len(times)), segment)
            parts.append((moved + number * segment, channels))
        trains.append(_joined(parts))
    return SpikeTask(trains, targets, n_segments * segment)


def segment_recall(n_series: int, **options: Any) -> SpikeTask:
    """Jittered templates of four segments of 250 ms: with all that a state is read at the end, one is to be recalled.

    Parameters
    ----------
    n_series : int
        How many series.
    **options
        As in :func:`jittered_templates`, whose other defaults hold.

    Returns
    -------
    SpikeTask
        Targets [series, segment].

    Examples
    --------
    >>> segment_recall(3, random_state=0).targets.shape
    (3, 4)
    """
    return jittered_templates(n_series, **{"n_segments": 4, **options})


def rate_sums(
    n_series: int,
    *,
    n_channels: int = 4,
    duration: float = 500.0,
    window: float = 30.0,
    max_rate: float = 80.0,
    random_state: RandomState = None,
) -> SpikeTask:
    """Poisson trains whose rates change, with two things to compute at the end of each.

    The rate of channel c is ``max_rate / 2 (1 + sin(2 pi f_c t + p_c))``, f_c drawn from 1 to 5 Hz and p_c from 0 to
    2 pi for each series.

    Parameters
    ----------
    n_series : int
        How many series.
    n_channels : int, default=4
        At least 2.
    duration : float, default=500
        ms.
    window : float, default=30
        Over which spikes and coincidences are counted, the last ms of each series.
    max_rate : float, default=80
        Hz.
    random_state : int, Generator or None, default=None
        Draws all of it.

    Returns
    -------
    SpikeTask
        Targets [series, 2]: the sum of the rates over the window, averaged over channels, as a share of `max_rate`; and
        the number of coincidences in it, pairs of spikes of the first two channels within 5 ms.

    Examples
    --------
    >>> rate_sums(3, random_state=0).targets.shape
    (3, 2)
    """
    check_whole(1, n_series=n_series)
    check_whole(2, n_channels=n_channels)
    check_positive(duration=duration, window=window, max_rate=max_rate)
    if window > duration:
        raise ValueError(f"window: {window!r} ms is longer than the duration, {duration!r} ms")
    rng = np.random.default_rng(random_state)
    trains, targets = [], []
    for _ in range(n_series):
        speed, phase = rng.uniform(1.0, 5.0, n_channels), rng.uniform(0.0, 2.0 * np.pi, n_channels)
        times, channels = _poisson(n_channels, duration, max_rate, rng)
        kept = rng.random(len(times)) < _share(times, speed[channels], phase[channels])
        times, channels = times[kept], channels[kept]
        grid = np.linspace(duration - window, duration, 61)
        late = times >= duration - window
        first, second = (times[late & (channels == c)] for c in (0, 1))
        together = np.count_nonzero(np.abs(first[:, None] - second[None, :]) <= 5.0)
        trains.append((times, channels))
        targets.append((_share(grid[:, None], speed, phase).mean(), together))
    return SpikeTask(trains, np.array(targets), duration)


def temporal_xor(
    n_series: int,
    *,
    segment: float = 100.0,
    gap: float = 50.0,
    rates: tuple[float, float] = (10.0, 80.0),
    n_channels: int = 4,
    random_state: RandomState = None,
) -> SpikeTask:
    """Two bursts of a low or a high rate, one after the other: were they different?

    Parameters
    ----------
    n_series : int
        How many series.
    segment, gap : float, default=100, 50
        Length of a burst and of the silence after each, ms.
    rates : (float, float), default=(10, 80)
        Of all channels, Hz.
    n_channels : int, default=4
        Channels.
    random_state : int, Generator or None, default=None
        Draws all of it.

    Returns
    -------
    SpikeTask
        Targets [series]: 1 where one burst was low and the other high, else 0.

    Examples
    --------
    >>> temporal_xor(4, random_state=0).duration
    300.0
    """
    check_whole(1, n_series=n_series, n_channels=n_channels)
    check_positive(segment=segment, gap=gap, low=rates[0], high=rates[1])
    rng = np.random.default_rng(random_state)
    bits = rng.integers(2, size=(n_series, 2))
    trains = []
    for pair in bits:
        bursts = [_poisson(n_channels, segment, rates[bit], rng) for bit in pair]
        trains.append(_joined([(times + k * (segment + gap), channels) for k, (times, channels) in enumerate(bursts)]))
    return SpikeTask(trains, bits[:, 0] ^ bits[:, 1], 2.0 * (segment + gap))


def _share(t: Array, speed: Array, phase: Array) -> Array:
    shares: Array = 0.5 * (1.0 + np.sin(2e-3 * np.pi * speed * t + phase))
    return shares


def _poisson(n_channels: int, duration: float, rate: float, rng: np.random.Generator) -> Train:
    each = rng.poisson(rate * duration / 1000.0, n_channels)
    return _joined([(rng.uniform(0.0, duration, each.sum()), np.repeat(np.arange(n_channels), each))])


def _joined(parts: list[Train]) -> Train:
    times, channels = (np.concatenate(both) for both in zip(*parts, strict=True))
    order = np.argsort(times, kind="stable")
    return times[order], channels[order]


def _inside(times: Array, length: float) -> Array:
    """Times turned back at both ends of [0, length), as often as it takes."""
    folded = np.mod(times, 2.0 * length)
    return np.minimum(np.minimum(folded, 2.0 * length - folded), np.nextafter(length, 0.0))
