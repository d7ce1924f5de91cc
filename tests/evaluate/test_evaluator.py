"""The population evaluator: one answer, however it is come by."""

import hashlib
import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from evaluate.plain_worlds import raising, to_infinity, to_nan, walker
from house.sources import ROOT
from kernels.worlds import drifter
from numpy.testing import assert_array_equal

from evorc.evaluate import EvaluationError, PopulationEvaluator, Problem, Status
from evorc.networks import CTRNN, FullyRecurrent

UNIT = FullyRecurrent(n_neurons=1, bias=True, weight_bounds=(-0.5, 0.5))
SINGLE = FullyRecurrent(n_neurons=1)
MARKED = [0.0, 0.0, 10.0]  # recurrent, inputs, bias: a step of tanh(10)


def genomes_of(scenario, network, n, seed=0):
    return Problem(scenario, network).initial(np.random.default_rng(seed), n)


def digest(outcome):
    return hashlib.sha256(outcome.fitness.tobytes()).hexdigest()


COMPILED = drifter(trials=2, conditions="fresh")
COMPILED_NETWORK = CTRNN(n_neurons=3, tau_bounds=(0.1, 2.0))
PROBLEMS = {"compiled": (COMPILED, COMPILED_NETWORK, 300), "plain": (walker(), UNIT, 40)}
every_problem = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)


@pytest.fixture(scope="module")
def expected():
    """The digest of each problem's fitnesses, found without any evaluator."""
    found = {}
    for name, (scenario, network, n) in PROBLEMS.items():
        scores = Problem(scenario, network, seed=4, width=1).scores(genomes_of(scenario, network, n), generation=7)
        fitness = np.where(np.isfinite(scores).all(axis=1), (scores[:, 0] + scores[:, 1]) / 2, np.nan)
        found[name] = hashlib.sha256(fitness.tobytes()).hexdigest()
    return found


@every_problem
@pytest.mark.parametrize("n_jobs", [1, 2, 3, 7])
@pytest.mark.parametrize("backend", ["serial", "threads", "processes", "auto"])
def test_every_backend_gives_the_same_bits(problem, backend, n_jobs, expected):
    scenario, network, n = problem
    if n_jobs > 3 and (backend == "processes" or not scenario.compiled):
        pytest.skip("two and three processes say as much")
    with PopulationEvaluator(scenario, network, n_jobs=n_jobs, backend=backend, random_state=4) as evaluator:
        genomes = genomes_of(scenario, network, n)
        found = {digest(evaluator(genomes, generation=7)) for _ in range(3)}
    assert found == {expected["compiled" if scenario.compiled else "plain"]}


@every_problem
def test_any_executor_gives_the_same_bits(problem, expected):
    scenario, network, n = problem
    genomes = genomes_of(scenario, network, n)
    spawn = multiprocessing.get_context("spawn")
    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(1, mp_context=spawn) as processes:
        for executor in (threads, processes):
            evaluator = PopulationEvaluator(scenario, network, backend=executor, random_state=4)
            assert digest(evaluator(genomes, generation=7)) == expected["compiled" if scenario.compiled else "plain"]


@every_problem
@pytest.mark.parametrize("width", [1, 7, 64, 100])
def test_the_width_changes_no_bit(problem, width, expected):
    scenario, network, n = problem
    evaluator = PopulationEvaluator(scenario, network, random_state=4)
    evaluator.problem = Problem(scenario, network, 4, width)
    evaluator.backend.problem = evaluator._serial.problem = evaluator.problem
    found = digest(evaluator(genomes_of(scenario, network, n), generation=7))
    assert found == expected["compiled" if scenario.compiled else "plain"]


def test_an_individual_does_not_depend_on_its_place_in_the_population():
    evaluator = PopulationEvaluator(drifter(), COMPILED_NETWORK)
    genomes = genomes_of(drifter(), COMPILED_NETWORK, 100)
    order = np.random.default_rng(1).permutation(100)
    assert_array_equal(evaluator(genomes[order]).fitness, evaluator(genomes).fitness[order])


def test_the_fitness_is_the_mean_of_the_trials_or_their_minimum():
    genomes = genomes_of(walker(), UNIT, 10)
    for aggregate, reduced in (("mean", lambda s: (s[:, 0] + s[:, 1]) / 2), ("min", lambda s: s.min(axis=1))):
        outcome = PopulationEvaluator(walker(aggregate=aggregate), UNIT)(genomes)
        assert_array_equal(outcome.fitness, reduced(outcome.scores))


def test_the_share_of_trials_passed_is_counted():
    outcome = PopulationEvaluator(walker(passing=-4.95), UNIT)(np.zeros((3, 3)))
    assert_array_equal(outcome.scores, np.tile([-5.0, -4.9], (3, 1)))
    assert_array_equal(outcome.passed, [0.5] * 3)


def test_an_infinite_score_has_no_fitness_and_is_counted():
    genomes = genomes_of(walker(), UNIT, 10)
    genomes[4] = MARKED
    outcome = PopulationEvaluator(walker(score=to_infinity), UNIT)(genomes)
    assert_array_equal(np.flatnonzero(np.isnan(outcome.fitness)), [4])
    assert outcome.status.tolist() == [Status.OK] * 4 + [Status.NOT_FINITE] + [Status.OK] * 5
    assert outcome.failed == 1


def test_half_a_generation_may_fail():
    genomes = np.repeat([MARKED, [0.0, 0.0, 0.0]], 5, axis=0)
    assert PopulationEvaluator(walker(score=to_infinity), UNIT)(genomes).failed == 5


@pytest.mark.parametrize("backend", ["serial", "threads"])
def test_more_than_half_a_generation_may_not(backend):
    evaluator = PopulationEvaluator(walker(score=to_nan), UNIT, n_jobs=2, backend=backend)
    with pytest.raises(EvaluationError, match=r"10 of 10 individuals of generation 3 have no fitness \(0 lost"):
        evaluator(np.zeros((10, 3)), generation=3)


@pytest.mark.parametrize("backend", ["serial", "threads", "processes", "executor"])
def test_what_a_plain_scenario_raises_is_told(backend):
    genomes = np.repeat([[0.0, 0.0, 0.0], MARKED], [20, 1], axis=0)
    with ThreadPoolExecutor(1) as pool:
        chosen = pool if backend == "executor" else backend
        with PopulationEvaluator(walker(score=raising), UNIT, n_jobs=2, backend=chosen) as evaluator:
            with pytest.raises(EvaluationError, match=r"(?s)scenario 'walker' raised.*KeyError.*no such leg"):
                evaluator(genomes)
            assert evaluator(genomes[:20]).failed == 0  # and it goes on


def test_an_evaluator_that_began_alone_goes_on_in_processes():
    with PopulationEvaluator(walker(), UNIT, n_jobs=2, backend="processes") as evaluator:
        genomes = genomes_of(walker(), UNIT, 40)
        alone = evaluator.problem.scores(genomes)
        assert_array_equal(evaluator(genomes).scores, alone)


def test_a_scenario_that_cannot_travel_is_refused_with_its_reason():
    evaluator = PopulationEvaluator(walker(score=lambda world: 0.0), UNIT, n_jobs=2, backend="processes")
    with evaluator, pytest.raises(EvaluationError, match=r"^scenario 'walker' cannot be sent to another process"):
        evaluator(np.zeros((40, 3)))


def test_populations_of_any_size_share_the_memory():
    with PopulationEvaluator(walker(), UNIT, n_jobs=2, backend="processes") as evaluator:
        genomes = genomes_of(walker(), UNIT, 300)
        expected = evaluator.problem.scores(genomes)
        for n in (3, 300, 10, 1):
            assert_array_equal(evaluator(genomes[:n]).scores, expected[:n])


def in_memory():
    folder = Path("/dev/shm")
    return set(folder.iterdir()) if folder.is_dir() else set()


def test_closing_leaves_no_process_no_thread_and_no_memory():
    shared, threads = in_memory(), threading.active_count()
    for backend in ("processes", "threads"):
        with PopulationEvaluator(walker(), UNIT, n_jobs=2, backend=backend) as evaluator:
            evaluator(genomes_of(walker(), UNIT, 40))
    assert [child for child in multiprocessing.active_children() if child.name == "evorc-worker"] == []
    assert in_memory() <= shared
    assert threading.active_count() <= threads


def test_closing_twice_is_closing_once():
    evaluator = PopulationEvaluator(walker(), UNIT, n_jobs=2, backend="processes")
    evaluator(genomes_of(walker(), UNIT, 40))
    evaluator.close()
    evaluator.close()


CARELESS = """
import sys
sys.path[:0] = sys.argv[1:]
import numpy as np
from evaluate.plain_worlds import walker
from evorc.evaluate import PopulationEvaluator
from evorc.networks import FullyRecurrent

if __name__ == "__main__":
    evaluator = PopulationEvaluator(walker(), FullyRecurrent(n_neurons=1), n_jobs=2, backend="processes")
    evaluator(np.zeros((40, 2)))
    print(*(worker.process.pid for worker in evaluator.backend.workers))
"""


def test_a_program_that_forgets_to_close_ends_without_a_trace(tmp_path):
    shared = in_memory()
    (tmp_path / "careless.py").write_text(CARELESS)
    command = [sys.executable, str(tmp_path / "careless.py"), str(ROOT), str(ROOT / "tests")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert not any(Path(f"/proc/{pid}").exists() for pid in done.stdout.split())
    assert in_memory() <= shared


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"n_jobs": 0}, "n_jobs: 0 is not a whole number of at least 1, or -1 for one a core"),
        ({"n_jobs": -2}, "n_jobs: -2 is not"),
        ({"n_jobs": 2.0}, "n_jobs: 2.0 is not"),
        ({"n_jobs": True}, "n_jobs: True is not"),
        ({"backend": "gpu"}, 'backend: \'gpu\' is not "auto", "serial", "threads", "processes" or an Executor'),
        ({"backend": "threads", "timeout": 1.0}, 'timeout: 1.0 is not .* with backend="processes"'),
        ({"timeout": 0}, "timeout: 0 is not a positive number of seconds"),
        ({"timeout": "1"}, "timeout: '1' is not a positive number of seconds"),
        ({"timeout": float("nan")}, "timeout: nan is not a positive number of seconds"),
        ({"random_state": None}, "random_state: None is not a whole number"),
        ({"random_state": 1.5}, "random_state: 1.5 is not a whole number"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(settings, text):
    with pytest.raises(ValueError, match=text):
        PopulationEvaluator(walker(), SINGLE, **settings)


@pytest.mark.parametrize(
    ("genomes", "generation", "text"),
    [
        (np.zeros(2), 0, r"genomes: their shape \(2,\) is not \[individuals, 2 genes\]"),
        (np.zeros((3, 3)), 0, r"genomes: their shape \(3, 3\) is not"),
        (np.full((3, 2), np.nan), 0, "genomes: gene 0 of individual 0 is nan"),
        (np.zeros((0, 2)), 0, "genomes: there is no individual"),
        (np.zeros((3, 2)), 1.5, "generation: 1.5 is not a whole number"),
    ],
    ids=str,
)
@pytest.mark.parametrize("backend", ["serial", "threads"])
def test_a_wrong_population_is_named(genomes, generation, text, backend):
    with pytest.raises(ValueError, match=text):
        PopulationEvaluator(walker(), SINGLE, backend=backend)(genomes, generation)


def test_an_unknown_scenario_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match="Did you mean double_pole"):
        PopulationEvaluator("duble_pole", SINGLE)


def test_minus_one_is_one_worker_a_core():
    evaluator = PopulationEvaluator(walker(), SINGLE, n_jobs=-1, backend="serial")
    assert evaluator.n_jobs == len(os.sched_getaffinity(0))


def test_whole_numbers_of_numpy_are_whole_numbers():
    evaluator = PopulationEvaluator(walker(), SINGLE, n_jobs=np.int64(1), random_state=np.int32(3))
    assert_array_equal(evaluator(np.zeros((2, 2)), np.int64(3)).fitness, [-4.95, -4.95])


@pytest.mark.parametrize("network", [SINGLE, COMPILED_NETWORK])
def test_a_controller_whose_numbers_overflow_does_not_win_the_double_pole(network):
    evaluator = PopulationEvaluator("double_pole", network)
    fitness = evaluator(np.full((2, len(evaluator.bounds)), 1e308)).fitness
    assert (fitness < 100).all()
