"""The raster of a liquid."""

import numpy as np
import pytest

from evorc.report.spikes import plot_raster

TIMES, NEURONS = [1.0, 4.0, 9.0], [0, 2, 1]


def marks(axes):
    return {tuple(point) for line in axes.lines for point in line.get_xydata().tolist()}


def test_excitatory_neurons_stand_below_the_others():
    figure = plot_raster((TIMES, NEURONS), n_neurons=3, duration=10.0, excites=[False, True, True])
    assert marks(figure.axes[0]) == {(1.0, 2.0), (4.0, 1.0), (9.0, 0.0)}
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["excitatory", "inhibitory"]


def test_the_rate_below_counts_every_spike():
    figure = plot_raster((TIMES, NEURONS), n_neurons=3, duration=10.0, inputs=([2.0], [0]))
    bars, edges, _ = figure.axes[-1].patches[0].get_data()
    assert (bars * np.diff(edges)).sum() * 3 / 1000.0 == pytest.approx(3.0)
    assert marks(figure.axes[0]) == {(2.0, 0.0)}


def test_nobody_fired_is_a_picture_too():
    assert len(plot_raster(([], []), n_neurons=3, duration=10.0).axes) == 2


@pytest.mark.parametrize(
    ("spikes", "words"), [(([11.0], [0]), "within"), (([1.0], [3]), "0 to 2"), (([1.0], []), "alike")]
)
def test_spikes_that_cannot_be_are_refused(spikes, words):
    with pytest.raises(ValueError, match=words):
        plot_raster(spikes, n_neurons=3, duration=10.0)
