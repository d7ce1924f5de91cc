"""Series in discrete time without an input."""

import numpy as np
from numpy.typing import ArrayLike

from ._checks import Array, RandomState, check_bounded, check_finite, check_whole, first_state

FREQUENCIES = (0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97)


def henon(
    n_steps: int,
    *,
    a: float = 1.4,
    b: float = 0.3,
    initial: ArrayLike | None = None,
    discard: int = 1000,
    random_state: RandomState = None,
) -> Array:
    """Map of the plane with a strange attractor (Hénon 1976).

    ``x(t+1) = 1 - a x(t)^2 + y(t),  y(t+1) = b x(t)``

    Parameters
    ----------
    n_steps : int
        Rows of the series.
    a, b : float, default=1.4, 0.3
        As in the equation.
    initial : array_like of shape (2,) or None, default=None
        First x and y. None draws both from [-0.1, 0.1].
    discard : int, default=1000
        Rows left out before the first one, so that it lies on the attractor. With 0 the first row is the initial state.
    random_state : int, Generator or None, default=None
        Draws the initial state.

    Returns
    -------
    ndarray of shape (n_steps, 2)
        x, y.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the orbit leaves all bounds.

    References
    ----------
    M. Hénon, Communications in Mathematical Physics 50, 1976.

    Examples
    --------
    >>> henon(3, initial=(0.0, 0.0), discard=0)
    array([[ 0. ,  0. ],
           [ 1. ,  0. ],
           [-0.4,  0.3]])
    """
    check_whole(1, n_steps=n_steps)
    check_whole(0, discard=discard)
    check_finite(a=a, b=b)
    x, y = first_state(initial, np.random.default_rng(random_state).uniform(-0.1, 0.1, 2)).tolist()
    orbit = []
    for _ in range(discard + n_steps):
        orbit.append((x, y))
        x, y = 1.0 - a * (x * x) + y, b * x
    return check_bounded(np.array(orbit)[discard:], "henon")


def multiple_superimposed_oscillators(n_steps: int, n_sines: int = 2) -> Array:
    """Sum of sines whose frequencies have no common measure, a task for networks that run freely.

    ``s(t) = sum_i sin(w_i t)``, t = 0, 1, ..., with the frequencies 0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97
    radians a step, in this order.

    Parameters
    ----------
    n_steps : int
        Rows of the series.
    n_sines : int, default=2
        How many of the frequencies, 1 to 8; 2, 5 and 8 are usual (MSO2, MSO5, MSO8).

    Returns
    -------
    ndarray of shape (n_steps, 1)

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    J. Schmidhuber et al., Neural Computation 19, 2007 (the first four); B. Roeschies and C. Igel, Logic Journal of the
    IGPL 18, 2010 (all eight).

    Examples
    --------
    >>> multiple_superimposed_oscillators(3, 2).ravel().round(3)
    array([0.   , 0.505, 0.972])
    """
    check_whole(1, n_steps=n_steps, n_sines=n_sines)
    if n_sines > len(FREQUENCIES):
        raise ValueError(f"n_sines: {n_sines!r} is more than the {len(FREQUENCIES)} frequencies that are in use")
    angles = np.arange(n_steps)[:, None] * np.array(FREQUENCIES[:n_sines])
    series: Array = np.sin(angles).sum(axis=1, keepdims=True)
    return series
