"""Perceptual crossing is the published task."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.perceptual_crossing import Ring

from evorc.evaluate import PopulationEvaluator, Problem
from evorc.evaluate.trace import trace
from evorc.kernels.random import Key
from evorc.networks import CTRNN
from evorc.scenario import load_scenario

NETWORK = CTRNN(
    n_neurons=3,
    weight_bounds=(-8.0, 8.0),
    input_bounds=(-8.0, 8.0),
    theta_bounds=(-8.0, 8.0),
    tau_bounds=(1.0, 10.0),
    tau_scale="linear",
)
KEY = Key(0, 0, 0, 0)


def module():
    """The scenario's file."""
    return sys.modules[load_scenario("perceptual_crossing").start.__module__]


def worlds(scenario, controller):
    """All moments of the scenario's trial 0 under a controller that sees the whole world."""
    world = scenario.start(KEY)
    yield world
    for _ in range(scenario.max_steps):
        world = scenario.act(world, controller(world))
        yield world


def test_two_clonal_networks_of_three_neurons_have_the_published_18_genes():
    assert Problem(load_scenario("perceptual_crossing"), NETWORK).genome.n_genes == 18


@pytest.mark.parametrize(("objects", "shadows"), [(True, False), (False, True), (True, True)])
def test_a_trial_is_that_of_the_published_program(rng, objects, shadows):
    scenario = load_scenario("perceptual_crossing")
    condition = [(True, False), (False, True), (True, True)].index((objects, shadows))
    world = module().placed(300.0, 5.0, condition)
    ring = Ring(300.0, 5.0, objects, shadows, dt=0.1)
    moods = rng.uniform(size=(scenario.max_steps // 500, 4)).repeat(500, axis=0)
    for motors in moods:
        assert_allclose(scenario.sense(world), ring.sense(), rtol=1e-9, atol=1e-12)
        world = scenario.act(world, tuple(motors))
        ring.step(*motors)
        assert_allclose((world.x1, world.x2), (ring.x1, ring.x2), rtol=1e-12, atol=1e-9)
    assert scenario.score(world) == pytest.approx(ring.closeness, rel=1e-12)
    assert world.crossings == ring.crossings


def test_the_agents_pass_each_other_as_often_as_in_the_published_program():
    scenario, ring = load_scenario("perceptual_crossing"), Ring(0.0, 0.0, True, True, dt=0.1)
    *_, world = worlds(scenario, lambda world: sway(world.steps))
    for number in range(scenario.max_steps):
        ring.step(*sway(number))
    assert world.crossings == ring.crossings > 20


def sway(step):
    """Both agents walk to and fro, against each other."""
    forth = 0.5 + 0.2 * np.cos(step / 20.0)
    return 0.5, forth, 0.5, forth


def test_the_grid_has_the_published_trials():
    scenario = load_scenario("perceptual_crossing")
    places = [scenario.start(KEY._replace(trial=trial))[:4] for trial in range(scenario.trials)]
    assert len(set(places)) == 3 * 78
    assert {(x1, x2) for x1, x2, *_ in places} == {
        (50.0 * i, 50.0 * k) for i in range(12) for k in range(12) if i + k < 12
    }


def test_who_stands_face_to_face_scores_1_and_at_opposite_places_0():
    meet, part = (module().placed(10.0, x, 0) for x in (11.0, 310.0))
    scenario = load_scenario("perceptual_crossing")
    for _ in range(scenario.max_steps):
        meet, part = (scenario.act(world, (0.5, 0.5, 0.5, 0.5)) for world in (meet, part))
    assert (scenario.score(meet), scenario.score(part)) == pytest.approx((1.0, 0.0))


def test_who_moves_past_each_other_is_alive_and_who_stands_is_not():
    alive = load_scenario("perceptual_crossing").tests["alive"].scenario
    *_, moving = worlds(alive, lambda world: (0.0, 1.0, 0.0, 1.0))
    *_, standing = worlds(alive, lambda world: (0.5, 0.5, 0.5, 0.5))
    assert alive.score(moving) >= 2.0 > alive.score(standing) == 0.0


def test_crossings_are_rewarded_where_it_is_asked_for():
    asked = load_scenario("perceptual_crossing", crossing=True)
    world = module().placed(10.0, 10.5, 0)
    for step in range(asked.max_steps):
        world = asked.act(world, sway(step))
    plain = load_scenario("perceptual_crossing").score(world)
    assert plain > 0.99
    assert asked.score(world) == pytest.approx(plain + 0.02)


def test_starts_apart_lie_between_the_same_two_objects():
    scenario = load_scenario("perceptual_crossing", apart_starts=100)
    for trial in range(scenario.trials):
        x1, x2, *_ = scenario.start(KEY._replace(trial=trial))
        half, other = (x1 - 150) % 600 < 300, (x2 - 150) % 600 < 300
        assert half == other
        assert x1 > x2 if half else (x1 + 150) % 600 < (x2 + 150) % 600


def test_held_out_starts_were_never_trained():
    scenario = load_scenario("perceptual_crossing")
    tests = [scenario, *(scenario.tests[name].scenario for name in ("validation", "unseen"))]
    drawn = [{made.start(KEY._replace(trial=trial))[:2] for trial in range(made.trials)} for made in tests]
    assert not drawn[0] & drawn[1] | drawn[1] & drawn[2] | drawn[0] & drawn[2]


def test_a_trace_scores_as_the_evaluator_does():
    problem = Problem(load_scenario("perceptual_crossing", spacing=200.0, dt=0.5), NETWORK)
    genome = problem.initial(np.random.default_rng(1), 1)
    assert trace(problem, genome[0], trial=4).score == problem.scores(genome)[0, 4]


def test_random_controllers_score_the_chance_level():
    scenario = load_scenario("perceptual_crossing", spacing=200.0)
    evaluator = PopulationEvaluator(scenario, NETWORK)
    fitness = evaluator(evaluator.initial(np.random.default_rng(0), 128)).fitness
    assert fitness.mean() == pytest.approx(scenario.chance, abs=0.03)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dt": 0.0}, "dt: 0.0 is not above 0 and at most 0.5"),
        ({"spacing": 10.0}, "spacing: 10.0 is not within 25 and 600"),
        ({"apart_starts": -1}, "trials: -3 is not a whole number of at least 1"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("perceptual_crossing", **options)


def test_a_moment_is_drawn_and_says_what_is_what():
    figures = pytest.importorskip("matplotlib.figure")
    scenario = load_scenario("perceptual_crossing")
    axes = figures.Figure().add_subplot()
    scenario.draw(axes, module().placed(10.0, 300.0, 2))
    assert len(axes.texts) == 3
    things = {f"{thing} that {agent} feels" for thing in ("object", "shadow") for agent in (1, 2)}
    named = [label for label in axes.get_legend_handles_labels()[1] if not label.startswith("_")]
    assert {*named} == {"agent 1", "agent 2", *things}
