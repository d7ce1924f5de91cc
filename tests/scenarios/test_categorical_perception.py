"""What falls is seen and met as geometry says."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from reference.categorical_perception import Fall

from evorc.evaluate import Problem
from evorc.kernels.random import Key
from evorc.run.experiment import build
from evorc.run.settings import find, read
from evorc.scenario import load_scenario

KEY = Key(0, 0, 0, 0)
SCENARIO = load_scenario("categorical_perception")
EVALUATION = SCENARIO.tests["evaluation"].scenario
MODULE = sys.modules[EVALUATION.start.__module__]


def met(x, offset, y, circle):
    """A moment of a trial, and the same of the oracle."""
    fall = Fall(0.1, offset, circle)
    fall.x, fall.y = x, y
    return MODULE.World(x, offset, y, float(circle), 0.0, 0.0), fall


@settings(max_examples=60)
@given(st.floats(-60.0, 60.0), st.floats(-50.0, 50.0), st.floats(15.0, 275.0), st.booleans())
def test_rays_are_as_long_as_linear_algebra_says(x, offset, y, circle):
    world, fall = met(x, offset, y, circle)
    seen, expected = np.array(SCENARIO.sense(world)), fall.sense()
    grazing = (seen == 0.0) != (expected == 0.0)  # a ray that touches an edge within rounding
    assert_allclose(seen[~grazing], expected[~grazing], atol=1e-6)
    assert grazing.sum() <= 1


@given(st.floats(-60.0, 60.0), st.floats(15.0, 275.0), st.booleans())
def test_the_mirror_image_is_seen_in_reverse_order_to_the_bit(offset, y, circle):
    seen = SCENARIO.sense(MODULE.World(0.0, offset, y, float(circle), 0.0, 0.0))
    mirrored = SCENARIO.sense(MODULE.World(0.0, -offset, y, float(circle), 0.0, 0.0))
    assert seen == mirrored[::-1]


@pytest.mark.parametrize("trial", [0, 5, 18, 23])
def test_a_trial_is_that_of_the_oracle(trial, rng):
    world = EVALUATION.start(KEY._replace(trial=trial))
    fall = Fall(0.1, world.object_x, trial % 2 == 0)
    for motors in rng.uniform(size=(29, 2)).repeat(30, axis=0):
        if not fall.over:
            fall.step(*motors)
            world = EVALUATION.act(world, tuple(motors))
    assert_allclose((world.x, world.y), (fall.x, fall.y), rtol=1e-12)
    assert EVALUATION.ended(world) == fall.over
    assert EVALUATION.score(world) == pytest.approx(fall.score)


def test_the_evaluation_is_twelve_offsets_of_each_shape():
    worlds = [EVALUATION.start(KEY._replace(trial=trial)) for trial in range(EVALUATION.trials)]
    for circle in (0.0, 1.0):
        assert_allclose([w.object_x for w in worlds if w.circle == circle], np.linspace(-50, 50, 12))


def test_training_meets_every_part_of_the_offsets_anew_each_generation():
    places = np.array(
        [
            [SCENARIO.start(KEY._replace(generation=g, trial=t)).object_x for t in range(SCENARIO.trials)]
            for g in range(20)
        ]
    )
    assert len(np.unique(places)) == places.size
    parts = np.floor((places + 50.0) / 100.0 * (SCENARIO.trials // 2))
    assert (parts == np.arange(SCENARIO.trials) // 2).all()


def lived(trial):
    """Score of the reflex in a trial of the evaluation."""
    world = EVALUATION.start(KEY._replace(trial=trial))
    for _ in range(EVALUATION.max_steps):
        world = EVALUATION.act(world, MODULE.reflex(world))
    return EVALUATION.score(world)


def test_the_reflex_scores_what_the_baseline_says():
    some = [0, 1, 6, 7, 12, 15]  # every trial has the same score
    assert np.mean([lived(trial) for trial in some]) == pytest.approx(
        SCENARIO.baseline["hand-written reflex"], abs=1e-3
    )


def test_random_controllers_score_the_chance_level():
    found, _ = read(find("categorical_perception"))
    network = build(found, "categorical_perception.toml").evaluator.problem.network
    problem = Problem(EVALUATION, network)
    assert problem.genome.n_genes == 49
    scores = problem.scores(problem.initial(np.random.default_rng(1), 200))
    assert scores.mean() == pytest.approx(SCENARIO.chance, abs=0.003)


def test_a_tenth_of_the_step_is_the_same_fall():
    fine = SCENARIO.tests["fine"].scenario
    assert (fine.dt, fine.max_steps, fine.trials) == (pytest.approx(0.01), 8667, EVALUATION.trials)
    assert EVALUATION.max_steps == 867


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dt": 0.0}, "dt: 0.0 is not a positive number"),
        ({"offsets": 0}, "offsets: 0 is not a whole number of at least 1"),
        ({"conditions": "new"}, "conditions: 'new' is not"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("categorical_perception", **options)


@pytest.mark.parametrize(("circle", "kind"), [(0.0, "diamond: avoid it"), (1.0, "circle: catch it")])
def test_a_moment_is_drawn_and_says_what_is_what(circle, kind):
    figures = pytest.importorskip("matplotlib.figure")
    axes = figures.Figure().add_subplot()
    SCENARIO.draw(axes, MODULE.World(3.0, 10.0, 120.0, circle, 0.2, 0.9))
    rays = sum(len(line.get_xdata()) > 0 for line in axes.lines)
    assert (len(axes.patches), rays, len(axes.texts)) == (2, 7, 2)
    assert {"agent", kind, "ray", "ray that meets it", "push of a motor"} == {*axes.get_legend_handles_labels()[1]}
