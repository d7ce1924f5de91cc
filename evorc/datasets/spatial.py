"""Partial differential equations on a periodic domain."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._checks import Array, RandomState, check_bounded, check_positive, check_whole, first_state

Spectrum = NDArray[np.complex128]
CONTOUR = 32  # points of the circle, of which the upper half is used (Kassam & Trefethen 2005, section 3)


def kuramoto_sivashinsky(
    n_steps: int,
    *,
    length: float = 22.0,
    n_points: int = 64,
    dt: float = 0.25,
    substeps: int = 1,
    initial: ArrayLike | None = None,
    discard: int = 1000,
    random_state: RandomState = None,
) -> Array:
    """Chaos in space and time: flame fronts, films that flow down a wall (Kuramoto 1978, Sivashinsky 1977).

    ``u_t = -u u_x - u_xx - u_xxxx``, periodic in x with period `length`

    Fourier modes in space, and the exponential time differencing Runge-Kutta method of order 4 (ETDRK4) in time. The
    mean over space is conserved.

    Parameters
    ----------
    n_steps : int
        Rows of the series.
    length : float, default=22
        Period of the domain.
    n_points : int, default=64
        Grid points, an even number of at least 4, ``length / n_points`` apart. Three in a unit of length resolve u.
    dt : float, default=0.25
        Time between two rows.
    substeps : int, default=1
        Integration steps between two rows.
    initial : array_like of shape (n_points,) or None, default=None
        u at time 0. None draws each point from [-0.6, 0.6] and takes their mean away.
    discard : int, default=1000
        Rows left out before the first one, so that it lies on the attractor. With 0 the first row is u at time 0.
    random_state : int, Generator or None, default=None
        Draws the initial u.

    Returns
    -------
    ndarray of shape (n_steps, n_points)

    Raises
    ------
    ValueError
        If an argument is out of its range, or u leaves all bounds.

    References
    ----------
    A.-K. Kassam and L. N. Trefethen, SIAM Journal on Scientific Computing 26, 2005 (ETDRK4); J. Pathak et al., Physical
    Review Letters 120, 2018 (as a forecasting task).

    Examples
    --------
    >>> kuramoto_sivashinsky(10, discard=100, random_state=0).shape
    (10, 64)
    """
    check_whole(1, n_steps=n_steps, substeps=substeps)
    check_whole(0, discard=discard)
    check_whole(4, n_points=n_points)
    check_positive(length=length, dt=dt)
    if n_points % 2:
        raise ValueError(f"n_points: {n_points!r} is not an even number")
    drawn = np.random.default_rng(random_state).uniform(-0.6, 0.6, n_points)
    u = first_state(initial, drawn - drawn.mean())
    with np.errstate(all="ignore"):
        series = _etdrk4(u, length, dt / substeps, substeps, discard + n_steps)
    return check_bounded(series[discard:], "kuramoto_sivashinsky")


def _etdrk4(u: Array, length: float, h: float, substeps: int, n_rows: int) -> Array:
    """Kassam & Trefethen 2005, equations 26 to 29, for v_t = L v + N(v) in Fourier space."""
    k = 2.0 * np.pi / length * np.arange(len(u) // 2 + 1)
    linear = k**2 - k**4
    slope = -0.5j * k

    def nonlinear(v: Spectrum) -> Spectrum:
        product: Spectrum = slope * np.fft.rfft(np.fft.irfft(v, len(u)) ** 2)
        return product

    whole, half = np.exp(h * linear), np.exp(0.5 * h * linear)
    q, f1, f2, f3 = _coefficients(h, linear)
    v = np.fft.rfft(u)
    series = np.empty((n_rows, len(u)))
    series[0] = u
    for row in range(1, n_rows):
        for _ in range(substeps):
            at_v = nonlinear(v)
            a = half * v + q * at_v
            at_a = nonlinear(a)
            b = half * v + q * at_a
            at_b = nonlinear(b)
            c = half * a + q * (2.0 * at_b - at_v)
            v = whole * v + f1 * at_v + 2.0 * f2 * (at_a + at_b) + f3 * nonlinear(c)
        series[row] = np.fft.irfft(v, len(u))
    return series


def _coefficients(h: float, linear: Array) -> tuple[Array, Array, Array, Array]:
    """Means over a circle around each h L, where the closed forms themselves would cancel."""
    circle = np.exp(2.0j * np.pi * (np.arange(CONTOUR // 2) + 0.5) / CONTOUR)
    z = h * linear[:, None] + circle
    e = np.exp(z)
    q = (np.exp(0.5 * z) - 1.0) / z
    f1 = (-4.0 - z + e * (4.0 - 3.0 * z + z**2)) / z**3
    f2 = (2.0 + z + e * (z - 2.0)) / z**3
    f3 = (-4.0 - 3.0 * z - z**2 + e * (4.0 - z)) / z**3
    q, f1, f2, f3 = (h * values.mean(axis=1).real for values in (q, f1, f2, f3))
    return q, f1, f2, f3
