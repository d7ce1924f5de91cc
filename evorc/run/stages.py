"""Incremental evolution: easier worlds come first, and a rule says when to move on (Harvey, Husbands & Cliff 1994).

An optimizer that gives up its population begins again in the first world.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from ..evaluate import PopulationEvaluator
from .record import Record
from .stopping import StopRules


@dataclass(frozen=True)
class Stage:
    """A world to be evolved in for a while, before the one that counts.

    Parameters
    ----------
    evaluator : PopulationEvaluator
        Its genome must be that of the last world.
    until : StopRules
        The first rule that holds ends the stage. Generations, evaluations and stagnation are counted from its start.
    """

    evaluator: PopulationEvaluator
    until: StopRules


def check_stages(stages: Sequence[Stage], last: PopulationEvaluator) -> None:
    """Refuse a stage that never ends, or whose genome is another.

    Raises
    ------
    ValueError
        If there is one.
    """
    for number, stage in enumerate(stages, 1):
        if stage.until.empty:
            raise ValueError(f"stages: nothing ends stage {number}; give `until` one of {', '.join(stage.until.names)}")
        if not np.array_equal(stage.evaluator.bounds, last.bounds):
            ours, theirs = len(stage.evaluator.bounds), len(last.bounds)
            raise ValueError(
                f"stages: the genome of stage {number} has {ours} genes, or other bounds than the {theirs}"
            )


def since(records: Sequence[Record]) -> Record:
    """The last record, counted from the generation in which its stage began the last time."""
    last = records[-1]
    *_, first = takewhile(lambda record: record.stage == last.stage, reversed(records))
    before = 0 if first.generation == 0 else records[first.generation - 1].evaluations
    return last._replace(
        generation=last.generation - first.generation,
        evaluations=last.evaluations - before,
        improved=last.improved - first.generation,
    )
