"""What predictions of a series are worth, and what a reservoir can remember, compute and tell apart."""

from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
NORMALISERS = ("std", "range")
STEP = 84


def nmse(targets: ArrayLike, predictions: ArrayLike) -> float:
    """Normalised mean squared error: 0 is perfect, 1 is what the targets' mean achieves.

    ``mean_v( mean_t (p_tv - d_tv)^2 / var_v )``, d the targets, p the predictions, var_v the population's variance
    (divided by the number of steps) of a variable of the targets.

    Parameters
    ----------
    targets, predictions : array_like of shape (n_steps,) or (n_steps, n_variables)
        What was to be predicted, and what was.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, or a variable of the targets is constant.

    Examples
    --------
    >>> nmse([0.0, 2.0, 0.0, 2.0], [1.0, 1.0, 1.0, 1.0])
    1.0
    """
    d, p = _pair(targets, predictions)
    return float(np.mean(((p - d) / _spread(d)) ** 2))


def nrmse(targets: ArrayLike, predictions: ArrayLike, *, normaliser: str = "std") -> float:
    """Normalised root of the mean squared error: the square root of :func:`nmse`.

    ``sqrt( mean_v( mean_t (p_tv - d_tv)^2 / s_v^2 ) )``, d the targets, p the predictions; for one variable, the root
    mean squared error divided by s.

    Parameters
    ----------
    targets, predictions : array_like of shape (n_steps,) or (n_steps, n_variables)
        What was to be predicted, and what was.
    normaliser : {"std", "range"}, default="std"
        s_v: the population's standard deviation of a variable of the targets, or its largest less its smallest value.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, a variable of the targets is constant, or `normaliser` is unknown.

    Examples
    --------
    >>> nrmse([0.0, 2.0, 0.0, 2.0], [0.5, 1.5, 0.5, 1.5], normaliser="range")
    0.25
    """
    if normaliser not in NORMALISERS:
        raise ValueError(f"normaliser: {normaliser!r} is not {' or '.join(map(repr, NORMALISERS))}")
    d, p = _pair(targets, predictions)
    scale = _spread(d, normaliser)
    return float(np.sqrt(np.mean(((p - d) / scale) ** 2)))


def nrmse84(targets: ArrayLike, predictions: ArrayLike, *, variance: float | None = None) -> float:
    """Error of free-running forecasts at their 84th step, the measure of the Mackey-Glass task (Jaeger & Haas 2004).

    ``sqrt( mean_r (p_r - d_r)^2 / variance )``, d_r and p_r the target and the prediction of run r, 84 steps after the
    network was left to itself. Usually given as its decimal logarithm.

    Parameters
    ----------
    targets, predictions : array_like of shape (n_runs, n_steps)
        Each row a run, its first value one step after the last that the network was shown; at least 84 steps.
    variance : float or None, default=None
        Variance of the signal. None takes that of all targets.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the shapes differ or have fewer than 84 steps, a value is not finite, or the variance is not above 0.

    Examples
    --------
    >>> targets = np.sin(0.3 * np.arange(100)) * np.ones((50, 1))
    >>> round(nrmse84(targets, targets + 0.01, variance=0.5), 4)
    0.0141
    """
    d, p = _pair(targets, predictions)
    if d.shape[1] < STEP:
        raise ValueError(f"targets: their shape {np.shape(targets)} is not [run, step] with at least {STEP} steps")
    scale = float(d.var()) if variance is None else variance
    if not 0.0 < scale < np.inf:
        raise ValueError(f"variance: {scale!r} is not a finite number above 0")
    return float(np.sqrt(np.mean((p[:, STEP - 1] - d[:, STEP - 1]) ** 2) / scale))


def valid_time(
    targets: ArrayLike,
    predictions: ArrayLike,
    *,
    dt: float,
    lyapunov_exponent: float,
    threshold: float = 0.4,
    std: ArrayLike | None = None,
) -> float:
    """How long a free-running forecast stays near the truth, in Lyapunov times.

    It is valid up to the first step at which ``sqrt( mean_v( ((p_tv - d_tv) / std_v)^2 ) )`` exceeds the threshold. A
    forecast that never does is valid for its whole length, so let it run longer.

    Parameters
    ----------
    targets, predictions : array_like of shape (n_steps,) or (n_steps, n_variables)
        The true series and the forecast, both from one step after the last that the network was shown. A forecast that
        is nan or infinite exceeds every threshold.
    dt : float
        Time between two steps.
    lyapunov_exponent : float
        The largest one, per unit of the time in which `dt` is given: 0.9056 for Lorenz 1963.
    threshold : float, default=0.4
        Largest error, in standard deviations.
    std : float, array_like of shape (n_variables,) or None, default=None
        Standard deviation of each variable, or of all, best of a long series. None takes that of the targets.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the shapes differ, a target is not finite or its variable constant, or a number is not above 0.

    Examples
    --------
    >>> truth = np.tile([-1.0, 1.0], 50)
    >>> error = np.where(np.arange(100) < 60, 0.1, 0.5)
    >>> round(valid_time(truth, truth + error, dt=0.1, lyapunov_exponent=0.5), 6)
    3.0
    """
    for name, found in (("dt", dt), ("lyapunov_exponent", lyapunov_exponent), ("threshold", threshold)):
        if not 0.0 < found < np.inf:
            raise ValueError(f"{name}: {found!r} is not a finite number above 0")
    d, p = _pair(targets, predictions, forecast=True)
    scale = _spread(d) if std is None else np.asarray(std, np.float64)
    if scale.shape not in ((), d.shape[1:]) or not ((scale > 0.0) & (scale < np.inf)).all():
        raise ValueError(f"std: {std!r} are not {d.shape[1]} finite numbers above 0")
    with np.errstate(all="ignore"):
        error = np.sqrt(np.mean(((p - d) / scale) ** 2, axis=1))
    beyond = np.flatnonzero(~(error <= threshold))
    return float((beyond[0] if len(beyond) else len(d)) * dt * lyapunov_exponent)


class Capacity(NamedTuple):
    """How much of each target is known, and of all of them together."""

    curve: Array
    total: float


def memory_capacity(targets: ArrayLike, predictions: ArrayLike, *, threshold: float = 0.0) -> Capacity:
    """Sum of squared correlations between targets and predictions (Jaeger 2001).

    ``MC = sum_k r_k^2``, r_k the correlation over time between target k and its prediction; 0 where the prediction is
    constant. For independent inputs, a reservoir of N units has a linear capacity of at most N.

    Parameters
    ----------
    targets, predictions : array_like of shape (n_steps, n_targets)
        Such as the targets of :func:`evorc.datasets.memory_capacity_input`, the input 1, 2, ... steps ago, or those of
        :func:`information_processing_targets`; and what a readout makes of states that it was not fitted to.
    threshold : float, default=0
        Squared correlations at or below it count as 0. Those of unrelated series are about 1 / n_steps, which adds up
        where there are many targets (Dambre et al. 2012).

    Returns
    -------
    Capacity
        `curve`, ndarray of shape (n_targets,), and `total`, its sum.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite, or a target is constant.

    References
    ----------
    H. Jaeger, Short term memory in echo state networks, GMD report 152, 2001.

    Examples
    --------
    >>> memory_capacity([[1.0, 1.0], [2.0, 0.0], [3.0, 1.0]], [[2.0, 5.0], [4.0, 5.0], [6.0, 5.0]])
    Capacity(curve=array([1., 0.]), total=1.0)
    """
    d, p = _pair(targets, predictions)
    span = np.ptp(p, axis=0)
    known = span > 0.0
    p = p / np.where(known, span, 1.0)  # however small, its square does not vanish
    shared = ((d - d.mean(axis=0)) * (p - p.mean(axis=0))).mean(axis=0)
    curve = np.where(known, shared / np.where(known, _spread(d) * p.std(axis=0), 1.0), 0.0) ** 2
    curve = np.where(curve > threshold, np.minimum(curve, 1.0), 0.0)
    return Capacity(curve, float(curve.sum()))


class ProcessingTargets(NamedTuple):
    """Functions of the past input, [time, target], and each one's polynomial degree at every delay, [target, delay]."""

    targets: Array
    degrees: NDArray[np.int64]


def information_processing_targets(inputs: ArrayLike, degree: int, max_delay: int) -> ProcessingTargets:
    """Products of Legendre polynomials of the past input: what nonlinear memory is measured with (Dambre et al. 2012).

    ``z(t) = prod_k sqrt(2 d_k + 1) P_{d_k}(u(t - k))``, k = 0, ..., max_delay, for every choice of degrees d_k that add
    up to `degree`: ``comb(max_delay + degree, degree)`` targets. For independent inputs, uniform in [-1, 1], they are
    orthonormal, so that the capacities of all degrees add up to at most the number of units. Degree 1 is linear memory.

    Parameters
    ----------
    inputs : array_like of shape (n_steps,) or (n_steps, 1)
        Within [-1, 1].
    degree : int
        Sum of the degrees, at least 1.
    max_delay : int
        Longest delay in steps, at least 0 and below the number of steps.

    Returns
    -------
    ProcessingTargets
        `targets`, ndarray of shape (n_steps - max_delay, n_targets): row t belongs to ``inputs[t + max_delay]``, since
        the past of the first steps is not known. `degrees`, ndarray of shape (n_targets, max_delay + 1).

    Raises
    ------
    ValueError
        If an input is outside [-1, 1], or an argument is out of its range.

    See Also
    --------
    memory_capacity : The capacity for these targets.

    References
    ----------
    J. Dambre, D. Verstraeten, B. Schrauwen and S. Massar, Scientific Reports 2, 2012.

    Examples
    --------
    >>> found = information_processing_targets([0.0, 0.5, -1.0], degree=2, max_delay=1)
    >>> found.degrees.tolist()
    [[2, 0], [1, 1], [0, 2]]
    >>> found.targets.round(3)
    array([[-0.28 ,  0.   , -1.118],
           [ 2.236, -1.5  , -0.28 ]])
    """
    u = np.asarray(inputs, np.float64)
    u = u[:, 0] if u.ndim == 2 and u.shape[1] == 1 else u
    if u.ndim != 1 or not (np.abs(u) <= 1.0).all():
        raise ValueError(f"inputs: of shape {np.shape(inputs)}; they must be one channel with values within [-1, 1]")
    _check_whole("degree", degree, 1)
    _check_whole("max_delay", max_delay, 0)
    if max_delay >= len(u):
        raise ValueError(f"max_delay: {max_delay} is not below the number of steps, {len(u)}")
    chosen = list(combinations_with_replacement(range(max_delay + 1), degree))
    degrees = np.array([np.bincount(delays, minlength=max_delay + 1) for delays in chosen])
    polynomials = np.polynomial.legendre.legvander(u, degree) * np.sqrt(2.0 * np.arange(degree + 1) + 1.0)
    targets = np.ones((len(u) - max_delay, len(degrees)))
    for column, powers in zip(targets.T, degrees):
        for delay in np.flatnonzero(powers):
            column *= polynomials[max_delay - delay : len(u) - delay, powers[delay]]
    return ProcessingTargets(targets, degrees)


def kernel_rank(states: ArrayLike, *, tolerance: float | None = None) -> int:
    """How many different inputs a linear readout can tell apart: the rank of their states (Legenstein & Maass 2007).

    Parameters
    ----------
    states : array_like of shape (n_inputs, n_units)
        State of the reservoir after each of several different inputs, usually as many as there are units.
    tolerance : float or None, default=None
        Singular values below this share of the largest count as zero. None is the rounding error: the longer side of
        the matrix times the machine epsilon. With noise in the states, give its share.

    Returns
    -------
    int
        At most the shorter side of the matrix. Higher is better.

    Raises
    ------
    ValueError
        If the states are no matrix, a value is not finite, or the tolerance is not within [0, 1].

    References
    ----------
    R. Legenstein and W. Maass, Neural Networks 20, 2007.

    Examples
    --------
    >>> kernel_rank([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 2.0]])
    2
    """
    matrix = np.asarray(states, np.float64)
    if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
        raise ValueError(f"states: of shape {matrix.shape}; they must be finite numbers [input, unit]")
    if tolerance is not None and not 0.0 <= tolerance <= 1.0:
        raise ValueError(f"tolerance: {tolerance!r} is not within [0, 1]")
    return int(np.linalg.matrix_rank(matrix, rtol=tolerance))


def generalisation_rank(states: ArrayLike, *, tolerance: float | None = None) -> int:
    """How many versions of one input a linear readout would take for different ones (Legenstein & Maass 2007).

    The rank of :func:`kernel_rank`, but of states that should be alike: lower is better, and a good reservoir has a
    high kernel rank and a low generalisation rank.

    Parameters
    ----------
    states : array_like of shape (n_versions, n_units)
        State of the reservoir after each of several noisy versions of the same input.
    tolerance : float or None, default=None
        As in :func:`kernel_rank`.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        As in :func:`kernel_rank`.

    References
    ----------
    R. Legenstein and W. Maass, Neural Networks 20, 2007.

    Examples
    --------
    >>> generalisation_rank([[1.0, 2.0], [1.001, 2.0], [1.0, 2.001]], tolerance=0.01)
    1
    """
    return kernel_rank(states, tolerance=tolerance)


def _pair(targets: ArrayLike, predictions: ArrayLike, *, forecast: bool = False) -> tuple[Array, Array]:
    """Targets and predictions [time, variable]; a forecast may have burst."""
    d, p = np.asarray(targets, np.float64), np.asarray(predictions, np.float64)
    if d.shape != p.shape or d.ndim not in (1, 2) or not d.size:
        raise ValueError(f"predictions: their shape {p.shape} and the targets' {d.shape} must be one, [time, variable]")
    for name, values in (("targets", d), ("predictions", p)):
        bad = np.argwhere(~np.isfinite(values))
        if len(bad) and not (forecast and values is p):
            raise ValueError(f"{name}: {values[tuple(bad[0])]} at {bad[0].tolist()} is not a finite number")
    return d.reshape(len(d), -1), p.reshape(len(p), -1)


def _spread(targets: Array, measure: str = "std") -> Array:
    """Standard deviation or range of each variable, none of them zero."""
    span: Array = np.ptp(targets, axis=0)
    std: Array = targets.std(axis=0)
    constant = np.flatnonzero((span == 0.0) | (std == 0.0))
    if len(constant):
        raise ValueError(f"targets: variable {constant[0]} is constant, so that nothing can be divided by its spread")
    return std if measure == "std" else span


def _check_whole(name: str, found: int, least: int) -> None:
    if not isinstance(found, int | np.integer) or isinstance(found, bool) or found < least:
        raise ValueError(f"{name}: {found!r} is not a whole number of at least {least}")
