"""A scenario and an experiment to begin with: a pair of files that run at once, and are there to be changed."""

import re
from pathlib import Path

from ..scenario import list_scenarios

EXPERIMENT = """title = "{title}"

[scenario]
name = "{name}"

[network]
name = "ctrnn"
n_neurons = 3

[optimizer]
name = "ga"
population_size = 100

[stop]
max_evaluations = 5_000

[run]
random_state = 1
"""

SCENARIO = '''"""{title}: a fly must keep a stripe ahead, in a wind that it cannot feel.

    dangle/dt = wind + gust - 3 turn,   score = mean of cos(angle) over the trial
"""

from dataclasses import replace
from math import pi
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from evorc.kernels.random import Key, integer, stream_normal, uniform
from evorc.kernels.vmath import cos, sin
from evorc.scenario import HeldOut, Scenario

DT, STEPS = 0.05, 200  # s
TURN = 3.0  # rad/s, the fastest that it turns
TRIALS, UNSEEN = 10, 100


class World(NamedTuple):
    """All that there is: float, int or bool, or Annotated[np.ndarray, size]."""

    angle: float  # of the stripe, rad; 0 is ahead, and above 0 to the left
    wind: float  # rad/s
    total: float  # of cos(angle) so far
    step: int
    noise: int  # the trial's random numbers


@njit
def sense(world):
    """What the network sees: a value a sensor, best within [-1, 1]."""
    return sin(world.angle), cos(world.angle)


@njit
def ended(world):
    """Whether the trial is over before its last step."""
    return False


@njit
def score(world):
    """What the trial was worth; higher is better."""
    return world.total / STEPS


def scenario(*, wind: float = 1.0, gusts: float = 0.3) -> Scenario:
    """Keeping a stripe ahead.

    Parameters
    ----------
    wind : float, default=1.0
        Strongest steady wind, in rad/s.
    gusts : float, default=0.3
        Standard deviation of its changes from step to step, in rad/s.
    """
    if not 0.0 <= wind < TURN:
        raise ValueError(f"wind: {{wind!r}} is not a number from 0 to below {{TURN:g}}")

    @njit
    def start(key):
        """The world before the first step; every trial has its own key."""
        angle = pi * (2.0 * uniform(key, 0) - 1.0)
        return World(angle, wind * (2.0 * uniform(key, 1) - 1.0), 0.0, 0, integer(key, 2, 2**53))

    @njit
    def act(world, motors):
        """One step under the motors."""
        gust = gusts * stream_normal(world.noise, world.step)
        angle = world.angle + DT * (world.wind + gust - TURN * motors[0])
        return World(angle, world.wind, world.total + cos(angle), world.step + 1, world.noise)

    plain = Scenario(
        name="{name}",
        world=World,
        start=start,
        sense=sense,
        act=act,
        ended=ended,
        score=score,
        sensors=("left", "ahead"),
        motors=("turn left",),
        dt=DT,
        max_steps=STEPS,
        trials=TRIALS,
        passing=0.8,
        draw=draw,
    )
    unseen = replace(plain, start=other(start), trials=UNSEEN, passing=0.7)
    return replace(plain, tests={{"unseen": HeldOut(scenario=unseen, needed=90)}}, confirm=("unseen",))


def other(start: Any) -> Any:
    """The same start, but of trials that are never trained."""

    @njit
    def start_other(key):
        return start(Key(key.seed, key.generation, key.individual, key.trial + TRIALS))

    return start_other


def draw(axes: Any, world: Any) -> None:
    """One moment, from above: the fly looks up, the stripe stands around it."""
    axes.set(xlim=(-1.6, 1.6), ylim=(-1.3, 1.3), aspect="equal", xticks=[], yticks=[])
    place = -np.sin(world.angle), np.cos(world.angle)
    axes.plot([0.0, place[0]], [0.0, place[1]], color="0.8", linewidth=1)
    axes.plot(*place, marker="s", markersize=16, color="0.15", linestyle="", label="stripe")
    axes.plot(0.0, 0.0, marker="^", markersize=26, color="tab:blue", linestyle="", label="fly")
    axes.annotate("", (-0.4 * world.wind, -1.1), (0.0, -1.1), arrowprops={{"arrowstyle": "->", "color": "tab:orange"}})
'''


def write_scenario(name: str, folder: Path) -> tuple[Path, Path]:
    """Write ``NAME.py`` and ``NAME.toml``; nothing is overwritten.

    Parameters
    ----------
    name : str
        Small letters, digits and underscores, a letter first.
    folder : Path

    Returns
    -------
    (Path, Path)
        The files.

    Raises
    ------
    ValueError
        If the name cannot be that of a scenario or is taken, or the folder is none.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"name: {name!r} is not made of small letters, digits and underscores, with a letter first")
    if not folder.is_dir():
        raise ValueError(f"folder: {folder} is not a folder")
    if name in list_scenarios():
        raise ValueError(f"name: there is a scenario {name!r} already; `evorc list` shows all")
    pair = folder / f"{name}.py", folder / f"{name}.toml"
    for path in pair:
        if path.exists():
            raise ValueError(f"name: {path} is there already, and nothing is overwritten")
    title = name.replace("_", " ").capitalize()
    for path, text in zip(pair, (SCENARIO, EXPERIMENT), strict=True):
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text.format(name=name, title=title))
    return pair
