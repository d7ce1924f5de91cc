"""One run from its experiment file to its folder: start it, interrupt it, go on with it, look at it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console

from . import settings as files
from .evolution import Evolution
from .experiment import build
from .folder import RunFolder
from .interrupts import Interrupted, Interrupts
from .progress import shown
from .result import Result
from .settings import Settings

REASONS = {
    "solved": "solved",
    "max_generations": "the number of generations is used up",
    "max_evaluations": "the number of evaluations is used up",
    "max_seconds": "the time is used up",
    "target_fitness": "the target fitness is reached",
    "target_share": "the share of trials passed is reached",
    "stagnation": "no better fitness for as long as allowed",
    "optimizer": "the optimizer has come to its end",
}


class Session:
    """An evolution that writes into a folder."""

    def __init__(self, settings: Settings, text: str, evolution: Evolution, folder: RunFolder) -> None:
        self.settings = settings
        self.text = text
        self.evolution = evolution
        self.folder = folder

    @property
    def title(self) -> str:
        """Of the experiment."""
        return self.settings.title or self.settings.scenario.name

    def run(self, console: Console) -> Result:
        """Run to the end, or to a signal."""
        folder, interrupts = self.folder, Interrupts()
        evaluator = self.evolution.evaluator
        with folder.locked(), interrupts.caught(), evaluator, shown(console, console.quiet) as watcher:
            if (folder.path / "resolved.json").exists():
                folder.restore(self.evolution)
            else:
                folder.begin(self.text, self.settings.model_dump())

            def watch(evolution: Evolution) -> None:
                folder.watch(evolution)
                watcher(evolution)

            try:
                result = self.evolution.run(watch, interrupts)
            except Interrupted:
                folder.watch(self.evolution, at_once=True)
                folder.tell("interrupted", self.evolution)
                raise
            except Exception as fault:
                folder.tell("failed", self.evolution, error=str(fault))
                raise
            folder.finish(result)
            folder.tell("done", self.evolution, reason=result.reason)
            return result

    def summary(self, result: Result) -> list[str]:
        """What came out, in a few lines with markup."""
        lines = [
            f"[bold]{REASONS[result.reason]}[/] after {result.evaluations:,} evaluations, "
            f"{len(result.history):,} generations, {self.evolution.seconds:.1f} s; best fitness {result.best.fitness:.6g}"
        ]
        for test in result.tests:
            mark = "[green]passed[/]" if test.success else "[red]failed[/]"
            lines.append(f"held-out test {test.name}: {mark}, {test.told}")
        return [*lines, f"[dim]everything is in {self.folder.path}[/]"]

    def as_json(self, result: Result) -> dict[str, Any]:
        """What came out, for programs."""
        return {
            "folder": str(self.folder.path),
            "reason": result.reason,
            "solved": result.solved,
            "evaluations": result.evaluations,
            "generations": len(result.history),
            "seconds": self.evolution.seconds,
            "fitness": result.best.fitness,
            "genome": result.best.genome.tolist(),
            "tests": {test.name: {"success": test.success, "told": test.told} for test in result.tests},
        }


def start(
    experiment: str, folder: Path | None, scenarios: Iterable[Path], random_state: int | None, n_jobs: int | None
) -> Session:
    """Prepare a new run.

    Parameters
    ----------
    experiment : str
        A TOML file, or the name of one beside the scenarios.
    folder : Path or None
        Where to write; None picks the next free ``runs/NAME-N``.
    scenarios : iterable of Path
        More folders with scenarios and experiments.
    random_state, n_jobs : int or None
        Instead of the file's.

    Raises
    ------
    ValueError
        If the experiment or the folder cannot be used.
    """
    path = files.find(experiment, scenarios)
    settings, text = files.read(path)
    if random_state is not None:
        settings.run.random_state = random_state
    if n_jobs is not None:
        settings.run.n_jobs = n_jobs
    chosen = folder or _next(Path("runs"), path.stem)
    if (chosen / "resolved.json").exists():
        raise ValueError(f"folder: {chosen} holds a run already; go on with it by `evorc resume {chosen}`")
    return Session(settings, text, build(settings, path.name, scenarios), RunFolder(chosen))


def reopen(folder: Path, scenarios: Iterable[Path], n_jobs: int | None) -> Session:
    """Prepare to go on with a run.

    Raises
    ------
    ValueError
        If this is not the folder of a run, or it is over.
    """
    found = RunFolder(folder)
    resolved = found.resolved
    if found.status.get("state") == "done":
        raise ValueError(f"folder: the run in {folder} is over; look at it by `evorc show {folder}`")
    content = {name: value for name, value in resolved.items() if name in Settings.model_fields}
    settings = files.checked(content, "resolved.json")
    if n_jobs is not None:
        settings.run.n_jobs = n_jobs
    return Session(settings, "", build(settings, "resolved.json", scenarios), found)


def look(folder: Path) -> dict[str, Any]:
    """What a run has come to, as far as it was written."""
    found = RunFolder(folder)
    resolved, status, records = found.resolved, found.status, found.records()
    told = {
        "experiment": resolved.get("title") or resolved["scenario"]["name"],
        "state": status.get("state"),
        "ended because": REASONS.get(status.get("reason", ""), ""),
        "error": status.get("error", ""),
        **{part: _one_line(resolved[part]) for part in ("scenario", "network", "optimizer", "stop", "run")},
    }
    if records:
        last = records[-1]
        told |= {"generations": last.generation + 1, "evaluations": last.evaluations, "best fitness": last.best_so_far}
    told |= {"versions": _one_line(resolved.get("environment", {}))}
    return {name: value for name, value in told.items() if value not in ("", None)}


def _one_line(section: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in section.items() if value is not None)


def _next(runs: Path, name: str) -> Path:
    """The first folder of this name and a number that does not exist."""
    number = 1
    while (runs / f"{name}-{number:03d}").exists():
        number += 1
    return runs / f"{name}-{number:03d}"
