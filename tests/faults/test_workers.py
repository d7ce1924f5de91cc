"""Workers that die or hang, and a program that dies before its workers."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from evaluate.plain_worlds import dying, dying_once, hanging, hanging_once, walker
from house.sources import ROOT
from numpy.testing import assert_array_equal

from evorc.evaluate import PopulationEvaluator, Problem, Status
from evorc.networks import FullyRecurrent

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes as Linux shows them")
UNIT = FullyRecurrent(n_neurons=1, bias=True, weight_bounds=(-0.5, 0.5))
MARKED = [0.0, 0.0, 10.0]


def genomes_of(n, marked=None):
    genomes = Problem(walker(), UNIT).initial(np.random.default_rng(0), n)
    if marked is not None:
        genomes[marked] = MARKED
    return genomes


def evaluator_of(scenario, **settings):
    return PopulationEvaluator(scenario, UNIT, n_jobs=2, backend="processes", **settings)


def undisturbed(genomes):
    return Problem(walker(), UNIT).scores(genomes)


@pytest.fixture
def mark(tmp_path, monkeypatch):
    """Where a worker notes that it has failed once. Set before the first worker starts."""
    monkeypatch.setenv("EVORC_TEST_MARK", str(tmp_path / "mark"))
    return tmp_path / "mark"


def in_a_script(tmp_path, mark, scenario, settings=""):
    """What a script of its own prints, as the environment of workers is fixed when the first starts."""
    (tmp_path / "script.py").write_text(f"""
import sys
sys.path[:0] = sys.argv[1:]
import numpy as np
from evaluate import plain_worlds
from faults.test_workers import evaluator_of, genomes_of, undisturbed

if __name__ == "__main__":
    genomes = genomes_of(40, 17)
    with evaluator_of(plain_worlds.walker(score=plain_worlds.{scenario}){settings}) as evaluator:
        outcome = evaluator(genomes)
    print(outcome.status.max(), (outcome.scores == undisturbed(genomes)).all())
""")
    command = [sys.executable, str(tmp_path / "script.py"), str(ROOT), str(ROOT / "tests")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert mark.exists()
    return done.stdout.split()


@pytest.mark.parametrize(("scenario", "settings"), [("dying_once", ""), ("hanging_once", ", timeout=2.0")])
def test_a_block_that_fails_once_is_tried_again(scenario, settings, tmp_path, mark):
    assert {dying_once.__name__, hanging_once.__name__} >= {scenario}
    assert in_a_script(tmp_path, mark, scenario, settings) == [str(int(Status.OK)), "True"]


@pytest.mark.parametrize(("rule", "timeout"), [(dying, None), (hanging, 1.0)], ids=["dying", "hanging"])
def test_a_block_that_fails_twice_is_lost_alone(rule, timeout):
    genomes = genomes_of(40, 17)
    with evaluator_of(walker(score=rule), timeout=timeout) as evaluator:
        outcome = evaluator(genomes)
        lost = outcome.status == Status.LOST
        assert np.flatnonzero(lost).tolist() == [15, 16, 17, 18, 19]  # its block
        assert np.isnan(outcome.fitness[lost]).all()
        assert_array_equal(outcome.scores[~lost], undisturbed(genomes)[~lost])
        assert_array_equal(evaluator(genomes[:10]).scores, undisturbed(genomes[:10]))  # and it goes on


def test_workers_killed_at_any_moment_change_no_bit():
    genomes, stop, ended = genomes_of(400), threading.Event(), []
    with evaluator_of(walker(max_steps=400)) as evaluator:
        expected = Problem(walker(max_steps=400), UNIT).scores(genomes)
        evaluator(genomes)

        def assassin():
            moments = np.random.default_rng(0)
            for _ in range(3):
                stop.wait(moments.uniform(0.1, 0.3))
                before = len(ended)
                for worker in evaluator.backend.workers[:1]:
                    with suppress(ProcessLookupError):  # already dead
                        os.kill(worker.process.pid, signal.SIGKILL)
                while len(ended) < before + 2 and not stop.wait(0.05):
                    pass  # the generation it fell into is over: no block dies twice

        thread = threading.Thread(target=assassin)
        thread.start()
        try:
            while thread.is_alive():
                outcome = evaluator(genomes)
                ended.append(outcome)
                assert outcome.status.max() == Status.OK
                assert_array_equal(outcome.scores, expected)
        finally:
            stop.set()
            thread.join()


def test_workers_that_died_between_two_generations_cost_nothing():
    genomes = genomes_of(1)
    with evaluator_of(walker()) as evaluator:
        evaluator(genomes_of(40))
        for worker in list(evaluator.backend.workers):
            os.kill(worker.process.pid, signal.SIGKILL)
            worker.process.join()
        outcome = evaluator(genomes)
        assert outcome.status.max() == Status.OK
        assert_array_equal(outcome.scores, undisturbed(genomes))


def test_a_short_timeout_leaves_workers_the_time_to_start():
    with evaluator_of(walker(), timeout=0.2) as evaluator:
        assert evaluator(genomes_of(40)).failed == 0


def test_an_interrupted_generation_does_not_leak_into_the_next(monkeypatch):
    genomes = genomes_of(40)
    with evaluator_of(walker()) as evaluator:
        collect, calls = evaluator.backend._collect, []

        def interrupted():
            calls.append(collect())
            if len(calls) == 4:
                raise KeyboardInterrupt
            return calls[-1]

        monkeypatch.setattr(evaluator.backend, "_collect", interrupted)
        with pytest.raises(KeyboardInterrupt):
            evaluator(genomes)
        assert evaluator.backend.workers == []
        monkeypatch.setattr(evaluator.backend, "_collect", collect)
        assert_array_equal(evaluator(genomes[::-1]).scores, undisturbed(genomes[::-1]))


UNGUARDED = """
import sys
sys.path[:0] = sys.argv[1:]
from faults.test_workers import evaluator_of, genomes_of
from evaluate.plain_worlds import walker
with evaluator_of(walker()) as evaluator:
    evaluator(genomes_of(40))
"""


def test_a_script_without_a_main_guard_is_told_so(tmp_path):
    (tmp_path / "script.py").write_text(UNGUARDED)
    command = [sys.executable, str(tmp_path / "script.py"), str(ROOT), str(ROOT / "tests")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert 'below `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]


ABANDONED = """
import sys
sys.path[:0] = sys.argv[1:]
import threading
from faults.test_workers import evaluator_of, genomes_of
from evaluate.plain_worlds import hanging, walker

if __name__ == "__main__":
    evaluator = evaluator_of(walker(score=hanging))
    evaluator(genomes_of(40))
    print(*(worker.process.pid for worker in evaluator.backend.workers), flush=True)
    genomes = genomes_of(40, 17)
    threading.Timer(0.5, lambda: print("busy", flush=True)).start()
    evaluator(genomes)
"""


def alive(pid):
    """Whether a process runs; one that ended but was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_program_that_is_killed_leaves_no_worker_behind_not_even_a_busy_one(tmp_path):
    (tmp_path / "script.py").write_text(ABANDONED)
    command = [sys.executable, str(tmp_path / "script.py"), str(ROOT), str(ROOT / "tests")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        pids = [int(pid) for pid in program.stdout.readline().split()]
        assert program.stdout.readline() == "busy\n"
        assert len(pids) == 2
        assert all(map(alive, pids))
        program.send_signal(signal.SIGKILL)
        program.wait()
    deadline = time.monotonic() + 20
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, pids))
