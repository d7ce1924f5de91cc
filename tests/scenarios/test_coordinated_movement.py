"""Two robots travel together, and cannot without their sensors."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.coordinated_movement import Robots

from evorc.evaluate import PopulationEvaluator, Problem, held_out
from evorc.kernels.random import Key, stream_uniform
from evorc.networks import CTRNN
from evorc.scenario import load_scenario

NETWORK = CTRNN(n_neurons=4, tau_bounds=(0.4, 4.0), symmetry="bilateral")
KEY = Key(3, 0, 0, 0)
EVOLVED = [-8.384, -5.737, 13.383, 13.564, 11.301, 0.731, -14.627, 8.118, 15.837, -3.401, -1.474, -14.637, 14.876]
EVOLVED += [
    -9.048,
    7.785,
    -7.987,
    8.713,
    -10.422,
    -5.135,
    10.103,
    4.955,
    8.667,
    5.05,
    3.741,
    2.583,
    -15.707,
    -0.887,
    0.892,
]


def module():
    """The scenario's file."""
    return sys.modules[load_scenario("coordinated_movement").start.__module__]


def noise(world):
    """The twenty numbers of a step."""
    return [0.05 * (2.0 * stream_uniform(world.noise, 20 * int(world.steps) + k) - 1.0) for k in range(20)]


@pytest.mark.parametrize("trial", range(4))
def test_a_trial_is_that_of_the_plain_oracle(rng, trial):
    scenario = load_scenario("coordinated_movement")
    world = scenario.start(KEY._replace(trial=trial))
    robots = Robots([(world.x1, world.y1), (world.x2, world.y2)], (world.phi1, world.phi2), dt=0.1)
    for motors in rng.uniform(-1.0, 1.0, size=(60, 4)).repeat(10, axis=0):
        jitter = noise(world)
        seen = [robots.infrared(0) + jitter[:8], robots.infrared(1) + jitter[8:16]]
        assert_allclose(scenario.sense(world), np.concatenate(seen), rtol=1e-9, atol=1e-12)
        world = scenario.act(world, tuple(motors))
        robots.step((motors + jitter[16:]).reshape(2, 2))
        measured = robots.farthest, robots.gained, robots.touching, robots.alone
        assert_allclose(world[:6], [*robots.p[0], robots.phi[0], *robots.p[1], robots.phi[1]], rtol=1e-9, atol=1e-9)
        assert_allclose((world.farthest, world.gained, world.touching, world.alone), measured, rtol=1e-9, atol=1e-9)
    assert scenario.score(world) == pytest.approx(robots.fitness)


def driven(world, scenario, motors):
    """How a trial ends under constant motors."""
    for _ in range(scenario.max_steps):
        world = scenario.act(world, motors)
        if scenario.ended(world):
            break
    return world


def side_by_side(gap=2.0, turned=0.0):
    half = 2.5 + 0.5 * gap
    return module().World(-half, 0.0, np.pi / 2, half, 0.0, np.pi / 2 + turned, 0.0, 0.0, 0.0, 0.0, 0.0, 5)


def test_who_drives_side_by_side_arrives_and_scores_1():
    scenario = load_scenario("coordinated_movement")
    end = driven(side_by_side(), scenario, (1.0, 1.0, 1.0, 1.0))
    assert scenario.score(end) == pytest.approx(1.0, abs=0.02)
    assert scenario.tests["unseen"].scenario.score(end) == 1.0


def test_who_drives_apart_is_lost_after_two_seconds():
    scenario = load_scenario("coordinated_movement")
    end = driven(side_by_side(turned=np.pi), scenario, (1.0, 1.0, 1.0, 1.0))
    assert scenario.ended(end)
    assert scenario.tests["unseen"].scenario.score(end) == 0.0
    assert end.alone == pytest.approx(2.1)


def test_who_pushes_the_other_is_punished():
    scenario = load_scenario("coordinated_movement")
    world = module().World(-2.6, 0.0, 0.0, 2.6, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5)
    end = driven(world, scenario, (1.0, 1.0, 0.3, 0.3))
    assert end.farthest >= 25.0
    assert scenario.score(end) == 0.0
    assert scenario.tests["unseen"].scenario.score(end) == 0.0


def test_two_bodies_never_overlap_after_a_step(rng):
    scenario = load_scenario("coordinated_movement")
    world = scenario.start(KEY)
    for _ in range(300):
        world = scenario.act(world, (1.0, 1.0, *rng.uniform(-1, 1, 2)))
        assert np.hypot(world.x2 - world.x1, world.y2 - world.y1) > 5.0 - 1e-9


def test_an_evolved_pair_passes_the_held_out_tests():
    results = held_out(Problem(load_scenario("coordinated_movement"), NETWORK), np.array(EVOLVED))
    assert [result.success for result in results] == [True] * 4


@pytest.mark.parametrize("robot", [1, 2])
def test_an_evolved_pair_fails_with_one_robot_muted(robot):
    muted = load_scenario("coordinated_movement", muted=robot).tests["unseen"].scenario
    assert Problem(muted, NETWORK).scores([EVOLVED]).mean() < 0.1


@pytest.mark.parametrize("robot", [1, 2])
def test_a_muted_robot_senses_nothing_and_the_other_all(robot):
    plain, muted = (load_scenario("coordinated_movement", muted=number) for number in (0, robot))
    world = plain.start(KEY)
    kept = slice(8, 16) if robot == 1 else slice(0, 8)
    seen = np.array(muted.sense(world))
    assert_allclose(seen[kept], plain.sense(world)[kept])
    assert np.count_nonzero(seen) == 8


def test_robots_begin_within_reach_and_turned_at_random():
    scenario = load_scenario("coordinated_movement", trials=500)
    started = [scenario.start(KEY._replace(trial=trial)) for trial in range(500)]
    gaps = np.array([world.x2 - world.x1 - 5.0 for world in started])
    assert gaps.min() >= 1.0
    assert gaps.max() <= 4.0
    turned = np.array([[world.phi1, world.phi2] for world in started])
    assert_allclose(np.histogram(turned, bins=4, range=(0, 2 * np.pi))[0], 250, atol=60)


def test_held_out_starts_were_never_trained():
    scenario = load_scenario("coordinated_movement", trials=200)
    starts = [scenario.start, *(scenario.tests[name].scenario.start for name in ("validation", "unseen"))]
    drawn = [start(KEY._replace(trial=trial)).phi1 for start in starts for trial in range(200)]
    assert len(set(drawn)) == 600


def test_hand_written_robots_score_what_the_baseline_says():
    scenario, hand_written = load_scenario("coordinated_movement"), module().hand_written
    found = []
    for trial in range(60):
        world = scenario.start(KEY._replace(trial=trial))
        for _ in range(scenario.max_steps):
            seen = scenario.sense(world)
            world = scenario.act(world, hand_written(seen[:8], 0.0)[0] + hand_written(seen[8:], 0.0)[0])
            if scenario.ended(world):
                break
        found.append(scenario.score(world))
    assert np.mean(found) == pytest.approx(scenario.baseline["hand-written"], abs=0.12)


def test_robots_that_are_not_clonal_have_a_network_each():
    genes = [
        Problem(load_scenario("coordinated_movement", clonal=clonal), NETWORK).genome.n_genes
        for clonal in (True, False)
    ]
    assert genes == [28, 56]


def test_random_controllers_score_the_chance_level():
    scenario = load_scenario("coordinated_movement")
    evaluator = PopulationEvaluator(scenario, NETWORK)
    fitness = evaluator(evaluator.initial(np.random.default_rng(0), 1000)).fitness
    assert fitness.mean() == pytest.approx(scenario.chance, abs=0.015)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"muted": 3}, "muted: 3 is not 0, 1 or 2"),
        ({"dt": 0.0}, "dt: 0.0 is not above 0 and at most 0.2"),
        ({"trials": 0}, "trials: 0 is not a whole number of at least 1"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("coordinated_movement", **options)


def test_a_moment_is_drawn_and_says_what_is_what():
    figures = pytest.importorskip("matplotlib.figure")
    scenario = load_scenario("coordinated_movement")
    axes = figures.Figure().add_subplot()
    scenario.draw(axes, scenario.start(KEY))
    assert len(axes.patches) == 3
    assert sum(len(line.get_xdata()) > 0 for line in axes.lines) == 1 + 16 + 2
    assert {"agent 1", "agent 2", "ray that feels", "goal for the middle"} <= {*axes.get_legend_handles_labels()[1]}
