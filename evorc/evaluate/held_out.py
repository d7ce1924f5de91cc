"""Held-out tests: a champion on conditions that it was never trained on."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .outcome import faults_told, passed
from .problem import Problem


@dataclass(frozen=True)
class TestResult:
    """How a champion did in one held-out test."""

    name: str
    passed: int
    trials: int
    needed: int
    mean: float
    least_mean: float | None

    @property
    def success(self) -> bool:
        """Whether enough trials were passed, and their mean score was high enough."""
        return self.passed >= self.needed and (self.least_mean is None or self.mean >= self.least_mean)

    @property
    def told(self) -> str:
        """The outcome in words."""
        trials = f", {self.needed} needed" if self.needed else ""
        mean = "" if self.least_mean is None else f", {self.least_mean:g} needed"
        return f"{self.passed} of {self.trials} trials{trials}; mean score {self.mean:.6g}{mean}"


def held_out(problem: Problem, genome: NDArray[np.float64]) -> list[TestResult]:
    """Put one individual to every held-out test of its scenario."""
    return [run_test(problem, name, genome[None])[0] for name in problem.scenario.tests]


def run_test(problem: Problem, name: str, genomes: NDArray[np.float64]) -> list[TestResult]:
    """Put individuals to one held-out test."""
    test = problem.scenario.tests[name]
    with faults_told(problem.scenario, " in a held-out test"):
        scores = replace(problem, scenario=test.scenario).scores(genomes)
    counts, means = passed(scores, test.scenario).sum(axis=1), scores.mean(axis=1)
    return [
        TestResult(name, int(count), scores.shape[1], test.needed, float(mean), test.least_mean)
        for count, mean in zip(counts, means, strict=True)
    ]
