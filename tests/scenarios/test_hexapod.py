"""Six legs carry one body as described, and an evolved insect walks as a tripod."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.hexapod import Insect

from evorc.evaluate import PopulationEvaluator, Problem, run_test
from evorc.evaluate.trace import trace
from evorc.kernels.random import Key
from evorc.networks import CTRNN
from evorc.scenario import load_scenario

SCENARIO = load_scenario("hexapod")
LIMIT, N = np.pi / 6, 5
MASK = ((True,) * N, *(tuple(k == i for k in range(N)) for _ in range(2) for i in range(N)))
NETWORK = CTRNN(n_neurons=N, input_mask=MASK)
# fmt: off
EVOLVED = [
    1.686, 15.601, -1.043, 5.299, -2.355, 4.941, 0.32, 1.482, 1.786, 6.846, -13.041, -11.81, 12.723, -0.663, 0.004,
    15.224, 4.798, 5.856, -5.908, -1.338, 13.373, 7.258, -2.887, -3.626, 7.705, 5.159, 14.953, -14.363, -1.043, -7.323,
    -10.72, -10.465, -5.665, 5.998, 0.503, -10.903, -3.215, -5.475, 10.911, 12.749, 13.622, -15.857, -3.049, -3.42,
    -10.058, -0.625, -0.095, -0.49, 0.664, -0.502,
]
# fmt: on


def key(trial):
    return Key(0, 0, 0, trial)


def module():
    """The scenario's file."""
    return sys.modules[SCENARIO.act.__module__]


def insect(world, dt=0.1):
    return Insect(dt, [world[2 + 5 * k] for k in range(6)])


def test_a_walk_is_that_of_the_oracle():
    lived = trace(Problem(SCENARIO, NETWORK), EVOLVED, max_steps=800)
    other, moments = insect(lived.worlds[0]), []
    for world in lived.worlds[1:]:
        other.step([world[32 + N * k : 35 + N * k] for k in range(6)])
        moments.append(other.moment)
    assert_allclose([world[:32] for world in lived.worlds[1:]], moments, rtol=1e-9, atol=1e-9)


def test_legs_moved_about_at_random_are_those_of_the_oracle(rng):
    world = SCENARIO.start(key(0))
    other, falls = insect(world), 0
    for motors in rng.uniform(0.0, 1.0, (60, 6, N)).repeat(15, axis=0):
        motors[:, 0] += 0.2  # feet are down more often than not
        world = SCENARIO.act(world, tuple(motors.ravel()))
        other.step(motors)
        falls += world.speed == 0.0
        assert_allclose(world[:32], other.moment, rtol=1e-9, atol=1e-9)
    assert 50 < falls < 850


def test_a_leg_senses_its_angle_and_what_its_neighbours_showed(rng):
    motors = rng.uniform(0.0, 1.0, (6, N))
    world = SCENARIO.act(SCENARIO.start(key(0)), tuple(motors.ravel()))
    seen = np.array(SCENARIO.sense(world)).reshape(6, 1 + 2 * N)
    assert_allclose(seen[:, 0], [world[2 + 5 * k] / LIMIT for k in range(6)])
    assert_allclose(seen[:, 1 : 1 + N], motors[[3, 4, 5, 0, 1, 2]])
    beside = [motors[1], motors[0] + motors[2], motors[1], motors[4], motors[3] + motors[5], motors[4]]
    assert_allclose(seen[:, 1 + N :], beside)
    assert seen.shape[1] == len(SCENARIO.sensors)


def test_six_coupled_controllers_share_fifty_genes():
    problem = Problem(SCENARIO, NETWORK)
    assert problem.genome.n_genes == 25 + 5 + 5 + 5 + 5 + 5 == len(EVOLVED)


def test_the_hand_written_tripod_scores_what_the_baseline_says():
    scores = []
    for trial in range(SCENARIO.trials):
        world = SCENARIO.start(key(trial))
        for _ in range(SCENARIO.max_steps):
            world = SCENARIO.act(world, module().hand_written(world))
        scores.append(SCENARIO.score(world))
    assert np.mean(scores) == pytest.approx(SCENARIO.baseline["hand-written tripod"], abs=0.01)


def test_who_stands_on_two_feet_falls():
    world = SCENARIO.start(key(0))
    down = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    down[0] = down[5] = 1.0
    for _ in range(50):
        world = SCENARIO.act(world, tuple(np.outer(down, [1.0, 1.0, 0.0, 0.0, 0.0]).ravel()))
    assert world.x == world.speed == 0.0


def test_an_evolved_insect_walks_in_tripods_and_never_falls():
    worlds = trace(Problem(SCENARIO, NETWORK), EVOLVED).worlds[1101:]
    down = np.array([module().feet(module().legs_of(world)) for world in worlds])
    tripods = down[:, [0, 4, 2]], down[:, [3, 1, 5]]
    together = [(tripod.all(axis=1) | ~tripod.any(axis=1)).mean() for tripod in tripods]
    assert min(together) > 0.8
    assert np.mean([world.speed > 0.0 for world in worlds]) > 0.99


def test_it_walks_from_all_unseen_starts():
    assert run_test(Problem(SCENARIO, NETWORK), "starts", np.array([EVOLVED]))[0].success


@pytest.mark.slow
@pytest.mark.parametrize("name", ["long", "half the step"])
def test_it_walks_on_and_with_half_the_step(name):
    assert run_test(Problem(SCENARIO, NETWORK), name, np.array([EVOLVED]))[0].success


def test_the_held_out_starts_were_never_trained():
    starts = SCENARIO.tests["starts"].scenario
    trained = {SCENARIO.start(key(trial)).left_front_angle for trial in range(SCENARIO.trials)}
    tested = {starts.start(key(trial)).left_front_angle for trial in range(starts.trials)}
    assert len(tested) == 100
    assert not trained & tested


def test_random_controllers_score_the_chance_level():
    evaluator = PopulationEvaluator(SCENARIO, NETWORK)
    fitness = evaluator(evaluator.initial(np.random.default_rng(0), 400)).fitness
    assert fitness.mean() == pytest.approx(SCENARIO.chance, abs=0.005)


@pytest.mark.parametrize("option", ["dt", "duration"])
def test_a_wrong_option_is_named(option):
    with pytest.raises(ValueError, match=f"{option}: 0.0 is not a positive number"):
        load_scenario("hexapod", **{option: 0.0})


def test_a_moment_is_drawn_and_says_what_is_what():
    figures = pytest.importorskip("matplotlib.figure")
    axes = figures.Figure().add_subplot()
    SCENARIO.draw(axes, SCENARIO.act(SCENARIO.start(key(0)), (1.0, 0.0, 0.0, 0.0, 0.0) * 6))
    assert len(axes.patches) == 2  # the polygon of support and the body
    assert {"foot, down", "foot, up", "support, stable", "support, not stable"} <= {
        *axes.get_legend_handles_labels()[1]
    }
