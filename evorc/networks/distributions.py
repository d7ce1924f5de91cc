"""Distributions of fixed weights, and the signs that the digits of pi give them (Rodan & Tino 2011)."""

from collections.abc import Callable
from functools import cache
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from .checks import one_of

Array = NDArray[np.float64]

DISTRIBUTIONS: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "uniform": lambda rng, size: rng.uniform(-1.0, 1.0, size),
    "normal": lambda rng, size: rng.normal(size=size),
    "bernoulli": lambda rng, size: rng.choice([-1.0, 1.0], size),
}
"""Uniform in [-1, 1]; normal with standard deviation 1; -1 or 1 with equal chance."""

GUARD = 20  # digits that are computed and thrown away
FEWEST = 1024  # digits computed at once: a power of two, as all later numbers of digits are


def draw(distribution: str, size: int, rng: np.random.Generator) -> Array:
    """Independent weights of a distribution by name."""
    one_of("distribution", distribution, DISTRIBUTIONS)
    return DISTRIBUTIONS[distribution](rng, size)


def pi_signs(size: int) -> Array:
    """Signs by the decimals of pi: 0 to 4 give -1, 5 to 9 give 1 (Rodan & Tino 2011, section III).

    Parameters
    ----------
    size : int
        How many, at least 0. The first belongs to the first digit after the point.

    Returns
    -------
    ndarray of shape (size,)
        -1 or 1.

    Examples
    --------
    >>> pi_signs(8).tolist()  # 3.14159265
    [-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0]
    """
    digits = _pi_decimals(max(FEWEST, 1 << (size - 1).bit_length()))[:size]
    return np.where(digits >= 5, 1.0, -1.0)


@cache
def _pi_decimals(count: int) -> NDArray[np.uint8]:
    """The first digits after the point."""
    one = 10 ** (count + GUARD)
    _, q, t = _chudnovsky(0, (count + GUARD) // 14 + 1)  # each term brings 14.18 digits
    pi = 426880 * q * isqrt(10005 * one * one) // t
    digits = np.array(list(_decimal(pi // 10**GUARD - 3 * 10**count, count)), np.uint8)
    digits.flags.writeable = False
    return digits


def _chudnovsky(first: int, last: int) -> tuple[int, int, int]:
    """P, Q and T of the terms from `first` up to `last` (Chudnovsky & Chudnovsky 1989), by binary splitting."""
    if last - first == 1:
        k = first
        p = -(6 * k - 5) * (2 * k - 1) * (6 * k - 1) if k else 1
        q = k**3 * (640320**3 // 24) if k else 1
        return p, q, p * (13591409 + 545140134 * k)
    middle = (first + last) // 2
    p1, q1, t1 = _chudnovsky(first, middle)
    p2, q2, t2 = _chudnovsky(middle, last)
    return p1 * p2, q1 * q2, q2 * t1 + p1 * t2


def _decimal(number: int, count: int) -> str:
    """`count` decimal digits. Python refuses to print a long integer at once."""
    if count <= 512:
        return str(number).zfill(count)
    low_count = count // 2
    high, low = divmod(number, 10**low_count)
    return _decimal(high, count - low_count) + _decimal(low, low_count)
