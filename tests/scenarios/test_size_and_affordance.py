"""Circles and gaps are seen and met as geometry says."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from reference.size_and_affordance import Fall

from evorc.evaluate import Problem
from evorc.kernels.random import Key
from evorc.run.experiment import build
from evorc.run.settings import find, read
from evorc.scenario import load_scenario

KEY = Key(0, 0, 0, 0)
TASKS = ("size", "affordance")
SCENARIOS = {task: load_scenario("size_and_affordance", task=task) for task in TASKS}
EVALUATIONS = {task: scenario.tests["evaluation"].scenario for task, scenario in SCENARIOS.items()}
MODULE = sys.modules[EVALUATIONS["size"].start.__module__]


@settings(max_examples=60)
@given(
    st.sampled_from(TASKS),
    st.floats(-60.0, 60.0),
    st.floats(-25.0, 25.0),
    st.floats(30.0, 240.0),
    st.floats(20.0, 40.0),
)
def test_rays_are_as_long_as_linear_algebra_says(task, x, offset, y, width):
    fall = Fall(0.1, task, offset, width)
    fall.x, fall.y = x, y
    seen = np.array(SCENARIOS[task].sense(MODULE.World(x, offset, y, width, 0.0, 0.0)))
    expected = fall.sense()
    grazing = (seen == 0.0) != (expected == 0.0)  # a ray that touches an edge within rounding
    assert_allclose(seen[~grazing], expected[~grazing], atol=1e-6)
    assert grazing.sum() <= 1


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("trial", [0, 119])
def test_a_trial_is_that_of_the_oracle(task, trial, rng):
    scenario = EVALUATIONS[task]
    world = scenario.start(KEY._replace(trial=trial))
    fall = Fall(0.1, task, world.object_x, world.width)
    for motors in rng.uniform(size=(28, 2)).repeat(25, axis=0):
        fall.step(*motors)
        world = scenario.act(world, tuple(motors))
    assert_allclose((world.x, world.y), (fall.x, fall.y), rtol=1e-12)
    assert scenario.score(world) == pytest.approx(fall.score)


def test_nobody_leaves_the_world():
    scenario = EVALUATIONS["size"]
    for left, right, edge in ((1.0, 0.0, 200.0), (0.0, 1.0, -200.0)):
        world = scenario.start(KEY)
        for _ in range(700):
            world = scenario.act(world, (left, right))
        assert world.x == edge


def test_the_evaluation_is_that_of_the_public_program():
    scenario = EVALUATIONS["size"]
    found = {(w.object_x, w.width) for w in (scenario.start(KEY._replace(trial=t)) for t in range(scenario.trials))}
    assert found == {(2.0 * p, 20.0 + 2.0 * w) for p in range(1, 13) for w in range(11) if w != 5}
    assert (scenario.max_steps, scenario.trials) == (700, 120)


def test_training_meets_every_part_of_the_widths_anew_each_generation():
    scenario = SCENARIOS["size"]
    worlds = [[scenario.start(KEY._replace(generation=g, trial=t)) for t in range(scenario.trials)] for g in range(10)]
    widths = np.array([[world.width for world in row] for row in worlds])
    assert len(np.unique(widths)) == widths.size
    small, large = widths[:, ::2], widths[:, 1::2]
    assert (np.floor((28.0 - small) / 8.0 * 6) == np.arange(6)).all()
    assert (np.floor((large - 32.0) / 8.0 * 6) == np.arange(6)).all()


@pytest.mark.parametrize("task", TASKS)
def test_the_reflex_scores_what_the_baseline_says(task):
    scenario, reflex = EVALUATIONS[task], getattr(MODULE, f"reflex_{task}")
    scores = []
    for trial in range(40, 50):  # every width once
        world = scenario.start(KEY._replace(trial=trial))
        for _ in range(scenario.max_steps):
            world = scenario.act(world, reflex(world))
        scores.append(scenario.score(world))
    assert np.mean(scores) == pytest.approx(scenario.baseline["hand-written reflex"], abs=0.03)


def test_random_controllers_score_the_chance_level():
    found, _ = read(find("size_and_affordance"))
    network = build(found, "size_and_affordance.toml").evaluator.problem.network
    problem = Problem(EVALUATIONS["size"], network)
    assert problem.genome.n_genes == 100
    scores = problem.scores(problem.initial(np.random.default_rng(1), 100))
    assert scores.mean() == pytest.approx(SCENARIOS["size"].chance, abs=0.015)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "shape"}, "task: 'shape' is not"),
        ({"dt": -1.0}, "dt: -1.0 is not a positive number"),
        ({"widths": 0}, "widths: 0 is not a whole number of at least 1"),
        ({"conditions": "new"}, "conditions: 'new' is not"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("size_and_affordance", **options)


@pytest.mark.parametrize(
    ("task", "width", "kind", "patches", "lines"),
    [
        ("size", 24.0, "small circle: catch it", 2, 15),
        ("size", 34.0, "large circle: avoid it", 2, 15),
        ("affordance", 24.0, "narrow gap: avoid it", 1, 17),
        ("affordance", 34.0, "wide gap: pass it", 1, 17),
    ],
)
def test_a_moment_is_drawn_and_says_what_is_what(task, width, kind, patches, lines):
    figures = pytest.importorskip("matplotlib.figure")
    axes = figures.Figure().add_subplot()
    SCENARIOS[task].draw(axes, MODULE.World(3.0, 10.0, 120.0, width, 0.2, 0.9))
    drawn = sum(len(line.get_xdata()) > 0 for line in axes.lines)
    assert (len(axes.patches), drawn, len(axes.texts)) == (patches, lines, 2)
    assert {"agent", kind, "ray", "ray that meets it", "push of a motor"} == {*axes.get_legend_handles_labels()[1]}
