"""The robot and its lamps are those described."""

import sys
from math import log

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.phototaxis import Robot

from evorc.evaluate import PopulationEvaluator, Problem
from evorc.kernels.random import Key
from evorc.networks import CTRNN
from evorc.scenario import load_scenario

RANGES = {"weight_bounds": (-8.0, 8.0), "input_bounds": (-8.0, 8.0), "theta_bounds": (-3.0, 3.0)}
NETWORK = CTRNN(n_neurons=8, tau_bounds=(0.4, 4.0), **RANGES)
SCENARIO = load_scenario("phototaxis")


def key(trial):
    return Key(0, 0, 0, trial)


def module():
    """The scenario's file."""
    return sys.modules[SCENARIO.act.__module__]


def driven(scenario, controller, trial):
    """Score of a controller of what is sensed."""
    world = scenario.start(key(trial), module().WIRED)
    for _ in range(scenario.max_steps):
        if not scenario.ended(world):
            world = scenario.act(world, controller(scenario.sense(world)))
    return scenario.score(world)


@pytest.mark.parametrize("trial", range(4))
def test_a_robot_driven_about_at_random_is_that_of_the_oracle(trial, rng):
    scenario = load_scenario("phototaxis").tests["starts"].scenario
    world = scenario.start(key(trial), (log(0.5), log(3.0)))
    other = Robot(0.2, world.phi, (world.lamp_x, world.lamp_y), world.power, 0.5, 3.0)
    for left, right in rng.uniform(-1.0, 1.0, (20, 2)).repeat(10, axis=0):
        assert_allclose(scenario.sense(world), [other.sense(np.pi / 3), other.sense(-np.pi / 3)], rtol=1e-9)
        world = scenario.act(world, (left, right))
        other.step(left, right)
        assert_allclose(world[:3], (other.x, other.y, other.phi), atol=1e-9)


def test_a_lamp_is_worth_how_near_and_how_long():
    world = SCENARIO.start(key(0), module().WIRED)
    robot = Robot(0.2, world.phi, (world.lamp_x, world.lamp_y), world.power, 1.0, 10.0)
    near, steps = 0, round(world.stay / 0.2)
    for _ in range(steps):
        assert world.lamps == 0
        motors = module().crossed(SCENARIO.sense(world), (-1.0, 2.0))
        world = SCENARIO.act(world, motors)
        robot.step(*motors)
        near += robot.distance <= 16.0
    begin = Robot(0.2, 0.0, robot.lamp, 1.0, 1.0, 1.0).distance
    assert world.lamps == 1
    assert world.worth == pytest.approx(0.5 * max(0.0, 1.0 - robot.distance / begin) + 0.5 * near / steps, abs=0.005)


def test_lamps_are_drawn_within_their_ranges_around_the_robot():
    world = SCENARIO.start(key(3), module().WIRED)
    found = []
    while world.lamps < 6:
        found.append((world.begin, world.power, world.stay))
        number = world.lamps
        while world.lamps == number:
            world = SCENARIO.act(world, (1.0, 0.8))
        assert module().distance_of(world, world.x, world.y) == pytest.approx(world.begin)
    begin, power, stay = np.array(found).T
    assert (begin > 40.0).all() and (begin < 60.0).all()  # noqa: PT018
    assert (power > 3000.0).all() and (power < 5000.0).all()  # noqa: PT018
    assert (stay > 37.5).all() and (stay < 62.5).all()  # noqa: PT018
    assert len(set(begin)) == 6


def test_the_first_arrival_counts_if_the_robot_is_there_at_the_end():
    starts = SCENARIO.tests["starts"].scenario
    world = starts.start(key(0), module().WIRED)
    there = world._replace(close=3.0, arrived=10.0, lamp_x=world.x + 5.0, lamp_y=world.y)
    assert starts.score(there) == pytest.approx(0.8)
    assert starts.score(there._replace(lamp_x=world.x + 17.0)) == 0.0
    assert starts.score(world) == 0.0


@pytest.mark.parametrize(
    ("eyes", "name", "wiring", "haste"),
    [
        (2, "crossed", "PLAIN", 0.608),
        (2, "crossed", "REVERSING", 0.916),
        (1, "turning", "TURNING", 0.828),
    ],
)
def test_the_hand_wired_vehicles_are_as_quick_as_stated(eyes, name, wiring, haste):
    starts = load_scenario("phototaxis", eyes=eyes).tests["starts"].scenario
    wheels, wired = getattr(module(), name), getattr(module(), wiring)
    scores = [driven(starts, lambda sensed: wheels(sensed, wired), trial) for trial in range(60)]
    assert np.mean(scores) == pytest.approx(haste, abs=0.06)


def test_a_network_that_is_blind_does_not_find_the_lamp(rng):
    problem = Problem(SCENARIO.tests["starts"].scenario, NETWORK)
    genomes = problem.initial(rng, 8)
    genomes[:, problem.genome.slices["inputs"]] = 0.0
    assert (problem.scores(genomes) > 0.0).mean() < 0.15


@pytest.mark.parametrize("eyes", [2, 1])
def test_random_controllers_score_the_chance_level(eyes):
    scenario = load_scenario("phototaxis", eyes=eyes)
    evaluator = PopulationEvaluator(scenario, NETWORK)
    fitness = evaluator(evaluator.initial(np.random.default_rng(0), 1000)).fitness
    assert fitness.mean() == pytest.approx(scenario.chance, abs=0.01)
    assert len(scenario.sensors) == eyes


@pytest.mark.parametrize(
    ("options", "message"),
    [({"eyes": 3}, "eyes: 3 is not 2 or 1"), ({"dt": -1.0}, "dt: -1.0 is not a positive number")],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("phototaxis", **options)


@pytest.mark.parametrize("eyes", [2, 1])
def test_a_moment_is_drawn_and_says_what_is_what(eyes):
    figures = pytest.importorskip("matplotlib.figure")
    scenario, axes = load_scenario("phototaxis", eyes=eyes), figures.Figure().add_subplot()
    scenario.draw(axes, scenario.start(key(0), module().WIRED))
    assert sum(len(line.get_xdata()) > 0 for line in axes.lines) == 1 + 2 + eyes  # lamp, wheels and eyes
    assert {"robot", "wheel", "lamp", "eye that sees it"} <= {*axes.get_legend_handles_labels()[1]}
