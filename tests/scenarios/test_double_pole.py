"""The double pole is the published one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.double_pole import control_step, damping_fitness, grid, slopes
from scipy.integrate import solve_ivp

from evorc.evaluate import PopulationEvaluator, Problem, run_test
from evorc.evaluate.trace import trace
from evorc.kernels.random import Key
from evorc.networks import FullyRecurrent
from evorc.scenario import load_scenario

UNIT = FullyRecurrent(n_neurons=1)
CHAMPION = [-1.26867653, -0.35630892, -5.36829398, 5.69236304]  # evolved; it balances for ever
KEY = Key(0, 0, 0, 0)


def states(lived):
    return np.array([world[:6] for world in lived.worlds])


def test_every_step_is_that_of_the_plain_oracle():
    lived = trace(Problem(load_scenario("double_pole"), UNIT), CHAMPION)
    before, after = states(lived)[:-1], states(lived)[1:]
    expected = [control_step(s, motor) for s, (motor,) in zip(before, lived.outputs, strict=True)]
    assert len(expected) == 1000
    assert_allclose(after, expected, rtol=1e-11, atol=1e-13)


def test_the_weakest_force_is_never_none():
    scenario = load_scenario("double_pole")
    world = scenario.start(KEY)
    for motor in (0.0, -1e-9, 1e-9, 1.0, -1.0):
        assert_allclose(scenario.act(world, (motor,))[:6], control_step(np.array(world[:6]), motor), rtol=1e-12)


def test_the_cart_s_friction_is_an_option(rng):
    for mu_c in (0.0, 5e-4, 0.1):
        scenario = load_scenario("double_pole", mu_c=mu_c)
        world = scenario.start(KEY)._replace(x_dot=rng.normal(), theta2=0.1)
        assert_allclose(scenario.act(world, (0.3,))[:6], control_step(np.array(world[:6]), 0.3, mu_c), rtol=1e-11)


def test_the_physics_are_those_of_an_adaptive_integrator():
    scenario, world = load_scenario("double_pole"), load_scenario("double_pole").start(KEY)._replace(x_dot=0.5)
    begin = np.array(world[:6])
    for _ in range(10):
        world = scenario.act(world, (0.4,))
    exact = solve_ivp(lambda _, s: slopes(s, 4.0), (0.0, 0.2), begin, rtol=1e-12, atol=1e-12).y[:, -1]
    assert_allclose(world[:6], exact, rtol=1e-5)


def test_standard_fitness_counts_the_steps_balanced():
    lived = trace(Problem(load_scenario("double_pole"), UNIT), [0.0, 1.0, 2.0, 3.0])
    balanced = [abs(s[0]) <= 2.4 and max(abs(s[2]), abs(s[4])) <= np.radians(36) for s in states(lived)]
    assert all(balanced[:-1])
    assert not balanced[-1]
    assert lived.score == len(balanced) - 1


@pytest.mark.parametrize("steps", [40, 99, 100, 250, 1000])
def test_damping_fitness_is_gruau_s(steps):
    problem = Problem(load_scenario("double_pole", fitness="damping"), UNIT)
    lived = trace(problem, CHAMPION, max_steps=steps)
    assert lived.score == pytest.approx(damping_fitness(states(lived)[1:]), rel=1e-12)


def test_the_generalisation_starts_are_the_published_grid():
    scenario = load_scenario("double_pole").tests["generalisation"].scenario
    starts = [scenario.start(KEY._replace(trial=trial)) for trial in range(scenario.trials)]
    assert_allclose([world[:4] for world in starts], grid(), rtol=1e-12, atol=1e-15)
    assert all(world[4:6] == (0.0, 0.0) for world in starts)


@pytest.mark.parametrize(("name", "passed"), [("long", 1), ("generalisation", 371)])
def test_an_evolved_unit_passes_the_held_out_tests(name, passed):
    result = run_test(Problem(load_scenario("double_pole"), UNIT), name, np.array([CHAMPION]))[0]
    assert result.success
    assert result.passed == passed


def test_random_controllers_score_the_chance_level():
    scenario = load_scenario("double_pole")
    evaluator = PopulationEvaluator(scenario, UNIT)
    fitness = evaluator(evaluator.initial(np.random.default_rng(0), 4000)).fitness
    assert fitness.mean() == pytest.approx(scenario.chance, abs=1.0)


def test_hidden_velocities_are_not_sensed():
    world = load_scenario("double_pole").start(KEY)._replace(x_dot=1.0, theta1_dot=2.0, theta2_dot=3.0)
    still = world._replace(x_dot=0.0, theta1_dot=0.0, theta2_dot=0.0)
    hidden, seen = load_scenario("double_pole"), load_scenario("double_pole", velocities=True)
    assert hidden.sense(world) == hidden.sense(still)
    assert seen.sense(world) != seen.sense(still)


def test_an_unknown_fitness_is_named():
    with pytest.raises(ValueError, match="fitness: 'steps' is not"):
        load_scenario("double_pole", fitness="steps")


def test_a_moment_is_drawn_and_says_what_is_what():
    figures = pytest.importorskip("matplotlib.figure")
    scenario = load_scenario("double_pole")
    axes = figures.Figure().add_subplot()
    scenario.draw(axes, scenario.start(KEY))
    assert {"cart", "track: 4.8 m", "pole of 1 m", "pole of 0.1 m", "limit: 36 degrees"} <= {
        *axes.get_legend_handles_labels()[1]
    }
