"""A run that is killed at any moment, or whose workers are, ends with the bytes of one that nothing happened to."""

import os
import random
import signal
import time

import pytest
from run.experiments import SCENARIOS, changed, launched, outcome, processes, undisturbed

from evorc.run.folder import RunFolder

pytestmark = pytest.mark.slow
LONG = changed(("population_size = 8", "population_size = 16"), ("max_generations = 12", "max_generations = 24"))
SLOW = changed(
    ('"lever"', '"lever"\npause = 0.001'), ("random_state = 5", 'random_state = 5\nbackend = "processes"\nn_jobs = 2'),
    text=LONG,
)  # fmt: skip
SEEDS = range(10)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return undisturbed(tmp_path_factory.mktemp("undisturbed"), LONG)


def begun(folder):
    """A run that begins in an empty folder."""
    (folder / "lever.toml").write_text(SLOW)
    for file in (folder / "run").glob("*"):  # of one that was killed before it had begun
        file.unlink()
    return with_options("run", "lever.toml", "--folder", "run", folder=folder)


def with_options(*arguments, folder):
    return launched(*arguments, "--scenarios", SCENARIOS, "--no-report", "--quiet", folder=folder, seconds_between=0.1)


def gone_on(folder):
    return with_options("resume", "run", folder=folder) if RunFolder(folder / "run").holds_run else begun(folder)


def finish(process):
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_that_is_killed_and_gone_on_with_ends_with_the_same_bytes(tmp_path, expected, seed):
    random_ = random.Random(seed)
    for attempt in range(random_.randint(1, 3)):
        process = gone_on(tmp_path) if attempt else begun(tmp_path)
        if random_.random() < 0.8:  # in mid generation; else while it starts
            await_progress(process, tmp_path / "run")
        time.sleep(random_.uniform(0.0, 2.5))
        process.kill()
        process.communicate()
        await_end_of_all(process)
    if RunFolder(tmp_path / "run").status["state"] != "done":
        finish(gone_on(tmp_path))
    assert outcome(tmp_path / "run") == expected


def await_progress(process, run):
    """Wait until a run has written a checkpoint since now, or ended."""
    before = newest(run)
    while process.poll() is None and newest(run) == before:
        time.sleep(0.01)


def newest(run):
    return max((file.name for file in (run / "checkpoints").glob("*.json")), default="")


def await_end_of_all(process, seconds=20.0):
    """Workers whose run is gone end by themselves."""
    limit = time.monotonic() + seconds
    while found := processes(process.pid):
        if time.monotonic() > limit:
            raise TimeoutError(found)
        time.sleep(0.02)


def maps_genomes(number):
    """Whether a process maps the memory in which genomes and scores lie, as workers do."""
    try:
        with open(f"/proc/{number}/maps") as maps:
            return "/dev/shm/psm_" in maps.read()
    except OSError:
        return False


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_whose_workers_are_killed_ends_with_the_same_bytes(tmp_path, expected, seed):
    random_ = random.Random(seed)
    process = begun(tmp_path)
    await_progress(process, tmp_path / "run")
    time.sleep(random_.uniform(0.0, 1.0))
    victims = [number for number in processes(process.pid) if maps_genomes(number)]
    os.kill(random_.choice(victims), signal.SIGKILL)
    finish(process)
    assert outcome(tmp_path / "run") == expected
