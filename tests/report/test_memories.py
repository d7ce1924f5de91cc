"""Pictures of associative memories show what they are given."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from evorc.networks.hopfield_theory import critical_load, retrieval_overlap
from evorc.report.memories import plot_annealing, plot_capacity, plot_recall, plot_trips


def trace_of(rng, probes=2, changes=9, still=4):
    """Each moment turns one unit of 12, and the last moments turn none."""
    states = np.ones((probes, changes + still, 12))
    for moment in range(1, changes):
        states[:, moment] = states[:, moment - 1]
        states[np.arange(probes), moment, rng.integers(12, size=probes)] *= -1
    states[:, changes:] = states[:, [changes - 1]]
    return states


def pixels(axes):
    return axes.images[0].get_array()


def test_recall_shows_patterns_then_moments_until_nothing_changes(rng):
    states = trace_of(rng)
    energies = -np.arange(26.0).reshape(2, 13)
    figure = plot_recall(states, energies, (3, 4), patterns=states[:, -1], every=5, most=3)
    titles = [axes.get_title() for axes in figure.axes[:5]]
    assert titles == ["learnt", "probe", "after 20", "after 40", "energy"]
    for row in range(2):
        tiles = figure.axes[5 * row : 5 * row + 4]
        shown = [states[row, moment].reshape(3, 4) for moment in (-1, 0, 4, 8)]
        assert_array_equal([pixels(axes) for axes in tiles], shown)
        line = figure.axes[5 * row + 4].lines[0]
        assert_array_equal(line.get_xdata(), 5 * np.arange(9))
        assert_array_equal(line.get_ydata(), energies[row, :9])


def test_capacity_shows_the_theory_and_each_series():
    figure = plot_capacity([0.05, 0.15], {"1,000 units": [1.0, 0.9], "2,000 units": [0.99, 0.8]})
    theory, drop, above, *series = figure.axes[0].lines
    assert_allclose(theory.get_ydata(), retrieval_overlap(theory.get_xdata() - 1e-12))
    assert_allclose([drop.get_xdata()[0], above.get_xdata()[0]], critical_load())
    assert [list(line.get_ydata()) for line in series[:2]] == [[1.0, 0.9], [0.99, 0.8]]
    names = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert names == ["theory", "1,000 units", "2,000 units"]


def test_annealing_shows_every_run_the_level_and_the_temperature():
    figure = plot_annealing([[3.0, 1.0], [2.0, 0.0]], cooling=[0.5, 0.1], level=("lowest", -1.0))
    runs, warmth = figure.axes
    assert [list(line.get_ydata()) for line in runs.lines] == [[3.0, 1.0], [2.0, 0.0], [-1.0, -1.0]]
    assert list(warmth.lines[0].get_ydata()) == [0.5, 0.1]


def test_a_trip_is_closed_and_measured():
    figure = plot_trips([[0, 0], [0, 3], [4, 3]], {"one": [1, 0, 2], "other": [0, 1, 2]})
    assert [axes.get_title() for axes in figure.axes] == ["one: 12.00", "other: 12.00"]
    assert_array_equal(figure.axes[0].lines[0].get_xydata(), [[0, 3], [0, 0], [4, 3], [0, 3]])


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: plot_recall(np.ones((1, 2, 4)), [[0.0]], (2, 2)), "states: their shape (1, 2, 4) does not fit"),
        (lambda: plot_recall(np.ones((1, 2, 4)), [[0.0, 1.0]], (2, 3)), "states: their shape (1, 2, 4) does not fit"),
        (lambda: plot_recall(np.ones((1, 1, 4)), [[0.0]], (2, 2), patterns=[[1]]), "patterns: their shape (1, 1)"),
        (lambda: plot_capacity([0.1], {"a": [1.0, 2.0]}), "overlaps: the shape (2,) of 'a'"),
        (lambda: plot_capacity([0.1], {str(k): [1.0] for k in range(9)}), "overlaps: 9 series are more than 8"),
        (lambda: plot_annealing([[1.0, 2.0]], cooling=[1.0]), "cooling: their shape (1,)"),
        (lambda: plot_trips([[0, 0], [1, 1]], {"a": [0, 0]}), "trips: 'a' is no permutation of the 2 cities"),
    ],
)
def test_what_does_not_fit_is_named(refused, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        refused()
