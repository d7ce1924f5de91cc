"""Tasks: a random input, and what is to be made of it."""

from typing import NamedTuple

import numpy as np

from ..kernels.compiler import kernel
from ._checks import Array, RandomState, check_finite, check_whole

LIMIT = 2.0  # in 2,000 series of 9,000 steps NARMA-10 came back from 1.29, but never from above
DRAWS = 100


class Task(NamedTuple):
    """An input, [time, channel], and the targets of the same times, [time, target]."""

    inputs: Array
    targets: Array


def narma(
    n_steps: int,
    order: int = 10,
    *,
    coefficients: tuple[float, float, float, float] = (0.3, 0.05, 1.5, 0.1),
    discard: int = 1000,
    random_state: RandomState = None,
) -> Task:
    """Nonlinear autoregressive moving average (Atiya & Parlos 2000), to be reproduced from its input.

    ``y(t+1) = p y(t) + q y(t) sum_{i=0}^{order-1} y(t-i) + r u(t-order+1) u(t) + s``, u uniform in [0, 0.5]

    The target beside u(t) is y(t+1). Some inputs make y diverge: they are drawn anew.

    Parameters
    ----------
    n_steps : int
        Rows of the task.
    order : int, default=10
        How far back y depends on itself and on u.
    coefficients : tuple of 4 float, default=(0.3, 0.05, 1.5, 0.1)
        p, q, r and s. Order 30 needs smaller ones: (0.2, 0.04, 1.5, 0.001) are usual.
    discard : int, default=1000
        Rows left out before the first one. With 0 the task begins at rest, where y and the inputs before it are 0.
    random_state : int, Generator or None, default=None
        Draws the input.

    Returns
    -------
    Task
        `inputs` and `targets`, both ndarrays of shape (n_steps, 1).

    Raises
    ------
    ValueError
        If an argument is out of its range, or y leaves [-2, 2] for each of 100 inputs.

    References
    ----------
    A. F. Atiya and A. G. Parlos, IEEE Transactions on Neural Networks 11, 2000.

    Examples
    --------
    >>> task = narma(200, random_state=0)
    >>> task.inputs.shape, task.targets.shape
    ((200, 1), (200, 1))
    """
    check_whole(1, n_steps=n_steps, order=order)
    check_whole(0, discard=discard)
    if len(coefficients) != 4:
        raise ValueError(f"coefficients: {coefficients!r} are not 4 numbers")
    check_finite(**{f"coefficients[{k}]": found for k, found in enumerate(coefficients)})
    p, q, r, s = map(float, coefficients)
    generator = np.random.default_rng(random_state)
    for _ in range(DRAWS):
        u = generator.uniform(0.0, 0.5, discard + n_steps)
        y = np.empty(len(u))
        _narma(u, int(order), p, q, r, s, y)
        if (np.abs(y) <= LIMIT).all():
            return Task(u[discard:, None], y[discard:, None])
    raise ValueError(
        f"narma: y leaves [-{LIMIT:g}, {LIMIT:g}] for each of {DRAWS} inputs of {discard + n_steps} steps; "
        f"smaller coefficients or fewer steps keep it"
    )


@kernel
def _narma(u: Array, order: int, p: float, q: float, r: float, s: float, out: Array) -> None:
    """`out[t]` is y(t+1); what lies before the first input is zero."""
    for t in range(u.shape[0]):
        total = 0.0
        for i in range(1, min(order, t) + 1):
            total += out[t - i]
        last = out[t - 1] if t > 0 else 0.0
        first = u[t - order + 1] if t >= order - 1 else 0.0
        out[t] = p * last + q * last * total + r * first * u[t] + s


def memory_capacity_input(n_steps: int, max_delay: int, *, random_state: RandomState = None) -> Task:
    """Uniform noise, and the same noise 1, 2, ... steps ago: what a linear memory is measured with (Jaeger 2001).

    ``targets[t, k - 1] = u(t - k)``, k = 1, ..., max_delay, u uniform in [-0.5, 0.5]

    Parameters
    ----------
    n_steps : int
        Rows of the task.
    max_delay : int
        Longest delay, in steps.
    random_state : int, Generator or None, default=None
        Draws the input.

    Returns
    -------
    Task
        `inputs`, ndarray of shape (n_steps, 1), and `targets`, ndarray of shape (n_steps, max_delay).

    Raises
    ------
    ValueError
        If an argument is out of its range.

    See Also
    --------
    evorc.metrics.memory_capacity : What a readout's predictions of these targets are worth.

    References
    ----------
    H. Jaeger, Short term memory in echo state networks, GMD report 152, 2001.

    Examples
    --------
    >>> task = memory_capacity_input(100, 3, random_state=0)
    >>> bool(task.targets[10, 2] == task.inputs[7, 0])
    True
    """
    check_whole(1, n_steps=n_steps, max_delay=max_delay)
    u = np.random.default_rng(random_state).uniform(-0.5, 0.5, max_delay + n_steps)
    windows = np.lib.stride_tricks.sliding_window_view(u, max_delay + 1)[:, ::-1]
    return Task(windows[:, :1].copy(), windows[:, 1:].copy())
