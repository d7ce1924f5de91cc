"""A trial as a GIF."""

import io

import numpy as np
import pytest
from PIL import Image
from report.page import dot, toy_scenario, toy_trace

from evorc.report import animate
from evorc.report.animation import by_agent, captions_of, moments, pictures
from evorc.report.strips import strips


def gif(steps, lived=None, **options):
    stream = io.BytesIO()
    animate(stream, toy_trace(steps, **(lived or {})), toy_scenario(draw=dot), **options)
    stream.seek(0)
    return Image.open(stream)


def test_a_gif_has_a_frame_for_every_moment():
    assert gif(12).n_frames == 13


def test_a_gif_lasts_as_long_as_its_frame_rate_says():
    assert gif(3, fps=20.0).info["duration"] == 50


def test_a_gif_starts_over_for_ever():
    assert gif(3).info["loop"] == 0


@pytest.mark.parametrize("fps", [0.0, -1.0, 51.0, float("nan")])
def test_a_frame_rate_that_no_gif_has_is_refused(fps):
    with pytest.raises(ValueError, match="fps"):
        gif(3, fps=fps)


@pytest.mark.parametrize("count", [1, 2, 149, 150, 151, 100_001])
def test_moments_are_few_and_hold_the_first_and_the_last(count):
    chosen = moments(count)
    assert (chosen[0], chosen[-1], len(chosen)) == (0, count - 1, min(count, 150))


def test_moments_are_evenly_chosen():
    steps = [b - a for a, b in zip(moments(1001), moments(1001)[1:], strict=False)]
    assert set(steps) <= {6, 7}


def test_a_frame_shows_nothing_of_the_one_before():
    second = pictures([-0.9, 0.9], dot)[1]
    vivid = np.ptp(np.asarray(second.convert("RGB"), int), axis=2) > 60
    left, right = np.array_split(vivid, 2, axis=1)
    assert (left.any(), right.any()) == (False, True)


def test_all_frames_are_of_one_size():
    assert len({picture.size for picture in pictures([-1.0, 0.0, 1.0], dot)}) == 1


def dark(frame):
    """Columns of a frame's lower part that are dark from top to bottom."""
    pixels = np.asarray(frame.convert("L"), int)[-150:-90]
    return np.flatnonzero((pixels < 70).all(axis=0))


def test_a_line_in_the_signals_moves_with_the_picture():
    picture = gif(4)
    places = []
    for number in range(picture.n_frames):
        picture.seek(number)
        places.append(dark(picture).mean())
    steps = np.diff(places)
    assert steps[:-1] == pytest.approx(steps[0], abs=1.5)
    assert 0.0 < steps[-1] < steps[0]  # the last world stands at the end of the last step


@pytest.mark.parametrize(("neurons", "inches"), [(1, 1.0), (8, 2.16), (30, 3.9), (100, 1.0)])
def test_any_number_of_neurons_is_shown_and_up_to_32_have_room_for_their_names(neurons, inches):
    higher = gif(1, {"neurons": neurons}).height - gif(1).height
    assert higher == pytest.approx(120 * (inches - 1.0), abs=1)


def test_captions_tell_time_and_the_score_where_it_is_known():
    assert captions_of(toy_trace(), toy_scenario(), [0, 20]) == ["t = 0.00", "t = 2.00   score 1"]


def test_signals_of_two_agents_are_told_apart():
    names = ("agent 1 left", "agent 1 right", "agent 2 left", "agent 2 right")
    assert by_agent(names) == [
        (", agent 1", [0, 1], ("left", "right")),
        (", agent 2", [2, 3], ("left", "right")),
    ]


@pytest.mark.parametrize("names", [(), ("left", "right"), ("agent 1 left",), tuple(f"agent {k} x" for k in range(9))])
def test_signals_of_one_agent_or_many_stay_together(names):
    assert by_agent(names) == [("", list(range(len(names))), names)]


def test_the_last_frame_tells_whether_the_trial_is_passed():
    found = [captions_of(toy_trace(), toy_scenario(passing=passing), [0, 20]) for passing in (0.5, 1.5)]
    assert [captions[0] for captions in found] == ["t = 0.00", "t = 0.00"]
    assert [captions[1] for captions in found] == [
        "t = 2.00   score 1   passed (0.5 needed)",
        "t = 2.00   score 1   failed (1.5 needed)",
    ]


def test_the_last_frame_rests():
    picture = gif(3, fps=20.0)
    picture.seek(3)
    assert picture.info["duration"] == 1500


def labelled(axes, world):
    axes.set(xlim=(-1.2, 1.2), ylim=(0, 1))
    axes.plot([world], [0.5], "o", label="agent")
    axes.plot([], [], label=f"new in {world}")


def test_labels_of_the_first_moment_make_a_legend_that_stays():
    (plain,) = (np.asarray(picture.convert("L"), int) for picture in pictures([0.0], dot))
    first, second = (np.asarray(picture.convert("L"), int) for picture in pictures([0.0, 1.0], labelled))
    beside = slice(770, None)  # pixels right of the world
    assert (plain[:, beside] > 200).all()
    assert (first[:, beside] < 128).any()
    assert np.array_equal(first[:, beside], second[:, beside])


def test_no_signal_hides_another():
    time, signals = np.arange(50.0), np.ones((50, 3))
    found = strips(time, signals, [("", [0, 1, 2], ("a", "b", "c"))], 120)
    (left, right), (top, bottom) = found.across, found.panels[0]
    panel = found.pixels[round(top) : round(bottom), round(left) + 20 : round(right) - 20].astype(int)
    colored = np.ptp(panel, axis=2).max(axis=1) > 60
    assert np.count_nonzero(np.diff(colored.astype(int)) == 1) == 3


def test_the_same_signal_of_many_agents_is_side_by_side():
    names = tuple(f"agent {agent} {name}" for agent in range(1, 7) for name in ("foot", "push"))
    ((whose, columns, shown),) = by_agent(names)
    assert (whose, columns) == ("", [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
    assert shown[:2] == ("agent 1 foot", "agent 2 foot")
