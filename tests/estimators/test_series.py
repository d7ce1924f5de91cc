"""One series or several, in every form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evorc.estimators.series import lay_out, target_rows


def test_rows_are_one_series():
    rows, layout = lay_out(np.zeros((5, 2)), None)
    assert (rows.shape, layout.offsets.tolist(), layout.form) == ((5, 2), [0, 5], "rows")


@pytest.mark.parametrize("lengths", [[2, 3], [2, 2, 3, 3, 3]], ids=["of series", "of rows"])
def test_lengths_cut_rows_into_series(lengths):
    _, layout = lay_out(np.zeros((5, 2)), lengths)
    assert layout.offsets.tolist() == [0, 2, 5]
    assert layout.steps.tolist() == [0, 1, 0, 1, 2]
    assert layout.numbers.tolist() == [0, 0, 1, 1, 1]


def test_a_list_and_a_stack_come_back_as_they_came(rng):
    stack = rng.normal(size=(3, 4, 2))
    for form in (list(stack), stack):
        rows, layout = lay_out(form, None)
        assert rows.tolist() == stack.reshape(12, 2).tolist()
        back = layout.give_back(rows)
        assert type(back) is type(form)
        assert np.array_equal(back, stack)


def test_a_list_of_rows_is_one_series():
    _, layout = lay_out([[1.0, 2.0], [3.0, 4.0]], None)
    assert (layout.offsets.tolist(), layout.form) == ([0, 2], "rows")


def test_a_list_of_lists_of_rows_is_several_series():
    rows, layout = lay_out([[[1.0], [2.0]], [[3.0]]], None)
    assert (rows.ravel().tolist(), layout.offsets.tolist(), layout.form) == ([1.0, 2.0, 3.0], [0, 2, 3], "list")


@given(st.lists(st.integers(1, 6), min_size=1, max_size=8))
def test_lengths_of_series_and_of_rows_say_the_same(lengths):
    rows = np.zeros((sum(lengths), 1))
    of_series, of_rows = lay_out(rows, lengths)[1], lay_out(rows, np.repeat(lengths, lengths))[1]
    assert of_series.offsets.tolist() == of_rows.offsets.tolist()


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([2, 2], "they add up to 4, but X has 5 rows"),
        ([0, 5], "not a list of whole numbers of at least 1"),
        ([2.5, 2.5], "not a list of whole numbers"),
        ([[5]], "not a list of whole numbers"),
        ([2, 3, 3, 3, 3], "they add up to 14, but X has 5 rows"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(lengths, message):
    with pytest.raises(ValueError, match=f"lengths: .*{message}"):
        lay_out(np.zeros((5, 2)), lengths)


@pytest.mark.parametrize(
    ("series", "lengths", "message"),
    [
        ([np.zeros((3, 2)), np.zeros((3, 1))], None, "series 1 has 1 channels, series 0 has 2"),
        ([np.zeros((3, 2)), np.zeros((0, 2))], None, r"series 1 has shape \(0, 2\)"),
        (np.zeros((0, 3, 2)), None, r"shape \(0, 3, 2\) has no rows"),
        ([np.zeros((3, 2))], [3], "given with several series already apart"),
    ],
)
def test_series_that_do_not_fit_are_refused(series, lengths, message):
    with pytest.raises(ValueError, match=message):
        lay_out(series, lengths)


def test_targets_follow_the_form_of_the_series():
    _, listed = lay_out([np.zeros((2, 1)), np.zeros((1, 1))], None)
    _, stacked = lay_out(np.zeros((2, 3, 1)), None)
    assert target_rows([[1, 2], [3]], listed).tolist() == [1, 2, 3]
    assert target_rows(np.arange(6).reshape(2, 3), stacked).tolist() == list(range(6))
    assert target_rows(["a", "b"], listed) == ["a", "b"]
    with pytest.raises(ValueError, match="y: series 1 has 2 targets for 1 steps"):
        target_rows([[1, 2], [3, 4]], listed)
