"""Robot, wall and camera are those of the page."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from reference.seeing_the_light import Robot, field

from evorc.kernels.random import Key
from evorc.run.experiment import build
from evorc.run.settings import find, read
from evorc.scenario import load_scenario

KEY = Key(0, 0, 0, 0)
SCENARIO = load_scenario("seeing_the_light")
STARTS = SCENARIO.tests["starts"].scenario
MODULE = sys.modules[STARTS.start.__module__]
EYES = (0.1, -0.2, 0.05, -0.15, 0.1, 0.1, 0.0, 0.05, 0.2)


def at(x, y, phi, triangle=45.0, body=EYES):
    """A robot anywhere."""
    return STARTS.start(KEY, body)._replace(x=x, y=y, phi=phi, triangle=triangle, rectangle=150.0 - triangle)


@given(st.floats(6.0, 144.0), st.floats(6.0, 94.0), st.floats(-7.0, 7.0), st.sampled_from([45.0, 105.0]))
def test_fields_are_lit_as_lines_from_the_camera_say(x, y, phi, triangle):
    seen = SCENARIO.sense(at(x, y, phi, triangle))
    fields = [EYES[0:3], EYES[3:6], EYES[6:9]]
    assert_allclose(seen, [field((x, y), phi, *one, triangle, 150.0 - triangle) for one in fields], atol=1e-9)


def test_a_field_on_white_paper_is_white_and_beside_it_black():
    eyes = (0.0, 0.0, 0.02, 0.4, 0.0, 0.02, 0.0, 0.4, 0.02)
    for x in (45.0, 105.0):
        assert SCENARIO.sense(at(x, 40.0, 0.0, body=eyes)) == (1.0, 0.0, 0.0)
    assert SCENARIO.sense(at(45.0, 40.0, np.pi, body=eyes)) == (0.0, 0.0, 0.0)


def test_above_the_middle_a_triangle_is_narrower():
    eyes = (0.1, 0.1, 0.02, 0.1, -0.1, 0.02, 0.0, 0.0, 0.02)
    assert SCENARIO.sense(at(45.0, 20.0, 0.0, 45.0, eyes))[:2] == (0.0, 1.0)
    assert SCENARIO.sense(at(45.0, 20.0, 0.0, 105.0, eyes))[:2] == (1.0, 1.0)


def test_a_life_is_that_of_the_oracle(rng):
    world = at(75.0, 70.0, 0.3)._replace(first=90.0)
    robot = Robot(0.1, world.x, world.y, world.phi, world.triangle)
    robot.first = 90.0
    for motors in rng.uniform(-1.0, 1.0, size=(15, 2)).repeat(20, axis=0):
        assert_allclose(SCENARIO.sense(world), robot.sense([EYES[0:3], EYES[3:6], EYES[6:9]]), atol=1e-9)
        robot.step(*motors)
        world = SCENARIO.act(world, tuple(motors))
    assert_allclose((world.x, world.y, world.phi), (*robot.place, robot.phi), rtol=1e-9)
    assert SCENARIO.score(world) == pytest.approx(robot.earned / 30.0)


def test_walls_stop_the_robot():
    world = at(75.0, 50.0, 0.0)
    for _ in range(300):
        world = SCENARIO.act(world, (1.0, 1.0))
    assert (world.x, world.y) == (75.0, 94.0)


def test_starts_lie_on_the_near_side_and_the_triangle_hangs_on_either():
    worlds = [STARTS.start(KEY._replace(trial=trial), EYES) for trial in range(200)]
    assert [world.triangle for world in worlds[:2]] == [45.0, 105.0]
    for name, low, high in (("x", 30.0, 120.0), ("y", 10.0, 40.0), ("phi", 0.0, 2 * np.pi)):
        places = np.array([getattr(world, name) for world in worlds])
        assert low <= places.min() < low + 0.05 * (high - low)
        assert high >= places.max() > high - 0.05 * (high - low)


def test_trained_validated_and_tested_starts_are_others():
    validation = SCENARIO.tests["validation"].scenario
    worlds = (SCENARIO, STARTS, validation)
    places = [world.start(KEY._replace(trial=t), EYES).x for world in worlds for t in range(world.trials)]
    assert len(set(places)) == 604
    assert SCENARIO.confirm == ("validation", "fine")


def test_training_starts_are_new_each_generation():
    turns = [SCENARIO.start(KEY._replace(generation=g, trial=t), EYES).phi for g in range(10) for t in range(4)]
    assert len(set(turns)) == 40


@pytest.mark.parametrize(("x", "y", "expected"), [(45.0, 94.0, 1.0), (45.0, 79.0, 0.0), (105.0, 94.0, 0.0)])
def test_mastered_is_near_the_triangle(x, y, expected):
    assert STARTS.score(at(x, y, 0.0)) == expected


def test_the_reflex_masters_every_start_and_scores_what_the_baseline_says():
    scores = []
    for trial in range(80):
        world = STARTS.start(KEY._replace(trial=trial), MODULE.EYES)
        for _ in range(STARTS.max_steps):
            world = STARTS.act(world, MODULE.reflex(world))
        assert STARTS.score(world) == 1.0
        scores.append(SCENARIO.score(world))
    worst = np.reshape(scores, (-1, 4)).min(axis=1).mean()
    assert worst == pytest.approx(SCENARIO.baseline["hand-written reflex"], abs=0.03)


def test_random_bodies_and_controllers_score_the_chance_level():
    settings, _ = read(find("seeing_the_light"))
    evaluator = build(settings, "seeing_the_light.toml").evaluators[-1]
    assert evaluator.genome.n_genes == 33
    genomes = evaluator.initial(np.random.default_rng(0), 300)
    fitness = np.mean([evaluator(genomes, generation).fitness for generation in range(10)])
    assert fitness == pytest.approx(SCENARIO.chance, abs=0.015)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dt": 0.0}, "dt: 0.0 is not a positive number"),
        ({"starts": 0}, "starts: 0 is not a whole number of at least 1"),
        ({"conditions": "new"}, "conditions: 'new' is not"),
        ({"aggregate": "max"}, "aggregate: 'max' is not"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("seeing_the_light", **options)


def test_a_moment_is_drawn_and_says_what_is_what():
    figures = pytest.importorskip("matplotlib.figure")
    axes = figures.Figure().add_subplot()
    SCENARIO.draw(axes, at(60.0, 50.0, 0.3))
    assert (len(axes.patches), len(axes.collections), len(axes.texts)) == (14, 2, 3)
    assert {"robot", "its view", "triangle: go there", "rectangle: avoid it", "field, lit"} <= {
        *axes.get_legend_handles_labels()[1]
    }
