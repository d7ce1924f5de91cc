"""A trace is the very trial that was scored."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from numba import njit

from evorc.evaluate import Problem
from evorc.evaluate.trace import trace
from evorc.kernels.random import uniform
from evorc.networks import CTRNN, Feedforward, FullyRecurrent
from evorc.scenario import Scenario, load_scenario

NETWORKS = {
    "CTRNN": CTRNN(n_neurons=3, tau_bounds=(0.05, 2.0)),
    "CTRNN, RK4, float32": CTRNN(n_neurons=2, integrator="rk4", dtype="float32", tau_bounds=(0.05, 2.0)),
    "FullyRecurrent": FullyRecurrent(n_neurons=1),
    "Feedforward": Feedforward(n_hidden=3),
}


class Ball:
    """A world that changes in place."""

    def __init__(self, place):
        self.place = place

    def snapshot(self):
        return self.place


def roll(ball, motors):
    ball.place += 0.1 * motors[0]
    return ball


BALL = Scenario(
    name="ball",
    start=lambda key: Ball(0.01 * key.trial),
    sense=lambda ball: (ball.place,),
    act=roll,
    ended=lambda ball: abs(ball.place) > 1.0,
    score=lambda ball: ball.place,
    sensors=("place",),
    motors=("push",),
    dt=0.5,
    max_steps=50,
    trials=3,
)


class Wind(NamedTuple):
    """Where it blows, how many steps, and whether it turned."""

    place: float
    steps: int
    turned: bool


@njit
def gust(key):
    return Wind(uniform(key, 0), 0, False)


@njit
def blow(wind, motors):
    return Wind(wind.place + 0.1 * motors[0], wind.steps + 1, motors[0] < 0.0)


WIND = Scenario(
    name="wind",
    world=Wind,
    start=gust,
    sense=njit(lambda wind: (wind.place,)),
    act=blow,
    ended=njit(lambda wind: abs(wind.place) > 2.0),
    score=njit(lambda wind: wind.place),
    sensors=("place",),
    motors=("push",),
    dt=1.0,
    max_steps=20,
    trials=4,
    conditions="fresh",
)


def population(problem, count=40):
    return problem.initial(np.random.default_rng(0), count)


def longest(problem):
    """A genome that scores well, and its scores."""
    genomes = population(problem)
    scores = problem.scores(genomes)
    best = int(scores[:, 0].argmax())
    return genomes[best], scores[best]


@pytest.mark.parametrize("fitness", ["standard", "damping"])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_trace_scores_what_the_evaluator_scored(network, fitness):
    problem = Problem(load_scenario("double_pole", fitness=fitness), network)
    genome, scores = longest(problem)
    assert trace(problem, genome).score == scores[0]


@pytest.mark.parametrize("trial", [0, 2])
def test_a_trace_of_a_plain_scenario_scores_the_same(trial):
    problem = Problem(BALL, NETWORKS["CTRNN"])
    genome, scores = longest(problem)
    assert trace(problem, genome, trial=trial).score == scores[trial]


@pytest.mark.parametrize("trial", [0, 3])
@pytest.mark.parametrize("generation", [0, 7])
def test_a_trace_meets_the_conditions_of_its_trial_and_generation(trial, generation):
    problem = Problem(WIND, FullyRecurrent(n_neurons=1), seed=3)
    genomes = population(problem, 2)
    assert (
        trace(problem, genomes[1], trial=trial, generation=generation).score
        == problem.scores(genomes, generation)[1, trial]
    )


def test_a_trace_may_live_in_a_held_out_test():
    problem = Problem(load_scenario("double_pole"), FullyRecurrent(n_neurons=1))
    genome, test = longest(problem)[0], load_scenario("double_pole").tests["generalisation"].scenario
    expected = Problem(test, problem.network).scores([genome])[0, 312]
    assert trace(problem, genome, trial=312, scenario=test).score == expected


def test_every_step_is_recorded_and_the_world_after_the_last():
    lived = trace(*balancing())
    steps = int(lived.score)
    assert (len(lived.time), len(lived.inputs), len(lived.outputs), len(lived.worlds)) == (
        steps,
        steps,
        steps,
        steps + 1,
    )


def test_inputs_are_what_the_world_of_the_same_step_shows():
    lived = trace(*balancing())
    shown = [
        [world.x / 2.4, world.theta1 / np.radians(36), world.theta2 / np.radians(36)] for world in lived.worlds[:-1]
    ]
    assert np.array_equal(lived.inputs, shown)


def test_outputs_are_what_the_network_makes_of_the_inputs():
    problem, genome = balancing()
    lived, output = trace(problem, genome), 0.0
    for seen, shown in zip(lived.inputs, lived.outputs[:, 0], strict=True):
        output = np.tanh(genome[0] * output + seen @ genome[1:])
        assert output == pytest.approx(shown, rel=1e-9)


def test_worlds_hold_python_scalars_of_the_annotated_kinds():
    problem = Problem(WIND, FullyRecurrent(n_neurons=1))
    kinds = [type(value) for value in trace(problem, [5.0, 5.0]).worlds[-1]]
    assert kinds == [float, int, bool]


def test_arrays_of_one_moment_do_not_change_with_the_next():
    problem = Problem(load_scenario("double_pole", fitness="damping"), FullyRecurrent(n_neurons=1))
    worlds = trace(problem, longest(problem)[0]).worlds
    assert [np.count_nonzero(world.strayed) for world in worlds[:5]] == [0, 1, 2, 3, 4]


def test_a_world_that_changes_in_place_is_kept_by_its_snapshots():
    problem = Problem(BALL, FullyRecurrent(n_neurons=1))
    places = trace(problem, [0.0, 8.0], trial=1).worlds
    assert places[0] == 0.01
    assert np.all(np.diff(places) > 0.0)


def test_time_counts_in_the_steps_of_the_scenario():
    assert trace(*balancing()).time[:3].tolist() == [0.0, 0.02, 0.04]


def test_a_trace_can_be_cut_short():
    lived = trace(*balancing(), max_steps=5)
    assert len(lived.time) == 5
    assert lived.score == 5.0


@pytest.mark.parametrize(("options", "named"), [({"trial": 1}, "trial: 1"), ({"max_steps": 0}, "max_steps: 0")])
def test_a_trial_that_does_not_exist_is_refused(options, named):
    with pytest.raises(ValueError, match=named):
        trace(*balancing(), **options)


def test_a_genome_of_another_length_is_refused():
    with pytest.raises(ValueError, match="genomes: their shape"):
        trace(balancing()[0], [0.0])


def balancing():
    """A problem, and a genome that lasts a while."""
    problem = Problem(replace(load_scenario("double_pole"), max_steps=60), FullyRecurrent(n_neurons=1))
    return problem, longest(problem)[0]
