"""One series or several, in whatever form a user has them, as rows one series after the other."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rows = NDArray[Any]
Offsets = NDArray[np.int64]


class Layout(NamedTuple):
    """How the rows of several series stand."""

    offsets: Offsets  # the first row of each, and the number of rows
    form: str  # "rows" as they came, "list" or "stack" [series, time, channel]

    @property
    def lengths(self) -> Offsets:
        """Rows of each series."""
        return np.diff(self.offsets)

    @property
    def n_series(self) -> int:
        """How many there are."""
        return len(self.offsets) - 1

    @property
    def steps(self) -> Offsets:
        """For every row, how many of its series come before it."""
        return np.arange(self.offsets[-1]) - np.repeat(self.offsets[:-1], self.lengths)

    @property
    def numbers(self) -> Offsets:
        """For every row the number of its series."""
        return np.repeat(np.arange(self.n_series), self.lengths)

    def give_back(self, rows: Rows) -> Any:
        """Rows in the form in which the series came."""
        if self.form == "list":
            return np.split(rows, self.offsets[1:-1])
        return rows.reshape(self.n_series, -1, *rows.shape[1:]) if self.form == "stack" else rows


def lay_out(X: Any, lengths: ArrayLike | None) -> tuple[Any, Layout]:
    """Rows of all series, not checked yet, and how they stand.

    Parameters
    ----------
    X : array_like [row, channel], array_like [series, time, channel], or list of array_like [time, channel]
        One series, series of one length, or any series.
    lengths : array_like of int or None
        How the rows of a two-dimensional `X` are cut into series: the length of each series, or for every row the
        length of its series, which cross-validation can split. None is one series.
    """
    form = form_of(X)
    if form != "rows" and lengths is not None:
        raise ValueError("lengths: given with several series already apart; give them as rows, or leave lengths out")
    if form == "list":
        return _joined(X)
    if form == "stack":
        stack = np.asarray(X)
        if 0 in stack.shape:
            raise ValueError(f"X: shape {stack.shape} has no rows; give at least one series of one step")
        return stack.reshape(-1, stack.shape[2]), Layout(np.arange(len(stack) + 1) * stack.shape[1], form)
    shape = X.shape if hasattr(X, "shape") else np.asarray(X).shape
    n_rows = shape[0] if shape else 0
    ends = [n_rows] if lengths is None else np.cumsum(_series_lengths(lengths, n_rows))
    return X, Layout(np.concatenate([[0], ends]).astype(np.int64), form)


def form_of(X: Any) -> str:
    """Whether series come as "rows", as a "list" of series or as a "stack" [series, time, channel]."""
    if isinstance(X, np.ndarray) and X.dtype != object:
        return "stack" if X.ndim == 3 else "rows"
    several = isinstance(X, Sequence) or (isinstance(X, np.ndarray) and X.ndim == 1)
    return "list" if several and len(X) and not isinstance(X, str) and _is_series(X[0]) else "rows"


def _is_series(part: Any) -> bool:
    """Whether one element of a list is a series, and not a row of numbers."""
    if hasattr(part, "ndim"):
        return bool(part.ndim == 2)
    return (
        isinstance(part, Sequence)
        and len(part) > 0
        and isinstance(part[0], Sequence | np.ndarray)
        and np.ndim(part[0]) == 1
    )


def _joined(X: Sequence[Any]) -> tuple[Rows, Layout]:
    parts = [np.asarray(part) for part in X]
    for k, part in enumerate(parts):
        if part.ndim != 2 or not len(part):
            raise ValueError(
                f"X: series {k} has shape {part.shape}; each must be [time, channel] with at least one step"
            )
        if part.shape[1] != parts[0].shape[1]:
            raise ValueError(f"X: series {k} has {part.shape[1]} channels, series 0 has {parts[0].shape[1]}")
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return np.concatenate(parts), Layout(offsets, "list")


def _series_lengths(lengths: ArrayLike, n_rows: int) -> NDArray[np.int64]:
    """The length of each series, from that or from the length of each row's series."""
    found = np.asarray(lengths)
    if found.ndim != 1 or found.dtype.kind not in "iu" or not found.size or found.min() < 1:
        raise ValueError(f"lengths: {lengths!r} is not a list of whole numbers of at least 1")
    if found.sum() == n_rows:
        return found.astype(np.int64)
    if found.size == n_rows and (each := _run_lengths(found)) is not None:
        return each
    raise ValueError(f"lengths: they add up to {found.sum()}, but X has {n_rows} rows")


def _run_lengths(of_rows: NDArray[Any]) -> NDArray[np.int64] | None:
    """Lengths of series from those of each row's series; None if these contradict each other."""
    each, row = [], 0
    while row < of_rows.size:
        length = int(of_rows[row])
        if (of_rows[row : row + length] != length).any() or row + length > of_rows.size:
            return None
        each.append(length)
        row += length
    return np.array(each, np.int64)


def target_rows(y: Any, layout: Layout) -> Any:
    """Targets in rows, from the form that the series have."""
    if (
        layout.form == "list"
        and isinstance(y, Sequence)
        and len(y) == layout.n_series
        and all(np.ndim(part) for part in y)
    ):
        parts = [np.asarray(part) for part in y]
        for k, (part, length) in enumerate(zip(parts, layout.lengths)):
            if len(part) != length:
                raise ValueError(f"y: series {k} has {len(part)} targets for {length} steps")
        return np.concatenate(parts)
    if layout.form == "stack" and np.ndim(y) >= 2 and np.shape(y)[:2] == (layout.n_series, layout.lengths[0]):
        return np.reshape(y, (-1, *np.shape(y)[2:]))
    return y
