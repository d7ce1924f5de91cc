"""The forms in which a matrix that all lanes share is handed to `couple_shared`."""

from typing import Any

import numpy as np

from . import aligned
from .layout import Structure, no_structure

DENSE_FROM = 0.3  # of the weights there: from here on a dense product is the faster one (docs/architecture.md)
DIAGONALS_UP_TO = 2  # times the weights there: the room that diagonals may take
MOST_SOURCES = 1 << 16  # a source is 16 bits wide: half the memory traffic of the sparse product


def structured(matrix: Any, dtype: Any) -> tuple[np.ndarray, Structure]:
    """Values and structure of a matrix [source, target], dense or of SciPy, in its fastest form."""
    if isinstance(matrix, np.ndarray):
        return aligned.copy(matrix.astype(dtype)[:, :, None]), no_structure()
    columns = matrix.tocsc(copy=True)
    columns.sum_duplicates()
    columns.eliminate_zeros()
    n_sources, n_targets = columns.shape
    if n_sources > MOST_SOURCES or n_targets > MOST_SOURCES:
        raise ValueError(f"matrix: its shape {columns.shape} is more than {MOST_SOURCES} units a side")
    target = np.repeat(np.arange(n_targets), np.diff(columns.indptr))
    offsets = np.unique((target - columns.indices) % n_sources)
    if columns.nnz > DENSE_FROM * n_sources * n_targets or not columns.nnz:
        return structured(columns.toarray(), dtype)
    if n_sources == n_targets and offsets.size * n_targets <= DIAGONALS_UP_TO * columns.nnz:
        return _diagonals(columns, target, offsets, dtype)
    return _packs(columns, dtype)


def _diagonals(columns: Any, target: np.ndarray, offsets: np.ndarray, dtype: Any) -> tuple[np.ndarray, Structure]:
    n = columns.shape[0]
    values = aligned.zeros((offsets.size, n, 1), dtype)
    values[np.searchsorted(offsets, (target - columns.indices) % n), target, 0] = columns.data
    return values, no_structure()._replace(offsets=offsets.astype(np.int64))


def _packs(columns: Any, dtype: Any) -> tuple[np.ndarray, Structure]:
    """Four targets of about as many sources each go together."""
    counts, n = np.diff(columns.indptr), columns.shape[1]
    order = np.argsort(-counts, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts[order[::4]])]).astype(np.uint64)
    targets = np.repeat(order[::4], 4)
    targets[:n] = order
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    target = np.repeat(np.arange(n), counts)
    pack, one = np.divmod(place[target], 4)
    entry = starts[pack].astype(np.int64) + np.arange(columns.nnz) - columns.indptr[target]
    values, sources = aligned.zeros((int(starts[-1]), 4, 1), dtype), np.zeros((int(starts[-1]), 4), np.uint16)
    values[entry, one, 0], sources[entry, one] = columns.data, columns.indices
    return values, no_structure()._replace(
        sources=sources, targets=targets.reshape(-1, 4).astype(np.uint16), starts=starts
    )
