"""Equations with a delay, integrated with the classical Runge-Kutta method on a grid that divides the delay."""

from collections.abc import Callable

import numpy as np

from ..kernels.compiler import inline, kernel
from ._checks import Array, RandomState, check_bounded, check_finite, check_positive, check_whole

History = Callable[[float], float]


def mackey_glass(
    n_steps: int,
    *,
    tau: float = 17.0,
    a: float = 0.2,
    b: float = 0.1,
    n: int = 10,
    dt: float = 1.0,
    substeps: int = 10,
    history: float | History | None = None,
    discard: int = 1000,
    random_state: RandomState = None,
) -> Array:
    """Blood cell production of Mackey & Glass (1977), chaotic for a `tau` above about 16.8.

    ``x'(t) = a x(t - tau) / (1 + x(t - tau)^n) - b x(t)``

    Integrated with the classical Runge-Kutta method of order 4 and a step of ``dt / substeps``; between grid points the
    past is interpolated with the same order (cubic Hermite). Every operation is one of strict IEEE arithmetic, so the
    bits are the same on every x86-64 CPU.

    Parameters
    ----------
    n_steps : int
        Rows of the series.
    tau : float, default=17
        Delay, in the unit of time of a and b; a multiple of the step.
    a, b : float, default=0.2, 0.1
        Rates of production and decay, in 1 / time.
    n : int, default=10
        Exponent, at least 0.
    dt : float, default=1
        Time between two rows.
    substeps : int, default=10
        Integration steps between two rows.
    history : float or callable, default=None
        x(t) for -tau <= t <= 0: a constant, or a function of t. None draws a constant from [0.5, 1.5].
    discard : int, default=1000
        Rows left out before the first one, so that it lies on the attractor. With 0 the first row is x(0).
    random_state : int, Generator or None, default=None
        Draws the history.

    Returns
    -------
    ndarray of shape (n_steps, 1)

    Raises
    ------
    ValueError
        If an argument is out of its range, or `tau` is not a multiple of the step.

    References
    ----------
    M. C. Mackey and L. Glass, Science 197, 1977; H. Jaeger and H. Haas, Science 304, 2004 (as a task).

    Examples
    --------
    >>> series = mackey_glass(500, random_state=0)
    >>> series.shape, bool(series.min() > 0.2), bool(series.max() < 1.4)
    ((500, 1), True, True)
    """
    check_whole(1, n_steps=n_steps, substeps=substeps)
    check_whole(0, n=n, discard=discard)
    check_positive(tau=tau, dt=dt)
    check_finite(a=a, b=b)
    h = float(dt) / substeps
    delay = round(tau / h)
    if delay < 1 or abs(tau / h - delay) > 1e-9 * delay:
        raise ValueError(f"tau: {tau!r} is not a multiple of the step dt / substeps = {h:g}")
    past, middles = _before(_as_function(history, random_state), delay, h)
    out = np.empty(discard + n_steps)
    _mackey_glass(past, middles, out, int(substeps), float(a), float(b), int(n), h)
    return check_bounded(out[discard:, None], "mackey_glass")


def _as_function(history: float | History | None, random_state: RandomState) -> History:
    if callable(history):
        return history
    constant = np.random.default_rng(random_state).uniform(0.5, 1.5) if history is None else history
    check_finite(history=constant)
    return lambda t: float(constant)


def _before(history: History, delay: int, h: float) -> tuple[Array, Array]:
    """The history at the grid points, and between each and the next; the last such place is there to be written."""
    values = np.array([history(0.5 * h * k) for k in range(-2 * delay, 1)], np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError("history: a value of it is not a finite number")
    return values[::2].copy(), np.append(values[1::2], 0.0)


@inline
def _rate(x: float, delayed: float, a: float, b: float, n: int) -> float:
    power = 1.0
    for _ in range(n):
        power *= delayed
    return a * delayed / (1.0 + power) - b * x


@kernel
def _mackey_glass(past: Array, middles: Array, out: Array, substeps: int, a: float, b: float, n: int, h: float) -> None:
    """Rings: `past[p]` is x(t - tau), the entry before it x(t); `middles[p]` lies between `past[p]` and the next."""
    last, p = past.shape[0] - 1, 0
    x = past[last]
    k1 = _rate(x, past[0], a, b, n)
    for row in range(out.shape[0]):
        out[row] = x
        for _ in range(substeps):
            following = p + 1 if p < last else 0
            k2 = _rate(x + 0.5 * h * k1, middles[p], a, b, n)
            k3 = _rate(x + 0.5 * h * k2, middles[p], a, b, n)
            k4 = _rate(x + h * k3, past[following], a, b, n)
            new = x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            slope = _rate(new, past[following], a, b, n)
            middles[p - 1 if p > 0 else last] = 0.5 * (x + new) + 0.125 * h * (k1 - slope)
            past[p] = new
            x, k1, p = new, slope, following
