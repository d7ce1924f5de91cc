"""Refusing values that are not allowed, in the same words everywhere."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

Matrix: TypeAlias = Any  # NDArray[np.float64] | sparse.csc_array, but SciPy has no types

LARGEST = np.finfo(float).max


def within(name: str, value: Any, *, least: float = -np.inf, above: float = -np.inf, up_to: float = LARGEST) -> None:
    """Refuse what is not a finite number in a range."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not (number and abs(value) <= LARGEST and least <= value <= up_to and value > above):
        low = f" above {above:g}" if above > -np.inf else f" of at least {least:g}" if least > -np.inf else ""
        high = f", up to {up_to:g}" if up_to < LARGEST else ""
        raise ValueError(f"{name}: {value!r} is not a finite number{low}{high}")


def whole(name: str, value: Any, *, least: int, most: int | None = None) -> None:
    """Refuse what is not a whole number in a range."""
    number = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not (number and least <= value and (most is None or value <= most)):
        allowed = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name}: {value!r} is not a whole number {allowed}")


def one_of(name: str, value: Any, allowed: Iterable[str]) -> None:
    """Refuse what is none of the words allowed."""
    words = list(allowed)
    if not isinstance(value, str) or value not in words:
        choices = " or ".join(f'"{word}"' for word in words)
        raise ValueError(f"{name}: {value!r} is not {choices}")


def square(name: str, matrix: Any, n_units: int | None = None) -> Matrix:
    """An own float64 copy of a square matrix of finite real numbers: csc_array if it is sparse, else ndarray."""
    given = matrix if sparse.issparse(matrix) else np.asarray(matrix)
    n = given.shape[0] if n_units is None and given.ndim else n_units
    if given.ndim != 2 or given.shape != (n, n) or n == 0:
        wanted = "that of a square matrix" if n_units is None else f"({n_units}, {n_units}), one row and column a unit"
        raise ValueError(f"{name}: its shape {given.shape} is not {wanted}")
    if given.dtype.kind not in "biuf":
        raise ValueError(f"{name}: its entries are of type {given.dtype}; they must be real numbers")
    weights: Matrix = sparse.csc_array(given, copy=True) if sparse.issparse(given) else given
    weights = weights.astype(np.float64)
    if sparse.issparse(weights):
        weights.sum_duplicates()
        weights.eliminate_zeros()
    entries = weights.data if sparse.issparse(weights) else weights
    if not np.isfinite(entries).all():
        raise ValueError(
            f"{name}: {(~np.isfinite(entries)).sum()} of its entries are nan or infinite; all must be finite"
        )
    return weights
