"""Any `concurrent.futures.Executor` as a backend: a process pool, loky, dask, MPI."""

import pickle
from concurrent.futures import Executor
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .problem import Genomes, Problem


class ExecutorBackend:
    """Blocks as tasks of an executor, which stays its owner's to close."""

    def __init__(self, problem: Problem, executor: Executor) -> None:
        self.executor = executor
        self.problem = pickle.dumps(problem)

    def run(
        self, genomes: Genomes, blocks: list[slice], generation: int
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Scores of all individuals."""
        tasks = [self.executor.submit(_scores, self.problem, genomes[block], generation) for block in blocks]
        return np.concatenate([task.result() for task in tasks]), np.zeros(len(genomes), bool)

    def close(self) -> None:
        """Nothing to end."""


def _scores(problem: bytes, genomes: Genomes, generation: int) -> NDArray[np.float64]:
    return _unpacked(problem).scores(genomes, generation)


@lru_cache(maxsize=8)
def _unpacked(problem: bytes) -> Problem:
    """The problem, made once a worker."""
    made = pickle.loads(problem)
    if not isinstance(made, Problem):
        raise TypeError(f"problem: {type(made).__name__} is not a Problem")
    return made
