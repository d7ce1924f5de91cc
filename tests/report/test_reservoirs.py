"""Pictures of reservoirs: what is drawn where, and what is refused."""

import io

import numpy as np
import pytest
from matplotlib._pylab_helpers import Gcf
from numpy.testing import assert_array_equal
from PIL import Image

from evorc.metrics import memory_capacity
from evorc.report.reservoirs import plot_memory_curve, plot_phase_portrait, plot_predictions, plot_states

STEPS = np.arange(300)
WAVE = np.sin(STEPS / 7)
TWO = np.stack([WAVE, np.cos(STEPS / 7)], axis=1)


def png(figure):
    stream = io.BytesIO()
    figure.savefig(stream)
    return Image.open(stream)


def lines(axes):
    """Values of each named line."""
    return {line.get_label(): np.asarray(line.get_data()[1]) for line in axes.get_lines()}


def key(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


EVERY = [
    plot_states(TWO),
    plot_states(WAVE[:, None] * np.ones(20)),
    plot_predictions(TWO, TWO, future=TWO[:9]),
    plot_memory_curve(0.9 ** np.arange(40)),
    plot_phase_portrait(WAVE, WAVE),
    plot_phase_portrait(WAVE, WAVE, dimensions=3),
]


@pytest.mark.parametrize("figure", EVERY)
def test_every_picture_can_be_saved_and_leaves_no_global_state(figure):
    picture = png(figure)
    assert picture.width == 1200
    assert np.ptp(np.asarray(picture.convert("L"), int)) > 150
    assert Gcf.get_all_fig_managers() == []


@pytest.mark.parametrize("figure", EVERY)
def test_no_label_is_cut_off(figure):
    edge = np.asarray(png(figure).convert("RGB"), int)
    frame = np.concatenate([edge[0], edge[-1], edge[:, 0], edge[:, -1]])
    assert np.ptp(frame, axis=0).max() <= 40  # of a grid line that meets the border, but no ink


def test_few_units_are_lines_with_names():
    figure = plot_states(TWO, names=["a", "b"])
    assert_array_equal(lines(figure.axes[0])["b"], TWO[:, 1])
    assert key(figure) == ["a", "b"]
    assert key(plot_states(TWO)) == ["unit 0", "unit 1"]


def test_many_units_are_pixels_with_a_scale():
    states = np.random.default_rng(0).normal(size=(50, 30))
    axes, bar = plot_states(states).axes
    assert_array_equal(axes.get_images()[0].get_array(), states.T)
    assert bar.get_ylabel() == "state"


def test_time_is_in_the_unit_of_the_step():
    figure = plot_states(TWO, dt=0.5)
    assert figure.axes[0].get_xlim() == (0.0, 0.5 * 299)
    assert (figure.axes[0].get_xlabel(), plot_states(TWO).axes[0].get_xlabel()) == ("time", "step")


def test_predictions_lie_over_targets_and_the_error_below():
    figure = plot_predictions(WAVE, WAVE + 0.25, start=1000, names=["load"])
    above, below = figure.axes
    assert_array_equal(lines(above)["target"], WAVE)
    assert_array_equal(lines(above)["prediction"], WAVE + 0.25)
    assert above.get_lines()[0].get_xdata()[0] == 1000
    assert below.collections[0].get_paths()[0].vertices[:, 1].max() == pytest.approx(0.25)
    assert (above.get_ylabel(), key(figure)) == ("load", ["target", "prediction"])


def test_the_future_goes_on_where_the_targets_end():
    figure = plot_predictions(WAVE, WAVE, start=10, future=[1.0, 2.0])
    future = figure.axes[0].get_lines()[-1]
    assert_array_equal(future.get_xdata(), [310, 311])
    assert_array_equal(future.get_ydata(), [1.0, 2.0])
    assert figure.axes[1].get_xlim() == figure.axes[0].get_xlim() == (9.5, 311.5)


def test_every_variable_has_its_panels():
    figure = plot_predictions(TWO, TWO)
    assert [axes.get_ylabel() for axes in figure.axes] == ["variable 0", "error", "variable 1", "error"]


def test_a_prediction_that_bursts_does_not_flatten_the_target():
    burst = WAVE.copy()
    burst[200:] = 1e9
    low, high = plot_predictions(WAVE, burst).axes[0].get_ylim()
    assert high < 3.1
    assert low < -1.0


@pytest.mark.parametrize("name", ["$\\frac{1$", "_hidden", "<b>", ""])
def test_names_are_text(name):
    png(plot_predictions(WAVE, WAVE, names=[name]))
    assert key(plot_states(TWO, names=[name, "b"]))[1] == "b"
    png(plot_states(TWO, names=[name, "b"]))


def test_a_memory_curve_begins_at_delay_one_and_tells_its_sum():
    targets = np.random.default_rng(0).normal(size=(100, 5))
    figure = plot_memory_curve(memory_capacity(targets, targets).curve)
    (line,) = figure.axes[0].get_lines()
    assert_array_equal(line.get_xdata(), [1, 2, 3, 4, 5])
    assert figure.axes[0].get_title() == "memory capacity 5"


def test_a_series_is_embedded_by_its_delays():
    left, right = plot_phase_portrait(WAVE, 2 * WAVE, delay=11).axes
    assert_array_equal(left.get_lines()[0].get_data(), [WAVE[:-11], WAVE[11:]])
    assert_array_equal(right.get_lines()[0].get_data(), [2 * WAVE[:-11], 2 * WAVE[11:]])
    assert left.get_ylabel() == "x(t + 11)"
    assert (left.get_xlim(), left.get_ylim()) == (right.get_xlim(), right.get_ylim())


def test_the_delay_is_where_the_autocorrelation_has_fallen():
    long = np.cos(np.arange(20_000) / 7)
    expected = int(np.ceil(7 * np.arccos(1 / np.e)))
    assert plot_phase_portrait(long, long).axes[0].get_ylabel() == f"x(t + {expected})"


def test_variables_are_drawn_as_they_are():
    left = plot_phase_portrait(TWO, TWO).axes[0]
    assert_array_equal(left.get_lines()[0].get_data(), TWO.T)
    solid = plot_phase_portrait(np.ones((9, 3)) * STEPS[:9, None], np.ones((9, 3))).axes[0]
    assert solid.get_zlabel() == "z"


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot_states([[np.nan]]), "states: of shape"),
        (lambda: plot_states(np.ones((2, 2, 2))), "states: of shape"),
        (lambda: plot_states([]), "states: of shape"),
        (lambda: plot_states(TWO, names=["a"]), "names: 1 are not one for each of 2"),
        (lambda: plot_predictions(WAVE, WAVE[1:]), "predictions: their shape"),
        (lambda: plot_predictions(WAVE, np.full(300, np.inf)), "predictions: of shape"),
        (lambda: plot_predictions(np.ones((9, 5)), np.ones((9, 5))), "targets: 5 variables"),
        (lambda: plot_predictions(WAVE, WAVE, future=TWO), "2 of the future"),
        (lambda: plot_memory_curve([0.5, 1.5]), "curve: of shape"),
        (lambda: plot_memory_curve([-0.5]), "curve: of shape"),
        (lambda: plot_phase_portrait(WAVE, WAVE, dimensions=4), "dimensions: 4 is not 2 or 3"),
        (lambda: plot_phase_portrait(WAVE, WAVE, delay=0), "delay: 0 is not a whole number"),
        (lambda: plot_phase_portrait(WAVE, WAVE, delay=299), "delay: 300 steps are too few"),
        (lambda: plot_phase_portrait(np.ones((9, 4)), np.ones((9, 4))), "targets: 4 variables"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
