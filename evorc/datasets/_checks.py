"""What every generator asks of its arguments."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
RandomState = int | np.random.Generator | None


def check_whole(least: int, **numbers: Any) -> None:
    """Refuse what is not a whole number of at least `least`."""
    for name, found in numbers.items():
        if not isinstance(found, int | np.integer) or isinstance(found, bool) or found < least:
            raise ValueError(f"{name}: {found!r} is not a whole number of at least {least}")


def check_finite(**numbers: Any) -> None:
    """Refuse what is not a finite number."""
    for name, found in numbers.items():
        if not _is_finite(found):
            raise ValueError(f"{name}: {found!r} is not a finite number")


def check_positive(**numbers: Any) -> None:
    """Refuse what is not a finite number above zero."""
    for name, found in numbers.items():
        if not (_is_finite(found) and found > 0):
            raise ValueError(f"{name}: {found!r} is not a finite number above 0")


def first_state(initial: ArrayLike | None, drawn: Array) -> Array:
    """The state that a user gave, which must be like the one that was drawn, or that one."""
    if initial is None:
        return drawn
    state = np.array(initial, np.float64)
    if state.shape != drawn.shape or not np.isfinite(state).all():
        raise ValueError(f"initial: {initial!r} is not {len(drawn)} finite numbers")
    return state


def check_bounded(series: Array, cause: str) -> Array:
    """Refuse a series that has left all bounds."""
    if not np.isfinite(series).all():
        raise ValueError(f"{cause}: the series leaves all bounds; other parameters or another initial state keep it")
    return series


def _is_finite(found: Any) -> bool:
    number = isinstance(found, int | float | np.integer | np.floating) and not isinstance(found, bool)
    return number and bool(np.isfinite(found))
