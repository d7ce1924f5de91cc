"""Ordinary differential equations, integrated by SciPy's DOP853 with tolerances of 1e-11."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ._checks import Array, RandomState, check_bounded, check_finite, check_positive, check_whole, first_state

TOLERANCE = 1e-11
BOUND = 1e5


def lorenz63(
    n_steps: int,
    *,
    sigma: float = 10.0,
    rho: float = 28.0,
    beta: float = 8.0 / 3.0,
    dt: float = 0.02,
    initial: ArrayLike | None = None,
    discard: int = 1000,
    random_state: RandomState = None,
) -> Array:
    """Convection between two plates (Lorenz 1963).

    ``x' = sigma (y - x),  y' = x (rho - z) - y,  z' = x y - beta z``

    Its largest Lyapunov exponent is 0.9056 for the default parameters.

    Parameters
    ----------
    n_steps : int
        Rows of the series.
    sigma, rho, beta : float, default=10, 28, 8/3
        Prandtl number, relative Rayleigh number, and a number of the geometry.
    dt : float, default=0.02
        Time between two rows. The integrator chooses its own steps.
    initial : array_like of shape (3,) or None, default=None
        State at time 0. None draws each variable from [-1, 1].
    discard : int, default=1000
        Rows left out before the first, so that it lies on the attractor. With 0 the first row is the state at time 0.
    random_state : int, Generator or None, default=None
        Draws the initial state.

    Returns
    -------
    ndarray of shape (n_steps, 3)
        x, y, z.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    E. N. Lorenz, Journal of the Atmospheric Sciences 20, 1963.

    Examples
    --------
    >>> lorenz63(100, random_state=0).shape
    (100, 3)
    """
    check_finite(sigma=sigma, rho=rho, beta=beta)
    start = first_state(initial, np.random.default_rng(random_state).uniform(-1.0, 1.0, 3))

    def rate(t: float, state: Array) -> Sequence[float]:
        x, y, z = state.tolist()
        return sigma * (y - x), x * (rho - z) - y, x * y - beta * z

    return _integrated(rate, start, n_steps, dt, discard)


def lorenz96(
    n_steps: int,
    *,
    n_variables: int = 40,
    forcing: float = 8.0,
    dt: float = 0.05,
    initial: ArrayLike | None = None,
    discard: int = 1000,
    random_state: RandomState = None,
) -> Array:
    """A quantity of the atmosphere around a circle of latitude (Lorenz 1996), chaotic for a forcing of 8.

    ``x_i' = (x_{i+1} - x_{i-2}) x_{i-1} - x_i + F``, indices modulo the number of variables

    Parameters
    ----------
    n_steps : int
        Rows of the series.
    n_variables : int, default=40
        Places around the circle, at least 4.
    forcing : float, default=8
        F.
    dt : float, default=0.05
        Time between two rows; Lorenz counts 0.05 as six hours. The integrator chooses its own steps.
    initial : array_like of shape (n_variables,) or None, default=None
        State at time 0. None draws each variable from [F - 1, F + 1].
    discard : int, default=1000
        Rows left out before the first, so that it lies on the attractor. With 0 the first row is the state at time 0.
    random_state : int, Generator or None, default=None
        Draws the initial state.

    Returns
    -------
    ndarray of shape (n_steps, n_variables)

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    E. N. Lorenz, Predictability: a problem partly solved, ECMWF seminar, 1996.

    Examples
    --------
    >>> lorenz96(50, n_variables=5, random_state=0).shape
    (50, 5)
    """
    check_whole(4, n_variables=n_variables)
    check_finite(forcing=forcing)
    start = first_state(initial, forcing + np.random.default_rng(random_state).uniform(-1.0, 1.0, n_variables))
    place = np.arange(n_variables)
    after, before, second_before = ((place + shift) % n_variables for shift in (1, -1, -2))

    def rate(t: float, x: Array) -> Array:
        changed: Array = (x[after] - x[second_before]) * x[before] - x + forcing
        return changed

    return _integrated(rate, start, n_steps, dt, discard)


def roessler(
    n_steps: int,
    *,
    a: float = 0.2,
    b: float = 0.2,
    c: float = 5.7,
    dt: float = 0.1,
    initial: ArrayLike | None = None,
    discard: int = 1000,
    random_state: RandomState = None,
) -> Array:
    """The simplest continuous chaos (Rössler 1976): one nonlinear term, one turn takes about 6 units of time.

    ``x' = -y - z,  y' = x + a y,  z' = b + z (x - c)``

    Parameters
    ----------
    n_steps : int
        Rows of the series.
    a, b, c : float, default=0.2, 0.2, 5.7
        As in the equation.
    dt : float, default=0.1
        Time between two rows. The integrator chooses its own steps.
    initial : array_like of shape (3,) or None, default=None
        State at time 0. None draws each variable from [-1, 1].
    discard : int, default=1000
        Rows left out before the first, so that it lies on the attractor. With 0 the first row is the state at time 0.
    random_state : int, Generator or None, default=None
        Draws the initial state.

    Returns
    -------
    ndarray of shape (n_steps, 3)
        x, y, z.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the state leaves all bounds.

    References
    ----------
    O. E. Rössler, Physics Letters A 57, 1976.

    Examples
    --------
    >>> roessler(100, random_state=0).shape
    (100, 3)
    """
    check_finite(a=a, b=b, c=c)
    start = first_state(initial, np.random.default_rng(random_state).uniform(-1.0, 1.0, 3))

    def rate(t: float, state: Array) -> Sequence[float]:
        x, y, z = state.tolist()
        return -y - z, x + a * y, b + z * (x - c)

    return _integrated(rate, start, n_steps, dt, discard)


def _integrated(
    rate: Callable[[float, Array], ArrayLike], start: Array, n_steps: int, dt: float, discard: int
) -> Array:
    """States at the times of the rows that are kept, [time, variable]."""
    from scipy.integrate import solve_ivp

    check_whole(1, n_steps=n_steps)
    check_whole(0, discard=discard)
    check_positive(dt=dt)
    burst = _Burst()
    if burst(0.0, start) <= 0.0:
        raise ValueError(f"initial: {start.tolist()} has a value that is not below {BOUND:g}")
    rows = np.arange(discard, discard + n_steps)
    options = {"method": "DOP853", "rtol": TOLERANCE, "atol": TOLERANCE, "events": burst}
    with np.errstate(all="ignore"):
        solution = solve_ivp(rate, (0.0, (discard + n_steps) * dt), start, t_eval=rows * dt, **options)
    series = solution.y.T if solution.status == 0 else np.full((n_steps, len(start)), np.nan)
    return check_bounded(np.ascontiguousarray(series), rate.__qualname__.split(".")[0])


class _Burst:
    """Ends an integration whose state leaves all bounds: its steps would become ever smaller."""

    terminal = True

    def __call__(self, t: float, state: Array) -> float:
        return BOUND - float(np.abs(state).max())
