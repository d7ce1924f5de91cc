"""The population evaluator and what it returns."""

from .evaluator import PopulationEvaluator
from .outcome import EvaluationError, Outcome, Status
from .problem import Problem

__all__ = ["EvaluationError", "Outcome", "PopulationEvaluator", "Problem", "Status"]
