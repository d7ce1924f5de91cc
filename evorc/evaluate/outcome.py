"""What a generation's evaluation found."""

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ..scenario import Scenario


class Status(IntEnum):
    """How an individual's evaluation went."""

    OK = 0
    NOT_FINITE = 1  # a score was nan or infinite
    LOST = 2  # its workers died or hung, twice


class EvaluationError(RuntimeError):
    """An evaluation that cannot go on: a scenario raised, or most of a generation failed."""


@dataclass(frozen=True)
class Outcome:
    """Fitnesses of a population.

    Attributes
    ----------
    fitness : ndarray of shape (population,)
        Higher is better; nan where the evaluation failed, which ranks last.
    status : ndarray of int of shape (population,)
        A :class:`Status` each.
    scores : ndarray of shape (population, trials)
        Score of every trial.
    passed : ndarray of shape (population,)
        Share of the trials passed; 0 where the scenario has no passing score.
    """

    fitness: NDArray[np.float64]
    status: NDArray[np.int64]
    scores: NDArray[np.float64]
    passed: NDArray[np.float64]

    @property
    def failed(self) -> int:
        """How many individuals have no fitness."""
        return int((self.status != Status.OK).sum())


def outcome_of(scores: NDArray[np.float64], lost: NDArray[np.bool_], scenario: Scenario) -> Outcome:
    """Make an outcome of all trials' scores."""
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(scores).all(axis=1))
    together = np.where(finite[:, None], scores, 0.0)
    fitness = together.min(axis=1) if scenario.aggregate == "min" else _mean(together)
    fitness = np.where(finite, fitness, np.nan)
    status = np.where(lost, Status.LOST, np.where(finite, Status.OK, Status.NOT_FINITE))
    return Outcome(fitness, status, scores, passed(scores, scenario).mean(axis=1))


def passed(scores: NDArray[np.float64], scenario: Scenario) -> NDArray[np.bool_]:
    """Which trials were passed; none where the scenario has no passing score."""
    return np.asarray(scores >= (np.inf if scenario.passing is None else scenario.passing))


@contextmanager
def faults_told(scenario: Scenario, where: str = "") -> Iterator[None]:
    """Say of everything that goes wrong within that the scenario did it."""
    try:
        yield
    except (EvaluationError, BrokenExecutor):
        raise
    except Exception as fault:
        raise EvaluationError(f"scenario {scenario.name!r} raised {type(fault).__name__}{where}: {fault}") from fault


def _mean(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the trials, added from the first to the last: NumPy's pairwise order depends on the array's layout."""
    total: NDArray[np.float64] = np.zeros(len(scores))
    for trial in scores.T:
        total += trial
    total /= scores.shape[1]
    return total
