"""The evolution loop: ask, evaluate, tell, record; stop, confirm, go on from a state."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..evaluate import Outcome, PopulationEvaluator, held_out, run_test
from ..optimizers import Individual
from .interrupts import Interrupts
from .record import Record, from_csv, record_of, to_csv
from .result import Result
from .stages import Stage, check_stages, since
from .stopping import StopRules

Watcher = Callable[["Evolution"], None]


class AskTell(Protocol):
    """What is asked of an optimizer; see :mod:`evorc.optimizers`."""

    @property
    def best(self) -> Individual: ...

    @property
    def restarts(self) -> int: ...

    def ask(self) -> NDArray[np.float64]: ...

    def tell(self, fitness: ArrayLike) -> None: ...

    def stop(self) -> bool: ...

    def forget(self) -> None: ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


class Evolution:
    """An optimizer, an evaluator and the rules that end their work.

    Parameters
    ----------
    evaluator : PopulationEvaluator
    optimizer : AskTell
        On the evaluator's bounds.
    rules : StopRules
        While an earlier stage lasts, only limits of generations, evaluations and seconds hold.
    stages : sequence of Stage, default=()
        What comes before the evaluator's world, and again after each restart of the optimizer.

    Raises
    ------
    ValueError
        If a stage never ends, or has another genome.
    """

    def __init__(
        self, evaluator: PopulationEvaluator, optimizer: AskTell, rules: StopRules, stages: Sequence[Stage] = ()
    ) -> None:
        check_stages(stages, evaluator)
        self.evaluators = (*(stage.evaluator for stage in stages), evaluator)
        self.stages = stages
        self.stage = 0
        self.optimizer = optimizer
        self.rules = rules
        self.history: list[Record] = []
        self.champion: Individual | None = None
        self.finalist: Individual | None = None  # best in the last stage before the optimizer began anew
        self.reason = ""
        self._earlier = 0.0  # seconds, before the last resumption
        self._began = time.monotonic()

    @property
    def evaluator(self) -> PopulationEvaluator:
        """That of the present stage."""
        return self.evaluators[self.stage]

    @property
    def seconds(self) -> float:
        """Wall-clock time spent, over all resumptions."""
        return self._earlier + time.monotonic() - self._began

    @property
    def best(self) -> Individual:
        """The confirmed champion, or the best so far in the last stage; of the present one before that is reached."""
        now, before = self.optimizer.best, self.finalist
        if self.champion or before is None:
            return self.champion or now
        return before if self._early or before.fitness >= now.fitness else now

    def run(self, watch: Watcher = lambda _: None, interrupts: Interrupts | None = None) -> Result:
        """Go on until a rule holds.

        Parameters
        ----------
        watch : callable (Evolution) -> None
            Called after every generation.
        interrupts : Interrupts or None
            Lets signals through while individuals are evaluated, and nowhere else.

        Raises
        ------
        Interrupted
            If a signal came; the state is that of the last complete generation.
        """
        interrupts = interrupts or Interrupts()
        while not self.reason:
            self._generation(interrupts)
            watch(self)
        with interrupts.allowed():
            tests = held_out(self.evaluator.problem, self.best.genome)
        return Result(self.best, self.history, self.reason, self.evaluator.problem, tests)

    def _generation(self, interrupts: Interrupts) -> None:
        generation, genomes = len(self.history), self.optimizer.ask()
        with interrupts.allowed():
            outcome = self.evaluator(genomes, generation)
            champion = self._confirmed(genomes, outcome)
        restarts = self.optimizer.restarts
        self.optimizer.tell(outcome.fitness)
        last = self.history[-1] if self.history else None
        self.history.append(record_of(outcome, self.stage, last))
        self.champion = champion
        self.reason = "solved" if champion else self._rules.reason(self.history[-1], self.seconds)
        if not self.reason and self.optimizer.stop():
            self.reason = "optimizer"
        if not self.reason and self.stage and self.optimizer.restarts > restarts:
            if not self._early:
                self.finalist = self.best
            self._move_to(0)
        elif not self.reason and self._early and self._over:
            self._move_to(self.stage + 1)

    def _move_to(self, stage: int) -> None:
        self.evaluator.close()
        self.stage = stage
        self.optimizer.forget()

    @property
    def _over(self) -> bool:
        """Whether the present stage, an early one, has come to its end."""
        return bool(self.stages[self.stage].until.reason(since(self.history), self.seconds))

    @property
    def _early(self) -> bool:
        """Whether this is not the last stage."""
        return self.stage < len(self.stages)

    @property
    def _rules(self) -> StopRules:
        """Those that may end the evolution now."""
        if not self._early:
            return self.rules
        return replace(self.rules, target_fitness=None, target_share=None, stagnation=None)

    def _confirmed(self, genomes: NDArray[np.float64], outcome: Outcome) -> Individual | None:
        """The first individual that passes the scenario's confirming tests, of those that may try."""
        scenario = self.evaluator.problem.scenario
        if not scenario.confirm or self._early:
            return None
        if scenario.passing is None:
            able = np.flatnonzero(outcome.fitness == np.nanmax(outcome.fitness))[:1]
        else:
            able = np.flatnonzero(outcome.passed == 1.0)
        for name in scenario.confirm:
            results = run_test(self.evaluator.problem, name, genomes[able]) if len(able) else []
            able = able[[result.success for result in results]] if results else able
        return Individual(genomes[able[0]].copy(), float(outcome.fitness[able[0]])) if len(able) else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers of every stage."""
        for evaluator in self.evaluators:
            evaluator.close()

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on, as arrays and plain values."""
        optimizer = {f"optimizer.{name}": value for name, value in self.optimizer.state_dict().items()}
        own = {"history": to_csv(self.history, header=True), "seconds": self.seconds, "reason": self.reason}
        own["stage"] = self.stage
        return {**optimizer, **own, **_kept("champion", self.champion), **_kept("finalist", self.finalist)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of the same experiment."""
        optimizer = {name[10:]: value for name, value in state.items() if name.startswith("optimizer.")}
        self.optimizer.load_state_dict(optimizer)
        self.history = from_csv(str(state["history"]))
        self.reason, self.stage = str(state["reason"]), int(state["stage"])
        self.champion, self.finalist = _restored("champion", state), _restored("finalist", state)
        self._earlier, self._began = float(state["seconds"]), time.monotonic()


def _kept(name: str, one: Individual | None) -> dict[str, Any]:
    """An individual in a state, or that there is none."""
    return {name: one.genome if one else np.empty(0), f"{name}_fitness": one.fitness if one else np.nan}


def _restored(name: str, state: Mapping[str, Any]) -> Individual | None:
    genome = np.asarray(state[name], float)
    return Individual(genome, float(state[f"{name}_fitness"])) if genome.size else None
