"""What a bidirectional associative memory holds, and a look at the patterns that it is given."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .units import two_valued

Array = NDArray[np.float64]


class Memory(NamedTuple):
    """What has been learnt.

    Parameters
    ----------
    forward : ndarray [x, y]
        Weights from the x layer to the y layer.
    backward : ndarray [y, x]
        Weights from the y layer to the x layer; the transpose of `forward` but in an optimal linear memory.
    thresholds_x, thresholds_y : ndarray [x], [y]
        Subtracted from the sums.
    """

    forward: Array
    backward: Array
    thresholds_x: Array
    thresholds_y: Array

    @property
    def turned(self) -> "Memory":
        """The same memory with the names of its layers exchanged."""
        return Memory(self.backward, self.forward, self.thresholds_y, self.thresholds_x)


def symmetric(weights: ArrayLike, thresholds_x: ArrayLike = 0.0, thresholds_y: ArrayLike = 0.0) -> Memory:
    """Memory with one matrix for both directions.

    Parameters
    ----------
    weights : array_like of shape (n_x, n_y)
        Finite numbers.
    thresholds_x, thresholds_y : array_like of shape (n_x,), (n_y,), or float, default=0
        Subtracted from the sums.

    Returns
    -------
    Memory
        For `recall` and `energy`.

    Raises
    ------
    ValueError
        If an array has another shape or a number that is not finite.

    Examples
    --------
    >>> symmetric([[1.0, -1.0]], thresholds_y=0.5).thresholds_y
    array([0.5, 0.5])
    """
    matrix = np.asarray(weights, float)
    if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
        raise ValueError(f"weights: an array of shape {matrix.shape} is not one of finite numbers [x, y]")
    parts = []
    for name, given, n in zip(("thresholds_x", "thresholds_y"), (thresholds_x, thresholds_y), matrix.shape):
        theta = np.asarray(given, float)
        if theta.shape not in ((), (n,)) or not np.isfinite(theta).all():
            raise ValueError(f"{name}: an array of shape {theta.shape} is not one of {n} finite numbers")
        parts.append(np.array(np.broadcast_to(theta, n)))
    return Memory(matrix, matrix.T, *parts)


def check_shapes(memory: Memory) -> None:
    """Refuse a memory whose parts do not fit each other: kernels would read past their ends."""
    found = [np.shape(part) for part in memory]
    n, m = found[0] if len(found[0]) == 2 else (0, 0)
    if found != [(n, m), (m, n), (n,), (m,)] or not n * m:
        raise ValueError(f"memory: the shapes {found} of its parts are not [x, y], [y, x], [x] and [y]")


def paired(states_x: ArrayLike, states_y: ArrayLike) -> tuple[Array, Array]:
    """Patterns of both layers, one of each a pair."""
    x, y = two_valued("states_x", states_x, "bipolar"), two_valued("states_y", states_y, "bipolar")
    if len(x) != len(y):
        raise ValueError(f"states_y: {len(y)} patterns are not one for each of the {len(x)} of states_x")
    return x, y


def stored(memory: Memory, states_x: ArrayLike, states_y: ArrayLike) -> NDArray[np.bool_]:
    """Which pairs are fixed points that no unit leaves and none is undecided about.

    Parameters
    ----------
    memory : Memory
        As a learning rule gives it.
    states_x, states_y : array_like of shape (n_pairs, n_x), (n_pairs, n_y)
        -1 or 1.

    Returns
    -------
    ndarray of bool of shape (n_pairs,)
        Whether every unit's sum, threshold subtracted, has the unit's sign.
    """
    x, y = paired(states_x, states_y)
    at_y, at_x = x @ memory.forward - memory.thresholds_y, y @ memory.backward - memory.thresholds_x
    return np.asarray((at_y * y > 0).all(axis=1) & (at_x * x > 0).all(axis=1))
