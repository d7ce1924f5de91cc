"""The single-legged walker is the published one."""

import math
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.single_leg_walker import LIMIT, Leg

from evorc.evaluate import PopulationEvaluator, Problem, held_out
from evorc.evaluate.trace import trace
from evorc.kernels.random import Key
from evorc.networks import CTRNN
from evorc.scenario import load_scenario

NETWORK = CTRNN(n_neurons=3)
KEY = Key(0, 0, 0, 0)
# an evolved pattern generator, and an evolved walker with a sensor
GENERATOR = [-1.125, -13.695, -9.493, 15.298, 12.233, -13.348, -9.506, -0.501, 2.98]
GENERATOR += [-0.525, 3.878, 7.829, 1.955, 2.009, 0.111]
REFLEX = [12.213, 15.19, -6.869, 11.217, 13.054, -12.955, -9.3, -14.378, 0.943]
REFLEX += [9.956, 4.792, -12.767, -1.669, -8.287, -2.721, 0.905, -0.437, 0.522]


def module():
    """The scenario's file."""
    return sys.modules[load_scenario("single_leg_walker").start.__module__]


def walked(controller, steps=2200):
    """Score of a controller that sees the whole world."""
    scenario = load_scenario("single_leg_walker")
    world = scenario.start(KEY)
    for _ in range(steps):
        world = scenario.act(world, controller(world))
    return scenario.score(world)


@pytest.mark.parametrize(("sensor", "genome"), [(False, GENERATOR), (True, REFLEX)], ids=["generator", "reflex"])
def test_a_walk_is_that_of_the_published_program(sensor, genome):
    lived = trace(Problem(load_scenario("single_leg_walker", sensor=sensor), NETWORK), genome)
    leg, moments = Leg(dt=0.1), []
    for foot, forward, backward in lived.outputs:
        leg.step(foot > 0.5, forward, backward)
        moments.append(leg.moment)
    assert_allclose(lived.worlds[1:], moments, rtol=1e-9, atol=1e-12)


def test_a_walk_pushed_about_at_random_is_that_of_the_published_program(rng):
    scenario, leg = load_scenario("single_leg_walker"), Leg(dt=0.1)
    world, moments, expected = scenario.start(KEY), [], []
    for motors in rng.uniform(size=(400, 3)).repeat(20, axis=0):
        world = scenario.act(world, tuple(motors))
        leg.step(motors[0] > 0.5, motors[1], motors[2])
        moments.append(world)
        expected.append(leg.moment)
    assert_allclose(moments, expected, rtol=1e-9, atol=1e-9)


def test_the_optimal_pattern_generator_scores_what_the_baseline_says():
    published = load_scenario("single_leg_walker").baseline["optimal pattern generator"]
    assert walked(module().optimal_pattern) == pytest.approx(published, abs=5e-5)


def test_who_never_lifts_the_foot_makes_one_step():
    assert 27.5 / 220 < walked(lambda world: (1.0, 1.0, 0.0)) < 0.1256


def test_who_never_puts_the_foot_down_stays():
    assert walked(lambda world: (0.0, 1.0, 0.0)) == 0.0


def test_the_arc_tangent_is_right_to_two_ulp(rng):
    x = np.concatenate([rng.normal(size=20_000) * 10.0 ** rng.integers(-8, 9, 20_000), [0.0, -0.0, 1.0, 1e300, np.inf]])
    atan = module().atan
    found = np.array([atan(value) for value in x])
    exact = np.array([math.atan(value) for value in x])
    assert (np.abs(found - exact) <= 2 * np.spacing(np.abs(exact))).all()


@pytest.mark.parametrize(("sensor", "genome"), [(False, GENERATOR), (True, REFLEX)], ids=["generator", "reflex"])
def test_half_the_step_makes_nearly_the_same_walk(sensor, genome):
    speeds = [
        Problem(load_scenario("single_leg_walker", sensor=sensor, dt=dt), NETWORK).scores([genome])[0, 0]
        for dt in (0.1, 0.05)
    ]
    assert speeds[1] == pytest.approx(speeds[0], abs=5e-3)


def test_an_evolved_generator_passes_the_held_out_tests():
    results = held_out(Problem(load_scenario("single_leg_walker"), NETWORK), np.array(GENERATOR))
    assert [(result.name, result.success) for result in results] == [("long", True), ("starts", True)]


def test_the_held_out_starts_are_spread_and_were_never_trained():
    starts = load_scenario("single_leg_walker").tests["starts"].scenario
    angles = [starts.start(KEY._replace(trial=trial)).angle for trial in range(starts.trials)]
    assert_allclose(np.diff(angles), 2 * LIMIT / 25)
    assert max(angles) < LIMIT
    assert min(angles) > -LIMIT


def test_random_controllers_score_the_chance_level():
    scenario = load_scenario("single_leg_walker")
    evaluator = PopulationEvaluator(scenario, NETWORK)
    fitness = evaluator(evaluator.initial(np.random.default_rng(0), 2000)).fitness
    assert fitness.mean() == pytest.approx(scenario.chance, abs=0.003)


@pytest.mark.parametrize(
    ("effectors", "motors", "down", "push"),
    [(3, (0.6, 0.9, 0.2), 1, 0.7), (2, (0.6, 0.2), 1, 0.4), (1, (0.7,), 1, 0.4), (1, (0.3,), 0, -0.4)],
)
def test_fewer_motors_share_the_effectors(effectors, motors, down, push):
    read, names = module().EFFECTORS[effectors]
    assert read(motors) == pytest.approx((down, push))
    assert len(names) == effectors == len(load_scenario("single_leg_walker", effectors=effectors).motors)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"effectors": 4}, "effectors: 4 is not 3, 2 or 1"),
        ({"dt": 0.0}, "dt: 0.0 is not a positive number"),
        ({"duration": float("nan")}, "duration: nan is not a positive number"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("single_leg_walker", **options)


def test_a_moment_is_drawn_and_says_what_is_what():
    figures = pytest.importorskip("matplotlib.figure")
    scenario = load_scenario("single_leg_walker")
    axes = figures.Figure().add_subplot()
    scenario.draw(axes, scenario.start(KEY))
    assert [*axes.get_legend_handles_labels()[1]] == ["body", "leg", "foot, down", "foot, up"]
