"""Tasks on spike trains."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from evorc.datasets.spikes import jittered_templates, rate_sums, segment_recall, temporal_xor

TASKS = [jittered_templates, segment_recall, rate_sums, temporal_xor]


@pytest.mark.parametrize("task", TASKS)
def test_trains_are_sorted_within_the_window_and_repeatable(task):
    one, again = task(6, random_state=3), task(6, random_state=3)
    assert len(one.trains) == len(one.targets) == 6
    for (times, channels), (same, _) in zip(one.trains, again.trains, strict=True):
        assert (np.diff(times) >= 0).all()
        assert times[0] >= 0
        assert times[-1] < one.duration
        assert channels.dtype.kind == "i"
        assert_array_equal(times, same)


def test_without_jitter_series_of_one_template_are_equal():
    task = jittered_templates(20, jitter=0.0, random_state=0)
    first = [train for train, target in zip(task.trains, task.targets, strict=True) if (target == [0, 1]).all()]
    assert len(first) > 1
    assert all(len(times) == len(first[0][0]) for times, _ in first)
    assert_allclose(first[0][0], first[1][0])


def test_the_jitter_has_the_size_asked_for():
    plain, moved = (
        jittered_templates(300, jitter=size, rate=4.0, segment=1000.0, n_segments=1, n_templates=1, random_state=8)
        for size in (0.0, 3.0)
    )
    off = np.concatenate([a[0] - b[0] for a, b in zip(plain.trains, moved.trains, strict=True)])
    assert off.std() == pytest.approx(3.0, rel=0.1)


def test_rates_of_bursts_tell_the_bits_apart():
    task = temporal_xor(200, random_state=1)
    counts = np.array([[np.sum(times < 150.0), np.sum(times >= 150.0)] for times, _ in task.trains])
    high = counts > 18
    assert_array_equal(high[:, 0] ^ high[:, 1], task.targets == 1)
    assert 0.4 < task.targets.mean() < 0.6


def test_the_rate_sum_is_what_the_spikes_of_many_channels_show():
    task = rate_sums(30, n_channels=400, window=100.0, random_state=2)
    shown = [np.sum(times >= 400.0) / (400 * 8.0) for times, _ in task.trains]
    assert_allclose(shown, task.targets[:, 0], atol=0.06)


def test_coincidences_are_pairs_within_five_milliseconds():
    task = rate_sums(50, random_state=4)
    for (times, channels), count in zip(task.trains, task.targets[:, 1], strict=True):
        late = times >= 470.0
        pairs = [(a, b) for a in times[late & (channels == 0)] for b in times[late & (channels == 1)]]
        assert sum(abs(a - b) <= 5.0 for a, b in pairs) == count


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: jittered_templates(0), "n_series: 0"),
        (lambda: jittered_templates(2, jitter=-1.0), "jitter: -1.0"),
        (lambda: rate_sums(2, n_channels=1), "n_channels: 1"),
        (lambda: rate_sums(2, window=900.0), "window: 900.0"),
        (lambda: temporal_xor(2, rates=(0.0, 1.0)), "low: 0.0"),
    ],
)
def test_a_task_that_cannot_be_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
