"""A run's folder: what was asked, what happened, and all that is needed to go on."""

import datetime
import io
import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TextIO

from filelock import FileLock, Timeout

from . import checkpoint
from .evolution import Evolution
from .record import Record, from_csv, to_csv
from .result import Result

PACKAGES = ("evorc", "numpy", "numba", "scipy", "deap", "pyswarms", "gymnasium")
SECONDS_BETWEEN = 10.0  # checkpoints; a crash costs at most so much work


class RunFolder:
    """The files of one run.

    ``config.toml`` as given, ``resolved.json`` with every default, ``history.csv``, ``events.jsonl``, ``status.json``,
    ``checkpoints/``, ``champion.npz``, ``lock``, and ``report.html`` when a report is asked for.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.history = path / "history.csv"
        self.checkpoints = path / "checkpoints"
        self._written = 0  # rows of the history
        self._saved = 0  # generations in the last checkpoint
        self._saved_at = float("-inf")  # seconds of the run

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from running in this folder.

        Raises
        ------
        ValueError
            If one does.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise ValueError(f"folder: {self.path} cannot be a folder, a file is in its place") from None
        lock = FileLock(self.path / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise ValueError(f"folder: {self.path} is in use by another run") from None
        try:
            yield
        finally:
            lock.release()

    def begin(self, config: str, resolved: Mapping[str, Any]) -> None:
        """Write down what was asked."""
        self.check_free()
        checkpoint.write_file(self.path / "config.toml", config.encode())
        self._write("resolved.json", {**resolved, "environment": environment()})
        self.event("began")

    def check_free(self) -> None:
        """Refuse a folder with anything in it: nothing is overwritten.

        Raises
        ------
        ValueError
            If it holds a run or other files.
        """
        if self.holds_run:
            raise ValueError(f"folder: {self.path} holds a run already; go on with it by `evorc resume {self.path}`")
        if self.path.is_dir() and any(file.name != "lock" for file in self.path.iterdir()):
            raise ValueError(f"folder: {self.path} is not empty; a run needs a folder of its own")

    @property
    def holds_run(self) -> bool:
        """Whether a run began here."""
        return (self.path / "resolved.json").exists()

    @property
    def resolved(self) -> dict[str, Any]:
        """What `begin` wrote.

        Raises
        ------
        ValueError
            If this is not the folder of a run.
        """
        try:
            return dict(json.loads((self.path / "resolved.json").read_text()))
        except (OSError, ValueError, TypeError):
            raise ValueError(
                f"folder: {self.path} is not the folder of a run: it has no readable resolved.json"
            ) from None

    @property
    def status(self) -> dict[str, Any]:
        """State of the run as it last said: running, interrupted, failed or done."""
        try:
            return dict(json.loads((self.path / "status.json").read_text()))
        except (OSError, ValueError, TypeError):
            return {"state": "unknown"}

    def restore(self, evolution: Evolution) -> None:
        """Bring an evolution to the last checkpoint that is whole, and the history with it.

        Raises
        ------
        CheckpointError
            If there are checkpoints, and none of them can be used.
        """
        state, damaged = checkpoint.newest(self.checkpoints)
        if state is not None:
            try:
                evolution.load_state_dict(state)
            except (KeyError, ValueError, TypeError) as fault:
                raise checkpoint.CheckpointError(f"checkpoint: it is not one of this experiment ({fault})") from fault
        checkpoint.write_file(self.history, to_csv(evolution.history, header=True).encode())
        self._written = self._saved = len(evolution.history)
        self.event("resumed", generations=self._written, damaged=damaged)

    def watch(self, evolution: Evolution, *, at_once: bool = False) -> None:
        """Write the rows and, now and then, a checkpoint; called after every generation."""
        due = evolution.seconds - self._saved_at >= SECONDS_BETWEEN
        if not (due or at_once or evolution.reason):
            return
        with self.history.open("a") as stream:
            if stream.tell() == 0:
                stream.write(to_csv([], header=True))
            stream.write(to_csv(evolution.history[self._written :]))
        self._written, self._saved_at = len(evolution.history), evolution.seconds
        if self._written > self._saved:  # one that is there is never written anew: a crash might leave it in two halves
            checkpoint.save(self.checkpoints, self._written, evolution.state_dict())
            self._saved = self._written
        self.tell("running", evolution)

    def tell(self, state: str, evolution: Evolution, **more: Any) -> None:
        """Write the status, and an event where it is a new one."""
        if state != "running":
            self.event(state, seconds=round(evolution.seconds, 3), **more)
        last = evolution.history[-1]._asdict() if evolution.history else {}
        self._write("status.json", {"state": state, **more, **last, "process": os.getpid()})

    def finish(self, result: Result) -> None:
        """Write the champion."""
        genome = result.problem.genome
        parameters = {f"parameter.{name}": value[0] for name, value in genome.split(result.best.genome[None]).items()}
        champion = {"genome": result.best.genome, "fitness": result.best.fitness, **parameters}
        checkpoint.write_file(self.path / "champion.npz", checkpoint.packed(champion))

    @contextmanager
    def writing(self, name: str) -> Iterator[TextIO]:
        """A text file of the folder, which appears when it is whole."""
        stream = io.StringIO()
        yield stream
        checkpoint.write_file(self.path / name, stream.getvalue().encode())

    def records(self) -> list[Record]:
        """The history as far as it was written.

        Raises
        ------
        ValueError
            If the file is damaged.
        """
        try:
            return from_csv(self.history.read_text()) if self.history.exists() else []
        except (ValueError, TypeError) as fault:
            raise ValueError(f"history: {self.history} is damaged ({fault})") from None

    def event(self, name: str, **more: Any) -> None:
        """Add a line to the events."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        with (self.path / "events.jsonl").open("a") as stream:
            stream.write(json.dumps({"time": now, "event": name, **more}) + "\n")

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        checkpoint.write_file(self.path / name, (json.dumps(content, indent=2, default=str) + "\n").encode())


def environment() -> dict[str, str]:
    """Versions and machine, for the record."""
    found = {"python": platform.python_version(), "platform": platform.platform(), "cpu": processor()}
    return found | versions(PACKAGES)


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Versions of those packages that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def processor() -> str:
    """Name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
