"""Encoders of numbers in spikes, and the two forms of spike trains."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from evorc.networks.encoders import ENCODERS, ben_spiker, latency, n_channels, poisson, rank_order, threshold_crossings
from evorc.networks.spikes import bin_spikes, poisson_spikes, spikes_of_bins

shares = arrays(float, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=st.floats(0, 1))


@pytest.mark.parametrize("name", ["poisson", "latency", "rank_order", "ben_spiker", "threshold"])
@given(values=shares)
def test_spikes_are_sorted_and_within_the_window(name, values):
    options = {"random_state": 0} if name == "poisson" else {}
    times, channels = ENCODERS[name](values, width=5.0, **options)
    assert (np.diff(times) >= 0).all()
    assert not times.size or (times[0] >= 0 and times[-1] < 5.0 * len(values))
    assert not times.size or (channels.min() >= 0 and channels.max() < n_channels(name, values.shape[1]))


def test_poisson_trains_have_the_rates_asked_for():
    values = np.tile([[0.2, 1.0]], (400, 1))
    found = poisson(values, width=100.0, max_rate=50.0, random_state=1)
    assert_allclose(np.bincount(found.channels) / 40.0, [10.0, 50.0], rtol=0.1)


@given(values=shares)
def test_the_latency_gives_the_value_back(values):
    times, channels = latency(values, width=1.0)
    rows, found = times.astype(int), np.zeros(values.shape)
    found[rows, channels] = 1.0 - (times - rows) / 0.9
    assert_allclose(found, values, atol=1e-12)


@given(values=shares)
def test_the_larger_value_fires_first(values):
    times, channels = rank_order(values, width=1.0)
    for row in range(len(values)):
        order = channels[times.astype(int) == row]
        assert (np.diff(values[row, order]) <= 0).all()
        assert len(order) == values.shape[1]


def test_ben_spiker_finds_the_spikes_that_a_filter_smeared():
    rng = np.random.default_rng(0)
    taps = np.array([0.1, 0.5, 1.0, 0.6, 0.2])
    fired = rng.permutation(np.arange(0, 280, 7))[:20]
    train = np.zeros(300)
    train[fired] = 1.0
    series = np.convolve(train, taps)[:300, None]
    assert_array_equal(ben_spiker(series, width=2.0, taps=taps).times, 2.0 * np.sort(fired))


def test_ben_spiker_follows_a_slow_signal():
    series = 0.5 + 0.4 * np.sin(np.arange(400) / 25)[:, None]
    gauss = np.exp(-(((np.arange(9.0) - 4) / 2) ** 2) / 2)
    counts = bin_spikes(ben_spiker(series, width=1.0), n_channels=1, duration=400.0, width=1.0)
    back = np.convolve(counts[:, 0], gauss / gauss.sum())[:400]
    assert np.corrcoef(back[20:-20], series[20:-20, 0])[0, 1] > 0.9


def test_a_crossing_is_where_the_line_crosses_the_level():
    found = threshold_crossings([[0.0], [0.6], [0.1]], width=10.0, levels=3)
    assert_allclose(found.times, [25 / 6, 25 / 3, 12.0, 17.0])
    assert_array_equal(found.channels, [0, 0, 1, 1])


@given(arrays(np.int64, st.tuples(st.integers(1, 8), st.integers(1, 3)), elements=st.integers(0, 6)))
def test_counts_come_back_from_their_spikes(counts):
    spikes = spikes_of_bins(counts, width=4.0)
    found = bin_spikes(spikes, n_channels=counts.shape[1], duration=4.0 * len(counts), width=4.0)
    assert_array_equal(found, counts)


def test_a_train_is_the_same_for_the_same_seed():
    one, other = (poisson_spikes(3, 500.0, 30.0, 7) for _ in range(2))
    assert_array_equal(one.times, other.times)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: latency([[1.5]], width=1.0), "reach from 1.5"),
        (lambda: latency([0.5], width=1.0), "row, channel"),
        (lambda: latency([[0.5]], width=0.0), "width: 0.0"),
        (lambda: poisson([[0.5]], width=1.0, max_rate=-1.0), "max_rate: -1.0"),
        (lambda: ben_spiker([[0.5]], width=1.0, taps=[[1.0]]), "taps"),
        (lambda: threshold_crossings([[0.5]], width=1.0, levels=0), "levels: 0"),
        (lambda: spikes_of_bins([[-1]], width=1.0), "counts"),
        (lambda: spikes_of_bins([[0.5]], width=1.0), "counts"),
        (lambda: bin_spikes(([5.0], [0]), n_channels=1, duration=4.0, width=1.0), "the window is"),
    ],
)
def test_what_cannot_be_encoded_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
