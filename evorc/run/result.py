"""What an evolution found."""

from dataclasses import dataclass

from ..evaluate import Problem, TestResult
from ..evaluate.trace import Trace, trace
from ..optimizers import Individual
from .record import Record


@dataclass(frozen=True)
class Result:
    """Champion and history of an evolution.

    Attributes
    ----------
    best : Individual
        The champion: the individual that passed the confirming tests, or the fittest.
    history : list of Record
        One row a generation.
    reason : str
        The rule that ended the evolution; ``"solved"`` if the champion passed the scenario's confirming tests.
    problem : Problem
        What was evolved.
    tests : list of TestResult
        The champion in each held-out test.
    """

    best: Individual
    history: list[Record]
    reason: str
    problem: Problem
    tests: list[TestResult]

    @property
    def solved(self) -> bool:
        """Whether the scenario counts as solved."""
        return self.reason == "solved"

    @property
    def evaluations(self) -> int:
        """Individuals evaluated; confirming and held-out tests do not count."""
        return self.history[-1].evaluations if self.history else 0

    def replay(self, trial: int = 0, max_steps: int | None = None) -> Trace:
        """Live one trial of the champion step by step.

        Parameters
        ----------
        trial : int, default=0
        max_steps : int or None, default=None
            Steps at most; None is the scenario's.
        """
        return trace(self.problem, self.best.genome, trial=trial, max_steps=max_steps)
