"""Any gymnasium environment through the same evaluator, with the same bits however it is run."""

import sys
import weakref
from dataclasses import replace

import numpy as np
import pytest
from reference.closed_loop import closed_loop

from evorc.evaluate import PopulationEvaluator, Problem, run_test
from evorc.evaluate.trace import trace
from evorc.kernels.random import Key
from evorc.networks import FullyRecurrent
from evorc.scenario import load_scenario

gymnasium = pytest.importorskip("gymnasium")

HIDDEN = {"observe": (0, 2), "scale": (2.4, 0.21)}
NETWORK = FullyRecurrent(n_neurons=2)
CHAMPION = [-1.341, -8.6718, 0.5727, 1.6504, 0.312, 5.0707, 8.9211, 2.865]  # evolved without velocities
KEY = Key(0, 0, 0, 0)


def population(problem, size=6):
    return problem.initial(np.random.default_rng(0), size)


def module():
    return sys.modules[load_scenario("gymnasium").act.__module__]


def test_a_score_is_the_return_of_the_bare_environment():
    problem = Problem(load_scenario("gymnasium", **HIDDEN, trials=2), NETWORK)
    lived = trace(problem, population(problem)[0], trial=1)
    env = gymnasium.make("CartPole-v1")
    env.reset(seed=module()._seed(KEY._replace(trial=1), module().TRAINING))
    rewards = [env.step(int(shown[0] > 0.0))[1] for shown in lived.outputs]
    assert lived.score == sum(rewards)


def test_what_is_sensed_is_masked_and_scaled():
    problem = Problem(load_scenario("gymnasium", **HIDDEN), NETWORK)
    lived = trace(problem, population(problem)[0])
    env = gymnasium.make("CartPole-v1")
    seen = env.reset(seed=module()._seed(KEY, module().TRAINING))[0]
    assert lived.inputs[0].tolist() == [float(seen[0]) / 2.4, float(seen[2]) / 0.21]
    assert lived.input_names == ("observation 0", "observation 2")


@pytest.mark.parametrize("env", ["CartPole-v1", "Acrobot-v1", "Pendulum-v1", "MountainCarContinuous-v0"])
@pytest.mark.parametrize("width", [1, 5, 64])
def test_the_number_simulated_side_by_side_changes_nothing(env, width):
    scenario = load_scenario("gymnasium", env=env, trials=2, max_steps=30)
    problem = Problem(scenario, FullyRecurrent(n_neurons=3), width=width)
    genomes = population(problem)
    scores, _ = closed_loop(problem, genomes)
    assert problem.scores(genomes).tolist() == scores.tolist()


def test_processes_give_the_same_bits():
    scenario = load_scenario("gymnasium", **HIDDEN)
    fitness = []
    for backend in ("serial", "processes"):
        with PopulationEvaluator(scenario, NETWORK, n_jobs=2, backend=backend) as evaluator:
            fitness.append(evaluator(population(evaluator.problem, 20)).fitness.tolist())
    assert fitness[0] == fitness[1]


def test_fresh_conditions_differ_from_generation_to_generation():
    problem = Problem(load_scenario("gymnasium", **HIDDEN, conditions="fresh"), NETWORK)
    fixed = Problem(load_scenario("gymnasium", **HIDDEN), NETWORK)
    genomes = population(problem, 16)
    assert problem.scores(genomes, 1).tolist() != problem.scores(genomes, 2).tolist()
    assert fixed.scores(genomes, 1).tolist() == fixed.scores(genomes, 2).tolist()


def test_the_held_out_episodes_are_never_trained():
    seed, purposes = module()._seed, (module().TRAINING, module().TESTING)
    keys = [Key(7, generation, 0, trial) for generation in range(20) for trial in range(100)]
    trained, tested = ({seed(key, purpose) for key in keys} for purpose in purposes)
    assert trained.isdisjoint(tested)


def test_an_evolved_controller_without_velocities_passes_unseen_episodes():
    result = run_test(Problem(load_scenario("gymnasium", **HIDDEN), NETWORK), "unseen", np.array([CHAMPION]))[0]
    assert result.trials == 100
    assert result.least_mean == 475
    assert result.success


def test_each_unseen_episode_can_be_needed_beside_their_mean():
    weaker = np.array([CHAMPION]) * np.repeat([1.0, 0.9], 4)  # falls in one of them
    strict = Problem(load_scenario("gymnasium", **HIDDEN, unseen=20, needed=20), NETWORK, seed=4)
    result = run_test(strict, "unseen", weaker)[0]
    assert (result.passed, result.trials) == (19, 20)
    assert result.mean > result.least_mean
    assert not result.success


def test_the_steps_can_be_limited_in_training_but_not_in_the_test():
    scenario = load_scenario("gymnasium", **HIDDEN, max_steps=20)
    problem = Problem(scenario, NETWORK)
    assert problem.scores([CHAMPION]).tolist() == [[20.0] * 4]
    assert replace(problem, scenario=scenario.tests["unseen"].scenario).scores([CHAMPION]).max() > 20.0


def test_an_episode_may_be_longer_than_the_environment_limits_it():
    scenario = load_scenario("gymnasium", env="Pendulum-v1", max_steps=250, trials=1)
    problem = Problem(scenario, FullyRecurrent(n_neurons=1))
    assert len(trace(problem, population(problem)[0]).inputs) == 250
    assert scenario.tests["unseen"].scenario.max_steps == 200


@pytest.mark.parametrize(
    ("env", "motors", "action"),
    [
        ("CartPole-v1", (-0.1,), 0),
        ("CartPole-v1", (0.1,), 1),
        ("Acrobot-v1", (-0.5, 0.2, 0.1), 1),
        ("Pendulum-v1", (-1.0,), [-2.0]),
        ("Pendulum-v1", (0.5,), [1.0]),
    ],
)
def test_motors_choose_the_action(env, motors, action):
    space = gymnasium.make(env).action_space
    choose, names = module()._actions(gymnasium, env, space)
    assert len(names) == len(motors)
    assert space.contains(choose(motors))
    assert np.array_equal(choose(motors), action)


class Toy:
    """Counts who is open."""

    opened, render_mode = 0, None

    def __init__(self):
        self.unwrapped, self.shut = self, False
        type(self).opened += 1

    def reset(self, seed):
        return [seed], {}

    def close(self):
        if not self.shut:
            self.shut = True
            type(self).opened -= 1


class Reusable(Toy):
    pass


Reusable.__module__ = "gymnasium.envs.classic_control.toy"


@pytest.mark.parametrize(("toy", "kept"), [(Toy, 0), (Reusable, 2)])
def test_environments_are_reused_where_that_is_known_to_be_safe_and_closed_in_the_end(toy, kept):
    environments = module().Environments(toy)
    for _ in range(3):
        under_way = [environments.begin(1), environments.begin(2)]
        for episode in under_way:
            environments.finish(episode)
    assert toy.opened == kept
    gone = weakref.ref(environments)
    del environments
    assert gone() is None
    assert toy.opened == 0


def test_a_moment_is_a_picture_with_the_return_so_far():
    pytest.importorskip("pygame")
    figures = pytest.importorskip("matplotlib.figure")
    problem = Problem(load_scenario("gymnasium", **HIDDEN), NETWORK)
    axes = figures.Figure().add_subplot()
    problem.scenario.draw(axes, trace(problem, CHAMPION, max_steps=2).worlds[1])
    assert axes.images[0].get_array().shape == (400, 600, 3)
    assert axes.get_title(loc="left") == "return 1"


def test_nobody_paints_what_nobody_watches_and_to_watch_changes_nothing():
    pytest.importorskip("Box2D")
    pytest.importorskip("pygame")
    scenario = load_scenario("gymnasium", env="LunarLander-v3", trials=1, max_steps=60)
    problem = Problem(scenario, FullyRecurrent(n_neurons=4))
    genomes = population(problem, 3)
    assert scenario.start(KEY).env.render_mode is None
    for genome, (score,) in zip(genomes, problem.scores(genomes), strict=True):
        lived = trace(problem, genome)
        assert lived.score == score
        assert isinstance(lived.worlds[-1], module().Frame)


def test_a_moment_without_a_picture_is_told_in_words():
    figures = pytest.importorskip("matplotlib.figure")
    env = gymnasium.make("CartPole-v1")
    moment = module().Episode(env, env.reset(seed=0)[0], seed=0).snapshot()
    axes = figures.Figure().add_subplot()
    module().draw(axes, moment)
    assert axes.texts[0].get_text().startswith("observation 0: 0.0137")
    assert axes.texts[0].get_text().endswith("return: 0")


@pytest.mark.parametrize(
    ("env", "camera"),
    [("Swimmer-v5", {"camera_name": "track"}), ("InvertedDoublePendulum-v5", {}), ("CartPole-v1", {})],
)
def test_the_camera_follows_the_body_where_there_is_one_that_does(env, camera):
    pytest.importorskip("mujoco")
    assert module()._camera(gymnasium.make(env)) == camera


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"env": "CartPol-v1"}, "env: 'CartPol-v1' is not a registered environment. Did you mean CartPole-v1"),
        ({"env": "os:CartPole-v1"}, "env: 'os:CartPole-v1' is not a registered environment"),
        ({"env": "Blackjack-v1"}, "observes Tuple.*supported is a Box with one axis"),
        ({"env": "FrozenLake-v1"}, "observes Discrete.*supported is a Box with one axis"),
        ({"observe": (0, 4)}, r"observe: \(0, 4\) is not a tuple of different whole numbers from 0 to 3"),
        ({"observe": ()}, r"observe: \(\) is not a tuple"),
        ({"scale": (1.0,)}, r"scale: \(1.0,\) is not a tuple of 4 positive numbers"),
        ({"observe": (1,), "scale": (0.0,)}, r"scale: \(0.0,\) is not a tuple of 1 positive numbers"),
        ({"max_steps": 0}, "max_steps: 0 is not a whole number of at least 1"),
        ({"unseen": 0}, "unseen: 0 is not a whole number of at least 1"),
        ({"needed": 101}, "needed: 101 is not a whole number from 0 to 100"),
        ({"env": "Pendulum-v1", "needed": 1}, "needed: 1 episodes cannot pass, since 'Pendulum-v1' has no reward"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        load_scenario("gymnasium", **options)


def test_an_unbounded_action_is_refused():
    space = gymnasium.spaces.Box(-np.inf, np.inf, (2,))
    with pytest.raises(ValueError, match="supported are Discrete and a bounded Box with one axis"):
        module()._actions(gymnasium, "Free-v0", space)


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(ValueError, match=r'pip install "evorc\[gym\]"'):
        load_scenario("gymnasium", trials=9)


def test_a_threshold_asks_for_a_mean_over_100_episodes():
    problem = Problem(load_scenario("gymnasium", **HIDDEN), NETWORK)
    test = problem.scenario.tests["unseen"]
    hard = replace(test, least_mean=500.1)
    problem = replace(problem, scenario=replace(problem.scenario, tests={"unseen": hard}))
    assert not run_test(problem, "unseen", np.array([CHAMPION]))[0].success
