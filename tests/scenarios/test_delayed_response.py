"""The T-maze is the one described, and cannot be solved without a memory."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.delayed_response import Robot

from evorc.evaluate import PopulationEvaluator, Problem, run_test
from evorc.evaluate.trace import trace
from evorc.kernels.random import Key
from evorc.networks import CTRNN, Feedforward
from evorc.scenario import load_scenario

NETWORK = CTRNN(n_neurons=4, tau_bounds=(0.2, 10.0))
SCENARIO = load_scenario("delayed_response")
# fmt: off
EVOLVED = [
    -2.939, 10.77, -7.133, -6.16, -5.473, 0.603, -4.504, 3.728, -9.626, -9.307, -8.88, -3.462, 13.296, 0.701, -15.837,
    6.682, 4.351, -15.074, -4.843, 3.139, 7.197, 0.157, -11.87, -0.432, -10.886, -14.55, -5.538, 7.09, -5.165, -5.774,
    -4.776, -13.713, 7.497, 2.044, 9.093, 13.915, 7.244, 12.397, -8.501, -3.03, -1.561, 0.044, 0.323, 0.372,
]
# fmt: on


def key(trial):
    return Key(0, 0, 0, trial)


def module():
    """The scenario's file."""
    return sys.modules[SCENARIO.act.__module__]


def robot(world, dt=0.1):
    return Robot(dt, world.x, world.phi, world.side, world.lamp, world.junction, world.offset, world.askew)


def hand_driven(trial, memory=True, scenario=SCENARIO):
    """Score of the hand-written controller."""
    world, kept = scenario.start(key(trial)), 1.0
    for _ in range(scenario.max_steps):
        if not scenario.ended(world):
            motors, latch = module().hand_written(scenario.sense(world), kept)
            kept = latch if memory else kept
            world = scenario.act(world, motors)
    return scenario.score(world)


@pytest.mark.parametrize("trial", range(3))
def test_a_robot_driven_about_at_random_is_that_of_the_oracle(trial, rng):
    world = SCENARIO.start(key(trial))
    other = robot(world)
    for left, right in (rng.uniform(-0.4, 1.0, (60, 2))).repeat(10, axis=0):
        assert_allclose(SCENARIO.sense(world), other.sense(), atol=1e-9)
        world = SCENARIO.act(world, (left, right))
        other.step(left, right)
        assert_allclose(world[:3], (other.x, other.y, other.phi), atol=1e-9)
        assert world.passed == other.passed


def test_an_evolved_walk_is_that_of_the_oracle():
    lived = trace(Problem(SCENARIO, NETWORK), EVOLVED, trial=3)
    other, moments = robot(lived.worlds[0]), []
    for motors in 2.0 * lived.outputs[:, :2] - 1.0:
        other.step(*motors)
        moments.append((other.x, other.y, other.phi))
    assert lived.worlds[-1].passed
    assert_allclose([world[:3] for world in lived.worlds[1:]], moments, atol=1e-9)


def test_two_trials_differ_in_the_side_of_the_lamp_alone():
    left, right = SCENARIO.start(key(4)), SCENARIO.start(key(5))
    assert (left.side, right.side) == (-1.0, 1.0)
    assert left._replace(side=1.0) == right
    assert SCENARIO.start(key(6)).lamp != left.lamp


def test_behind_the_gate_nothing_in_the_world_tells_the_sides_apart():
    left, right = SCENARIO.start(key(0)), SCENARIO.start(key(1))
    left, right = (world._replace(x=3.0 * world.side, y=24.9) for world in (left, right))
    left, right = (SCENARIO.act(world, (1.0, 1.0)) for world in (left, right))
    assert left.passed == right.passed == 1.0
    assert left[:3] == right[:3]
    assert SCENARIO.sense(left) == SCENARIO.sense(right)


def test_the_robot_stays_within_the_walls(rng):
    world = SCENARIO.start(key(1))
    for left, right in rng.uniform(0.0, 1.0, (400, 2)).repeat(3, axis=0):
        world = SCENARIO.act(world, (left, right))
        assert abs(world.x) <= 5.5 - 2.75 or world.y >= world.junction + 2.75 - 1e-12


def test_the_hand_written_robot_with_a_memory_is_always_right_and_without_half_of_the_time():
    long = SCENARIO.tests["long"].scenario
    assert all(hand_driven(trial) == 1.0 for trial in range(20))
    assert all(hand_driven(trial, scenario=long) == 1.0 for trial in range(6))
    assert np.mean([hand_driven(trial, memory=False) for trial in range(20)]) == 0.5


def test_the_long_test_waits_three_times_as_long_as_any_training_trial():
    trained = max(SCENARIO.start(key(trial)).junction - 25.0 for trial in range(500))
    long = SCENARIO.tests["long"].scenario
    assert trained < 40.0
    assert long.start(key(0)).junction - 25.0 == 120.0
    assert long.trials == 200


def test_an_evolved_network_waits_three_times_as_long():
    assert run_test(Problem(SCENARIO, NETWORK), "long", np.array([EVOLVED]))[0].passed == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", ["unseen", "half the step", "validation", "validation, long"])
def test_it_passes_the_other_held_out_tests(name):
    assert run_test(Problem(SCENARIO, NETWORK), name, np.array([EVOLVED]))[0].success


def test_a_network_without_a_memory_is_never_right_on_both_sides_for_certain(rng):
    problem = Problem(SCENARIO.tests["unseen"].scenario, Feedforward(n_hidden=6))
    passed = problem.scores(problem.initial(rng, 300)) >= 1.0
    assert passed.any()
    assert passed.mean(axis=1).max() <= 0.55


def test_random_controllers_score_the_chance_level():
    evaluator = PopulationEvaluator(SCENARIO, NETWORK)
    fitness = evaluator(evaluator.initial(np.random.default_rng(0), 2000)).fitness
    assert fitness.mean() == pytest.approx(SCENARIO.chance, abs=0.01)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dt": 0.0}, "dt: 0.0 is not a positive number"),
        ({"shortest": 9.0, "longest": 5.0}, "shortest, longest: 9.0 and 5.0 are not positive numbers in their order"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("delayed_response", **options)


def test_a_moment_is_drawn_and_says_what_is_what():
    figures = pytest.importorskip("matplotlib.figure")
    axes = figures.Figure().add_subplot()
    SCENARIO.draw(axes, SCENARIO.start(key(0)))
    assert len(axes.patches) == 4  # goal, robot and two eyes
    assert {"robot", "goal", "lamp, on", "gate, open", "eye, lit", "range ray"} <= {
        *axes.get_legend_handles_labels()[1]
    }
