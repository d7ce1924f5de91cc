"""Two agents find each other by sound, and hear themselves too."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.acoustic_coordination import Agents

from evorc.evaluate import PopulationEvaluator, Problem
from evorc.kernels.random import Key, stream_uniform
from evorc.networks import CTRNN
from evorc.scenario import load_scenario

NETWORK = CTRNN(n_neurons=5, tau_bounds=(0.5, 5.0), symmetry="bilateral")
KEY = Key(3, 0, 0, 0)


def module():
    """The scenario's file."""
    return sys.modules[load_scenario("acoustic_coordination").start.__module__]


def noise(world):
    """The eight numbers of a step, within +-1."""
    return np.array([2.0 * stream_uniform(world.noise, 8 * int(world.steps) + k) - 1.0 for k in range(8)])


def facing(distance, voice1=0.0, voice2=0.0, phi1=0.0):
    """Two agents on the x axis; agent 2 looks at agent 1."""
    return module().World(0.0, 0.0, phi1, voice1, distance, 0.0, np.pi, voice2, distance, 0.0, 0.0, 5)


@pytest.mark.parametrize("trial", range(4))
def test_a_trial_is_that_of_the_plain_oracle(rng, trial):
    scenario = load_scenario("acoustic_coordination")
    world = scenario.start(KEY._replace(trial=trial))
    agents = Agents([(world.x1, world.y1), (world.x2, world.y2)], (world.phi1, world.phi2), dt=0.1)
    for motors in rng.uniform(-0.6, 1.0, size=(50, 6)).repeat(20, axis=0):
        jitter = noise(world)
        heard = np.concatenate([agents.ears(0), agents.ears(1)]) + 0.02 * jitter[:4]
        assert_allclose(scenario.sense(world), heard, rtol=1e-9, atol=1e-12)
        world = scenario.act(world, tuple(motors))
        agents.step(motors[[[0, 2], [3, 5]]] + 0.05 * jitter[4:].reshape(2, 2), 0.5 + 0.5 * motors[[1, 4]])
        found = [world.x1, world.y1, world.phi1, world.x2, world.y2, world.phi2]
        assert_allclose(found, [*agents.p[0], agents.phi[0], *agents.p[1], agents.phi[1]], rtol=1e-9, atol=1e-9)
    assert scenario.score(world) == pytest.approx(agents.fitness(1000))


def test_agents_that_begin_near_and_stay_score_1():
    scenario = load_scenario("acoustic_coordination")
    world = facing(3.0)._replace(began=12.0)
    for _ in range(100):
        world = scenario.act(world, (0.0,) * 6)
    assert scenario.score(world) == 1.0


def test_agents_that_stay_far_score_0():
    scenario = load_scenario("acoustic_coordination")
    world = facing(12.0)
    for _ in range(100):
        world = scenario.act(world, (0.0,) * 6)
    assert scenario.score(world) == pytest.approx(0.0, abs=0.02)


def test_the_ear_on_the_side_of_the_sound_hears_more():
    left, right, *_ = load_scenario("acoustic_coordination").sense(facing(8.0, voice2=1.0, phi1=-np.pi / 2))
    assert left > right + 0.1


def test_an_own_voice_masks_the_other():
    """Silent, an agent hears from afar on which side the other is; calling, the difference drowns in the noise."""

    def difference(own):
        left, right, *_ = load_scenario("acoustic_coordination").sense(facing(8.0, own, 1.0, -np.pi / 2))
        return left - right

    clean = 0.02 * (noise(facing(8.0))[0] - noise(facing(8.0))[1])
    assert difference(0.0) - clean > 7 * 0.02
    assert difference(1.0) - clean < 0.02


@pytest.mark.parametrize("agent", [1, 2])
def test_who_is_deaf_to_the_other_still_hears_itself(agent):
    plain, deaf = (load_scenario("acoustic_coordination", deaf=number) for number in (0, agent))
    world = facing(6.0, 0.2, 0.2)
    own = slice(0, 2) if agent == 1 else slice(2, 4)
    other = slice(2, 4) if agent == 1 else slice(0, 2)
    assert_allclose(deaf.sense(world)[other], plain.sense(world)[other])
    alone = world._replace(voice2=0.0) if agent == 1 else world._replace(voice1=0.0)
    assert_allclose(deaf.sense(world)[own], plain.sense(alone)[own])


def test_a_caller_and_a_listener_score_what_the_baseline_says():
    scenario, hand_written = load_scenario("acoustic_coordination"), module().hand_written
    found = []
    for trial in range(20):
        world = scenario.start(KEY._replace(trial=trial))
        for _ in range(scenario.max_steps):
            heard = scenario.sense(world)
            calls, _ = hand_written(heard[:2], 1.0)
            listens, _ = hand_written(heard[2:], 0.0)
            world = scenario.act(world, calls + listens)
        found.append(scenario.score(world))
    assert np.mean(found) == pytest.approx(scenario.baseline["hand-written, one calls and one listens"], abs=0.03)


def test_held_out_starts_were_never_trained():
    scenario = load_scenario("acoustic_coordination", trials=200)
    starts = [scenario.start, *(scenario.tests[name].scenario.start for name in ("validation", "unseen"))]
    drawn = [start(KEY._replace(trial=trial)).phi1 for start in starts for trial in range(200)]
    assert len(set(drawn)) == 600


def test_agents_that_are_not_clonal_have_a_network_each():
    genes = [
        Problem(load_scenario("acoustic_coordination", clonal=clonal), NETWORK).genome.n_genes
        for clonal in (True, False)
    ]
    assert genes[1] == 2 * genes[0]


def test_random_controllers_score_the_chance_level():
    scenario = load_scenario("acoustic_coordination")
    evaluator = PopulationEvaluator(scenario, NETWORK)
    fitness = evaluator(evaluator.initial(np.random.default_rng(0), 300)).fitness
    assert fitness.mean() == pytest.approx(scenario.chance, abs=0.01)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"deaf": 3}, "deaf: 3 is not 0, 1 or 2"),
        ({"dt": 0.0}, "dt: 0.0 is not above 0 and at most 0.2"),
        ({"trials": 0}, "trials: 0 is not a whole number of at least 1"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("acoustic_coordination", **options)


def test_a_moment_is_drawn_and_says_what_is_what():
    figures = pytest.importorskip("matplotlib.figure")
    scenario = load_scenario("acoustic_coordination")
    axes = figures.Figure().add_subplot()
    scenario.draw(axes, facing(8.0, 0.5, 1.0))
    assert len(axes.patches) == 2 * 5
    assert sum(len(line.get_xdata()) > 0 for line in axes.lines) == 2 * 3
    assert {"agent 1", "agent 2", "voice", "ear that hears much"} <= {*axes.get_legend_handles_labels()[1]}
