"""What a liquid makes of differences: distances of trains, separation of states, rates.

Ranks are those of :func:`evorc.metrics.kernel_rank` and :func:`evorc.metrics.generalisation_rank`, of states
``response.states()[:, -1]`` after different inputs and after versions of one.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checks import within
from .lsm_liquid import Response
from .spikes import Spikes, poisson_spikes

Array = NDArray[np.float64]
KERNEL = 5.0  # ms
WIDEST = 1e4  # ms, of the jitter that makes two trains differ


def spike_distance(first: Any, second: Any, *, duration: float, kernel: float = KERNEL) -> float:
    """How far two spike trains are apart: the L2 norm of their difference, smoothed, by the second.

    ``sqrt( sum_c integral (u~_c - v~_c)^2 dt ) / T``, u~ the train convolved with ``exp(-(t / kernel)^2)`` and both
    times in seconds, so that 0.16 is about one spike more in half a second.

    Parameters
    ----------
    first, second : (array_like, array_like)
        Times in ms and channels.
    duration : float
        T, ms.
    kernel : float, default=5
        ms.

    Returns
    -------
    float

    References
    ----------
    W. Maass, T. Natschlaeger and H. Markram, Neural Computation 14(11), 2002 (section 3.1).

    Examples
    --------
    >>> round(spike_distance(([10.0], [0]), ([], []), duration=500.0), 3)
    0.158
    >>> spike_distance(([10.0], [0]), ([10.0], [0]), duration=500.0)
    0.0
    """
    within("duration", duration, above=0.0)
    within("kernel", kernel, above=0.0)
    times = np.concatenate([np.asarray(train[0], float) for train in (first, second)])
    channels = np.concatenate([np.asarray(train[1], int) for train in (first, second)])
    sign = np.repeat([1.0, -1.0], [len(first[0]), len(second[0])])
    near = np.exp(-((times[:, None] - times[None, :]) ** 2) / (2.0 * kernel**2))
    total = float(sign @ (near * (channels[:, None] == channels[None, :])) @ sign)
    return float(np.sqrt(max(total, 0.0) * kernel * np.sqrt(np.pi / 2.0) / 1000.0) / (duration / 1000.0))


def pair_at_distance(
    distance: float,
    *,
    n_channels: int = 1,
    duration: float = 500.0,
    rate: float = 20.0,
    random_state: int | np.random.Generator | None = None,
) -> tuple[Spikes, Spikes]:
    """A Poisson train, and the same with every spike moved by normal noise just as far as it takes.

    Parameters
    ----------
    distance : float
        As :func:`spike_distance` measures it, at least 0.
    n_channels : int, default=1
        Channels.
    duration : float, default=500
        ms.
    rate : float, default=20
        Hz.
    random_state : int, Generator or None, default=None
        Draws trains, and draws them anew until noise can take them so far apart.

    Returns
    -------
    Spikes, Spikes

    Raises
    ------
    ValueError
        If the distance is negative, or larger than a hundred pairs of trains can have.

    Examples
    --------
    >>> first, second = pair_at_distance(0.2, random_state=0)
    >>> round(spike_distance(first, second, duration=500.0), 6)
    0.2
    """
    within("distance", distance, least=0.0)
    rng = np.random.default_rng(random_state)
    for _ in range(100):
        train = poisson_spikes(n_channels, duration, rate, rng)
        if distance == 0.0:
            return train, train
        noise = rng.normal(size=len(train.times))
        found = _moved_by(train, noise, distance, duration)
        if found is not None:
            return train, found
    raise ValueError(f"distance: {distance!r} is more than trains of {rate!r} Hz can be apart; lower it or raise rate")


def _moved_by(train: Spikes, noise: Array, distance: float, duration: float) -> Spikes | None:
    """The train with so much of the noise that it lies at the distance, by bisection."""

    def moved(size: float) -> Spikes:
        folded = np.mod(train.times + size * noise, 2.0 * duration)
        times = np.minimum(np.minimum(folded, 2.0 * duration - folded), np.nextafter(duration, 0.0))
        order = np.argsort(times, kind="stable")
        return Spikes(times[order], train.channels[order])

    def apart(size: float) -> float:
        return spike_distance(train, moved(size), duration=duration)

    sizes = np.geomspace(0.01, WIDEST, 60)
    beyond = next((k for k, size in enumerate(sizes) if apart(size) >= distance), 0)
    if not beyond:
        return None
    low, high = sizes[beyond - 1], sizes[beyond]
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if apart(middle) < distance else (low, middle)
    return moved(high)


def separation(first: Response, second: Response, state: str = "filtered") -> Array:
    """How far apart two runs of a liquid leave its states, on average over the series.

    With inputs at a distance this is the separation property; with one input and :meth:`Liquid.restarted` the noise
    floor; with one spike more in the second run, the echo of a perturbation.

    Parameters
    ----------
    first, second : Response
        Of as many series, read at the same times.
    state : {"filtered", "potential", "both"}, default="filtered"
        Which states.

    Returns
    -------
    ndarray [read]
        Mean of the Euclidean distances.

    Raises
    ------
    ValueError
        If the two do not have the same shape.

    Examples
    --------
    >>> from evorc.networks.lsm import LSM
    >>> liquid = LSM(shape=(3, 3, 3), input_scale=3.0).draw(1)
    >>> one, other = (liquid.run([([5.0, time], [0, 0])], duration=40.0) for time in (9.0, 15.0))
    >>> bool(separation(one, other)[0] > 0)
    True
    """
    a, b = first.states(state), second.states(state)
    if a.shape != b.shape:
        raise ValueError(f"second: its states of shape {b.shape} are not of shape {a.shape} as those of the first")
    found: Array = np.linalg.norm(a - b, axis=2).mean(axis=0)
    return found


def rates(spikes: Any, *, n_neurons: int, duration: float) -> Array:
    """Spikes a second of every neuron.

    Parameters
    ----------
    spikes : (array_like, array_like)
        Times in ms and neurons, such as one of ``response.spikes``.
    n_neurons : int
        How many.
    duration : float
        ms.

    Returns
    -------
    ndarray [neuron]

    Examples
    --------
    >>> rates(([1.0, 2.0], [0, 0]), n_neurons=2, duration=100.0)
    array([20.,  0.])
    """
    within("duration", duration, above=0.0)
    each: Array = np.bincount(np.asarray(spikes[1], int), minlength=n_neurons) / (duration / 1000.0)
    return each
