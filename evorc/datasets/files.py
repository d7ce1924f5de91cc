"""A series of the user's own."""

import csv
from array import array
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from ._checks import Array

GAPS = {"", "na", "n/a", "nan", "null", "none"}
Column = str | int
Columns = Sequence[Column] | Column | None


def read_series(file: str | Path, columns: Columns = None) -> Array:
    """Read a series from a CSV or Parquet file, one row a time step.

    A CSV file has commas between its cells and points in its numbers. Its first row is a header if no cell of it is a
    number. Only the columns asked for are looked at, so the others may hold text and gaps.

    Parameters
    ----------
    file : str or Path
        Its name ends in ``.csv`` or ``.parquet``; the latter needs pandas and pyarrow.
    columns : sequence of str or int, or one of them, default=None
        Names, or positions from 0, in the order wanted. None takes all.

    Returns
    -------
    ndarray of shape (n_steps, n_columns)

    Raises
    ------
    ValueError
        If a column is not there, or a cell is empty, not a number, or not finite; the message has its row, counted from
        1 with the header's, and its column. A series has no gaps: fill them before.
    ImportError
        If pandas or pyarrow is not installed and the file is a Parquet file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "load.csv"
    ...     _ = file.write_text("day,load,wind\\nMon,1.5,3\\nTue,1.25,4\\n")
    ...     read_series(file, ["load", "wind"])
    array([[1.5 , 3.  ],
           [1.25, 4.  ]])
    """
    file = Path(file)
    ending = file.suffix.lower()
    if ending == ".csv":
        return _read_csv(file, columns)
    if ending == ".parquet":
        return _read_parquet(file, columns)
    raise ValueError(f"file: {str(file)!r} ends neither in .csv nor in .parquet")


def _read_csv(file: Path, columns: Columns) -> Array:
    with open(file, encoding="utf-8-sig", newline="") as opened:
        reader = csv.reader(opened)
        first = next(reader, None)
        if first is None:
            raise ValueError("file: it is empty")
        has_header = not any(map(_is_number, first))
        names = [cell.strip() if has_header else "" for cell in first]
        chosen = _positions(columns, names)
        series = _numbers(reader if has_header else chain([first], reader), chosen, names, 1 + has_header)
    return _finite(series, chosen, names, 1 + has_header)


def _numbers(rows: Iterable[list[str]], chosen: list[int], names: list[str], first_row: int) -> Array:
    """Values of the chosen columns, row after row; empty lines are left out at the end of the file only."""
    values, empty = array("d"), 0
    for row, cells in enumerate(rows, first_row):
        if not cells:
            empty = empty or row
        elif empty:
            _refuse(empty, names[chosen[0]] or chosen[0], "")
        elif len(cells) != len(names):
            raise ValueError(f"file: row {row} has {len(cells)} cells, the first row has {len(names)}")
        else:
            try:
                values.extend([float(cells[column]) for column in chosen])
            except ValueError:
                bad = next(column for column in chosen if not _is_number(cells[column]))
                _refuse(row, names[bad] or bad, cells[bad])
    return np.array(values).reshape(-1, len(chosen))


def _read_parquet(file: Path, columns: Columns) -> Array:
    try:
        pandas: Any = import_module("pandas")
        frame = pandas.read_parquet(file)
    except ImportError as error:
        raise ImportError("read_series: Parquet needs two packages; run `pip install pandas pyarrow`") from error
    names = [str(name) for name in frame.columns]
    chosen = _positions(columns, names)
    series = np.empty((len(frame), len(chosen)))
    for k, column in enumerate(chosen):
        cells = frame.iloc[:, column]
        if len(cells) and not pandas.api.types.is_numeric_dtype(cells.dtype):
            _refuse(1, names[column], cells.iloc[0])
        series[:, k] = cells.to_numpy(np.float64, na_value=np.nan)
    return _finite(series, chosen, names, 1)


def _positions(columns: Columns, names: list[str]) -> list[int]:
    """Where the columns that were asked for stand."""
    if columns is None:
        return list(range(len(names)))
    wanted = [columns] if isinstance(columns, str | int) else list(columns)
    if not wanted:
        raise ValueError("columns: there is none in it; None takes all")
    return [_position(column, names) for column in wanted]


def _position(column: Column, names: list[str]) -> int:
    if isinstance(column, str):
        if names.count(column) == 1:
            return names.index(column)
        if column in names:
            raise ValueError(f"columns: {column!r} stands {names.count(column)} times; take it by its position")
        known = ", ".join(map(repr, filter(None, names))) or "unknown, since the file has no header"
        raise ValueError(f"columns: {column!r} is not there; the names are {known}")
    if not isinstance(column, int | np.integer) or isinstance(column, bool) or not 0 <= column < len(names):
        raise ValueError(f"columns: {column!r} is neither a name nor a position from 0 to {len(names) - 1}")
    return int(column)


def _finite(series: Array, chosen: list[int], names: list[str], first_row: int) -> Array:
    """Refuse a series that is empty, or the first value of it that is not finite."""
    if not len(series):
        raise ValueError("file: it has no row below the header")
    bad = np.argwhere(~np.isfinite(series))
    if len(bad):
        row, k = bad[0]
        _refuse(row + first_row, names[chosen[k]] or chosen[k], float(series[row, k]))
    return series


def _refuse(row: int, column: Column, cell: Any) -> NoReturn:
    where = f"file: row {row}, column {column!r}"
    if str(cell).strip().lower() in GAPS:
        raise ValueError(f"{where} is a gap; fill gaps before, or leave the column out")
    what = "infinite" if isinstance(cell, float) else "not a number"
    raise ValueError(f"{where}: {cell!r} is {what}; name only columns of numbers")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
