"""The population evaluator: fills every core, and gives the same fitnesses however it does so."""

import os
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Literal, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..encoding import Encoding
from ..genome import Genome
from ..networks.spec import NetworkSpec
from ..scenario import Scenario, load_scenario
from .executors import ExecutorBackend
from .not_finite import first_not_finite
from .outcome import EvaluationError, Outcome, faults_told, outcome_of
from .problem import Genomes, Heat, Problem
from .processes import ProcessBackend
from .racing import Racing

Name = Literal["auto", "serial", "threads", "processes"]
BLOCKS = 8  # at most; a few a worker, so that an uneven load evens out
LEAST = {True: 32, False: 1}  # individuals in a block, compiled or not: fewer would leave vector registers idle
OVERHEAD = {True: 2e-3, False: 4e-3}  # seconds that handing out costs, in threads and in processes
Scores = tuple[NDArray[np.float64], NDArray[np.bool_]]


class Backend(Protocol):
    """Runs blocks of a population somewhere; returns all scores and which individuals were lost."""

    def run(self, genomes: Genomes, blocks: list[slice], heat: Heat) -> Scores: ...

    def close(self) -> None: ...


class PopulationEvaluator:
    """Evaluate populations of one network in one scenario.

    The same genomes get the same fitnesses, to the bit, for every backend and number of workers.

    Parameters
    ----------
    scenario : Scenario or str
        What to live in; a string is a scenario's name.
    network : NetworkSpec
        What to evolve.
    n_jobs : int, default=1
        Workers; -1 is one a core.
    backend : {"auto", "serial", "threads", "processes"} or concurrent.futures.Executor, default="auto"
        Threads suit compiled scenarios, which hold no interpreter lock, and processes the others. ``"auto"`` picks so,
        and works serially while handing out would cost more than it gains.
    timeout : float or None, default=None
        Seconds for a block of individuals, after which its worker is killed and the block tried once more. Needs
        processes.
    racing : Racing or None, default=None
        Stop hopeless individuals early.
    encoding : Encoding or None, default=None
        What is searched instead of the network's own genes.
    random_state : int, default=0
        Seed of the trial conditions.

    Raises
    ------
    ValueError
        If an argument is out of range; the message names it.

    Examples
    --------
    >>> from evorc.networks import FullyRecurrent
    >>> evaluator = PopulationEvaluator("double_pole", FullyRecurrent(n_neurons=1))
    >>> evaluator.bounds.shape
    (4, 2)
    >>> evaluator([[0.0, 0.0, 0.0, 0.0]]).fitness
    array([28.])
    """

    def __init__(
        self,
        scenario: Scenario | str,
        network: NetworkSpec,
        *,
        n_jobs: int = 1,
        backend: Name | Executor = "auto",
        timeout: float | None = None,
        racing: Racing | None = None,
        encoding: Encoding | None = None,
        random_state: int = 0,
    ) -> None:
        found = load_scenario(scenario) if isinstance(scenario, str) else scenario
        if not isinstance(random_state, int | np.integer) or isinstance(random_state, bool):
            raise ValueError(f"random_state: {random_state!r} is not a whole number")
        self.problem = Problem(found, network, random_state, encoding=encoding)
        self.n_jobs = _count(n_jobs)
        self.thrifty = backend == "auto"
        if backend == "auto":
            backend = "serial" if self.n_jobs == 1 else "threads" if found.compiled else "processes"
            backend = "processes" if timeout is not None else backend
        positive = isinstance(timeout, int | float) and timeout > 0.0
        if timeout is not None and not (backend == "processes" and positive):
            raise ValueError(f'timeout: {timeout!r} is not a positive number of seconds, with backend="processes"')
        self.backend = _backend(backend, self.problem, self.n_jobs, timeout)
        self.racing = racing
        self._serial = SerialBackend(self.problem)
        self._seconds = np.inf  # an individual took, at the last count

    @property
    def genome(self) -> Genome:
        """Which gene stands for what."""
        return self.problem.genome

    @property
    def bounds(self) -> NDArray[np.float64]:
        """Lowest and highest value of every gene, [genes, 2]."""
        return self.problem.genome.bounds

    def __call__(self, genomes: ArrayLike, generation: int = 0) -> Outcome:
        """Evaluate a population.

        Parameters
        ----------
        genomes : array_like of shape (population, genes)
        generation : int, default=0
            Which conditions a scenario with fresh ones draws.

        Raises
        ------
        EvaluationError
            If the scenario raised, or more than half of the population failed.
        """
        flat = self.genome.check(genomes)
        if not len(flat):
            raise ValueError("genomes: there is no individual in them")
        if not isinstance(generation, int | np.integer):
            raise ValueError(f"generation: {generation!r} is not a whole number")
        began = time.perf_counter()
        if self.racing is None:
            outcome = self._outcome(flat, Heat(generation, self.problem.scenario.max_steps))
        else:
            outcome = self.racing.race(flat, generation, self.problem.scenario.max_steps, self._outcome)
        self._seconds = (time.perf_counter() - began) / len(flat)
        if 2 * outcome.failed > len(flat):
            told = first_not_finite(self.problem, flat, outcome, generation)
            raise EvaluationError(
                f"{outcome.failed} of {len(flat)} individuals of generation {generation} have no fitness "
                f"({outcome.lost} lost with their workers, the others scored nan or infinity)"
                + (f"; {told}" if told else "")
            )
        return outcome

    def initial(self, generator: np.random.Generator, population_size: int) -> Genomes:
        """Random genomes as the network wants them initialised; an optimizer takes this as its `initial`."""
        return self.problem.initial(generator, population_size)

    def _outcome(self, genomes: Genomes, heat: Heat) -> Outcome:
        blocks = self._blocks(len(genomes))
        with faults_told(self.problem.scenario):
            scores, lost = self._chosen(blocks).run(genomes, blocks, heat)
        return outcome_of(scores, lost, self.problem.scenario)

    def _blocks(self, population: int) -> list[slice]:
        """Contiguous parts, whose boundaries depend on the population alone."""
        size = max(LEAST[self.problem.scenario.compiled], -(-population // BLOCKS))
        return [slice(first, min(first + size, population)) for first in range(0, population, size)]

    def _chosen(self, blocks: list[slice]) -> Backend:
        gain = self._seconds * blocks[-1].stop * (1.0 - 1.0 / self.n_jobs)
        idle = len(blocks) < 2 or gain < OVERHEAD[not isinstance(self.backend, ProcessBackend)]
        return self._serial if self.thrifty and idle and not self._guarded else self.backend

    @property
    def _guarded(self) -> bool:
        """Whether a deadline has to be kept, which only another process can."""
        return isinstance(self.backend, ProcessBackend) and self.backend.timeout is not None

    def close(self) -> None:
        """End the workers. An evaluator is a context manager that does so."""
        self.backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SerialBackend:
    """One block after the other, here."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def run(self, genomes: Genomes, blocks: list[slice], heat: Heat) -> Scores:
        """Scores of all individuals."""
        return self.problem.scores(genomes, *heat), np.zeros(len(genomes), bool)

    def close(self) -> None:
        """Nothing to end."""


class ThreadBackend:
    """Threads of this process: kernels hold no interpreter lock."""

    def __init__(self, problem: Problem, n_jobs: int) -> None:
        self.problem = problem
        self.n_jobs = n_jobs
        self.pool = self._threads()

    def run(self, genomes: Genomes, blocks: list[slice], heat: Heat) -> Scores:
        """Scores of all individuals."""
        parts = self.pool.map(lambda block: self.problem.scores(genomes[block], *heat), blocks)
        return np.concatenate(list(parts)), np.zeros(len(genomes), bool)

    def close(self) -> None:
        """End the threads; new ones begin if there is more to do."""
        self.pool.shutdown()
        self.pool = self._threads()

    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.n_jobs, thread_name_prefix="evorc")


def _backend(name: Any, problem: Problem, n_jobs: int, timeout: float | None) -> Backend:
    if isinstance(name, Executor):
        return ExecutorBackend(problem, name)
    if name == "serial":
        return SerialBackend(problem)
    if name == "threads":
        return ThreadBackend(problem, n_jobs)
    if name == "processes":
        return ProcessBackend(problem, n_jobs, timeout)
    raise ValueError(f'backend: {name!r} is not "auto", "serial", "threads", "processes" or an Executor')


def _count(n_jobs: int) -> int:
    if not isinstance(n_jobs, int | np.integer) or isinstance(n_jobs, bool) or (n_jobs < 1 and n_jobs != -1):
        raise ValueError(f"n_jobs: {n_jobs!r} is not a whole number of at least 1, or -1 for one a core")
    if n_jobs > 0:
        return int(n_jobs)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
