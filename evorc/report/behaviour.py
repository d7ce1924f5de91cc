"""The champion at work: its animation, and its signals over time."""

import json
from base64 import b64encode
from html import escape
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from ..evaluate.trace import Trace
from ..scenario import Scenario
from .animation import by_agent, captions_of, drawn_by, moments, neuron_names, pictures, png
from .canvas import SERIES
from .charts import NAMED, number, reach_of, signal_chart, span
from .frame import section, write_page

PACE = (8.0, 25.0)  # frames a second, at least and at most
ROOM = 1_400_000  # bytes of all frames together


def behaviour(lived: Trace, scenario: Scenario) -> str:
    """The animation with its controls if the scenario can be drawn, and the signals, over which a line moves."""
    moving = scenario.draw is not None
    return (player(lived, scenario) if moving else "") + activity(lived, moving=moving)


def write_animation(stream: TextIO, title: str, lived: Trace, scenario: Scenario) -> None:
    """Write a trial as a page with a player and all signals below it, which loads nothing from elsewhere.

    Parameters
    ----------
    stream : text file
    title : str
    lived : Trace
    scenario : Scenario
        In which it was lived; its `draw` is what the player shows.

    Raises
    ------
    ValueError
        If the scenario cannot be drawn.
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    drawn_by(scenario)
    head = f"<header>\n<h1>{escape(title)}</h1>\n</header>\n"
    write_page(stream, title, head + section("Behaviour", behaviour(lived, scenario)), moving=True)


def player(lived: Trace, scenario: Scenario) -> str:
    """The animation with its controls."""
    chosen = moments(len(lived.worlds))
    files = [png(picture) for picture in pictures([lived.worlds[index] for index in chosen], drawn_by(scenario))]
    fitting = _fitting([len(file) for file in files])
    frames = [b64encode(files[index]).decode() for index in fitting]
    chosen = [chosen[index] for index in fitting]
    captions = captions_of(lived, scenario, chosen)
    first, last = span(lived.time)
    places = [round(min((scenario.dt * index - first) / (last - first), 1.0), 5) for index in chosen]
    seconds = float(np.clip(scenario.dt * chosen[-1], len(frames) / PACE[1], len(frames) / PACE[0]))
    data = json.dumps({"frames": frames, "captions": captions, "places": places, "delay": 1000 * seconds / len(frames)})
    note = f"One trial. Steps: {len(lived.time):,}; moments shown: {len(frames)}."
    return (
        f'<p class="note">{note}</p>\n<div class="player">\n'
        f'<img src="data:image/png;base64,{frames[0]}" alt="The champion in its world">\n'
        f'<div class="controls"><button type="button">Play</button>'
        f'<input type="range" min="0" max="{len(frames) - 1}" value="0" aria-label="Moment"><output></output></div>\n'
        f'<div class="strip"></div>\n</div>\n<script type="application/json" id="frames">{data}</script>\n'
    )


def _fitting(sizes: list[int]) -> list[int]:
    """Evenly chosen indices of as many files as there is room for, halving their number until they fit."""
    kept = moments(len(sizes))
    while len(kept) > 2 and sum(sizes[index] for index in kept) > ROOM:
        kept = [kept[index] for index in moments(len(kept), len(kept) // 2)]
    return kept


def activity(lived: Trace, *, moving: bool = False) -> str:
    """Inputs and outputs of the trial over time."""
    return "".join(
        _signals(f"{title}{whose}", lived.time, signals[:, columns], names, moving)
        for title, signals, known in (
            ("Inputs", lived.inputs, lived.input_names),
            ("Outputs of the neurons", lived.outputs, neuron_names(lived)),
        )
        for whose, columns, names in by_agent(known)
    )


def _signals(
    title: str, time: NDArray[np.float64], signals: NDArray[np.floating], names: tuple[str, ...], moving: bool
) -> str:
    if signals.shape[1] == 0:
        return ""
    low, high = reach_of(signals)
    words = f"Blue is above zero, orange below, full at {number(max(-low, high))}."
    key = words if len(names) > len(SERIES) else f"Each from {number(low)} to {number(high)}."
    rows = "; ".join(f"{index} {escape(name)}" for index, name in enumerate(names, 1))
    all_rows = f"<details><summary>Rows</summary>{rows}.</details>\n" if len(names) > NAMED else ""
    chart = signal_chart(time, signals, names, f"{title} over time", moving=moving)
    return f'<h3>{title}</h3>\n<p class="note">{key}</p>\n{chart}\n{all_rows}'
