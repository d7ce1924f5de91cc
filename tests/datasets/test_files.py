"""A user's own file: what is read from it, and how a bad cell is named."""

import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evorc.datasets import read_series

finite = st.floats(allow_nan=False, allow_infinity=False)
matrices = arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=finite)
LOAD = "day,load,wind\nMon,1.5,3\nTue,1.25,4\n"


@pytest.fixture
def csv(tmp_path):
    def write(text, name="series.csv", encoding="utf-8"):
        (tmp_path / name).write_text(text, encoding=encoding)
        return tmp_path / name

    return write


@given(values=matrices, header=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_written_is_read_to_the_bit(csv, values, header):
    lines = [",".join(map(repr, row)) for row in values.tolist()]
    names = [",".join(f"c{k}" for k in range(values.shape[1]))] if header else []
    assert read_series(csv("\n".join(names + lines) + "\n")).tobytes() == values.tobytes()


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["load", "wind"], [[1.5, 3], [1.25, 4]]),
        (["wind", "load"], [[3, 1.5], [4, 1.25]]),
        (["wind"], [[3], [4]]),
        ("wind", [[3], [4]]),
        (2, [[3], [4]]),
        ([2, "load"], [[3, 1.5], [4, 1.25]]),
        (np.array([1, 1]), [[1.5, 1.5], [1.25, 1.25]]),
    ],
)
def test_columns_are_taken_by_name_or_position_in_the_order_asked(csv, columns, expected):
    assert read_series(csv(LOAD), columns).tolist() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2\n3,4", [[1, 2], [3, 4]]),
        ("x\n1\n2\n\n\n", [[1], [2]]),
        ('"a","b"\r\n"1", 2 \r\n', [[1, 2]]),
        (" a , b \n1e3,-0.5\n", [[1000, -0.5]]),
        (",x\n0,7\n1,8\n", [[0, 7], [1, 8]]),
    ],
    ids=["no header", "empty lines at the end", "quotes", "spaces", "unnamed index"],
)
def test_usual_forms_are_read(csv, text, expected):
    assert read_series(csv(text)).tolist() == expected


def test_a_byte_order_mark_is_no_part_of_the_first_name(csv):
    assert read_series(csv("x,y\n1,2\n", encoding="utf-8-sig"), ["x"]).tolist() == [[1]]


def test_the_file_may_be_named_by_a_string_and_in_capitals(csv):
    assert read_series(str(csv("1\n2\n", "LOAD.CSV"))).tolist() == [[1], [2]]


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        (LOAD, None, r"file: row 2, column 'day': 'Mon' is not a number; name only columns"),
        ("a,b\n1,2\n3,four\n", None, r"file: row 3, column 'b': 'four' is not a number"),
        ("1,2\n3,four\n", None, r"file: row 2, column 1: 'four' is not a number"),
        ("1;5,2\n3,4\n", None, r"file: row 1, column 0: '1;5' is not a number"),
        ("a,b\n1,\n3,4\n", None, r"file: row 2, column 'b' is a gap"),
        ("a,b\n1,2\nNaN,4\n", None, r"file: row 3, column 'a' is a gap"),
        ("a,b\n1,2\n n/a ,4\n", None, r"file: row 3, column 'a' is a gap"),
        ("a\n1\n\n3\n", None, r"file: row 3, column 'a' is a gap"),
        ("a\n1\n\n\n3\n", None, r"file: row 3, column 'a' is a gap"),
        ("a,b\n1,2\n\n3,4\n", ["b"], r"file: row 3, column 'b' is a gap"),
        ("1\n\n3\n", None, r"file: row 2, column 0 is a gap"),
        ("a,b\n1,2\n3,-inf\n", None, r"file: row 3, column 'b': -inf is infinite"),
        ("a,b\n1,2\n3\n", None, r"file: row 3 has 1 cells, the first row has 2"),
        ("a,b\n1,2\n3,4,5\n", ["a"], r"file: row 3 has 3 cells, the first row has 2"),
        (LOAD, ["load", "solar"], r"columns: 'solar' is not there; the names are 'day', 'load', 'wind'"),
        ("1,2\n", ["a"], r"columns: 'a' is not there; the names are unknown, since the file has no header"),
        ("a,b,a\n1,2,3\n", ["a"], r"columns: 'a' stands 2 times; take it by its position"),
        (LOAD, [3], r"columns: 3 is neither a name nor a position from 0 to 2"),
        (LOAD, [-1], r"columns: -1 is neither a name nor a position"),
        (LOAD, [True], r"columns: True is neither a name nor a position"),
        (LOAD, [], r"columns: there is none in it; None takes all"),
        ("", None, r"file: it is empty"),
        ("a,b\n", None, r"file: it has no row below the header"),
    ],
)
def test_a_bad_file_or_column_is_named_with_row_and_column(csv, text, columns, message):
    with pytest.raises(ValueError, match=message):
        read_series(csv(text), columns)


def test_gaps_and_text_in_columns_not_asked_for_do_no_harm(csv):
    assert read_series(csv("day,load,wind\nMon,1.5,\nTue,1.25,calm\n"), "load").tolist() == [[1.5], [1.25]]


def test_another_ending_is_refused(csv):
    with pytest.raises(ValueError, match=r"file: '.*series.xlsx' ends neither in .csv nor in .parquet"):
        read_series(csv("1\n", "series.xlsx"))


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.csv"):
        read_series(tmp_path / "nothing.csv")


def test_parquet_without_pandas_says_what_to_install(csv, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas pyarrow"):
        read_series(csv("", "series.parquet"))


def parquet(folder, columns):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    pandas.DataFrame(columns).to_parquet(folder / "series.parquet")
    return folder / "series.parquet"


def test_parquet_is_read_by_name_or_position(tmp_path):
    file = parquet(tmp_path, {"day": ["Mon", "Tue"], "load": [1.5, 1.25], "wind": [3, 4], "sunny": [True, False]})
    assert read_series(file, ["wind", 1, "sunny"]).tolist() == [[3, 1.5, 1], [4, 1.25, 0]]


@pytest.mark.parametrize(
    ("columns", "wanted", "message"),
    [
        ({"day": ["Mon", "Tue"]}, None, r"file: row 1, column 'day': 'Mon' is not a number"),
        ({"load": [1.0, None, 3.0]}, None, r"file: row 2, column 'load' is a gap"),
        ({"load": [1.0, 2.0, np.inf]}, None, r"file: row 3, column 'load': inf is infinite"),
        ({"load": np.array([], float)}, None, r"file: it has no row below the header"),
        ({"load": [1.0]}, "wind", r"columns: 'wind' is not there; the names are 'load'"),
        ({"at": np.array(["2024-01-01"], "datetime64[ns]")}, None, r"file: row 1, column 'at': .* is not a number"),
    ],
)
def test_a_bad_parquet_file_is_named_with_row_and_column(tmp_path, columns, wanted, message):
    file = parquet(tmp_path, columns)
    with pytest.raises(ValueError, match=message):
        read_series(file, wanted)
