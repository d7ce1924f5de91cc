"""Experiment files for tests, runs of them in this process or another, and what they leave behind."""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console

import evorc
from evorc.run import session

SCENARIOS = Path(__file__).parent / "scenarios"
QUIET = Console(quiet=True)
LEVER = """
title = "Holding a lever"

[scenario]
name = "lever"

[network]
name = "fully_recurrent"
n_neurons = 2

[optimizer]
name = "ga"
population_size = 8

[stop]
max_generations = 12

[run]
random_state = 5
"""


def changed(*changes, text=LEVER):
    """An experiment file with some of its text replaced: (before, after) each, exactly once."""
    for before, after in changes:
        if text.count(before) != 1:
            raise ValueError(f"{before!r} stands {text.count(before)} times in the file")
        text = text.replace(before, after)
    return text


def started(folder, text=LEVER, name="run", **options):
    """A session on an experiment file written into `folder`."""
    file = folder / "experiment.toml"
    file.write_text(text)
    options = {"random_state": None, "n_jobs": None} | options
    return session.start(str(file), folder / name, [SCENARIOS], **options)


def reopened(folder, name="run", n_jobs=None):
    return session.reopen(folder / name, [SCENARIOS], n_jobs)


def outcome(folder):
    """The two files that must be the same however a run came to its end."""
    return tuple((folder / name).read_bytes() for name in ("history.csv", "champion.npz"))


def undisturbed(folder, text=LEVER):
    """What a run leaves behind that nothing happens to."""
    started(folder, text, "undisturbed").run(QUIET)
    return outcome(folder / "undisturbed")


def command(*arguments, seconds_between=None):
    """The command `evorc` as a process of its own; a test may ask for checkpoints more often."""
    often = "" if seconds_between is None else f"import evorc.run.folder as f; f.SECONDS_BETWEEN = {seconds_between}; "
    return [sys.executable, "-c", f"{often}from evorc.cli import main; main()", *map(str, arguments)]


def launched(*arguments, folder, **options):
    """A process of the command in a session of its own."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    root = str(Path(evorc.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "COLUMNS": "200"}
    return subprocess.Popen(
        command(*arguments, **options), cwd=folder, env=environment, text=True, start_new_session=True, **pipes
    )


def processes(leader):
    """Numbers of the live processes in the session that a process leads, itself aside."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == leader and fields[0] != "Z" and int(status.parent.name) != leader:
            found.append(int(status.parent.name))
    return found
