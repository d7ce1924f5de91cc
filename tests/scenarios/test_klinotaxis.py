"""The worm is the published one."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.klinotaxis import Worm

from evorc.evaluate import PopulationEvaluator, Problem, run_test
from evorc.evaluate.trace import trace
from evorc.kernels.random import Key
from evorc.networks import CTRNN
from evorc.scenario import load_scenario

DT = 0.05
SCENARIO = load_scenario("klinotaxis", dt=DT)
RANGES = {"weight_bounds": (-15.0, 15.0), "input_bounds": (-15.0, 15.0), "theta_bounds": (-15.0, 15.0)}
NETWORK = CTRNN(n_neurons=6, tau_bounds=(0.1, 4.2), tau_scale="linear", **RANGES)
# fmt: off
EVOLVED = [
    14.371, -12.79, 4.877, 8.63, 2.782, 12.331, -11.804, -3.984, -8.388, -6.246, -14.356, -11.711, -12.858, 2.538,
    -7.908, -12.612, 2.18, -13.908, 11.086, -2.634, -6.0, 9.456, -2.358, 4.941, -13.993, 13.409, -5.975, -14.941, -0.04,
    14.163, -7.85, 14.48, -14.167, -1.88, 2.495, -5.762, -10.074, -7.618, -9.826, -11.865, -14.567, 10.096, 3.873,
    -5.349, -5.445, 0.064, 13.289, -7.959, 14.922, 2.137, -3.487, -11.424, 7.266, -5.493, 2.488, 3.923, 2.246, 0.93,
    0.215, 3.872, 0.84, 1.908, 1.916, -3.105, 0.416, -8.071, 13.435, -6.682, -6.054, -0.242, 5.978, 12.396, 3.721,
]
# fmt: on
BODY = tuple(EVOLVED[60:])


def key(trial):
    return Key(0, 0, 0, trial)


def test_a_crawl_is_that_of_the_published_program():
    lived = trace(Problem(SCENARIO, NETWORK), EVOLVED, trial=1, max_steps=600)
    worm, places = Worm(DT, np.pi / 2, 0.5, *BODY), []
    for seen, shown in zip(lived.inputs, lived.outputs, strict=True):
        assert_allclose(seen, worm.sense(), atol=1e-8)
        worm.step(shown)
        places.append((worm.x, worm.y, worm.phi, worm.theta))
    assert_allclose([world[:4] for world in lived.worlds[1:]], places, rtol=1e-9, atol=1e-9)


def test_a_worm_pushed_about_at_random_is_the_published_one(rng):
    scenario, body = load_scenario("klinotaxis"), (3.3, 0.9, 1.5, 2.0, 0.5, -4.0, 7.0, *rng.normal(size=6) * 5)
    world, worm = scenario.start(key(2), body), Worm(0.01, np.pi, 0.5, *body)
    for shown in rng.uniform(size=(60, 6)).repeat(15, axis=0):  # longer than N and M, and than two sweeps
        world = scenario.act(world, tuple(shown))
        worm.step(shown)
        assert_allclose(scenario.sense(world), worm.sense(), atol=1e-8)
        assert_allclose(world[:4], (worm.x, worm.y, worm.phi, worm.theta), rtol=1e-9, atol=1e-9)


def test_the_training_trials_are_four_orientations_at_the_published_distance():
    worlds = [SCENARIO.start(key(trial), BODY) for trial in range(SCENARIO.trials)]
    assert_allclose([world.phi for world in worlds], np.arange(4) * np.pi / 2)
    assert {(world.x, world.y, world.steepness) for world in worlds} == {(-4.5, 0.0, 0.5)}


def test_the_held_out_orientations_and_cones_are_others():
    starts, cones = (SCENARIO.tests[name].scenario for name in ("orientations", "steepness"))
    angles = [starts.start(key(trial), BODY).phi for trial in range(starts.trials)]
    slopes = [cones.start(key(trial), BODY).steepness for trial in range(cones.trials)]
    assert min(abs(np.sin(2.0 * np.array(angles)))) > 1e-4
    assert 0.1 < min(slopes) < 0.2
    assert 0.9 < max(slopes) < 1.0


def test_who_does_not_bend_hardly_moves():
    world = SCENARIO.start(key(0), (1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, *(0.0,) * 6))
    for _ in range(500):
        world = SCENARIO.act(world, (0.0,) * 6)
    assert world.x == pytest.approx(-4.5, abs=0.01)


def test_the_hand_written_worm_scores_about_what_the_baseline_says():
    module, scores = sys.modules[SCENARIO.act.__module__], []
    for trial in range(SCENARIO.trials):
        world = SCENARIO.start(key(trial), module.HAND)
        for _ in range(SCENARIO.max_steps):
            world = SCENARIO.act(world, module.hand_written(SCENARIO.sense(world)))
        scores.append(SCENARIO.score(world))
    assert np.mean(scores) == pytest.approx(SCENARIO.baseline["hand-written"], abs=0.02)


def test_who_does_not_sense_stays_at_the_level_of_chance():
    blind = np.array(EVOLVED)
    blind[36:48] = 0.0  # from the sensors
    scores = Problem(SCENARIO, NETWORK).scores([blind])
    assert scores.mean() < 0.25


def test_an_evolved_worm_finds_the_peak_from_unseen_orientations():
    assert run_test(Problem(SCENARIO, NETWORK), "orientations", np.array([EVOLVED]))[0].success


@pytest.mark.slow
@pytest.mark.parametrize("name", ["published step", "half the step", "steepness"])
def test_it_does_so_with_shorter_steps_and_in_other_cones(name):
    assert run_test(Problem(SCENARIO, NETWORK), name, np.array([EVOLVED]))[0].success


def test_random_controllers_score_the_chance_level():
    evaluator = PopulationEvaluator(SCENARIO, NETWORK)
    fitness = evaluator(evaluator.initial(np.random.default_rng(0), 100)).fitness
    assert fitness.mean() == pytest.approx(SCENARIO.chance, abs=0.03)


@pytest.mark.parametrize("dt", [0.0, 0.2])
def test_a_wrong_step_is_named(dt):
    with pytest.raises(ValueError, match=f"dt: {dt} is not a positive number of at most 0.1"):
        load_scenario("klinotaxis", dt=dt)


def test_a_moment_is_drawn_and_says_what_is_what():
    figures = pytest.importorskip("matplotlib.figure")
    axes = figures.Figure().add_subplot()
    SCENARIO.draw(axes, SCENARIO.start(key(0), BODY))
    assert sum(len(line.get_xdata()) > 0 for line in axes.lines) == 3  # peak, worm and head
    assert {"peak", "worm, enlarged", "ASEL: it rises", "ASER: it falls"} <= {*axes.get_legend_handles_labels()[1]}
