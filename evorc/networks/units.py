"""Units of two values, bipolar (-1 or 1) or binary (0 or 1), and refusing all else."""

from typing import Any

import numpy as np

from .checks import one_of
from .spec import Array

LOW = {"bipolar": -1.0, "binary": 0.0}


def two_valued(name: str, states: Any, units: str, n_units: int | None = None) -> Array:
    """States [row, unit] as float64, each a unit's low value or 1.

    Raises
    ------
    ValueError
        If the shape is another, or a value is none of the two; the message says which and where.
    """
    one_of("units", units, LOW)
    given = np.asarray(states)
    if given.dtype.kind not in "biuf":
        raise ValueError(f"{name}: their values are of type {given.dtype}; {units} units are {LOW[units]:g} or 1")
    width = n_units if n_units is not None or given.ndim != 2 else given.shape[1]
    if given.ndim != 2 or given.shape[1] != width or given.size == 0:
        columns = "units" if n_units is None else f"{n_units} units"
        raise ValueError(f"{name}: their shape {given.shape} is not [{name}, {columns}], at least one of each")
    known = np.ascontiguousarray(given, np.float64)
    strange = (known != 1.0) & (known != LOW[units])
    if strange.any():
        row, unit = np.argwhere(strange)[0]
        raise ValueError(
            f"{name}: unit {unit} of row {row} is {given[row, unit]}, as {strange.sum()} values are neither "
            f"{LOW[units]:g} nor 1; {units} units are one of the two"
        )
    return known


def bipolar(states: Array, units: str) -> Array:
    """The same states as -1 and 1."""
    return states if units == "bipolar" else 2.0 * states - 1.0
